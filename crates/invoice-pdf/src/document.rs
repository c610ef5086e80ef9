//! What an invoice says, as text.
//!
//! Nothing here is a number, an amount of money or a moment in time: the caller has already
//! written everything in the reader's language and the currency's form.

use crate::{Logo, PdfError};

const LINES_LIMIT: usize = 10_000;
const TEXT_BYTES_LIMIT: usize = 1 << 20;

/// An invoice, ready to be set.
///
/// A line feed starts a new line in every text that may span several. `None` leaves the entry
/// out together with its label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InvoiceDocument {
    /// The title: "Invoice", "Draft invoice", "Void invoice".
    pub kind: String,
    /// The invoice number; a draft has none.
    pub number: Option<String>,
    /// The day stamped on the file as its date of creation. Taken from the invoice, so that the
    /// same invoice gives the same file on any day.
    pub dated: DocumentDate,
    /// The sign of who is to be paid, drawn above the name.
    pub logo: Option<Logo>,
    /// Who is to be paid.
    pub seller: Party,
    /// Who is to pay.
    pub buyer: Party,
    /// The day the invoice was issued.
    pub issue_date: Option<String>,
    /// The day by which it is to be paid.
    pub due_date: Option<String>,
    /// The time the invoice covers.
    pub period: Option<String>,
    /// The currency of every amount, as its code.
    pub currency: String,
    /// What is charged, in order.
    pub lines: Vec<DocumentLine>,
    /// What it comes to, in order: subtotal, taxes, total, paid, due.
    pub totals: Vec<TotalLine>,
    /// How and when to pay.
    pub payment_terms: Option<String>,
    /// Further paragraphs after the totals, such as what a tax mark means.
    pub notes: Vec<String>,
    /// A word in large pale letters across every page: "DRAFT", "VOID".
    pub watermark: Option<String>,
}

/// One side of the invoice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// The name, in bold.
    pub name: String,
    /// The postal address, one entry a line.
    pub address_lines: Vec<String>,
    /// Where to write to.
    pub email: Option<String>,
    /// The tax registration, with its own name: "VAT GB 123 4567 89".
    pub tax_id: Option<String>,
}

/// One thing charged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocumentLine {
    /// What it is.
    pub description: String,
    /// More about it, in small grey letters below: the period, a proration.
    pub detail: Option<String>,
    /// How many.
    pub quantity: String,
    /// The price of one.
    pub unit_price: String,
    /// A short sign for the tax that applies, explained in the totals or notes: "20%", "E".
    /// The column is left out when no line has one.
    pub tax_mark: Option<String>,
    /// What the line comes to.
    pub amount: String,
}

/// One line of the sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TotalLine {
    /// What is summed up: "Subtotal", "VAT 20%", "Total".
    pub label: String,
    /// The sum.
    pub amount: String,
    /// Whether this is a sum the reader looks for first.
    pub emphasis: bool,
}

/// A day in the Gregorian calendar. Parts out of range are moved to the nearest valid ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentDate {
    /// 0 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// The first day of 1970, so that a document without a date is still a valid one.
impl Default for DocumentDate {
    fn default() -> Self {
        Self {
            year: 1970,
            month: 1,
            day: 1,
        }
    }
}

/// The paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PageSize {
    /// 210 mm by 297 mm.
    #[default]
    A4,
    /// 8.5 in by 11 in.
    Letter,
}

impl InvoiceDocument {
    /// Refuses what would take minutes and thousands of pages.
    pub(crate) fn check_size(&self) -> Result<(), PdfError> {
        let lines = self.lines.len() + self.totals.len() + self.notes.len();
        limit("lines", lines, LINES_LIMIT)?;
        limit("bytes of text", self.text_bytes(), TEXT_BYTES_LIMIT)
    }

    fn text_bytes(&self) -> usize {
        let heads = [&self.kind, &self.currency].into_iter();
        let entries = [
            &self.number,
            &self.issue_date,
            &self.due_date,
            &self.period,
            &self.payment_terms,
            &self.watermark,
        ];
        let totals = self
            .totals
            .iter()
            .flat_map(|total| [&total.label, &total.amount]);
        let texts = heads
            .chain(entries.into_iter().flatten())
            .chain(totals)
            .chain(&self.notes);
        texts.map(String::len).sum::<usize>()
            + self.seller.text_bytes()
            + self.buyer.text_bytes()
            + self
                .lines
                .iter()
                .map(DocumentLine::text_bytes)
                .sum::<usize>()
    }
}

impl Party {
    fn text_bytes(&self) -> usize {
        let entries = [&self.email, &self.tax_id].into_iter().flatten();
        entries
            .chain([&self.name])
            .chain(&self.address_lines)
            .map(String::len)
            .sum()
    }
}

impl DocumentLine {
    fn text_bytes(&self) -> usize {
        let entries = [&self.detail, &self.tax_mark].into_iter().flatten();
        let texts = [
            &self.description,
            &self.quantity,
            &self.unit_price,
            &self.amount,
        ];
        entries.chain(texts).map(String::len).sum()
    }
}

fn limit(unit: &'static str, found: usize, limit: usize) -> Result<(), PdfError> {
    if found > limit {
        return Err(PdfError::TooLarge { unit, found, limit });
    }
    Ok(())
}
