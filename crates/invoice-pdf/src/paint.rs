//! Writes pages of marks as a PDF/A file.

use krilla::color::rgb;
use krilla::configure::ConfigurationBuilder;
use krilla::configure::validate::Archival;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::page::PageSettings;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::text::Font;
use krilla::{Document, SerializeSettings};

use crate::PdfError;
use crate::document::{InvoiceDocument, PageSize};
use crate::layout::{Mark, Page, paper};
use crate::text::{Color, Line, Style, Typesetter, Weight};

/// Longer titles are cut: a reader shows them in a window's head.
const TITLE_CHARACTERS: usize = 200;

/// Writes the file.
pub(crate) fn write(
    document: &InvoiceDocument,
    page_size: PageSize,
    pages: &[Page],
    typesetter: &Typesetter,
) -> Result<Vec<u8>, PdfError> {
    let mut pdf = Document::new_with(settings()?);
    pdf.set_metadata(metadata(document, typesetter));
    let mut painter = Painter::new(typesetter);
    let watermark = document.watermark.as_deref().unwrap_or_default();
    let watermark = typesetter.line(watermark, Style::WATERMARK);
    let (width, height) = paper(page_size);
    for page in pages {
        let size = PageSettings::from_wh(width, height).ok_or_else(|| write_error("page size"))?;
        let mut sheet = pdf.start_page_with(size);
        let mut surface = sheet.surface();
        painter.watermark(&mut surface, &watermark, width, height)?;
        for mark in &page.marks {
            painter.mark(&mut surface, mark)?;
        }
        surface.finish();
        sheet.finish();
    }
    pdf.finish()
        .map_err(|error| PdfError::Write(format!("{error:?}")))
}

/// PDF/A-2u: for archives, and every glyph says which characters it stands for.
fn settings() -> Result<SerializeSettings, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_U)
        .finish();
    let configuration = configuration.map_err(|error| write_error(&format!("{error:?}")))?;
    Ok(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    })
}

fn metadata(document: &InvoiceDocument, typesetter: &Typesetter) -> Metadata {
    let clean = |text: &str| -> String {
        typesetter
            .line(text, Style::BODY)
            .text
            .chars()
            .take(TITLE_CHARACTERS)
            .collect()
    };
    let seller = clean(&document.seller.name);
    let title = clean(
        &[
            &*document.kind,
            document.number.as_deref().unwrap_or_default(),
        ]
        .join(" "),
    );
    let dated = document.dated;
    let created = DateTime::new(dated.year).month(dated.month).day(dated.day);
    let created = created
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(0)
        .utc_offset_minute(0);
    Metadata::new()
        .title(title)
        .authors(vec![seller])
        .creator("Ascent".to_owned())
        .language("en".to_owned())
        .creation_date(created)
}

/// Draws marks, embedding each face at its first use.
struct Painter<'a> {
    typesetter: &'a Typesetter<'a>,
    embedded: Vec<(Weight, usize, Font)>,
}

impl<'a> Painter<'a> {
    fn new(typesetter: &'a Typesetter<'a>) -> Self {
        Self {
            typesetter,
            embedded: Vec::new(),
        }
    }

    fn mark(&mut self, surface: &mut Surface, mark: &Mark) -> Result<(), PdfError> {
        match mark {
            Mark::Text { x, baseline, line } => self.text(surface, *x, *baseline, line),
            &Mark::Fill {
                x,
                y,
                width,
                height,
                color,
            } => {
                let rect =
                    Rect::from_xywh(x, y, width, height).ok_or_else(|| write_error("box"))?;
                let mut path = PathBuilder::new();
                path.push_rect(rect);
                let path = path.finish().ok_or_else(|| write_error("path"))?;
                surface.set_fill(Some(fill(color)));
                surface.draw_path(&path);
                Ok(())
            }
        }
    }

    fn text(
        &mut self,
        surface: &mut Surface,
        x: f32,
        baseline: f32,
        line: &Line,
    ) -> Result<(), PdfError> {
        surface.set_fill(Some(fill(line.style.color)));
        let mut x = x;
        for run in &line.runs {
            let font = self.font(line.style.weight, run.face)?;
            let start = Point::from_xy(x, baseline);
            surface.draw_glyphs(start, &run.glyphs, font, &line.text, line.style.size, false);
            x += run.width;
        }
        Ok(())
    }

    /// Draws the word from the lower left to the upper right, as large as fits.
    fn watermark(
        &mut self,
        surface: &mut Surface,
        word: &Line,
        width: f32,
        height: f32,
    ) -> Result<(), PdfError> {
        if word.width <= 0.0 {
            return Ok(());
        }
        let room = width.hypot(height) * 0.62;
        let size = (word.style.size * room / word.width).min(150.0);
        let word = self.typesetter.line(&word.text, word.style.at(size));
        let turned = Transform::from_rotate_at(-52.0, width / 2.0, height / 2.0);
        surface.push_transform(&turned);
        let x = (width - word.width) / 2.0;
        self.text(
            surface,
            x,
            height / 2.0 - size / 2.0 + word.style.baseline(),
            &word,
        )?;
        surface.pop();
        Ok(())
    }

    fn font(&mut self, weight: Weight, face: usize) -> Result<Font, PdfError> {
        let known = self
            .embedded
            .iter()
            .find(|(w, f, _)| (*w, *f) == (weight, face));
        if let Some((.., font)) = known {
            return Ok(font.clone());
        }
        let font = self
            .typesetter
            .faces(weight)
            .get(face)
            .ok_or(PdfError::Font)?
            .embeddable()?;
        self.embedded.push((weight, face, font.clone()));
        Ok(font)
    }
}

fn fill(color: Color) -> Fill {
    let Color(red, green, blue) = color;
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        ..Fill::default()
    }
}

fn write_error(what: &str) -> PdfError {
    PdfError::Write(what.to_owned())
}
