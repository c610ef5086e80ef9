//! What is sealed, and how it is sealed anew.

use db::OrgTx;
use futures::future::BoxFuture;
use secrecy::SecretString;

use super::{DataKey, SealError};
use crate::error::{Error, Result};

/// The data key that an organization had, and the one that it gets.
pub struct Rekey {
    pub(crate) old: DataKey,
    pub(crate) new: DataKey,
}

impl Rekey {
    /// The sealed text of a field, sealed anew.
    ///
    /// # Errors
    /// When it does not open.
    pub fn reseal(&self, field: &str, sealed: &str) -> Result<String> {
        let anew = |secret: SecretString| self.new.seal(field, &secret);
        let resealed: Result<String, SealError> = self.old.open(field, sealed).and_then(anew);
        resealed.map_err(Error::internal)
    }
}

/// How sealed columns of an organization's rows are sealed anew.
#[derive(Clone, Copy)]
pub struct Resealer {
    /// The columns, as `table.column`.
    pub columns: &'static [&'static str],
    /// Seals all of them anew, in the transaction that replaces the data key.
    pub run: for<'a> fn(&'a mut OrgTx, &'a Rekey) -> BoxFuture<'a, Result<()>>,
}
