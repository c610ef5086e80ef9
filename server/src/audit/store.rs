//! Every SQL statement about the audit log.

use db::{OrgTx, args};
use jiff::Timestamp;

use super::Event;
use crate::{error::Result, ids::AuditEventId};

db::statements! {
    org INSERT = "insert into audit_event (organization_id, id, at, account_id, actor, via, remote_address, action, subject_type,
        subject_id, before_json, after_json) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
}

pub(super) async fn insert(
    tx: &mut OrgTx,
    id: AuditEventId,
    event: &Event<'_>,
    now: Timestamp,
    before: Option<String>,
    after: Option<String>,
) -> Result<()> {
    let by = event.by;
    let args = args![
        id,
        now,
        by.account,
        &by.name,
        by.via,
        by.remote_address.clone(),
        event.action,
        event.subject_type,
        &event.subject_id,
        before,
        after
    ];
    tx.execute(&INSERT, args).await?;
    Ok(())
}
