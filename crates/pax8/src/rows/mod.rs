//! The rows that Pax8 lists, as it means them.
//!
//! Ids are opaque text. Statuses, terms and types are kept as Pax8 spells
//! them, so that a value nobody knew yesterday does not cost a row today.

mod company;
mod invoice;
mod product;
mod subscription;

pub use company::{Address, Company};
pub use invoice::{Invoice, InvoiceItem};
pub use product::{Product, Products};
pub use subscription::{Commitment, Subscription};

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::wire::{Fields, Object};

/// A kind of row. Only this crate has kinds.
pub trait Row: Sized + Send {
    /// What a row is called in an error.
    const NAME: &'static str;

    /// Reads a row; `None` if it lacks the id that its kind must have.
    fn read(fields: Fields<'_>) -> Option<Self>;

    /// What makes the row itself, if it has such a thing.
    fn key(&self) -> Option<&str>;

    /// Whether the row says that it belongs to another company than this one.
    fn is_foreign_to(&self, _company_id: &str) -> bool {
        false
    }
}

/// Reads an answer that should be a row; none if it is JSON that is not.
pub(crate) fn read<T: Row>(answer: &[u8]) -> Result<Option<T>, String> {
    let answer: &RawValue = serde_json::from_slice(answer).map_err(|_| "it is not JSON")?;
    let row = serde_json::from_str(answer.get());
    Ok(row.ok().and_then(|Readable(row)| row))
}

/// A row, read as soon as it comes; none if it lacks the id that its kind must
/// have.
pub(crate) struct Readable<T>(pub(crate) Option<T>);

impl<'de, T: Row> Deserialize<'de> for Readable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Object::deserialize(deserializer)?;
        Ok(Self(T::read(Fields::of(object))))
    }
}

/// Reads rows from JSON text as the client does.
macro_rules! deserialize {
    ($($row:ty),* $(,)?) => {$(
        impl<'de> Deserialize<'de> for $row {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let Readable(row) = Readable::deserialize(deserializer)?;
                row.ok_or_else(|| serde::de::Error::missing_field("id"))
            }
        }
    )*};
}

deserialize!(Company, Subscription, Product, Invoice, InvoiceItem);
