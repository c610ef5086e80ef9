//! Codes of an authenticator app (RFC 6238): six digits out of a shared secret and the time, in steps of half a minute.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use sha1::Sha1;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// How long a code is shown, in seconds.
const STEP: i64 = 30;
/// Clocks may be apart by so many steps.
const APART: i64 = 1;
/// The length of a secret in bytes, as RFC 4226 wants it.
const SECRET: usize = 20;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A new secret, as people type it into an app: base32.
pub(super) fn draw_secret() -> Result<SecretString> {
    let mut bytes = Zeroizing::new([0; SECRET]);
    getrandom::fill(bytes.as_mut_slice()).map_err(Error::internal)?;
    Ok(SecretString::from(to_base32(bytes.as_slice())))
}

/// What a QR code says to the app.
pub(super) fn address(email: &str, secret: &SecretString) -> SecretString {
    let label: String = form_urlencoded::byte_serialize(email.as_bytes()).collect();
    SecretString::from(format!(
        "otpauth://totp/Ascent:{label}?secret={}&issuer=Ascent",
        secret.expose_secret()
    ))
}

/// Whether something typed has the form of a code.
pub(super) fn is_code(typed: &str) -> bool {
    typed.len() == 6 && typed.bytes().all(|c| c.is_ascii_digit())
}

/// The step whose code was typed; none: it is the code of none around now.
pub(super) fn step_of(secret: &SecretString, typed: &str, now: Timestamp) -> Option<i64> {
    let key = Zeroizing::new(from_base32(secret.expose_secret())?);
    let present = now.as_second().div_euclid(STEP);
    let mut found = None;
    // Each is worked out, so that the time taken says nothing.
    for step in present - APART..=present + APART {
        let same: bool = code(&key, step)?.as_bytes().ct_eq(typed.as_bytes()).into();
        if same {
            found = Some(step);
        }
    }
    found
}

/// The code of a step (RFC 4226, section 5.3).
fn code(key: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest.last()? & 0xf);
    let four: [u8; 4] = digest.get(offset..offset + 4)?.try_into().ok()?;
    let number = u32::from_be_bytes(four) & 0x7fff_ffff;
    Some(format!("{:06}", number % 1_000_000))
}

fn to_base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut bits, mut count) = (0u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            let index = usize::try_from((bits >> count) & 31).unwrap_or_default();
            text.extend(ALPHABET.get(index).map(|letter| char::from(*letter)));
        }
        bits &= (1 << count) - 1;
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for c in text.bytes() {
        let index = ALPHABET.iter().position(|it| *it == c)?;
        bits = bits << 5 | u32::try_from(index).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count).ok()?);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The secret of the test vectors in RFC 6238, appendix B.
    fn secret() -> SecretString {
        SecretString::from(to_base32(b"12345678901234567890"))
    }

    #[test]
    fn the_codes_are_those_of_the_rfc() {
        assert_eq!(secret().expose_secret(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for (second, eight) in [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let now = Timestamp::from_second(second).unwrap();
            assert_eq!(step_of(&secret(), &eight[2..], now), Some(second / STEP));
        }
    }

    #[test]
    fn a_code_is_good_a_step_early_and_a_step_late() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let key = from_base32(secret().expose_secret()).unwrap();
        let typed = code(&key, 100).unwrap();
        for (second, good) in [
            (2969, false),
            (2970, true),
            (3000, true),
            (3059, true),
            (3060, false),
        ] {
            assert_eq!(
                step_of(&secret(), &typed, at(second)).is_some(),
                good,
                "{second}"
            );
        }
        for wrong in ["", "12345", "1234567", "abcdef", "１２３４５６"] {
            assert_eq!(step_of(&secret(), wrong, at(3000)), None);
        }
    }

    #[test]
    fn the_address_says_whose_it_is() {
        let address = address("ann+x@b.example", &secret());
        let rest = address
            .expose_secret()
            .strip_prefix("otpauth://totp/Ascent:ann%2Bx%40b.example?")
            .unwrap();
        assert_eq!(
            rest,
            "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ascent"
        );
    }

    proptest! {
        #[test]
        fn a_secret_reads_back(bytes in proptest::collection::vec(any::<[u8; 5]>(), 0..8)) {
            let bytes = bytes.concat();
            prop_assert_eq!(from_base32(&to_base32(&bytes)), Some(bytes));
        }

        #[test]
        fn no_text_breaks_the_comparison(typed in "\\PC{0,12}", second in 0i64..4_000_000_000) {
            let now = Timestamp::from_second(second).unwrap();
            prop_assert!(is_code(&typed) || step_of(&secret(), &typed, now).is_none());
        }
    }
}
