//! Issuing: the draft gets its number, its date and the day by which it is to be paid.

use db::OrgTx;
use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::{Invoice, InvoiceStatus, credit::apply_credit, load_invoice, store};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::InvoiceId,
    organizations::{current_logo_id, load_organization, take_invoice_numbers},
};

/// Issues a draft. A credit note then settles what is open of the invoice that it corrects. The transaction must be a writing one: its lock is what keeps the numbers without a gap.
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
    let mut drafts = vec![draft];
    let issue_date = issue_all(tx, by, &mut drafts, now).await?;
    for issued in drafts.iter().filter(|it| it.is_credit_note()) {
        apply_credit(tx, by, issued, issue_date, now).await?;
    }
    load_invoice(tx, id).await
}

/// Issues drafts that were stored in this transaction and that nobody has to look at, numbered in the order in which they
/// were made.
///
/// # Errors
/// When one of them has no lines.
pub async fn issue_new(tx: &mut OrgTx, by: &By, ids: &[InvoiceId], now: Timestamp) -> Result<()> {
    let mut drafts = store::find_with_lines(tx, ids).await?;
    for draft in &drafts {
        draft.require_issuable()?;
    }
    issue_all(tx, by, &mut drafts, now).await?;
    Ok(())
}

/// Makes these drafts issued invoices, here and in the database. The day of issue.
async fn issue_all(
    tx: &mut OrgTx,
    by: &By,
    drafts: &mut [Invoice],
    now: Timestamp,
) -> Result<Date> {
    let issue_date = load_organization(tx).await?.today(now);
    let numbers = take_invoice_numbers(tx, issue_date, drafts.len()).await?;
    let logo_id = current_logo_id(tx).await?;
    let mut events = Vec::with_capacity(drafts.len());
    for (it, number) in drafts.iter_mut().zip(numbers) {
        let due_date = due_date(it, issue_date)?;
        let event = audit::Event {
            by,
            action: "invoice.issued",
            subject_type: "invoice",
            subject_id: it.id.to_string(),
        };
        let before = serde_json::json!({ "status": it.status });
        let after = serde_json::json!({ "status": "issued", "kind": it.kind(), "number": number, "issue_date": issue_date,
            "due_date": due_date, "total": it.total.to_string(), "currency": it.currency.code() });
        events.push((event, Some(before), Some(after)));
        it.status = InvoiceStatus::Issued;
        it.number = Some(number);
        it.issue_date = Some(issue_date);
        it.due_date = due_date;
        it.issued_at = Some(now);
        it.logo_id.clone_from(&logo_id);
    }
    store::mark_issued(tx, drafts).await?;
    audit::record_all(tx, events, now).await?;
    Ok(issue_date)
}

/// The day by which it is to be paid; a credit note is not.
fn due_date(draft: &Invoice, issue_date: Date) -> Result<Option<Date>> {
    if draft.is_credit_note() {
        return Ok(None);
    }
    let terms = i64::from(draft.payment_terms_days).days();
    let due = issue_date.checked_add(terms).map_err(Error::internal)?;
    Ok(Some(due))
}
