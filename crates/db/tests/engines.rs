//! The same behaviour on both engines: schema, transactions, isolation of organizations, bulk writes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

use std::collections::BTreeMap;

use db::{
    Database, DbError, Engine, OrganizationId, args,
    testing::{TestDatabase, engines, on_each_engine},
};

db::statements! {
    system INSERT_ORGANIZATION = "insert into organization
        (id, slug, name, currency, timezone, data_key, next_billing_at, created_at) values ($1, $2, 'N', 'USD', 'UTC', '', 0, 0)";
    org INSERT_CLIENT = "insert into client (organization_id, id, name, currency, payment_terms_days, tax_exempt, status, sort_name,
        search_text, version, created_at, updated_at) values ($1, $2, $3, 'USD', 30, false, 'active', '', '', 1, $4, $4)";
    org COUNT_CLIENTS = "select count(*) as n from client where organization_id = $1";
    bulk INSERT_CLIENTS = "insert into client (organization_id, id, name, currency, payment_terms_days, tax_exempt, status, sort_name,
        search_text, version, created_at, updated_at) values", 12, "";
    org TOUCH_CLIENTS = "update client set version = version + 1 where organization_id = $1";
    org FIND_CLIENT = "select name, email, tax_exempt, created_at from client where organization_id = $1 and id = $2";
    bulk FIND_FEATURES = "with wanted (organization_id, feature) as (values", 2,
        ") select feature from organization_feature where organization_id = $1 and feature in (select feature from wanted)";
    bulk INSERT_FEATURES = "insert into organization_feature (organization_id, feature) values", 2,
        "on conflict (organization_id, feature) do nothing";
    org LIST_FEATURES = "select feature from organization_feature where organization_id = $1 order by feature";
    org COUNT_FEATURES = "select count(*) as n from organization_feature where organization_id = $1";
    system COLUMNS_SQLITE = "select m.name as tab, p.name as col, lower(p.type) as typ,
        (p.\"notnull\" = 1 or p.pk > 0) as required from sqlite_schema m join pragma_table_info(m.name) p
        where m.type = 'table' and m.name not like 'sqlite_%' order by 1, 2";
    system COLUMNS_POSTGRES = "select table_name::text as tab, column_name::text as col, data_type::text as typ,
        (is_nullable = 'NO') as required from information_schema.columns where table_schema = current_schema() order by 1, 2";
    system INDEXES_SQLITE = "select name as name from sqlite_schema where type = 'index' and name not like 'sqlite_%' order by 1";
    system INDEXES_POSTGRES = "select indexname::text as name from pg_indexes where schemaname = current_schema()
        and indexname not like '%_pkey' and indexname not like '%_key' order by 1";
    system KEYS_SQLITE = "select m.name as tab, l.name as key, i.name as first from sqlite_schema m join pragma_index_list(m.name) l
        join pragma_index_info(l.name) i where m.type = 'table' and m.name not like 'sqlite_%' and i.seqno = 0";
    system KEYS_POSTGRES = "select t.relname::text as tab, k.relname::text as key, a.attname::text as first from pg_index i
        join pg_class t on t.oid = i.indrelid join pg_class k on k.oid = i.indexrelid
        join pg_namespace n on n.oid = t.relnamespace join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
        where n.nspname = current_schema()";
    system LIMITS_POSTGRES = "select current_setting('lock_timeout')::text as waits,
        current_setting('idle_in_transaction_session_timeout')::text as pauses";
    system HURRY_POSTGRES = "set local lock_timeout = '10ms'";
    org CACHE_SQLITE = "select cache_size as kib from pragma_cache_size where $1 is not null";
    system END_POSTGRES = "select pg_terminate_backend(pg_backend_pid())";
}

/// Kept whole wherever the rows are spread to: the organizations, the people who work for them, the master key, what was migrated.
const NOT_OF_ONE_ORGANIZATION: [&str; 9] = [
    "account",
    "known_browser",
    "organization",
    "recovery_code",
    "schema_migration",
    "second_factor",
    "refused_attempt",
    "sign_in_attempt",
    "vault",
];

