//! How a sync stands, as server-sent events until it ends. The row is what is looked at, so that it does not matter
//! which process runs the sync.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Path, State},
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, stream};

use super::{SyncView, api, load_sync};
use crate::{
    app::App,
    error::Result,
    http::{ApiResult, Pax8Actor, ProblemBody},
    ids::{OrganizationId, SyncId},
};

/// How often the sync is looked at.
const LOOK: Duration = Duration::from_millis(300);

/// The sync as server-sent events: at once, whenever it changed, and for the last time when it ended.
#[utoipa::path(get, path = "/integrations/pax8/syncs/{id}/events", tag = "pax8", params(("id" = String, Path)),
    responses((status = 200, body = SyncView, content_type = "text/event-stream"), (status = 404, body = ProblemBody)))]
pub(super) async fn stream(
    State(app): State<App>,
    Pax8Actor(actor): Pax8Actor,
    Path(id): Path<String>,
) -> ApiResult<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let watch = Watch {
        organization: actor.organization,
        id: api::parse(&id)?,
        shown: None,
        app,
    };
    // A sync that is not there is a 404 and not an empty stream.
    watch.look().await?;
    let events = stream::unfold(watch, Watch::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

struct Watch {
    app: App,
    organization: OrganizationId,
    id: SyncId,
    shown: Option<SyncView>,
}

impl Watch {
    async fn look(&self) -> Result<SyncView> {
        let mut tx = self.app.database.read(self.organization).await?;
        Ok(SyncView::from(&load_sync(&mut tx, self.id).await?))
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
