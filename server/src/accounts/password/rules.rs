//! Which passwords are accepted, after NIST SP 800-63B: long enough, and not what others try first.
//!
//! No kinds of characters are asked for, and nothing expires by itself. What is looked at is how much of a password is left
//! once everything is taken away that a guesser has at hand: common words, the names of the person and the organization, rows
//! of keys, counting, repetition.

use secrecy::{ExposeSecret as _, SecretString};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The shortest password that is accepted, in characters.
pub const SHORTEST: usize = 12;
/// The longest that is accepted, so that hashing stays cheap.
pub const LONGEST: usize = 256;

/// So many characters have to be left.
const LEAST_OWN: usize = 6;
/// A row of this many keys or letters in order is one that fingers make by themselves.
const LEAST_ROW: usize = 4;
/// A name of fewer letters is in too many words to mean anything.
const LEAST_NAME: usize = 3;

/// What passwords are made of most often.
const COMMON: &str = include_str!("common.txt");

/// Rows of keys and of counting, in the direction of reading; the other direction counts as well.
const ROWS: [&str; 10] = [
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "qazwsxedcrfvtgbyhnujm",
];

/// Whose password it will be: a guesser knows that too.
#[derive(Debug, Clone, Copy, Default)]
pub struct Whose<'a> {
    /// Their name.
    pub name: &'a str,
    /// Their e-mail address.
    pub email: &'a str,
    /// The organization's name.
    pub organization: &'a str,
}

/// A password in the form in which it is hashed and compared: what looks the same is the same, however a keyboard made it (NFKC).
pub(super) fn normalized(password: &SecretString) -> Zeroizing<String> {
    Zeroizing::new(password.expose_secret().nfkc().collect())
}

/// Goes on only with a password that is accepted.
///
/// # Errors
/// With what is wrong with it, at the field `password`; never with a part of it.
pub(super) fn accept(password: &str, whose: Whose<'_>) -> Result<()> {
    let length = password.chars().count();
    let refused = if length < SHORTEST {
        format!("Use at least {SHORTEST} characters.")
    } else if length > LONGEST {
        format!("Use at most {LONGEST} characters.")
    } else if left_to_guess(password, whose) < LEAST_OWN {
        "This password is easy to guess: beside common words, names, rows of keys and repetition there is next to nothing in it. \
        Use several words that have nothing to do with each other."
            .to_owned()
    } else {
        return Ok(());
    };
    Err(Error::field("password", refused))
}

/// How many characters are left when all is taken away that is easily guessed.
fn left_to_guess(password: &str, whose: Whose<'_>) -> usize {
    let left = KnownWords::about(whose).taken_out_of(&folded(password));
    without_repetition(&left).len()
}

/// Words that a guesser begins with, the longest first.
struct KnownWords(Vec<Vec<char>>);

impl KnownWords {
    fn about(whose: Whose<'_>) -> Self {
        let of = |text: &str| {
            let parts = text.split(|c: char| !c.is_alphanumeric());
            let parts = parts.map(folded).filter(|it| it.len() >= LEAST_NAME);
            parts.collect::<Vec<_>>()
        };
        let mut words: Vec<Vec<char>> = COMMON.split_whitespace().map(folded).collect();
        for text in [whose.name, whose.email, whose.organization] {
            words.extend(of(text));
        }
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        Self(words)
    }

    /// The text without known words and rows, and with a space where one was, so that its neighbours do not make another.
    fn taken_out_of(&self, text: &[char]) -> Vec<char> {
        let mut left = Vec::new();
        let mut rest = text;
        while let Some((first, after)) = rest.split_first() {
            let word = self.0.iter().find(|word| begins_with(rest, word));
            let known = word.map_or(0, Vec::len).max(row_at_start(rest));
            if known > 0 {
                rest = &rest[known..];
                left.push(' ');
            } else {
                left.push(*first);
                rest = after;
            }
        }
        left
    }
}

/// Whether a text begins with a word, also where signs stand in the place of letters.
fn begins_with(text: &[char], word: &[char]) -> bool {
    let same = |(c, letter): (&char, &char)| c == letter || unmasked(*c) == *letter;
    text.len() >= word.len() && text.iter().zip(word).all(same)
}

