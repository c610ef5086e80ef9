//! Issuing and making void, each after a question that says what will happen.

use axum::extract::{Path, RawQuery, State};

use super::super::{
    Invoice, InvoiceStatus, api::invoice_id, credit::credited_at_issue, issue, load_invoice,
    view::path, void,
};
use crate::{
    accounts::Permission,
    app::App,
    deliveries::{address_of, require_mail, send, told},
    error::{Error, Result},
    http::{Fields, Flash, Form, PageResult, Place, Question, Visit, filters, go_and_tell, go_to},
};

pub(super) async fn ask_issue(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let invoice = load(&app, &visit, &id).await?;
    if let Err(error) = invoice.require_issuable() {
        return go_and_tell(&visit, &path(invoice.id), error);
    }
    let question = issue_question_of(&app, &visit, &invoice).await?;
    question.ask(&visit, Place::Invoices)
}

/// An invoice is asked for, a credit note gives: what is asked before it is issued says which.
async fn issue_question_of(app: &App, visit: &Visit, invoice: &Invoice) -> Result<Question> {
    match &invoice.correction {
        Some(correction) => {
            let mut tx = app.database.read(visit.actor.organization).await?;
            let corrected = load_invoice(&mut tx, correction.invoice).await?;
            credit_question(invoice, &corrected)
        }
        None => Ok(issue_question(invoice)),
    }
}

pub(super) async fn ask_issue_and_send(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let invoice = load(&app, &visit, &id).await?;
    let to = match where_to_send(&app, &visit, &invoice).await {
        Ok(to) => to,
        Err(error) => return go_and_tell(&visit, &path(invoice.id), error),
    };
    let mut question = issue_question_of(&app, &visit, &invoice).await?;
    question.title = "Issue and send?".to_owned();
    question.action = format!(
        "{}/issue-and-send?version={}",
        path(invoice.id),
        invoice.version
    );
    question
        .effects
        .insert(1, format!("It goes to {to} by e-mail with its PDF."));
    question.accept = "Issue and send";
    question.ask(&visit, Place::Invoices)
}

async fn where_to_send(app: &App, visit: &Visit, invoice: &Invoice) -> Result<String> {
    invoice.require_issuable()?;
    require_mail(app.settings.mail.as_ref())?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let address = address_of(&mut tx, invoice).await;
    Ok(address.map_err(without_field)?.to_string())
}

pub(super) async fn ask_void(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    let invoice = load(&app, &visit, &id).await?;
    invoice.require_voidable()?;
    void_question(&invoice).ask(&visit, Place::Invoices)
}

/// The version that the person saw.
fn version(query: Option<String>) -> Option<i64> {
    let query = Fields::parse(query.unwrap_or_default().as_bytes());
    query.text("version").parse().ok()
}

