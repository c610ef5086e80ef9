//! An invoice on paper. Everything on it is a snapshot of what was true when it was issued. It is printed once, when somebody
//! first asks for it or it is sent, and kept: so that a billing run need not wait for paper, and nobody ever has two versions of
//! it. Drafts and void invoices are put on paper as they are asked for, marked as what they are.

use std::sync::OnceLock;

use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use billing::Explanation;
use db::OrgTx;
use invoice_pdf::{
    DocumentDate, DocumentLine, Fonts, InvoiceDocument, Logo, PageSize, Party, TotalLine,
    render_with,
};
use jiff::civil::Date;
use money::Amount;

use super::{
    Invoice, InvoiceLine, InvoiceStatus, printed::printed_lines, store, view::period_text,
};
use crate::{
    app::App,
    error::{Error, Result},
    http::filters,
    ids::{InvoiceId, OrganizationId},
    organizations::{load_logo, load_logo_of},
};

/// The fonts of this process, as its operator chose them.
static FONTS: OnceLock<Fonts> = OnceLock::new();

/// Takes these fonts for every document from now on. Said once, before the first document: later it changes nothing.
pub fn use_fonts(fonts: Fonts) {
    let _ = FONTS.set(fonts);
}

/// The invoice as a PDF file: of an issued one the very bytes that whoever first had it got.
///
/// Ends the reading transaction that the invoice was read in: nothing is printed while one is open.
///
/// # Errors
/// When it is too large for a file, or the database refuses.
pub async fn pdf(app: &App, mut tx: OrgTx, invoice: &Invoice) -> Result<Vec<u8>> {
    let organization = tx.organization();
    let is_kept = match invoice.status {
        InvoiceStatus::Draft | InvoiceStatus::Void => false,
        InvoiceStatus::Issued | InvoiceStatus::PartiallyPaid | InvoiceStatus::Paid => true,
    };
    if is_kept && let Some(kept) = store::find_document(&mut tx, invoice.id).await? {
        return decode(&kept);
    }
    let paper = Paper::of(invoice, logo(&mut tx, invoice).await?);
    drop(tx);
    let print = tokio::task::spawn_blocking(move || paper.print());
    let printed = print.await.map_err(Error::internal)??;
    if is_kept {
        keep(app, organization, invoice.id, &printed).await
    } else {
        Ok(printed)
    }
}

/// Keeps a file for good; the one that is kept, if somebody was quicker.
async fn keep(
    app: &App,
    organization: OrganizationId,
    id: InvoiceId,
    printed: &[u8],
) -> Result<Vec<u8>> {
    let mut tx = app.database.write(organization).await?;
    store::insert_document(&mut tx, id, &BASE64_STANDARD.encode(printed)).await?;
    let kept = store::find_document(&mut tx, id).await?;
    tx.commit().await?;
    decode(&kept.ok_or(Error::NotFound("document"))?)
}

/// The logo that it was issued with; on a draft the present one.
async fn logo(tx: &mut OrgTx, invoice: &Invoice) -> Result<Option<Logo>> {
    match &invoice.logo_id {
        Some(id) => load_logo_of(tx, id).await.map(Some),
        None if invoice.issued_at.is_some() => Ok(None),
        None => load_logo(tx).await,
    }
}

fn decode(pdf: &str) -> Result<Vec<u8>> {
    BASE64_STANDARD.decode(pdf).map_err(Error::internal)
}

/// What is printed, and on what.
struct Paper {
    document: InvoiceDocument,
    size: PageSize,
}

impl Paper {
    fn of(invoice: &Invoice, logo: Option<Logo>) -> Self {
        let size = match invoice.seller.page_size.as_str() {
            "letter" => PageSize::Letter,
            _ => PageSize::A4,
        };
        let document = InvoiceDocument {
            logo,
            ..document(invoice)
        };
        Self { document, size }
    }

    fn print(&self) -> Result<Vec<u8>> {
        let fonts = FONTS.get_or_init(Fonts::built_in);
        render_with(&self.document, self.size, fonts).map_err(Error::internal)
    }
}

/// What the file is called: `INV-0042.pdf`.
#[must_use]
pub fn file_name(invoice: &Invoice) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    let name: String = invoice.title().chars().map(plain).collect();
    format!("{name}.pdf")
}

