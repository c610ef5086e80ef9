//! Who is asking, in which organization, and what they may do there.

use jiff::{Timestamp, tz::TimeZone};
use money::Currency;

use super::{Permission, PermissionSet, Role, TokenScope, Visitor};
use crate::{
    error::{Error, Result},
    ids::{AccountId, OrganizationId},
};

/// The licence feature of the Pax8 integration.
pub const PAX8_FEATURE: &str = "pax8Integration";

/// How somebody came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// A browser's session.
    Session,
    /// An API token.
    Token,
}

/// A person or program at work in an organization. Every verb that a user can ask for takes one.
#[derive(Debug, Clone)]
pub struct Actor {
    /// Where they work. Nothing of another organization can be reached.
    pub organization: OrganizationId,
    /// The organization's name.
    pub organization_name: String,
    /// The organization's time zone.
    pub timezone: TimeZone,
    /// The organization's currency.
    pub currency: Currency,
    /// The account.
    pub account: AccountId,
    /// The account's name.
    pub name: String,
    /// The account's e-mail address.
    pub email: String,
    /// The member's role.
    pub role: Role,
    /// What the role, or the custom role in its place, allows.
    pub permissions: PermissionSet,
    /// The features that the organization is licensed for.
    pub features: Vec<String>,
    /// How they came in.
    pub via: Via,
    /// When they last proved who they are in this session; none: they came in by a token.
    pub confirmed_at: Option<Timestamp>,
    /// Whether they have a second factor.
    pub second_factor: bool,
    /// Whether the organization asks its members for one.
    pub second_factor_required: bool,
    /// When the token ends by which they came in; none: not by a token, or by one without an end.
    pub token_ends_at: Option<Timestamp>,
    /// What the token may do of what they may; of a session: all.
    pub token_scope: TokenScope,
    /// Where from.
    pub remote_address: Option<String>,
    /// What a form of this session must carry; empty for tokens.
    pub csrf_token: String,
}

/// Whether partner costs, markups and margins are shown. Prices and what a rule comes to always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Costs {
    /// They are.
    Shown,
    /// They are left out.
    Hidden,
}

impl Actor {
    /// Goes on only with the permission, and where it is one of the Admin area, only with a role that opens that: a custom role
    /// gives permissions, it does not open the area.
    ///
    /// # Errors
    /// The first of the two that is missing.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if permission.is_of_admin_area() {
            self.require_admin_area()?;
        }
        if self.permissions.contains(permission) {
            Ok(())
        } else {
            Err(Error::PermissionDenied(permission))
        }
    }

    /// Goes on only in the Admin area.
    ///
    /// # Errors
    /// When the actor is neither owner nor administrator.
    pub fn require_admin_area(&self) -> Result<()> {
        if self.role.opens_admin_area() {
            Ok(())
        } else {
            Err(Error::AdminsOnly)
        }
    }

    /// Whether the part of the Admin area that needs the permission is open.
    #[must_use]
    pub fn may_administer(&self, permission: Permission) -> bool {
        self.require(permission).is_ok()
    }

    /// Whether they have to set up a second factor before anything else is open to them. Programs go on by their tokens.
    #[must_use]
    pub fn has_to_set_up_second_factor(&self) -> bool {
        self.second_factor_required && !self.second_factor && self.via == Via::Session
    }

    /// Whether the organization's licence has the feature.
    #[must_use]
    pub fn has_feature(&self, feature: &str) -> bool {
        self.features.iter().any(|it| it == feature)
    }

    /// Goes on only where the Pax8 integration may be used: Admin area, permission, licence.
    ///
    /// # Errors
    /// The first of the three that is missing.
    pub fn require_pax8(&self) -> Result<()> {
        self.require(Permission::IntegrationsManage)?;
        if self.has_feature(PAX8_FEATURE) {
            Ok(())
        } else {
            Err(Error::FeatureRequired(PAX8_FEATURE))
        }
    }

    /// Whether the actor may see what the partner pays: those to whom the Pax8 pages open.
    #[must_use]
    pub fn costs(&self) -> Costs {
        if self.require_pax8().is_ok() {
            Costs::Shown
        } else {
            Costs::Hidden
        }
    }

    /// The actor as the audit log remembers it.
    #[must_use]
    pub fn by(&self) -> By {
        By {
            account: Some(self.account),
            name: format!("{} <{}>", self.name, self.email),
            via: match self.via {
                Via::Session => "session",
                Via::Token => "token",
            },
            remote_address: self.remote_address.clone(),
        }
    }
}

/// Who did something, as the audit log remembers it.
#[derive(Debug, Clone)]
pub struct By {
    /// The account; none: the program itself.
    pub account: Option<AccountId>,
    /// A name that still says something when the account is gone.
    pub name: String,
    /// `session`, `token`, `job` or `cli`.
    pub via: &'static str,
    /// Where from.
    pub remote_address: Option<String>,
}

impl By {
    /// Somebody at the door, who has proved which account is theirs and has no session yet.
    #[must_use]
    pub fn visitor(account: AccountId, name: &str, email: &str, visitor: &Visitor) -> Self {
        Self {
            account: Some(account),
            name: format!("{name} <{email}>"),
            via: "session",
            remote_address: visitor.address(),
        }
    }

    /// A background job.
    #[must_use]
    pub fn job() -> Self {
        Self {
            account: None,
            name: "Ascent".to_owned(),
            via: "job",
            remote_address: None,
        }
    }

    /// The command line.
    #[must_use]
    pub fn command_line() -> Self {
        Self {
            account: None,
            name: "Command line".to_owned(),
            via: "cli",
            remote_address: None,
        }
    }
}
