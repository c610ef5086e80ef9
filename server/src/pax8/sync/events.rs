//! How a sync stands, as server-sent events until it ends.

use std::convert::Infallible;

use axum::{
    extract::{Path, State},
    response::sse::{Event, Sse},
};
use futures::Stream;

use super::{SyncView, api, load_sync};
use crate::{
    app::App,
    error::Result,
    http::{ApiResult, Pax8Actor, ProblemBody, Watched, watch},
    ids::{OrganizationId, SyncId},
};

/// The sync as server-sent events: at once, whenever it changed, and for the last time when it ended.
#[utoipa::path(get, path = "/integrations/pax8/syncs/{id}/events", tag = "pax8", params(("id" = String, Path)),
    responses((status = 200, body = SyncView, content_type = "text/event-stream"), (status = 404, body = ProblemBody)))]
pub(super) async fn stream(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
) -> ApiResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let watched = WatchedSync {
        organization: actor.organization,
        id: api::parse(&id)?,
    };
    Ok(watch(app, watched).await?)
}

struct WatchedSync {
    organization: OrganizationId,
    id: SyncId,
}

impl Watched for WatchedSync {
    type State = SyncView;

    async fn look(&self, app: &App) -> Result<SyncView> {
        let mut tx = app.database.read(self.organization).await?;
        Ok(SyncView::from(&load_sync(&mut tx, self.id).await?))
    }

    fn has_ended(state: &SyncView) -> bool {
        state.status.is_finished()
    }
}
