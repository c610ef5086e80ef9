//! How requests were answered, and how long that took.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<BTreeMap<String, Vec<Duration>>>>);

impl Tally {
    pub fn count(&self, status: &str, took: Duration) {
        let mut answers = self.0.lock().unwrap();
        answers.entry(status.to_owned()).or_default().push(took);
    }

    /// How many were answered with 5xx, or not at all.
    pub fn failures(&self) -> usize {
        let answers = self.0.lock().unwrap();
        let failed = answers
            .iter()
            .filter(|(status, _)| !status.starts_with(['2', '3', '4']));
        failed.map(|(_, took)| took.len()).sum()
    }

    pub fn only(&self, statuses: &[&str]) -> bool {
        let answers = self.0.lock().unwrap();
        answers.keys().all(|it| statuses.contains(&it.as_str()))
    }

    pub fn print(&self) {
        for (status, took) in self.0.lock().unwrap().iter_mut() {
            took.sort();
            let at = |percent: usize| {
                let index = (took.len() * percent / 100).min(took.len() - 1);
                took[index].as_secs_f64() * 1e3
            };
            println!(
                "  {status:<14} {:>8} requests, p50 {:>7.1} ms, p99 {:>7.1} ms, max {:>7.1} ms",
                took.len(),
                at(50),
                at(99),
                at(100)
            );
        }
    }
}
