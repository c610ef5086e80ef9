//! Statements: declared once, registered by being declared, run by name.

/// A statement about rows of one organization, whose id is `$1`. Runs only in an [`OrgTx`](crate::OrgTx).
#[derive(Debug)]
pub struct OrgStatement {
    #[doc(hidden)]
    pub name: &'static str,
    #[doc(hidden)]
    pub sql: &'static str,
}

/// A statement that belongs to no organization: sign-in, the job queue, the list of organizations.
#[derive(Debug)]
pub struct SystemStatement {
    #[doc(hidden)]
    pub name: &'static str,
    #[doc(hidden)]
    pub sql: &'static str,
}

/// A statement about many rows of one organization at once, that writes them or reads what they name: `head (…),(…) tail`.
///
/// Each row has `columns` values, of which the first is the organization's id and is supplied by the transaction.
#[derive(Debug)]
pub struct BulkStatement {
    #[doc(hidden)]
    pub name: &'static str,
    #[doc(hidden)]
    pub head: &'static str,
    #[doc(hidden)]
    pub columns: usize,
    #[doc(hidden)]
    pub tail: &'static str,
}

impl BulkStatement {
    /// The text for that many rows. Postgres wants the placeholders numbered; SQLite would look each number up among all
    /// others, so that long statements cost the square of their length, and takes them in their order.
    #[must_use]
    pub fn text(&self, rows: usize, numbered: bool) -> String {
        use std::fmt::Write as _;
        let mut sql =
            String::with_capacity(self.head.len() + self.tail.len() + rows * self.columns * 6);
        sql.push_str(self.head);
        for row in 0..rows {
            sql.push_str(if row == 0 { " (" } else { ",(" });
            for column in 0..self.columns {
                let comma = if column == 0 { "" } else { "," };
                // Writing to a string cannot fail.
                let _ = match numbered {
                    true => write!(sql, "{comma}${}", row * self.columns + column + 1),
                    false => write!(sql, "{comma}?"),
                };
            }
            sql.push(')');
        }
        sql.push(' ');
        sql.push_str(self.tail);
        sql
    }

    /// Whether it inserts its rows as they are, so that there is nothing to look for.
    #[must_use]
    pub fn inserts(&self) -> bool {
        self.head.starts_with("insert into")
    }

    /// The text of one that inserts, for any number of rows on Postgres: the organization's id is `$1`, and each column of these types is a list.
    #[must_use]
    pub fn text_of_columns(&self, types: &[&str]) -> String {
        let head = self.head.trim_end();
        let head = head.strip_suffix("values").unwrap_or(head).trim_end();
        let lists = types.iter().zip(2..);
        let lists: Vec<_> = lists
            .map(|(of, number)| format!("${number}::{of}[]"))
            .collect();
        let lists = lists.join(", ");
        format!(
            "{head} select $1, it.* from unnest({lists}) as it {}",
            self.tail
        )
    }
}

/// A statement as the census sees it.
#[derive(Debug, Clone, Copy)]
pub enum Registered {
    /// Of one organization.
    Org(&'static OrgStatement),
    /// Of none.
    System(&'static SystemStatement),
    /// Many rows of one organization.
    Bulk(&'static BulkStatement),
}

impl Registered {
    /// The name it was declared with.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Org(it) => it.name,
            Self::System(it) => it.name,
            Self::Bulk(it) => it.name,
        }
    }

    /// The text that the engines get; a bulk statement's with one row.
    #[must_use]
    pub fn sql(&self) -> String {
        match self {
            Self::Org(it) => it.sql.to_owned(),
            Self::System(it) => it.sql.to_owned(),
            Self::Bulk(it) => it.text(1, true),
        }
    }
}

inventory::collect!(Registered);

/// Every statement declared in the program.
pub fn registered() -> impl Iterator<Item = &'static Registered> {
    inventory::iter::<Registered>()
}

/// Declares statements.
///
/// ```ignore
/// db::statements! {
///     org FIND_CLIENT = "select name from client where organization_id = $1 and id = $2";
///     system COUNT_ORGANIZATIONS = "select count(*) as n from organization";
///     bulk INSERT_LINES = "insert into line (organization_id, id) values", 2, "on conflict do nothing";
///     bulk FIND_LINES = "with wanted (organization_id, id) as (values", 2,
///         ") select id from line where organization_id = $1 and id in (select id from wanted)";
/// }
/// ```
#[macro_export]
macro_rules! statements {
    () => {};
    ($(#[$meta:meta])* org $name:ident = $sql:expr; $($rest:tt)*) => {
        $(#[$meta])*
        static $name: $crate::OrgStatement =
            $crate::OrgStatement { name: concat!(module_path!(), "::", stringify!($name)), sql: $sql };
        $crate::private::inventory::submit! { $crate::Registered::Org(&$name) }
        $crate::statements! { $($rest)* }
    };
    ($(#[$meta:meta])* system $name:ident = $sql:expr; $($rest:tt)*) => {
        $(#[$meta])*
        static $name: $crate::SystemStatement =
            $crate::SystemStatement { name: concat!(module_path!(), "::", stringify!($name)), sql: $sql };
        $crate::private::inventory::submit! { $crate::Registered::System(&$name) }
        $crate::statements! { $($rest)* }
    };
    ($(#[$meta:meta])* bulk $name:ident = $head:expr, $columns:expr, $tail:expr; $($rest:tt)*) => {
        $(#[$meta])*
        static $name: $crate::BulkStatement = $crate::BulkStatement {
            name: concat!(module_path!(), "::", stringify!($name)),
            head: $head,
            columns: $columns,
            tail: $tail,
        };
        $crate::private::inventory::submit! { $crate::Registered::Bulk(&$name) }
        $crate::statements! { $($rest)* }
    };
}
