//! What is known of a token once it was shown.

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::{
    error::{Error, Result},
    http::{List, PageQuery},
    ids::{AccountId, ApiTokenId},
};

/// An API token, without its secret.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ApiToken {
    /// Its id.
    #[schema(value_type = String)]
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// Its last four characters.
    pub hint: String,
    /// Whose rights it has.
    pub owner: TokenOwner,
    /// Whether it reads only.
    pub read_only: bool,
    /// What it may do of what its owner may; null: all of it.
    #[schema(value_type = Option<Vec<String>>)]
    pub permissions: Option<Vec<&'static str>>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    /// When it was last used, to five minutes; null: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
    /// Until when it works; null: for good.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub expires_at: Option<Timestamp>,
}

/// Whose rights a token has.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TokenOwner {
    /// The account's id.
    #[schema(value_type = String)]
    pub id: AccountId,
    /// The account's name.
    pub name: String,
    /// The account's e-mail address.
    pub email: String,
}

/// Whose tokens are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// One person's.
    Of(AccountId),
    /// Everybody's.
    Everybodys,
}

impl ApiToken {
    /// Whether its name, its last characters or its owner contain a text in lower case.
    fn is_found_by(&self, q: &str) -> bool {
        let parts = [&self.name, &self.hint, &self.owner.name, &self.owner.email];
        parts.iter().any(|it| it.to_lowercase().contains(q))
    }

    /// Whether it works no more.
    #[must_use]
    pub fn has_expired(&self, now: &Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= *now)
    }
}

/// How many tokens are read at once where a typed text is looked for: the engines disagree on letters beyond ASCII.
const BATCH: u32 = 500;

/// A page of tokens, the latest first; those whose name, last characters or owner contain `q`, where it is given.
///
/// # Errors
/// When the page asked for is refused.
pub async fn list_tokens(
    tx: &mut OrgTx,
    whose: Whose,
    q: Option<&str>,
    page: &PageQuery,
) -> Result<List<ApiToken>> {
    let page = page.paging()?;
    let q = q.unwrap_or_default().trim().to_lowercase();
    let full = usize::try_from(page.fetch()).map_err(Error::internal)?;
    let (mut found, mut batch) = (Vec::new(), page.clone());
    if !q.is_empty() {
        batch.limit = BATCH;
    }
    loop {
        let rows = store::list(tx, whose, &batch).await?;
        batch.after = rows.last().map(|token| token.id);
        found.extend(rows.into_iter().filter(|token| token.is_found_by(&q)));
        if q.is_empty() || batch.after.is_none() || found.len() >= full {
            break;
        }
    }
    found.truncate(full);
    page.list(found, |token| token.id)
}
