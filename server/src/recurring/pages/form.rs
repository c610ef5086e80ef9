//! The form of a recurring invoice. A refused one comes back filled, with the messages at its fields.

use askama::Template;
use axum::extract::{Path, RawQuery, State};

use super::{
    links_ended_message,
    list::frequencies,
    path, recurring_id,
    row::Row,
    typed::{Typed, blank_row},
};
use crate::{
    accounts::Permission,
    app::App,
    clients::{ClientOption, find_client, search_options},
    error::{Error, Result},
    http::{
        Fields, Flash, Form, Frame, PageResult, Place, Refusals, Visit, go_and_tell, go_to, html,
        html_refused,
    },
    ids::ClientId,
    recurring::{
        RecurringInvoice, change_recurring_invoice, count_periods_due, create_recurring_invoice,
        load_recurring_invoice,
    },
};

/// How many clients the form offers before anything is typed.
const CHOICES: u32 = 50;

/// The checkboxes: field, label, and what it means.
const HANDLING: [(&str, &str, &str); 4] = [
    (
        "review_first",
        "Review before issuing",
        "Each invoice is made as a draft and waits.",
    ),
    (
        "auto_send",
        "Send by itself",
        "As it is issued, each invoice goes to the client's e-mail address with its PDF. What needs review waits as a draft.",
    ),
    (
        "prorate_first",
        "Charge the days before the first period",
        "If it starts between two periods, the first invoice adds the days from the start date, line by line.",
    ),
    (
        "prorate_changes",
        "Bill seat changes within a period",
        "Seats that come or go are charged or given back on the next invoice, from the day a sync saw them. Otherwise a change counts from the next period on.",
    ),
];

#[derive(Template)]
#[template(path = "recurring/form.html")]
struct FormPage {
    frame: Frame,
    typed: Typed,
    refusals: Refusals,
    /// Why it was not saved, where that concerns no field.
    notice: Option<String>,
    frequencies: Vec<(&'static str, &'static str)>,
    /// Whom it can bill.
    clients: Vec<ClientOption>,
    chosen: Option<ClientId>,
    /// The recurring invoice that is changed; none: a new one.
    invoice: Option<RecurringInvoice>,
}

impl FormPage {
    fn action(&self) -> String {
        match &self.invoice {
            Some(invoice) => format!("{}/edit", path(invoice.id)),
            None => "/recurring/new".to_owned(),
        }
    }

    fn back(&self) -> String {
        match &self.invoice {
            Some(invoice) => path(invoice.id),
            None => "/recurring".to_owned(),
        }
    }

    /// The rows of lines with what was refused of them.
    fn rows(&self) -> Vec<Row> {
        let rows = self.typed.rows.iter().enumerate();
        rows.map(|(index, line)| Row::of(index, line, &self.refusals))
            .collect()
    }

    /// The row that the page's script adds.
    fn blank(&self) -> Row {
        Row::of(self.typed.rows.len(), &blank_row(), &Refusals::default())
    }

    fn is_chosen(&self, client: &ClientOption) -> bool {
        self.chosen == Some(client.id)
    }
}

pub(super) async fn new(
    State(app): State<App>,
    visit: Visit,
    RawQuery(query): RawQuery,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    let chosen = ClientId::parse(query.text("client_id"));
    let typed = Typed::blank(app.clock.today(&visit.actor.timezone));
    html(&new_page(&app, &visit, typed, chosen).await?)
}

pub(super) async fn create(State(app): State<App>, Form { visit, fields }: Form) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let client = ClientId::parse(fields.text("client_id"));
    if let Some(typed) = Typed::reshaped(&fields) {
        return html(&new_page(&app, &visit, typed, client).await?);
    }
    let (typed, by, now) = (Typed::sent(fields), visit.actor.by(), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match create_recurring_invoice(&mut tx, &by, client, &typed.details(), now).await {
        Ok(invoice) => {
            tx.commit().await?;
            Ok(saved(&app, &visit, &invoice, "was created", 0)?)
        }
        Err(error) => {
            drop(tx);
            refused(new_page(&app, &visit, typed, client).await?, error)
        }
    }
}

