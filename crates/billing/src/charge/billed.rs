//! What earlier invoices have charged of a subscription, and what of a term they left.
//!
//! Every line that is not void says which terms it charged, or which part of one. From these lines alone follows what is
//! still to be charged: nothing is stored a second time.

use jiff::civil::Date;
use money::{Amount, Decimal, MoneyError, UnitPrice};

use super::{ChargeInput, Elsewhere, Portion, Ratio, SplitBy};
use crate::BillingError;
use crate::invoice::Explanation;
use crate::schedule::Period;
use crate::term::BillingTerm;

/// A line that charged terms of a subscription, or part of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Billed {
    /// The period of its invoice.
    pub period: Period,
    /// The term the price bought.
    pub term: BillingTerm,
    /// What it charged.
    pub portion: Portion,
    /// The price of one unit and term then.
    pub term_price: UnitPrice,
    /// The subscription's quantity then.
    pub quantity: Decimal,
    /// As printed.
    pub unit_price: UnitPrice,
    /// As printed.
    pub amount: Amount,
}

impl Billed {
    /// What a line with this explanation charged; `None` if it charged no term: written by hand, prorated, paid once.
    #[must_use]
    pub fn of(explanation: &Explanation) -> Option<Self> {
        let Explanation::Pax8(why) = explanation else {
            return None;
        };
        (why.portion != Portion::Once).then(|| Self {
            period: why.period,
            term: why.price.term.clone(),
            portion: why.portion.clone(),
            term_price: why.price.term_price,
            quantity: why.quantity,
            unit_price: why.line_unit_price,
            amount: why.amount,
        })
    }

    /// The first day it leaves unpaid, as the client sees it: a renewal pays its terms, everything else its invoice's period.
    pub(super) fn paid_until(&self) -> Date {
        match self.portion {
            Portion::Renewal { until, .. } => until,
            _ => self.period.end,
        }
    }

    /// The whole terms it charged.
    pub(super) fn whole_terms(&self) -> Option<Period> {
        match self.portion {
            Portion::Terms { terms, .. } => Some(terms),
            Portion::Renewal { on, until, .. } => Some(Period {
                start: on,
                end: until,
            }),
            Portion::Share { .. } | Portion::Once => None,
        }
    }

    /// The first day of the term that follows, or of the one that it charged in part.
    pub(super) fn reached(&self) -> Date {
        match (&self.portion, self.whole_terms()) {
            (Portion::Share { term, .. }, _) => term.start,
            (_, Some(whole)) => whole.end,
            (_, None) => self.paid_until(),
        }
    }

    /// The part of that term which it charged, and what its invoices leave to others.
    fn share_of(&self, term: Period) -> Option<(Ratio, Elsewhere)> {
        match self.portion {
            Portion::Share {
                term: shared,
                part,
                elsewhere,
                ..
            } if term.is_mostly_in(shared) => Some((part, elsewhere)),
            _ => None,
        }
    }

    /// Whether that term is paid with it, although it charged a term of another length.
    fn pays(&self, term: Period) -> bool {
        let days = self.whole_terms().unwrap_or(self.period);
        term.is_mostly_in(days)
    }
}

/// A term, and what of it is still to be charged.
pub(super) struct Open<'a> {
    pub term: Period,
    /// The lines that charged parts of it.
    pub shares: Vec<&'a Billed>,
    /// What is not charged here.
    pub elsewhere: Elsewhere,
    /// What is left.
    pub rest: Ratio,
    /// Whether its beginning lies in the time that is billed here, or part of it was charged here.
    pub is_ours: bool,
}

impl<'a> Open<'a> {
    /// What the lines say about a term; invoices of it that came before the subscription was billed here, or while it was a
    /// trial, are not ours.
    pub fn of(input: &ChargeInput<'a>, term: Period) -> Result<Self, BillingError> {
        let (since, is_ours) = billed_since(input, term);
        let open = Self::with(input, term, elsewhere(input, term, since)?);
        Ok(Self {
            is_ours: is_ours || !open.shares.is_empty(),
            ..open
        })
    }

    /// What the lines say about a term that is ours from its beginning.
    pub fn ours(input: &ChargeInput<'a>, term: Period) -> Self {
        Self::with(input, term, Elsewhere::default())
    }

