//! Draws marks on a page.

use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, SpanTag};
use krilla::text::Font;

use super::error;
use super::tags::Tags;
use crate::layout::{Area, Mark};
use crate::text::{Color, Line, Typesetter, Weight};
use crate::{Logo, PdfError};

const LARGEST_WATERMARK: f32 = 150.0;
/// How much of the page's diagonal a watermark covers.
const WATERMARK_LENGTH: f32 = 0.62;
/// In degrees: about the page's diagonal.
const WATERMARK_ANGLE: f32 = -52.0;

/// Draws marks, embedding each face at its first use, and remembers what they show.
pub(super) struct Painter<'a> {
    typesetter: &'a Typesetter<'a>,
    tags: Tags<'a>,
    embedded: Vec<(Weight, usize, Font)>,
}

impl<'a> Painter<'a> {
    pub(super) fn new(typesetter: &'a Typesetter<'a>, tags: Tags<'a>) -> Self {
        Self {
            typesetter,
            tags,
            embedded: Vec::new(),
        }
    }

    /// What all marks showed.
    pub(super) fn into_tags(self) -> Tags<'a> {
        self.tags
    }

    pub(super) fn marks(&mut self, surface: &mut Surface, marks: &[Mark]) -> Result<(), PdfError> {
        marks.iter().try_for_each(|mark| self.mark(surface, mark))
    }

    /// Draws the word from the lower left to the upper right, as large as fits.
    pub(super) fn watermark(
        &mut self,
        surface: &mut Surface,
        word: &Line,
        (width, height): (f32, f32),
    ) -> Result<(), PdfError> {
        if word.width <= 0.0 {
            return Ok(());
        }
        let room = width.hypot(height) * WATERMARK_LENGTH;
        let size = (word.style.size * room / word.width).min(LARGEST_WATERMARK);
        let word = self.typesetter.line(&word.text, word.style.at(size));
        let start = Point::from_xy(
            (width - word.width) / 2.0,
            (height - word.style.leading) / 2.0 + word.style.baseline(),
        );
        surface.start_tagged(decoration(ArtifactType::Watermark));
        surface.push_transform(&Transform::from_rotate_at(
            WATERMARK_ANGLE,
            width / 2.0,
            height / 2.0,
        ));
        let drawn = self.text(surface, start, &word);
        surface.pop();
        surface.end_tagged();
        drawn
    }

    fn mark(&mut self, surface: &mut Surface, mark: &Mark) -> Result<(), PdfError> {
        match mark {
            Mark::Text {
                x,
                baseline,
                line,
                element,
            } => {
                let start = Point::from_xy(*x, *baseline);
                self.tagged_text(surface, start, line, *element)
            }
            Mark::Picture {
                area,
                logo,
                element,
            } => self.picture(surface, *area, logo, *element),
            &Mark::Fill {
                x,
                y,
                width,
                height,
                color,
            } => {
                let rect = Rect::from_xywh(x, y, width, height).ok_or_else(|| error("box"))?;
                fill_rect(surface, rect, color)
            }
        }
    }

    fn tagged_text(
        &mut self,
        surface: &mut Surface,
        start: Point,
        line: &Line,
        element: Option<usize>,
    ) -> Result<(), PdfError> {
        let Some(element) = element else {
            surface.start_tagged(decoration(ArtifactType::PaginationOther));
            let drawn = self.text(surface, start, line);
            surface.end_tagged();
            return drawn;
        };
        let piece = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
        self.tags.add(element, piece);
        let end = Point::from_xy(start.x + line.width, start.y);
        let drawn = self.text(surface, start, line);
        // Unseen, but it keeps the last word apart from the first one of the next line.
        let space = self.text(surface, end, &self.typesetter.space(line.style));
        surface.end_tagged();
        drawn.and(space)
    }

    fn picture(
        &mut self,
        surface: &mut Surface,
        area: Area,
        logo: &Logo,
        element: Option<usize>,
    ) -> Result<(), PdfError> {
        let image = Image::from_custom(logo.clone(), false).map_err(PdfError::Write)?;
        let size = Size::from_wh(area.width, area.height).ok_or_else(|| error("picture size"))?;
        let piece = surface.start_tagged(ContentTag::Other);
        if let Some(element) = element {
            self.tags.add(element, piece);
        }
        surface.push_transform(&Transform::from_translate(area.x, area.y));
        surface.draw_image(image, size);
        surface.pop();
        surface.end_tagged();
        Ok(())
    }

    fn text(&mut self, surface: &mut Surface, start: Point, line: &Line) -> Result<(), PdfError> {
        surface.set_fill(Some(fill(line.style.color)));
        let mut start = start;
        for run in &line.runs {
            let font = self.font(line.style.weight, run.face)?;
            surface.draw_glyphs(start, &run.glyphs, font, &line.text, line.style.size, false);
            start.x += run.width;
        }
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

fn fill_rect(surface: &mut Surface, rect: Rect, color: Color) -> Result<(), PdfError> {
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    let path = path.finish().ok_or_else(|| error("path"))?;
    surface.start_tagged(decoration(ArtifactType::Layout));
    surface.set_fill(Some(fill(color)));
    surface.draw_path(&path);
    surface.end_tagged();
    Ok(())
}

/// Something a reader need not hear of.
fn decoration(kind: ArtifactType) -> ContentTag<'static> {
    ContentTag::Artifact(Artifact::with_kind(kind))
}

fn fill(color: Color) -> Fill {
    let Color(red, green, blue) = color;
    Fill {
        paint: rgb::Color::new(red, green, blue).into(),
        ..Fill::default()
    }
}
