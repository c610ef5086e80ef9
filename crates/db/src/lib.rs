//! One set of SQL on two engines: SQLite and Postgres.
