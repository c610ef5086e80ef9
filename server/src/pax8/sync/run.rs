//! Running a sync: claim it, pull, compare and store, settle.

use std::{pin::pin, time::Duration};

use db::OrgTx;

use super::{
    Progress, Scope, Stage, Sync, absorb, lease,
    pull::{self, Gauge, Plan, Pulled, small},
    request,
    store::{
        ESTATE, companies, leases, products, subscriptions,
        syncs::{self, Summary},
    },
};
use crate::{
    app::App,
    error::{Error, Result},
    ids::{OrganizationId, SyncId},
    jobs::{Failure, Job, Outcome},
    pax8::connection,
};

/// The kind of job that runs a sync.
pub const JOB: &str = "pax8.sync";
/// How often a running sync says how far it is, if it is further.
const PULSE: Duration = Duration::from_millis(400);
/// After so many pulses it says so in any case, to keep its lease: three chances within it.
const PULSES_PER_RENEWAL: u32 = 37;
/// With so many new records the database has to be told to look at them. A bad plan for fewer takes no time that anybody notices.
const MANY: u32 = 1_000;

const COMPANY_GONE: &str = "Pax8 no longer gives this company; run Sync Now.";

/// Why a sync ended without a result.
enum Ended {
    /// Its lease is gone: others have said already what became of it.
    Lost,
    /// The licence or the connection's switch went while it waited. Nothing is wrong with the connection.
    Unready(Error),
    Refused(::pax8::Error),
    Failed(Error),
}

/// Runs the sync that a job names, if it still waits. How it went is told by the sync, not by the job.
///
/// # Errors
/// When the database is gone.
pub async fn run_job(app: App, job: Job) -> Outcome {
    let id = job.payload["sync_id"].as_str().and_then(SyncId::parse);
    let id = id.ok_or_else(|| Failure::GiveUp(Error::internal("a sync's job without its id")))?;
    Ok(run_sync(&app, job.organization, id).await?)
}

/// Runs a sync from beginning to end, if it waits and nobody else is syncing the organization. A sync that has to wait is
/// run when the one before it is done; a finished one does not run again.
///
/// # Errors
/// When the database is gone, so that not even the failure can be stored.
#[tracing::instrument(skip_all, fields(sync = %id))]
pub async fn run_sync(app: &App, organization: OrganizationId, id: SyncId) -> Result<()> {
    let mut tx = app.database.write(organization).await?;
    let claimed = lease::claim(&mut tx, id, &app.node, app.clock.now()).await?;
    tx.commit().await?;
    let Some(sync) = claimed else { return Ok(()) };
    let run = Run {
        app,
        organization,
        sync,
    };
    let mut requests = 0;
    match run.attempt(&mut requests).await {
        Ok(()) | Err(Ended::Lost) => Ok(()),
        Err(Ended::Unready(error)) => run.settle_unready(&error).await,
        Err(Ended::Refused(error)) => {
            tracing::warn!(%error, "a sync failed");
            run.settle_failure(&run.in_words(&error), error.is_credentials(), requests)
                .await
        }
        Err(Ended::Failed(error)) => {
            tracing::error!(error = ?error, "a sync failed");
            run.settle_failure(&error.to_string(), false, requests)
                .await
        }
    }
}

struct Run<'a> {
    app: &'a App,
    organization: OrganizationId,
    sync: Sync,
}