async fn organization(database: &Database, slug: &str) -> OrganizationId {
    let id = OrganizationId::new();
    let mut tx = database.system_write().await.unwrap();
    tx.execute(&INSERT_ORGANIZATION, args![id, slug])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn count(database: &Database, organization: OrganizationId) -> i64 {
    let mut tx = database.read(organization).await.unwrap();
    tx.fetch_one(&COUNT_CLIENTS, args![])
        .await
        .unwrap()
        .get("n")
        .unwrap()
}

#[tokio::test]
async fn a_dropped_transaction_changes_nothing_and_a_committed_one_everything() {
    on_each_engine(async |it| {
        let organization = organization(&it.database, "a").await;
        let mut dropped = it.database.write(organization).await.unwrap();
        dropped
            .execute(&INSERT_CLIENT, args!["1", "One", 5_i64])
            .await
            .unwrap();
        drop(dropped);
        assert_eq!(count(&it.database, organization).await, 0);

        let mut kept = it.database.write(organization).await.unwrap();
        kept.execute(&INSERT_CLIENT, args!["1", "One", 5_i64])
            .await
            .unwrap();
        kept.commit().await.unwrap();
        assert_eq!(count(&it.database, organization).await, 1);
    })
    .await;
}

#[tokio::test]
async fn i12_an_organization_statement_sees_its_own_rows_only() {
    on_each_engine(async |it| {
        let (ours, theirs) = (
            organization(&it.database, "a").await,
            organization(&it.database, "b").await,
        );
        let mut tx = it.database.write(ours).await.unwrap();
        tx.execute(&INSERT_CLIENT, args!["1", "One", 5_i64])
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let mut tx = it.database.read(theirs).await.unwrap();
        assert!(
            tx.fetch_optional(&FIND_CLIENT, args!["1"])
                .await
                .unwrap()
                .is_none()
        );
        drop(tx);
        let mut tx = it.database.read(ours).await.unwrap();
        let row = tx.fetch_one(&FIND_CLIENT, args!["1"]).await.unwrap();
        assert_eq!(row.get::<String>("name").unwrap(), "One");
        assert_eq!(row.get::<Option<String>>("email").unwrap(), None);
        assert!(!row.get::<bool>("tax_exempt").unwrap());
        assert_eq!(row.get::<i64>("created_at").unwrap(), 5);
    })
    .await;
}

#[tokio::test]
async fn the_character_nul_is_refused_on_both_engines() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let mut tx = it.database.write(ours).await.unwrap();
        let refused = tx.execute(&INSERT_CLIENT, args!["1", "O\0ne", 5_i64]).await;
        assert!(matches!(refused, Err(DbError::Unstorable { .. })));
        tx.execute(&INSERT_CLIENT, args!["1", "One", 5_i64])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count(&it.database, ours).await, 1, "and the work goes on");
    })
    .await;
}

#[tokio::test]
async fn a_full_and_a_closed_database_are_told_apart_and_work_again() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let insert = async |id: usize| {
            let mut tx = it.database.write(ours).await?;
            let name = "long ".repeat(500);
            tx.execute(&INSERT_CLIENT, args![id.to_string(), name, 5_i64])
                .await?;
            tx.commit().await
        };
        db::testing::fill_up(&it.database).await;
        let mut kept = 0;
        let full = loop {
            match insert(kept).await {
                Ok(()) => kept += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(full, DbError::Full(_)), "{full}");
        assert_eq!(
            count(&it.database, ours).await,
            i64::try_from(kept).unwrap()
        );
        db::testing::make_room(&it.database).await;
        db::testing::forbid_writes(&it.database).await;
        let closed = insert(kept).await.unwrap_err();
        assert!(matches!(closed, DbError::ReadOnly(_)), "{closed}");
        assert_eq!(
            count(&it.database, ours).await,
            i64::try_from(kept).unwrap()
        );
        db::testing::allow_writes(&it.database).await;
        insert(kept).await.unwrap();
        insert(kept + 1).await.unwrap();
        assert_eq!(
            count(&it.database, ours).await,
            i64::try_from(kept + 2).unwrap()
        );
    })
    .await;
}

#[tokio::test]
async fn refusals_of_the_schema_are_told_apart() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let mut tx = it.database.write(ours).await.unwrap();
        tx.execute(&INSERT_CLIENT, args!["1", "One", 5_i64])
            .await
            .unwrap();
        assert!(
            tx.execute(&INSERT_CLIENT, args!["1", "One", 5_i64])
                .await
                .unwrap_err()
                .is_duplicate()
        );
        drop(tx);

        let mut stranger = it.database.write(OrganizationId::new()).await.unwrap();
        let refused = stranger
            .execute(&INSERT_CLIENT, args!["1", "One", 5_i64])
            .await
            .unwrap_err();
        assert!(matches!(refused, DbError::ForeignKey { .. }), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn concurrent_read_then_write_loses_no_update() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let writers = (0..20).map(|_| {
            let database = it.database.clone();
            tokio::spawn(async move {
                let mut tx = database.write(ours).await.unwrap();
                let n: i64 = tx
                    .fetch_one(&COUNT_CLIENTS, args![])
                    .await
                    .unwrap()
                    .get("n")
                    .unwrap();
                tx.execute(&INSERT_CLIENT, args![n.to_string(), "C", 0_i64])
                    .await
                    .unwrap();
                tx.commit().await.unwrap();
            })
        });
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(count(&it.database, ours).await, 20);
    })
    .await;
}

