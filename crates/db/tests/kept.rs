//! Kept figures: reckoned once for everybody who asks for the same, and never another than the one that would be reckoned.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{
    future::pending,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use db::{Database, DbError, OrgTx, OrganizationId, Result, args, testing::on_each_engine};
use futures::{future::join_all, poll};
use tokio::{sync::Notify, task::yield_now};

db::statements! {
    system INSERT_ORGANIZATION = "insert into organization
        (id, slug, name, currency, timezone, data_key, next_billing_at, created_at) values ($1, $2, 'N', 'USD', 'UTC', '', 0, 0)";
    org INSERT_CLIENT = "insert into client (organization_id, id, name, currency, payment_terms_days, tax_exempt, status, sort_name,
        search_text, version, created_at, updated_at) values ($1, $2, '', 'USD', 30, false, 'active', '', '', 1, 0, 0)";
}

#[derive(Debug, PartialEq)]
struct Figure(usize);

async fn organization(database: &Database, slug: &str) -> OrganizationId {
    let id = OrganizationId::new();
    let mut tx = database.system_write().await.unwrap();
    tx.execute(&INSERT_ORGANIZATION, args![id, slug])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

/// A snapshot that knows its version already, so that asking for a figure comes to the figure at once.
async fn snapshot(database: &Database, organization: OrganizationId) -> OrgTx {
    struct Another;
    let mut tx = database.read(organization).await.unwrap();
    tx.kept(async |_| Ok::<_, DbError>(Another)).await.unwrap();
    tx
}

async fn change(database: &Database, organization: OrganizationId) {
    let mut tx = database.write(organization).await.unwrap();
    tx.execute(&INSERT_CLIENT, args!["1"]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn figure(tx: &mut OrgTx, new: usize) -> usize {
    let figure = tx.kept(async |_| Ok::<_, DbError>(Figure(new)));
    figure.await.unwrap().0
}

/// Reckons for ever, and says when it began.
async fn hang(tx: &mut OrgTx, begun: &Notify) -> Result<Arc<Figure>> {
    tx.kept(async |_| {
        begun.notify_one();
        pending().await
    })
    .await
}

#[tokio::test]
async fn one_reckons_for_all_who_ask_meanwhile() {
    const CALLERS: usize = 8;
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let snapshots = (0..CALLERS).map(|_| snapshot(&it.database, ours));
        let snapshots = join_all(snapshots).await;
        let (asked, reckoned) = (&AtomicUsize::new(0), &AtomicUsize::new(0));
        let callers = snapshots.into_iter().map(async |mut tx| {
            asked.fetch_add(1, Relaxed);
            tx.kept(async |_| {
                while asked.load(Relaxed) < CALLERS {
                    yield_now().await;
                }
                Ok::<_, DbError>(Figure(reckoned.fetch_add(1, Relaxed)))
            })
            .await
            .unwrap()
        });
        let figures = join_all(callers).await;
        assert_eq!(reckoned.load(Relaxed), 1);
        assert!(figures.iter().all(|it| Arc::ptr_eq(it, &figures[0])));
    })
    .await;
}

#[tokio::test]
async fn whoever_gives_up_leaves_the_turn_to_the_next() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let mut first = snapshot(&it.database, ours).await;
        let mut second = snapshot(&it.database, ours).await;
        let begun = Notify::new();
        let mut hanging = Box::pin(hang(&mut first, &begun));
        assert!(poll!(&mut hanging).is_pending());
        begun.notified().await;
        let mut waiting = pin!(figure(&mut second, 2));
        assert!(poll!(&mut waiting).is_pending());
        drop(hanging);
        assert_eq!(waiting.await, 2);
        assert_eq!(figure(&mut first, 3).await, 2);
    })
    .await;
}

#[tokio::test]
async fn an_error_reaches_who_met_it_and_the_next_reckons_again() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let mut first = snapshot(&it.database, ours).await;
        let mut second = snapshot(&it.database, ours).await;
        let met = Notify::new();
        let failing = first.kept::<Figure, DbError>(async |_| {
            met.notified().await;
            Err(DbError::UnknownUrl)
        });
        let mut failing = pin!(failing);
        assert!(poll!(&mut failing).is_pending());
        let mut waiting = pin!(figure(&mut second, 2));
        assert!(poll!(&mut waiting).is_pending());
        met.notify_one();
        assert!(matches!(failing.await, Err(DbError::UnknownUrl)));
        assert_eq!(waiting.await, 2);
        assert_eq!(
            figure(&mut snapshot(&it.database, ours).await, 3).await,
            2,
            "kept"
        );
    })
    .await;
}

#[tokio::test]
async fn i12_nobody_waits_for_another_organization_or_has_its_figure() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let theirs = organization(&it.database, "b").await;
        let begun = Notify::new();
        let mut hanging_in = snapshot(&it.database, ours).await;
        let mut hanging = pin!(hang(&mut hanging_in, &begun));
        assert!(poll!(&mut hanging).is_pending());
        begun.notified().await;
        let mut tx = snapshot(&it.database, theirs).await;
        assert_eq!(figure(&mut tx, 2).await, 2);
    })
    .await;
}

#[tokio::test]
async fn whoever_sees_a_change_does_not_wait_for_what_was_before_it() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let mut before = snapshot(&it.database, ours).await;
        let mut late = snapshot(&it.database, ours).await;
        let finish = Notify::new();
        let reckoning = before.kept(async |_| {
            finish.notified().await;
            Ok::<_, DbError>(Figure(1))
        });
        let mut reckoning = pin!(reckoning);
        assert!(poll!(&mut reckoning).is_pending());
        change(&it.database, ours).await;
        let mut after = snapshot(&it.database, ours).await;
        assert_eq!(figure(&mut after, 2).await, 2);
        assert_eq!(figure(&mut late, 3).await, 3, "of the snapshot before");
        finish.notify_one();
        assert_eq!(*reckoning.await.unwrap(), Figure(1));
        let mut after = snapshot(&it.database, ours).await;
        assert_eq!(figure(&mut after, 4).await, 2, "the newer one stays");
    })
    .await;
}

#[tokio::test]
async fn what_a_transaction_changed_is_reckoned_for_it_alone() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let mut tx = it.database.write(ours).await.unwrap();
        assert_eq!(figure(&mut tx, 1).await, 1);
        tx.execute(&INSERT_CLIENT, args!["1"]).await.unwrap();
        assert_eq!(figure(&mut tx, 2).await, 2);
        let mut other = snapshot(&it.database, ours).await;
        assert_eq!(figure(&mut other, 3).await, 1);
        tx.commit().await.unwrap();
        let mut other = snapshot(&it.database, ours).await;
        assert_eq!(figure(&mut other, 4).await, 4);
    })
    .await;
}

#[tokio::test]
async fn a_figure_that_does_not_fit_is_replaced() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let mut tx = snapshot(&it.database, ours).await;
        assert_eq!(figure(&mut tx, 1).await, 1);
        let other = tx.kept_if(|it| *it == Figure(2), async |_| Ok::<_, DbError>(Figure(2)));
        assert_eq!(*other.await.unwrap(), Figure(2));
        assert_eq!(figure(&mut tx, 3).await, 2);
    })
    .await;
}
