//! Currencies by their ISO 4217 code, with the number of decimals people pay in.

mod table;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A currency in use, by its ISO 4217 alphabetic code.
///
/// Only codes whose minor unit is known can be made, so an amount never has to
/// guess how many decimals it has. Read from text in any case (`"usd"`),
/// written and serialized as the upper case code.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency {
    code: &'static str,
    minor_digits: u32,
}

/// A text that names no currency this program can count in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// Not three letters.
    #[error("a currency is three letters, for example USD")]
    Malformed,
    /// Three letters, but no currency whose minor unit is known.
    #[error("{0} is not a currency in use")]
    Unknown(String),
}

impl Currency {
    /// United States dollar.
    pub const USD: Self = Self::with_cents("USD");
    /// Euro.
    pub const EUR: Self = Self::with_cents("EUR");
    /// Pound sterling.
    pub const GBP: Self = Self::with_cents("GBP");
    /// Canadian dollar.
    pub const CAD: Self = Self::with_cents("CAD");
    /// Australian dollar.
    pub const AUD: Self = Self::with_cents("AUD");
    /// New Zealand dollar.
    pub const NZD: Self = Self::with_cents("NZD");

    const fn with_cents(code: &'static str) -> Self {
        Self {
            code,
            minor_digits: 2,
        }
    }

    /// The three-letter code, upper case.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code
    }

    /// How many decimals the smallest payable unit has: 0, 2 or 3.
    #[must_use]
    pub fn minor_digits(self) -> u32 {
        self.minor_digits
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let code = text.trim().to_ascii_uppercase();
        if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(CurrencyError::Malformed);
        }
        let lists = [
            (table::TWO_DECIMALS, 2),
            (table::NO_DECIMALS, 0),
            (table::THREE_DECIMALS, 3),
        ];
        for (codes, minor_digits) in lists {
            if let Ok(at) = codes.binary_search(&code.as_str()) {
                return Ok(Self {
                    code: codes[at],
                    minor_digits,
                });
            }
        }
        Err(CurrencyError::Unknown(code))
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_digits_follow_the_table() {
        for (code, digits) in [("USD", 2), ("jpy", 0), ("KRW", 0), (" kwd ", 3), ("TND", 3)] {
            assert_eq!(
                code.parse::<Currency>().unwrap().minor_digits(),
                digits,
                "{code}"
            );
        }
    }

    #[test]
    fn every_listed_code_is_found_and_stands_in_one_list_only() {
        let mut all: Vec<&str> = Vec::new();
        for list in [
            table::NO_DECIMALS,
            table::TWO_DECIMALS,
            table::THREE_DECIMALS,
        ] {
            assert!(list.is_sorted());
            all.extend(list);
        }
        for code in &all {
            assert_eq!(code.parse::<Currency>().unwrap().code(), *code);
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn constants_are_what_the_table_says() {
        use Currency as C;
        for known in [C::USD, C::EUR, C::GBP, C::CAD, C::AUD, C::NZD] {
            assert_eq!(known.code().parse::<C>().unwrap(), known);
        }
    }

    #[test]
    fn unknown_and_malformed_codes_are_refused() {
        assert_eq!(
            "XQX".parse::<Currency>(),
            Err(CurrencyError::Unknown("XQX".into()))
        );
        for text in ["", "US", "USDX", "U$D", "12A"] {
            assert_eq!(
                text.parse::<Currency>(),
                Err(CurrencyError::Malformed),
                "{text}"
            );
        }
    }
}
