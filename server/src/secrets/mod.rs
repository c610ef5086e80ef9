//! Stored credentials: sealed under a data key per organization, which is wrapped by the installation's master key.
//!
//! - A sealed value is bound to its organization and field: moved elsewhere, it does not open. Nothing here prints a secret.
//! - The database says by its id which master key is in use, so that a wrong one is noticed at the start.
//! - While the keys are replaced ([`rotate`]) old and new both open: whoever reads finds a whole organization under one of the two.
//! - Columns of sealed values end in `_sealed`, and each is of one [`Resealer`]; a test looks.

mod key_file;
mod master_key;
mod reseal;
mod rotate;
mod seal;
mod store;
mod vault;

pub use key_file::KeyFile;
pub use master_key::{MasterKey, MasterKeyError, MasterKeyId};
pub use reseal::{Rekey, Resealer};
pub use rotate::rotate;
pub use seal::{DataKey, Master, SealError};
pub(crate) use store::unknown_master_key;
pub use store::{claim_master_key, find_master_key_id, hold_master_key};
pub use vault::Vault;
