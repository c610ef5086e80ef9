//! JSON as it was written: told apart by how it begins, and read no further
//! than somebody asks.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A value. A number keeps its digits.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    Null,
    Flag(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    Object(&'a RawValue),
    /// A list, or a text with half a character in it.
    Other(&'a RawValue),
}

impl<'a> Value<'a> {
    pub(crate) fn of(raw: &'a RawValue) -> Self {
        let written = raw.get();
        match written.as_bytes().first() {
            Some(b'n') => Self::Null,
            Some(b't') => Self::Flag(true),
            Some(b'f') => Self::Flag(false),
            Some(b'"') => match serde_json::from_str(written) {
                Ok(Text(text)) => Self::Text(text),
                Err(_) => Self::Other(raw),
            },
            Some(b'{') => Self::Object(raw),
            Some(b'[') | None => Self::Other(raw),
            Some(_) => Self::Number(written),
        }
    }

    /// What a person is shown of it.
    pub(crate) fn seen(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Flag(true) => "true",
            Self::Flag(false) => "false",
            Self::Number(written) => written,
            Self::Text(text) => text,
            Self::Object(raw) | Self::Other(raw) => raw.get(),
        }
    }
}

/// The values of an object by their names. Of two of one name the later
/// counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Object<'a> {
    /// The object that is written there, or `None` if it is something else.
    pub(crate) fn of(raw: &'a RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Value<'a>> {
        let mut latest = self.0.iter().rev();
        let (_, raw) = latest.find(|(written, _)| written == name)?;
        Some(Value::of(raw))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        // As many as most rows have.
        let mut fields = Vec::with_capacity(24);
        while let Some((Text(name), value)) = map.next_entry()? {
            fields.push((name, value));
        }
        Ok(Object(fields))
    }
}

/// A text, borrowed where it is written as it is meant.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
