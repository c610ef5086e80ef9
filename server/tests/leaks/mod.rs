//! Looking for secrets where none belongs: as they are, and in the ways in which programs write them.

use base64::{Engine as _, prelude::BASE64_STANDARD};

/// A secret and everything that would give it away.
pub struct Secret {
    name: String,
    forms: Vec<String>,
}

impl Secret {
    /// A secret of at least eight characters; shorter ones are found everywhere.
    pub fn new(name: &str, secret: &str) -> Self {
        assert!(secret.len() >= 8, "{name}");
        let mut forms = vec![secret.to_owned()];
        forms.extend(percent_encoded(secret));
        forms.push(hexadecimal(secret));
        forms.push(hexadecimal(secret).to_uppercase());
        forms.extend((0..3).map(|before| in_base64(secret, before)));
        let url_safe = |form: &String| form.replace('+', "-").replace('/', "_");
        forms.extend(
            forms[forms.len() - 3..]
                .iter()
                .map(url_safe)
                .collect::<Vec<_>>(),
        );
        forms.push(escaped(secret));
        forms.sort();
        forms.dedup();
        Self {
            name: name.to_owned(),
            forms,
        }
    }

    /// How it is given away by a text.
    fn found_in(&self, text: &str) -> Option<&str> {
        let mut forms = self.forms.iter().map(String::as_str);
        forms.find(|form| text.contains(form))
    }
}

/// Fails if one of the secrets is in what `place` holds.
#[track_caller]
pub fn refuse(secrets: &[Secret], place: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for secret in secrets {
        if let Some(form) = secret.found_in(&text) {
            let at = text.find(form).unwrap_or_default();
            let before: String = text[..at].chars().rev().take(200).collect();
            let before: String = before.chars().rev().collect();
            panic!(
                "{place} gives {} away, as {form:?}, after {before:?}",
                secret.name
            );
        }
    }
}

fn percent_encoded(secret: &str) -> [String; 2] {
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let path = form.replace('+', "%20");
    [form, path]
}

fn hexadecimal(secret: &str) -> String {
    secret.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// What of the secret can be seen in the base64 of a longer text that begins with so many other bytes, modulo three.
fn in_base64(secret: &str, before: usize) -> String {
    let mut bytes = vec![0; before];
    bytes.extend(secret.bytes());
    let whole = bytes.len() / 3 * 4;
    let encoded = BASE64_STANDARD.encode(&bytes);
    let begin = [0, 2, 3][before];
    encoded[begin..whole].to_owned()
}

/// As it stands in JSON and in debugging output.
fn escaped(secret: &str) -> String {
    let quoted = serde_json::to_string(secret).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

#[test]
fn a_secret_is_found_in_every_form_and_at_every_place() {
    let secret = "p/ss+word \"quoted\"";
    let secrets = [Secret::new("it", secret)];
    let found = |text: &str| secrets[0].found_in(text).is_some();
    assert!(!found("nothing of the kind"));
    assert!(found(&format!("in {secret} between")));
    assert!(found(&format!("{:?}", ("debug", secret))));
    assert!(found(&serde_json::json!({ "x": secret }).to_string()));
    let form: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    assert!(found(&format!("?a={form}&b")));
    assert!(found(&hexadecimal(secret)));
    for before in ["", "a", "ab", "abc", "abcd"] {
        for after in ["", "x", "xy", "xyz"] {
            let longer = format!("{before}{secret}{after}");
            assert!(found(&BASE64_STANDARD.encode(&longer)), "{longer}");
            let url_safe = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(&longer);
            assert!(found(&url_safe), "{longer}");
        }
    }
}
