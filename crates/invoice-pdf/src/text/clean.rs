//! What of a text may be drawn.

use unicode_script::{Script, UnicodeScript};

use super::face::Face;

/// No language stacks more accents on a letter; a stack of hundreds would cover the page.
const ACCENTS_LIMIT: usize = 4;

/// Stands in for a character that no font has.
pub(super) const REPLACEMENT: char = '\u{FFFD}';

/// Cuts `text` into paragraphs of drawable characters, without empty ones and without spaces at
/// the edges. A paragraph ends at any kind of line ending.
pub(super) fn paragraphs(text: &str, faces: &[Face]) -> Vec<String> {
    let ends_paragraph = |c| {
        matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        )
    };
    let parts = text.split(ends_paragraph).map(|part| drawable(part, faces));
    parts.filter(|part| !part.is_empty()).collect()
}

fn drawable(part: &str, faces: &[Face]) -> String {
    let mut drawn = String::with_capacity(part.len());
    let mut accents = 0;
    for c in part.chars().filter(|&c| !is_invisible(c)) {
        let c = drawable_character(c, faces);
        accents = if c.script() == Script::Inherited {
            accents + 1
        } else {
            0
        };
        let joins_nothing = is_joiner(c) && drawn.ends_with(REPLACEMENT);
        if accents <= ACCENTS_LIMIT && !joins_nothing {
            drawn.push(c);
        }
    }
    drawn
        .trim_matches(|c: char| c.is_whitespace() || is_joiner(c))
        .to_owned()
}

fn drawable_character(c: char, faces: &[Face]) -> char {
    match c {
        '\t' => ' ',
        c if is_drawable(c, faces) => c,
        _ => REPLACEMENT,
    }
}

/// Whether `c` can stand on the page as it is.
pub(super) fn is_drawable(c: char, faces: &[Face]) -> bool {
    is_joiner(c) || (!is_private(c) && faces.iter().any(|face| face.has(c)))
}

/// Characters that only control: they would be drawn as boxes, reorder what stands around them,
/// or hide in copied text.
pub(super) fn is_invisible(c: char) -> bool {
    let controls = c.is_control() && c != '\t';
    let formats = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}');
    controls || formats
}

/// Characters that are never seen but tell a shaper how their neighbours join.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

/// Code points without a meaning of their own; PDF/A does not allow them.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

#[cfg(test)]
mod tests {
    use super::super::{Fonts, Weight};
    use super::*;

    fn clean(text: &str) -> Vec<String> {
        paragraphs(text, &Fonts::built_in().faces(Weight::Regular).unwrap())
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in [
            "Zoë Müller-Łukasz & Co.",
            "Ελλάδα",
            "Київ",
            "שלום",
            "مرحبا",
            "1.234,00 €",
        ] {
            assert_eq!(clean(text), [text]);
        }
    }

    #[test]
    fn every_line_ending_ends_a_paragraph_and_empty_ones_vanish() {
        assert_eq!(
            clean("a\nb\r\nc\u{2028}d\n\n  \ne"),
            ["a", "b", "c", "d", "e"]
        );
    }

    #[test]
    fn controls_vanish_and_unknown_characters_are_replaced() {
        assert_eq!(clean("a\u{0}b\u{202e}c\u{200b}d\u{feff}\te"), ["abcd e"]);
        assert_eq!(clean("\u{e000}株\u{10ffff}"), ["\u{fffd}\u{fffd}\u{fffd}"]);
    }

    #[test]
    fn a_joined_emoji_leaves_no_joiner_behind() {
        assert!(!clean("👩\u{200d}💻")[0].contains('\u{200d}'));
    }

    #[test]
    fn accents_are_kept_but_not_by_the_hundred() {
        assert_eq!(clean("e\u{323}\u{302}"), ["e\u{323}\u{302}"]);
        let towers = clean(&format!("e{}", "\u{301}".repeat(300)));
        assert_eq!(towers[0].chars().count(), 1 + ACCENTS_LIMIT);
    }
}