/// Both in one transaction: what cannot be sent is not issued.
pub(super) async fn submit_issue_and_send(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let (id, by, now) = (invoice_id(&id)?, visit.actor.by(), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    let both = async {
        let invoice = issue(&mut tx, &by, id, version(query), now).await?;
        let sending = send(&mut tx, &by, app.settings.mail.as_ref(), id, None, now).await?;
        Ok((invoice, sending))
    };
    match both.await {
        Ok((invoice, sending)) => {
            tx.commit().await?;
            app.wake.wake();
            let message = format!("Issued as {}. {}", invoice.title(), told(&sending));
            Ok(go_to(&visit, &path(id), &[Flash::ok(message)]))
        }
        Err(error) => go_and_tell(&visit, &path(id), without_field(error)),
    }
}

/// There is no field for an address in this question: what is wrong with the client's is told on the invoice's page.
fn without_field(error: Error) -> Error {
    match error {
        Error::Refused { detail, .. } => Error::conflict("no_address", detail),
        error => error,
    }
}

pub(super) async fn submit_issue(
    State(app): State<App>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let version = version(query);
    let (id, by, now) = (invoice_id(&id)?, visit.actor.by(), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match issue(&mut tx, &by, id, version, now).await {
        Ok(invoice) => {
            tx.commit().await?;
            let message = Flash::ok(format!("Issued as {}.", invoice.title()));
            Ok(go_to(&visit, &path(id), &[message]))
        }
        Err(error) => go_and_tell(&visit, &path(id), error),
    }
}

pub(super) async fn submit_void(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let (id, by, now) = (invoice_id(&id)?, visit.actor.by(), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match void(&mut tx, &by, id, now).await {
        Ok(invoice) => {
            tx.commit().await?;
            let message = Flash::ok(format!(
                "The {} is void.",
                invoice.kind().label().to_lowercase()
            ));
            Ok(go_to(&visit, &path(id), &[message]))
        }
        Err(error) => go_and_tell(&visit, &path(id), error),
    }
}

async fn load(app: &App, visit: &Visit, id: &str) -> Result<Invoice> {
    visit.actor.require(Permission::BillingManage)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    load_invoice(&mut tx, invoice_id(id)?).await
}

const GETS_A_NUMBER: &str =
    "It gets the next number and today's date. After that it is not changed any more.";

fn issue_question(invoice: &Invoice) -> Question {
    let (total, client) = (filters::money(&invoice.total), &invoice.client.name);
    let due = match invoice.payment_terms_days {
        0 => "due on receipt".to_owned(),
        1 => "due in 1 day".to_owned(),
        days => format!("due in {days} days"),
    };
    let mut effects = vec![
        format!("{client} is asked to pay {total}, {due}."),
        GETS_A_NUMBER.to_owned(),
    ];
    match invoice.held.len() {
        0 => {}
        1 => effects.push("1 held subscription is not on it.".to_owned()),
        held => effects.push(format!("{held} held subscriptions are not on it.")),
    }
    Question {
        title: "Issue this invoice?".to_owned(),
        // What was seen is what is issued.
        action: format!("{}/issue?version={}", path(invoice.id), invoice.version),
        back: path(invoice.id),
        effects,
        accept: "Issue invoice",
        decline: "Keep it a draft",
        danger: false,
    }
}

fn credit_question(note: &Invoice, corrected: &Invoice) -> Result<Question> {
    let credit = note.open()?;
    let settles = credited_at_issue(credit, corrected)?;
    let stays = credit.checked_sub(settles)?;
    let number = corrected.title();
    let mut effects = vec![format!(
        "{} is credited {} for {number}.",
        note.client.name,
        filters::money(&credit)
    )];
    if settles.minor() > 0 {
        let settles = filters::money(&settles);
        effects.push(format!("{settles} settles what is open of {number}."));
    }
    if stays.minor() > 0 {
        let stays = filters::money(&stays);
        effects.push(format!(
            "{stays} stays as credit: set it against another invoice, or pay it out."
        ));
    }
    effects.push(GETS_A_NUMBER.to_owned());
    Ok(Question {
        title: "Issue this credit note?".to_owned(),
        action: format!("{}/issue?version={}", path(note.id), note.version),
        back: path(note.id),
        effects,
        accept: "Issue credit note",
        decline: "Keep it a draft",
        danger: false,
    })
}

fn void_question(invoice: &Invoice) -> Question {
    let (total, client) = (filters::money(&invoice.total), &invoice.client.name);
    let effect = if invoice.is_credit_note() {
        let credit = invoice.total.checked_neg().unwrap_or(invoice.total);
        format!("{client} is not credited {}.", filters::money(&credit))
    } else if invoice.status == InvoiceStatus::Draft {
        format!("{client} will not be asked to pay these {total}.")
    } else {
        format!(
            "{client} does not have to pay these {total} any more. The invoice keeps its number."
        )
    };
    let then = match invoice.is_credit_note() {
        true => "A void credit note cannot be taken back. Its lines can be credited again.",
        false => {
            "A void invoice cannot be taken back, and no billing run bills its period again. You can do that from its page."
        }
    };
    Question {
        title: match &invoice.number {
            Some(number) => format!("Make {number} void?"),
            None => "Make this draft void?".to_owned(),
        },
        action: format!("{}/void", path(invoice.id)),
        back: path(invoice.id),
        effects: vec![effect, then.to_owned()],
        accept: "Make void",
        decline: "Keep it",
        danger: true,
    }
}