pub(super) async fn edit(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let invoice = load_recurring_invoice(&mut tx, recurring_id(&id)?).await?;
    if let Err(error) = invoice.require_live() {
        return go_and_tell(&visit, &path(invoice.id), error);
    }
    html(&edit_page(&visit, Typed::of(&invoice), invoice))
}

pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, fields }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let (id, by, now) = (recurring_id(&id)?, visit.actor.by(), app.clock.now());
    let version = fields.text("version").parse().ok();
    let mut tx = app.database.write(visit.actor.organization).await?;
    let before = load_recurring_invoice(&mut tx, id).await?;
    if let Some(typed) = Typed::reshaped(&fields) {
        return html(&edit_page(&visit, typed, before));
    }
    let typed = Typed::sent(fields);
    let details = typed.details().follow_start(&before);
    match change_recurring_invoice(&mut tx, &by, id, version, &details, now).await {
        Ok(changed) => {
            tx.commit().await?;
            let stopped = changed.links_ended;
            Ok(saved(&app, &visit, &changed.invoice, "was saved", stopped)?)
        }
        Err(error) => match before.require_live() {
            Ok(()) => refused(edit_page(&visit, typed, before), error),
            Err(over) => go_and_tell(&visit, &path(id), over),
        },
    }
}

async fn new_page(
    app: &App,
    visit: &Visit,
    typed: Typed,
    chosen: Option<ClientId>,
) -> Result<FormPage> {
    let mut tx = app.database.read(visit.actor.organization).await?;
    let mut clients = search_options(&mut tx, "", CHOICES).await?;
    if let Some(id) = chosen
        && !clients.iter().any(|client| client.id == id)
        && let Some(client) = find_client(&mut tx, id).await?
    {
        clients.push(ClientOption {
            id,
            name: client.name,
            account_reference: client.account_reference,
        });
    }
    let frame = visit.frame(Place::Recurring, "New recurring invoice");
    Ok(page(frame, typed, clients, chosen, None))
}

fn edit_page(visit: &Visit, typed: Typed, invoice: RecurringInvoice) -> FormPage {
    let frame = visit.frame(Place::Recurring, format!("Edit {}", invoice.name));
    page(frame, typed, Vec::new(), None, Some(invoice))
}

fn page(
    frame: Frame,
    typed: Typed,
    clients: Vec<ClientOption>,
    chosen: Option<ClientId>,
    invoice: Option<RecurringInvoice>,
) -> FormPage {
    FormPage {
        frame,
        typed,
        refusals: Refusals::default(),
        notice: None,
        frequencies: frequencies(),
        clients,
        chosen,
        invoice,
    }
}

/// The form again, as it was sent. After a change by somebody else it carries the present version, so that sending it once
/// more is a decision.
fn refused(mut page: FormPage, error: Error) -> PageResult {
    if error.code() == "changed_meanwhile" {
        page.notice = Some(
            "It was changed or billed while you were editing. Below is what you entered; saving it again replaces the other \
             change."
                .to_owned(),
        );
    } else if error.field_errors().is_empty() {
        return Err(error.into());
    }
    page.refusals = Refusals::of(&error);
    html_refused(&page)
}

/// Goes to the page, and says what the next billing run will catch up with.
fn saved(
    app: &App,
    visit: &Visit,
    invoice: &RecurringInvoice,
    done: &str,
    links_ended: u64,
) -> Result<axum::response::Response> {
    let mut messages = vec![Flash::ok(format!("{} {done}.", invoice.name))];
    let due = count_periods_due(invoice, app.clock.today(&visit.actor.timezone))?;
    if due > 1 {
        messages.push(Flash::warn(format!(
            "{due} periods are due: the next billing run makes {due} invoices."
        )));
    }
    messages.extend(links_ended_message(links_ended));
    Ok(go_to(visit, &path(invoice.id), &messages))
}
