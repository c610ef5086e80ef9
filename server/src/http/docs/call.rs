//! A call, as the page shows it.

use serde_json::Value;

use super::{
    fields::{Field, fields, resolve, words},
    prose::{Paragraph, paragraph, paragraphs},
};

/// A call.
pub(super) struct CallView {
    pub anchor: String,
    pub method: String,
    pub path: String,
    pub intro: Vec<Paragraph>,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    pub answers: Vec<Answer>,
    pub curl: String,
}

/// A parameter and where it stands.
pub(super) struct Parameter {
    pub place: String,
    pub field: Field,
}

/// A body, of a request or an answer.
pub(super) struct Body {
    pub media_type: String,
    pub fields: Vec<Field>,
    pub example: Option<String>,
}

/// An answer.
pub(super) struct Answer {
    pub status: String,
    pub meaning: Paragraph,
    pub body: Option<Body>,
}

impl CallView {
    pub(super) fn new(
        document: &Value,
        base: &str,
        method: &str,
        path: &str,
        call: &Value,
    ) -> Self {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let body = call
            .get("requestBody")
            .and_then(|it| Body::new(document, &it["content"]));
        let mut answers: Vec<_> = call["responses"]
            .as_object()
            .into_iter()
            .flatten()
            .collect();
        answers.sort_by_key(|(status, _)| *status);
        Self {
            anchor: text(&call["operationId"]).unwrap_or_default(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            intro: paragraphs(&call["description"]),
            parameters: call["parameters"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|it| Parameter::new(document, it))
                .collect(),
            curl: curl(base, method, path, body.as_ref()),
            body,
            answers: answers
                .into_iter()
                .map(|(status, answer)| Answer::new(document, status, answer))
                .collect(),
        }
    }

    /// The answers that went well.
    pub(super) fn results(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|it| it.status.starts_with('2'))
    }

    /// The refusals.
    pub(super) fn refusals(&self) -> impl Iterator<Item = &Answer> {
        self.answers.iter().filter(|it| !it.status.starts_with('2'))
    }
}

impl Parameter {
    fn new(document: &Value, parameter: &Value) -> Self {
        let parameter = resolve(document, parameter);
        let text = |name: &str| parameter[name].as_str().unwrap_or_default().to_owned();
        Self {
            place: text("in"),
            field: Field {
                name: text("name"),
                kind: words(document, &parameter["schema"]),
                required: parameter["required"] == true,
                meaning: paragraph(&text("description")),
            },
        }
    }
}

impl Body {
    fn new(document: &Value, content: &Value) -> Option<Self> {
        let (media_type, content) = content.as_object()?.iter().next()?;
        let example = content.get("example");
        Some(Self {
            media_type: media_type.clone(),
            fields: fields(document, &content["schema"]),
            example: example.and_then(|it| serde_json::to_string_pretty(it).ok()),
        })
    }
}

impl Answer {
    fn new(document: &Value, status: &str, answer: &Value) -> Self {
        let answer = resolve(document, answer);
        Self {
            status: status.to_owned(),
            meaning: paragraph(answer["description"].as_str().unwrap_or_default()),
            body: Body::new(document, &answer["content"]),
        }
    }
}

/// A line for a terminal; the id in the path is left to fill in.
fn curl(base: &str, method: &str, path: &str, body: Option<&Body>) -> String {
    let mut line = format!("curl -H \"Authorization: Bearer $TOKEN\" '{base}{path}'");
    if method != "get" {
        line += &format!(" \\\n  -X {}", method.to_uppercase());
    }
    let Some(body) = body else {
        return line;
    };
    line += &format!(" \\\n  -H 'Content-Type: {}'", body.media_type);
    line += &match &body.example {
        Some(example) => format!(" \\\n  -d '{}'", example.replace('\'', "'\\''")),
        None => " \\\n  --data-binary @FILE".to_owned(),
    };
    line
}
