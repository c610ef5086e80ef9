//! The list of invoices.

use askama::Template;
use axum::extract::{RawQuery, State};
use jiff::civil::Date;

use super::super::{
    Filter, Invoice, InvoiceStatus, InvoiceSum, OVERDUE, REVIEW,
    sorted::{COLUMNS, USUAL, list_sorted},
    view::{Badge, badge_of},
    waiting_drafts,
};
use crate::{
    accounts::Permission,
    app::App,
    error::Result,
    exports::ExportMenu,
    http::{
        Fields, Frame, Head, List, PageQuery, PageResult, Pager, Place, Sort, Visit, filters, html,
        html_parts,
    },
    ids::ClientId,
};

const PAGE: &str = "/invoices";

#[derive(Template)]
#[template(path = "invoices/list.html")]
struct ListPage {
    frame: Frame,
    query: ListQuery,
    rows: ListRows,
    export: ExportMenu,
    waiting: Vec<InvoiceSum>,
    may_bill: bool,
}

/// The part that changes with the filters.
#[derive(Template)]
#[template(path = "invoices/rows.html")]
struct ListRows {
    rows: Vec<Row>,
    heads: Vec<Head>,
    sort: Option<String>,
    filtered: bool,
    pager: Pager,
}

struct ListQuery {
    q: String,
    status: String,
    client_id: Option<ClientId>,
    page: PageQuery,
    fields: Fields,
}

struct Row {
    id: String,
    title: String,
    /// The number of the invoice that a credit note corrects.
    corrects: Option<String>,
    client_id: String,
    client_name: String,
    issued: Option<String>,
    due: Option<String>,
    total: String,
    balance: String,
    badge: Badge,
}

pub(super) async fn list(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> PageResult {
    let query = ListQuery::read(Fields::parse(query.unwrap_or_default().as_bytes()));
    let mut tx = app.database.read(visit.actor.organization).await?;
    let (sort, own) = (
        Sort::of(&query.fields, &COLUMNS, USUAL),
        visit.actor.currency,
    );
    let today = app.clock.today(&visit.actor.timezone);
    let invoices = list_sorted(&mut tx, &query.filter(today), sort, own, &query.page).await?;
    let rows = ListRows::of(&query, &invoices, today)?;
    let export = query.export();
    if visit.fragment {
        return html_parts(&[&rows, &export], &[]);
    }
    let page = ListPage {
        frame: visit.frame(Place::Invoices, "Invoices"),
        waiting: waiting_drafts(&mut tx).await?,
        may_bill: visit.actor.require(Permission::BillingManage).is_ok(),
        export,
        query,
        rows,
    };
    html(&page)
}

impl ListQuery {
    fn read(fields: Fields) -> Self {
        Self {
            q: fields.text("q").to_owned(),
            status: fields.text("status").to_owned(),
            client_id: ClientId::parse(fields.text("client_id")),
            page: PageQuery {
                limit: None,
                cursor: fields.optional("cursor"),
            },
            fields,
        }
    }

    fn filter(&self, today: Date) -> Filter {
        let filter = Filter {
            client: self.client_id,
            search: Some(self.q.clone()),
            ..Filter::default()
        };
        let asked = filter.clone().with_status(&self.status, today);
        asked.unwrap_or(filter)
    }

    fn export(&self) -> ExportMenu {
        let client = self.client_id.map(|id| id.to_string()).unwrap_or_default();
        ExportMenu::invoices(&[
            ("q", &self.q),
            ("status", &self.status),
            ("client_id", &client),
        ])
    }

    /// The choices of the status filter: value, label, whether it is chosen.
    fn statuses(&self) -> Vec<(&'static str, &'static str, bool)> {
        let mut choices = vec![("", "All"), (REVIEW, "Needs review"), (OVERDUE, "Overdue")];
        choices.extend(InvoiceStatus::ALL.map(|status| (status.as_str(), status.label())));
        choices
            .into_iter()
            .map(|(value, label)| (value, label, value == self.status))
            .collect()
    }
}

impl ListRows {
    fn of(query: &ListQuery, invoices: &List<Invoice>, today: Date) -> Result<Self> {
        let rows = invoices.data.iter().map(|invoice| Row::of(invoice, today));
        Ok(Self {
            rows: rows.collect::<Result<_>>()?,
            heads: Head::all(PAGE, &query.fields, &COLUMNS, USUAL),
            sort: query.fields.optional("sort"),
            filtered: !query.q.is_empty() || !query.status.is_empty() || query.client_id.is_some(),
            pager: Pager::of(PAGE, &query.fields, invoices.next_cursor.as_deref()),
        })
    }
}

impl Row {
    fn of(invoice: &Invoice, today: Date) -> Result<Self> {
        Ok(Self {
            id: invoice.id.to_string(),
            title: invoice.title().to_owned(),
            corrects: invoice.correction.as_ref().map(|it| it.number.clone()),
            client_id: invoice.client_id.to_string(),
            client_name: invoice.client.name.clone(),
            issued: invoice.issue_date.as_ref().map(filters::day),
            due: invoice.due_date.as_ref().map(filters::day),
            total: filters::money(&invoice.total),
            balance: filters::money(&invoice.balance()?),
            badge: badge_of(invoice, today),
        })
    }
}