/// The PDF file as an answer, to be shown by the browser and named after the invoice.
pub(super) async fn answer(app: &App, tx: OrgTx, invoice: &Invoice) -> Result<Response> {
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("inline; filename=\"{}\"", file_name(invoice)),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, pdf(app, tx, invoice).await?).into_response())
}

fn document(invoice: &Invoice) -> InvoiceDocument {
    let name = invoice.kind().label();
    let (kind, watermark) = match invoice.status {
        InvoiceStatus::Draft => (format!("Draft {}", name.to_lowercase()), Some("DRAFT")),
        InvoiceStatus::Void => (format!("Void {}", name.to_lowercase()), Some("VOID")),
        _ => (name.to_owned(), None),
    };
    let (client, seller) = (&invoice.client, &invoice.seller);
    let taxed = !invoice.taxes.is_empty();
    let dated = invoice
        .issue_date
        .or(invoice.period.map(|period| period.start));
    InvoiceDocument {
        kind,
        number: invoice.number.clone(),
        dated: dated.map(document_date).unwrap_or_default(),
        logo: None,
        seller: Party {
            name: seller.name.clone(),
            address_lines: address_lines(&seller.address),
            email: some(&seller.email),
            tax_id: some(&seller.tax_id),
        },
        buyer: Party {
            name: client.name.clone(),
            address_lines: address_lines(&client.address),
            email: client.email.clone(),
            tax_id: None,
        },
        issue_date: invoice.issue_date.as_ref().map(filters::day),
        due_date: invoice.due_date.as_ref().map(filters::day),
        period: invoice.period.map(|period| period_text(&period)),
        currency: invoice.currency.code().to_owned(),
        lines: printed_lines(&invoice.lines, seller.print)
            .iter()
            .map(|line| document_line(line, taxed))
            .collect(),
        totals: totals(invoice),
        payment_terms: (!invoice.is_credit_note()).then(|| terms(invoice.payment_terms_days)),
        notes: notes(invoice),
        watermark: watermark.map(str::to_owned),
    }
}

fn document_line(line: &InvoiceLine, taxed: bool) -> DocumentLine {
    let detail = match &line.explanation {
        Explanation::Proration(proration) => Some(format!(
            "{} of the {} from {}",
            proration.fraction,
            proration.fraction.unit.code(),
            period_text(&proration.period)
        )),
        _ => None,
    };
    DocumentLine {
        description: line.description.clone(),
        detail,
        quantity: filters::quantity(&line.quantity),
        unit_price: filters::grouped(&line.unit_price.to_string()),
        tax_mark: (taxed && !line.taxable).then(|| "no tax".to_owned()),
        amount: plain(line.amount),
    }
}

/// What is asked for. What was paid since is not part of the document.
fn totals(invoice: &Invoice) -> Vec<TotalLine> {
    let line = |label: String, amount: String, emphasis| TotalLine {
        label,
        amount,
        emphasis,
    };
    let mut totals = vec![line("Subtotal".to_owned(), plain(invoice.subtotal), false)];
    for tax in &invoice.taxes {
        let label = format!(
            "{} {}% on {}",
            tax.name,
            tax.percent.normalize(),
            plain(tax.taxable)
        );
        totals.push(line(label, plain(tax.amount), false));
    }
    let total = format!("{} {}", invoice.currency.code(), plain(invoice.total));
    totals.push(line("Total".to_owned(), total, true));
    totals
}

fn notes(invoice: &Invoice) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(it) = &invoice.correction {
        notes.push(format!("Corrects invoice {}: {}", it.number, it.reason));
    }
    if invoice.client.tax_exempt {
        notes.push("No tax is charged: the client is exempt.".to_owned());
    }
    if let Some(reference) = &invoice.client.account_reference {
        notes.push(format!("Your account reference: {reference}"));
    }
    notes
}

fn terms(days: u32) -> String {
    match days {
        0 => "Due on receipt.".to_owned(),
        1 => "Due within 1 day.".to_owned(),
        days => format!("Due within {days} days."),
    }
}

fn plain(amount: Amount) -> String {
    filters::grouped(&amount.to_string())
}

fn address_lines(address: &str) -> Vec<String> {
    address
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.trim())
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

fn document_date(date: Date) -> DocumentDate {
    DocumentDate {
        year: u16::try_from(date.year()).unwrap_or_default(),
        month: u8::try_from(date.month()).unwrap_or_default(),
        day: u8::try_from(date.day()).unwrap_or_default(),
    }
}
