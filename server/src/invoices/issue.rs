//! Issuing: the draft gets its number, its date and the day by which it is to be paid.

use db::OrgTx;
use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::{Invoice, credit::apply_credit, document, load_invoice, store};
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    ids::InvoiceId,
    like,
    organizations::{load_organization, take_invoice_number},
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
    let issue_date = load_organization(tx).await?.today(now);
    let due_date = due_date(&draft, issue_date)?;
    let number = take_invoice_number(tx, issue_date).await?;
    let issued = store::Issued {
        number: &number,
        search_text: search_text(&draft, &number),
        issue_date,
        due_date,
        now,
    };
    store::mark_issued(tx, id, &issued).await?;
    let event = audit::Event {
        by,
        action: "invoice.issued",
        subject_type: "invoice",
        subject_id: id.to_string(),
    };
    let before = serde_json::json!({ "status": draft.status });
    let after = serde_json::json!({ "status": "issued", "kind": draft.kind(), "number": number, "issue_date": issue_date,
        "due_date": due_date, "total": draft.total.to_string(), "currency": draft.currency.code() });
    audit::record(tx, event, now, Some(&before), Some(&after)).await?;
    let issued = load_invoice(tx, id).await?;
    document::keep(tx, &issued).await?;
    if issued.is_credit_note() {
        apply_credit(tx, by, &issued, issue_date, now).await?;
    }
    load_invoice(tx, id).await
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

fn search_text(draft: &Invoice, number: &str) -> String {
    like::search_text([
        Some(number),
        Some(draft.client.name.as_str()),
        draft.correction.as_ref().map(|it| it.number.as_str()),
    ])
}
