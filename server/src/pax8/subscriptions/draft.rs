//! Billing settings as somebody typed them.

use billing::{Charge, Markup, Pricing, PricingError, price::check_override};
use money::parse_decimal;
use rust_decimal::Decimal;

use super::BillingSettings;
use crate::{
    checks::Checks,
    error::{Error, Result},
    http::Fields,
    ids::RecurringInvoiceId,
};

/// The field of the markup's type.
pub const MARKUP_TYPE: &str = "markup_type";
/// The field of the markup's value.
pub const MARKUP_VALUE: &str = "markup_value";
/// The field of the override price.
pub const OVERRIDE_PRICE: &str = "override_price";
/// The field of the link.
pub const RECURRING_INVOICE: &str = "recurring_invoice_id";
/// The field of the charge.
pub const CHARGE: &str = "charge";

/// Billing settings as somebody typed them, before they are checked. They replace what was there.
#[derive(Debug, Clone, Default)]
pub struct BillingDraft {
    /// The markup; none: at cost.
    pub markup: Option<MarkupDraft>,
    /// A price in place of the calculated one.
    pub override_price: Option<String>,
    /// The recurring invoice to feed; none: the link ends.
    pub recurring_invoice_id: Option<String>,
    /// `spread` or `on_renewal`; none: as it was.
    pub charge: Option<String>,
    /// The version that the settings were changed from; none: whatever it is.
    pub version: Option<i64>,
}

/// A markup as somebody typed it.
#[derive(Debug, Clone)]
pub struct MarkupDraft {
    /// `percentage` or `fixed`.
    pub kind: String,
    /// Percent, or an amount per unit.
    pub value: String,
}

impl BillingDraft {
    /// The draft that says what is set already.
    #[must_use]
    pub fn of(settings: &BillingSettings) -> Self {
        let markup = settings.pricing.markup.map(|markup| match markup {
            Markup::Percentage(percent) => MarkupDraft {
                kind: "percentage".to_owned(),
                value: percent.to_string(),
            },
            Markup::Fixed(amount) => MarkupDraft {
                kind: "fixed".to_owned(),
                value: amount.to_string(),
            },
        });
        Self {
            markup,
            override_price: settings.pricing.override_price.map(|it| it.to_string()),
            recurring_invoice_id: settings.recurring_invoice.map(|it| it.to_string()),
            charge: Some(settings.charge.code().to_owned()),
            version: None,
        }
    }

    /// The draft that a form holds. A type without a value is no markup: a select always has one.
    #[must_use]
    pub fn of_form(fields: &Fields) -> Self {
        let markup = fields.optional(MARKUP_VALUE).map(|value| MarkupDraft {
            kind: fields.text(MARKUP_TYPE).to_owned(),
            value,
        });
        Self {
            markup,
            override_price: fields.optional(OVERRIDE_PRICE),
            recurring_invoice_id: fields.optional(RECURRING_INVOICE),
            charge: fields.optional(CHARGE),
            version: fields.text("version").parse().ok(),
        }
    }

    /// The settings that it means, `present` being those it replaces.
    ///
    /// # Errors
    /// When a field is not understood or out of its limits: all such fields at once.
    pub(super) fn read(&self, present: &BillingSettings) -> Result<BillingSettings> {
        let mut checks = Checks::default();
        let markup = self
            .markup
            .as_ref()
            .and_then(|draft| read_markup(&mut checks, draft));
        let price = self.override_price.as_deref();
        let override_price = price.and_then(|text| checks.value(OVERRIDE_PRICE, read_price(text)));
        let charge = self.charge.as_deref();
        let charge = charge.and_then(|code| checks.value(CHARGE, read_charge(code)));
        checks.finish()?;
        let recurring_invoice = self.read_link()?;
        let (in_status, while_missing) = (
            present.billed_in_status.clone(),
            present.billed_while_missing.clone(),
        );
        Ok(BillingSettings {
            pricing: Pricing {
                markup,
                override_price,
            },
            billed_in_status: in_status.filter(|_| recurring_invoice.is_some()),
            billed_while_missing: while_missing.filter(|_| recurring_invoice.is_some()),
            recurring_invoice,
            charge: charge.unwrap_or(present.charge),
            linked_from: present.linked_from,
            version: present.version,
        })
    }

