//! Taking in what was pulled: compare with what is stored, write the differences, record them, say what is odd.
//!
//! All of it happens in the one transaction that the caller commits.

mod companies;
mod compare;
mod differ;
mod facts;
mod subscriptions;
mod value;
mod warnings;

pub(super) use facts::{CompanyFacts, SubscriptionFacts, unreadable};

use std::collections::HashMap;

use db::OrgTx;
use jiff::Timestamp;

use super::{
    Scope, Sync,
    pull::{Pulled, small},
    store::{self, changes::NewChange, subscriptions::Glance, syncs::Summary},
};
use crate::{
    error::Result,
    ids::CompanyId,
    pax8::{
        companies::{map_automatically, refresh_matches},
        connection::{self, Connection},
    },
};

/// What every step of taking in needs, and what it leaves.
struct Intake<'a> {
    tx: &'a mut OrgTx,
    sync: &'a Sync,
    now: Timestamp,
    changes: Vec<NewChange>,
    warnings: Vec<String>,
}

impl Intake<'_> {
    /// Stores the changes that were found so far.
    async fn record_changes(&mut self) -> Result<()> {
        let changes = std::mem::take(&mut self.changes);
        store::changes::insert(self.tx, self.sync.id, changes, self.now).await
    }
}

/// A company that subscriptions can be stored under.
#[derive(Debug, Clone)]
struct KnownCompany {
    id: CompanyId,
    name: Option<String>,
    last_synced_at: Option<Timestamp>,
}

/// The companies by Pax8's id; under the empty one those subscriptions that name none.
type KnownCompanies = HashMap<String, KnownCompany>;

/// Stores the differences between what was pulled and what is stored, and tells what they were.
pub(super) async fn absorb(
    tx: &mut OrgTx,
    sync: &Sync,
    stored: HashMap<String, Glance>,
    pulled: Pulled,
    now: Timestamp,
) -> Result<Summary> {
    let connection = connection::find_connection(tx).await?;
    let mut intake = Intake {
        tx,
        sync,
        now,
        changes: Vec::new(),
        warnings: warnings::about_pull(&pulled),
    };
    let mut summary = Summary::default();
    store::products::put(intake.tx, pulled.products, now).await?;
    let told = companies::Told {
        companies: pulled.companies,
        looked_up: pulled.looked_up,
        unasked: pulled.unasked,
    };
    let (known, counts) = companies::take_in(&mut intake, told, pulled.named).await?;
    summary.companies = counts;
    let confirmed = connection.as_ref().and_then(|it| it.last_sync_at);
    let told = pulled.subscriptions;
    summary.subscriptions =
        subscriptions::take_in(&mut intake, told, stored, &known, confirmed).await?;
    intake.record_changes().await?;
    let Intake { tx, warnings, .. } = intake;
    summary.warnings = warnings;
    summary.mapped = conclude(tx, sync.scope, connection.as_ref(), now).await?;
    Ok(summary)
}

/// One company was pulled: say so on it. Everything was: map what can be mapped, where that is wanted; otherwise only
/// say what could be.
async fn conclude(
    tx: &mut OrgTx,
    scope: Scope,
    connection: Option<&Connection>,
    now: Timestamp,
) -> Result<u32> {
    match scope {
        Scope::Company(id) => {
            store::companies::set_synced(tx, id, now).await?;
            Ok(0)
        }
        Scope::Full if connection.is_some_and(|it| it.auto_map) => {
            Ok(small(map_automatically(tx, now).await?))
        }
        Scope::Full => {
            refresh_matches(tx).await?;
            Ok(0)
        }
    }
}