impl Run<'_> {
    async fn attempt(&self, requests: &mut u32) -> Result<(), Ended> {
        self.refuse_unready().await?;
        let client = connection::open_client(self.app, self.organization).await?;
        let plan = self.plan().await?;
        let gauge = Gauge::new();
        let pulled = self.pull(&client, &plan, &gauge).await;
        *requests = small(client.requests().sent);
        let pulled = pulled?;
        let storing = pull::at(Stage::Storing, 0, Some(small(pulled.subscriptions.len())));
        self.publish(storing, *requests).await?;
        self.store(plan, pulled, *requests).await
    }

    /// It may have waited long: what was true when it was asked for is asked again.
    async fn refuse_unready(&self) -> Result<(), Ended> {
        let mut tx = self.app.database.read(self.organization).await?;
        match request::refuse_unready(&mut tx).await {
            Err(error @ (Error::FeatureRequired(_) | Error::Conflict { .. })) => {
                Err(Ended::Unready(error))
            }
            ready => Ok(ready?),
        }
    }

    async fn plan(&self) -> Result<Plan> {
        let mut tx = self.app.database.read(self.organization).await?;
        Ok(Plan {
            now: self.app.clock.now(),
            only_company: match self.sync.scope {
                Scope::Full => None,
                Scope::Company(id) => Some(companies::load_pax8_id(&mut tx, id).await?),
            },
            known_products: products::list_known(&mut tx, self.app.clock.now()).await?,
            likely_companies: companies::count_listed(&mut tx).await?,
            stored: subscriptions::list_glances(&mut tx, self.sync.scope.company()).await?,
            looked_up: companies::list_looked_up(&mut tx).await?,
        })
    }

    /// Pulls, and meanwhile says how far it is and that it lives.
    async fn pull(
        &self,
        client: &::pax8::Client,
        plan: &Plan,
        gauge: &Gauge,
    ) -> Result<Pulled, Ended> {
        let mut work = pin!(pull::pull(client, plan, gauge));
        let mut said = None;
        let mut quiet = 0;
        loop {
            tokio::select! {
                pulled = &mut work => return pulled.map_err(Ended::Refused),
                () = tokio::time::sleep(PULSE) => {}
            }
            let progress = gauge.read();
            quiet += 1;
            if said != Some(progress) || quiet >= PULSES_PER_RENEWAL {
                self.tell(progress, small(client.requests().sent)).await?;
                said = Some(progress);
                quiet = 0;
            }
        }
    }

    /// Says how far it is. A database that does not listen for once is no reason to end a pull.
    async fn tell(&self, progress: Progress, requests: u32) -> Result<(), Ended> {
        match self.publish(progress, requests).await {
            Err(Ended::Failed(error)) => {
                tracing::warn!(error = ?error, "the progress of a sync could not be stored");
                Ok(())
            }
            told => told,
        }
    }

    async fn publish(&self, progress: Progress, requests: u32) -> Result<(), Ended> {
        let mut tx = self.app.database.write(self.organization).await?;
        self.hold(&mut tx).await?;
        syncs::set_progress(&mut tx, self.sync.id, progress, requests).await?;
        Ok(tx.commit().await?)
    }

    /// Goes on only while the lease is ours, and renews it.
    async fn hold(&self, tx: &mut OrgTx) -> Result<(), Ended> {
        let until = self.app.clock.now() + lease::LEASE;
        if leases::renew(tx, self.sync.id, &self.app.node, until).await? {
            Ok(())
        } else {
            Err(Ended::Lost)
        }
    }

    /// Stores everything at once: the estate, the history, and that it went well.
    async fn store(&self, plan: Plan, pulled: Pulled, requests: u32) -> Result<(), Ended> {
        let now = self.app.clock.now();
        let mut tx = self.app.database.write(self.organization).await?;
        self.hold(&mut tx).await?;
        let summary = absorb::absorb(&mut tx, &self.sync, plan.stored, pulled, now).await?;
        syncs::succeed(&mut tx, self.sync.id, &summary, requests, now).await?;
        connection::record_success(&mut tx, self.sync.scope, now).await?;
        lease::release(&mut tx, now).await?;
        tx.commit().await?;
        self.app.wake.wake();
        self.analyze(&summary).await;
        Ok(())
    }

    /// Has the database look at what came, if that was much. Without it the first pages after the sync are slow, and nothing is wrong.
    async fn analyze(&self, summary: &Summary) {
        if summary.companies.created + summary.subscriptions.created < MANY {
            return;
        }
        if let Err(error) = self.app.database.analyze(&ESTATE).await {
            tracing::warn!(error = ?error, "the database could not look at what a sync brought");
        }
    }

    async fn settle_failure(&self, error: &str, refused: bool, requests: u32) -> Result<()> {
        let now = self.app.clock.now();
        let mut tx = self.app.database.write(self.organization).await?;
        if self.hold(&mut tx).await.is_err() {
            return Ok(());
        }
        connection::record_failure(&mut tx, self.sync.scope, error, refused, now).await?;
        self.fail(tx, error, requests).await
    }

    async fn settle_unready(&self, error: &Error) -> Result<()> {
        let mut tx = self.app.database.write(self.organization).await?;
        if self.hold(&mut tx).await.is_err() {
            return Ok(());
        }
        self.fail(tx, &error.to_string(), 0).await
    }

    async fn fail(&self, mut tx: OrgTx, error: &str, requests: u32) -> Result<()> {
        let now = self.app.clock.now();
        syncs::fail(&mut tx, self.sync.id, error, requests, now).await?;
        lease::release(&mut tx, now).await?;
        tx.commit().await?;
        self.app.wake.wake();
        Ok(())
    }

    /// The error as the sync tells it: what is refused for one company says nothing about the credential's permissions.
    fn in_words(&self, error: &::pax8::Error) -> String {
        use ::pax8::Error::{Forbidden, NotFound};
        match (self.sync.scope, error) {
            (Scope::Company(_), Forbidden { .. } | NotFound { .. }) => COMPANY_GONE.to_owned(),
            _ => error.to_string(),
        }
    }
}

impl<E: Into<Error>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
