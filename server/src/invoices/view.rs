//! Invoices as pages show them: everything written out.

use billing::TaxLine;
use money::Amount;

use super::{Held, Invoice, InvoiceLine, InvoiceStatus, Skipped};
use crate::{
    accounts::Costs,
    error::Result,
    http::filters,
    ids::{InvoiceId, SubscriptionId},
    pax8::{
        pages::{Accept, end_url},
        subscriptions::told_hold,
    },
};
use jiff::civil::Date;

/// A line of a table of lines.
pub struct LineView {
    /// As printed.
    pub description: String,
    /// As printed.
    pub quantity: String,
    /// As printed.
    pub unit_price: String,
    /// Before tax.
    pub amount: String,
    /// Whether no tax is charged on it although others are taxed.
    pub untaxed: bool,
    /// The way to the amount, a sentence each.
    pub why: Vec<String>,
}

/// A sum below a table of lines.
pub struct TotalView {
    /// What is summed up.
    pub label: String,
    /// The sum.
    pub amount: String,
    /// Whether it is one that the reader looks for.
    pub strong: bool,
}

/// What is held or skipped, and why.
pub struct AsideView {
    /// The product.
    pub product: String,
    /// The subscription.
    pub subscription_id: String,
    /// The reason in words.
    pub reason: String,
    /// What it would bring in a month.
    pub monthly_value: Option<String>,
    /// Who decides about it.
    pub decides: Decides,
    /// The form that decides it, for a reader who does.
    pub accept: Option<Accept>,
}

/// Who decides about what is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// Whoever reads it.
    Reader,
    /// Somebody who may open the Pax8 pages.
    Administrator,
    /// Nobody any more.
    Nobody,
}

impl Decides {
    /// The reader, if they may.
    #[must_use]
    pub fn by(reader_may: bool) -> Self {
        if reader_may {
            Self::Reader
        } else {
            Self::Administrator
        }
    }
}

/// A status, as it looks.
pub struct Badge {
    /// `badge-ok`, `badge-warn`, …
    pub class: &'static str,
    /// The name of its icon.
    pub icon: &'static str,
    /// In words.
    pub label: &'static str,
}

/// The lines of an invoice.
pub fn line_views(lines: &[InvoiceLine], taxed: bool, costs: Costs) -> Vec<LineView> {
    let view = |line| line_view(line, taxed, costs);
    lines.iter().map(view).collect()
}

fn line_view(line: &InvoiceLine, taxed: bool, costs: Costs) -> LineView {
    let mut why = match costs {
        Costs::Shown => line.explanation.pricing_sentences(),
        Costs::Hidden => Vec::new(),
    };
    why.extend(line.explanation.sentences_with(&filters::day));
    LineView {
        description: line.description.clone(),
        quantity: filters::quantity(&line.quantity),
        unit_price: filters::price(
            &line.unit_price.value(),
            Some(line.unit_price.currency().code()),
        ),
        amount: filters::money(&line.amount),
        untaxed: taxed && !line.taxable,
        why,
    }
}

/// Subtotal, taxes and total.
pub fn total_views(subtotal: &Amount, taxes: &[TaxLine], total: &Amount) -> Vec<TotalView> {
    let view = |label: String, amount: &Amount, strong| TotalView {
        label,
        amount: filters::money(amount),
        strong,
    };
    let mut views = vec![view("Subtotal".to_owned(), subtotal, false)];
    for tax in taxes {
        let label = format!(
            "{} {}% on {}",
            tax.name,
            tax.percent.normalize(),
            filters::money(&tax.taxable)
        );
        views.push(view(label, &tax.amount, false));
    }
    views.push(view("Total".to_owned(), total, true));
    views
}

/// The sums of an invoice, with what was paid; of a credit note, with what of it was used.
pub fn sums_of(invoice: &Invoice) -> Result<Vec<TotalView>> {
    let mut sums = total_views(&invoice.subtotal, &invoice.taxes, &invoice.total);
    if invoice.status == InvoiceStatus::Draft {
        return Ok(sums);
    }
    let (paid, left) = match invoice.is_credit_note() {
        true => ("Used", "Left"),
        false => ("Paid", "Balance"),
    };
    for (label, amount, strong) in [
        (paid, invoice.paid, false),
        (left, invoice.balance()?, true),
    ] {
        sums.push(TotalView {
            label: label.to_owned(),
            amount: filters::money(&amount),
            strong,
        });
    }
    Ok(sums)
}

/// The address of an invoice's page.
#[must_use]
pub fn path(id: InvoiceId) -> String {
    format!("/invoices/{id}")
}

/// The first and the last day that belong to a period, for people.
#[must_use]
pub fn period_text(period: &billing::Period) -> String {
    format!(
        "{} to {}",
        filters::day(&period.start),
        filters::day(&period.last_day())
    )
}

/// What is held, and who decides about it.
pub fn held_views(held: &[Held], decides: Decides) -> Vec<AsideView> {
    held.iter()
        .map(|held| AsideView {
            product: held.product.clone(),
            subscription_id: held.subscription_id.clone(),
            reason: told_hold(&held.reason),
            monthly_value: held.monthly_value.as_ref().map(filters::money),
            decides,
            accept: None,
        })
        .collect()
}

impl AsideView {
    /// Whether the reader has to ask somebody else.
    #[must_use]
    pub fn waits_for_administrator(&self) -> bool {
        self.decides == Decides::Administrator
    }

    /// Where the link is ended, for a reader who decides.
    #[must_use]
    pub fn end_url(&self) -> Option<String> {
        let id = SubscriptionId::parse(&self.subscription_id)?;
        (self.decides == Decides::Reader).then(|| end_url(id))
    }

    /// The way to the subscription's billing settings, for a reader who decides.
    #[must_use]
    pub fn decide_url(&self) -> Option<String> {
        let id = &self.subscription_id;
        let decides = self.decides == Decides::Reader;
        decides.then(|| format!("/admin/integrations/pax8/subscriptions/{id}/billing"))
    }
}

/// What is skipped.
pub fn skipped_views(skipped: &[Skipped]) -> Vec<AsideView> {
    skipped
        .iter()
        .map(|skipped| AsideView {
            product: skipped.product.clone(),
            subscription_id: skipped.subscription_id.clone(),
            reason: skipped.reason.sentence(filters::day),
            monthly_value: None,
            decides: Decides::Nobody,
            accept: None,
        })
        .collect()
}

/// How an invoice stands on a day.
#[must_use]
pub fn badge_of(invoice: &Invoice, today: Date) -> Badge {
    if invoice.needs_review() {
        return badge("badge-warn", "warning", "Needs review");
    }
    if invoice.is_overdue(today) {
        return badge("badge-bad", "clock", "Overdue");
    }
    let label = invoice.status_label();
    match invoice.status {
        InvoiceStatus::Draft => badge("", "edit", label),
        InvoiceStatus::Issued => badge("badge-info", "send", label),
        InvoiceStatus::PartiallyPaid => badge("badge-info", "card", label),
        InvoiceStatus::Paid => badge("badge-ok", "ok", label),
        InvoiceStatus::Void => badge("", "ban", label),
    }
}

fn badge(class: &'static str, icon: &'static str, label: &'static str) -> Badge {
    Badge { class, icon, label }
}
