//! Values that go into statements.

use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;

/// A value bound to a placeholder. The null of each type is typed, because Postgres wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text, also decimals, dates, ids and JSON.
    Text(Option<String>),
    /// A whole number, also instants in milliseconds since the Unix epoch.
    Int(Option<i64>),
    /// A truth value.
    Bool(Option<bool>),
}

/// A type that can be bound; none of it is null.
pub trait Bind: Sized {
    /// The value, or the null of its type.
    fn bind(it: Option<Self>) -> Value;
}

/// What [`args!`](crate::args) takes: a [`Bind`] or its optional form.
pub trait IntoValue {
    #[doc(hidden)]
    fn into_value(self) -> Value;
}

impl<T: Bind> IntoValue for T {
    fn into_value(self) -> Value {
        T::bind(Some(self))
    }
}

impl<T: Bind> IntoValue for Option<T> {
    fn into_value(self) -> Value {
        T::bind(self)
    }
}

impl IntoValue for Value {
    fn into_value(self) -> Value {
        self
    }
}

macro_rules! bind {
    ($($type:ty => $variant:ident, |$it:ident| $make:expr;)*) => {$(
        impl Bind for $type {
            fn bind(it: Option<Self>) -> Value {
                Value::$variant(it.map(|$it| $make))
            }
        }
    )*};
}

bind! {
    String => Text, |it| it;
    &str => Text, |it| it.to_owned();
    &String => Text, |it| it.clone();
    Decimal => Text, |it| it.to_string();
    Date => Text, |it| it.to_string();
    i64 => Int, |it| it;
    u32 => Int, |it| i64::from(it);
    Timestamp => Int, |it| it.as_millisecond();
    bool => Bool, |it| it;
    serde_json::Value => Text, |it| it.to_string();
}

impl Value {
    /// A JSON text of anything that serialises.
    ///
    /// # Errors
    /// When the value has no JSON form (a map with keys that are not text).
    pub fn json<T: serde::Serialize>(value: &T) -> Result<Self, serde_json::Error> {
        Ok(Self::Text(Some(serde_json::to_string(value)?)))
    }
}

/// The arguments of a statement: `args![id, name, None::<String>]`. An organization's statement gets its organization
/// by itself, so that the first of these is `$2` there and `$1` in a system statement.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::IntoValue::into_value($value)),*]
    };
}
