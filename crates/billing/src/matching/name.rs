//! Company names, brought to one form.

use unicode_normalization::UnicodeNormalization;

/// Legal forms that people write or leave out, folded and without punctuation.
const LEGAL_SUFFIXES: &[&str] = &[
    "ab",
    "ag",
    "aps",
    "as",
    "asa",
    "bv",
    "bvba",
    "co",
    "company",
    "corp",
    "corporation",
    "cv",
    "doo",
    "eg",
    "ek",
    "ev",
    "gbr",
    "ggmbh",
    "gmbh",
    "hf",
    "inc",
    "incorporated",
    "kft",
    "kg",
    "kgaa",
    "kk",
    "limited",
    "llc",
    "llp",
    "lp",
    "ltd",
    "ltda",
    "nv",
    "og",
    "ohg",
    "ou",
    "oy",
    "oyj",
    "pc",
    "plc",
    "pllc",
    "pte",
    "pty",
    "pvt",
    "sa",
    "sarl",
    "sas",
    "sasu",
    "se",
    "sl",
    "slu",
    "snc",
    "spa",
    "spzoo",
    "srl",
    "sro",
    "uab",
    "ug",
];

/// How many words a legal form may be spread over: `S. à r. l.`, `Sp. z o. o.`.
const LONGEST_SUFFIX: usize = 4;

/// The form in which two names are compared: compatibility-normalized, accents
/// folded, lower case, without punctuation, spaces and trailing legal forms
/// (`Société Générale S.A.` and `SOCIETE GENERALE` are the same). `None` if
/// nothing is left to compare.
///
/// A name that is nothing but a legal form keeps it. Scripts without a plain
/// Latin spelling (Chinese, Japanese, Korean) are compared as written: a
/// transcription would make different names equal.
#[must_use]
pub fn normalized_name(name: &str) -> Option<String> {
    let folded = fold(name);
    let mut words: Vec<&str> = folded.split_whitespace().collect();
    while let Some(shorter) = without_legal_suffix(&words) {
        words.truncate(shorter);
    }
    let name = words.concat();
    (!name.is_empty()).then_some(name)
}

/// The number of words left once a trailing legal form is taken off, if there
/// is one and something stays before it.
fn without_legal_suffix(words: &[&str]) -> Option<usize> {
    (1..=LONGEST_SUFFIX)
        .filter_map(|length| words.len().checked_sub(length))
        .find(|&rest| {
            rest > 0
                && LEGAL_SUFFIXES
                    .binary_search(&words[rest..].concat().as_str())
                    .is_ok()
        })
}

/// Lower-case words. Points and apostrophes join (`L.L.C.`, `O'Brien`), any
/// other punctuation separates.
fn fold(name: &str) -> String {
    let marks = |c: &char| !matches!(c, '™' | '®' | '©' | '℠');
    let mut folded = String::with_capacity(name.len());
    for c in name.chars().filter(marks).nfkc() {
        match c {
            '.' | '\'' | '’' | '‘' | '`' | '´' => {}
            c if c.is_alphanumeric() => push_folded(&mut folded, c),
            // A combining mark that found no partner belongs to the letter before it.
            c if unicode_normalization::char::is_combining_mark(c) => {}
            _ => folded.push(' '),
        }
    }
    folded
}

fn push_folded(folded: &mut String, c: char) {
    // The ideographic and Hangul blocks begin here.
    const FIRST_IDEOGRAPHIC: char = '\u{2E80}';
    let plain = if c < FIRST_IDEOGRAPHIC {
        deunicode::deunicode_char(c)
    } else {
        None
    };
    match plain
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
    {
        Some(text) => folded.extend(
            text.chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|c| c.to_ascii_lowercase()),
        ),
        None => folded.extend(c.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(left: &str, right: &str) -> bool {
        normalized_name(left).is_some() && normalized_name(left) == normalized_name(right)
    }

    #[test]
    fn suffixes_are_in_order() {
        assert!(LEGAL_SUFFIXES.is_sorted());
    }

    #[test]
    fn s58_names_are_equal_whatever_their_dress() {
        for (left, right) in [
            ("Acme, Inc.", "ACME"),
            ("Acme Co., Ltd.", "acme"),
            ("Müller & Söhne GmbH & Co. KG", "Muller Sohne"),
            ("Société Générale S.A.", "SOCIETE GENERALE"),
            ("Bäckerei Groß", "backerei gross"),
            ("Café Du\u{301}o S. à r. l.", "cafe duo"),
            ("Nørrebro Træ ApS", "norrebro trae"),
            ("Smith-Jones Pty Ltd", "smith jones"),
            ("O’Brien L.L.C.", "OBrien"),
            ("ＡＣＭＥ", "acme"),
            ("Acme™", "Acme"),
        ] {
            assert!(
                same(left, right),
                "{left} / {right}: {:?}",
                normalized_name(left)
            );
        }
    }

    #[test]
    fn s58_different_names_stay_different() {
        for (left, right) in [
            ("Acme East", "Acme West"),
            ("Inc", "LLC"),
            ("Coast", "St"),
            ("张氏", "章氏"),
            ("Costa", "Costa Rica"),
        ] {
            assert!(!same(left, right), "{left} / {right}");
        }
    }

    #[test]
    fn a_legal_form_alone_is_a_name_and_punctuation_is_none() {
        assert_eq!(normalized_name("Co."), Some("co".into()));
        assert_eq!(normalized_name("AG Co Ltd"), Some("ag".into()));
        for nothing in ["", "   ", "...", "&", "™", "🦀"] {
            assert_eq!(normalized_name(nothing), None, "{nothing}");
        }
    }
}
