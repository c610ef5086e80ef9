//! Sending an invoice after a question that names the address, and saying that a client has one.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    routing::{get, post},
};

use super::{
    address_of, api::delivery_id, require_mail, require_sendable, send, settle,
    store::load as load_delivery,
};
use crate::{
    accounts::Permission,
    app::App,
    error::{Error, Result},
    http::{
        Flash, Form, Frame, PageResult, Place, Refusals, Visit, go_and_tell, go_to, html,
        html_refused,
    },
    invoices::{Invoice, invoice_id, load_invoice, view::path},
    organizations::load_organization,
};

/// The pages of this slice.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/deliveries", get(super::list_page::list))
        .route("/invoices/{id}/send", get(ask).post(submit))
        .route("/deliveries/{id}/settle", post(submit_settle))
}

#[derive(Template)]
#[template(path = "deliveries/send.html")]
struct SendPage {
    frame: Frame,
    asked: Asked,
}

#[derive(Template)]
#[template(path = "deliveries/send_dialog.html")]
struct SendDialog {
    csrf_token: String,
    asked: Asked,
}

/// What is asked before an invoice is sent.
struct Asked {
    number: String,
    path: String,
    to: String,
    /// Where answers go.
    answers: String,
    /// Whom it was sent to before.
    before: Option<String>,
    refusals: Refusals,
}

async fn ask(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let id = invoice_id(&id)?;
    let sendable = require_mail(app.settings.mail.as_ref()).map(|_| ());
    let mut tx = app.database.read(visit.actor.organization).await?;
    let invoice = load_invoice(&mut tx, id).await?;
    if let Err(error) = sendable.and_then(|()| require_sendable(&invoice)) {
        return go_and_tell(&visit, &path(id), error);
    }
    // Without an address the field is empty, and says why.
    let (to, refusals) = match address_of(&mut tx, &invoice).await {
        Ok(address) => (address.to_string(), Refusals::default()),
        Err(error) => (String::new(), Refusals::of(&error)),
    };
    let asked = Asked::load(&mut tx, &app, &invoice, to, refusals).await?;
    if visit.fragment {
        return html(&SendDialog {
            csrf_token: visit.actor.csrf_token.clone(),
            asked,
        });
    }
    html(&asked.page(&visit))
}

async fn submit(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, fields }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let (id, by, now) = (invoice_id(&id)?, visit.actor.by(), app.clock.now());
    let typed = fields.text("to").to_owned();
    let mut tx = app.database.write(visit.actor.organization).await?;
    let sent = match typed.as_str() {
        "" => Err(Error::field("to", "Enter the address to send it to.")),
        to => send(&mut tx, &by, app.settings.mail.as_ref(), id, Some(to), now).await,
    };
    match sent {
        Ok(sending) => {
            tx.commit().await?;
            app.wake.wake();
            let message = told(&sending);
            Ok(go_to(&visit, &path(id), &[Flash::ok(message)]))
        }
        Err(error) if !error.field_errors().is_empty() => {
            let invoice = load_invoice(&mut tx, id).await?;
            let refusals = Refusals::of(&error);
            html_refused(
                &Asked::load(&mut tx, &app, &invoice, typed, refusals)
                    .await?
                    .page(&visit),
            )
        }
        Err(error) => go_and_tell(&visit, &path(id), error),
    }
}

async fn submit_settle(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let id = delivery_id(&id)?;
    let mut tx = app.database.write(visit.actor.organization).await?;
    let invoice = load_delivery(&mut tx, id).await?.invoice_id;
    match settle(&mut tx, &visit.actor.by(), id, app.clock.now()).await {
        Ok(_) => {
            tx.commit().await?;
            Ok(go_to(
                &visit,
                &path(invoice),
                &[Flash::ok("Taken for sent.")],
            ))
        }
        Err(error) => go_and_tell(&visit, &path(invoice), error),
    }
}

/// What is said after an invoice was put on its way.
#[must_use]
pub fn told(sending: &super::Sending) -> String {
    let to = &sending.delivery.to;
    if sending.joined {
        format!("It is on its way to {to} already.")
    } else {
        format!("It is on its way to {to}.")
    }
}

impl Asked {
    async fn load(
        tx: &mut db::OrgTx,
        app: &App,
        invoice: &Invoice,
        to: String,
        refusals: Refusals,
    ) -> Result<Self> {
        let email = load_organization(tx).await?.email;
        let from = app.settings.mail.as_ref().map(|mail| mail.from.to_string());
        let last = invoice.deliveries.first();
        Ok(Self {
            number: invoice.title().to_owned(),
            path: path(invoice.id),
            to,
            answers: if email.is_empty() {
                from.unwrap_or_default()
            } else {
                email
            },
            before: last.map(|it| it.to.clone()),
            refusals,
        })
    }

    fn page(self, visit: &Visit) -> SendPage {
        SendPage {
            frame: visit.frame(Place::Invoices, format!("Send {}", self.number)),
            asked: self,
        }
    }
}
