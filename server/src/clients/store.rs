//! Every SQL statement about clients.

use db::{OrgTx, Row, args};
use jiff::Timestamp;

use super::{Client, ClientOption, ClientStatus, ListClients, details::Accepted};
use crate::{
    error::{Error, Result},
    http::Paging,
    ids::ClientId,
    like,
};

db::statements! {
    org INSERT = "insert into client (organization_id, id, name, account_reference, website, email, address, currency,
        payment_terms_days, tax_exempt, status, sort_name, search_text, version, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, $14, $14)";
    org UPDATE = "update client set name = $3, account_reference = $4, website = $5, email = $6, address = $7, currency = $8,
        payment_terms_days = $9, tax_exempt = $10, sort_name = $11, search_text = $12, version = version + 1, updated_at = $13
        where organization_id = $1 and id = $2";
    org SET_STATUS = "update client set status = $3, version = version + 1, updated_at = $4
        where organization_id = $1 and id = $2";
    org FIND = "select id, name, account_reference, website, email, address, currency, payment_terms_days, tax_exempt, status,
        version, created_at, updated_at from client where organization_id = $1 and id = $2";
    org LIST = "select id, name, account_reference, website, email, address, currency, payment_terms_days, tax_exempt, status,
        version, created_at, updated_at from client
        where organization_id = $1
        and (cast($2 as text) is null or status = $2)
        and (cast($3 as text) is null or search_text like $3 escape '\\')
        and (cast($4 as text) is null or sort_name > $4 or (sort_name = $4 and id > $5))
        order by sort_name, id limit $6";
    org MATCH_KEYS = "select id, name, account_reference, website, email from client
        where organization_id = $1 and status = 'active' order by sort_name, id";
    org OPTIONS = "select id, name, account_reference from client
        where organization_id = $1 and status = 'active' and search_text like $2 escape '\\'
        order by case when sort_name like $3 escape '\\' then 0 else 1 end, sort_name, id limit $4";
    org SHARING_REFERENCE = "select id, name, account_reference from client
        where organization_id = $1 and status = 'active' and lower(account_reference) = lower($2) and id <> $3
        order by sort_name, id limit 5";
}

pub(super) async fn insert(
    tx: &mut OrgTx,
    id: ClientId,
    it: &Accepted,
    now: Timestamp,
) -> Result<()> {
    let args = args![
        id,
        &it.name,
        it.account_reference.clone(),
        it.website.clone(),
        it.email.clone(),
        &it.address,
        it.currency.code(),
        it.payment_terms_days,
        it.tax_exempt,
        ClientStatus::Active.as_str(),
        it.name.to_lowercase(),
        search_text(it),
        now
    ];
    tx.execute(&INSERT, args).await?;
    Ok(())
}

pub(super) async fn update(
    tx: &mut OrgTx,
    id: ClientId,
    it: &Accepted,
    now: Timestamp,
) -> Result<()> {
    let args = args![
        id,
        &it.name,
        it.account_reference.clone(),
        it.website.clone(),
        it.email.clone(),
        &it.address,
        it.currency.code(),
        it.payment_terms_days,
        it.tax_exempt,
        it.name.to_lowercase(),
        search_text(it),
        now
    ];
    tx.execute(&UPDATE, args).await?;
    Ok(())
}

pub(super) async fn set_status(
    tx: &mut OrgTx,
    id: ClientId,
    status: ClientStatus,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&SET_STATUS, args![id, status.as_str(), now])
        .await?;
    Ok(())
}

pub(super) async fn find(tx: &mut OrgTx, id: ClientId) -> Result<Option<Client>> {
    let row = tx.fetch_optional(&FIND, args![id]).await?;
    row.as_ref().map(read).transpose()
}

/// The key of a row in the list: its name as sorted, and its id.
pub(super) type ListKey = (String, ClientId);

pub(super) async fn list(
    tx: &mut OrgTx,
    filter: &ListClients,
    page: &Paging<ListKey>,
) -> Result<Vec<Client>> {
    let (after_name, after_id) = page.after.clone().unzip();
    let args = args![
        filter.status.map(ClientStatus::as_str),
        filter.q.as_deref().and_then(like::containing),
        after_name,
        after_id,
        page.fetch()
    ];
    let rows = tx.fetch_all(&LIST, args).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn match_keys(tx: &mut OrgTx) -> Result<Vec<billing::ClientKeys>> {
    let rows = tx.fetch_all(&MATCH_KEYS, args![]).await?;
    let read = |row: &Row| -> Result<billing::ClientKeys> {
        Ok(billing::ClientKeys {
            id: row.get("id")?,
            name: row.get("name")?,
            account_reference: row.get("account_reference")?,
            website: row.get("website")?,
            email: row.get("email")?,
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn options(tx: &mut OrgTx, q: &str, limit: u32) -> Result<Vec<ClientOption>> {
    let pattern = like::containing(q).unwrap_or_else(|| "%".to_owned());
    let rows = tx
        .fetch_all(&OPTIONS, args![pattern, like::beginning(q), limit])
        .await?;
    rows.iter().map(read_option).collect()
}

pub(super) async fn sharing_reference(
    tx: &mut OrgTx,
    reference: &str,
    id: ClientId,
) -> Result<Vec<ClientOption>> {
    let rows = tx
        .fetch_all(&SHARING_REFERENCE, args![reference, id])
        .await?;
    rows.iter().map(read_option).collect()
}

fn search_text(it: &Accepted) -> String {
    let parts = [
        Some(it.name.as_str()),
        it.account_reference.as_deref(),
        it.website.as_deref(),
        it.email.as_deref(),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join("\n").to_lowercase()
}

fn read(row: &Row) -> Result<Client> {
    let status: String = row.get("status")?;
    Ok(Client {
        id: row.get("id")?,
        name: row.get("name")?,
        account_reference: row.get("account_reference")?,
        website: row.get("website")?,
        email: row.get("email")?,
        address: row.get("address")?,
        currency: row
            .parse("currency", str::parse)?
            .ok_or_else(|| Error::internal("a client without a currency"))?,
        payment_terms_days: row.get("payment_terms_days")?,
        tax_exempt: row.get("tax_exempt")?,
        status: ClientStatus::parse(&status)
            .ok_or_else(|| Error::internal("a client in an unknown status"))?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn read_option(row: &Row) -> Result<ClientOption> {
    Ok(ClientOption {
        id: row.get("id")?,
        name: row.get("name")?,
        account_reference: row.get("account_reference")?,
    })
}