#[tokio::test]
async fn a_reader_keeps_its_snapshot_while_a_writer_commits() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let mut reader = it.database.read(ours).await.unwrap();
        let before: i64 = reader
            .fetch_one(&COUNT_CLIENTS, args![])
            .await
            .unwrap()
            .get("n")
            .unwrap();
        let mut tx = it.database.write(ours).await.unwrap();
        tx.execute(&INSERT_CLIENT, args!["1", "One", 5_i64])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let after: i64 = reader
            .fetch_one(&COUNT_CLIENTS, args![])
            .await
            .unwrap()
            .get("n")
            .unwrap();
        assert_eq!((before, after), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn bulk_writes_are_cut_to_what_an_engine_takes() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let rows = (0..20_000).map(|n| args![format!("feature-{n}")]);
        let mut tx = it.database.write(ours).await.unwrap();
        assert_eq!(tx.bulk(&INSERT_FEATURES, rows).await.unwrap(), 20_000);
        tx.commit().await.unwrap();
        let mut tx = it.database.read(ours).await.unwrap();
        let n: i64 = tx
            .fetch_one(&COUNT_FEATURES, args![])
            .await
            .unwrap()
            .get("n")
            .unwrap();
        assert_eq!(n, 20_000);
    })
    .await;
}

#[tokio::test]
async fn a_bulk_write_ends_with_a_row_that_cannot_be_made_or_stored() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let rows = || (0..2_000).map(|n| Ok(args![format!("feature-{n}")]));
        for (last, told) in [
            (Err(DbError::UnknownUrl), DbError::UnknownUrl.to_string()),
            (Ok(args!["\0"]), "INSERT_FEATURES".to_owned()),
        ] {
            let mut tx = it.database.write(ours).await.unwrap();
            let written = tx.try_bulk(&INSERT_FEATURES, rows().chain([last])).await;
            let error = written.unwrap_err().to_string();
            assert!(error.contains(&told), "{error}");
            drop(tx);
            let mut tx = it.database.read(ours).await.unwrap();
            let row = tx.fetch_one(&COUNT_FEATURES, args![]).await.unwrap();
            assert_eq!(row.get::<i64>("n").unwrap(), 0);
        }
    })
    .await;
}

#[tokio::test]
async fn bulk_reads_find_what_is_named_and_ours() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let theirs = organization(&it.database, "b").await;
        for (whose, from) in [(ours, 0), (theirs, 3_000)] {
            let rows = (from..from + 3_000).map(|n| args![format!("feature-{n}")]);
            let mut tx = it.database.write(whose).await.unwrap();
            tx.bulk(&INSERT_FEATURES, rows).await.unwrap();
            tx.commit().await.unwrap();
        }
        let mut tx = it.database.read(ours).await.unwrap();
        let wanted = (1_000..9_000).map(|n| args![format!("feature-{n}")]);
        let found = tx.fetch_bulk(&FIND_FEATURES, wanted.collect()).await;
        assert_eq!(found.unwrap().len(), 2_000);
        let none = tx.fetch_bulk(&FIND_FEATURES, Vec::new()).await.unwrap();
        assert!(none.is_empty());
    })
    .await;
}

#[tokio::test]
async fn rows_come_one_by_one_until_one_is_refused() {
    on_each_engine(async |it| {
        let ours = organization(&it.database, "a").await;
        let rows = (0..500).map(|n| args![format!("feature-{n:03}")]);
        let mut tx = it.database.write(ours).await.unwrap();
        tx.bulk(&INSERT_FEATURES, rows).await.unwrap();
        let mut seen = Vec::new();
        let some = tx.fetch_each(&LIST_FEATURES, args![], |row| {
            seen.push(row.get::<String>("feature")?);
            match seen.len() {
                300 => Err(DbError::NoRow {
                    statement: "enough",
                }),
                _ => Ok(()),
            }
        });
        assert!(matches!(some.await, Err(DbError::NoRow { .. })));
        assert_eq!((seen.len(), seen[299].as_str()), (300, "feature-299"));
        let left = tx.fetch_one(&COUNT_FEATURES, args![]).await.unwrap();
        assert_eq!(
            left.get::<i64>("n").unwrap(),
            500,
            "the transaction goes on"
        );
    })
    .await;
}

