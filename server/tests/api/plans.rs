//! No statement reads more than it has to: none goes through a whole table, and none through everything that an organization has of
//! something that there may be a lot of. Where one does, it stands here with the reason.

use std::collections::{BTreeMap, BTreeSet};

use db::{
    Engine, Registered,
    testing::{Plan, on_each_engine, plan},
};

/// Of which an organization has few, whatever its size and age. `vault` has one row for all of them.
const FEW: [&str; 11] = [
    "alert_settings",
    "api_token",
    "custom_role",
    "membership",
    "organization_feature",
    "organization_logo",
    "pax8_connection",
    "pax8_sync_lease",
    "session",
    "tax_rate",
    "vault",
];

/// Indexes of what is under way or waits for somebody, which is little beside what is done.
const UNDER_WAY: [&str; 9] = [
    "alert_open",
    "billing_run_unfinished",
    "delivery_trouble",
    "delivery_unfinished",
    "invoice_review",
    "job_failed",
    "job_unfinished",
    "job_unique",
    "pax8_sync_unfinished",
];

const KEPT: &str = "reckoned once and kept as long as nothing changes";
const SYNC: &str = "a full sync compares everything with what Pax8 has";
const ENDING: &str =
    "an end of the connection deletes everything, and says before how much that is";
const SEARCH: &str = "a text may stand anywhere";
const SWEEP: &str = "once in a while, in the background, over all organizations";
const ACCOUNT: &str = "a person changed how they prove who they are, wherever they are signed in";
const ROTATION: &str = "a change of the master key seals everything anew";
const ORDER: &str =
    "an order of choice: the places of all are put in order, and what is shown is read";
const METRICS: &str = "figures of the installation, asked for by whoever watches it";
const FIRST: &str = "the lowest value is the first of the index";

/// Statements that go through everything all the same, and why.
#[rustfmt::skip]
const EXCEPTIONS: &[(&str, &str)] = &[
    ("accounts::me::store::DELETE_SESSIONS", ACCOUNT),
    ("accounts::second_factor::store::DELETE_SESSIONS", ACCOUNT),
    ("accounts::second_factor::store::LIST_SEALED", ROTATION),
    ("accounts::store::DELETE_OTHER_SESSIONS", ACCOUNT),
    ("accounts::users::store::END_SESSIONS", ACCOUNT),
    ("audit::store::ACTIONS", FIRST),
    ("audit::store::ACTORS", FIRST),
    ("audit::store::KINDS", FIRST),
    ("clients::store::EARNINGS", KEPT),
    ("clients::store::MATCH_KEYS", KEPT),
    ("clients::store::OPTIONS", SEARCH),
    ("clients::store::RANKED", KEPT),
    ("dashboard::store::ARRIVALS", KEPT),
    ("dashboard::store::BELOW_COST", KEPT),
    ("dashboard::store::CORRECTIONS", KEPT),
    ("dashboard::store::KNOWN_SINCE", KEPT),
    ("dashboard::store::MONTH", KEPT),
    ("dashboard::store::NOT_LINKED", KEPT),
    ("dashboard::store::UNMAPPED_COST", KEPT),
    ("http::idempotency::store::DELETE_BEFORE", SWEEP),
    ("http::idempotency::store::LIST_SEALED", ROTATION),
    ("invoices::sorted::LIST_FALLING", ORDER),
    ("invoices::sorted::LIST_RISING", ORDER),
    ("jobs::store::DELETE_OLD", SWEEP),
    ("metrics::store::CONNECTIONS", METRICS),
    ("metrics::store::FAILED_SYNCS", METRICS),
    ("organizations::store::LIST", SWEEP),
    ("pax8::companies::store::LIST", SEARCH),
    ("pax8::pages::counts::COMPANIES", KEPT),
    ("pax8::subscriptions::link_store::COUNT_TO_DECIDE", KEPT),
    ("pax8::subscriptions::list_store::BELOW_COST", KEPT),
    ("pax8::subscriptions::list_store::COMPANY_TEXTS", KEPT),
    ("pax8::subscriptions::list_store::HELD_CANDIDATES", KEPT),
    ("pax8::subscriptions::list_store::LINKED", "data too old to bill from holds everything that is linked"),
    ("pax8::subscriptions::list_store::LIST_CONTAINING", SEARCH),
    ("pax8::subscriptions::list_store::LIST_OF_COMPANY", SEARCH),
    ("pax8::subscriptions::list_store::NOT_LINKED", KEPT),
    ("pax8::subscriptions::list_store::TEXTS", KEPT),
    ("pax8::sync::store::companies::COUNT_LISTED", SYNC),
    ("pax8::sync::store::companies::LIST", SYNC),
    ("pax8::sync::store::companies::LIST_CURRENCIES", SYNC),
    ("pax8::sync::store::companies::LIST_LOOKED_UP", SYNC),
    ("pax8::sync::store::companies::RECOUNT", SYNC),
    ("pax8::sync::store::estate::COUNT_COMPANIES", ENDING),
    ("pax8::sync::store::estate::DELETE_COMPANIES", ENDING),
    ("pax8::sync::store::estate::DELETE_PRODUCTS", ENDING),
    ("pax8::sync::store::estate::DELETE_SUBSCRIPTIONS", ENDING),
    ("pax8::sync::store::leases::LIST_EXPIRED", SWEEP),
    ("pax8::sync::store::products::LIST", SYNC),
    ("pax8::sync::store::subscriptions::LIST_DECIDED", SYNC),
    ("pax8::sync::store::subscriptions::LIST_GLANCES", SYNC),
    ("pax8::sync::store::subscriptions::VOID_DECISIONS", SYNC),
    ("recurring::sorted::LIST_FALLING", ORDER),
    ("recurring::sorted::LIST_RISING", ORDER),
];

#[tokio::test]
async fn no_statement_reads_everything() {
    on_each_engine(async |it| {
        let engine = it.database.engine();
        let mut found = BTreeMap::new();
        for statement in db::registered().filter(|it| it.name().starts_with("ascent::")) {
            let plan = plan(&it.database, statement).await;
            if reads_everything(engine, statement, &plan) {
                found.insert(statement.name().trim_start_matches("ascent::"), plan);
            }
        }
        let excepted: BTreeSet<_> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
        let news = found.iter().filter(|(name, _)| !excepted.contains(*name));
        let news: Vec<_> = news.collect();
        assert!(news.is_empty(), "{engine:?}: {news:#?} read everything");
        // SQLite is the stricter one: it is asked about each organization too.
        if engine == Engine::Sqlite {
            let over = excepted.iter().filter(|name| !found.contains_key(*name));
            let over: Vec<_> = over.collect();
            assert!(over.is_empty(), "{over:#?} need no exception any more");
        }
    })
    .await;
}

/// Whether a plan goes through a whole table, or through all that an organization has of something.
fn reads_everything(engine: Engine, statement: &Registered, plan: &Plan) -> bool {
    // In the order of an index and up to a limit.
    let stops = statement.sql().contains(" limit ") && !plan.sorts;
    let mut reads = plan.reads.iter().enumerate();
    reads.any(|(at, read)| {
        let of_few = FEW.contains(&read.table.as_str());
        let under_way = read
            .index
            .as_deref()
            .is_some_and(|it| UNDER_WAY.contains(&it));
        let whole_table = read.by.is_empty() && read.table != "vault";
        let narrows = |it: &String| !matches!(it.as_str(), "organization_id=?" | "record_type=?");
        let whole_organization =
            engine == Engine::Sqlite && !read.by.iter().any(narrows) && !of_few;
        !under_way && (whole_table || whole_organization && !(stops && at == 0))
    })
}
