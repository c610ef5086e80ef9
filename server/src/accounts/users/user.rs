//! What a user of an organization is.

use db::OrgTx;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::{
    accounts::{PermissionSet, Role},
    error::{Error, Result},
    http::{List, PageQuery},
    ids::{AccountId, CustomRoleId},
};

/// A person in an organization.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct User {
    /// The account's id.
    #[schema(value_type = String)]
    pub id: AccountId,
    /// The account's name.
    pub name: String,
    /// The account's e-mail address, with which they sign in.
    pub email: String,
    /// Their role here.
    pub role: Role,
    /// The custom role that says what they may do in place of the role.
    pub custom_role: Option<UserRole>,
    /// What they may do.
    #[schema(value_type = Vec<String>)]
    #[serde(serialize_with = "as_names")]
    pub permissions: PermissionSet,
    /// Whether they have joined yet.
    pub status: UserStatus,
    /// Whether signing in asks them for a second factor as well.
    pub second_factor: bool,
    /// Raised by every change of the role.
    pub version: i64,
    /// Since when they belong to the organization; null until they join.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub member_since: Option<Timestamp>,
}

/// A custom role, named.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserRole {
    /// Its id.
    #[schema(value_type = String)]
    pub id: CustomRoleId,
    /// Its name.
    pub name: String,
}

/// Whether a user has joined yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserStatus {
    /// Has joined.
    Active,
    /// Has yet to open their link and join. Until then their role opens nothing.
    Invited,
}

impl User {
    /// Whether the name or the address contains a text in lower case.
    fn is_found_by(&self, q: &str) -> bool {
        [&self.name, &self.email]
            .iter()
            .any(|it| it.to_lowercase().contains(q))
    }

    /// Goes on only if nobody changed the user's role since they had this version.
    ///
    /// # Errors
    /// When somebody did.
    pub fn refuse_stale(&self, version: Option<i64>) -> Result<()> {
        if version.is_none_or(|version| version == self.version) {
            return Ok(());
        }
        Err(Error::conflict(
            "changed_meanwhile",
            "Somebody changed this member's role meanwhile. Load it again and repeat your change.",
        ))
    }

    /// Whether they have yet to join.
    #[must_use]
    pub fn is_invited(&self) -> bool {
        self.status == UserStatus::Invited
    }

    /// What their role is called: the custom one where there is one.
    #[must_use]
    pub fn role_label(&self) -> String {
        match &self.custom_role {
            Some(custom) => format!("{} · {}", self.role.label(), custom.name),
            None => self.role.label().to_owned(),
        }
    }
}

/// The user.
///
/// # Errors
/// When the organization has none with this id.
pub async fn load_user(tx: &mut OrgTx, id: AccountId) -> Result<User> {
    store::find(tx, id).await?.ok_or(Error::NotFound("user"))
}

/// How many users are read at once where a typed text is looked for: the engines disagree on letters beyond ASCII.
const BATCH: u32 = 500;

/// A page of users, by e-mail address; those whose name or address contains `q`, where it is given.
///
/// # Errors
/// When the page asked for is refused.
pub async fn list_users(tx: &mut OrgTx, q: Option<&str>, page: &PageQuery) -> Result<List<User>> {
    let page = page.paging()?;
    let q = q.unwrap_or_default().trim().to_lowercase();
    let full = usize::try_from(page.fetch()).map_err(Error::internal)?;
    let (mut found, mut batch) = (Vec::new(), page.clone());
    if !q.is_empty() {
        batch.limit = BATCH;
    }
    loop {
        let rows = store::list(tx, &batch).await?;
        batch.after = rows.last().map(|user| user.email.clone());
        found.extend(rows.into_iter().filter(|user| user.is_found_by(&q)));
        if q.is_empty() || batch.after.is_none() || found.len() >= full {
            break;
        }
    }
    found.truncate(full);
    page.list(found, |user| user.email.clone())
}

/// The organization's owners who have joined, the earliest first.
///
/// # Errors
/// When the database is gone.
pub async fn list_owners(tx: &mut OrgTx) -> Result<Vec<User>> {
    store::owners(tx).await
}

fn as_names<S: serde::Serializer>(
    permissions: &PermissionSet,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    permissions.names().serialize(serializer)
}
