//! Invoices to try things on.

#![allow(dead_code, reason = "not every program uses every sample")]

use invoice_pdf::{DocumentDate, DocumentLine, InvoiceDocument, Logo, LogoError, Party, TotalLine};

pub fn line(description: &str, amount: &str) -> DocumentLine {
    DocumentLine {
        description: description.into(),
        detail: Some("1–31 March 2026".into()),
        quantity: "25".into(),
        unit_price: "22.00".into(),
        tax_mark: Some("20%".into()),
        amount: amount.into(),
    }
}

pub fn total(label: &str, amount: &str, emphasis: bool) -> TotalLine {
    TotalLine {
        label: label.into(),
        amount: amount.into(),
        emphasis,
    }
}

pub fn sample() -> InvoiceDocument {
    InvoiceDocument {
        kind: "Invoice".into(),
        number: Some("INV-00042".into()),
        dated: DocumentDate { year: 2026, month: 3, day: 31 },
        logo: None,
        seller: Party {
            name: "Northwind Managed IT".into(),
            address_lines: vec!["12 Harbour Street".into(), "Bristol BS1 4XX".into(), "United Kingdom".into()],
            email: Some("billing@northwind.example".into()),
            tax_id: Some("VAT GB 000 0000 00".into()),
        },
        buyer: Party {
            name: "Contoso Dental Group".into(),
            address_lines: vec!["4 Mill Lane".into(), "Bath BA1 1AA".into(), "United Kingdom".into()],
            email: Some("accounts@contoso.example".into()),
            tax_id: None,
        },
        issue_date: Some("31 March 2026".into()),
        due_date: Some("30 April 2026".into()),
        period: Some("1–31 March 2026".into()),
        currency: "GBP".into(),
        lines: vec![
            line("Microsoft 365 Business Premium", "550.00"),
            DocumentLine {
                quantity: "3".into(),
                unit_price: "8.40".into(),
                detail: Some("3 seats added on 12 March, 20 of 31 days at 8.40".into()),
                ..line("Exchange Online (Plan 1), added during the month", "16.26")
            },
            DocumentLine { detail: None, quantity: "1".into(), unit_price: "1,250.00".into(), ..line("Managed services agreement", "1,250.00") },
            DocumentLine { detail: None, quantity: "1".into(), unit_price: "−75.00".into(), ..line("Goodwill credit", "−75.00") },
        ],
        totals: vec![
            total("Subtotal", "1,741.26", false),
            total("VAT 20%", "348.25", false),
            total("Total", "2,089.51", true),
            total("Paid", "0.00", false),
            total("Amount due", "GBP 2,089.51", true),
        ],
        payment_terms: Some("Due within 30 days. Please quote the invoice number with your payment.\nSort code 00-00-00, account 00000000.".into()),
        notes: vec!["Prices are in pounds sterling. Seats added during a month are charged by the day.".into()],
        watermark: None,
    }
}

/// Sixty lines: several pages.
pub fn long() -> InvoiceDocument {
    let lines = (1..=60).map(|n| {
        line(
            &format!("Subscription {n:02} for the branch office"),
            &format!("{n}.00"),
        )
    });
    InvoiceDocument {
        kind: "Draft invoice".into(),
        number: None,
        lines: lines.collect(),
        watermark: Some("DRAFT".into()),
        ..sample()
    }
}

/// Names and descriptions in many scripts, some of which no built-in font has.
pub fn scripts() -> InvoiceDocument {
    let mut document = sample();
    document.kind = "Void invoice".into();
    document.watermark = Some("VOID".into());
    document.seller.name = "Müller & Søn Łódź Ελλάδα Київ".into();
    document.buyer.name = "شركة النور للتقنية (دبي) 2026".into();
    document.buyer.address_lines = vec![
        "רחוב הרצל 12, תל אביב".into(),
        "საქართველო, Երևան".into(),
        "東京都千代田区 株式会社".into(),
    ];
    document.lines = vec![
        line("مرحبا بالعالم Microsoft 365 للأعمال", "١٢٣٫٤٥ €"),
        line(
            "Backup 🚀 for 👩‍💻 and ☎ ✓ → “quoted” – dash",
            "₹ 1,00,000.00",
        ),
        line(
            "Cafe\u{301} e\u{301}te\u{301} office ffi fi — Việt Nam Tiếng Việt",
            "₪ 12.00",
        ),
        line("हिन्दी नाम ไทย 한국어", "₴ 12.00"),
    ];
    document
}

/// Everything a text should not be.
pub fn hostile() -> InvoiceDocument {
    let mut document = sample();
    let long_word = "Donaudampfschifffahrt".repeat(15);
    document.number = Some("N".repeat(300));
    document.seller.name = long_word.chars().take(300).collect();
    document.buyer.name = "A very long company name ".repeat(12);
    document.buyer.address_lines = (1..=70).map(|n| format!("Address line {n}")).collect();
    document.period = Some("from the beginning of everything until the end of all days".into());
    document.lines = vec![
        line(&long_word, "1,234,567,890,123,456,789.00"),
        line(
            "\u{0}\u{1}null\u{7f}\u{200b}zero\u{feff}width\u{202e}override\u{2066}\u{e000}",
            "1.00",
        ),
        line("", ""),
        line(&"word ".repeat(2000), "2.00"),
        line("\n\n\n", "3.00"),
        line(&"\u{301}".repeat(300), "4.00"),
    ];
    document
        .totals
        .push(total(&"An endless label ".repeat(9), &"9".repeat(80), true));
    document.watermark = Some("A WATERMARK NOBODY SHOULD MAKE THIS LONG".into());
    document
}

/// A PNG file of one colour; the last byte is how much it covers.
pub fn png(width: u32, height: u32, color: [u8; 4]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let pixels = color.repeat(width as usize * height as usize);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(&pixels)?;
        writer.finish()
    });
    assert!(written.is_ok());
    file
}

/// A JPEG file with a description of where it was taken.
pub const JPEG: &[u8] = include_bytes!("../pictures/logo.jpg");

/// The sample, with a logo from a file.
pub fn with_logo(file: &[u8]) -> Result<InvoiceDocument, LogoError> {
    Ok(InvoiceDocument {
        logo: Some(Logo::read(file)?),
        ..sample()
    })
}
