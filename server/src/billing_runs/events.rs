//! How a run stands, as server-sent events until it ends. The row is what is looked at, so that it does not matter which
//! process makes the run.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Path, State},
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, stream};
use serde::Serialize;
use utoipa::ToSchema;

use super::{RunProgress, RunStatus, store};
use crate::{
    app::App,
    error::{Error, Result},
    http::{ApiActor, ApiResult, ProblemBody},
    ids::{BillingRunId, OrganizationId},
};

/// How often the run is looked at.
const LOOK: Duration = Duration::from_millis(300);

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
    let watch = Watch {
        organization: actor.organization,
        id: BillingRunId::parse(&id).ok_or(Error::NotFound("billing run"))?,
        shown: None,
        app,
    };
    // A run that is not there is a 404 and not an empty stream.
    watch.look().await?;
    let events = stream::unfold(watch, Watch::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

struct Watch {
    app: App,
    organization: OrganizationId,
    id: BillingRunId,
    shown: Option<RunEvent>,
}

impl Watch {
    async fn look(&self) -> Result<RunEvent> {
        let mut tx = self.app.database.read(self.organization).await?;
        let run = store::find(&mut tx, self.id).await?;
        let run = run.ok_or(Error::NotFound("billing run"))?;
        Ok(RunEvent {
            id: self.id,
            status: run.status,
            progress: run.progress,
            created: run.created,
        })
    }

    /// The next event. A failure ends the stream; a browser then asks again by itself.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self
            .shown
            .as_ref()
            .is_some_and(|it| it.status.is_finished())
        {
            return None;
        }
        loop {
            let now = self.look().await.ok()?;
            if self.shown.as_ref() != Some(&now) {
                let event = Event::default().json_data(&now).ok()?;
                self.shown = Some(now);
                return Some((Ok(event), self));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}
