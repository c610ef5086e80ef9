//! Trying whether alerts arrive.

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Channel, Event, letter, load_settings,
    tell::{hand_over, pack},
};
use crate::{
    accounts::Actor,
    app::App,
    audit,
    error::{Error, Result},
    ids::AlertNoticeId,
};

/// What came of a test, one way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TestResult {
    /// Which way.
    pub channel: Channel,
    /// Whether it was taken.
    pub ok: bool,
    /// A sentence about it.
    #[schema(example = "The webhook took it.")]
    pub detail: String,
}

/// Sends a test each way that alerts go, here and now, and tells how it went. Nothing is tried again.
///
/// # Errors
/// When alerts go no way.
pub async fn send_test(app: &App, actor: &Actor) -> Result<Vec<TestResult>> {
    let now = app.clock.now();
    let mut tx = app.database.write(actor.organization).await?;
    let channels = load_settings(&mut tx).await?.channels(app);
    if channels.is_empty() {
        return Err(Error::conflict("alerts_to_nobody", NO_WAY));
    }
    let detail = format!(
        "{} tries whether alerts arrive. Nothing is wrong.",
        actor.name
    );
    let id = AlertNoticeId::new().to_string();
    let message = letter::message(&mut tx, id, (Event::Test, None), detail, now).await?;
    let mut parcels = Vec::new();
    for channel in channels {
        parcels.push((channel, pack(&mut tx, app, &message, channel).await?));
    }
    let event = audit::Event {
        by: &actor.by(),
        action: "alert_settings.tested",
        subject_type: "alert_settings",
        subject_id: actor.organization.to_string(),
    };
    audit::record(&mut tx, event, now, audit::NOTHING, audit::NOTHING).await?;
    tx.commit().await?;
    let mut results = Vec::new();
    for (channel, parcel) in parcels {
        let handed = match parcel {
            Ok(parcel) => hand_over(app, parcel).await,
            Err(why) => Err(why),
        };
        results.push(TestResult {
            channel,
            ok: handed.is_ok(),
            detail: handed.err().unwrap_or_else(|| {
                match channel {
                    Channel::Mail => "The mail server took it.",
                    Channel::Webhook => "The webhook took it.",
                }
                .to_owned()
            }),
        });
    }
    Ok(results)
}

const NO_WAY: &str = "Alerts go to nobody: mail is off or not set up on this server, and there is no webhook. Switch one of them on first.";
