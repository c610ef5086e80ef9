//! From records to JSON. The live wire has habits: a field without value is
//! absent, null or empty, and instants come in several shapes. Which habit a
//! field of a record has is drawn from its id, so an unchanged record always
//! reads the same.

mod billing;
mod company;
mod product;
mod subscription;

pub(crate) use billing::{
    InvoiceRow, ItemRow, UsageRow, invoice, invoice_item, usage_line, usage_summary,
};
pub(crate) use company::{company, contact, contact_ids};
pub(crate) use product::{dependencies, pricing, product, provision_details};
pub(crate) use subscription::{Detail, subscription};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

use crate::config::Wire;
use crate::seeded::choice;

/// A JSON object under construction.
pub(crate) struct Row<'a> {
    wire: Wire,
    id: &'a str,
    fields: Map<String, Value>,
}

/// What an absent value could have been.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Other,
}

impl<'a> Row<'a> {
    /// An object whose habits follow from `id`.
    pub(crate) fn of(wire: Wire, id: &'a str) -> Self {
        Self {
            wire,
            id,
            fields: Map::new(),
        }
    }

    pub(crate) fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    /// A field that may be without value.
    pub(crate) fn maybe(&mut self, name: &str, value: Option<impl Into<Value>>, kind: Kind) {
        match value {
            Some(value) => self.put(name, value),
            None => self.vacant(name, kind),
        }
    }

    pub(crate) fn text(&mut self, name: &str, value: Option<&str>) {
        self.maybe(name, value, Kind::Text);
    }

    /// Amounts without value are left out, never null: absent is unknown.
    pub(crate) fn number(&mut self, name: &str, value: Option<Decimal>) {
        if let Some(value) = value {
            self.put(name, number(value));
        }
    }

    pub(crate) fn instant(&mut self, name: &str, at: Option<Timestamp>) {
        let text = at.map(|at| self.instant_text(name, at));
        self.maybe(name, text, Kind::Other);
    }

    /// A day in a field that is documented as an instant.
    pub(crate) fn day(&mut self, name: &str, day: Option<Date>) {
        let text = day.map(|day| self.day_text(name, day));
        self.maybe(name, text, Kind::Other);
    }

    /// True for the live wire and one of `in_all` fields of this name.
    pub(crate) fn habit(&self, name: &str, in_all: usize) -> bool {
        self.wire == Wire::Live && choice(self.id, name, in_all) == 0
    }

    pub(crate) fn done(self) -> Value {
        Value::Object(self.fields)
    }

    fn vacant(&mut self, name: &str, kind: Kind) {
        if self.wire == Wire::Spec {
            return;
        }
        match (choice(self.id, name, 3), kind) {
            (0, _) => {}
            (1, Kind::Text) => self.put(name, ""),
            _ => self.put(name, Value::Null),
        }
    }

    fn instant_text(&self, name: &str, at: Timestamp) -> String {
        let habit = if self.wire == Wire::Spec {
            0
        } else {
            choice(self.id, name, 4)
        };
        match habit {
            0 => format!("{}Z", clock(at, 0)),
            1 => format!("{}.{:03}Z", clock(at, 0), at.subsec_millisecond()),
            2 => format!("{}.{:03}-0600", clock(at, -6), at.subsec_millisecond()),
            _ => format!("{}.{:03}-0700", clock(at, -7), at.subsec_millisecond()),
        }
    }

    /// The day as written is always the day that is meant.
    fn day_text(&self, name: &str, day: Date) -> String {
        let habit = if self.wire == Wire::Spec {
            0
        } else {
            choice(self.id, name, 4)
        };
        match habit {
            0 => format!("{day}T00:00:00Z"),
            1 => format!("{day}T00:00:00.000-0600"),
            2 => format!("{day}T00:00:00.000-0700"),
            _ => day.to_string(),
        }
    }
}

/// Date and time of day, to the second, at this many hours from UTC.
fn clock(at: Timestamp, hours: i8) -> String {
    let local = Offset::constant(hours).to_datetime(at);
    let (hour, minute, second) = (local.hour(), local.minute(), local.second());
    format!("{}T{hour:02}:{minute:02}:{second:02}", local.date())
}

/// A decimal as a JSON number, digit by digit.
pub(crate) fn number(value: Decimal) -> Value {
    serde_json::from_str(&value.to_string()).unwrap_or(Value::Null)
}
