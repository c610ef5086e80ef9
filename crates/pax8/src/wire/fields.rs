//! The fields of one JSON object, read by name and by meaning.

use std::borrow::Cow;

use rust_decimal::Decimal;

use super::{Day, FieldProblem, Moment, Object, Value, Warning, decimal};

/// Reads the fields of a row and collects its warnings.
pub struct Fields<'a> {
    object: Object<'a>,
    warnings: Vec<Warning>,
}

impl<'a> Fields<'a> {
    /// The fields of a row.
    pub(crate) fn of(object: Object<'a>) -> Self {
        Self {
            object,
            warnings: Vec::new(),
        }
    }

    pub(crate) fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }

    /// A text, trimmed. A number or a truth value is taken as it is written.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<String> {
        self.read(name, as_text)
    }

    /// An exact number, from a number or from a text.
    pub(crate) fn decimal(&mut self, name: &'static str) -> Option<Decimal> {
        self.read(name, as_decimal)
    }

    pub(crate) fn moment(&mut self, name: &'static str) -> Option<Moment> {
        self.read(name, as_moment)
    }

    pub(crate) fn day(&mut self, name: &'static str) -> Option<Day> {
        self.read(name, |value| Day::parse(written(value)?))
    }

    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.read(name, as_flag)
    }

    /// What stands under `name`, if it is there and says something.
    pub(crate) fn value(&self, name: &str) -> Option<Value<'a>> {
        self.object.get(name).filter(says_something)
    }

    /// The group of fields under `name`, or none with a warning if something
    /// else stands there.
    pub(crate) fn group(&mut self, name: &'static str) -> Option<Object<'a>> {
        self.read(name, |value| match value {
            Value::Object(raw) => Object::of(raw).ok_or(FieldProblem::NotAnObject),
            _ => Err(FieldProblem::NotAnObject),
        })
    }

    /// A text of a group; `full_name` is how a warning names it.
    pub(crate) fn text_in(
        &mut self,
        group: &Object<'_>,
        name: &str,
        full_name: &'static str,
    ) -> Option<String> {
        self.understand(group.get(name), full_name, as_text)
    }

    /// A moment of a group; `full_name` is how a warning names it.
    pub(crate) fn moment_in(
        &mut self,
        group: &Object<'_>,
        name: &str,
        full_name: &'static str,
    ) -> Option<Moment> {
        self.understand(group.get(name), full_name, as_moment)
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        meaning: impl FnOnce(&Value<'a>) -> Result<T, FieldProblem>,
    ) -> Option<T> {
        self.understand(self.object.get(name), name, meaning)
    }

    fn understand<'v, T>(
        &mut self,
        value: Option<Value<'v>>,
        field: &'static str,
        meaning: impl FnOnce(&Value<'v>) -> Result<T, FieldProblem>,
    ) -> Option<T> {
        let value = value.filter(says_something)?;
        match meaning(&value) {
            Ok(meant) => Some(meant),
            Err(problem) => {
                let warning = Warning::new(field, problem, value.seen());
                self.warnings.push(warning);
                None
            }
        }
    }
}

/// Absent, `null`, `""` and white space are all the same: nothing.
fn says_something(value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::Text(text) => text.chars().any(|it| it != '\0' && !it.is_whitespace()),
        Value::Object(raw) => Object::of(raw).is_none_or(|object| !object.is_empty()),
        _ => true,
    }
}

/// Trimmed, and without NUL, which no database keeps in a text.
fn clean(text: &str) -> String {
    let text = match text.contains('\0') {
        true => Cow::from(text.replace('\0', "")),
        false => Cow::from(text),
    };
    text.trim().to_owned()
}

pub(crate) fn as_text(value: &Value<'_>) -> Result<String, FieldProblem> {
    match value {
        Value::Text(text) => Ok(clean(text)),
        Value::Number(_) | Value::Flag(_) => Ok(value.seen().to_owned()),
        _ => Err(FieldProblem::NotText),
    }
}

fn as_decimal(value: &Value<'_>) -> Result<Decimal, FieldProblem> {
    match value {
        Value::Number(written) => decimal::parse(written),
        Value::Text(text) => decimal::parse(text.trim()),
        _ => Err(FieldProblem::NotANumber),
    }
}

fn as_moment(value: &Value<'_>) -> Result<Moment, FieldProblem> {
    Moment::parse(written(value)?)
}

fn as_flag(value: &Value<'_>) -> Result<bool, FieldProblem> {
    match value {
        Value::Flag(flag) => Ok(*flag),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("true") => Ok(true),
        Value::Text(text) if text.trim().eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(FieldProblem::NotTrueOrFalse),
    }
}

fn written<'v>(value: &'v Value<'_>) -> Result<&'v str, FieldProblem> {
    match value {
        Value::Text(text) => Ok(text),
        _ => Err(FieldProblem::NotADate),
    }
}
