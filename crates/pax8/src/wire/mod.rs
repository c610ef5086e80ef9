//! Reading what Pax8 writes, leniently: absent, `null` and `""` are one
//! thing, numbers come as numbers or as text, dates in several spellings. A
//! field that cannot be understood is `None` and leaves a [`Warning`].

mod decimal;
mod fields;
mod moment;
mod value;
mod warning;

pub use fields::Fields;
pub use moment::{Day, Moment};
pub(crate) use value::{Object, Value};
pub use warning::{FieldProblem, Warning};
