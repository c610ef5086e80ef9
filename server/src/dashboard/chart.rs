//! Twelve months as a picture: where the bars and lines go. Whole numbers all the way, in the picture's own units.

use askama::Template;
use money::Amount;

use super::history::{Figures, PastMonth};
use crate::http::filters;

/// Where the picture's parts are.
const LEFT: i64 = 52;
const TOP: i64 = 12;
const FLOOR: i64 = 170;
/// The width of a month and of a bar.
const MONTH: i64 = 44;
const BAR: i64 = 15;
/// At most so many lines above the floor.
const LINES: i64 = 4;

/// The card with the picture and the same numbers as a table.
#[derive(Template)]
#[template(path = "dashboard/chart.html")]
pub(super) struct Chart {
    /// What the picture shows, in a sentence.
    label: String,
    note: Option<String>,
    lines: Vec<Line>,
    months: Vec<Bars>,
}

/// A line across, and what it stands for.
struct Line {
    y: i64,
    text_y: i64,
    label: String,
}

/// A month's two bars.
struct Bars {
    short: String,
    name: String,
    left: i64,
    middle: i64,
    /// None: unknown.
    known: Option<Known>,
}

struct Known {
    cost_left: i64,
    revenue_y: i64,
    revenue_height: i64,
    cost_y: i64,
    cost_height: i64,
    revenue: String,
    cost: String,
    margin: String,
}

impl Chart {
    /// The picture of these months; none where none is known. `others` are currencies that are not in it.
    pub(super) fn of(months: &[PastMonth], others: &[&str]) -> Option<Self> {
        let known: Vec<Figures> = months.iter().filter_map(|it| it.figures).collect();
        let currency = known.first()?.revenue.currency();
        let amounts = known.iter().flat_map(|it| [it.revenue, it.cost]);
        let highest = amounts.map(Amount::minor).max().unwrap_or(0);
        let scale = Scale::over(highest, currency.minor_digits());
        let line = |minor: i64| {
            let y = scale.y(minor);
            Line {
                y,
                text_y: y + 4,
                label: short(Amount::from_minor(minor, currency)),
            }
        };
        Some(Self {
            label: label(&known),
            note: (!others.is_empty()).then(|| {
                let code = currency.code();
                format!(
                    "In {code}. What is billed in {} is not in it.",
                    others.join(", ")
                )
            }),
            lines: scale.marks().map(line).collect(),
            months: (0_i64..)
                .zip(months)
                .map(|(place, month)| Bars::of(place, month, &scale))
                .collect(),
        })
    }
}

/// From amounts in minor units to heights.
struct Scale {
    step: i64,
    top: i64,
}

impl Scale {
    /// A scale of round steps that reaches the highest amount.
    fn over(highest: i64, digits: u32) -> Self {
        let mut step = 10_i64.saturating_pow(digits);
        let steps = [2, 5, 10];
        let mut decade = step;
        'found: while step.saturating_mul(LINES) < highest {
            for factor in steps {
                step = decade.saturating_mul(factor);
                if step.saturating_mul(LINES) >= highest {
                    break 'found;
                }
            }
            decade = decade.saturating_mul(10);
            if decade == i64::MAX {
                break;
            }
        }
        let lines =
            highest.max(1).div_euclid(step) + i64::from(highest.max(1).rem_euclid(step) > 0);
        Self {
            step,
            top: step.saturating_mul(lines.max(1)),
        }
    }

    fn marks(&self) -> impl Iterator<Item = i64> {
        let step = self.step;
        (0..=self.top / step).map(move |mark| mark * step)
    }

    fn y(&self, minor: i64) -> i64 {
        FLOOR - self.height(minor)
    }

    fn height(&self, minor: i64) -> i64 {
        let height = i128::from(minor.clamp(0, self.top)) * i128::from(FLOOR - TOP);
        i64::try_from(height / i128::from(self.top)).unwrap_or(0)
    }
}

impl Bars {
    fn of(place: i64, month: &PastMonth, scale: &Scale) -> Self {
        let left = LEFT + place * MONTH + (MONTH - 2 * BAR) / 2;
        Self {
            short: month.month.strftime("%b").to_string(),
            name: month.month.strftime("%b %Y").to_string(),
            left,
            middle: left + BAR,
            known: month.figures.map(|figures| Known::of(figures, left, scale)),
        }
    }
}

