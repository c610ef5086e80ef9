//! Filtered and sorted lists, kept until the estate changes: a pull of five
//! hundred pages sorts once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::estate::{Company, Product, Subscription};
use crate::wire::{InvoiceRow, ItemRow};

/// More lists than this at once are forgotten together.
const KEPT: usize = 64;

#[derive(Default)]
pub(crate) struct Lists {
    pub(crate) companies: Prepared<Company>,
    pub(crate) products: Prepared<Product>,
    pub(crate) subscriptions: Prepared<Subscription>,
    pub(crate) invoices: Prepared<InvoiceRow>,
    pub(crate) items: Prepared<ItemRow>,
}

pub(crate) struct Prepared<T> {
    version: u64,
    lists: HashMap<String, List<T>>,
}

pub(crate) type List<T> = Arc<Vec<Arc<T>>>;

impl<T> Default for Prepared<T> {
    fn default() -> Self {
        Self {
            version: 0,
            lists: HashMap::new(),
        }
    }
}

impl<T> Prepared<T> {
    /// The list of this name as of `version`, made if it is not there.
    pub(crate) fn get(
        &mut self,
        version: u64,
        name: String,
        make: impl FnOnce() -> Vec<Arc<T>>,
    ) -> List<T> {
        if self.version != version || self.lists.len() > KEPT {
            self.version = version;
            self.lists.clear();
        }
        Arc::clone(self.lists.entry(name).or_insert_with(|| Arc::new(make())))
    }
}
