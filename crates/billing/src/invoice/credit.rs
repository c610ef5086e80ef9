//! Credit notes: lines of an issued invoice taken back, in whole or in part.
//!
//! What is left of a line, of a tax and of the invoice is what was invoiced
//! less what was credited before. Units and taxes are credited as differences
//! of running totals, each rounded once: the credits of a whole invoice, in
//! however many parts, add up to its total to the cent.

use money::{Amount, Currency, Decimal, MoneyError, UnitPrice};
use serde::{Deserialize, Serialize};

use super::{Assembled, Explanation, Line};
use crate::tax::{TaxLine, TaxRate, tax_line};

/// An issued invoice, and what was credited of it before.
#[derive(Clone, Debug)]
pub struct Creditable {
    number: String,
    currency: Currency,
    lines: Vec<CreditableLine>,
    taxes: Vec<TaxLine>,
    /// What was credited before of each of the taxes.
    credited_taxes: Vec<Amount>,
    /// What is left of its total.
    left: Amount,
}

/// A line of it.
#[derive(Clone, Debug)]
struct CreditableLine {
    line: Line,
    /// What was credited of the amount, with its sign.
    credited: Amount,
    /// How many units were credited, with the quantity's sign.
    credited_quantity: Decimal,
}

/// What is left to credit of a line.
#[derive(Clone, Debug)]
pub struct LineLeft<'a> {
    /// The line.
    pub line: &'a Line,
    /// How much of its amount, with its sign.
    pub amount: Amount,
    /// How many of its units, with the quantity's sign.
    pub quantity: Decimal,
}

/// What of a line is to be credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreditOf {
    /// What is left of it.
    Rest,
    /// So many of its units, with the quantity's sign.
    Quantity(Decimal),
    /// So much of its amount, with its sign.
    Amount(Amount),
}

/// Why something is not credited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreditError {
    /// The line, counted from 1, does not exist.
    #[error("{number} has no line {line}.")]
    NoSuchLine {
        /// The invoice.
        number: String,
        /// The line that was asked for.
        line: u32,
    },
    /// No unit, or in the other direction.
    #[error("Enter a number other than 0, with the sign that line {line} has.")]
    WrongSign {
        /// The line.
        line: u32,
    },
    /// All of it was credited before.
    #[error("Nothing of line {line} is left to credit.")]
    NothingLeft {
        /// The line.
        line: u32,
    },
    /// More units than are left.
    #[error("At most {left} of line {line} can be credited.")]
    TooMany {
        /// The line.
        line: u32,
        /// How many are left.
        left: Decimal,
    },
    /// More than is left of the line.
    #[error("At most {left} {} of line {line} can be credited.", .left.currency())]
    TooMuch {
        /// The line.
        line: u32,
        /// How much is left.
        left: Amount,
    },
    /// More than is left of the whole, because a line below zero stays.
    #[error(
        "This comes to {credit} {}, and {number} has {left} left to credit. Credit its lines below zero with it.",
        .credit.currency()
    )]
    BeyondTotal {
        /// The invoice.
        number: String,
        /// What it would come to.
        credit: Amount,
        /// How much is left.
        left: Amount,
    },
    /// It would come to nothing, or to a charge.
    #[error("Nothing is left to credit here: it would come to {credit} {}.", .credit.currency())]
    Nothing {
        /// What it would come to.
        credit: Amount,
    },
    /// A figure is out of range.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// How a line of a credit note was computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditExplanation {
    /// The number of the invoice.
    pub invoice: String,
    /// The line of it, counted from 1.
    pub line: u32,
    /// What that line came to.
    pub line_amount: Amount,
    /// How many of its units are credited; none: an amount is.
    pub quantity: Option<Decimal>,
    /// The price of one of them.
    pub unit_price: UnitPrice,
    /// What is credited of the line, with the line's sign.
    pub amount: Amount,
    /// What had been credited before.
    pub before: Amount,
}

impl Creditable {
    /// An issued invoice of which nothing was credited: its number, lines, taxes and total.
    #[must_use]
    pub fn new(number: String, lines: Vec<Line>, taxes: Vec<TaxLine>, total: Amount) -> Self {
        let currency = total.currency();
        let zero = Amount::zero(currency);
        let lines = lines.into_iter().map(|line| CreditableLine {
            line,
            credited: zero,
            credited_quantity: Decimal::ZERO,
        });
        Self {
            number,
            currency,
            lines: lines.collect(),
            credited_taxes: vec![zero; taxes.len()],
            taxes,
            left: total,
        }
    }

