//! The typed ids of everything that the server stores.

pub use db::OrganizationId;

db::ids! {
    /// A person who can sign in.
    AccountId
    /// A role that an organization made itself.
    CustomRoleId
    /// An API token.
    ApiTokenId
    /// An entry of the audit log.
    AuditEventId
    /// Something that was wrong, and people were told.
    AlertId
    /// What was told of an alert.
    AlertNoticeId
    /// A job of the queue.
    JobId
    /// A client of the MSP.
    ClientId
    /// A recurring invoice.
    RecurringInvoiceId
    /// A line of a recurring invoice.
    RecurringLineId
    /// An invoice.
    InvoiceId
    /// A line of an invoice.
    InvoiceLineId
    /// A payment of an invoice.
    PaymentId
    /// An invoice on its way by mail.
    DeliveryId
    /// A billing run.
    BillingRunId
    /// A sync with Pax8.
    SyncId
    /// A company as pulled from Pax8.
    CompanyId
    /// A subscription as pulled from Pax8.
    SubscriptionId
    /// An observed change of a Pax8 record.
    ChangeId
}

/// The id of a Pax8 record here: the same whenever the same record returns, so that what refers to it still does.
#[must_use]
pub fn digest_of(organization: OrganizationId, kind: &str, pax8_id: &str) -> [u8; 16] {
    use sha2::{Digest as _, Sha256};
    let mut digest = Sha256::new();
    for part in [&organization.to_string(), kind, pax8_id] {
        digest.update(part.as_bytes());
        digest.update([0]);
    }
    let mut first = [0; 16];
    first.copy_from_slice(&digest.finalize()[..16]);
    first
}
