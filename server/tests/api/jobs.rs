//! The queue: a job is done once whoever works, survives a worker's death, is tried again, and is given up in the end.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use ascent::{
    app::App,
    error::Error,
    jobs::{self, Crew, Failure, Job, NewJob, RETRY_AFTER, Registry},
};
use jiff::SignedDuration;
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::world::{World, on_each_engine};

/// A registry whose one kind counts how often it is done, and ends as `outcome` says.
fn counting(outcome: fn(&Job) -> jobs::Outcome) -> (Registry, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let handler = move |_: App, job: Job| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move { outcome(&job) }
    };
    (Registry::default().with("test.count", handler), count)
}

async fn enqueue(world: &World, unique_key: Option<&str>) -> bool {
    let now = world.app.clock.now();
    let job = NewJob {
        kind: "test.count",
        payload: json!({}),
        unique_key: unique_key.map(str::to_owned),
        heavy: false,
        run_at: now,
    };
    let mut tx = world.app.database.write(world.ours.id).await.unwrap();
    let enqueued = jobs::enqueue(&mut tx, &job, now).await.unwrap().is_some();
    tx.commit().await.unwrap();
    enqueued
}

fn later(world: &World, by: SignedDuration) {
    world.app.clock.set(world.app.clock.now() + by);
}

#[tokio::test]
async fn many_workers_do_each_job_once() {
    on_each_engine(async |world| {
        for _ in 0..30 {
            enqueue(world, None).await;
        }
        let (registry, count) = counting(|_| Ok(()));
        let workers = (0..6).map(|_| {
            let (app, registry) = (world.app.clone(), registry.clone());
            tokio::spawn(async move { jobs::drain(&app, &registry).await.unwrap() })
        });
        let mut done = 0;
        for worker in workers {
            done += worker.await.unwrap();
        }
        assert_eq!((done, count.load(Ordering::SeqCst)), (30, 30));
    })
    .await;
}

#[tokio::test]
async fn nothing_waits_behind_heavy_jobs() {
    on_each_engine(async |world| {
        let now = world.app.clock.now();
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        for heavy in [true, true, true, false] {
            let job = NewJob {
                kind: if heavy { "test.heavy" } else { "test.light" },
                payload: json!({}),
                unique_key: None,
                heavy,
                run_at: now,
            };
            jobs::enqueue(&mut tx, &job, now).await.unwrap();
        }
        tx.commit().await.unwrap();
        let (begun, light) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (counter, done) = (begun.clone(), light.clone());
        let registry = Registry::default()
            .with("test.heavy", move |_, _| {
                counter.fetch_add(1, Ordering::SeqCst);
                std::future::pending()
            })
            .with("test.light", move |_, _| {
                done.notify_one();
                async { Ok(()) }
            });
        let crew = Crew { light: 1, heavy: 1 };
        let stop = CancellationToken::new();
        let workers = jobs::run_workers(world.app.clone(), registry, crew, stop);
        tokio::select! {
            () = workers => unreachable!("nobody told them to stop"),
            () = light.notified() => {}
        }
        assert!(
            begun.load(Ordering::SeqCst) <= 1,
            "as many as there are workers"
        );
    })
    .await;
}

#[tokio::test]
async fn a_key_is_unique_among_unfinished_jobs_only() {
    on_each_engine(async |world| {
        assert!(enqueue(world, Some("one")).await);
        assert!(!enqueue(world, Some("one")).await);
        let (registry, count) = counting(|_| Ok(()));
        jobs::drain(&world.app, &registry).await.unwrap();
        assert!(enqueue(world, Some("one")).await, "the first is done");
        jobs::drain(&world.app, &registry).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 2);
    })
    .await;
}

#[tokio::test]
async fn a_job_of_a_transaction_that_fails_does_not_exist() {
    on_each_engine(async |world| {
        let now = world.app.clock.now();
        let job = NewJob {
            kind: "test.count",
            payload: json!({}),
            unique_key: None,
            heavy: false,
            run_at: now,
        };
        let mut tx = world.app.database.write(world.ours.id).await.unwrap();
        jobs::enqueue(&mut tx, &job, now).await.unwrap();
        drop(tx);
        let (registry, count) = counting(|_| Ok(()));
        jobs::drain(&world.app, &registry).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 0);
    })
    .await;
}

