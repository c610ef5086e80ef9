//! Issuing: the draft gets its number, its date and the day by which it is to be paid.

use db::OrgTx;
use jiff::{Timestamp, ToSpan as _, civil::Date};
use money::Amount;

use super::{
    Invoice, InvoiceKind, InvoiceStatus, NewInvoice, credit::apply_credit,
    invoice::nothing_to_issue, load_invoice, store,
};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::InvoiceId,
    organizations::{current_logo_id, load_organization, take_invoice_numbers},
};

/// Issues a draft. A credit note then settles what is open of the invoice that it corrects. The transaction must be a writing
/// one: its lock is what keeps the numbers without a gap.
///
/// The issue date is today in the organization's time zone. A person who issues a draft that needs review has reviewed it.
///
/// `version` is the one that the person saw; none: whichever there is.
///
/// # Errors
/// When there is no such invoice, it is not a draft, it has no lines, or it was computed anew meanwhile.
pub async fn issue(
    tx: &mut OrgTx,
    by: &By,
    id: InvoiceId,
    version: Option<i64>,
    now: Timestamp,
) -> Result<Invoice> {
    let draft = load_invoice(tx, id).await?;
    draft.require_issuable()?;
    if version.is_some_and(|version| version != draft.version) {
        let detail = "This draft was recalculated meanwhile. Look at it again, then issue it.";
        return Err(Error::conflict("changed_meanwhile", detail));
    }
    let mut issuing = Issuing::begin(tx, 1, now).await?;
    let issued = issuing.next(draft.payment_terms_days, draft.is_credit_note())?;
    store::mark_issued(tx, &draft, &issued).await?;
    let (kind, total) = (draft.kind(), draft.total);
    let events = vec![event(by, id, kind, &issued, total)];
    audit::record_all(tx, events, now).await?;
    if draft.is_credit_note() {
        let note = load_invoice(tx, id).await?;
        apply_credit(tx, by, &note, issued.issue_date, now).await?;
    }
    load_invoice(tx, id).await
}

/// Stores new invoices, numbered in their order where nobody has to look at them, and as drafts where somebody has.
///
/// # Errors
/// When one that is to be issued has no lines, or the database refuses.
pub async fn insert_and_issue(
    tx: &mut OrgTx,
    by: &By,
    news: &[(InvoiceId, NewInvoice)],
    now: Timestamp,
) -> Result<()> {
    let is_draft = |new: &NewInvoice| !new.review.is_empty();
    let count = news.iter().filter(|(_, new)| !is_draft(new)).count();
    let mut issuing = Issuing::begin(tx, count, now).await?;
    let mut events = Vec::with_capacity(count);
    let mut rows = Vec::with_capacity(news.len());
    for (id, new) in news {
        if is_draft(new) {
            rows.push((*id, new, None));
            continue;
        }
        if new.assembled.lines.is_empty() {
            return Err(nothing_to_issue());
        }
        let issued = issuing.next(new.payment_terms_days, new.correction.is_some())?;
        let (kind, total) = (new.kind(), new.assembled.total);
        events.push(event(by, *id, kind, &issued, total));
        rows.push((*id, new, Some(issued)));
    }
    store::insert(tx, &rows, now).await?;
    audit::record_all(tx, events, now).await
}

/// What issuing gives an invoice.
pub(super) struct Issued {
    pub number: String,
    pub issue_date: Date,
    /// None: a credit note is not to be paid.
    pub due_date: Option<Date>,
    pub issued_at: Timestamp,
    pub logo_id: Option<String>,
}

/// What invoices that are issued together have in common.
struct Issuing {
    numbers: std::vec::IntoIter<String>,
    issue_date: Date,
    logo_id: Option<String>,
    now: Timestamp,
}

impl Issuing {
    /// Takes numbers for so many. The transaction must be a writing one: its lock is what keeps the numbers without a gap.
    async fn begin(tx: &mut OrgTx, count: usize, now: Timestamp) -> Result<Self> {
        let issue_date = load_organization(tx).await?.today(now);
        let numbers = take_invoice_numbers(tx, issue_date, count).await?;
        Ok(Self {
            numbers: numbers.into_iter(),
            issue_date,
            logo_id: current_logo_id(tx).await?,
            now,
        })
    }

    /// The next of them.
    fn next(&mut self, payment_terms_days: u32, is_credit_note: bool) -> Result<Issued> {
        let number = self.numbers.next();
        let terms = i64::from(payment_terms_days).days();
        let due_date = self.issue_date.checked_add(terms);
        Ok(Issued {
            number: number.ok_or_else(|| Error::internal("more invoices than numbers"))?,
            issue_date: self.issue_date,
            due_date: if is_credit_note {
                None
            } else {
                Some(due_date.map_err(Error::internal)?)
            },
            issued_at: self.now,
            logo_id: self.logo_id.clone(),
        })
    }
}

type IssuedEvent<'a> = (
    audit::Event<'a>,
    Option<serde_json::Value>,
    Option<serde_json::Value>,
);

fn event<'a>(
    by: &'a By,
    id: InvoiceId,
    kind: InvoiceKind,
    issued: &Issued,
    total: Amount,
) -> IssuedEvent<'a> {
    let event = audit::Event {
        by,
        action: "invoice.issued",
        subject_type: "invoice",
        subject_id: id.to_string(),
    };
    let before = serde_json::json!({ "status": InvoiceStatus::Draft });
    let after = serde_json::json!({ "status": "issued", "kind": kind, "number": issued.number, "issue_date": issued.issue_date,
        "due_date": issued.due_date, "total": total.to_string(), "currency": total.currency().code() });
    (event, Some(before), Some(after))
}
