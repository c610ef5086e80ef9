//! Every fault of the sandbox at every point of a pull, once and for good: the result is the complete new estate or the
//! untouched old one, and the page and the API say which and why. A fault that is added to the sandbox is tried by itself.
//!
//! What the complete estate is, is said by another organization, which pulls the same one without a fault.

use std::{cell::RefCell, collections::BTreeSet, thread};

use pax8_sandbox::{
    Fault, NewCompany, NewProduct, NewSubscription, OversizedPages, Place, Repeat, SandboxConfig,
    What,
};
use rust_decimal::Decimal;
use serde_json::Value;

use crate::{
    estate::Record,
    pax8_pages::{PAGE, texts},
    world::{Organization, User, World, with_sandbox},
};

/// Rows on a page of the sandbox.
const PAGE_SIZE: u64 = 10;
/// A company that the list leaves out.
const UNLISTED: &str = "f0000000-0000-4000-8000-000000000001";

/// Where a pull can be hit.
#[derive(Debug, Clone, Copy)]
struct Point {
    place: Place,
    page: Option<u64>,
}

fn points() -> Vec<Point> {
    let anywhere = |place| Point { place, page: None };
    // The first page, one in the middle, the last.
    let pages = |place| {
        (0..3).map(move |page| Point {
            place,
            page: Some(page),
        })
    };
    let single = [Place::Token, Place::Company, Place::Product].map(anywhere);
    let lists = [Place::Companies, Place::Subscriptions];
    single
        .into_iter()
        .chain(lists.into_iter().flat_map(pages))
        .collect()
}

fn config() -> SandboxConfig {
    SandboxConfig {
        oversized_pages: OversizedPages::Clamp,
        largest_page: PAGE_SIZE,
        ..SandboxConfig::sized(25, 25, 4)
    }
}

/// How the pulls came out.
#[derive(Debug, Default)]
struct Tally {
    pulls: u32,
    complete: u32,
    untouched: u32,
    /// Complete but for what the fault said of one record, or with a warning.
    told: u32,
}

impl Tally {
    fn add(&mut self, outcome: Outcome) {
        self.pulls += 1;
        match outcome {
            Outcome::Complete => self.complete += 1,
            Outcome::Untouched => self.untouched += 1,
            Outcome::Told => self.told += 1,
        }
    }
}

enum Outcome {
    Complete,
    Untouched,
    Told,
}

#[test]
fn i7_d3_d4_every_fault_at_every_point_of_a_pull_leaves_the_whole_new_estate_or_the_old_one() {
    let points = points();
    let tallies: Vec<Tally> = thread::scope(|scope| {
        let worlds: Vec<_> = points
            .iter()
            .map(|point| scope.spawn(|| try_at(*point)))
            .collect();
        worlds.into_iter().map(|it| it.join().unwrap()).collect()
    });
    let sum = |of: fn(&Tally) -> u32| tallies.iter().map(of).sum::<u32>();
    let (pulls, kinds) = (sum(|it| it.pulls), What::every().len());
    let engines = db::testing::engines().len();
    eprintln!(
        "{kinds} faults at {} points, once and for good, on {engines} engines: {pulls} pulls, {} complete, {} complete with a word \
         about what was odd, {} that changed nothing",
        points.len(),
        sum(|it| it.complete),
        sum(|it| it.told),
        sum(|it| it.untouched),
    );
    assert_eq!(
        usize::try_from(pulls).unwrap(),
        kinds * points.len() * 2 * engines
    );
    assert!(sum(|it| it.complete) > 0 && sum(|it| it.untouched) > 0 && sum(|it| it.told) > 0);
}

/// Tries every fault at one point, in a world of its own.
fn try_at(point: Point) -> Tally {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(async {
        let tally = RefCell::new(Tally::default());
        with_sandbox(config, async |world| {
            let matrix = Matrix::prepare(world).await;
            for what in What::every() {
                for repeat in [Repeat::Times(1), Repeat::Always] {
                    let fault = Fault {
                        place: point.place,
                        page: point.page,
                        skip: 0,
                        repeat,
                        what: what.clone(),
                    };
                    let number = tally.borrow().pulls;
                    let outcome = matrix.try_one(&fault, number).await;
                    tally.borrow_mut().add(outcome);
                }
            }
        })
        .await;
        tally.into_inner()
    })
}

struct Matrix<'a> {
    world: &'a World,
    /// Signed in anew whenever the clock has moved.
    browser: RefCell<User>,
}

/// What is stored of an estate, without when and by which sync it was seen.
type Facts = BTreeSet<String>;

impl<'a> Matrix<'a> {
    async fn prepare(world: &'a World) -> Self {
        let sandbox = world.sandbox.sandbox();
        let estate = sandbox.estate();
        let unlisted = estate.add_company(NewCompany {
            id: Some(UNLISTED.to_owned()),
            name: "Not on the list".to_owned(),
            ..Default::default()
        });
        estate.set_company_status(&unlisted, "Deleted").unwrap();
        estate.add_subscription(NewSubscription {
            company: unlisted,
            product: estate.products()[0].id.clone(),
            ..Default::default()
        });
        let first = world.connect(&world.ours).await;
        assert_eq!(first["status"], "succeeded", "{first}");
        let asked: BTreeSet<Place> = sandbox.counters().by_place.into_keys().collect();
        let tried: BTreeSet<Place> = points().into_iter().map(|it| it.place).collect();
        assert_eq!(
            asked, tried,
            "a pull asks for what is tried and for nothing else"
        );
        world.connect(&world.theirs).await;
        Self {
            world,
            browser: RefCell::new(world.ours.browser.clone()),
        }
    }

