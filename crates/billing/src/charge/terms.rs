//! Which terms the invoice of a period charges.
//!
//! Each way to charge picks terms; what is left of each is charged, whole terms together on one line, the rest of a term
//! that was charged in part on a line of its own.

use jiff::civil::Date;

use super::before::Before;
use super::billed::{Open, counted};
use super::split_term::share_of_term;
use super::{ChargeInput, ChargeOutcome, Charged, Portion, whole};
use crate::BillingError;
use crate::invoice::{HoldReason, SkipReason};
use crate::schedule::{Grid, Period, Step};

/// The subscription's terms: each begins a whole number of terms after the billing start.
pub(super) fn grid(billing_start: Date, months: u32) -> Grid {
    Grid {
        anchor: billing_start,
        step: Step::Months(months),
    }
}

/// The period is `of` terms long.
pub(super) fn whole_terms(
    input: &ChargeInput<'_>,
    term_months: u32,
    of: u32,
) -> Result<ChargeOutcome, BillingError> {
    let schedule = input.schedule.resumed_at(input.period.start)?;
    // The first invoice of all waits for the first whole period; where something was charged before, nothing is left to wait.
    if let Some(on) = input.billing_start
        && (input.period.end <= on || input.period.start < on && input.billed.is_empty())
    {
        return Ok(ChargeOutcome::Skipped(SkipReason::NotStarted { on }));
    }
    let ends_within = input.end_date.is_some_and(|end| end < input.period.end);
    if input.billing_start.is_none() && ends_within {
        return Ok(ChargeOutcome::Held(HoldReason::UnknownStart));
    }
    // Without a billing start the invoice's own periods are as good as any.
    let terms = grid(input.billing_start.unwrap_or(schedule.anchor), term_months);
    let before = Before::of(input, terms)?;
    let paid_until = before.as_ref().map(|it| it.paid_until);
    let paid = match paid_until {
        Some(until) => terms_paid(input, term_months, of, until)?,
        None => 0,
    };
    if paid == of {
        return Ok(already_billed(paid_until));
    }
    let first = first_term(input, terms, of, before.as_ref())?;
    // A term that was charged in part is always finished, even if the periods that were left out would leave it out.
    let next = before.and_then(|it| it.next);
    let begun = next.filter(|term| term.is_begun && term.n < first);
    let begun = begun.map(|term| term.n).into_iter();
    let mut picked = Vec::new();
    for n in begun.chain(first..first + i64::from(of - paid)) {
        let term = terms.period(n)?;
        if input.end_date.is_none_or(|end| term.start < end) {
            picked.push(Open::ours(input, term));
        }
    }
    if picked.is_empty() {
        return Ok(ChargeOutcome::Skipped(SkipReason::Ended {
            on: input.end_date,
        }));
    }
    let until = picked.last().map(|open| open.term.end);
    let lines = charge(input, &picked, |count, terms| Portion::Terms {
        count,
        of,
        terms,
    })?;
    Ok(charged(lines, until))
}

/// How many of the period's terms are paid, mostly at least, with an earlier invoice that reaches into it.
fn terms_paid(
    input: &ChargeInput<'_>,
    term_months: u32,
    of: u32,
    until: Date,
) -> Result<u32, BillingError> {
    let start = input.period.start;
    let paid = Period {
        start,
        end: until.max(start),
    };
    for n in 0..of {
        let term = grid(start, term_months).period(n.into())?;
        if !term.is_mostly_in(paid) {
            return Ok(n);
        }
    }
    Ok(of)
}

/// The number of the first term to charge: the one after the last that was charged, but for those of periods that were left
/// out in between. Where nothing was charged yet, the first period that starts on or after the billing start takes the first
/// `of` terms, the next one the next `of`, and so on.
fn first_term(
    input: &ChargeInput<'_>,
    terms: Grid,
    of: u32,
    before: Option<&Before>,
) -> Result<i64, BillingError> {
    if let Some(before) = before
        && let Some(term) = before.next
    {
        let left_out = before.left_out(input)?;
        return Ok(term.n + left_out.saturating_mul(of.into()));
    }
    let schedule = input.schedule.resumed_at(input.period.start)?;
    let periods = schedule.starts_between(terms.anchor, input.period.start)?;
    Ok(periods.saturating_mul(of.into()).max(0))
}

