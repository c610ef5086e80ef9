//! As much of OpenAPI 3.0 schemas as Pax8's published documents use: types,
//! required fields, enums, formats, references. An unknown field is an error.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

/// On every wire though no schema has them.
const UNDOCUMENTED: [&str; 2] = ["Invoice.status", "UsageSummary.subscriptionId"];

pub struct Checker<'a> {
    document: &'a Value,
    pub complaints: Vec<String>,
}

impl<'a> Checker<'a> {
    pub fn of(document: &'a Value) -> Self {
        Self {
            document,
            complaints: Vec::new(),
        }
    }

    pub fn check(&mut self, schema: &'a Value, value: &Value, at: &str) {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            let target = &self.document["components"]["schemas"][name];
            assert!(target.is_object(), "{reference}");
            return self.check(target, value, &format!("{at} {name}"));
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(part, value, at);
        }
        let fits = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("number") => value.is_number(),
            Some("integer") => value.is_i64(),
            _ => true,
        };
        self.expect(fits, at, || format!("is no {}: {value}", schema["type"]));
        self.object(schema, value, at);
        self.bounds(schema, value, at);
        if let Some(text) = value.as_str() {
            self.text(schema, text, at);
        }
        let item = &schema["items"];
        for (index, value) in value.as_array().into_iter().flatten().enumerate() {
            self.check(item, value, &format!("{at}[{index}]"));
        }
    }

    fn object(&mut self, schema: &'a Value, value: &Value, at: &str) {
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().unwrap();
            self.expect(value.get(name).is_some(), at, || format!("lacks {name}"));
        }
        if schema["properties"].is_null() {
            return;
        }
        for (name, value) in value.as_object().into_iter().flatten() {
            let property = &schema["properties"][name];
            let full = format!("{}.{name}", at.rsplit(' ').next().unwrap_or_default());
            let known = !property.is_null() || UNDOCUMENTED.contains(&full.as_str());
            self.expect(known, at, || format!("has an unknown field {name}"));
            self.check(property, value, &format!("{at}.{name}"));
        }
    }

    fn text(&mut self, schema: &Value, text: &str, at: &str) {
        if let Some(options) = schema["enum"].as_array() {
            // Some literals are followed by an explanation in parentheses.
            let literal = |option: &Value| {
                option
                    .as_str()
                    .and_then(|text| text.split(" (").next().map(str::to_owned))
            };
            let known = options
                .iter()
                .any(|option| literal(option).as_deref() == Some(text));
            self.expect(known, at, || format!("is no option: {text}"));
        }
        let fits = match schema["format"].as_str() {
            Some("uuid") => is_uuid(text),
            Some("date-time") => is_instant(text),
            Some("date" | "yyyy-MM-dd") => text.parse::<Date>().is_ok() && text.len() == 10,
            Some("email") => text.contains('@'),
            Some("phone") => !text.is_empty(),
            Some(other) => panic!("{at}: the checker does not know the format {other}"),
            None => true,
        };
        self.expect(fits, at, || format!("is no {}: {text}", schema["format"]));
        match schema["pattern"].as_str() {
            None => {}
            Some("^[A-Z]{2}$") => {
                let fits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
                self.expect(fits, at, || format!("does not match the pattern: {text}"));
            }
            Some(other) => panic!("{at}: the checker does not know the pattern {other}"),
        }
    }

    fn bounds(&mut self, schema: &Value, value: &Value, at: &str) {
        let Some(number) = value.as_i64() else { return };
        let above = schema["minimum"]
            .as_i64()
            .is_none_or(|minimum| number >= minimum);
        let below = schema["maximum"]
            .as_i64()
            .is_none_or(|maximum| number <= maximum);
        self.expect(above && below, at, || format!("is out of bounds: {number}"));
    }

    fn expect(&mut self, holds: bool, at: &str, complaint: impl FnOnce() -> String) {
        if !holds {
            self.complaints.push(format!("{at} {}", complaint()));
        }
    }
}

/// RFC 3339: the parser alone would take an offset without a colon.
fn is_instant(text: &str) -> bool {
    let colon = text.len().checked_sub(3).and_then(|at| text.get(at..=at));
    text.parse::<Timestamp>().is_ok() && (text.ends_with('Z') || colon == Some(":"))
}

fn is_uuid(text: &str) -> bool {
    let parts: Vec<_> = text.split('-').map(str::len).collect();
    parts == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[test]
fn the_checker_complains() {
    let document: Value = serde_json::from_str(
        r##"{"components": {"schemas": {"Thing": {"type": "object", "required": ["id"],
             "properties": {"id": {"type": "string", "format": "uuid"},
                            "kind": {"type": "string", "enum": ["a (first)", "b"]},
                            "at": {"type": "string", "format": "date-time"},
                            "size": {"type": "number", "maximum": 200}}}}},
            "list": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}}"##,
    )
    .unwrap();
    let complaints = |text: &str| {
        let mut checker = Checker::of(&document);
        checker.check(&document["list"], &serde_json::from_str(text).unwrap(), "");
        checker.complaints.len()
    };
    let good = r#"[{"id": "11111111-2222-4333-8444-555555555555", "kind": "a",
                    "at": "2026-07-01T00:00:00Z", "size": 200}]"#;
    assert_eq!(complaints(good), 0);
    assert_eq!(complaints("{}"), 1, "no array");
    assert_eq!(complaints("[{}]"), 1, "no id");
    assert_eq!(complaints(&good.replace("-2222-", "-")), 1, "no uuid");
    assert_eq!(complaints(&good.replace("\"a\"", "\"c\"")), 1, "no option");
    assert_eq!(complaints(&good.replace("00Z", "00-0700")), 1, "no instant");
    assert_eq!(complaints(&good.replace("200}", "201}")), 1, "too large");
    assert_eq!(
        complaints(&good.replace("\"size\"", "\"length\"")),
        1,
        "unknown"
    );
    assert_eq!(complaints(&good.replace("200}", "null}")), 1, "no number");
}
