//! Recovery codes: for somebody whose authenticator app is gone. Each works once.

use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    accounts::session::digest,
    error::{Error, Result},
};

/// So many are made at once.
pub(super) const COUNT: usize = 10;
/// Characters that nobody takes for others: 32 of them, five bits each.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
/// Characters of a code: 120 bits. Below 112 a salt would be needed.
const LENGTH: usize = 24;

/// New codes, in groups of four.
pub(super) fn draw() -> Result<Vec<SecretString>> {
    (0..COUNT).map(|_| draw_one()).collect()
}

fn draw_one() -> Result<SecretString> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(Error::internal)?;
    let letters: Vec<char> = bytes
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)))
        .map(|c| char::from(*c))
        .collect();
    let groups: Vec<String> = letters.chunks(4).map(|it| it.iter().collect()).collect();
    Ok(SecretString::from(groups.join("-")))
}

/// What is stored of a code, however it was typed. It is random, so that no salt is needed.
pub(super) fn digest_of(typed: &str) -> String {
    digest(&super::plain(typed).to_lowercase())
}

/// What is stored of new codes.
pub(super) fn digests(codes: &[SecretString]) -> Vec<String> {
    codes
        .iter()
        .map(|code| digest_of(code.expose_secret()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_many_and_read_however_they_are_typed() {
        let codes = draw().unwrap();
        let mut digests = digests(&codes);
        let first = codes[0].expose_secret();
        assert_eq!(first.len(), 29);
        let typed = format!(" {} ", first.to_uppercase().replace('-', " "));
        assert_eq!(digest_of(&typed), digests[0]);
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), COUNT);
    }
}
