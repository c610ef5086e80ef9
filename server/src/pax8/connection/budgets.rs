//! How many requests may leave for Pax8.

use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
};

use ::pax8::RateBudget;

use crate::ids::OrganizationId;

/// The budgets of this process: Pax8 counts the requests of each account, and an organization has one, so that none waits for
/// what others ask for. Its syncs run in one process at a time.
pub struct RateBudgets {
    per_minute: NonZeroU32,
    budgets: Mutex<HashMap<OrganizationId, RateBudget>>,
}

impl RateBudgets {
    /// So many requests a minute for each organization.
    #[must_use]
    pub fn new(per_minute: NonZeroU32) -> Self {
        Self {
            per_minute,
            budgets: Mutex::default(),
        }
    }

    /// The budget that everything shares that an organization asks for.
    pub(super) fn of(&self, organization: OrganizationId) -> RateBudget {
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || RateBudget::new(self.per_minute);
        budgets.entry(organization).or_insert_with(new).clone()
    }
}

impl Default for RateBudgets {
    /// What Pax8 allows an account.
    fn default() -> Self {
        Self::new(RateBudget::PAX8_LIMIT)
    }
}
