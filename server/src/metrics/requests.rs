//! Requests of this process: how many, how they ended, how long they took.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::text::Text;

/// Up to so many seconds; what took longer is in the sum of all.
const BUCKETS: [(f64, &str); 11] = [
    (0.005, "0.005"),
    (0.01, "0.01"),
    (0.025, "0.025"),
    (0.05, "0.05"),
    (0.1, "0.1"),
    (0.25, "0.25"),
    (0.5, "0.5"),
    (1.0, "1"),
    (2.5, "2.5"),
    (10.0, "10"),
    (60.0, "60"),
];

/// Requests that were answered, by route: as many entries as there are routes, whatever anybody asks for.
#[derive(Debug, Default)]
pub struct Requests(Mutex<BTreeMap<String, Route>>);

#[derive(Debug, Default)]
struct Route {
    /// By method and status.
    answers: BTreeMap<(String, u16), u64>,
    /// How many took at most as long as the bucket says, and longer than the one before.
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

impl Requests {
    /// Counts a request that was answered.
    pub fn count(&self, route: &str, method: &str, status: u16, took: Duration) {
        let mut routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        let Some(of) = routes.get_mut(route) else {
            return;
        };
        *of.answers.entry((method.to_owned(), status)).or_default() += 1;
        let seconds = took.as_secs_f64();
        let bucket = BUCKETS.iter().position(|(most, _)| seconds <= *most);
        if let Some(bucket) = bucket.and_then(|it| of.buckets.get_mut(it)) {
            *bucket += 1;
        }
        of.count += 1;
        of.sum += took;
    }

    pub(super) fn write(&self, text: &mut Text) {
        let routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut family = text.counter(
            "ascent_http_requests_total",
            "Requests answered by this process.",
        );
        for (route, of) in routes.iter() {
            for ((method, status), count) in &of.answers {
                let labels = [
                    ("route", route.as_str()),
                    ("method", method),
                    ("status", &status.to_string()),
                ];
                family.value(&labels, count);
            }
        }
        let mut family = text.histogram(
            "ascent_http_request_duration_seconds",
            "From a request's head to the head of its answer.",
        );
        for (route, of) in routes.iter() {
            let mut so_far = 0;
            for ((_, most), count) in BUCKETS.iter().zip(&of.buckets) {
                so_far += count;
                family.part("_bucket", &[("route", route), ("le", most)], so_far);
            }
            family.part("_bucket", &[("route", route), ("le", "+Inf")], of.count);
            family.part("_sum", &[("route", route)], of.sum.as_secs_f64());
            family.part("_count", &[("route", route)], of.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_what_took_at_most_so_long() {
        let requests = Requests::default();
        for milliseconds in [1, 5, 6, 70_000] {
            let took = Duration::from_millis(milliseconds);
            requests.count("/clients/{id}", "GET", 200, took);
        }
        let mut text = Text::default();
        requests.write(&mut text);
        let text = text.finish();
        let name = "ascent_http_request_duration_seconds";
        for line in [
            "ascent_http_requests_total{route=\"/clients/{id}\",method=\"GET\",status=\"200\"} 4"
                .to_owned(),
            format!("{name}_bucket{{route=\"/clients/{{id}}\",le=\"0.005\"}} 2"),
            format!("{name}_bucket{{route=\"/clients/{{id}}\",le=\"0.01\"}} 3"),
            format!("{name}_bucket{{route=\"/clients/{{id}}\",le=\"60\"}} 3"),
            format!("{name}_bucket{{route=\"/clients/{{id}}\",le=\"+Inf\"}} 4"),
            format!("{name}_count{{route=\"/clients/{{id}}\"}} 4"),
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is not in {text}");
        }
    }
}
