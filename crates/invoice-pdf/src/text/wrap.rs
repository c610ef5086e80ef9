//! Says where the lines of a paragraph end.

use std::collections::BTreeMap;

use unicode_bidi::{BidiInfo, Level};
use unicode_linebreak::linebreaks;

use super::{Line, Style, Typesetter};

impl Typesetter<'_> {
    /// Breaks a cleaned paragraph between words, and inside a word only if it is wider than a
    /// whole line.
    pub(super) fn break_paragraph(&self, paragraph: &str, style: Style, width: f32) -> Vec<Line> {
        let base = base_level(paragraph);
        let whole = self.shape(paragraph.to_owned(), style, base);
        if whole.width <= width {
            return vec![whole];
        }
        let advances = advances(&whole);
        let ends = line_ends(paragraph, &advances, width);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let texts = starts
            .zip(&ends)
            .map(|(start, &end)| paragraph[start..end].trim());
        let texts = texts.filter(|text| !text.is_empty());
        texts
            .map(|text| self.shape(text.to_owned(), style, base))
            .collect()
    }
}

/// The direction of the first letter that has one.
fn base_level(paragraph: &str) -> Level {
    let bidi = BidiInfo::new(paragraph, None);
    bidi.paragraphs
        .first()
        .map_or(Level::ltr(), |first| first.level)
}

/// The width of each cluster of characters that belong together, by where it starts.
fn advances(line: &Line) -> BTreeMap<usize, f32> {
    let mut advances = BTreeMap::new();
    for glyph in line.runs.iter().flat_map(|run| &run.glyphs) {
        *advances.entry(glyph.text_range.start).or_insert(0.0) += glyph.x_advance * line.style.size;
    }
    advances
}

/// Where each line ends, in bytes: greedily, as many words as fit.
fn line_ends(paragraph: &str, advances: &BTreeMap<usize, f32>, width: f32) -> Vec<usize> {
    let mut ends = Vec::new();
    let (mut word_start, mut used) = (0, 0.0);
    for (word_end, _) in linebreaks(paragraph) {
        let seen = paragraph[word_start..word_end].trim_end().len();
        let seen: f32 = advances
            .range(word_start..word_start + seen)
            .map(|(_, advance)| advance)
            .sum();
        if used > 0.0 && used + seen > width {
            ends.push(word_start);
            used = 0.0;
        }
        for (&start, advance) in advances.range(word_start..word_end) {
            // A space at the end of a line may stick out: it is not drawn.
            let blank = paragraph[start..].starts_with(char::is_whitespace);
            if !blank && used > 0.0 && used + advance > width {
                ends.push(start);
                used = 0.0;
            }
            used += advance;
        }
        word_start = word_end;
    }
    ends.push(paragraph.len());
    ends
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Fonts, Style, Typesetter};

    fn lines(text: &str, width: f32) -> Vec<(String, f32)> {
        let fonts = Fonts::built_in();
        let typesetter = Typesetter::new(&fonts).unwrap();
        let lines = typesetter.wrap(text, Style::BODY, width);
        lines
            .into_iter()
            .map(|line| (line.text, line.width))
            .collect()
    }

    fn texts(text: &str, width: f32) -> Vec<String> {
        lines(text, width)
            .into_iter()
            .map(|(text, _)| text)
            .collect()
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(texts("one two three", 1000.0), ["one two three"]);
        assert_eq!(texts("one two three", 40.0), ["one two", "three"]);
    }

    #[test]
    fn a_word_that_fits_on_no_line_is_broken() {
        let broken = texts("incomprehensibilities", 40.0);
        assert!(broken.len() > 1);
        assert_eq!(broken.concat(), "incomprehensibilities");
    }

    #[test]
    fn nothing_to_see_needs_no_line() {
        assert!(texts(" \n\u{200b}\t", 40.0).is_empty());
    }

    proptest! {
        #[test]
        fn no_letter_is_lost_and_no_line_too_wide(
            text in "[a-zA-Zа-яא-ת0-9 .,-]{0,80}",
            width in 30.0_f32..300.0,
        ) {
            let set = lines(&text, width);
            let letters = |text: &str| text.chars().filter(|c| *c != ' ').collect::<String>();
            let found: String = set.iter().map(|(text, _)| letters(text)).collect();
            prop_assert_eq!(found, letters(&text));
            for (text, found) in set {
                // A pair of letters that close up across a break may be a hair wider apart.
                prop_assert!(found <= width + 1.0, "{} is {} wide, not {}", text, found, width);
            }
        }
    }
}
