//! The fields of one JSON object, read by name and by meaning.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::{Day, FieldProblem, Moment, Warning, decimal};

/// Reads the fields of a row and collects its warnings.
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    warnings: Vec<Warning>,
}

impl<'a> Fields<'a> {
    /// The fields of `row`, or `None` if it is not an object.
    pub(crate) fn of(row: &'a Value) -> Option<Self> {
        Some(Self {
            object: row.as_object()?,
            warnings: Vec::new(),
        })
    }

    pub(crate) fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }

    /// A text, trimmed. A number or a truth value is taken as it is written.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.read(name, name, as_text)
    }

    /// An exact number, from a number or from a text.
    pub(crate) fn decimal(&mut self, name: &'static str) -> Option<Decimal> {
        self.read(name, name, as_decimal)
    }

    pub(crate) fn moment(&mut self, name: &'static str) -> Option<Moment> {
        self.read(name, name, |value| Moment::parse(written(value)?))
    }

    pub(crate) fn day(&mut self, name: &'static str) -> Option<Day> {
        self.read(name, name, |value| Day::parse(written(value)?))
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.read(name, name, as_flag)
    }

    /// What stands under `name`, if it is there and says something.
    pub(crate) fn value(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| says_something(value))
    }

    /// The group of fields under `name`, or none with a warning if something
    /// else stands there.
    pub(crate) fn group(&mut self, name: &'static str) -> Option<Group<'a>> {
        let value = self.value(name)?;
        match value.as_object() {
            Some(object) => Some(Group { object }),
            None => {
                self.warn(name, FieldProblem::NotAnObject, value);
                None
            }
        }
    }

    /// A text of a group; `full_name` is how a warning names it.
    pub(crate) fn text_in(
        &mut self,
        group: &Group<'_>,
        name: &str,
        full_name: &'static str,
    ) -> Option<String> {
        self.read_from(group.object, name, full_name, as_text)
    }

    /// A moment of a group; `full_name` is how a warning names it.
    pub(crate) fn moment_in(
        &mut self,
        group: &Group<'_>,
        name: &str,
        full_name: &'static str,
    ) -> Option<Moment> {
        self.read_from(group.object, name, full_name, |value| {
            Moment::parse(written(value)?)
        })
    }

    pub(crate) fn warn(&mut self, field: &'static str, problem: FieldProblem, seen: &Value) {
        self.warnings.push(Warning::new(field, problem, seen));
    }

    fn read<T>(
        &mut self,
        name: &str,
        full_name: &'static str,
        meaning: impl FnOnce(&Value) -> Result<T, FieldProblem>,
    ) -> Option<T> {
        self.read_from(self.object, name, full_name, meaning)
    }

    fn read_from<T>(
        &mut self,
        object: &Map<String, Value>,
        name: &str,
        full_name: &'static str,
        meaning: impl FnOnce(&Value) -> Result<T, FieldProblem>,
    ) -> Option<T> {
        let value = object.get(name).filter(|value| says_something(value))?;
        match meaning(value) {
            Ok(read) => Some(read),
            Err(problem) => {
                self.warn(full_name, problem, value);
                None
            }
        }
    }
}

/// A group of fields inside a row, such as an address.
pub(crate) struct Group<'a> {
    object: &'a Map<String, Value>,
}

/// Absent, `null`, `""` and white space are all the same: nothing.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !clean(text).is_empty(),
        Value::Object(object) => !object.is_empty(),
        _ => true,
    }
}

/// Trimmed, and without NUL, which no database keeps in a text.
fn clean(text: &str) -> String {
    text.replace('\0', "").trim().to_owned()
}

pub(crate) fn as_text(value: &Value) -> Result<String, FieldProblem> {
    match value {
        Value::String(text) => Ok(clean(text)),
        Value::Number(number) => Ok(number.as_str().to_owned()),
        Value::Bool(flag) => Ok(flag.to_string()),
        _ => Err(FieldProblem::NotText),
    }
}

fn as_decimal(value: &Value) -> Result<Decimal, FieldProblem> {
    match value {
        Value::Number(number) => decimal::parse(number.as_str()),
        Value::String(text) => decimal::parse(text.trim()),
        _ => Err(FieldProblem::NotANumber),
    }
}

fn as_flag(value: &Value) -> Result<bool, FieldProblem> {
    match value {
        Value::Bool(flag) => Ok(*flag),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(FieldProblem::NotTrueOrFalse),
    }
}

fn written(value: &Value) -> Result<&str, FieldProblem> {
    value.as_str().ok_or(FieldProblem::NotADate)
}
