//! An installation in this process that is connected to a sandbox, and what its syncs take.

use std::time::{Duration, Instant};

use ascent::{
    accounts::By,
    app::App,
    clock::Clock,
    ids::OrganizationId,
    jobs,
    pax8::sync::{Scope, Sync, Trigger, list_syncs, request_sync},
};
use db::{Engine, testing::TestDatabase};

use crate::{
    common::{app_of, connect_with, organization},
    sandbox::{CLIENT_ID, CLIENT_SECRET, Pax8},
};

/// A database with one organization, connected.
pub struct Installation {
    pub database: TestDatabase,
    pub app: App,
    pub organization: OrganizationId,
}

/// A sync, and what it took.
pub struct Done {
    pub sync: Sync,
    pub wall: Duration,
    /// Processor time of this process, in all threads.
    pub processor: Duration,
}

impl Installation {
    /// Connects a new organization and runs the first sync.
    pub async fn connect(engine: Engine, pax8: &Pax8) -> (Self, Done) {
        let database = TestDatabase::new(engine).await;
        let retry = pax8::RetryPolicy::default();
        let app = app_of(&database, pax8.url.clone(), Clock::system(), retry);
        let organization = organization(&app).await;
        connect_with(CLIENT_ID, CLIENT_SECRET, &app, organization, true).await;
        let it = Self {
            database,
            app,
            organization,
        };
        let first = it.run().await;
        (it, first)
    }

    /// Asks for a full sync and runs it.
    pub async fn sync(&self) -> Done {
        let (by, scope) = (By::command_line(), Scope::Full);
        request_sync(&self.app, &by, self.organization, scope, Trigger::Manual)
            .await
            .unwrap();
        self.run().await
    }

    /// Does the jobs that wait, of which the sync is one.
    async fn run(&self) -> Done {
        let (began, before) = (Instant::now(), processor_time());
        jobs::drain(&self.app, &ascent::job_registry())
            .await
            .unwrap();
        let (wall, processor) = (began.elapsed(), processor_time() - before);
        let mut tx = self.app.database.read(self.organization).await.unwrap();
        let paging = ascent::http::PageQuery::default().paging().unwrap();
        let mut syncs = list_syncs(&mut tx, &paging).await.unwrap().data;
        let sync = syncs.swap_remove(0);
        assert_eq!(sync.status.as_str(), "succeeded", "{:?}", sync.error);
        Done {
            sync,
            wall,
            processor,
        }
    }
}

/// The processor time that this process has used, in user and kernel mode.
pub fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks: u64 = ticks.map(|it| it.parse::<u64>().unwrap()).sum();
    // Linux tells processor time in hundredths of a second, whatever its own clock is.
    Duration::from_millis(ticks * 10)
}
