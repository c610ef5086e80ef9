//! Comparing a subscription as it was told with the stored one: what is new, different or gone, what that is worth, and
//! whether a person has to look.

use std::{collections::HashMap, sync::Arc};

use billing::Pricing;
use jiff::Timestamp;
use money::Currency;

use super::{
    Intake, KnownCompanies, KnownCompany, differ,
    facts::SubscriptionFacts,
    value::{self, Value},
};
use crate::{
    error::{Error, Result},
    ids::{CompanyId, SubscriptionId, digest_of},
    pax8::{
        companies::display_name,
        subscriptions::{Attention, LastKnown, Worth},
        sync::{
            Counts,
            fingerprint::Fingerprint,
            store::{
                changes::NewChange,
                subscriptions::{Decided, StoredSubscription},
            },
        },
    },
};

/// A subscription as it was told, compared by its fingerprint first.
pub(super) struct Told {
    pub pax8_id: String,
    /// Whether it is among what was stored when the pull began.
    pub known: bool,
    /// Pax8's id of the company; empty where it names none.
    pub company: Arc<str>,
    pub facts: Box<SubscriptionFacts>,
    /// Fields that say something which could not be understood.
    pub unreadable: Vec<&'static str>,
    pub fingerprint: Fingerprint,
}

/// What is needed to compare whole records and to value the differences.
pub(super) struct Comparison<'a> {
    pub known: &'a KnownCompanies,
    /// Pax8's ids of them.
    pub pax8_ids: HashMap<CompanyId, &'a str>,
    pub decided: HashMap<String, Decided>,
    pub currencies: HashMap<CompanyId, Currency>,
    /// When everything was last confirmed.
    pub confirmed: Option<Timestamp>,
    pub counts: Counts,
    pub written: Vec<(StoredSubscription, Worth)>,
    /// Linked subscriptions that are held from now on.
    pub held: usize,
}

