//! Which terms the invoice of a period charges.
//!
//! Each way to charge picks terms; what is left of each is charged, whole terms together on one line, the rest of a term
//! that was charged in part on a line of its own.

use jiff::civil::Date;

use super::billed::{Billed, Open, counted};
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
    let last_paid = last_before(input);
    let paid = match last_paid {
        Some(line) => terms_paid(input, term_months, of, line.paid_until())?,
        None => 0,
    };
    if paid == of {
        return Ok(already_billed(last_paid.map(Billed::paid_until)));
    }
    let first = first_term(input, terms, of, last_paid)?;
    let mut picked = Vec::new();
    for n in
        begun_before(input, terms, first, last_paid)?.chain(first..first + i64::from(of - paid))
    {
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

/// The line that pays furthest, of those whose invoices do not come after this one.
fn last_before<'a>(input: &ChargeInput<'a>) -> Option<&'a Billed> {
    let earlier = |line: &&Billed| line.period.start <= input.period.start;
    let lines = input.billed.iter().filter(earlier);
    lines.max_by_key(|line| (line.paid_until(), line.whole_terms().map(|it| it.end)))
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
    last_paid: Option<&Billed>,
) -> Result<i64, BillingError> {
    let schedule = input.schedule.resumed_at(input.period.start)?;
    match last_paid.filter(|line| line.term == *input.term) {
        None => {
            let periods = schedule.starts_between(terms.anchor, input.period.start)?;
            Ok(periods.saturating_mul(of.into()).max(0))
        }
        Some(line) => {
            let left_out = left_out(input, terms, line)?.saturating_mul(of.into());
            Ok(term_after(input, terms, line)? + left_out)
        }
    }
}

/// The number of the term that a line charged in part, if periods that were left out would leave out what remains of it: a
/// term that was charged in part is always finished.
fn begun_before(
    input: &ChargeInput<'_>,
    terms: Grid,
    first: i64,
    last_paid: Option<&Billed>,
) -> Result<std::option::IntoIter<i64>, BillingError> {
    let same_term = last_paid.filter(|line| line.term == *input.term);
    let Some(line) = same_term else {
        return Ok(None.into_iter());
    };
    let n = term_after(input, terms, line)?;
    let begun = !Open::ours(input, terms.period(n)?).shares.is_empty();
    Ok(Some(n).filter(|n| begun && *n < first).into_iter())
}

/// The number of the term that follows what a line charged: the same one if it was charged in part and something is left.
fn term_after(input: &ChargeInput<'_>, terms: Grid, line: &Billed) -> Result<i64, BillingError> {
    let reached = match (&line.portion, line.whole_terms()) {
        (Portion::Share { term, .. }, _) => term.start,
        (_, Some(whole)) => whole.end,
        (_, None) => line.paid_until(),
    };
    let n = terms.index_of(reached)?;
    let open = Open::ours(input, terms.period(n)?);
    Ok(if open.rest.is_none() { n + 1 } else { n })
}

/// How many periods nobody billed between an earlier invoice and this one: a pause, or a next date moved that far. A period
/// whose days were paid ahead needed no line, so it is not one of them.
fn left_out(input: &ChargeInput<'_>, terms: Grid, line: &Billed) -> Result<i64, BillingError> {
    let mut until = line.paid_until();
    if line.term == *input.term {
        until = until.max(terms.nth(term_after(input, terms, line)?)?);
    }
    let start = input.period.start;
    let schedule = input.schedule.resumed_at(start)?;
    Ok(if until < start {
        schedule.starts_between(until, start)?
    } else {
        0
    })
}

/// Terms before number `before` that were to be charged and were not, or in part only. Whole terms of a time that was left
/// out stay left out; a term that was charged in part is always finished.
fn unfinished<'a>(
    input: &ChargeInput<'a>,
    terms: Grid,
    before: i64,
) -> Result<Vec<Open<'a>>, BillingError> {
    let Some(line) = last_before(input) else {
        return Ok(Vec::new());
    };
    let since = Grid {
        anchor: line.paid_until(),
        ..terms
    };
    let whole_too = left_out(input, terms, line)? == 0 || since.nth(1)? > input.period.start;
    let mut from = terms.index_of(line.paid_until())? - 1;
    if line.term == *input.term {
        from = from.min(term_after(input, terms, line)?);
    }
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
