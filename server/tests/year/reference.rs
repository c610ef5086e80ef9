//! What a year must come to, reckoned a second time: whole cents, one loop over the invoices, nothing shared with the program.
//!
//! It knows what happened to each subscription and on which day a sync saw it, when each invoice was computed last, and how
//! the MSP prices. From that it says what stands on each invoice.

use std::collections::{BTreeMap, HashMap};

use jiff::{ToSpan as _, civil::Date};

/// When something was done: a day, and whether before or after that day's sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub day: Date,
    pub after_sync: bool,
}

/// A recurring invoice.
#[derive(Debug, Clone)]
pub struct Rhythm {
    pub start: Date,
    /// Months of a period; 0: a week.
    pub months: i64,
    pub prorate_changes: bool,
    pub tax_exempt: bool,
}

/// What the price buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buys {
    Months(i64),
    Once,
}

/// How a price is made of what Pax8 says, in cents and tenths of a percent.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    Percent(i64),
    Fixed(i64),
    Override(i64),
    AtCost,
}

impl Rule {
    fn price(self, cost: i64) -> i64 {
        match self {
            Self::Percent(tenths) => half_up(cost * (1000 + tenths), 1000),
            Self::Fixed(cents) => cost + cents,
            Self::Override(cents) => cents,
            Self::AtCost => cost,
        }
    }
}

/// What a sync saw of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    pub on: Date,
    pub quantity: i64,
    pub cost: i64,
    pub trial: bool,
    pub end: Option<Date>,
}

/// A subscription that is linked to a recurring invoice.
#[derive(Debug, Clone)]
pub struct Linked {
    pub rhythm: usize,
    pub buys: Buys,
    pub on_renewal: bool,
    pub rule: Rule,
    pub billing_start: Date,
    /// Linked on the evening of that day.
    pub linked_on: Date,
    /// Oldest first.
    pub seen: Vec<Seen>,
}

/// An invoice of the reference: subtotal and tax in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reckoned {
    pub lines: usize,
    pub subtotal: i64,
    pub tax: i64,
}

/// Days that were charged in advance.
struct Advance {
    from: Date,
    until: Date,
    quantity: i64,
    price: i64,
}

/// 8.875 %, in thousandths of a percent.
const TAX: i64 = 8_875;

/// Every invoice with lines, by recurring invoice and first day. `computed` says when each was computed last.
pub fn reckon(
    rhythms: &[Rhythm],
    linked: &[Linked],
    computed: &BTreeMap<(usize, Date), Moment>,
) -> BTreeMap<(usize, Date), Reckoned> {
    let mut of_rhythm: HashMap<usize, Vec<usize>> = HashMap::new();
    for (n, it) in linked.iter().enumerate() {
        of_rhythm.entry(it.rhythm).or_default().push(n);
    }
    let mut order: Vec<_> = computed
        .iter()
        .map(|(key, moment)| (*moment, *key))
        .collect();
    order.sort_unstable_by_key(|(moment, (rhythm, start))| (*moment, *start, *rhythm));
    let mut books = Books::default();
    let mut invoices = BTreeMap::new();
    for (moment, (rhythm, start)) in order {
        let mut lines = Vec::new();
        for n in of_rhythm.get(&rhythm).into_iter().flatten() {
            lines.extend(books.lines(&rhythms[rhythm], *n, &linked[*n], start, moment));
        }
        if lines.is_empty() {
            continue;
        }
        let subtotal: i64 = lines.iter().sum();
        let taxed = if rhythms[rhythm].tax_exempt {
            0
        } else {
            subtotal
        };
        let invoice = Reckoned {
            lines: lines.len(),
            subtotal,
            tax: half_up(taxed * TAX, 100_000),
        };
        invoices.insert((rhythm, start), invoice);
    }
    invoices
}

/// What was charged so far, by subscription.
#[derive(Default)]
struct Books {
    paid_once: Vec<usize>,
    advances: HashMap<usize, Vec<Advance>>,
    /// Units charged or given back for a change, by the days it lies in and its own.
    adjusted: HashMap<(usize, Date, Date, Date), i64>,
}