    /// Takes off what a credit note credits.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn subtract<'a>(
        &mut self,
        lines: impl IntoIterator<Item = &'a Explanation>,
        taxes: &[TaxLine],
        total: Amount,
    ) -> Result<(), MoneyError> {
        for explanation in lines {
            let Explanation::Credit(why) = explanation else {
                continue;
            };
            let index = usize::try_from(why.line).unwrap_or(0).wrapping_sub(1);
            if let Some(line) = self.lines.get_mut(index) {
                line.credited = line.credited.checked_add(why.amount)?;
                line.credited_quantity =
                    sum(line.credited_quantity, why.quantity.unwrap_or_default())?;
            }
        }
        for (credited, tax) in self.credited_taxes.iter_mut().zip(taxes) {
            *credited = credited.checked_sub(tax.amount)?;
        }
        self.left = self.left.checked_add(total)?;
        Ok(())
    }

    /// What is left to credit of each line, in the order printed.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn lines_left(&self) -> Result<Vec<LineLeft<'_>>, MoneyError> {
        let left = |line: &CreditableLine| line.left();
        self.lines
            .iter()
            .map(|it| {
                let (amount, quantity) = left(it)?;
                let line = &it.line;
                Ok(LineLeft {
                    line,
                    amount,
                    quantity,
                })
            })
            .collect()
    }

    /// What is left to credit of the total.
    #[must_use]
    pub fn left(&self) -> Amount {
        self.left
    }

    /// The credit note for parts of lines, each with its number from 1, at most once.
    ///
    /// # Errors
    /// What is refused, with the position in `wanted` where it concerns one.
    pub fn credit(
        &self,
        wanted: &[(u32, CreditOf)],
    ) -> Result<Assembled, (Option<usize>, CreditError)> {
        let mut lines = Vec::new();
        for (index, (number, of)) in wanted.iter().enumerate() {
            let line = self
                .line(*number, *of)
                .map_err(|error| (Some(index), error))?;
            lines.extend(line);
        }
        self.assemble(lines).map_err(|error| (None, error))
    }

    /// What is left of every line, as one may ask for it.
    #[must_use]
    pub fn rest(&self) -> Vec<(u32, CreditOf)> {
        (1..)
            .zip(&self.lines)
            .map(|(number, _)| (number, CreditOf::Rest))
            .collect()
    }

    fn line(&self, number: u32, of: CreditOf) -> Result<Option<Line>, CreditError> {
        let index = usize::try_from(number)
            .ok()
            .and_then(|it| it.checked_sub(1));
        let line = index.and_then(|index| self.lines.get(index));
        let line = line.ok_or_else(|| CreditError::NoSuchLine {
            number: self.number.clone(),
            line: number,
        })?;
        let (amount, quantity) = line.part(number, of)?;
        if amount.is_zero() {
            return Ok(None);
        }
        let why = CreditExplanation {
            invoice: self.number.clone(),
            line: number,
            line_amount: line.line.amount,
            quantity,
            unit_price: line.line.unit_price,
            amount,
            before: line.credited,
        };
        line.taken_back(why).map(Some)
    }

    fn assemble(&self, lines: Vec<Line>) -> Result<Assembled, CreditError> {
        let (currency, zero) = (self.currency, Amount::zero(self.currency));
        let subtotal = Amount::sum(currency, lines.iter().map(|line| line.amount))?;
        let taxable = lines.iter().filter(|line| line.taxable);
        let taxable = Amount::sum(currency, taxable.map(|line| line.amount))?;
        let mut tax = Vec::new();
        for (index, charged) in self.taxes.iter().enumerate() {
            let before = self.credited_taxes.get(index).copied().unwrap_or(zero);
            tax.push(self.tax(charged, before, taxable)?);
        }
        if tax
            .iter()
            .all(|it| it.taxable.is_zero() && it.amount.is_zero())
        {
            tax.clear();
        }
        let taxes = Amount::sum(currency, tax.iter().map(|line| line.amount))?;
        let total = subtotal.checked_add(taxes)?;
        let credit = total.checked_neg()?;
        if credit.minor() <= 0 {
            return Err(CreditError::Nothing { credit });
        }
        if credit.minor() > self.left.minor() {
            return Err(CreditError::BeyondTotal {
                number: self.number.clone(),
                credit,
                left: self.left,
            });
        }
        Ok(Assembled {
            lines,
            held: Vec::new(),
            skipped: Vec::new(),
            subtotal,
            tax,
            total,
        })
    }

    /// The tax of the credit note at one rate: the tax on all that is credited by now, less what was credited before.
    fn tax(
        &self,
        charged: &TaxLine,
        before: Amount,
        taxable: Amount,
    ) -> Result<TaxLine, MoneyError> {
        let credited = self.lines.iter().filter(|it| it.line.taxable);
        let credited = Amount::sum(self.currency, credited.map(|it| it.credited))?;
        let credited = credited.checked_sub(taxable)?;
        let rate = TaxRate {
            name: charged.name.clone(),
            percent: charged.percent,
        };
        let until = if credited == charged.taxable {
            charged.amount
        } else {
            tax_line(&rate, credited)?.amount
        };
        let amount = before.checked_sub(until)?;
        Ok(TaxLine {
            name: rate.name,
            percent: rate.percent,
            taxable,
            amount,
        })
    }
}

