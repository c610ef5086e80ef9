//! How a run stands, as server-sent events until it ends.

use std::convert::Infallible;

use axum::{
    extract::{Path, State},
    response::sse::{Event, Sse},
};
use futures::Stream;
use serde::Serialize;
use utoipa::ToSchema;

use super::{RunProgress, RunStatus, store};
use crate::{
    app::App,
    error::{Error, Result},
    http::{ApiActor, ApiResult, ProblemBody, Watched, watch},
    ids::{BillingRunId, OrganizationId},
};

/// How a run stands.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RunEvent {
    /// The run.
    #[schema(value_type = String)]
    id: BillingRunId,
    /// How it stands.
    status: RunStatus,
    /// How far it is.
    progress: RunProgress,
    /// How many invoices it has made.
    created: usize,
}

/// A run as server-sent events: at once, whenever it went on, and for the last time when it ended.
#[utoipa::path(get, path = "/billing-runs/{id}/events", tag = "billing runs", params(("id" = String, Path)),
    responses((status = 200, body = RunEvent, content_type = "text/event-stream"), (status = 404, body = ProblemBody)))]
pub(super) async fn stream(
    State(app): State<App>,
    ApiActor(actor): ApiActor,
    Path(id): Path<String>,
) -> ApiResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let watched = WatchedRun {
        organization: actor.organization,
        id: BillingRunId::parse(&id).ok_or(Error::NotFound("billing run"))?,
    };
    Ok(watch(app, watched).await?)
}

struct WatchedRun {
    organization: OrganizationId,
    id: BillingRunId,
}

impl Watched for WatchedRun {
    type State = RunEvent;

    async fn look(&self, app: &App) -> Result<RunEvent> {
        let mut tx = app.database.read(self.organization).await?;
        let run = store::find(&mut tx, self.id).await?;
        let run = run.ok_or(Error::NotFound("billing run"))?;
        Ok(RunEvent {
            id: self.id,
            status: run.status,
            progress: run.progress,
            created: run.created,
        })
    }

    fn has_ended(state: &RunEvent) -> bool {
        state.status.is_finished()
    }
}
