//! A simulated year: clients and subscriptions with a random life, daily syncs, billing, outages and crashes; at the end every
//! invoice is compared with a reference that reckons it a second time.

mod life;
mod random;
mod reference;

use std::{collections::BTreeMap, fmt, time::Duration};

use ascent::{
    accounts::By,
    app::App,
    billing_runs::{Occasion, Trigger, recalculate, run},
    clients::{ClientDetails, create_client},
    error::Result,
    http::Paging,
    ids::{OrganizationId, RecurringInvoiceId, SubscriptionId, digest_of},
    invoices::{Filter, Invoice, InvoiceStatus, issue, list_invoices, void},
    jobs,
    organizations::{SettingsDetails, TaxDetails, change_organization, load_organization},
    pax8::{
        connection::{ConnectionChange, TypedCredentials, connect},
        subscriptions::{BillingDraft, MarkupDraft, configure_billing},
        sync::{Scope, SyncStatus, Trigger as SyncTrigger, list_syncs, request_sync, run_sync},
    },
    recurring::{RecurringDetails, create_recurring_invoice},
};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use pax8_sandbox::{Fault, Place, Running, What};
use rust_decimal::Decimal;
use secrecy::SecretString;

use self::{
    life::Life,
    random::Chance,
    reference::{Moment, Reckoned, Rule, reckon},
};

/// How large a year to live.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub seed: u64,
    pub clients: usize,
    pub subscriptions: usize,
    pub days: i64,
}

/// What happened.
#[derive(Debug, Default)]
pub struct Figures {
    pub subscriptions: usize,
    pub syncs: usize,
    pub failed_syncs: usize,
    pub days_without_billing: usize,
    pub crashes: usize,
    pub changes_seen: usize,
    pub drafts_decided: usize,
    pub invoices: usize,
    pub lines: usize,
    pub prorated_lines: usize,
    pub billed_cents: i64,
    pub difference_cents: i64,
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let money = |cents: i64| Decimal::new(cents, 2);
        writeln!(
            f,
            "{} subscriptions; {} syncs, {} of them failed; {} changes seen",
            self.subscriptions, self.syncs, self.failed_syncs, self.changes_seen
        )?;
        writeln!(
            f,
            "{} crashes in mid-run or mid-sync; {} mornings without billing, caught up; {} drafts decided",
            self.crashes, self.days_without_billing, self.drafts_decided
        )?;
        writeln!(
            f,
            "{} invoices, {} lines, {} of them prorated; {} with tax",
            self.invoices,
            self.lines,
            self.prorated_lines,
            money(self.billed_cents)
        )?;
        write!(
            f,
            "difference to the reference: {}",
            money(self.difference_cents)
        )
    }
}

/// An organization that lives through the year.
struct Msp<'a> {
    app: &'a App,
    sandbox: &'a Running,
    organization: OrganizationId,
    life: Life,
    recurring: Vec<RecurringInvoiceId>,
    computed: BTreeMap<(usize, Date), Moment>,
    chance: Chance,
    figures: Figures,
}

/// Lives through the year and compares. The clock of `app` is moved; the sandbox's estate is replaced.
///
/// # Panics
/// Where an invoice differs from the reference, is missing, or is one too many.
pub async fn live(
    app: &App,
    sandbox: &Running,
    organization: OrganizationId,
    size: Size,
) -> Figures {
    let first = jiff::civil::date(2025, 12, 28);
    let estate = sandbox.sandbox().estate();
    estate.clear();
    let life = Life::begin(size.seed, size.clients, size.subscriptions, &estate, first);
    let mut msp = Msp {
        app,
        sandbox,
        organization,
        life,
        recurring: Vec::new(),
        computed: BTreeMap::new(),
        chance: Chance::new(size.seed ^ 2),
        figures: Figures::default(),
    };
    msp.set_up(first).await.unwrap();
    let mut today = first;
    let mut outage = 0;
    let mut downtime = 0;
    for n in 0..size.days {
        today = today.tomorrow().unwrap();
        let last_days = n + 8 > size.days;
        if !last_days && msp.chance.happens(20) {
            outage = msp.chance.between(1, 5);
        }
        if !last_days && msp.chance.happens(15) {
            downtime = msp.chance.between(1, 3);
        }
        if downtime > 0 {
            msp.figures.days_without_billing += 1;
        } else {
            msp.morning(today).await.unwrap();
        }
        msp.noon(today, outage > 0, last_days).await.unwrap();
        msp.evening(today).await.unwrap();
        (outage, downtime) = ((outage - 1).max(0), (downtime - 1).max(0));
    }
    msp.compare().await
}

