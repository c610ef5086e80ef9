//! Having Postgres look at its tables.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use db::{
    Database, Engine, OrganizationId, args,
    testing::{analyzed, on_each_engine},
};
use futures::future::try_join_all;

db::statements! {
    /// Postgres would look at it by itself some day.
    system LEAVE_ALONE = "alter table organization_feature set (autovacuum_enabled = off)";
    system INSERT_ORGANIZATION = "insert into organization
        (id, slug, name, currency, timezone, data_key, next_billing_at, created_at) values ($1, 'a', 'N', 'USD', 'UTC', '', 0, 0)";
    bulk INSERT_FEATURES = "insert into organization_feature (organization_id, feature) values", 2, "";
}

/// One organization, and 300 features of it.
async fn fill(database: &Database) {
    let organization = OrganizationId::new();
    let mut tx = database.system_write().await.unwrap();
    tx.execute(&INSERT_ORGANIZATION, args![organization])
        .await
        .unwrap();
    let mut tx = tx.into_writer_of(organization).await.unwrap();
    let rows = (0..300).map(|it| args![it.to_string()]);
    tx.bulk(&INSERT_FEATURES, rows).await.unwrap();
    tx.commit().await.unwrap();
}

/// Its owner is no superuser and sees no row outside of a transaction of ours: statistics are of all rows nevertheless.
#[tokio::test]
async fn postgres_knows_what_is_in_the_tables_that_were_named_and_sqlite_does_nothing() {
    on_each_engine(async |it| {
        fill(&it.database).await;

        it.database
            .analyze(&["organization", "organization_feature"])
            .await
            .unwrap();
        let known = analyzed(&it.database).await;
        let known: Vec<(&str, i64)> = known.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        match it.database.engine() {
            Engine::Sqlite => assert_eq!(known, []),
            Engine::Postgres => {
                assert_eq!(known, [("organization", 1), ("organization_feature", 300)]);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn postgres_looks_at_a_table_that_grew_and_at_no_other() {
    on_each_engine(async |it| {
        fill(&it.database).await;
        if it.database.engine() == Engine::Sqlite {
            assert_eq!(it.database.analyze_grown().await.unwrap(), 0);
            return;
        }
        let mut tx = it.database.system_write().await.unwrap();
        tx.execute(&LEAVE_ALONE, args![]).await.unwrap();
        tx.commit().await.unwrap();
        // A connection tells what it wrote a moment later.
        while !analyzed(&it.database)
            .await
            .contains_key("organization_feature")
        {
            it.database.analyze_grown().await.unwrap();
            tokio::task::yield_now().await;
        }
        assert!(!analyzed(&it.database).await.contains_key("organization"));
        assert_eq!(it.database.analyze_grown().await.unwrap(), 0, "once");
    })
    .await;
}

#[tokio::test]
async fn many_at_once_wait_for_each_other_and_one_that_fails_keeps_nobody_out() {
    on_each_engine(async |it| {
        let refused = it.database.analyze(&["organization", "nowhere"]).await;
        assert_eq!(refused.is_err(), it.database.engine() == Engine::Postgres);
        let many = (0..8).map(|_| it.database.analyze(&["organization", "client"]));
        try_join_all(many).await.unwrap();
    })
    .await;
}
