//! Query parameters: paging, sorting, filters. Unknown ones are ignored.

use std::cmp::Ordering;

use axum::http::Uri;
use jiff::civil::Date;

use super::answer::Refusal;
use crate::config::OversizedPages;

pub(crate) struct Query {
    pairs: Vec<(String, String)>,
}

/// Which rows of a list.
#[derive(Clone, Copy)]
pub(crate) struct Paging {
    pub(crate) number: u64,
    pub(crate) size: u64,
}

/// A field and a direction.
pub(crate) struct Sort {
    pub(crate) field: String,
    descending: bool,
}

impl Sort {
    pub(crate) fn directed(&self, ordering: Ordering) -> Ordering {
        if self.descending {
            ordering.reverse()
        } else {
            ordering
        }
    }
}

impl Query {
    pub(crate) fn of(uri: &Uri) -> Self {
        let pairs = axum::extract::Query::try_from_uri(uri).map(|query| query.0);
        Self {
            pairs: pairs.unwrap_or_default(),
        }
    }

    /// The value of a parameter that is given and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Everything but the paging, as the name of a prepared list.
    pub(crate) fn list_key(&self) -> String {
        let kept = self
            .pairs
            .iter()
            .filter(|(key, _)| key != "page" && key != "size");
        kept.fold(String::new(), |key, (name, value)| {
            format!("{key}{name:?}={value:?}&")
        })
    }

    /// The page asked for, before any check; 0 for what is none.
    pub(crate) fn page_number(&self) -> u64 {
        self.get("page")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0)
    }

    pub(crate) fn paging(
        &self,
        oversized: OversizedPages,
        largest: u64,
    ) -> Result<Paging, Refusal> {
        let number = self.whole_number("page", 0)?;
        let size = self.whole_number("size", 10)?;
        match oversized {
            OversizedPages::Clamp => Ok(Paging {
                number,
                size: size.min(largest).max(1),
            }),
            OversizedPages::Refuse if (1..=largest).contains(&size) => Ok(Paging { number, size }),
            OversizedPages::Refuse => Err(Refusal::invalid(&format!(
                "size must be between 1 and {largest}"
            ))),
        }
    }

    /// `sort=field` or `sort=field,direction`, the direction in any case.
    pub(crate) fn sort(&self, allowed: &[&str]) -> Result<Option<Sort>, Refusal> {
        let Some(text) = self.get("sort") else {
            return Ok(None);
        };
        let (field, direction) = text.split_once(',').unwrap_or((text, "asc"));
        if !allowed.contains(&field) {
            return Err(Refusal::invalid(&format!("cannot sort by {field}")));
        }
        let descending = match direction.to_ascii_lowercase().as_str() {
            "asc" => false,
            "desc" => true,
            _ => return Err(Refusal::invalid("the direction of a sort is asc or desc")),
        };
        Ok(Some(Sort {
            field: field.to_owned(),
            descending,
        }))
    }

    /// True if the parameter is absent or equals `value`, whatever the case.
    pub(crate) fn allows(&self, name: &str, value: &str) -> bool {
        self.get(name)
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
    }

    pub(crate) fn date(&self, name: &str) -> Result<Option<Date>, Refusal> {
        let date = self.get(name).map(str::parse).transpose();
        date.map_err(|_| Refusal::invalid(&format!("{name} must be a date (yyyy-MM-dd)")))
    }

    fn whole_number(&self, name: &str, default: u64) -> Result<u64, Refusal> {
        let number = self.get(name).map_or(Ok(default), str::parse);
        number.map_err(|_| Refusal::invalid(&format!("{name} must be a whole number from 0")))
    }
}
