//! Every SQL statement about clients.

use std::collections::HashMap;

use db::{OrgTx, Row, args};
use jiff::Timestamp;
use money::Currency;

use super::{
    Client, ClientOption, ClientStatus, Earnings, ListClients, details::Accepted, earnings::Ranked,
};
use crate::{
    error::{Error, Result},
    http::Paging,
    ids::ClientId,
    like,
    pax8::subscriptions::bills_when_linked,
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
    bulk FIND_MANY = "with wanted (organization_id, id) as (values", 2,
        ") select id, name, account_reference, website, email, address, currency, payment_terms_days, tax_exempt, status,
        version, created_at, updated_at from client where organization_id = $1 and id in (select id from wanted)";
    org LIST = "select id, name, account_reference, website, email, address, currency, payment_terms_days, tax_exempt, status,
        version, created_at, updated_at from client
        where organization_id = $1
        and (cast($2 as text) is null or status = $2)
        and (cast($3 as text) is null or search_text like $3 escape '\\')
        and (cast($4 as text) is null or sort_name > $4 or (sort_name = $4 and id > $5))
        order by sort_name, id limit $6";
    org RANKED = "select id, status, currency, search_text from client where organization_id = $1";
    org EARNINGS = concat!("select r.client_id, cast(sum(s.monthly_revenue_minor) as bigint) as revenue,
            cast(sum(s.monthly_revenue_minor - s.monthly_cost_minor) as bigint) as margin,
            count(*) - count(s.monthly_revenue_minor - s.monthly_cost_minor) as unknown
        from recurring_invoice r
        join subscription_billing b on b.organization_id = r.organization_id and b.recurring_invoice_id = r.id
        join pax8_subscription s on s.organization_id = b.organization_id and s.pax8_id = b.subscription_pax8_id
        where r.organization_id = $1 and r.status = 'active' and s.missing_since is null
            and ", bills_when_linked!(), " group by r.client_id");
    // SQLite keeps the order of a cross join: what feeds the client's invoices first.
    org EARNINGS_OF = concat!("select cast(sum(s.monthly_revenue_minor) as bigint) as revenue,
            cast(sum(s.monthly_revenue_minor - s.monthly_cost_minor) as bigint) as margin,
            count(*) - count(s.monthly_revenue_minor - s.monthly_cost_minor) as unknown
        from recurring_invoice r cross join subscription_billing b cross join pax8_subscription s
        where r.organization_id = $1 and r.client_id = $2 and r.status = 'active'
            and b.organization_id = r.organization_id and b.recurring_invoice_id = r.id
            and s.organization_id = b.organization_id and s.pax8_id = b.subscription_pax8_id and s.missing_since is null
            and ", bills_when_linked!());
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

pub(super) async fn earnings_of(tx: &mut OrgTx, client: &Client) -> Result<Earnings> {
    let row = tx.fetch_one(&EARNINGS_OF, args![client.id]).await?;
    Earnings::read(&row, client.currency)
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

pub(super) async fn find_many(
    tx: &mut OrgTx,
    ids: impl IntoIterator<Item = ClientId>,
) -> Result<HashMap<ClientId, Client>> {
    let wanted = ids.into_iter().map(|id| args![id]).collect();
    let rows = tx.fetch_bulk(&FIND_MANY, wanted).await?;
    rows.iter()
        .map(|row| read(row).map(|client| (client.id, client)))
        .collect()
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

/// Every client with what linked subscriptions bring; the sums read what other slices keep for that purpose.
pub(super) async fn ranked(tx: &mut OrgTx) -> Result<Vec<Ranked>> {
    let mut earning: HashMap<ClientId, Row> = HashMap::new();
    for row in tx.fetch_all(&EARNINGS, args![]).await? {
        earning.insert(row.get("client_id")?, row);
    }
    let rows = tx.fetch_all(&RANKED, args![]).await?;
    let ranked = rows.iter().map(|row| {
        let (id, currency) = (row.get("id")?, currency(row)?);
        let earnings = earning.get(&id);
        let earnings = earnings.map(|row| Earnings::read(row, currency));
        Ok(Ranked {
            id,
            status: status(row)?,
            currency,
            search_text: row.get("search_text")?,
            earnings: earnings.transpose()?.unwrap_or_default(),
        })
    });
    ranked.collect()
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
    like::search_text([
        Some(it.name.as_str()),
        it.account_reference.as_deref(),
        it.website.as_deref(),
        it.email.as_deref(),
    ])
}

fn currency(row: &Row) -> Result<Currency> {
    let currency = row.parse("currency", str::parse)?;
    currency.ok_or_else(|| Error::internal("a client without a currency"))
}

fn status(row: &Row) -> Result<ClientStatus> {
    let status: String = row.get("status")?;
    let status = ClientStatus::parse(&status);
    status.ok_or_else(|| Error::internal("a client in an unknown status"))
}

fn read(row: &Row) -> Result<Client> {
    Ok(Client {
        id: row.get("id")?,
        name: row.get("name")?,
        account_reference: row.get("account_reference")?,
        website: row.get("website")?,
        email: row.get("email")?,
        address: row.get("address")?,
        currency: currency(row)?,
        payment_terms_days: row.get("payment_terms_days")?,
        tax_exempt: row.get("tax_exempt")?,
        status: status(row)?,
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
