//! Sending an export.

use axum::{
    body::{Body, Bytes},
    http::header,
    response::{IntoResponse as _, Response},
};
use futures::{StreamExt as _, stream};

use super::{
    cell::Cell,
    csv,
    source::{Reading, Source},
    xlsx::Book,
};
use crate::{accounts::Actor, app::App, error::Result};

/// The list as CSV, sent as it is read. The first page is read before anything is sent, so that a refusal is one.
pub(super) async fn as_csv<S: Source>(app: App, actor: Actor, source: S) -> Result<Response> {
    let name = file_name::<S>(&app, &actor, "csv");
    let mut reading = Reading::new(app, actor, source);
    let names: Vec<Cell> = S::COLUMNS.iter().map(|name| Cell::text(*name)).collect();
    let mut first = csv::BYTE_ORDER_MARK.as_bytes().to_vec();
    first.extend(csv::lines(&[names]));
    if let Some(rows) = reading.next().await? {
        first.extend(csv::lines(&rows));
    }
    let rest = stream::unfold(Some(reading), |reading| async {
        let mut reading = reading?;
        let chunk = match reading.next().await {
            Ok(None) => return None,
            Ok(Some(rows)) => Ok(csv::lines(&rows)),
            Err(error) => Err(error),
        };
        // An export that breaks off must not look complete: the connection ends with it.
        let next = chunk.is_ok().then_some(reading);
        if let Err(error) = &chunk {
            tracing::error!(error = ?error, "an export broke off");
        }
        Some((chunk.map(Bytes::from), next))
    });
    // What compresses an answer asks once more after its end.
    let body = stream::once(async { Ok(Bytes::from(first)) })
        .chain(rest)
        .fuse();
    Ok(file(
        &name,
        "text/csv; charset=utf-8",
        Body::from_stream(body),
    ))
}

/// The list as a workbook, sent when it is whole.
pub(super) async fn as_xlsx<S: Source>(app: App, actor: Actor, source: S) -> Result<Response> {
    let name = file_name::<S>(&app, &actor, "xlsx");
    let mut book = Book::new(S::NAME, S::COLUMNS)?;
    let mut reading = Reading::new(app, actor, source);
    while let Some(rows) = reading.next().await? {
        book.write(&rows)?;
    }
    const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(file(&name, KIND, Body::from(book.finish()?)))
}

/// `clients-2026-11-24.csv`, with today's date where the organization is.
fn file_name<S: Source>(app: &App, actor: &Actor, extension: &str) -> String {
    let today = app.clock.today(&actor.timezone);
    format!("{}-{today}.{extension}", S::NAME)
}

fn file(name: &str, kind: &'static str, body: Body) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}
