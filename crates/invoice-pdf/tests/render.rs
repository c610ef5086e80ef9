//! What a reader of the file finds in it.

mod reader;
mod samples;

use invoice_pdf::{Fonts, InvoiceDocument, Logo, PageSize, PdfError, render, render_with};
use proptest::prelude::*;
use reader::{
    elements, figures, fonts_are_embedded, is_transparent, output_intents, pages, paper, pictures,
    xmp,
};
use samples::{JPEG, hostile, line, long, png, sample, scripts, total, with_logo};

#[expect(
    clippy::unwrap_used,
    reason = "a file that cannot be written fails the test"
)]
fn text(document: &InvoiceDocument) -> String {
    pages(&render(document, PageSize::A4).unwrap()).concat()
}

#[test]
fn one_page_says_everything() {
    let text = text(&sample());
    let expected = [
        "Invoice",
        "INV-00042",
        "Northwind Managed IT",
        "VAT GB 000 0000 00",
        "Contoso Dental Group",
        "Bath BA1 1AA",
        "31 March 2026",
        "30 April 2026",
        "Microsoft 365 Business Premium",
        "3 seats added on 12 March",
        "1,250.00",
        "−75.00",
        "Subtotal",
        "1,741.26",
        "VAT 20%",
        "GBP 2,089.51",
        "Due within 30 days",
        "Sort code",
        "Page 1 of 1",
    ];
    for part in expected {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
}

#[test]
fn what_is_absent_has_no_label() {
    let document = InvoiceDocument {
        due_date: None,
        period: None,
        notes: vec![],
        ..sample()
    };
    let text = text(&document);
    for label in ["Due date", "Period", "Notes"] {
        assert!(!text.contains(label), "{label:?} is in {text}");
    }
}

#[test]
fn the_tax_column_needs_a_tax_mark() {
    let mut document = sample();
    assert!(text(&document).contains("Tax"));
    document
        .lines
        .iter_mut()
        .for_each(|line| line.tax_mark = None);
    assert!(!text(&document).contains("Tax"));
}

#[test]
fn sixty_lines_repeat_the_head_on_every_page() {
    let pages = pages(&render(&long(), PageSize::A4).unwrap());
    assert!(pages.len() > 2);
    for (index, page) in pages.iter().enumerate() {
        assert!(
            page.contains("Unit price"),
            "no table head on page {}",
            index + 1
        );
        assert!(page.contains(&format!("Page {} of {}", index + 1, pages.len())));
    }
    let all = pages.concat();
    for n in 1..=60 {
        assert!(
            all.contains(&format!("Subscription {n:02}")),
            "line {n} is missing"
        );
    }
}

#[test]
fn totals_stay_together_and_with_the_last_line() {
    for count in 1..=40 {
        let lines = (1..=count)
            .map(|n| line(&format!("Line {n:02}"), "1.00"))
            .collect();
        let pages = pages(&render(&InvoiceDocument { lines, ..sample() }, PageSize::A4).unwrap());
        let page = pages.iter().find(|page| page.contains("Subtotal")).unwrap();
        assert!(
            page.contains("Amount due"),
            "{count} lines tear the totals apart"
        );
        assert!(
            page.contains(&format!("Line {count:02}")),
            "{count} lines leave the totals alone"
        );
    }
}

#[test]
fn no_lines_and_no_texts_still_give_a_page() {
    let bytes = render(&InvoiceDocument::default(), PageSize::A4).unwrap();
    assert_eq!(pages(&bytes).len(), 1);
}

#[test]
fn a_name_of_300_characters_is_shown_in_full() {
    let name = "Consolidated International Holdings "
        .repeat(9)
        .chars()
        .take(300)
        .collect::<String>();
    let mut document = sample();
    document.buyer.name = name.clone();
    document.lines[0].description = name.clone();
    let words = |text: &str| text.matches("Consolidated").count();
    assert_eq!(words(&text(&document)), 2 * words(&name));
}

#[test]
fn a_word_wider_than_the_page_is_broken_not_cut() {
    let mut document = sample();
    document.lines = vec![line(&"ж".repeat(2000), "1.00")];
    assert_eq!(text(&document).matches('ж').count(), 2000);
}

#[test]
fn other_scripts_are_drawn_and_unknown_characters_replaced() {
    let text = text(&scripts());
    for part in ["Łódź", "Ελλάδα", "Київ", "საქართველო", "Việt", "VOID"]
    {
        assert!(text.contains(part), "{part:?} is missing in {text}");
    }
    assert!(text.contains('\u{fffd}'));
}

#[test]
fn hostile_text_is_valid_and_never_controls() {
    let bytes = render(&hostile(), PageSize::Letter).unwrap();
    let text = pages(&bytes).concat();
    assert!(text.contains("nullzerowidthoverride\u{fffd}"));
    assert!(!text.contains(['\u{202e}', '\u{200b}', '\u{feff}', '\u{0}']));
    assert!(fonts_are_embedded(&bytes));
}

#[test]
fn an_added_font_serves_what_the_built_in_ones_lack() {
    let added = dejavu::serif::regular().to_vec();
    let fonts = Fonts::built_in().with_fallback(added).unwrap();
    assert!(render_with(&sample(), PageSize::A4, &fonts).is_ok());
    assert!(fonts.missing("Zoë 株 12\n").unwrap().into_iter().eq(['株']));
    assert!(matches!(
        Fonts::built_in().with_fallback(vec![0; 64]),
        Err(PdfError::Font)
    ));
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let drawn = with_logo(JPEG).unwrap();
    for document in [sample(), long(), scripts(), hostile(), drawn] {
        let first = render(&document, PageSize::A4).unwrap();
        assert!(first == render(&document.clone(), PageSize::A4).unwrap());
    }
}

#[test]
fn another_invoice_gives_other_bytes() {
    let mut other = sample();
    other.number = Some("INV-00043".into());
    assert!(render(&sample(), PageSize::A4).unwrap() != render(&other, PageSize::A4).unwrap());
}

#[test]
fn the_paper_is_the_one_asked_for() {
    assert_eq!(paper(&render(&sample(), PageSize::A4).unwrap()), (595, 842));
    assert_eq!(
        paper(&render(&sample(), PageSize::Letter).unwrap()),
        (612, 792)
    );
}

#[test]
fn the_file_is_fit_for_an_archive() {
    let bytes = render(&sample(), PageSize::A4).unwrap();
    let xmp = xmp(&bytes);
    for part in [
        "<pdfaid:part>2</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "2026-03-31",
        "Invoice INV-00042",
        "<rdf:li>en</rdf:li>",
    ] {
        assert!(xmp.contains(part), "{part:?} is missing in {xmp}");
    }
    assert!(fonts_are_embedded(&bytes));
    assert_eq!(output_intents(&bytes), ["GTS_PDFA1"]);
}

#[test]
fn pictures_and_watermarks_are_opaque_and_fit_for_an_archive() {
    let mut document = with_logo(&png(400, 100, [200, 0, 0, 90])).unwrap();
    document.watermark = Some("DRAFT".into());
    let bytes = render(&document, PageSize::A4).unwrap();
    assert!(xmp(&bytes).contains("<pdfaid:conformance>A</pdfaid:conformance>"));
    assert_eq!(output_intents(&bytes), ["GTS_PDFA1"]);
    assert!(fonts_are_embedded(&bytes));
    assert!(!is_transparent(&bytes));
}

#[test]
fn a_logo_is_drawn_once_and_called_by_the_name_of_the_seller() {
    let mut document = InvoiceDocument {
        logo: Some(Logo::read(JPEG).unwrap()),
        ..long()
    };
    let bytes = render(&document, PageSize::Letter).unwrap();
    assert_eq!(pictures(&bytes), [(360, 120)]);
    assert_eq!(figures(&bytes), ["Northwind Managed IT"]);
    assert!(pages(&bytes)[0].contains("Northwind Managed IT"));
    document.seller.name = "\u{200b}".into();
    let bytes = render(&document, PageSize::A4).unwrap();
    assert_eq!(figures(&bytes), ["Logo"]);
    assert!(pictures(&render(&long(), PageSize::A4).unwrap()).is_empty());
}

#[test]
fn a_reader_hears_tables_and_headings_once() {
    let document = long();
    let elements = elements(&render(&document, PageSize::A4).unwrap());
    let count = |kind: &str| elements.iter().filter(|element| *element == kind).count();
    assert_eq!((count("H1"), count("H2")), (1, 2));
    // Facts, lines and totals.
    assert_eq!(count("Table"), 3);
    // The head is repeated on every page for the eye only.
    assert_eq!((count("THead"), count("TBody")), (1, 1));
    assert_eq!(
        count("TR"),
        4 + 1 + document.lines.len() + document.totals.len()
    );
}

#[test]
fn a_document_beyond_all_measure_is_refused() {
    let lines = vec![line("x", "1"); 20_000];
    let refused = render(&InvoiceDocument { lines, ..sample() }, PageSize::A4);
    assert!(matches!(
        refused,
        Err(PdfError::TooLarge { unit: "lines", .. })
    ));
    let notes = vec!["x".repeat(2 << 20)];
    let refused = render(&InvoiceDocument { notes, ..sample() }, PageSize::A4);
    assert!(matches!(
        refused,
        Err(PdfError::TooLarge {
            unit: "bytes of text",
            ..
        })
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_text_breaks_it(texts in prop::collection::vec("\\PC{0,40}|.{0,40}|[\\p{Arabic}\\p{Hebrew}\\p{M} a-z0-9]{0,60}", 12)) {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().unwrap_or_default();
        let mut document = sample();
        document.kind = next();
        document.number = Some(next());
        document.seller.name = next();
        document.buyer.name = next();
        document.buyer.address_lines = vec![next(), next()];
        document.lines[0].description = next();
        document.lines[0].amount = next();
        document.totals.push(total(&next(), &next(), true));
        document.payment_terms = Some(next());
        document.watermark = Some(next());
        prop_assert!(render(&document, PageSize::A4).is_ok());
    }
}
