//! Cuts a line into pieces that one face can shape in one go: one face, one script.

use std::ops::Range;

use unicode_script::{Script, UnicodeScript};

use super::clean::is_joiner;
use super::face::Face;

/// A stretch of text for one face.
pub(super) struct Item {
    pub face: usize,
    pub range: Range<usize>,
    script: Script,
}

/// Cuts `text[range]`, in reading order.
pub(super) fn items(text: &str, range: Range<usize>, faces: &[Face]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for (offset, c) in text[range.clone()].char_indices() {
        let start = range.start + offset;
        let end = start + c.len_utf8();
        let script = c.script();
        let face = face_for(c, script, items.last().map(|item| item.face), faces);
        match items.last_mut() {
            Some(item) if item.face == face && agree(item.script, script) => {
                item.range.end = end;
                if !is_shared(script) {
                    item.script = script;
                }
            }
            _ => items.push(Item {
                face,
                range: start..end,
                script,
            }),
        }
    }
    items
}

/// Accents and joiners stay with the letter they belong to, if its face has them; everything
/// else takes the first face that has it.
fn face_for(c: char, script: Script, previous: Option<usize>, faces: &[Face]) -> usize {
    let has = |face: usize| is_joiner(c) || faces.get(face).is_some_and(|face| face.has(c));
    match previous {
        Some(previous) if script == Script::Inherited && has(previous) => previous,
        _ => faces.iter().position(|face| face.has(c)).unwrap_or(0),
    }
}

fn agree(run: Script, next: Script) -> bool {
    run == next || is_shared(run) || is_shared(next)
}

/// Digits, spaces, punctuation and accents go with any script.
fn is_shared(script: Script) -> bool {
    matches!(script, Script::Common | Script::Inherited)
}
