//! Clients as rows.

use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    cell::Cell,
    source::{Source, given, word},
};
use crate::{
    accounts::Actor,
    app::App,
    clients::{ClientStatus, ListClients, list_clients},
    error::Result,
    http::{List, PageQuery},
};

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct ClientsQuery {
    /// Part of a name, reference, website or e-mail address.
    q: Option<String>,
    /// Only those in this status: `active` or `archived`; `all` and absent: every one.
    status: Option<String>,
}

pub(super) struct Clients(ListClients);

impl ClientsQuery {
    pub(super) fn source(self) -> Result<Clients> {
        let status = self.status.filter(|status| status != "all");
        Ok(Clients(ListClients {
            q: given(&self.q).map(str::to_owned),
            status: word(
                &status,
                "status",
                ClientStatus::parse,
                "Use active, archived or all.",
            )?,
        }))
    }
}

impl Source for Clients {
    const NAME: &'static str = "clients";
    const COLUMNS: &'static [&'static str] = &[
        "Name",
        "Reference",
        "Website",
        "E-mail",
        "Address",
        "Currency",
        "Payment terms (days)",
        "Tax exempt",
        "Status",
        "Created",
        "ID",
    ];

    async fn page(&self, app: &App, actor: &Actor, page: &PageQuery) -> Result<List<Vec<Cell>>> {
        let mut tx = app.database.read(actor.organization).await?;
        let list = list_clients(&mut tx, &self.0, page).await?;
        Ok(list.map(|client| {
            vec![
                client.name.into(),
                client.account_reference.into(),
                client.website.into(),
                client.email.into(),
                client.address.into(),
                client.currency.code().into(),
                Cell::Number(client.payment_terms_days.into()),
                Cell::Flag(client.tax_exempt),
                client.status.as_str().into(),
                Cell::instant(client.created_at, &actor.timezone),
                client.id.to_string().into(),
            ]
        }))
    }
}
