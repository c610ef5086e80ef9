//! Postgres keeps organizations apart by itself too, whatever statement reaches it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says on stderr what it skipped"
)]

use db::{
    Engine, OrganizationId,
    testing::{TestDatabase, engines},
};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

/// Rows of no organization: people, who may work for several; attempts to sign in; what was migrated; the master key's sign.
const OF_NO_ORGANIZATION: [&str; 8] = [
    "account",
    "known_browser",
    "recovery_code",
    "schema_migration",
    "second_factor",
    "refused_attempt",
    "sign_in_attempt",
    "vault",
];

/// A connection of the program's user, without the program.
struct Raw(PgConnection);

/// A table and its columns with their types.
struct Table {
    name: String,
    columns: Vec<(String, String)>,
}

impl Table {
    /// The column that says whose row it is.
    fn owner(&self) -> &'static str {
        match self.name.as_str() {
            "organization" => "id",
            _ => "organization_id",
        }
    }

    /// Writes a row of the organization, in which every text is `x` and so refers to the others.
    fn insert(&self, organization: OrganizationId) -> String {
        let value = |(name, kind): &(String, String)| match kind.as_str() {
            _ if name == self.owner() => format!("'{organization}'"),
            "bigint" => "1".to_owned(),
            "boolean" => "true".to_owned(),
            // The one text that no two organizations share.
            _ if name == "slug" => format!("'{organization}'"),
            _ => "'x'".to_owned(),
        };
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let values: Vec<String> = self.columns.iter().map(value).collect();
        let (names, values) = (names.join(", "), values.join(", "));
        format!("insert into {} ({names}) values ({values})", self.name)
    }
}

impl Raw {
    async fn run(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        let done = self.0.execute(AssertSqlSafe(sql.to_owned())).await?;
        Ok(done.rows_affected())
    }

    async fn see(&mut self, scope: &str) {
        self.run(&format!("set ascent.organization = '{scope}'"))
            .await
            .unwrap();
    }

    async fn count(&mut self, table: &Table) -> i64 {
        let sql = format!("select count(*) from {}", table.name);
        let row = self.0.fetch_one(AssertSqlSafe(sql)).await.unwrap();
        row.get(0)
    }

    async fn tables(&mut self) -> Vec<Table> {
        let sql = "select table_name::text, column_name::text, data_type::text from information_schema.columns
            where table_schema = current_schema() order by table_name, ordinal_position";
        let mut tables: Vec<Table> = Vec::new();
        for row in self.0.fetch_all(sql).await.unwrap() {
            let (name, column): (String, (String, String)) = (row.get(0), (row.get(1), row.get(2)));
            match tables.last_mut().filter(|last| last.name == name) {
                Some(last) => last.columns.push(column),
                None => tables.push(Table {
                    name,
                    columns: vec![column],
                }),
            }
        }
        tables.retain(|it| !OF_NO_ORGANIZATION.contains(&it.name.as_str()));
        tables
    }

    /// Writes one row of each organization into every table, in whatever order their references ask for.
    async fn fill(&mut self, tables: &[Table], organizations: [OrganizationId; 2]) {
        self.run("insert into account (id, email, name, created_at) values ('x', 'x', 'x', 1)")
            .await
            .unwrap();
        let mut left: Vec<&Table> = tables.iter().collect();
        while !left.is_empty() {
            let before = left.len();
            let mut refused = Vec::new();
            for table in left {
                let first = self.run(&table.insert(organizations[0])).await;
                match first {
                    Ok(_) => drop(self.run(&table.insert(organizations[1])).await.unwrap()),
                    Err(error) => refused.push((table, error)),
                }
            }
            assert!(refused.len() < before, "{:?}", refused[0].1);
            left = refused.into_iter().map(|(table, _)| table).collect();
        }
    }
}

fn code(refused: sqlx::Error) -> String {
    let sqlx::Error::Database(error) = &refused else {
        panic!("{refused}");
    };
    error.code().unwrap().into_owned()
}

/// What Postgres says of a row that a policy does not let in.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

#[tokio::test]
async fn i12_on_postgres_rows_of_another_organization_are_neither_seen_nor_written_whatever_is_asked()
 {
    if !engines().contains(&Engine::Postgres) {
        return;
    }
    let it = TestDatabase::new(Engine::Postgres).await;
    assert!(
        it.database.is_walled().await.unwrap(),
        "ASCENT_TEST_POSTGRES_URL must name a user that is no superuser"
    );
    let mut raw = Raw(PgConnection::connect(&it.url).await.unwrap());
    let tables = raw.tables().await;
    let [ours, theirs] = [OrganizationId::new(), OrganizationId::new()];
    raw.see("*").await;
    raw.fill(&tables, [ours, theirs]).await;
    for table in &tables {
        let (name, owner) = (&table.name, table.owner());
        raw.see("*").await;
        assert_eq!(raw.count(table).await, 2, "{name}");
        for nobody in ["", "x", "%"] {
            raw.see(nobody).await;
            assert_eq!(raw.count(table).await, 0, "{name}");
        }
        raw.see(&ours.to_string()).await;
        assert_eq!(raw.count(table).await, 1, "{name}");
        let take = format!("update {name} set {owner} = {owner} where {owner} = '{theirs}'");
        assert_eq!(raw.run(&take).await.unwrap(), 0, "{name}");
        let delete = format!("delete from {name} where {owner} = '{theirs}'");
        assert_eq!(raw.run(&delete).await.unwrap(), 0, "{name}");
        let insert = raw.run(&table.insert(theirs)).await.unwrap_err();
        assert_eq!(code(insert), INSUFFICIENT_PRIVILEGE, "{name}");
        let give = format!("update {name} set {owner} = '{theirs}'");
        let give = raw.run(&give).await.unwrap_err();
        assert_eq!(code(give), INSUFFICIENT_PRIVILEGE, "{name}");
    }
    eprintln!("{} tables", tables.len());
    assert!(tables.len() > 25);
    raw.0.close().await.unwrap();
    it.remove().await;
}
