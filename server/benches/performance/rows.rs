//! The rows that a first sync writes, to be written again without a sync: what the engine itself takes.

use std::time::{Duration, Instant};

use ascent::ids::OrganizationId;
use db::{Engine, OrgTx, Row, Value, testing::TestDatabase};

use crate::{common, installation::Installation};

/// Declares a table's columns and the two statements that read and write them.
macro_rules! table {
    ($table:ident: $($column:ident $kind:ident),* $(,)?) => {
        mod $table {
            use super::*;

            db::statements! {
                org READ = concat!("select organization_id", $(", ", stringify!($column),)* " from ", stringify!($table),
                    " where organization_id = $1");
                org READ_IN_ORDER = concat!("select organization_id", $(", ", stringify!($column),)* " from ", stringify!($table),
                    " where organization_id = $1 order by 2");
                bulk INSERT = concat!("insert into ", stringify!($table), " (organization_id", $(", ", stringify!($column),)* ") values"),
                    [$(stringify!($column)),*].len() + 1, "";
            }

            pub async fn read(tx: &mut OrgTx, in_order: bool) -> Vec<Vec<Value>> {
                let statement = if in_order { &READ_IN_ORDER } else { &READ };
                let rows = tx.fetch_all(statement, vec![]).await.unwrap();
                let values = |row: &Row| vec![$(Value::$kind(row.get(stringify!($column)).unwrap())),*];
                rows.iter().map(values).collect()
            }

            pub async fn insert(tx: &mut OrgTx, rows: Vec<Vec<Value>>) {
                tx.bulk(&INSERT, rows).await.unwrap();
            }
        }
    };
}

table!(pax8_product: pax8_id Text, name Text, vendor Text, sku Text, vendor_sku Text, found Bool, fetched_at Int);
table!(pax8_company: id Text, pax8_id Text, name Text, status Text, external_id Text, website Text, match_outcome Text,
    match_candidates Text, subscription_count Int, missing_since Int, fingerprint Text, first_seen_at Int, search_text Text);
table!(pax8_subscription: id Text, pax8_id Text, company_id Text, parent_pax8_id Text, product_pax8_id Text, product_name Text,
    vendor Text, sku Text, quantity Text, billing_term Text, commitment_term Text, commitment_end Text, currency Text, price Text,
    partner_cost Text, status Text, start_date Text, end_date Text, billing_start Text, missing_since Int, last_known Text,
    attention Text, attention_at Int, monthly_revenue_minor Int, monthly_cost_minor Int, bill_price Text, below_cost Bool,
    fingerprint Text, first_seen_at Int, seen_at Int, seen_sync_id Text, search_text Text);
table!(pax8_change: id Text, sync_id Text, at Int, record_type Text, record_pax8_id Text, record_name Text, field Text,
    before_value Text, after_value Text, revenue_change_minor Int, cost_change_minor Int, currency Text);

/// What a first sync has written.
#[derive(Clone, PartialEq)]
pub struct Rows {
    products: Vec<Vec<Value>>,
    companies: Vec<Vec<Value>>,
    subscriptions: Vec<Vec<Value>>,
    changes: Vec<Vec<Value>>,
}

impl Rows {
    /// As the engine has them: in an order of its own, unless one is asked for, by which two readings can be compared.
    pub async fn of(installation: &Installation, in_order: bool) -> Self {
        let database = &installation.app.database;
        let mut tx = database.read(installation.organization).await.unwrap();
        Self {
            products: pax8_product::read(&mut tx, in_order).await,
            companies: pax8_company::read(&mut tx, in_order).await,
            subscriptions: pax8_subscription::read(&mut tx, in_order).await,
            changes: pax8_change::read(&mut tx, in_order).await,
        }
    }

    pub fn len(&self) -> usize {
        let lists = [
            &self.products,
            &self.companies,
            &self.subscriptions,
            &self.changes,
        ];
        lists.iter().map(|rows| rows.len()).sum()
    }

    /// Writes all of them in as few statements as the engine allows, in one transaction, into a new database.
    pub async fn insert(self, engine: Engine) -> Duration {
        let (database, organization) = empty(engine).await;
        let began = Instant::now();
        let mut tx = database.database.write(organization).await.unwrap();
        pax8_product::insert(&mut tx, self.products).await;
        pax8_company::insert(&mut tx, self.companies).await;
        pax8_subscription::insert(&mut tx, self.subscriptions).await;
        pax8_change::insert(&mut tx, self.changes).await;
        tx.commit().await.unwrap();
        let took = began.elapsed();
        database.remove().await;
        took
    }

    /// Writes them with one statement each, also in one transaction.
    pub async fn insert_one_by_one(self, engine: Engine) -> Duration {
        let (database, organization) = empty(engine).await;
        let began = Instant::now();
        let mut tx = database.database.write(organization).await.unwrap();
        for row in self.products {
            pax8_product::insert(&mut tx, vec![row]).await;
        }
        for row in self.companies {
            pax8_company::insert(&mut tx, vec![row]).await;
        }
        for row in self.subscriptions {
            pax8_subscription::insert(&mut tx, vec![row]).await;
        }
        for row in self.changes {
            pax8_change::insert(&mut tx, vec![row]).await;
        }
        tx.commit().await.unwrap();
        let took = began.elapsed();
        database.remove().await;
        took
    }
}

async fn empty(engine: Engine) -> (TestDatabase, OrganizationId) {
    let database = TestDatabase::new(engine).await;
    let retry = pax8::RetryPolicy::default();
    let app = common::app_of(
        &database,
        String::new(),
        ascent::clock::Clock::system(),
        retry,
    );
    let organization = common::organization(&app).await;
    (database, organization)
}
