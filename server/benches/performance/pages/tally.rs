//! How long the answers of each page took.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

/// Times by page.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<BTreeMap<String, Vec<Duration>>>>);

/// How long the answers of a page took.
pub struct Times {
    pub page: String,
    pub p50: Duration,
    pub p99: Duration,
    pub max: Duration,
    pub answers: usize,
}

impl Tally {
    pub fn count(&self, page: &str, took: Duration) {
        let mut times = self.0.lock().unwrap();
        times.entry(page.to_owned()).or_default().push(took);
    }

    /// The pages, the slowest first.
    pub fn pages(&self) -> Vec<Times> {
        let times = self.0.lock().unwrap();
        let pages = times
            .iter()
            .map(|(page, times)| Times::of(page, times.clone()));
        let mut pages: Vec<_> = pages.collect();
        pages.sort_by_key(|page| std::cmp::Reverse(page.p99));
        pages
    }

    /// All answers as those of one page.
    pub fn all(&self) -> Times {
        let times = self.0.lock().unwrap();
        Times::of("", times.values().flatten().copied().collect())
    }
}

impl Times {
    fn of(page: &str, mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
        Self {
            page: page.to_owned(),
            p50: at(50),
            p99: at(99),
            max: at(100),
            answers: times.len(),
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |it: Duration| it.as_secs_f64() * 1e3;
        if !self.page.is_empty() {
            write!(f, "{} ", self.page)?;
        }
        write!(
            f,
            "p50 {:.1}, p99 {:.1}, max {:.1} ms ({} answers)",
            milliseconds(self.p50),
            milliseconds(self.p99),
            milliseconds(self.max),
            self.answers
        )
    }
}
