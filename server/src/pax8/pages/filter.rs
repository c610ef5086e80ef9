//! What the page shows, as its address says: search, mapping, status, page.

use axum::http::{HeaderMap, header};
use serde::Deserialize;

use super::parts::status_label;
use crate::{exports::ExportMenu, http::PageQuery};

/// The page's own address.
pub(super) const PAGE: &str = "/admin/integrations/pax8";
/// The status that is shown until another is chosen.
const DEFAULT_STATUS: &str = "Active";
/// Chooses every status.
const ALL: &str = "all";
/// Companies on a page.
const COMPANIES: u32 = 50;
/// Subscriptions of an open company on a page.
const SUBSCRIPTIONS: u32 = 50;

/// The query of the page's address.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    pub q: String,
    /// `true`, `false` or nothing.
    #[serde(default)]
    mapped: String,
    /// `all`, a status as Pax8 wrote it, or nothing for the default.
    #[serde(default)]
    status: String,
    #[serde(default)]
    pub cursor: String,
    /// The company that is open.
    #[serde(default)]
    pub company: String,
    /// Where its subscriptions go on; empty: at the first.
    #[serde(default)]
    rows: String,
}

/// A choice of `Filter by status`.
pub(super) struct StatusChoice {
    pub value: String,
    pub label: String,
    pub selected: bool,
}

impl Filter {
    /// Reads the query of an address.
    pub(super) fn parse(query: &str) -> Self {
        let fields = crate::http::Fields::parse(query.as_bytes());
        let text = |name: &str| fields.text(name).to_owned();
        Self {
            q: text("q"),
            mapped: text("mapped"),
            status: text("status"),
            cursor: text("cursor"),
            company: text("company"),
            rows: text("rows"),
        }
    }

    /// What the page that asks for a part shows at present, as its address says.
    pub(super) fn of_asking_page(headers: &HeaderMap) -> Self {
        let address = headers.get(header::REFERER).and_then(|it| it.to_str().ok());
        let query = address.and_then(|address| address.split_once('?'));
        query.map_or_else(Self::default, |(_, query)| Self::parse(query))
    }

    /// Nothing but a status.
    pub(super) fn with_status(status: &str) -> Self {
        Self {
            status: status.to_owned(),
            ..Self::default()
        }
    }