/// How long a row of keys or of counting begins the text; 0: none, or too short a one.
fn row_at_start(text: &[char]) -> usize {
    let along = |row: &[char]| {
        let starts = 0..row.len();
        let lengths = starts.map(|at| {
            row[at..]
                .iter()
                .zip(text)
                .take_while(|(a, b)| a == b)
                .count()
        });
        lengths.max().unwrap_or_default()
    };
    let length = ROWS
        .iter()
        .flat_map(|row| {
            let forth: Vec<char> = row.chars().collect();
            let back: Vec<char> = row.chars().rev().collect();
            [along(&forth), along(&back)]
        })
        .max()
        .unwrap_or_default();
    if length >= LEAST_ROW { length } else { 0 }
}

/// The text without spaces and without what merely repeats what stands before it.
fn without_repetition(text: &[char]) -> Vec<char> {
    let mut left: Vec<char> = Vec::new();
    let mut rest: &[char] = &text
        .iter()
        .copied()
        .filter(|c| *c != ' ')
        .collect::<Vec<_>>();
    while let Some((first, after)) = rest.split_first() {
        let repeated = (1..=left.len().min(rest.len())).rev().find(|length| {
            let (before, next) = (&left[left.len() - length..], &rest[..*length]);
            // One letter twice is spelling; three times, or two letters again, is not.
            before == next
                && (*length > 2
                    || before.iter().all(|c| c == first) && left.ends_with(&[*first, *first]))
        });
        match repeated {
            Some(length) => rest = &rest[length..],
            None => {
                left.push(*first);
                rest = after;
            }
        }
    }
    left
}

/// In lower case, without spaces and what stands between words.
fn folded(text: &str) -> Vec<char> {
    let lower = text.nfkc().flat_map(char::to_lowercase);
    lower
        .filter(|c| !c.is_whitespace() && !"-_.,".contains(*c))
        .collect()
}

/// The letter that a sign is usually put in the place of.
fn unmasked(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ANN: Whose<'_> = Whose {
        name: "Ann Réed",
        email: "ann.reed@lakeside-dental.example",
        organization: "Ridgeline IT",
    };

    fn refused(password: &str) -> bool {
        accept(password, ANN).is_err()
    }

    #[test]
    fn what_others_try_first_is_refused() {
        for guess in [
            "passwordpassword",
            "Password123456!",
            "P@ssw0rd2026!!",
            "qwertyuiop123",
            "aaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "xyzzyxyzzyxyzzy",
            "0987654321098",
            "1qaz2wsx3edc4rfv",
            "AscentAscent2026",
            "Welcome2Ascent1",
            "ann.reed.2026!",
            "AnnRéed-AnnRéed",
            "Ridgeline-IT-2026",
            "lakesidedental1",
            "Summer2026!!!!",
        ] {
            assert!(refused(guess), "{guess}");
        }
    }

    #[test]
    fn long_passwords_of_ones_own_are_accepted_whatever_their_characters() {
        for good in [
            "correct horse battery",
            "aardvark plum sofa",
            "u7Gk2#qLm9zX",
            "Straßenbahn im Mai",
            "пятница вечером дождь",
            "雨の日は家で静かに本を読む",
            "!#%&*+/=?~(^",
            "🦊🌲🚲🎻🥨🧭🪁🦉🧶🍋🎯🪐",
            "a password for tests",
        ] {
            assert!(!refused(good), "{good}");
        }
    }

    #[test]
    fn a_password_is_as_long_as_its_characters_and_has_the_same_form_on_every_keyboard() {
        assert!(refused("short"));
        assert!(refused(&"kite plum ".repeat(26)));
        let composed = SecretString::from("M\u{fc}nchen ok");
        let decomposed = SecretString::from("Mu\u{308}nchen ok");
        assert_eq!(normalized(&composed), normalized(&decomposed));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_rules_and_no_refusal_repeats_it(password in "\\PC{0,300}", name in "\\PC{0,20}") {
            let whose = Whose { name: &name, ..ANN };
            if let Err(error) = accept(&password, whose) {
                let said = error.to_string();
                prop_assert!(password.chars().count() < 5 || !said.contains(&password));
            }
        }

        #[test]
        fn drawn_characters_are_accepted(password in "[a-zA-Z0-9#%&+*/=?-]{20,64}") {
            prop_assert!(accept(&password, ANN).is_ok(), "{password}");
        }
    }
}
