//! Typed ids: a client's id is not an invoice's.

/// Declares typed ids over UUIDs: `db::ids! { /// An invoice. InvoiceId }`.
///
/// Each has `new()` (sortable by time of making), `parse`, `Display`, serde as text, and reads and writes as a column.
#[macro_export]
macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident)*) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($crate::private::uuid::Uuid);

        impl $name {
            /// A new id, later than the ones made before it.
            #[allow(clippy::new_without_default)]
            #[must_use]
            pub fn new() -> Self {
                Self($crate::private::uuid::Uuid::now_v7())
            }

            /// An id from bytes that identify the record by themselves, such as a digest of its foreign key.
            #[must_use]
            pub fn from_digest(bytes: [u8; 16]) -> Self {
                Self($crate::private::uuid::Builder::from_custom_bytes(bytes).into_uuid())
            }

            /// The id that a text spells, if it spells one.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                text.parse().ok().map(Self)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str> as serde::Deserialize>::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not an id"))
            }
        }

        impl $crate::Bind for $name {
            fn bind(it: Option<Self>) -> $crate::Value {
                $crate::Value::Text(it.map(|id| id.to_string()))
            }
        }

        impl $crate::FromColumn for $name {
            fn read(row: &$crate::Row, column: &str) -> $crate::Result<Option<Self>> {
                row.parse(column, |text| Self::parse(text).ok_or("not an id"))
            }
        }
    )*};
}

ids! {
    /// An organization: one MSP with its users, clients, licence and Pax8 account.
    OrganizationId
}
