//! An organization in the middle of its life: an estate of Pax8, half of it mapped, and two months billed.

use ascent::{
    accounts::By,
    app::App,
    billing_runs::{self, Trigger},
    clients::create_client,
    http::PageQuery,
    ids::{ClientId, CompanyId, CustomRoleId, InvoiceId, OrganizationId, RecurringInvoiceId},
    invoices::{
        self,
        payments::{PaymentDetails, record_payment},
    },
    jobs,
    pax8::{
        companies::{ListCompanies, list_companies, map_automatically},
        subscriptions::{
            BillingDraft, Circumstances, ListSubscriptions, MarkupDraft, configure_billing,
            list_subscriptions,
        },
    },
    recurring::{LineDetails, RecurringDetails, create_recurring_invoice},
};
use db::{OrgTx, args};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use pax8_sandbox::Running;

use crate::common::{client, connect_to};

/// Clients, each of a company's name.
const CLIENTS: usize = 5_000;
/// Of the clients, those that are billed.
const BILLED: usize = 3_000;
/// Subscriptions that are linked for each.
const LINKS: u32 = 4;

db::statements! {
    org DRAFTS = "select id from invoice where organization_id = $1 and status = 'draft' order by id";
    org DELIVER = "insert into delivery (organization_id, id, invoice_id, recipients, state, attempts, message_id, queued_by,
        queued_at, ended_at) select organization_id, id, id, 'a@b.example', case when id < $2 then 'sent' else 'failed' end, 1,
        '<1@b.example>', 'Owner', created_at, created_at from invoice where organization_id = $1 and status <> 'draft'";
    org ROLE = "insert into custom_role (organization_id, id, name, sort_name, permissions, version, created_at)
        values ($1, $2, 'Biller', 'biller', '[]', 1, 0)";
    org CHANGE = "insert into pax8_change (organization_id, id, sync_id, at, record_type, record_pax8_id, record_name, field,
        before_value, after_value, revenue_change_minor, cost_change_minor, currency)
        select organization_id, id, seen_sync_id, first_seen_at, 'subscription', pax8_id, product_name, 'quantity', '1', '2', 100,
        80, currency from pax8_subscription where organization_id = $1";
}

pub async fn fill(app: &App, organization: OrganizationId, sandbox: &Running) {
    connect_to(sandbox, app, organization, false).await;
    jobs::drain(app, &ascent::job_registry()).await.unwrap();
    let by = By::command_line();
    let now = app.clock.now();
    let today = now.to_zoned_datetime(TimeZone::UTC).date();
    let mut tx = app.database.write(organization).await.unwrap();
    tx.execute(&CHANGE, args![]).await.unwrap();
    tx.execute(&ROLE, args![CustomRoleId::new()]).await.unwrap();
    for (_, name) in companies(&mut tx).await.into_iter().take(CLIENTS) {
        let details = client(name.replace(char::is_control, " "));
        create_client(&mut tx, &by, &details, now).await.unwrap();
    }
    map_automatically(&mut tx, now).await.unwrap();
    bill_companies(&mut tx, app, today).await;
    tx.commit().await.unwrap();
    billing_runs::run(app, organization, today, false, Trigger::Cli)
        .await
        .unwrap();
    let mut tx = app.database.write(organization).await.unwrap();
    settle(&mut tx, app).await;
    tx.commit().await.unwrap();
}

/// Companies with their names.
async fn companies(tx: &mut OrgTx) -> Vec<(CompanyId, String)> {
    let mapped = list(tx, &ListCompanies::default()).await;
    let named = mapped.into_iter();
    named.map(|(company, name, _)| (company, name)).collect()
}

async fn list(
    tx: &mut OrgTx,
    wanted: &ListCompanies,
) -> Vec<(CompanyId, String, Option<ClientId>)> {
    let mut found = Vec::new();
    let mut page = PageQuery {
        limit: Some(200),
        cursor: None,
    };
    loop {
        let list = list_companies(tx, wanted, &page).await.unwrap();
        found.extend(list.data.into_iter().filter_map(|it| {
            let client = it.client.map(|client| client.id);
            Some((it.id, it.name?, client)).filter(|(_, name, _)| !name.trim().is_empty())
        }));
        page.cursor = list.next_cursor;
        if page.cursor.is_none() {
            return found;
        }
    }
}

/// Makes a recurring invoice for mapped companies' clients and links subscriptions to it.
async fn bill_companies(tx: &mut OrgTx, app: &App, today: Date) {
    let (by, now) = (By::command_line(), app.clock.now());
    let wanted = ListCompanies {
        mapped: Some(true),
        ..ListCompanies::default()
    };
    for (company, name, client) in list(tx, &wanted).await.into_iter().take(BILLED) {
        let details = RecurringDetails {
            name: format!("Services of {name}").replace(char::is_control, " "),
            frequency: "monthly".to_owned(),
            start_date: today.saturating_sub(1.month()).to_string(),
            lines: vec![LineDetails {
                description: "Care".to_owned(),
                quantity: "1".to_owned(),
                unit_price: "100".to_owned(),
                taxable: true,
            }],
            ..RecurringDetails::default()
        };
        let made = create_recurring_invoice(tx, &by, client, &details, now)
            .await
            .unwrap();
        link(tx, app, company, made.id).await;
    }
}

async fn link(tx: &mut OrgTx, app: &App, company: CompanyId, recurring: RecurringInvoiceId) {
    let (by, now) = (By::command_line(), app.clock.now());
    let wanted = ListSubscriptions {
        company: Some(company),
        ..ListSubscriptions::default()
    };
    let page = PageQuery {
        limit: Some(LINKS),
        cursor: None,
    };
    let circumstances = Circumstances {
        data_is_stale: false,
        ..Circumstances::load(tx, now).await.unwrap()
    };
    let list = list_subscriptions(tx, &wanted, &page, &circumstances)
        .await
        .unwrap();
    for subscription in list.data {
        let draft = BillingDraft {
            markup: Some(MarkupDraft {
                kind: "percentage".to_owned(),
                value: "20".to_owned(),
            }),
            recurring_invoice_id: Some(recurring.to_string()),
            ..BillingDraft::default()
        };
        configure_billing(tx, &by, subscription.id, &draft, now)
            .await
            .unwrap();
    }
}

/// Issues three of four drafts, records payments of every third invoice, and says of each that it was sent.
async fn settle(tx: &mut OrgTx, app: &App) {
    let (by, now) = (By::command_line(), app.clock.now());
    let drafts = tx.fetch_all(&DRAFTS, args![]).await.unwrap();
    for (number, row) in drafts
        .iter()
        .enumerate()
        .filter(|(number, _)| number % 4 != 0)
    {
        let id: InvoiceId = row.get("id").unwrap();
        let Ok(_) = invoices::issue(tx, &by, id, None, now).await else {
            continue;
        };
        if number % 3 == 0 {
            let paid = PaymentDetails {
                amount: "1".to_owned(),
                ..PaymentDetails::default()
            };
            record_payment(tx, &by, id, &paid, now).await.unwrap();
        }
    }
    let most: InvoiceId = drafts[drafts.len() * 9 / 10].get("id").unwrap();
    tx.execute(&DELIVER, args![most]).await.unwrap();
}