    fn with(input: &ChargeInput<'a>, term: Period, mut elsewhere: Elsewhere) -> Self {
        let same = |line: &&'a Billed| line.term == *input.term;
        let shares: Vec<&Billed> = input
            .billed
            .iter()
            .filter(same)
            .filter(|line| line.share_of(term).is_some())
            .collect();
        let paid = input.billed.iter().any(|line| {
            if same(&line) {
                line.whole_terms().is_some_and(|it| term.is_mostly_in(it))
            } else {
                line.pays(term)
            }
        });
        let mut charged = Ratio::NONE;
        for (part, left_out) in shares.iter().filter_map(|line| line.share_of(term)) {
            charged = charged.plus(part);
            elsewhere = left_out;
        }
        let rest = if paid {
            Ratio::NONE
        } else {
            charged.plus(elsewhere.ratio()).rest()
        };
        Self {
            term,
            is_ours: true,
            shares,
            elsewhere,
            rest,
        }
    }

    /// Whether nothing of it was charged, here or elsewhere.
    pub fn is_whole(&self) -> bool {
        self.rest == Ratio::ALL
    }

    /// How many of its parts are on invoices of periods before, and after, the one that is charged.
    pub fn neighbours(&self, input: &ChargeInput<'_>) -> Result<(u32, u32), BillingError> {
        let before = |line: &&&Billed| line.period.start <= input.period.start;
        let count = self.shares.iter().filter(before).count();
        Ok((counted(count)?, counted(self.shares.len() - count)?))
    }

    /// What its lines come to at the present price: what they say where the price is the same, else their part of it.
    /// `total` is the price that is split.
    pub fn charged_so_far(
        &self,
        input: &ChargeInput<'_>,
        split: SplitBy,
        total: Amount,
    ) -> Result<Amount, MoneyError> {
        let mut at_other_prices = self.elsewhere.ratio();
        let mut charged = Amount::zero(total.currency());
        for line in &self.shares {
            let Portion::Share {
                part, split: then, ..
            } = line.portion
            else {
                continue;
            };
            let same_units = split == SplitBy::UnitPrice || line.quantity == input.quantity;
            let printed = match split {
                SplitBy::UnitPrice => line.unit_price.as_amount(),
                SplitBy::Amount => Some(line.amount),
            };
            match printed {
                Some(printed)
                    if then == split && same_units && line.term_price == input.unit_price =>
                {
                    charged = charged.checked_add(printed)?;
                }
                _ => at_other_prices = at_other_prices.plus(part),
            }
        }
        charged.checked_add(at_other_prices.of_amount(total)?)
    }
}

/// From which day on of a term the subscription is billed here, and whether the term itself is for certain.
fn billed_since(input: &ChargeInput<'_>, term: Period) -> (Date, bool) {
    let paid_into = input
        .billed
        .iter()
        .filter(|line| line.term != *input.term)
        .map(Billed::paid_until)
        .filter(|until| term.start < *until && *until < term.end)
        .max();
    let start = input.period.start;
    let linked = input.linked_from.unwrap_or(start);
    // An earlier invoice of the day itself was made before that day's sync, or its line would say so.
    let paid_for = input.trial_until.and_then(|until| until.tomorrow().ok());
    let since = paid_for.map_or(linked, |from| from.max(linked)).min(start);
    match paid_into {
        Some(until) => (until.max(since), true),
        None => (
            since,
            input.linked_from.is_some_and(|from| from <= term.start),
        ),
    }
}

/// The invoices of a term before the subscription was billed here, or while it was a trial.
fn elsewhere(
    input: &ChargeInput<'_>,
    term: Period,
    since: Date,
) -> Result<Elsewhere, BillingError> {
    let schedule = input.schedule.resumed_at(input.period.start)?;
    let parts = schedule.starts_between(term.start, since.clamp(term.start, term.end))?;
    let of = schedule.starts_between(term.start, term.end)?;
    Ok(Elsewhere {
        parts: counted(parts)?,
        of: counted(of)?,
    })
}

/// A count of invoices.
pub(super) fn counted<N>(count: N) -> Result<u32, BillingError>
where
    u32: TryFrom<N>,
{
    u32::try_from(count).map_err(|_| MoneyError::Overflow.into())
}