impl Known {
    fn of(figures: Figures, left: i64, scale: &Scale) -> Self {
        let (revenue, cost) = (figures.revenue, figures.cost);
        let margin = revenue.checked_sub(cost).ok();
        Self {
            cost_left: left + BAR,
            revenue_y: scale.y(revenue.minor()),
            revenue_height: scale.height(revenue.minor()),
            cost_y: scale.y(cost.minor()),
            cost_height: scale.height(cost.minor()),
            revenue: filters::money(&revenue),
            cost: filters::money(&cost),
            margin: margin.as_ref().map(filters::money).unwrap_or_default(),
        }
    }
}

/// The first and the last known month in words.
fn label(known: &[Figures]) -> String {
    let mut text = "Monthly recurring revenue and cost over twelve months.".to_owned();
    if let (Some(first), Some(last)) = (known.first(), known.last()) {
        let from_to = |first: Amount, last: Amount| {
            format!(
                "from {} to {}",
                filters::money(&first),
                filters::money(&last)
            )
        };
        text.push_str(&format!(
            " Known months: {}. Revenue went {}, cost {}.",
            known.len(),
            from_to(first.revenue, last.revenue),
            from_to(first.cost, last.cost)
        ));
    }
    text
}

/// A round amount in few letters: `$500`, `$20k`, `$3M`.
fn short(amount: Amount) -> String {
    let whole = amount.to_decimal().trunc().normalize().to_string();
    let number = if let Some(millions) = whole.strip_suffix("000000") {
        format!("{millions}M")
    } else if let Some(thousands) = whole.strip_suffix("000") {
        format!("{thousands}k")
    } else {
        whole
    };
    let sign = filters::sign(amount.currency().code()).unwrap_or_default();
    format!("{sign}{number}")
}

#[cfg(test)]
mod tests {
    use money::Currency;

    use super::*;

    fn figures(revenue: i64, cost: i64) -> Option<Figures> {
        Some(Figures {
            revenue: Amount::from_minor(revenue, Currency::USD),
            cost: Amount::from_minor(cost, Currency::USD),
        })
    }

    fn month(name: &str, figures: Option<Figures>) -> PastMonth {
        PastMonth {
            month: name.parse().unwrap(),
            figures,
        }
    }

    #[test]
    fn the_scale_is_round_and_reaches_the_highest_amount() {
        for (highest, step, top) in [
            (0, 100, 100),
            (39_924, 10_000, 40_000),
            (40_001, 20_000, 60_000),
            (6_120_418, 2_000_000, 8_000_000),
            (i64::MAX, 0, 0),
        ] {
            let scale = Scale::over(highest, 2);
            if step > 0 {
                assert_eq!((scale.step, scale.top), (step, top), "{highest}");
            }
            assert!(scale.marks().count() <= 6, "{highest}");
            assert_eq!(scale.y(0), FLOOR);
            assert!(scale.y(highest) >= TOP);
        }
    }

    #[test]
    fn an_unknown_month_has_no_bars_and_a_known_one_has_exact_amounts() {
        let months = [
            month("2026-06-01", None),
            month("2026-07-01", figures(39_924, 33_264)),
        ];
        let html = Chart::of(&months, &["EUR"]).unwrap().render().unwrap();
        assert_eq!(html.matches("<rect").count(), 2);
        assert!(
            html.contains("<title>Jul 2026: revenue $399.24, cost $332.64, margin $66.60</title>")
        );
        assert!(html.contains("<title>Jun 2026: unknown</title>"));
        assert!(html.contains("What is billed in EUR is not in it."));
        assert!(html.contains(">$100</text>"));
    }

    #[test]
    fn there_is_no_picture_of_nothing() {
        assert!(Chart::of(&[month("2026-06-01", None)], &[]).is_none());
    }

    #[test]
    fn lines_are_named_in_few_letters() {
        let name = |minor| short(Amount::from_minor(minor, Currency::USD));
        assert_eq!(
            [name(0), name(50_000), name(2_000_000), name(300_000_000)],
            ["$0", "$500", "$20k", "$3M"]
        );
    }
}
