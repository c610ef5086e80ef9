//! What is known of products.

use std::collections::HashMap;

use db::{OrgTx, Row, args};
use jiff::{SignedDuration, Timestamp};

use crate::error::Result;

/// What was learnt about a product is believed for so long; then it is asked for again.
const KNOWN_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

db::statements! {
    org LIST = "select pax8_id, name, vendor, sku from pax8_product
        where organization_id = $1 and (cast($2 as bigint) is null or fetched_at >= $2)";
    bulk PUT = "insert into pax8_product (organization_id, pax8_id, name, vendor, sku, vendor_sku, found, fetched_at) values", 8,
        "on conflict (organization_id, pax8_id) do update set name = excluded.name, vendor = excluded.vendor, sku = excluded.sku,
            vendor_sku = excluded.vendor_sku, found = excluded.found, fetched_at = excluded.fetched_at";
    /// Pax8 no longer knows it: what it said before stays.
    bulk PUT_LOST = "insert into pax8_product (organization_id, pax8_id, found, fetched_at) values", 4,
        "on conflict (organization_id, pax8_id) do update set found = excluded.found, fetched_at = excluded.fetched_at";
}

/// What a subscription shows of its product.
#[derive(Debug, Clone, Default)]
pub(in crate::pax8::sync) struct Product {
    pub name: Option<String>,
    pub vendor: Option<String>,
    pub sku: Option<String>,
}

/// Products that need not be asked for, by Pax8's id.
pub(in crate::pax8::sync) async fn list_known(
    tx: &mut OrgTx,
    now: Timestamp,
) -> Result<HashMap<String, Product>> {
    list_since(tx, Some(now - KNOWN_FOR)).await
}

/// All products, by Pax8's id.
pub(in crate::pax8::sync) async fn list(tx: &mut OrgTx) -> Result<HashMap<String, Product>> {
    list_since(tx, None).await
}

async fn list_since(tx: &mut OrgTx, since: Option<Timestamp>) -> Result<HashMap<String, Product>> {
    let rows = tx.fetch_all(&LIST, args![since]).await?;
    rows.iter().map(read).collect()
}

/// Keeps what was asked for.
pub(in crate::pax8::sync) async fn put(
    tx: &mut OrgTx,
    products: ::pax8::Products,
    now: Timestamp,
) -> Result<()> {
    let found = products.found.into_iter().map(|it| {
        args![
            it.id,
            it.name,
            it.vendor_name,
            it.sku,
            it.vendor_sku,
            true,
            now
        ]
    });
    tx.bulk(&PUT, found).await?;
    let lost = products.missing.into_iter().map(|id| args![id, false, now]);
    tx.bulk(&PUT_LOST, lost).await?;
    Ok(())
}

fn read(row: &Row) -> Result<(String, Product)> {
    let product = Product {
        name: row.get("name")?,
        vendor: row.get("vendor")?,
        sku: row.get("sku")?,
    };
    Ok((row.get("pax8_id")?, product))
}