    async fn facts(&self, organization: &Organization) -> Facts {
        let fact = |mut row: Record| {
            for moment in ["seen_at", "seen_sync_id", "last_synced_at"] {
                row.remove(moment);
            }
            format!("{row:?}")
        };
        let companies = self.world.companies(organization.id).await;
        let subscriptions = self.world.subscriptions(organization.id).await;
        companies
            .into_iter()
            .chain(subscriptions)
            .map(fact)
            .collect()
    }

    /// Without what Pax8 does not give any more.
    async fn present(&self, organization: &Organization) -> Facts {
        let mut facts = self.facts(organization).await;
        facts.retain(|it| it.contains(r#""missing_since": """#));
        facts
    }

    /// Something to be pulled that was not there before: a quantity, and a product that nobody knows yet. Of the middle of
    /// a page, since faults strike its first row.
    fn change(&self, number: u32) {
        let estate = self.world.sandbox.sandbox().estate();
        let mut subscriptions = estate.subscriptions();
        subscriptions.sort_by_key(|it| (it.created, it.id.clone()));
        let quantity = Decimal::from(1_000 + number);
        estate.set_quantity(&subscriptions[5].id, quantity).unwrap();
        let new = estate.add_product(NewProduct {
            name: format!("Product {number}"),
            vendor: "Vendor".to_owned(),
            ..Default::default()
        });
        estate.change_product(&subscriptions[6].id, &new).unwrap();
    }

    async fn try_one(&self, fault: &Fault, number: u32) -> Outcome {
        let world = self.world;
        self.change(number);
        // No two pulls happen at the same instant.
        let clock = &world.app.clock;
        clock.set(clock.now() + jiff::SignedDuration::from_secs(1));
        let before = self.facts(&world.ours).await;
        let faults = world.sandbox.sandbox().faults();
        faults.add(fault.clone());
        let sync = world.sync(&world.ours).await;
        faults.clear();
        let after = self.facts(&world.ours).await;
        match sync["status"].as_str() {
            Some("failed") => {
                assert_eq!(after, before, "{fault:?}: {sync}");
                self.says_why(fault, &sync).await;
                Outcome::Untouched
            }
            Some("succeeded") => {
                world.sync(&world.theirs).await;
                let after = self.present(&world.ours).await;
                let whole = self.present(&world.theirs).await;
                if after == whole {
                    Outcome::Complete
                } else {
                    let odd = after.symmetric_difference(&whole).count();
                    let warned = sync["warnings"].as_array().is_some_and(|it| !it.is_empty());
                    // One record, as it is and as it should be.
                    assert!(odd <= 2 || warned, "{fault:?}: {sync}: {odd} differ");
                    self.is_put_right(fault).await;
                    Outcome::Told
                }
            }
            _ => panic!("{fault:?}: {sync}"),
        }
    }

    /// The sync, the connection and the page tell the same sentence, and everything is still in use.
    async fn says_why(&self, fault: &Fault, sync: &Value) {
        let world = self.world;
        let sentence = sync["error"].as_str().unwrap();
        assert!(
            sentence.starts_with("Pax8") && sentence.ends_with('.'),
            "{sentence}"
        );
        let connection = world.connection(&world.ours).await;
        assert_eq!(connection["last_error"], sync["error"], "{fault:?}");
        let browser = self.browser.borrow().clone();
        let page = browser.get(PAGE).await.page();
        let shown = texts(&page, "main").join(" ");
        let words: Vec<&str> = sentence.split_whitespace().collect();
        assert!(
            shown.contains(&words.join(" ")),
            "{fault:?}: {sentence}: {shown}"
        );
        if connection["status"] == "connected" {
            assert!(
                shown.contains("What was pulled before is unchanged."),
                "{shown}"
            );
        } else {
            // Refused three times in a row: it waits for new credentials.
            assert_eq!(connection["status"], "inactive", "{fault:?}");
            assert_eq!(world.connect(&world.ours).await["status"], "succeeded");
        }
    }

    /// The next pull has everything again; a product or company of its own that was misread is asked for again after some
    /// days.
    async fn is_put_right(&self, fault: &Fault) {
        let world = self.world;
        let differ = async || -> Vec<String> {
            for organization in [&world.ours, &world.theirs] {
                assert_eq!(world.sync(organization).await["status"], "succeeded");
            }
            let [ours, theirs] = [&world.ours, &world.theirs];
            let (ours, theirs) = (self.present(ours).await, self.present(theirs).await);
            ours.symmetric_difference(&theirs).cloned().collect()
        };
        let left = differ().await;
        if left.is_empty() {
            return;
        }
        let alone = [Place::Product, Place::Company].contains(&fault.place);
        assert!(alone, "{fault:?} stays: {left:#?}");
        let later = world.app.clock.now() + jiff::SignedDuration::from_hours(24 * 8);
        world.app.clock.set(later);
        let left = differ().await;
        assert!(left.is_empty(), "{fault:?} stays: {left:#?}");
        let browser = world.sign_in("owner@ours.example").await;
        *self.browser.borrow_mut() = browser;
    }
}