impl Comparison<'_> {
    pub(super) fn create(&mut self, intake: &mut Intake<'_>, told: Told) -> Result<()> {
        let company = self.company(&told.company)?.id;
        let digest = digest_of(intake.tx.organization(), "subscription", &told.pax8_id);
        let new = StoredSubscription {
            id: SubscriptionId::from_digest(digest),
            pax8_id: told.pax8_id,
            company,
            facts: *told.facts,
            missing_since: None,
            last_known: LastKnown::new(),
            attention: None,
            attention_at: None,
            fingerprint: told.fingerprint,
            first_seen_at: intake.now,
            seen_at: intake.now,
            seen_sync: intake.sync.id,
        };
        let (pricing, currency) = (self.pricing(&new.pax8_id), self.currency(company));
        let value = Value::of(&new.facts, &pricing, currency);
        record(intake, &new, "created", [None, None], Value::Nothing, value);
        self.counts.created += 1;
        self.write(new);
        Ok(())
    }

    pub(super) fn update(
        &mut self,
        intake: &mut Intake<'_>,
        before: StoredSubscription,
        told: Told,
    ) -> Result<()> {
        let mut facts = *told.facts;
        let kept = differ::keep_subscription(&mut facts, &before.facts, &told.unreadable);
        // Without a company it stays where it was.
        let company = match &*told.company {
            "" => before.company,
            pax8_id => self.company(pax8_id)?.id,
        };
        let attention = self.attention(&before, company, &facts);
        let after = StoredSubscription {
            company,
            last_known: self.last_known(&before, &kept),
            attention,
            attention_at: attention.map(|_| before.attention_at.unwrap_or(intake.now)),
            facts,
            fingerprint: told.fingerprint,
            missing_since: None,
            seen_at: intake.now,
            seen_sync: intake.sync.id,
            ..before.clone()
        };
        let visible = self.record_all(intake, &before, &after);
        if visible || after.last_known != before.last_known {
            self.counts.updated += 1;
        } else {
            self.counts.unchanged += 1;
        }
        if after.attention != before.attention {
            self.held += 1;
        }
        self.write(after);
        Ok(())
    }

    /// Marks a subscription that a complete pull no longer contains.
    pub(super) fn lose(&mut self, intake: &mut Intake<'_>, before: StoredSubscription) {
        let after = StoredSubscription {
            missing_since: Some(intake.now),
            ..before
        };
        let pricing = self.pricing(&after.pax8_id);
        let value = Value::of(&after.facts, &pricing, self.currency(after.company));
        let since = Some(intake.now.to_string());
        record(
            intake,
            &after,
            "missing_since",
            [None, since],
            value,
            Value::Nothing,
        );
        self.counts.missing += 1;
        self.held += usize::from(self.is_linked(&after.pax8_id));
        self.write(after);
    }

    /// Records what differs, one field after the other, each with what it alone changes; tells whether anything did.
    fn record_all(
        &self,
        intake: &mut Intake<'_>,
        before: &StoredSubscription,
        after: &StoredSubscription,
    ) -> bool {
        let pricing = self.pricing(&before.pax8_id);
        let mut value = Value::of(&before.facts, &pricing, self.currency(before.company));
        let mut any = false;
        if let Some(since) = before.missing_since {
            let texts = [Some(since.to_string()), None];
            record(intake, after, "missing_since", texts, Value::Nothing, value);
            any = true;
        }
        let currency = self.currency(after.company);
        if before.company != after.company {
            let texts = [self.name(before.company), self.name(after.company)];
            let moved = Value::of(&before.facts, &pricing, currency);
            record(intake, after, "company", texts, value, moved);
            value = moved;
            any = true;
        }
        for it in differ::of_subscriptions(&before.facts, &after.facts) {
            let next = Value::of(&it.state, &pricing, currency);
            record(intake, after, it.field, [it.before, it.after], value, next);
            value = next;
            any = true;
        }
        any
    }

    /// The fields that are only remembered, with the instant at which Pax8 last gave them.
    fn last_known(&self, before: &StoredSubscription, kept: &[&'static str]) -> LastKnown {
        if kept.is_empty() {
            return LastKnown::new();
        }
        let company = self.find(before.company).map(|(_, company)| company);
        let confirmed = match before.missing_since {
            Some(_) => None,
            None => self.confirmed.max(company.and_then(|it| it.last_synced_at)),
        };
        let last_given = confirmed.map_or(before.seen_at, |at| at.max(before.seen_at));
        let at = |field: &str| before.last_known.get(field).copied().unwrap_or(last_given);
        kept.iter()
            .map(|field| ((*field).to_owned(), at(field)))
            .collect()
    }

    /// A linked subscription that moved or became another product waits for a person.
    fn attention(
        &self,
        before: &StoredSubscription,
        company: CompanyId,
        facts: &SubscriptionFacts,
    ) -> Option<Attention> {
        if !self.is_linked(&before.pax8_id) {
            return before.attention;
        }
        if before.company != company {
            Some(Attention::Moved)
        } else if before.facts.product_id.is_some() && before.facts.product_id != facts.product_id {
            before.attention.or(Some(Attention::ProductChanged))
        } else {
            before.attention
        }
    }

    fn write(&mut self, subscription: StoredSubscription) {
        let pricing = self.pricing(&subscription.pax8_id);
        let currency = self.currency(subscription.company);
        let worth = value::worth(&subscription.facts, &pricing, currency);
        self.written.push((subscription, worth));
    }

    fn company(&self, pax8_id: &str) -> Result<&KnownCompany> {
        let known = self.known.get(pax8_id);
        known.ok_or_else(|| Error::internal(format!("no record for the company {pax8_id}")))
    }

    /// The company with Pax8's id of it.
    fn find(&self, id: CompanyId) -> Option<(&str, &KnownCompany)> {
        let pax8_id = *self.pax8_ids.get(&id)?;
        Some((pax8_id, self.known.get(pax8_id)?))
    }

    fn name(&self, id: CompanyId) -> Option<String> {
        let (pax8_id, company) = self.find(id)?;
        Some(display_name(company.name.as_deref(), pax8_id).to_owned())
    }

    fn pricing(&self, pax8_id: &str) -> Pricing {
        self.decided
            .get(pax8_id)
            .map_or_else(Pricing::default, |it| it.pricing)
    }

    fn is_linked(&self, pax8_id: &str) -> bool {
        self.decided.get(pax8_id).is_some_and(|it| it.linked)
    }

    fn currency(&self, company: CompanyId) -> Option<Currency> {
        self.currencies.get(&company).copied()
    }
}

fn record(
    intake: &mut Intake<'_>,
    subscription: &StoredSubscription,
    field: &'static str,
    [before, after]: [Option<String>; 2],
    from: Value,
    to: Value,
) {
    let (revenue, cost) = from.change_to(to);
    intake.changes.push(NewChange {
        record_type: "subscription",
        record_pax8_id: subscription.pax8_id.clone(),
        record_name: subscription.facts.product_name.clone(),
        field,
        before,
        after,
        revenue,
        cost,
    });
}
