//! Writes pages of marks as a PDF file.

mod painter;
mod tags;

use krilla::configure::validate::{Accessibility, Archival};
use krilla::configure::{Configuration, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::{Document, SerializeSettings};

use crate::PdfError;
use crate::document::{DocumentDate, InvoiceDocument, PageSize};
use crate::layout::{Layout, paper};
use crate::text::{Style, Typesetter};
use painter::Painter;
use tags::{Names, Tags};

/// Longer titles are cut: a reader shows them in a window's head.
const TITLE_CHARACTERS: usize = 200;

/// Writes the file.
pub(crate) fn write(
    document: &InvoiceDocument,
    page_size: PageSize,
    layout: &Layout,
    typesetter: &Typesetter,
) -> Result<Vec<u8>, PdfError> {
    let settings = SerializeSettings {
        configuration: standards()?,
        ..SerializeSettings::default()
    };
    let mut pdf = Document::new_with(settings);
    let (width, height) = paper(page_size);
    let watermark = document.watermark.as_deref().unwrap_or_default();
    let watermark = typesetter.line(watermark, Style::WATERMARK);
    let mut painter = Painter::new(typesetter, Tags::new(&layout.structure));
    for page in &layout.pages {
        let settings = PageSettings::from_wh(width, height).ok_or_else(|| error("page size"))?;
        let mut sheet = pdf.start_page_with(settings);
        let mut surface = sheet.surface();
        painter.watermark(&mut surface, &watermark, (width, height))?;
        painter.marks(&mut surface, &page.marks)?;
        surface.finish();
        sheet.finish();
    }
    let names = Names {
        title: title(document, typesetter),
        seller: short(&document.seller.name, typesetter),
    };
    pdf.set_tag_tree(painter.into_tags().into_tree(&names));
    pdf.set_outline(outline(&names.title));
    pdf.set_metadata(metadata(names, document.dated));
    pdf.finish()
        .map_err(|error| PdfError::Write(format!("{error:?}")))
}

/// PDF/A-2a for archives, PDF/UA-1 for assistive technology. The writer checks both.
fn standards() -> Result<Configuration, PdfError> {
    let standards = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1);
    standards
        .finish()
        .map_err(|_| error("the standards exclude each other"))
}

/// Never empty: a title is required.
fn title(document: &InvoiceDocument, typesetter: &Typesetter) -> String {
    let number = document.number.as_deref().unwrap_or_default();
    let title = short(&format!("{} {number}", document.kind), typesetter);
    if title.is_empty() {
        "Invoice".to_owned()
    } else {
        title
    }
}

/// One entry that leads to the first page: an outline is required too.
fn outline(title: &str) -> Outline {
    let mut outline = Outline::new();
    let top = XyzDestination::new(0, Point::from_xy(0.0, 0.0));
    outline.push_child(OutlineNode::new(title.to_owned(), top));
    outline
}

fn metadata(names: Names, dated: DocumentDate) -> Metadata {
    let created = DateTime::new(dated.year).month(dated.month).day(dated.day);
    let created = created
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(names.title)
        .authors(vec![names.seller])
        .creator("Ascent".to_owned())
        .language("en".to_owned())
        .creation_date(created)
}

/// One line without anything that may not stand in a file's description.
fn short(text: &str, typesetter: &Typesetter) -> String {
    typesetter
        .line(text, Style::BODY)
        .text
        .chars()
        .take(TITLE_CHARACTERS)
        .collect()
}

fn error(what: &str) -> PdfError {
    PdfError::Write(what.to_owned())
}
