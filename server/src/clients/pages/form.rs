//! The form of a client. A refused one comes back filled, with the messages at its fields.

use askama::Template;
use axum::extract::{Path, State};
use money::Currency;

use super::{client_id, path};
use crate::{
    accounts::Permission,
    app::App,
    clients::{
        Client, ClientDetails, change_client, create_client, list_sharing_reference, load_client,
    },
    error::Error,
    http::{
        Fields, Flash, Form, Frame, PageResult, Place, Refusals, Visit, go_to, html, html_refused,
    },
};

/// Offered in the form; a client's own is offered besides.
const USUAL_CURRENCIES: [Currency; 6] = [
    Currency::USD,
    Currency::EUR,
    Currency::GBP,
    Currency::CAD,
    Currency::AUD,
    Currency::NZD,
];

#[derive(Template)]
#[template(path = "clients/form.html")]
struct FormPage {
    frame: Frame,
    typed: Fields,
    refusals: Refusals,
    /// Why it was not saved, where that concerns no field.
    notice: Option<String>,
    version: Option<i64>,
    currencies: Vec<String>,
    action: String,
    back: String,
    submit: &'static str,
}

pub(super) async fn new(visit: Visit) -> PageResult {
    visit.actor.require(Permission::ClientsManage)?;
    let typed = Fields::of([
        ("currency", visit.actor.currency.code().to_owned()),
        (
            "payment_terms_days",
            crate::clients::USUAL_TERMS.to_string(),
        ),
    ]);
    html(&FormPage::new_client(&visit, typed))
}

pub(super) async fn create(State(app): State<App>, Form { visit, fields }: Form) -> PageResult {
    visit.actor.require(Permission::ClientsManage)?;
    let (details, by, now) = (details(&fields), visit.actor.by(), app.clock.now());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match create_client(&mut tx, &by, &details, now).await {
        Ok(client) => {
            let shared = list_sharing_reference(&mut tx, &client).await?;
            tx.commit().await?;
            let mut messages = vec![Flash::ok(format!("{} was created.", client.name))];
            messages.extend(warning(shared.len()));
            Ok(go_to(&visit, &path(client.id), &messages))
        }
        Err(error) => FormPage::new_client(&visit, fields).refused(error),
    }
}

pub(super) async fn edit(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    visit.actor.require(Permission::ClientsManage)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let client = load_client(&mut tx, client_id(&id)?).await?;
    html(&FormPage::of_client(&visit, &client, typed(&client)))
}

pub(super) async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, fields }: Form,
) -> PageResult {
    visit.actor.require(Permission::ClientsManage)?;
    let (id, by, now) = (client_id(&id)?, visit.actor.by(), app.clock.now());
    let version = fields.text("version").parse().ok();
    let mut tx = app.database.write(visit.actor.organization).await?;
    let before = load_client(&mut tx, id).await?;
    match change_client(&mut tx, &by, id, version, &details(&fields), now).await {
        Ok(client) => {
            tx.commit().await?;
            let message = Flash::ok(format!("{} was saved.", client.name));
            Ok(go_to(&visit, &path(id), &[message]))
        }
        Err(error) => FormPage::of_client(&visit, &before, fields).refused(error),
    }
}

impl FormPage {
    fn new_client(visit: &Visit, typed: Fields) -> Self {
        Self {
            frame: visit.frame(Place::Clients, "New client"),
            currencies: currencies(visit.actor.currency),
            typed,
            refusals: Refusals::default(),
            notice: None,
            version: None,
            action: "/clients/new".to_owned(),
            back: "/clients".to_owned(),
            submit: "Create client",
        }
    }

    fn of_client(visit: &Visit, client: &Client, typed: Fields) -> Self {
        Self {
            frame: visit.frame(Place::Clients, format!("Edit {}", client.name)),
            currencies: currencies(client.currency),
            typed,
            refusals: Refusals::default(),
            notice: None,
            version: Some(client.version),
            action: format!("/clients/{}/edit", client.id),
            back: path(client.id),
            submit: "Save client",
        }
    }

    /// The form again, as it was sent. After a change by somebody else it carries the present version, so that sending it
    /// once more is a decision.
    fn refused(mut self, error: Error) -> PageResult {
        if error.code() == "changed_meanwhile" {
            self.notice = Some(
                "Somebody changed this client while you were editing. Below is what you entered; saving it again replaces \
                 their change."
                    .to_owned(),
            );
        } else if error.field_errors().is_empty() {
            return Err(error.into());
        }
        self.refusals = Refusals::of(&error);
        html_refused(&self)
    }
}

fn details(fields: &Fields) -> ClientDetails {
    ClientDetails {
        name: fields.text("name").to_owned(),
        account_reference: fields.optional("account_reference"),
        website: fields.optional("website"),
        email: fields.optional("email"),
        address: fields.text("address").to_owned(),
        currency: fields.text("currency").to_owned(),
        payment_terms_days: fields.text("payment_terms_days").parse().ok(),
        tax_exempt: fields.is_on("tax_exempt"),
    }
}

fn typed(client: &Client) -> Fields {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    Fields::of([
        ("name", client.name.clone()),
        ("account_reference", text(&client.account_reference)),
        ("website", text(&client.website)),
        ("email", text(&client.email)),
        ("address", client.address.clone()),
        ("currency", client.currency.code().to_owned()),
        ("payment_terms_days", client.payment_terms_days.to_string()),
        ("tax_exempt", client.tax_exempt.to_string()),
    ])
}

fn currencies(own: Currency) -> Vec<String> {
    let mut currencies = USUAL_CURRENCIES.to_vec();
    if !currencies.contains(&own) {
        currencies.push(own);
    }
    currencies.iter().map(ToString::to_string).collect()
}

fn warning(others: usize) -> Option<Flash> {
    (others > 0).then(|| {
        Flash::warn("Another client has the same account reference. Matching by it waits for you.")
    })
}