impl CreditableLine {
    /// What is left of it: amount and units.
    fn left(&self) -> Result<(Amount, Decimal), MoneyError> {
        let amount = self.line.amount.checked_sub(self.credited)?;
        Ok((amount, sum(self.line.quantity, -self.credited_quantity)?))
    }

    /// What of it is credited, with its sign, and how many units these are.
    fn part(&self, number: u32, of: CreditOf) -> Result<(Amount, Option<Decimal>), CreditError> {
        let (left, units) = self.left()?;
        let line = number;
        if of != CreditOf::Rest && left.is_zero() {
            return Err(CreditError::NothingLeft { line });
        }
        match of {
            CreditOf::Rest if self.worth(units)? == left => Ok((left, Some(units))),
            CreditOf::Rest => Ok((left, None)),
            CreditOf::Quantity(quantity) => {
                if !same_sign(quantity, self.line.quantity) {
                    return Err(CreditError::WrongSign { line });
                }
                if quantity.abs() > units.abs() {
                    let left = units.normalize();
                    return Err(CreditError::TooMany { line, left });
                }
                let amount = match quantity == units {
                    true => left,
                    false => self.worth(quantity)?,
                };
                refuse_beyond(line, amount, left)?;
                Ok((amount, Some(quantity)))
            }
            CreditOf::Amount(amount) => {
                if !same_sign(amount.to_decimal(), self.line.amount.to_decimal()) {
                    return Err(CreditError::WrongSign { line });
                }
                refuse_beyond(line, amount, left)?;
                Ok((amount, None))
            }
        }
    }

    /// What the next units come to: the difference of two running totals, each rounded once, so that all of them come to the line.
    fn worth(&self, units: Decimal) -> Result<Amount, MoneyError> {
        let price = self.line.unit_price;
        let until = price.times(sum(self.credited_quantity, units)?)?;
        until.checked_sub(price.times(self.credited_quantity)?)
    }

    /// The line of the credit note. It multiplies out: where units times price is another amount, it is one times the amount.
    fn taken_back(&self, why: CreditExplanation) -> Result<Line, CreditError> {
        let amount = why.amount.checked_neg()?;
        let whole = why
            .quantity
            .map(|quantity| (-quantity, self.line.unit_price));
        let (quantity, unit_price) = match whole {
            Some((quantity, price)) if price.times(quantity)? == amount => (quantity, price),
            _ => (-Decimal::ONE, UnitPrice::from_amount(why.amount)),
        };
        Ok(Line {
            description: self.line.description.clone(),
            quantity,
            unit_price,
            amount,
            taxable: self.line.taxable,
            source: self.line.source.clone(),
            explanation: Explanation::Credit(why),
        })
    }
}

fn sum(a: Decimal, b: Decimal) -> Result<Decimal, MoneyError> {
    a.checked_add(b).ok_or(MoneyError::Overflow)
}

fn same_sign(part: Decimal, whole: Decimal) -> bool {
    !part.is_zero() && part.is_sign_negative() == whole.is_sign_negative()
}

fn refuse_beyond(line: u32, amount: Amount, left: Amount) -> Result<(), CreditError> {
    let within = amount.minor().unsigned_abs() <= left.minor().unsigned_abs();
    if within && (amount.is_zero() || amount.is_negative() == left.is_negative()) {
        return Ok(());
    }
    Err(CreditError::TooMuch { line, left })
}
