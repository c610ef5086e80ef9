//! Stored credentials: sealed under a data key per organization, which is wrapped by the installation's master key.
//!
//! A sealed value is bound to its organization and field: moved elsewhere, it does not open. Nothing here prints a secret.

mod master_key;
mod seal;

pub use master_key::{MasterKey, MasterKeyError};
pub use seal::{DataKey, SealError, Vault};