/// What a statement may have to undo is more here than either engine keeps at hand.
#[tokio::test]
async fn a_statement_over_a_great_many_rows_is_carried_out() {
    on_each_engine(async |it| {
        let org = organization(&it.database, "one").await;
        let mut tx = it.database.write(org).await.unwrap();
        let name = "n".repeat(1_000);
        let row = |n: u32| {
            let id = format!("{n:05}");
            args![
                id, &name, "USD", 30_u32, false, "active", "", "", 1_u32, 0_u32, 0_u32
            ]
        };
        let rows = (0..10_000).map(row);
        assert_eq!(tx.bulk(&INSERT_CLIENTS, rows).await.unwrap(), 10_000);
        let touched = tx.execute(&TOUCH_CLIENTS, args![]).await.unwrap();
        assert_eq!(touched, 10_000);
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn room_for_a_great_many_rows_is_given_back_with_the_transaction() {
    async fn kib(tx: &mut db::OrgTx) -> i64 {
        let row = tx.fetch_one(&CACHE_SQLITE, args![]).await.unwrap();
        -row.get::<i64>("kib").unwrap()
    }
    let test = TestDatabase::new(Engine::Sqlite).await;
    let database = &test.database;
    let org = organization(database, "one").await;
    for committed in [true, false] {
        let mut tx = database.write(org).await.unwrap();
        let usual = kib(&mut tx).await;
        tx.make_room(1_000).await.unwrap();
        assert_eq!(kib(&mut tx).await, usual, "a few need none");
        tx.make_room(600_000).await.unwrap();
        assert_eq!(kib(&mut tx).await, 300_000);
        tx.make_room(usize::MAX).await.unwrap();
        assert_eq!(kib(&mut tx).await, 524_288);
        match committed {
            true => tx.commit().await.unwrap(),
            false => drop(tx),
        }
        let mut next = database.write(org).await.unwrap();
        assert_eq!(kib(&mut next).await, usual, "committed: {committed}");
    }
    test.remove().await;
}

#[tokio::test]
async fn migrating_twice_at_once_applies_each_migration_once() {
    for engine in engines() {
        let it = TestDatabase::empty(engine).await;
        let (first, second) = tokio::join!(it.database.migrate(), it.database.migrate());
        let applied = first.unwrap().applied.len() + second.unwrap().applied.len();
        assert!(applied > 0);
        assert!(it.database.migrate().await.unwrap().applied.is_empty());
        it.database.check_migrated().await.unwrap();
        it.remove().await;
    }
}

db::statements! {
    system PRETEND_NEWER = "insert into schema_migration (name, digest, oldest) values ($1, 'x', $2)";
    system PRETEND_EDITED = "update schema_migration set digest = 'x' where name = '0001_foundation'";
}

#[tokio::test]
async fn a_database_of_a_version_too_new_or_of_another_program_is_refused() {
    on_each_engine(async |it| {
        let mut tx = it.database.system_write().await.unwrap();
        let expand = args!["9998_expand", "0001_foundation"];
        tx.execute(&PRETEND_NEWER, expand).await.unwrap();
        tx.commit().await.unwrap();
        it.database.check_migrated().await.unwrap();
        let nothing = it.database.migrate().await.unwrap().applied;
        assert!(nothing.is_empty(), "{nothing:?}");

        let mut tx = it.database.system_write().await.unwrap();
        let contract = args!["9999_contract", "9998_expand"];
        tx.execute(&PRETEND_NEWER, contract).await.unwrap();
        tx.commit().await.unwrap();
        let refused = it.database.migrate().await.unwrap_err();
        assert!(refused.to_string().contains("9999_contract"), "{refused}");
        assert!(matches!(
            it.database.check_migrated().await.unwrap_err(),
            DbError::NewerSchema { .. }
        ));
    })
    .await;
    on_each_engine(async |it| {
        let mut tx = it.database.system_write().await.unwrap();
        tx.execute(&PRETEND_EDITED, args![]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(
            it.database.migrate().await.unwrap_err(),
            DbError::EditedMigration(_)
        ));
    })
    .await;
}

#[tokio::test]
async fn an_unmigrated_database_says_what_to_do() {
    for engine in engines() {
        let it = TestDatabase::empty(engine).await;
        let refused = it.database.check_migrated().await.unwrap_err();
        assert!(refused.to_string().contains("ascent migrate"), "{refused}");
        it.remove().await;
    }
}

#[tokio::test]
async fn both_engines_have_the_same_schema() {
    let mut schemas = Vec::new();
    for engine in engines() {
        let it = TestDatabase::new(engine).await;
        let (columns, indexes) = match engine {
            Engine::Sqlite => (&COLUMNS_SQLITE, &INDEXES_SQLITE),
            Engine::Postgres => (&COLUMNS_POSTGRES, &INDEXES_POSTGRES),
        };
        let mut tx = it.database.system_read().await.unwrap();
        let mut schema = BTreeMap::new();
        for row in tx.fetch_all(columns, args![]).await.unwrap() {
            let name = format!(
                "{}.{}",
                row.get::<String>("tab").unwrap(),
                row.get::<String>("col").unwrap()
            );
            schema.insert(
                name,
                format!(
                    "{} {}",
                    row.get::<String>("typ").unwrap(),
                    row.get::<bool>("required").unwrap()
                ),
            );
        }
        for row in tx.fetch_all(indexes, args![]).await.unwrap() {
            schema.insert(row.get("name").unwrap(), "index".to_owned());
        }
        drop(tx);
        it.remove().await;
        assert!(schema.len() > 100);
        schemas.push(schema);
    }
    for schema in &schemas[1..] {
        assert_eq!(*schema, schemas[0]);
    }
}

#[tokio::test]
async fn the_organization_comes_first_in_every_key_and_index() {
    on_each_engine(async |it| {
        let keys = match it.database.engine() {
            Engine::Sqlite => &KEYS_SQLITE,
            Engine::Postgres => &KEYS_POSTGRES,
        };
        let mut tx = it.database.system_read().await.unwrap();
        let rows = tx.fetch_all(keys, args![]).await.unwrap();
        assert!(rows.len() > 30);
        for row in rows {
            let table: String = row.get("tab").unwrap();
            let key: String = row.get("key").unwrap();
            let first: String = row.get("first").unwrap();
            assert!(
                first == "organization_id" || NOT_OF_ONE_ORGANIZATION.contains(&table.as_str()),
                "{key} of {table} begins with {first}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_of_no_known_database_is_refused() {
    assert!(matches!(
        Database::open("mysql://x").await.unwrap_err(),
        DbError::UnknownUrl
    ));
    let refused = Database::open("sqlite:/proc/nowhere/ascent.db")
        .await
        .unwrap_err();
    assert!(refused.is_unreachable(), "{refused:?}");
}

#[tokio::test]
async fn who_waits_too_long_for_a_writer_or_is_cut_off_may_try_again() {
    on_each_engine(async |it| {
        if it.database.engine() != Engine::Postgres {
            return;
        }
        let id = organization(&it.database, "a").await;
        let first = it.database.write(id).await.unwrap();
        let mut second = it.database.system_write().await.unwrap();
        let limits = second.fetch_one(&LIMITS_POSTGRES, args![]).await.unwrap();
        assert_eq!(limits.get::<String>("waits").unwrap(), "20s");
        assert_eq!(limits.get::<String>("pauses").unwrap(), "1min");
        second.execute(&HURRY_POSTGRES, args![]).await.unwrap();
        let refused = second.into_writer_of(id).await.err().unwrap();
        assert!(refused.is_unreachable(), "{refused:?}");
        drop(first);
        let mut ended = it.database.system_write().await.unwrap();
        let refused = ended.execute(&END_POSTGRES, args![]).await.unwrap_err();
        assert!(refused.is_unreachable(), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_beginning_that_nobody_waits_for_leaves_no_connection_inside_a_transaction() {
    on_each_engine(async |it| {
        let organization = organization(&it.database, "a").await;
        for patience in 0..60_u32 {
            tokio::select! {
                biased;
                tx = it.database.read(organization) => drop(tx.unwrap()),
                () = yields(patience * patience) => {}
            }
            // Whichever connection it is, it can write.
            let mut tx = it.database.write(organization).await.unwrap();
            let name = patience.to_string();
            let args = args![name.clone(), name, 0_i64];
            tx.execute(&INSERT_CLIENT, args).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(count(&it.database, organization).await, 60);
    })
    .await;
}

/// Lets other tasks go on so many times.
async fn yields(times: u32) {
    for _ in 0..times {
        tokio::task::yield_now().await;
    }
}