#[tokio::test]
async fn a_failing_job_is_tried_on_schedule_and_then_given_up() {
    on_each_engine(async |world| {
        enqueue(world, Some("failing")).await;
        let (registry, count) =
            counting(|_| Err(Failure::Retry(Error::Unavailable("away".to_owned()))));
        for wait in RETRY_AFTER {
            jobs::drain(&world.app, &registry).await.unwrap();
            later(world, wait - SignedDuration::from_secs(1));
            assert_eq!(
                jobs::drain(&world.app, &registry).await.unwrap(),
                0,
                "not before its time"
            );
            later(world, SignedDuration::from_secs(1));
        }
        jobs::drain(&world.app, &registry).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), RETRY_AFTER.len() + 1);
        later(world, SignedDuration::from_hours(48));
        assert_eq!(jobs::drain(&world.app, &registry).await.unwrap(), 0);
        assert!(
            enqueue(world, Some("failing")).await,
            "a job that was given up is in nobody's way"
        );
    })
    .await;
}

#[tokio::test]
async fn a_panicking_job_is_a_failed_job() {
    on_each_engine(async |world| {
        enqueue(world, None).await;
        let (registry, count) = counting(|job| {
            if job.attempt == 1 {
                panic!("on purpose")
            } else {
                Ok(())
            }
        });
        jobs::drain(&world.app, &registry).await.unwrap();
        later(world, RETRY_AFTER[0]);
        jobs::drain(&world.app, &registry).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 2);
    })
    .await;
}

#[tokio::test]
async fn a_job_whose_worker_died_is_taken_over_when_its_lease_ends() {
    on_each_engine(async |world| {
        enqueue(world, None).await;
        let (started, mut has_started) = tokio::sync::mpsc::unbounded_channel();
        let hanging = Registry::default().with("test.count", move |_, _| {
            started.send(()).unwrap();
            std::future::pending::<jobs::Outcome>()
        });
        let app = world.app.clone();
        let dying = tokio::spawn(async move { jobs::drain(&app, &hanging).await });
        has_started.recv().await.unwrap();
        dying.abort();

        let (registry, count) = counting(|job| {
            if job.attempt == 2 {
                Ok(())
            } else {
                panic!("attempt {}", job.attempt)
            }
        });
        assert_eq!(
            jobs::drain(&world.app, &registry).await.unwrap(),
            0,
            "the lease still holds"
        );
        later(world, jobs::LEASE + SignedDuration::from_secs(1));
        assert_eq!(jobs::drain(&world.app, &registry).await.unwrap(), 1);
        assert_eq!(count.load(Ordering::SeqCst), 1);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_takes_its_process_down_each_time_is_given_up() {
    on_each_engine(async |world| {
        enqueue(world, None).await;
        let (started, mut has_started) = tokio::sync::mpsc::unbounded_channel();
        let hanging = Registry::default().with("test.count", move |_, _| {
            started.send(()).unwrap();
            std::future::pending::<jobs::Outcome>()
        });
        for _ in 0..=RETRY_AFTER.len() {
            let (app, hanging) = (world.app.clone(), hanging.clone());
            let dying = tokio::spawn(async move { jobs::drain(&app, &hanging).await });
            has_started.recv().await.unwrap();
            dying.abort();
            let _ = dying.await;
            later(world, jobs::LEASE + SignedDuration::from_secs(1));
        }
        let (registry, count) = counting(|_| Ok(()));
        jobs::drain(&world.app, &registry).await.unwrap();
        assert_eq!(count.load(Ordering::SeqCst), 0, "it is not begun again");
        let page = world.ours.browser.get("/admin/jobs").await;
        let told = "The process that did this job ended before it was done";
        assert!(page.text.contains(told), "{}", page.text);
        later(world, SignedDuration::from_hours(48));
        assert_eq!(jobs::drain(&world.app, &registry).await.unwrap(), 0);
    })
    .await;
}