/// Terms before number `before` that were to be charged and were not, or in part only. Whole terms of a time that was left
/// out stay left out; a term that was charged in part is always finished.
fn unfinished<'a>(
    input: &ChargeInput<'a>,
    terms: Grid,
    before: i64,
) -> Result<Vec<Open<'a>>, BillingError> {
    let Some(earlier) = Before::of(input, terms)? else {
        return Ok(Vec::new());
    };
    let since = Grid {
        anchor: earlier.paid_until,
        ..terms
    };
    let whole_too = earlier.left_out(input)? == 0 || since.nth(1)? > input.period.start;
    let from = terms.index_of(earlier.paid_until)? - 1;
    let from = earlier.next.map_or(from, |term| term.n.min(from));
    let mut found = Vec::new();
    for n in from.max(0)..before {
        let open = Open::of(input, terms.period(n)?)?;
        if open.is_ours && !open.rest.is_none() && (whole_too || !open.shares.is_empty()) {
            found.push(open);
        }
    }
    Ok(found)
}

/// Several invoices share one term.
pub(super) fn shared_term(
    input: &ChargeInput<'_>,
    terms: Grid,
) -> Result<ChargeOutcome, BillingError> {
    if input.period.start < terms.anchor {
        let on = terms.anchor;
        return Ok(ChargeOutcome::Skipped(SkipReason::NotStarted { on }));
    }
    let n = terms.index_of(input.period.start)?;
    let mut lines = charge(input, &unfinished(input, terms, n)?, renewed)?;
    let open = Open::of(input, terms.period(n)?)?;
    if open.rest.is_none() {
        return Ok(charged(lines, Some(open.term.end)));
    }
    let schedule = input.schedule.resumed_at(input.period.start)?;
    let invoices = schedule.starts_between(input.period.start, open.term.end)?;
    let (_, later) = open.neighbours(input)?;
    let others = counted(invoices)?.saturating_sub(later + 1);
    lines.push(share_of_term(input, &open, others)?);
    Ok(charged(lines, None))
}

/// The whole price of every term that begins in the period, and what is left of the one that runs when it starts.
pub(super) fn renewal(input: &ChargeInput<'_>, terms: Grid) -> Result<ChargeOutcome, BillingError> {
    let from = input.period.start.max(terms.anchor);
    let first = terms.first_from(from)?;
    let runs = i64::from(first > 0 && terms.nth(first)? > from);
    let mut picked = unfinished(input, terms, first - runs)?;
    if runs == 1 {
        let running = Open::of(input, terms.period(first - 1)?)?;
        picked.extend(Some(running).filter(|it| it.is_ours));
    }
    let until = input
        .end_date
        .map_or(input.period.end, |end| end.min(input.period.end));
    for n in first..first + terms.count(from, until)?.max(0) {
        picked.push(Open::of(input, terms.period(n)?)?);
    }
    let lines = charge(input, &picked, renewed)?;
    let on = terms.nth(first)?;
    let ended = input.end_date.filter(|end| *end <= on);
    Ok(match ended {
        _ if !lines.is_empty() => ChargeOutcome::Charged(lines),
        Some(end) => ChargeOutcome::Skipped(SkipReason::Ended { on: Some(end) }),
        None if on < input.period.end => already_billed(picked.last().map(|it| it.term.end)),
        None if on == terms.anchor => ChargeOutcome::Skipped(SkipReason::NotStarted { on }),
        None => ChargeOutcome::Skipped(SkipReason::RenewsLater { on }),
    })
}

fn renewed(count: u32, terms: Period) -> Portion {
    Portion::Renewal {
        count,
        on: terms.start,
        until: terms.end,
    }
}

/// What is left of the terms: whole ones that follow each other together, in `portion`, and a line for each that was charged
/// in part.
fn charge(
    input: &ChargeInput<'_>,
    picked: &[Open<'_>],
    portion: impl Fn(u32, Period) -> Portion,
) -> Result<Vec<Charged>, BillingError> {
    let mut lines = Vec::new();
    let mut run: Option<(u32, Period)> = None;
    for open in picked.iter().filter(|open| !open.rest.is_none()) {
        let follows = run.filter(|(_, before)| open.is_whole() && before.end == open.term.start);
        if let (None, Some((count, terms))) = (follows, run.take()) {
            lines.push(whole(input, count, portion(count, terms))?);
        }
        if open.is_whole() {
            let (count, start) = follows.map_or((0, open.term.start), |(n, it)| (n, it.start));
            let end = open.term.end;
            run = Some((count + 1, Period { start, end }));
        } else {
            lines.push(share_of_term(input, open, 0)?);
        }
    }
    if let Some((count, terms)) = run {
        lines.push(whole(input, count, portion(count, terms))?);
    }
    Ok(lines)
}

fn charged(lines: Vec<Charged>, until: Option<Date>) -> ChargeOutcome {
    if lines.is_empty() {
        already_billed(until)
    } else {
        ChargeOutcome::Charged(lines)
    }
}

fn already_billed(until: Option<Date>) -> ChargeOutcome {
    ChargeOutcome::Skipped(SkipReason::AlreadyBilled { until })
}