impl Msp<'_> {
    fn at(&self, day: Date, hour: i64) -> Timestamp {
        let midnight = day.to_zoned_datetime(TimeZone::UTC).unwrap().timestamp();
        let now = midnight + SignedDuration::from_hours(hour);
        self.app.clock.set(now);
        self.sandbox.sandbox().set_now(now);
        now
    }

    async fn set_up(&mut self, today: Date) -> Result<()> {
        let now = self.at(today, 15);
        let by = By::command_line();
        let mut tx = self.app.database.write(self.organization).await?;
        let organization = load_organization(&mut tx).await?;
        let mut details = SettingsDetails::of(&organization, &[]);
        details.taxes.push(TaxDetails {
            name: "Sales tax".to_owned(),
            percent: "8.875".to_owned(),
        });
        change_organization(&mut tx, &by, None, &details, now).await?;
        for n in 0..self.life.companies.len() {
            let rhythm = &self.life.rhythms[n];
            let client = ClientDetails {
                name: format!("Client {n:04} Works"),
                account_reference: None,
                website: None,
                email: None,
                address: String::new(),
                currency: "USD".to_owned(),
                payment_terms_days: Some(14),
                tax_exempt: rhythm.tax_exempt,
            };
            let client = create_client(&mut tx, &by, &client, now).await?;
            let frequency = match rhythm.months {
                0 => "weekly",
                1 => "monthly",
                3 => "quarterly",
                6 => "semi_annual",
                _ => "annual",
            };
            let details = RecurringDetails {
                name: "Licences".to_owned(),
                frequency: frequency.to_owned(),
                start_date: rhythm.start.to_string(),
                prorate_changes: rhythm.prorate_changes,
                ..RecurringDetails::default()
            };
            let made =
                create_recurring_invoice(&mut tx, &by, Some(client.id), &details, now).await?;
            self.recurring.push(made.id);
        }
        tx.commit().await?;
        let config = self.sandbox.sandbox().config();
        let change = ConnectionChange {
            credentials: TypedCredentials {
                client_id: Some(SecretString::from(config.client_id.clone())),
                client_secret: Some(SecretString::from(config.client_secret.clone())),
            },
            auto_map: Some(true),
            active: None,
        };
        connect(self.app, &by, self.organization, change).await?;
        jobs::drain(self.app, &ascent::job_registry()).await?;
        self.life.seen(today);
        self.link(today, now).await
    }

    /// The billing run, perhaps with a crash or two before it gets through.
    async fn morning(&mut self, today: Date) -> Result<()> {
        self.at(today, 11);
        loop {
            let billing = run(self.app, self.organization, today, false, Trigger::Cli);
            if self.chance.happens(60) {
                let soon = Duration::from_micros(self.chance.between(50, 30_000).unsigned_abs());
                if tokio::time::timeout(soon, billing).await.is_err() {
                    self.figures.crashes += 1;
                }
                continue;
            }
            let run = billing.await?;
            assert!(run.failed.is_empty(), "{today}: {:?}", run.failed);
            break;
        }
        for (n, rhythm) in self.life.rhythms.iter().enumerate() {
            let mut k = 0;
            loop {
                let start = rhythm.nth(k);
                if start > today {
                    break;
                }
                let moment = Moment {
                    day: today,
                    after_sync: false,
                };
                self.computed.entry((n, start)).or_insert(moment);
                k += 1;
            }
        }
        Ok(())
    }

    /// A day's life in Pax8, and a sync.
    async fn noon(&mut self, today: Date, outage: bool, calm: bool) -> Result<()> {
        let now = self.at(today, 17);
        let (estate, faults) = (
            self.sandbox.sandbox().estate(),
            self.sandbox.sandbox().faults(),
        );
        self.life.pass(&estate, today, calm);
        if outage {
            let place = self
                .chance
                .one_of(&[Place::Subscriptions, Place::Companies, Place::Token]);
            let what = self.chance.one_of(&[
                What::ServerError { status: 503 },
                What::CutBody,
                What::WrongTotal { by: 1 },
            ]);
            let what = if place == Place::Token {
                What::ServerError { status: 500 }
            } else {
                what
            };
            faults.add(Fault::new(place, what).always());
        }
        let by = By::command_line();
        let (requested, _) = request_sync(
            self.app,
            &by,
            self.organization,
            Scope::Full,
            SyncTrigger::Manual,
        )
        .await?;
        let mut minutes = 0;
        if self.chance.happens(40) {
            let soon = Duration::from_micros(self.chance.between(50, 60_000).unsigned_abs());
            let sync = run_sync(self.app, self.organization, requested.id);
            if tokio::time::timeout(soon, sync).await.is_err() {
                self.figures.crashes += 1;
                // The lease of who died runs out.
                minutes = 2;
            }
        }
        self.app.clock.set(now + SignedDuration::from_mins(minutes));
        jobs::drain(self.app, &ascent::job_registry()).await?;
        faults.clear();
        let mut tx = self.app.database.read(self.organization).await?;
        let paging = Paging {
            limit: 20,
            after: None,
        };
        let synced = list_syncs(&mut tx, &paging).await?.data;
        let since = |it: &&ascent::pax8::sync::Sync| it.requested_at >= now;
        let synced: Vec<_> = synced.iter().filter(since).collect();
        let succeeded = synced.iter().any(|it| it.status == SyncStatus::Succeeded);
        self.figures.syncs += synced.len();
        self.figures.failed_syncs += synced
            .iter()
            .filter(|it| it.status == SyncStatus::Failed)
            .count();
        let over = |it: &ascent::pax8::sync::Sync| it.finished_at.is_some();
        let open = synced.iter().find(|it| !over(it));
        assert!(open.is_none(), "{today}: no sync is left open: {open:?}");
        assert!(
            outage || succeeded,
            "{today}: {:?}",
            synced.first().map(|it| &it.error)
        );
        if succeeded {
            self.life.seen(today);
        }
        Ok(())
    }

    /// The biller decides what is held, as far as it can be, and the administrator links what is new.
    async fn evening(&mut self, today: Date) -> Result<()> {
        let now = self.at(today, 23);
        let by = By::command_line();
        let mut drafts = self.invoices(Some(InvoiceStatus::Draft)).await?;
        drafts.sort_by_key(|it| it.period.map(|period| period.start));
        for draft in drafts {
            let mut tx = self.app.database.write(self.organization).await?;
            let again = recalculate(&mut tx, &by, draft.id, Occasion::of(self.app)).await?;
            if again.held.is_empty() && again.lines.is_empty() {
                void(&mut tx, &by, draft.id, now).await?;
            } else if again.held.is_empty() {
                issue(&mut tx, &by, draft.id, None, now).await?;
                self.figures.drafts_decided += 1;
            }
            tx.commit().await?;
            let key = self.key(&draft);
            let moment = Moment {
                day: today,
                after_sync: true,
            };
            self.computed.insert(key, moment);
        }
        self.link(today, now).await
    }

    async fn link(&mut self, today: Date, now: Timestamp) -> Result<()> {
        let by = By::command_line();
        for it in &mut self.life.subscriptions {
            let known = !it.linked.seen.is_empty() && it.back_on.is_none();
            if it.is_linked || !known || it.link_on > today {
                continue;
            }
            let digest = digest_of(self.organization, "subscription", &it.pax8_id);
            let cents = |cents: i64| Decimal::new(cents, 2).to_string();
            let (markup, override_price) = match it.linked.rule {
                Rule::Percent(tenths) => (
                    Some(MarkupDraft {
                        kind: "percentage".to_owned(),
                        value: Decimal::new(tenths, 1).to_string(),
                    }),
                    None,
                ),
                Rule::Fixed(amount) => (
                    Some(MarkupDraft {
                        kind: "fixed".to_owned(),
                        value: cents(amount),
                    }),
                    None,
                ),
                Rule::Override(amount) => (None, Some(cents(amount))),
                Rule::AtCost => (None, None),
            };
            let draft = BillingDraft {
                markup,
                override_price,
                recurring_invoice_id: Some(self.recurring[it.company].to_string()),
                charge: it.linked.on_renewal.then(|| "on_renewal".to_owned()),
                version: None,
            };
            let mut tx = self.app.database.write(self.organization).await?;
            let id = SubscriptionId::from_digest(digest);
            configure_billing(&mut tx, &by, id, &draft, now).await?;
            tx.commit().await?;
            (it.is_linked, it.linked.linked_on) = (true, today);
        }
        Ok(())
    }

    fn key(&self, invoice: &Invoice) -> (usize, Date) {
        let recurring = invoice.origin.as_ref().unwrap().recurring_invoice;
        let n = self
            .recurring
            .iter()
            .position(|id| *id == recurring)
            .unwrap();
        (n, invoice.period.unwrap().start)
    }

    async fn invoices(&self, status: Option<InvoiceStatus>) -> Result<Vec<Invoice>> {
        let mut tx = self.app.database.read(self.organization).await?;
        let filter = Filter {
            status,
            ..Filter::default()
        };
        let mut all: Vec<Invoice> = Vec::new();
        loop {
            let after = all.last().map(|it| it.id);
            let page = list_invoices(&mut tx, &filter, &Paging { limit: 200, after }).await?;
            let more = page.next_cursor.is_some();
            all.extend(page.data);
            if !more {
                return Ok(all);
            }
        }
    }

    async fn compare(mut self) -> Figures {
        let linked: Vec<_> = self
            .life
            .subscriptions
            .iter()
            .filter(|it| it.is_linked)
            .map(|it| it.linked.clone())
            .collect();
        let expected = reckon(&self.life.rhythms, &linked, &self.computed);
        let made = self.invoices(None).await.unwrap();
        let mut billed: BTreeMap<(usize, Date), Reckoned> = BTreeMap::new();
        let mut numbers = Vec::new();
        let mut figures = std::mem::take(&mut self.figures);
        for invoice in made.iter().filter(|it| it.status != InvoiceStatus::Void) {
            assert_eq!(
                invoice.status,
                InvoiceStatus::Issued,
                "every draft was decided"
            );
            numbers.extend(invoice.number.clone());
            let prorated = invoice
                .lines
                .iter()
                .filter(|it| matches!(it.explanation, billing::Explanation::Proration(_)));
            figures.prorated_lines += prorated.count();
            figures.billed_cents += invoice.total.minor();
            let it = Reckoned {
                lines: invoice.lines.len(),
                subtotal: invoice.subtotal.minor(),
                tax: invoice.tax.minor(),
            };
            assert_eq!(invoice.total.minor(), it.subtotal + it.tax);
            let twice = billed.insert(self.key(invoice), it);
            assert!(twice.is_none(), "a period is billed once");
        }
        for (key, it) in &expected {
            let got = billed.get(key).copied().unwrap_or_default();
            figures.difference_cents += (got.subtotal + got.tax - it.subtotal - it.tax).abs();
            if got != *it {
                let rhythm = &self.life.rhythms[key.0];
                let lines = made.iter().filter(|invoice| {
                    invoice.status != InvoiceStatus::Void && self.key(invoice) == *key
                });
                let lines: Vec<_> = lines
                    .flat_map(|invoice| &invoice.lines)
                    .map(|line| format!("{} = {}", line.description, line.amount))
                    .collect();
                let subscriptions: Vec<_> = linked.iter().filter(|it| it.rhythm == key.0).collect();
                panic!(
                    "{key:?} computed {:?} of {rhythm:?}: billed {got:?}, expected {it:?}\n{lines:#?}\n{subscriptions:#?}",
                    self.computed[key]
                );
            }
        }
        assert!(
            billed.keys().all(|key| expected.contains_key(key)),
            "an invoice too many"
        );
        numbers.sort();
        let gapless = (1..=numbers.len()).map(|n| format!("INV-{n:04}"));
        let mut gapless: Vec<_> = gapless.collect();
        gapless.sort();
        assert_eq!(numbers, gapless, "numbers have no gap");
        figures.subscriptions = linked.len();
        figures.invoices = billed.len();
        figures.lines = billed.values().map(|it| it.lines).sum();
        figures.changes_seen = linked.iter().map(|it| it.seen.len() - 1).sum();
        figures
    }
}