    fn read_link(&self) -> Result<Option<RecurringInvoiceId>> {
        let id = |text: &String| {
            RecurringInvoiceId::parse(text).ok_or(Error::NotFound("recurring invoice"))
        };
        self.recurring_invoice_id.as_ref().map(id).transpose()
    }
}

fn read_markup(checks: &mut Checks, draft: &MarkupDraft) -> Option<Markup> {
    let make: fn(Decimal) -> Result<Markup, PricingError> = match draft.kind.as_str() {
        "percentage" => Markup::percentage,
        "fixed" => Markup::fixed,
        _ => {
            checks.refuse(MARKUP_TYPE, "Choose percentage or fixed.");
            return None;
        }
    };
    let value = checks.value(MARKUP_VALUE, parse_decimal(&draft.value))?;
    checks.value(MARKUP_VALUE, make(value))
}

fn read_price(text: &str) -> Result<Decimal, String> {
    let price = parse_decimal(text).map_err(|error| error.to_string())?;
    check_override(price).map_err(|error| error.to_string())
}

fn read_charge(code: &str) -> Result<Charge, &'static str> {
    Charge::from_code(code).ok_or("Choose spread or on_renewal.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(query: &str) -> BillingDraft {
        BillingDraft::of_form(&Fields::parse(query.as_bytes()))
    }

    fn refused_fields(query: &str) -> Vec<String> {
        let error = form(query).read(&BillingSettings::default()).unwrap_err();
        error
            .field_errors()
            .iter()
            .map(|it| it.field.clone())
            .collect()
    }

    #[test]
    fn s130_s131_the_type_says_what_the_value_means() {
        for (query, markup) in [
            (
                "markup_type=percentage&markup_value=20",
                Markup::Percentage(20.into()),
            ),
            (
                "markup_type=fixed&markup_value=5.00",
                Markup::Fixed("5.00".parse().unwrap()),
            ),
        ] {
            let settings = form(query).read(&BillingSettings::default()).unwrap();
            assert_eq!(settings.pricing.markup, Some(markup));
        }
    }

    #[test]
    fn s132_everything_is_optional() {
        let present = BillingSettings {
            charge: Charge::OnRenewal,
            version: 3,
            ..BillingSettings::default()
        };
        let draft =
            form("markup_type=percentage&markup_value=&override_price=+&recurring_invoice_id=");
        assert_eq!(draft.read(&present).unwrap(), present);
    }

    #[test]
    fn d18_what_is_out_of_its_limits_is_refused_at_its_field() {
        for (query, fields) in [
            ("markup_type=percentage&markup_value=-1", vec![MARKUP_VALUE]),
            (
                "markup_type=percentage&markup_value=1000.01",
                vec![MARKUP_VALUE],
            ),
            (
                "markup_type=fixed&markup_value=1000000.01",
                vec![MARKUP_VALUE],
            ),
            ("markup_type=fixed&markup_value=1,50", vec![MARKUP_VALUE]),
            (
                "markup_type=fixed&markup_value=abc&override_price=-0.01",
                vec![MARKUP_VALUE, OVERRIDE_PRICE],
            ),
            (
                "markup_type=other&markup_value=1&charge=never",
                vec![MARKUP_TYPE, CHARGE],
            ),
            ("override_price=1000000.01", vec![OVERRIDE_PRICE]),
        ] {
            assert_eq!(refused_fields(query), fields, "{query}");
        }
        for query in [
            "markup_type=percentage&markup_value=1000",
            "markup_type=fixed&markup_value=1000000",
            "override_price=0",
            "override_price=1000000",
        ] {
            assert!(
                form(query).read(&BillingSettings::default()).is_ok(),
                "{query}"
            );
        }
    }
}
