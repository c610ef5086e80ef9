//! Every statement that the program declares is understood by both engines, and asks for one organization's rows only.

use db::{Registered, testing::on_each_engine};

#[tokio::test]
async fn both_engines_understand_every_statement() {
    on_each_engine(async |it| {
        let mut count = 0;
        for statement in db::registered() {
            let prepared = it.database.prepare(statement.name(), statement.sql()).await;
            assert!(
                prepared.is_ok(),
                "{}: {:?}\n{}",
                statement.name(),
                prepared,
                statement.sql()
            );
            if let Registered::Bulk(bulk) = statement {
                let listed = db::testing::prepare_columns(&it.database, bulk).await;
                assert!(listed.is_ok(), "{}: {listed:?}", bulk.name);
            }
            count += 1;
        }
        assert!(count > 20);
    })
    .await;
}

#[test]
fn i12_every_statement_about_an_organization_is_bound_to_it() {
    for statement in db::registered() {
        let sql = statement.sql();
        let bound = match statement {
            Registered::Org(_) => {
                sql.contains("organization_id = $1")
                    || sql.contains("from organization where id = $1")
                    || sql.contains("organization set") && sql.contains("where id = $1")
                    || sql.contains("(organization_id,") && sql.contains("($1,")
            }
            Registered::Bulk(_) => sql.contains("(organization_id,"),
            Registered::System(_) => true,
        };
        assert!(bound, "{}: {sql}", statement.name());
    }
}

#[test]
fn what_kept_figures_are_made_of_is_written_for_one_organization_only() {
    for statement in db::registered() {
        if let Registered::System(it) = statement {
            let table = db::written(it.sql).unwrap_or_default();
            assert!(!db::KEPT_OF.contains(&table), "{}: {}", it.name, it.sql);
        }
    }
}
