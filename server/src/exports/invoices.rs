//! Invoices and their lines as rows.

use billing::LineSource;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    cell::Cell,
    source::{Source, given, word},
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    http::{List, PageQuery},
    ids::ClientId,
    invoices::{Filter, Invoice, InvoiceKind, InvoiceLine, list_invoices},
};

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct InvoicesQuery {
    /// Part of a number or of a client's name.
    q: Option<String>,
    /// Only this client's.
    client_id: Option<String>,
    /// Only those that stand there: `draft`, `issued`, `partially_paid`, `paid`, `void`; `review`: drafts that need review;
    /// `overdue`: past due and not paid.
    status: Option<String>,
    /// Only these documents: `invoice` or `credit_note`.
    kind: Option<String>,
}

/// An invoice a row.
pub(super) struct Invoices(Filter);
/// A line a row.
pub(super) struct InvoiceLines(Filter);

impl InvoicesQuery {
    pub(super) fn invoices(self, today: Date) -> Result<Invoices> {
        self.filter(today).map(Invoices)
    }

    pub(super) fn lines(self, today: Date) -> Result<InvoiceLines> {
        self.filter(today).map(InvoiceLines)
    }

    fn filter(self, today: Date) -> Result<Filter> {
        let client = |id: &str| ClientId::parse(id).ok_or(Error::NotFound("client"));
        let kinds = "Use invoice or credit_note.";
        let filter = Filter {
            client: given(&self.client_id).map(client).transpose()?,
            search: given(&self.q).map(str::to_owned),
            kind: word(&self.kind, "kind", InvoiceKind::parse, kinds)?,
            ..Filter::default()
        };
        let statuses = "Use draft, issued, partially_paid, paid, void, review or overdue.";
        let parse = |name: &str| filter.clone().with_status(name, today);
        let asked = word(&self.status, "status", parse, statuses)?;
        Ok(asked.unwrap_or(filter))
    }
}

impl Source for Invoices {
    const NAME: &'static str = "invoices";
    const COLUMNS: &'static [&'static str] = &[
        "Number",
        "Kind",
        "Corrects",
        "Status",
        "Needs review",
        "Client",
        "Reference",
        "Recurring invoice",
        "Period start",
        "Period end",
        "Issued",
        "Due",
        "Currency",
        "Subtotal",
        "Tax",
        "Total",
        "Paid",
        "Balance",
        "ID",
    ];

    async fn page(&self, app: &App, actor: &Actor, page: &PageQuery) -> Result<List<Vec<Cell>>> {
        let list = read(app, actor, &self.0, page).await?;
        let rows = list.data.iter().map(row);
        Ok(List {
            data: rows.collect::<Result<_>>()?,
            next_cursor: list.next_cursor,
        })
    }
}

impl Source for InvoiceLines {
    const NAME: &'static str = "invoice-lines";
    const COLUMNS: &'static [&'static str] = &[
        "Invoice",
        "Kind",
        "Corrects",
        "Invoice status",
        "Client",
        "Reference",
        "Period start",
        "Period end",
        "Issued",
        "Line",
        "Description",
        "Quantity",
        "Unit price",
        "Amount",
        "Currency",
        "Taxable",
        "Source",
        "Subscription ID",
        "Invoice ID",
    ];

    async fn page(&self, app: &App, actor: &Actor, page: &PageQuery) -> Result<List<Vec<Cell>>> {
        let list = read(app, actor, &self.0, page).await?;
        let rows = list.data.iter().flat_map(|invoice| {
            let lines = (1_u32..).zip(&invoice.lines);
            lines.map(|(number, line)| line_row(invoice, number, line))
        });
        Ok(List {
            data: rows.collect(),
            next_cursor: list.next_cursor,
        })
    }
}

async fn read(
    app: &App,
    actor: &Actor,
    filter: &Filter,
    page: &PageQuery,
) -> Result<List<Invoice>> {
    let mut tx = app.database.read(actor.organization).await?;
    list_invoices(&mut tx, filter, &page.paging()?).await
}

fn row(it: &Invoice) -> Result<Vec<Cell>> {
    Ok(vec![
        it.number.clone().into(),
        it.kind().as_str().into(),
        corrects(it),
        it.status.as_str().into(),
        Cell::Flag(it.needs_review()),
        it.client.name.as_str().into(),
        it.client.account_reference.clone().into(),
        Cell::optional(it.origin.as_ref(), |origin| origin.name.as_str().into()),
        it.period.map(|period| period.start).into(),
        it.period.map(|period| period.end).into(),
        it.issue_date.into(),
        it.due_date.into(),
        it.currency.code().into(),
        Cell::amount(it.subtotal),
        Cell::amount(it.tax),
        Cell::amount(it.total),
        Cell::amount(it.paid),
        Cell::amount(it.balance()?),
        it.id.to_string().into(),
    ])
}

/// The number of the invoice that a credit note corrects.
fn corrects(it: &Invoice) -> Cell {
    Cell::optional(it.correction.as_ref(), |it| it.number.as_str().into())
}

fn line_row(invoice: &Invoice, number: u32, line: &InvoiceLine) -> Vec<Cell> {
    let (source, subscription) = match &line.source {
        LineSource::Manual => ("manual", Cell::Nothing),
        LineSource::Pax8 { subscription_id } => ("pax8", subscription_id.as_str().into()),
    };
    vec![
        invoice.number.clone().into(),
        invoice.kind().as_str().into(),
        corrects(invoice),
        invoice.status.as_str().into(),
        invoice.client.name.as_str().into(),
        invoice.client.account_reference.clone().into(),
        invoice.period.map(|period| period.start).into(),
        invoice.period.map(|period| period.end).into(),
        invoice.issue_date.into(),
        Cell::Number(number.into()),
        line.description.as_str().into(),
        Cell::Number(line.quantity),
        Cell::Number(line.unit_price.value()),
        Cell::amount(line.amount),
        invoice.currency.code().into(),
        Cell::Flag(line.taxable),
        source.into(),
        subscription,
        invoice.id.to_string().into(),
    ]
}