    /// Whether only mapped or only unmapped companies are shown.
    pub(super) fn mapped(&self) -> Option<bool> {
        match self.mapped.as_str() {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// The search, if there is one.
    pub(super) fn search(&self) -> Option<String> {
        Some(self.q.trim())
            .filter(|q| !q.is_empty())
            .map(str::to_owned)
    }

    /// The status that subscriptions must have; none: any.
    pub(super) fn status(&self) -> Option<&str> {
        match self.status.trim() {
            "" => Some(DEFAULT_STATUS),
            status if status.eq_ignore_ascii_case(ALL) => None,
            status => Some(status),
        }
    }

    /// Which companies to read.
    pub(super) fn page(&self) -> PageQuery {
        PageQuery {
            limit: Some(COMPANIES),
            cursor: Some(self.cursor.clone()).filter(|cursor| !cursor.is_empty()),
        }
    }

    /// Whether this is the first page.
    pub(super) fn is_first(&self) -> bool {
        self.cursor.is_empty()
    }

    /// The same, with every status.
    pub(super) fn with_all_statuses(&self) -> Self {
        Self {
            status: ALL.to_owned(),
            ..self.clone()
        }
    }

    /// The same, on another page.
    pub(super) fn at(&self, cursor: Option<&str>) -> Self {
        Self {
            cursor: cursor.unwrap_or_default().to_owned(),
            company: String::new(),
            rows: String::new(),
            ..self.clone()
        }
    }

    /// The same, with a company open.
    pub(super) fn opening(&self, company: &str) -> Self {
        let rows = if self.company == company {
            self.rows.as_str()
        } else {
            ""
        };
        Self {
            company: company.to_owned(),
            rows: rows.to_owned(),
            ..self.clone()
        }
    }

    /// The same, with the open company's subscriptions from somewhere on.
    pub(super) fn starting_at(&self, cursor: Option<&str>) -> Self {
        Self {
            rows: cursor.unwrap_or_default().to_owned(),
            ..self.clone()
        }
    }

    /// Which subscriptions of the open company to read.
    pub(super) fn row_page(&self) -> PageQuery {
        PageQuery {
            limit: Some(SUBSCRIPTIONS),
            cursor: Some(self.rows.clone()).filter(|cursor| !cursor.is_empty()),
        }
    }

    /// The page's address that says the same.
    pub(super) fn url(&self) -> String {
        let parts = [
            ("q", self.q.trim()),
            ("mapped", &self.mapped),
            ("status", &self.status),
            ("cursor", &self.cursor),
            ("company", &self.company),
            ("rows", &self.rows),
        ];
        address(PAGE, &parts)
    }

    /// The files of the subscriptions that are shown, of all companies on all pages.
    pub(super) fn export(&self) -> ExportMenu {
        let status = self.status().unwrap_or(ALL);
        ExportMenu::subscriptions(&[
            ("company", self.q.trim()),
            ("mapped", &self.mapped),
            ("status", status),
        ])
    }

    /// The address of a company's subscriptions with the same status.
    pub(super) fn subscriptions_url(&self, company: &str) -> String {
        let path = format!("{PAGE}/companies/{company}/subscriptions");
        let rows = if self.company == company {
            self.rows.as_str()
        } else {
            ""
        };
        address(&path, &[("status", &self.status), ("rows", rows)])
    }

    /// What `Filter by status` offers: Active, All, and every other status present.
    pub(super) fn status_choices(&self, present: &[String]) -> Vec<StatusChoice> {
        let chosen = self.status();
        let mut choices = vec![
            choice(DEFAULT_STATUS, chosen == Some(DEFAULT_STATUS)),
            StatusChoice {
                value: ALL.to_owned(),
                label: "All".to_owned(),
                selected: chosen.is_none(),
            },
        ];
        let asked = chosen.filter(|status| !present.iter().any(|it| it == status));
        let others = present.iter().map(String::as_str).chain(asked);
        for status in others.filter(|status| *status != DEFAULT_STATUS) {
            choices.push(choice(status, chosen == Some(status)));
        }
        choices
    }
}

fn choice(status: &str, selected: bool) -> StatusChoice {
    StatusChoice {
        value: status.to_owned(),
        label: status_label(status),
        selected,
    }
}

/// A path with those parts of a query that say something.
fn address(path: &str, parts: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in parts.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// The address of the page with a company listed and open; `q` finds it in the list.
pub fn company_page(id: &str, q: &str) -> String {
    let filter = Filter {
        q: q.to_owned(),
        status: ALL.to_owned(),
        company: id.to_owned(),
        ..Filter::default()
    };
    format!("{}#company-{id}", filter.url())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s119_the_filter_starts_at_active() {
        let filter = Filter::default();
        assert_eq!(filter.status(), Some("Active"));
        let choices = filter.status_choices(&["Active".to_owned(), "Trial".to_owned()]);
        let shown: Vec<_> = choices
            .iter()
            .map(|choice| (choice.label.as_str(), choice.selected))
            .collect();
        assert_eq!(shown, [("Active", true), ("All", false), ("Trial", false)]);
    }

    #[test]
    fn s120_all_leaves_no_status_out() {
        for query in ["status=all", "status=All"] {
            assert_eq!(Filter::parse(query).status(), None);
        }
    }

    #[test]
    fn a_status_that_is_no_longer_present_stays_chosen() {
        let choices = Filter::parse("status=Trial").status_choices(&[]);
        assert!(
            choices
                .iter()
                .any(|choice| choice.label == "Trial" && choice.selected)
        );
    }

    #[test]
    fn the_address_says_what_is_shown() {
        let query = "q=a%26b&mapped=false&status=PendingCancel&cursor=x";
        let filter = Filter::parse(query);
        assert_eq!(filter.url(), format!("{PAGE}?{query}"));
        assert_eq!(
            filter.at(None).opening("c1").url(),
            format!("{PAGE}?q=a%26b&mapped=false&status=PendingCancel&company=c1")
        );
        assert_eq!(Filter::parse("mapped=&status=").url(), PAGE);
        let paged = Filter::parse("company=c1").starting_at(Some("r"));
        assert_eq!(
            paged.opening("c1").url(),
            format!("{PAGE}?company=c1&rows=r")
        );
        assert_eq!(paged.opening("c2").url(), format!("{PAGE}?company=c2"));
    }
}
