//! Small parts of the Pax8 pages: badges, marks that explain themselves, moments.

use billing::SubscriptionStatus;

use crate::http::filters;

/// A state in words, with an icon and a tone beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Badge {
    /// `ok`, `warn`, `bad`, `info` or nothing.
    pub tone: &'static str,
    pub icon: &'static str,
    pub text: String,
    pub large: bool,
}

impl Badge {
    pub(super) fn new(tone: &'static str, icon: &'static str, text: impl Into<String>) -> Self {
        Self {
            tone,
            icon,
            text: text.into(),
            large: false,
        }
    }

    pub(super) fn large(self) -> Self {
        Self {
            large: true,
            ..self
        }
    }

    /// A status as Pax8 wrote it. One that we do not know is shown as it is.
    pub(super) fn status(status: Option<&str>) -> Self {
        let Some(status) = status else {
            return Self::new("warn", "warning", "Unknown");
        };
        let (tone, icon) = match status {
            "Active" | "Activated" => ("ok", "ok"),
            "Trial" => ("info", "clock"),
            "Cancelled" | "Deleted" => ("", "ban"),
            "Inactive" | "Converted" => ("", "off"),
            "PendingCancel" | "PendingManual" | "PendingAutomated" | "PendingActivation"
            | "WaitingForDetails" => ("warn", "clock"),
            _ => ("warn", "warning"),
        };
        Self::new(tone, icon, status_label(status))
    }
}

/// A status of Pax8 in words: `PendingCancel` reads `Pending cancel`. One that we do not know stays as Pax8 wrote it.
pub(super) fn status_label(status: &str) -> String {
    if matches!(
        SubscriptionStatus::from(status),
        SubscriptionStatus::Unknown(_)
    ) {
        return status.to_owned();
    }
    let mut label = String::new();
    let mut before = None;
    for letter in status.chars() {
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|letter: char| letter.is_ascii_lowercase());
        if starts_word {
            label.push(' ');
            label.push(letter.to_ascii_lowercase());
        } else {
            label.push(letter);
        }
        before = Some(letter);
    }
    label
}

/// A mark that explains itself when it is opened.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub id: String,
    pub label: &'static str,
    pub title: &'static str,
    pub text: String,
    pub bad: bool,
}

/// `1 subscription`, `2 subscriptions`.
pub(super) fn counted(count: impl Into<u64>, one: &str, many: &str) -> String {
    let count = count.into();
    let number = filters::grouped(&count.to_string());
    format!("{number} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_statuses_of_pax8_read_as_words() {
        for (status, label) in [
            ("Active", "Active"),
            ("PendingCancel", "Pending cancel"),
            ("WaitingForDetails", "Waiting for details"),
            ("OnHoldByVendor", "OnHoldByVendor"),
            ("Ünknown", "Ünknown"),
            ("", ""),
        ] {
            assert_eq!(status_label(status), label);
        }
    }

    #[test]
    fn a_status_that_is_not_known_is_shown_as_it_is_and_marked() {
        assert_eq!(
            Badge::status(Some("Suspended")),
            Badge::new("warn", "warning", "Suspended")
        );
        assert_eq!(
            Badge::status(None),
            Badge::new("warn", "warning", "Unknown")
        );
    }

    #[test]
    fn counts_read_as_words() {
        assert_eq!(
            counted(1_u32, "subscription", "subscriptions"),
            "1 subscription"
        );
        assert_eq!(
            counted(1_234_u32, "company", "companies"),
            "1,234 companies"
        );
    }
}
