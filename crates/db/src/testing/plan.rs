//! How an engine goes about a statement: which tables it reads, by which columns, and whether it sorts.

use std::collections::{HashMap, HashSet};

use sqlx::{AssertSqlSafe, PgConnection, Row as _, SqlitePool};

use crate::{Database, Registered, pool::Pools};

/// The engine's plan of a statement.
#[derive(Debug)]
pub struct Plan {
    /// What it reads, the outermost first.
    pub reads: Vec<Read>,
    /// Whether rows are put in order, or together, after they were read. Told of SQLite only.
    pub sorts: bool,
}

/// A table as a plan reads it.
#[derive(Debug)]
pub struct Read {
    /// The table.
    pub table: String,
    /// The index that leads to its rows, or whose rows it reads.
    pub index: Option<String>,
    /// The conditions by which an index leads to its rows; none: all rows of all organizations are read.
    pub by: Vec<String>,
}

/// The plan of a statement in a database without rows. Postgres is told to scan a table only where it knows no other way, so that
/// the plan is about which indexes there are and not about how little is in the tables.
///
/// # Panics
/// When the engine does not understand the statement.
pub async fn plan(database: &Database, statement: &Registered) -> Plan {
    match &database.pools {
        Pools::Sqlite { read, .. } => sqlite(read, &statement.sql()).await,
        Pools::Postgres(pool) => {
            let mut connection = pool.acquire().await.expect("a connection").detach();
            postgres(&mut connection, &statement.sql()).await
        }
    }
}

async fn sqlite(pool: &SqlitePool, sql: &str) -> Plan {
    let (tables, indexes) = sqlite_schema(pool).await;
    let aliases = aliases(sql, &tables);
    let explain = format!("explain query plan {sql}");
    let rows = sqlx::query(AssertSqlSafe(explain)).fetch_all(pool).await;
    let rows = rows.expect("the statement is understood");
    let mut plan = Plan {
        reads: Vec::new(),
        sorts: false,
    };
    for row in rows {
        let step: String = row.get("detail");
        plan.sorts |= step.starts_with("USE TEMP B-TREE");
        let Some(rest) = ["SCAN ", "SEARCH "]
            .iter()
            .find_map(|verb| step.strip_prefix(verb))
        else {
            continue;
        };
        let (name, how) = rest.split_once(' ').unwrap_or((rest, ""));
        // An index that is made for the one statement is made of all rows.
        let made_for_it = how.contains("AUTOMATIC");
        let index = how.split(' ').find(|word| indexes.contains_key(*word));
        let by_index = index.and_then(|index| indexes.get(index));
        // What is neither is what the statement itself put together.
        let Some(table) = by_index.or_else(|| aliases.get(name)) else {
            continue;
        };
        let by = how
            .split_once('(')
            .filter(|_| !made_for_it)
            .map(|(_, rest)| rest.trim_end_matches(')').split(" AND "))
            .map(|conditions| conditions.map(str::to_owned).collect());
        plan.reads.push(Read {
            table: table.clone(),
            index: index.map(str::to_owned),
            by: by.unwrap_or_default(),
        });
    }
    plan
}

/// The tables, and the table of each index.
async fn sqlite_schema(pool: &SqlitePool) -> (HashSet<String>, HashMap<String, String>) {
    let sql = "select type, name, tbl_name from sqlite_master";
    let rows = sqlx::query(sql).fetch_all(pool).await.expect("a schema");
    let (mut tables, mut indexes) = (HashSet::new(), HashMap::new());
    for row in rows {
        let (name, table): (String, String) = (row.get("name"), row.get("tbl_name"));
        if row.get::<String, _>("type") == "index" {
            indexes.insert(name, table);
        } else {
            tables.insert(name);
        }
    }
    (tables, indexes)
}

/// What the tables of a statement are called in it.
fn aliases(sql: &str, tables: &HashSet<String>) -> HashMap<String, String> {
    let words: Vec<&str> = sql
        .split(|it: char| !(it.is_alphanumeric() || it == '_'))
        .filter(|word| !word.is_empty())
        .collect();
    let mut aliases = HashMap::new();
    for (at, word) in words
        .iter()
        .enumerate()
        .filter(|(_, it)| tables.contains(**it))
    {
        let next = words.get(at + 1).filter(|next| **next != "as");
        for name in [Some(word), next].into_iter().flatten() {
            aliases
                .entry((*name).to_owned())
                .or_insert_with(|| (*word).to_owned());
        }
    }
    aliases
}

async fn postgres(connection: &mut PgConnection, sql: &str) -> Plan {
    let most = (1..).take_while(|it| sql.contains(&format!("${it}")));
    let values = vec!["null"; most.count()].join(", ");
    let values = match values.as_str() {
        "" => String::new(),
        values => format!("({values})"),
    };
    for statement in [
        // Values are not looked at, as they are not in a statement that is run often.
        "set plan_cache_mode = force_generic_plan".to_owned(),
        "set enable_seqscan = off".to_owned(),
        format!("prepare it as {sql}"),
    ] {
        let done = sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut *connection);
        done.await.expect("the statement is understood");
    }
    let explain = format!("explain (format json, costs off) execute it{values}");
    let row = sqlx::raw_sql(AssertSqlSafe(explain)).fetch_one(&mut *connection);
    let told: String = row.await.expect("a plan").get_unchecked(0);
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let mut plan = Plan {
        reads: Vec::new(),
        sorts: false,
    };
    walk(&told[0]["Plan"], &mut plan.reads);
    plan
}

fn walk(node: &serde_json::Value, reads: &mut Vec<Read>) {
    let inner = node["Plans"].as_array().into_iter().flatten();
    // What a bitmap was made by stands in the nodes below the one that names the table.
    let mut made_by = vec![node];
    if node["Node Type"] == "Bitmap Heap Scan" {
        below(node, &mut made_by);
    }
    let conditions = made_by.iter().filter_map(|it| it["Index Cond"].as_str());
    let index = made_by.iter().find_map(|it| it["Index Name"].as_str());
    let reads_rows = node["Node Type"]
        .as_str()
        .is_some_and(|it| it.ends_with("Scan"));
    if let Some(table) = node["Relation Name"].as_str().filter(|_| reads_rows) {
        reads.push(Read {
            table: table.to_owned(),
            index: index.map(str::to_owned),
            by: conditions.map(str::to_owned).collect(),
        });
    }
    for node in inner {
        walk(node, reads);
    }
}

fn below<'a>(node: &'a serde_json::Value, found: &mut Vec<&'a serde_json::Value>) {
    for inner in node["Plans"].as_array().into_iter().flatten() {
        found.push(inner);
        below(inner, found);
    }
}
