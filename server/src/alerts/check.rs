//! Looking at the conditions by the clock: what began, lasts or is over, and putting it on its way.

use db::OrgTx;
use jiff::{SignedDuration, Timestamp};

use super::{
    Alert, AlertSettings, Condition, Event, load_settings,
    observe::{Observation, observe},
    store, tell,
};
use crate::{
    accounts::list_refused_sign_ins,
    app::App,
    error::Result,
    ids::{AlertId, OrganizationId},
};

/// The schedule's name.
pub const SCHEDULE: &str = "alerts.due";
/// How often an organization is looked at.
const EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How often an alert that lasts is told again.
const REMIND: SignedDuration = SignedDuration::from_hours(24);

/// Looks at every organization whose turn it is. One that fails does not stop the others.
///
/// # Errors
/// When the database is gone.
pub async fn watch(app: App) -> Result<()> {
    let mut tx = app.database.system_read().await?;
    let due = store::list_due(&mut tx, app.clock.now()).await?;
    drop(tx);
    for organization in due {
        if let Err(error) = check(&app, organization).await {
            tracing::error!(%organization, error = ?error, "the conditions of alerts could not be looked at");
        }
    }
    Ok(())
}

/// Looks at one organization, if it is its turn: the turn, what began or ended and the jobs that tell of it are one
/// transaction, so that any number of processes tell of it once.
///
/// # Errors
/// When the database is gone.
pub async fn check(app: &App, organization: OrganizationId) -> Result<()> {
    let now = app.clock.now();
    let refused = list_refused_sign_ins(app, organization).await?;
    let mut tx = app.database.write(organization).await?;
    if !store::take_turn(&mut tx, now, now + EVERY).await? {
        return Ok(());
    }
    let settings = load_settings(&mut tx).await?;
    let open = store::list_open(&mut tx).await?;
    let seen = observe(
        &mut tx,
        &settings,
        app.settings.sync_interval,
        &refused,
        now,
    )
    .await?;
    let mut round = Round {
        app,
        tx,
        settings,
        now,
    };
    for (condition, seen) in seen {
        let open = open.iter().find(|it| it.condition == condition);
        round.take_note(condition, open, seen).await?;
    }
    round.tx.commit().await?;
    app.wake.wake();
    Ok(())
}

struct Round<'a> {
    app: &'a App,
    tx: OrgTx,
    settings: AlertSettings,
    now: Timestamp,
}

impl Round<'_> {
    async fn take_note(
        &mut self,
        condition: Condition,
        open: Option<&Alert>,
        seen: Observation,
    ) -> Result<()> {
        match (open, seen) {
            (None, Observation::Holds(detail)) => {
                let id = AlertId::new();
                store::insert(&mut self.tx, id, condition, &detail, self.now).await?;
                tracing::warn!(condition = condition.as_str(), organization = %self.tx.organization(), "an alert began");
                self.tell(id, condition, Event::Began, &detail).await
            }
            (Some(alert), Observation::Holds(detail)) => {
                if alert.detail != detail {
                    store::set_detail(&mut self.tx, alert.id, &detail).await?;
                }
                match alert.told_at {
                    // It began when nobody was to be told, and somebody is now.
                    None => self.tell(alert.id, condition, Event::Began, &detail).await,
                    Some(told) if self.now.duration_since(told) >= REMIND => {
                        self.tell(alert.id, condition, Event::Lasts, &detail).await
                    }
                    Some(_) => Ok(()),
                }
            }
            (Some(alert), Observation::Over) => {
                store::end(&mut self.tx, alert.id, self.now).await?;
                tracing::info!(condition = condition.as_str(), organization = %self.tx.organization(), "an alert ended");
                if alert.told_at.is_none() {
                    return Ok(());
                }
                self.tell(alert.id, condition, Event::Ended, &alert.detail)
                    .await
            }
            (None, Observation::Over) | (_, Observation::Unclear) => Ok(()),
        }
    }

    async fn tell(
        &mut self,
        alert: AlertId,
        condition: Condition,
        event: Event,
        detail: &str,
    ) -> Result<()> {
        if self.settings.quiet.contains(&condition) {
            return Ok(());
        }
        let channels = self.settings.channels(self.app);
        for channel in &channels {
            tell::enqueue(&mut self.tx, alert, (*channel, event), detail, self.now).await?;
        }
        if channels.is_empty() {
            return Ok(());
        }
        store::set_told(&mut self.tx, alert, self.now).await
    }
}
