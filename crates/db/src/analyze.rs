//! Telling Postgres what its tables hold, where it would find out too late by itself.
//!
//! Postgres looks at a table by itself a minute or more after much of it changed. Until then it takes an organization that came with
//! thousands of rows for one of a few, and a join of two tables goes through all pairs of them. SQLite's statistics are made by hand and
//! hold whatever is in the tables (`planning.sql`).

use sqlx::AssertSqlSafe;

use crate::{Database, DbError, Result, engine_tx::EngineTx};

/// Postgres waits here while another process does the same. The number is arbitrary and ours.
const ANALYZE_LOCK: i64 = 0x0041_5343_454e_5401;
/// How long looking at the tables may take. What it reads of a table is limited, however large that is.
const LONGEST: &str = "60s";

/// Our tables of which a fifth changed, and a hundred rows at least. Postgres asks for a tenth itself, but once a minute only.
const GROWN: &str = "select quote_ident(s.relname::text) from pg_stat_user_tables s join pg_class c on c.oid = s.relid
    where s.schemaname = current_schema() and s.n_mod_since_analyze >= 100 + s.n_live_tup / 5
    and pg_has_role(c.relowner, 'usage')";

impl Database {
    /// Has Postgres look at tables now. Others read and write them meanwhile. It is done one at a time, on all nodes together: whoever
    /// comes while somebody else does it waits. Tables whose owner is another user are left out, with a word in the server's log only.
    /// SQLite has nothing to do.
    ///
    /// # Errors
    /// When the database is gone, or the wait or the work takes too long.
    pub async fn analyze(&self, tables: &[&'static str]) -> Result<()> {
        if self.engine() == crate::Engine::Sqlite {
            return Ok(());
        }
        // In a transaction, whose end gives back the lock and the limit however it comes.
        let mut tx = self.begin_write().await?;
        if let EngineTx::Postgres(tx) = &mut tx {
            let tables = tables.join(", ");
            let sql = format!(
                "set local statement_timeout = '{LONGEST}'; select pg_advisory_xact_lock({ANALYZE_LOCK}); analyze {tables}"
            );
            sqlx::raw_sql(AssertSqlSafe(sql))
                .execute(&mut **tx)
                .await
                .map_err(|error| DbError::of("analyze", error))?;
        }
        tx.commit().await
    }

    /// The same for whatever tables grew much since Postgres looked at them last, which tells how many. Nothing is done while
    /// another process does it.
    ///
    /// # Errors
    /// As [`analyze`](Self::analyze).
    pub async fn analyze_grown(&self) -> Result<usize> {
        if self.engine() == crate::Engine::Sqlite {
            return Ok(0);
        }
        let failed = |error| DbError::of("analyze grown", error);
        let mut tx = self.begin_write().await?;
        let mut grown: Vec<String> = Vec::new();
        if let EngineTx::Postgres(tx) = &mut tx {
            let mine: bool = sqlx::query_scalar("select pg_try_advisory_xact_lock($1)")
                .bind(ANALYZE_LOCK)
                .fetch_one(&mut **tx)
                .await
                .map_err(failed)?;
            if mine {
                let found = sqlx::query_scalar(GROWN).fetch_all(&mut **tx).await;
                grown = found.map_err(failed)?;
            }
            if !grown.is_empty() {
                let sql = format!(
                    "set local statement_timeout = '{LONGEST}'; analyze {}",
                    grown.join(", ")
                );
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&mut **tx)
                    .await
                    .map_err(failed)?;
            }
        }
        tx.commit().await?;
        Ok(grown.len())
    }
}
