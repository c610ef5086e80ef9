//! Faults on demand. A fault is ordered for a place and waits there for its
//! requests; the answer is made first and then spoilt, so that everything else
//! about it stays right.

mod drift;
mod order;
mod spoil;

pub(crate) use drift::drift;
pub use order::{Drift, Fault, Place, Repeat, RetryAfter, What};
pub(crate) use spoil::spoil;

use crate::sandbox::Sandbox;

/// Orders faults and takes them back.
#[derive(Clone)]
pub struct Faults {
    sandbox: Sandbox,
}

impl Faults {
    pub(crate) fn of(sandbox: Sandbox) -> Self {
        Self { sandbox }
    }

    /// Orders a fault. Several at one place strike together, each by its own
    /// count.
    pub fn add(&self, fault: Fault) {
        self.sandbox.lock().faults.waiting.push(fault);
    }

    /// Takes every fault back.
    pub fn clear(&self) {
        self.sandbox.lock().faults.waiting.clear();
    }

    /// The faults that still wait, with what is left of their counts.
    #[must_use]
    pub fn waiting(&self) -> Vec<Fault> {
        self.sandbox.lock().faults.waiting.clone()
    }
}

/// The faults that wait for a request.
#[derive(Default)]
pub(crate) struct Orders {
    waiting: Vec<Fault>,
}

impl Orders {
    pub(crate) fn waiting(&self) -> &[Fault] {
        &self.waiting
    }

    /// What goes wrong with this request; counts it.
    pub(crate) fn strike(&mut self, place: Place, page: u64) -> Vec<What> {
        let mut struck = Vec::new();
        for fault in &mut self.waiting {
            if !matches(fault, place, page) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            if let Repeat::Times(left) = &mut fault.repeat {
                if *left == 0 {
                    continue;
                }
                *left -= 1;
            }
            struck.push(fault.what.clone());
        }
        self.waiting
            .retain(|fault| fault.repeat != Repeat::Times(0));
        struck
    }
}

fn matches(fault: &Fault, place: Place, page: u64) -> bool {
    let here = match fault.place {
        Place::Any => place != Place::Token,
        named => named == place,
    };
    here && fault.page.is_none_or(|wanted| wanted == page)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(fault: Fault) -> Orders {
        Orders {
            waiting: vec![fault],
        }
    }

    #[test]
    fn a_fault_skips_strikes_and_leaves() {
        let fault = Fault::new(Place::Companies, What::EmptyBody)
            .skip(1)
            .times(2);
        let mut orders = orders(fault);
        let struck: Vec<_> = (0..4)
            .map(|_| orders.strike(Place::Companies, 0).len())
            .collect();
        assert_eq!(struck, [0, 1, 1, 0]);
        assert!(orders.waiting.is_empty());
    }

    #[test]
    fn a_fault_keeps_to_its_place_and_page() {
        let mut orders = orders(Fault::new(Place::Companies, What::CutBody).page(2).always());
        assert!(orders.strike(Place::Products, 2).is_empty());
        assert!(orders.strike(Place::Companies, 1).is_empty());
        assert_eq!(orders.strike(Place::Companies, 2), [What::CutBody]);
        assert_eq!(orders.strike(Place::Companies, 2), [What::CutBody]);
    }

    #[test]
    fn any_place_leaves_the_token_alone() {
        let mut orders = orders(Fault::new(Place::Any, What::Unauthorized));
        assert!(orders.strike(Place::Token, 0).is_empty());
        assert_eq!(orders.strike(Place::Product, 0), [What::Unauthorized]);
    }

    #[test]
    fn a_fault_reads_back_from_json() {
        let fault: Fault = serde_json::from_str(
            r#"{"place":"subscriptions","page":1,"what":{"server_error":{"status":503}}}"#,
        )
        .unwrap();
        let wanted = Fault::new(Place::Subscriptions, What::ServerError { status: 503 }).page(1);
        assert_eq!(fault, wanted);
        let text = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault);
    }
}