impl Books {
    fn lines(
        &mut self,
        rhythm: &Rhythm,
        n: usize,
        it: &Linked,
        start: Date,
        moment: Moment,
    ) -> Vec<i64> {
        if it.linked_on >= moment.day {
            return Vec::new();
        }
        let known =
            |seen: &&Seen| seen.on < moment.day || (moment.after_sync && seen.on == moment.day);
        let seen: Vec<&Seen> = it.seen.iter().filter(known).collect();
        let Some(now) = seen.last() else {
            return Vec::new();
        };
        let quantity_on = |day: Date| {
            let then = seen.iter().rev().find(|seen| seen.on <= day);
            then.or(seen.first())
                .map_or(now.quantity, |seen| seen.quantity)
        };
        let mut lines = Vec::new();
        let quantity = if rhythm.prorate_changes {
            quantity_on(start)
        } else {
            now.quantity
        };
        // What changed in days that are paid, first: the line of this period is not among them yet.
        let mut changes = Vec::new();
        if rhythm.prorate_changes {
            for advance in self.advances.get(&n).into_iter().flatten() {
                let mut before = advance.quantity;
                let mut day = advance.from;
                while day < advance.until && day < start {
                    let key = (n, advance.from, advance.until, day);
                    let owed = quantity_on(day) - before;
                    let open = owed - self.adjusted.get(&key).copied().unwrap_or(0);
                    if open != 0 {
                        let (left, all) =
                            (days(day, advance.until), days(advance.from, advance.until));
                        changes.push((key, open, half_up(open * advance.price * left, all)));
                    }
                    before = quantity_on(day);
                    day = day.tomorrow().unwrap();
                }
            }
        }
        if let Some((amount, advance)) = self.charge(rhythm, n, it, now, quantity, start) {
            lines.push(amount);
            if let Some(advance) = advance {
                self.advances.entry(n).or_default().push(advance);
            }
        }
        for (key, units, amount) in changes {
            *self.adjusted.entry(key).or_default() += units;
            lines.push(amount);
        }
        lines
    }

    /// The line of the period itself, and the days that it pays.
    fn charge(
        &mut self,
        rhythm: &Rhythm,
        n: usize,
        it: &Linked,
        now: &Seen,
        quantity: i64,
        start: Date,
    ) -> Option<(i64, Option<Advance>)> {
        let end = rhythm.period_after(start);
        let price = it.rule.price(now.cost);
        if now.trial || (now.end.is_some_and(|last| last <= start) && it.buys != Buys::Once) {
            return None;
        }
        let advance = |from, until, price| {
            Some(Advance {
                from,
                until,
                quantity,
                price,
            })
        };
        match it.buys {
            Buys::Once => {
                let due = it.billing_start < end && !self.paid_once.contains(&n);
                due.then(|| {
                    self.paid_once.push(n);
                    (quantity * price, None)
                })
            }
            Buys::Months(months) if it.on_renewal => {
                let term = (0..).map(|k| add_months(it.billing_start, k * months));
                let begins = |day: &Date| *day >= start.max(it.billing_start);
                let on = term.clone().find(begins).filter(|day| *day < end)?;
                if now.end.is_some_and(|last| last <= on) {
                    return None;
                }
                let until = term.clone().find(|day| *day > on)?;
                Some((quantity * price, advance(on, until, price)))
            }
            _ if start < it.billing_start => None,
            Buys::Months(months) if rhythm.months > 0 && rhythm.months % months == 0 => {
                let of = rhythm.months / months;
                let before = rhythm.starts_between(it.billing_start, start);
                let terms = (0..of).map(|k| {
                    let nth = before * of + k;
                    let begins = add_months(it.billing_start, nth * months);
                    (begins, add_months(it.billing_start, (nth + 1) * months))
                });
                let terms: Vec<_> = terms
                    .filter(|(begins, _)| now.end.is_none_or(|last| *begins < last))
                    .collect();
                let count = i64::try_from(terms.len()).unwrap();
                let ((first, _), (_, last)) = (terms.first()?, terms.last()?);
                let (from, until) = if count < of {
                    (start.max(*first), end.min(*last))
                } else {
                    (start, end)
                };
                let price = price * count;
                Some((quantity * price, advance(from, until, price)))
            }
            Buys::Months(months) => {
                let mut k = 0;
                while add_months(it.billing_start, (k + 1) * months) <= start {
                    k += 1;
                }
                let term = (
                    add_months(it.billing_start, k * months),
                    add_months(it.billing_start, (k + 1) * months),
                );
                let of = rhythm.starts_between(term.0, term.1);
                let before = rhythm.starts_between(term.0, start);
                let share = half_up(price * (before + 1), of) - half_up(price * before, of);
                Some((quantity * share, advance(start, end, share)))
            }
        }
    }
}

impl Rhythm {
    /// The first day of a period; the first one is number 0.
    pub fn nth(&self, n: i64) -> Date {
        if self.months == 0 {
            self.start.saturating_add((n * 7).days())
        } else {
            add_months(self.start, n * self.months)
        }
    }

    fn index_from(&self, day: Date) -> i64 {
        // Far enough back for the longest term, in weeks.
        let mut n = -200;
        while self.nth(n) < day {
            n += 1;
        }
        n
    }

    fn period_after(&self, start: Date) -> Date {
        self.nth(self.index_from(start) + 1)
    }

    fn starts_between(&self, from: Date, until: Date) -> i64 {
        self.index_from(until) - self.index_from(from)
    }
}

fn add_months(day: Date, months: i64) -> Date {
    day.saturating_add(months.months())
}

fn days(from: Date, until: Date) -> i64 {
    from.duration_until(until).as_hours() / 24
}

/// Rounded to a whole number, halves away from zero.
fn half_up(amount: i64, of: i64) -> i64 {
    let (amount, of) = (i128::from(amount), i128::from(of));
    let rounded = (amount.abs() * 2 + of) / (of * 2) * amount.signum();
    i64::try_from(rounded).unwrap()
}
