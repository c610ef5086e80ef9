//! Finds the glyphs of a line and their places.

use krilla::text::{GlyphId, KrillaGlyph};
use rustybuzz::{BufferFlags, Direction, GlyphBuffer, UnicodeBuffer};
use std::collections::BTreeSet;
use std::ops::Range;
use unicode_bidi::{BidiInfo, Level};

use super::face::Face;
use super::itemize::{Item, items};
use super::{Line, Run, Style, Typesetter};

impl Typesetter<'_> {
    /// Sets a cleaned `text` that is known to fit. `base` is the direction of its paragraph.
    pub(super) fn shape(&self, text: String, style: Style, base: Level) -> Line {
        let faces = self.faces(style.weight);
        let mut runs = Vec::new();
        for (range, level) in visual_ranges(&text, base) {
            let mut items = items(&text, range, faces);
            if level.is_rtl() {
                items.reverse();
            }
            let shaped = items.iter().filter_map(|item| {
                Some(shape_item(
                    &text,
                    item,
                    faces.get(item.face)?,
                    level,
                    style.size,
                ))
            });
            runs.extend(shaped);
        }
        let width = runs.iter().map(|run| run.width).sum();
        Line {
            text,
            style,
            width,
            runs,
        }
    }
}

/// Stretches of one direction, from left to right.
fn visual_ranges(text: &str, base: Level) -> Vec<(Range<usize>, Level)> {
    let bidi = BidiInfo::new(text, Some(base));
    let Some(paragraph) = bidi.paragraphs.first() else {
        return Vec::new();
    };
    let (levels, ranges) = bidi.visual_runs(paragraph, paragraph.range.clone());
    ranges
        .into_iter()
        .map(|range| {
            (
                range.clone(),
                levels.get(range.start).copied().unwrap_or(base),
            )
        })
        .collect()
}

fn shape_item(text: &str, item: &Item, face: &Face, level: Level, size: f32) -> Run {
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(&text[item.range.clone()]);
    buffer.set_direction(if level.is_rtl() {
        Direction::RightToLeft
    } else {
        Direction::LeftToRight
    });
    buffer.guess_segment_properties();
    buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES);
    let shaped = rustybuzz::shape(&face.shaper, &[], buffer);
    let glyphs = glyphs(&shaped, item, face);
    let width = glyphs.iter().map(|glyph| glyph.x_advance * size).sum();
    Run {
        face: item.face,
        width,
        glyphs,
    }
}

fn glyphs(shaped: &GlyphBuffer, item: &Item, face: &Face) -> Vec<KrillaGlyph> {
    let starts: BTreeSet<usize> = shaped
        .glyph_infos()
        .iter()
        .map(|info| item.range.start + info.cluster as usize)
        .collect();
    let placed = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
    let glyphs = placed.filter_map(|(info, position)| {
        let start = item.range.start + info.cluster as usize;
        let end = starts
            .range(start + 1..)
            .next()
            .copied()
            .unwrap_or(item.range.end);
        let glyph = if info.glyph_id == 0 {
            face.substitute?
        } else {
            info.glyph_id
        };
        Some(KrillaGlyph::new(
            GlyphId::new(glyph),
            face.em(position.x_advance),
            face.em(position.x_offset),
            face.em(position.y_offset),
            face.em(position.y_advance),
            start..end,
            None,
        ))
    });
    glyphs.collect()
}
