//! A random but repeatable life: what happens to an estate in Pax8, day by day, and what syncs have seen of it.

use jiff::{ToSpan as _, civil::Date};
use pax8_sandbox::{Estate, NewCompany, NewProduct, NewSubscription};
use rust_decimal::Decimal;

use super::{
    random::Chance,
    reference::{Buys, Linked, Rhythm, Rule, Seen},
};

/// A subscription in Pax8.
pub struct Living {
    pub pax8_id: String,
    pub company: usize,
    pub linked: Linked,
    /// Whether the partner's cost is given; else the retail price stands in.
    partner_cost: bool,
    /// Its present state; `on` is the day of the last change.
    pub present: Seen,
    /// The day on which it comes back, while it is gone.
    pub back_on: Option<Date>,
    /// The evening on which the MSP links it.
    pub link_on: Date,
    pub is_linked: bool,
}

/// Everything in Pax8.
pub struct Life {
    pub chance: Chance,
    pub companies: Vec<String>,
    pub rhythms: Vec<Rhythm>,
    pub subscriptions: Vec<Living>,
    product: String,
}

fn dollars(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

impl Life {
    /// An estate of so many companies and subscriptions, on the day before the year begins.
    pub fn begin(
        seed: u64,
        companies: usize,
        subscriptions: usize,
        estate: &Estate,
        today: Date,
    ) -> Self {
        let mut chance = Chance::new(seed);
        let product = estate.add_product(NewProduct {
            name: "Cloud Office".to_owned(),
            vendor: "Northwind".to_owned(),
            sku: "NW-1".to_owned(),
            monthly_cost: Decimal::TEN,
            ..NewProduct::default()
        });
        let mut life = Self {
            companies: Vec::new(),
            rhythms: Vec::new(),
            subscriptions: Vec::new(),
            product,
            chance: Chance::new(seed ^ 1),
        };
        for n in 0..companies {
            life.companies.push(estate.add_company(NewCompany {
                name: format!("Client {n:04} Works"),
                ..NewCompany::default()
            }));
            life.rhythms.push(Rhythm {
                start: today.saturating_add(chance.between(4, 34).days()),
                months: chance.one_of(&[1, 1, 1, 1, 1, 1, 1, 3, 3, 6, 12, 0]),
                prorate_changes: chance.happens(600),
                tax_exempt: chance.happens(100),
            });
        }
        for n in 0..subscriptions {
            life.add(estate, n % companies, today, true);
        }
        life
    }

    fn add(&mut self, estate: &Estate, company: usize, today: Date, long_ago: bool) {
        let chance = &mut self.chance;
        let buys = match chance.between(1, 100) {
            1..=60 => Buys::Months(1),
            61..=82 => Buys::Months(12),
            83..=88 => Buys::Months(24),
            89..=92 => Buys::Months(36),
            _ => Buys::Once,
        };
        let billing_start = if long_ago && buys != Buys::Once {
            today.saturating_sub(chance.between(0, 700).days())
        } else {
            today.saturating_add(chance.between(-20, 20).days())
        };
        let rule = match chance.between(1, 10) {
            1..=5 => Rule::Percent(chance.between(0, 500)),
            6..=7 => Rule::Fixed(chance.between(0, 2_000)),
            8 => Rule::Override(chance.between(100, 50_000)),
            _ => Rule::AtCost,
        };
        let on_renewal = matches!(buys, Buys::Months(months) if months > 1) && chance.happens(300);
        let trial = buys != Buys::Once && !on_renewal && chance.happens(60);
        let scale = match buys {
            Buys::Months(months) => months,
            Buys::Once => 5,
        };
        let present = Seen {
            on: today,
            quantity: chance.between(1, 60),
            cost: chance.between(100, 4_000) * scale,
            trial,
            end: None,
        };
        let partner_cost = !chance.happens(150);
        let term = match buys {
            Buys::Once => "One-Time",
            Buys::Months(12) => "Annual",
            Buys::Months(24) => "2-Year",
            Buys::Months(36) => "3-Year",
            Buys::Months(_) => "Monthly",
        };
        let wait = if long_ago { 0 } else { chance.between(0, 20) };
        let mut living = Living {
            pax8_id: String::new(),
            company,
            linked: Linked {
                rhythm: company,
                buys,
                on_renewal,
                rule,
                billing_start,
                linked_on: today,
                seen: Vec::new(),
            },
            partner_cost,
            present,
            back_on: None,
            link_on: today.saturating_add(wait.days()),
            is_linked: false,
        };
        living.pax8_id = estate.add_subscription(NewSubscription {
            company: self.companies[company].clone(),
            product: self.product.clone(),
            billing_term: term.to_owned(),
            ..living.as_new()
        });
        self.subscriptions.push(living);
    }

    /// A day passes in Pax8. On a `calm` one nothing vanishes, so that all is there again when the year ends.
    pub fn pass(&mut self, estate: &Estate, today: Date, calm: bool) {
        for n in 0..self.subscriptions.len() {
            self.live(estate, n, today, calm);
        }
        let companies = i64::try_from(self.companies.len()).unwrap();
        for _ in 0..=companies / 60 {
            if self.chance.happens(40) {
                let company = self.chance.between(0, companies - 1);
                self.add(estate, usize::try_from(company).unwrap(), today, false);
            }
        }
    }

    fn live(&mut self, estate: &Estate, n: usize, today: Date, calm: bool) {
        let (chance, product) = (&mut self.chance, &self.product);
        let it = &mut self.subscriptions[n];
        let id = it.pax8_id.clone();
        if let Some(back_on) = it.back_on {
            if back_on <= today {
                it.back_on = None;
                let term = match it.linked.buys {
                    Buys::Once => "One-Time",
                    Buys::Months(12) => "Annual",
                    Buys::Months(24) => "2-Year",
                    Buys::Months(36) => "3-Year",
                    Buys::Months(_) => "Monthly",
                };
                estate.add_subscription(NewSubscription {
                    id: Some(id),
                    company: self.companies[it.company].clone(),
                    product: product.clone(),
                    billing_term: term.to_owned(),
                    ..it.as_new()
                });
            }
            return;
        }
        if it.present.end.is_some() {
            return;
        }
        if chance.happens(12) {
            let quantity = (it.present.quantity + chance.between(-8, 10)).max(1);
            it.present.quantity = quantity;
            estate.set_quantity(&id, quantity.into()).unwrap();
        }
        if chance.happens(3) {
            it.present.cost += it.present.cost * chance.between(1, 10) / 100 + 1;
            let cost = dollars(it.present.cost);
            if it.partner_cost {
                estate.set_partner_cost(&id, Some(cost)).unwrap();
            }
            estate.set_price(&id, cost).unwrap();
        }
        if it.present.trial && chance.happens(50) {
            it.present.trial = false;
            estate.set_status(&id, "Active").unwrap();
        }
        let lasts = it.linked.buys != Buys::Once && !it.present.trial;
        if lasts && chance.happens(1) {
            let end = today.saturating_add(chance.between(-3, 60).days());
            it.present.end = Some(end);
            estate.cancel(&id, end).unwrap();
        } else if lasts && !calm && chance.happens(1) {
            it.back_on = Some(today.saturating_add(chance.between(1, 6).days()));
            estate.remove_subscription(&id).unwrap();
        }
    }

    /// A sync saw it all as it is today.
    pub fn seen(&mut self, today: Date) {
        for it in &mut self.subscriptions {
            if it.back_on.is_some() {
                continue;
            }
            let now = Seen {
                on: today,
                ..it.present.clone()
            };
            let same = |last: &Seen| {
                Seen {
                    on: today,
                    ..last.clone()
                } == now
            };
            if !it.linked.seen.last().is_some_and(same) {
                it.linked.seen.push(now);
            }
        }
    }
}

impl Living {
    /// As the sandbox wants it; company, product and term are left to the caller.
    fn as_new(&self) -> NewSubscription {
        let cost = dollars(self.present.cost);
        NewSubscription {
            quantity: Some(self.present.quantity.into()),
            price: Some(cost),
            partner_cost: self.partner_cost.then_some(cost),
            status: if self.present.trial {
                "Trial"
            } else {
                "Active"
            }
            .to_owned(),
            start: Some(self.linked.billing_start),
            billing_start: Some(self.linked.billing_start),
            ..NewSubscription::default()
        }
    }
}
