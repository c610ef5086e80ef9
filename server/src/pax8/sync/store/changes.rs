//! The recorded changes: added to, never edited.

use db::{OrgTx, Row, args};
use jiff::Timestamp;
use money::{Amount, Currency};

use crate::{
    error::Result,
    http::{List, Paging},
    ids::{ChangeId, SyncId},
};

db::statements! {
    bulk INSERT = "insert into pax8_change (organization_id, id, sync_id, at, record_type, record_pax8_id, record_name, field,
        before_value, after_value, revenue_change_minor, cost_change_minor, currency) values", 13, "";
    org LIST = "select id, at, record_type, record_pax8_id, record_name, field, before_value, after_value, revenue_change_minor,
            cost_change_minor, currency from pax8_change
        where organization_id = $1 and sync_id = $2 and (cast($3 as text) is null or id > $3) order by id limit $4";
}

/// A field that a sync changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Change {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ChangeId,
    /// When it was observed.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// `company` or `subscription`.
    pub record_type: String,
    /// Pax8's id of the record.
    pub record_pax8_id: String,
    /// What the record is called.
    pub record_name: Option<String>,
    /// The field; `created` for a record that is new.
    pub field: String,
    /// Its value before.
    pub before: Option<String>,
    /// Its value after.
    pub after: Option<String>,
    /// The change in monthly revenue that it causes; null: none, or it cannot be told.
    pub revenue_change: Option<String>,
    /// The change in monthly cost that it causes; null: none, or it cannot be told.
    pub cost_change: Option<String>,
    /// The currency of the two.
    pub currency: Option<String>,
}

/// A change to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::pax8::sync) struct NewChange {
    pub record_type: &'static str,
    pub record_pax8_id: String,
    pub record_name: Option<String>,
    pub field: &'static str,
    pub before: Option<String>,
    pub after: Option<String>,
    pub revenue: Option<Amount>,
    pub cost: Option<Amount>,
}

pub(in crate::pax8::sync) async fn insert(
    tx: &mut OrgTx,
    sync: SyncId,
    changes: Vec<NewChange>,
    now: Timestamp,
) -> Result<()> {
    let rows = changes.into_iter().map(|it| {
        let currency = it
            .revenue
            .or(it.cost)
            .map(|amount| amount.currency().code());
        args![
            ChangeId::new(),
            sync,
            now,
            it.record_type,
            it.record_pax8_id,
            it.record_name,
            it.field,
            it.before,
            it.after,
            it.revenue.map(Amount::minor),
            it.cost.map(Amount::minor),
            currency
        ]
    });
    tx.bulk(&INSERT, rows).await?;
    Ok(())
}

/// What a sync changed, in the order in which it found it.
///
/// # Errors
/// When the database is gone.
pub async fn list_changes(
    tx: &mut OrgTx,
    sync: SyncId,
    paging: &Paging<ChangeId>,
) -> Result<List<Change>> {
    let args = args![sync, paging.after, paging.fetch()];
    let rows = tx.fetch_all(&LIST, args).await?;
    let changes = rows.iter().map(read).collect::<Result<_>>()?;
    paging.list(changes, |change| change.id)
}

fn read(row: &Row) -> Result<Change> {
    let currency: Option<Currency> = row.parse("currency", str::parse)?;
    let amount = |column: &str| -> Result<Option<String>> {
        let minor: Option<i64> = row.get(column)?;
        let amount = minor.zip(currency);
        Ok(amount.map(|(minor, currency)| Amount::from_minor(minor, currency).to_string()))
    };
    Ok(Change {
        id: row.get("id")?,
        at: row.get("at")?,
        record_type: row.get("record_type")?,
        record_pax8_id: row.get("record_pax8_id")?,
        record_name: row.get("record_name")?,
        field: row.get("field")?,
        before: row.get("before_value")?,
        after: row.get("after_value")?,
        revenue_change: amount("revenue_change_minor")?,
        cost_change: amount("cost_change_minor")?,
        currency: currency.map(|it| it.code().to_owned()),
    })
}
