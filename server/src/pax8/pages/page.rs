//! The page with its four cards.

use askama::Template;
use axum::extract::{Query, State};

use super::{
    companies::{self, CompaniesCard},
    credentials::CredentialsCard,
    filter::Filter,
    options::OptionsCard,
    status::StatusCard,
};
use crate::{
    app::App,
    error::Result,
    http::{Frame, PageResult, Pax8Visit, Place, Visit, html, html_parts},
    pax8::connection::find_connection,
};

#[derive(Template)]
#[template(path = "pax8/page.html")]
pub(super) struct Page {
    frame: Frame,
    status: StatusCard,
    pub(super) credentials: CredentialsCard,
    options: Option<OptionsCard>,
    companies: CompaniesCard,
}

impl Page {
    /// The page as it is now, read in one transaction.
    pub(super) async fn load(app: &App, visit: &Visit, filter: &Filter) -> Result<Self> {
        let actor = &visit.actor;
        let mut tx = app.database.read(actor.organization).await?;
        let connection = find_connection(&mut tx).await?;
        Ok(Self {
            frame: visit.frame(Place::Integrations, "Pax8"),
            status: StatusCard::load(&mut tx, actor, connection.as_ref(), None).await?,
            credentials: CredentialsCard::new(actor, connection.as_ref()),
            options: connection
                .as_ref()
                .map(|it| OptionsCard::new(actor, it.auto_map)),
            companies: CompaniesCard::load(
                &mut tx,
                actor,
                connection.is_some(),
                filter,
                app.clock.now(),
            )
            .await?,
        })
    }
}

/// `GET /admin/integrations/pax8`
pub(super) async fn show(
    State(app): State<App>,
    Pax8Visit(visit): Pax8Visit,
    Query(filter): Query<Filter>,
) -> PageResult {
    if visit.fragment {
        let mut tx = app.database.read(visit.actor.organization).await?;
        let list =
            companies::CompanyList::load(&mut tx, &visit.actor, &filter, app.clock.now()).await?;
        return html_parts(&[&list, &filter.export()], &[]);
    }
    html(&Page::load(&app, &visit, &filter).await?)
}
