//! The rows that a billing run wrote, written once more and nothing else: the least that a run can take.

use ascent::{app::App, ids::OrganizationId};
use db::{IntoValue as _, Row, Value};

db::statements! {
    org READ_INVOICES = "select * from invoice where organization_id = $1 order by id";
    org READ_LINES = "select * from invoice_line where organization_id = $1 order by id";
    org READ_EVENTS = "select * from audit_event where organization_id = $1 and subject_type = 'invoice' order by id";
    org READ_MOVED = "select * from recurring_invoice where organization_id = $1 order by id";
    bulk INVOICES = "insert into invoice (organization_id, id, number, client_id, recurring_invoice_id, recurring_name,
        billing_run_id, status, needs_review, review_reasons, currency, issue_date, due_date, period_start, period_end,
        subtotal_minor, tax_minor, total_minor, paid_minor, client_name, client_json, seller_json, taxes, held, skipped,
        payment_terms_days, version, search_text, created_at, issued_at) values", 30, "";
    bulk LINES = "insert into invoice_line (organization_id, id, invoice_id, position, description, quantity, unit_price,
        amount_minor, taxable, source, subscription_id, explanation) values", 12, "";
    bulk EVENTS = "insert into audit_event (organization_id, id, at, actor, via, action, subject_type, subject_id, subject_name,
        before_json, after_json, search_text) values", 12, "";
    bulk MOVED = "with news (organization_id, id, next_invoice_date, billed_until) as (values", 4,
        ") update recurring_invoice set next_invoice_date = news.next_invoice_date, billed_until = news.billed_until,
            version = version + 1 from news
        where recurring_invoice.organization_id = news.organization_id and recurring_invoice.id = news.id";
}

/// Invoices written in one transaction.
const TOGETHER: usize = 1_000;

#[derive(Clone, Copy)]
enum Is {
    Text,
    Int,
    Bool,
}

/// The rows, in the order in which they depend on each other; how many of each belong to one invoice.
pub struct Written(Vec<Table>);

struct Table {
    statement: &'static db::BulkStatement,
    rows: Vec<Vec<Value>>,
}

impl Written {
    pub async fn by(app: &App, organization: OrganizationId) -> Self {
        let mut tx = app.database.read(organization).await.unwrap();
        let mut tables = Vec::new();
        for (statement, read) in [
            (&INVOICES, &READ_INVOICES),
            (&LINES, &READ_LINES),
            (&EVENTS, &READ_EVENTS),
            (&MOVED, &READ_MOVED),
        ] {
            let columns = columns(statement.head);
            let found = tx.fetch_all(read, vec![]).await.unwrap();
            let rows = found.iter().map(|row| values(row, &columns)).collect();
            tables.push(Table { statement, rows });
        }
        Self(tables)
    }

    /// Writes them for another organization that has the same clients and recurring invoices.
    pub async fn insert(self, app: &App, organization: OrganizationId) {
        let transactions = self.0[0].rows.len().div_ceil(TOGETHER);
        let mut tables: Vec<_> = self
            .0
            .into_iter()
            .map(|table| {
                let together = table.rows.len().div_ceil(transactions);
                (table.statement, together, table.rows.into_iter())
            })
            .collect();
        for _ in 0..transactions {
            let mut tx = app.database.write(organization).await.unwrap();
            for (statement, together, rows) in &mut tables {
                let some = rows.by_ref().take(*together);
                tx.bulk(statement, some).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    }
}

/// The columns that a statement writes, the organization's id apart.
fn columns(head: &'static str) -> Vec<(&'static str, Is)> {
    let (_, list) = head.split_once('(').unwrap();
    let (list, _) = list.split_once(')').unwrap();
    let names = list.split(',').map(str::trim).skip(1);
    names.map(|name| (name, kind(name))).collect()
}

fn kind(column: &str) -> Is {
    match column {
        "needs_review" | "taxable" => Is::Bool,
        "position" | "version" | "payment_terms_days" | "at" => Is::Int,
        it if it.ends_with("_minor") || it.ends_with("_at") => Is::Int,
        _ => Is::Text,
    }
}

fn values(row: &Row, columns: &[(&str, Is)]) -> Vec<Value> {
    let value = |(name, is): &(&str, Is)| match is {
        Is::Text => row.get::<Option<String>>(name).unwrap().into_value(),
        Is::Int => row.get::<Option<i64>>(name).unwrap().into_value(),
        Is::Bool => row.get::<Option<bool>>(name).unwrap().into_value(),
    };
    columns.iter().map(value).collect()
}
