//! Watching something as server-sent events until it ends. What is looked at is its row, so that it does not matter which
//! process works on it.

use std::{
    convert::Infallible,
    future::Future,
    time::{Duration, Instant},
};

use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, stream};
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;

use crate::{app::App, error::Result};

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(300);
/// After so long a stream ends; a browser then asks again by itself.
const LONGEST: Duration = Duration::from_secs(10 * 60);

/// Something that goes on and ends.
pub trait Watched: Send + 'static {
    /// How it stands.
    type State: Serialize + PartialEq + Send;

    /// Looks how it stands now.
    fn look(&self, app: &App) -> impl Future<Output = Result<Self::State>> + Send;

    /// Whether nothing more comes after this.
    fn has_ended(state: &Self::State) -> bool;
}

/// Tells how something stands: at once, whenever it went on, and for the last time when it ended.
///
/// # Errors
/// When there is no such thing, which is a refusal and not an empty stream, or too many streams are open.
pub async fn watch<W: Watched>(
    app: App,
    watched: W,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let place = app.limits.open_stream()?;
    watched.look(&app).await?;
    let watch = Watch {
        app,
        watched,
        shown: None,
        begun: Instant::now(),
        _place: place,
    };
    Ok(Sse::new(stream::unfold(watch, Watch::next)).keep_alive(KeepAlive::default()))
}

struct Watch<W: Watched> {
    app: App,
    watched: W,
    shown: Option<W::State>,
    begun: Instant,
    /// Given back when the stream ends, also when nobody reads it any more.
    _place: OwnedSemaphorePermit,
}

impl<W: Watched> Watch<W> {
    /// The next event. A failure ends the stream.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.shown.as_ref().is_some_and(W::has_ended) {
            return None;
        }
        while self.begun.elapsed() < LONGEST {
            let now = self.watched.look(&self.app).await.ok()?;
            if self.shown.as_ref() != Some(&now) {
                let event = Event::default().json_data(&now).ok()?;
                self.shown = Some(now);
                return Some((Ok(event), self));
            }
            tokio::time::sleep(LOOK).await;
        }
        None
    }
}
