//! The preview of the next invoice, as a section of the recurring invoice's page.

use askama::Template;
use jiff::civil::Date;

use super::Preview;
use crate::{
    accounts::Costs,
    error::Result,
    http::filters,
    invoices::{
        InvoiceLine,
        view::{
            AsideView, Decides, LineView, TotalView, held_views, line_views, period_text,
            skipped_views, total_views,
        },
    },
};

/// The section `#next-invoice`: what billing on a chosen date would make. Renders by itself; pages put it in with `|safe`.
#[derive(Template)]
#[template(path = "billing_runs/preview.html")]
pub struct PreviewSection {
    /// The page that holds the section: the date is sent there as `preview`.
    action: String,
    date: Date,
    shown: Option<Shown>,
    /// Why there is no preview.
    refusal: Option<String>,
}

struct Shown {
    period: String,
    before: usize,
    paused: bool,
    made: bool,
    review: Vec<String>,
    /// Whom it would be sent to.
    send_to: Option<String>,
    lines: Vec<LineView>,
    totals: Vec<TotalView>,
    held: Vec<AsideView>,
    skipped: Vec<AsideView>,
}

impl PreviewSection {
    /// The section for a preview; `decides` says who decides about what is held.
    ///
    /// # Errors
    /// When a figure is out of range.
    pub fn of(
        preview: &Preview,
        costs: Costs,
        action: impl Into<String>,
        decides: Decides,
    ) -> Result<Self> {
        let (bill, assembled) = (&preview.bill, &preview.bill.assembled);
        let lines: Vec<InvoiceLine> = assembled.lines.iter().cloned().map(Into::into).collect();
        Ok(Self {
            action: action.into(),
            date: preview.date,
            shown: Some(Shown {
                period: period_text(&bill.period),
                before: preview.before,
                paused: preview.paused,
                made: !bill.is_empty(),
                send_to: bill.send_to.clone(),
                review: bill.review.iter().map(ToString::to_string).collect(),
                lines: line_views(&lines, !assembled.tax.is_empty(), costs),
                totals: total_views(&assembled.subtotal, &assembled.tax, &assembled.total),
                held: held_views(&bill.held(), decides),
                skipped: skipped_views(&bill.skipped()),
            }),
            refusal: None,
        })
    }

    /// The section where there is no preview, with the reason.
    pub fn refused(date: Date, refusal: impl Into<String>, action: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            date,
            shown: None,
            refusal: Some(refusal.into()),
        }
    }

    fn day(&self) -> String {
        filters::day(&self.date)
    }
}
