//! Counts that only the pages show.

use askama::Template;
use db::OrgTx;

use super::parts::counted;
use crate::error::Result;

db::statements! {
    org COMPANIES = "select count(*) as n, count(client_id) as mapped,
            count(case when client_id is null and missing_since is null and not keep_unmapped then 1 end) as mappable
        from pax8_company where organization_id = $1";
}

/// How many companies there are, and how many wait for a client.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct CompanyCounts {
    pub all: u32,
    pub unmapped: u32,
    /// How many of those automatic mapping may map, if it finds their client.
    pub mappable: u32,
}

/// The counts in words, beside the card's title.
#[derive(Template)]
#[template(path = "pax8/company_count.html")]
pub(super) struct Counter {
    count: String,
}

impl CompanyCounts {
    pub(super) async fn load(tx: &mut OrgTx) -> Result<Self> {
        Ok(*tx.kept(Self::count).await?)
    }

    async fn count(tx: &mut OrgTx) -> Result<Self> {
        let row = tx.fetch_one(&COMPANIES, db::args![]).await?;
        let (all, mapped): (u32, u32) = (row.get("n")?, row.get("mapped")?);
        Ok(Self {
            all,
            unmapped: all.saturating_sub(mapped),
            mappable: row.get("mappable")?,
        })
    }

    pub(super) fn counter(self) -> Counter {
        let all = counted(self.all, "company", "companies");
        Counter {
            count: if self.unmapped == 0 {
                format!("{all}, all mapped")
            } else {
                format!("{all}, {} unmapped", self.unmapped)
            },
        }
    }
}
