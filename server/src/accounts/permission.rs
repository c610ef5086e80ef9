//! What an account may do in an organization.

/// A right, named `resource.action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Connect, map and price Pax8 subscriptions.
    IntegrationsManage,
    /// Create and change clients.
    ClientsManage,
    /// Recurring invoices, billing runs, invoices, payments.
    BillingManage,
    /// Read the audit log.
    AuditRead,
    /// Give roles to people and make new ones.
    RolesManage,
    /// Change the organization's settings.
    SettingsManage,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 6] = [
        Self::IntegrationsManage,
        Self::ClientsManage,
        Self::BillingManage,
        Self::AuditRead,
        Self::RolesManage,
        Self::SettingsManage,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::IntegrationsManage => "integrations.manage",
            Self::ClientsManage => "clients.manage",
            Self::BillingManage => "billing.manage",
            Self::AuditRead => "audit.read",
            Self::RolesManage => "roles.manage",
            Self::SettingsManage => "settings.manage",
        }
    }

    /// What it is called on pages.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::IntegrationsManage => "Manage integrations",
            Self::ClientsManage => "Manage clients",
            Self::BillingManage => "Manage billing",
            Self::AuditRead => "Read the audit log",
            Self::RolesManage => "Manage people and roles",
            Self::SettingsManage => "Manage settings",
        }
    }

    /// What it allows, for whoever gives it.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::IntegrationsManage => "Connect Pax8, map companies, price subscriptions.",
            Self::ClientsManage => "Create, change and archive clients.",
            Self::BillingManage => "Recurring invoices, billing runs, invoices and payments.",
            Self::AuditRead => "See who did what, and export it.",
            Self::RolesManage => "Invite and remove people, and say what they may do.",
            Self::SettingsManage => {
                "Organization, taxes, invoice numbers, and everybody's API tokens."
            }
        }
    }

    /// Whether what it allows is a part of the Admin area, so that it also takes a role that opens it.
    #[must_use]
    pub fn is_of_admin_area(self) -> bool {
        match self {
            Self::IntegrationsManage
            | Self::AuditRead
            | Self::RolesManage
            | Self::SettingsManage => true,
            Self::ClientsManage | Self::BillingManage => false,
        }
    }

    /// The permission of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.as_str() == name)
    }
}

/// A set of permissions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PermissionSet(Vec<Permission>);

impl PermissionSet {
    /// The set of those named; unknown names are left out, so that an older program reads a newer role.
    #[must_use]
    pub fn of_names(names: &[String]) -> Self {
        Self(
            names
                .iter()
                .filter_map(|name| Permission::parse(name))
                .collect(),
        )
    }

    /// Whether the permission is in it.
    #[must_use]
    pub fn contains(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }

    /// Those that are in both.
    #[must_use]
    pub fn within(&self, other: &Self) -> Self {
        self.iter().filter(|it| other.contains(*it)).collect()
    }

    /// A permission that is in it and not in the other.
    #[must_use]
    pub fn first_beyond(&self, other: &Self) -> Option<Permission> {
        self.iter().find(|permission| !other.contains(*permission))
    }

    /// The names of those in it, in the order of [`Permission::ALL`].
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let held = Permission::ALL.into_iter().filter(|it| self.contains(*it));
        held.map(Permission::as_str).collect()
    }

    /// The permissions in it.
    pub fn iter(&self) -> impl Iterator<Item = Permission> + '_ {
        self.0.iter().copied()
    }
}

impl FromIterator<Permission> for PermissionSet {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        Self(permissions.into_iter().collect())
    }
}

/// A member's place in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything, and is never without one.
    Owner,
    /// May do everything.
    Admin,
    /// Works with clients and billing.
    Member,
}

impl Role {
    /// Its name in the database and the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    /// The role of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// What it is called on pages.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Owner => "Owner",
            Self::Admin => "Admin",
            Self::Member => "Member",
        }
    }

    /// What it is for.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Owner => "Everything, including who else is an Owner.",
            Self::Admin => "Everything in the Admin area, clients and billing.",
            Self::Member => "Clients and billing; not the Admin area.",
        }
    }

    /// Every role, the mightiest first.
    pub const ALL: [Self; 3] = [Self::Owner, Self::Admin, Self::Member];

    /// What the role allows where no custom role says otherwise.
    #[must_use]
    pub fn default_permissions(self) -> PermissionSet {
        match self {
            Self::Owner | Self::Admin => Permission::ALL.into_iter().collect(),
            Self::Member => [Permission::ClientsManage, Permission::BillingManage]
                .into_iter()
                .collect(),
        }
    }

    /// Whether the Admin area opens.
    #[must_use]
    pub fn opens_admin_area(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}
