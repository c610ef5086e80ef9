//! The API's document (OpenAPI 3.1): paths and schemas come from the handlers, what all calls have in common from here.
//!
//! What a call needs is said once, where its route is declared ([`needs`]): the document shows it and admission enforces it.

mod complete;
mod example;
mod needs;

use serde_json::{Value, json};
use utoipa::OpenApi;

pub(super) use example::kind;
pub(super) use needs::{CONFIRMATION, FEATURE, Needs, PERMISSION};
pub use needs::{all_confirmed, all_for_people, all_in_session, all_licensed, all_need, needs};

/// Below it stand all calls.
pub(super) const BASE: &str = "/api/v1";

/// The document's frame; the paths come from the routes themselves.
#[derive(OpenApi)]
#[openapi(info(title = "Ascent"), components(schemas(super::ProblemBody)))]
pub(super) struct Document;

/// What every reader of the document has to know first.
const DESCRIPTION: &str = "Bills Pax8 subscriptions on the recurring invoices of an MSP's clients.

A call carries an API token: `Authorization: Bearer <token>`. A token belongs to one user in one organization and may do what that \
user may. What belongs to another organization is answered like what does not exist: 404.

Bodies are JSON and say so: `Content-Type: application/json`. Amounts, prices and quantities are decimal strings with their currency beside them; days are `YYYY-MM-DD`, instants \
are RFC 3339 in UTC. A value that Pax8 did not give is null and never 0. A field that a body does not know is refused.

Lists come in pages: `limit` rows, and `next_cursor` to ask for the page after it.

A refusal is `application/problem+json`: `code` tells refusals apart and does not change, `detail` is a sentence for people, `errors` \
names fields.

Where an answer has a `version`, a change may send the version that it was made from: as the field `version`. If the \
record has changed since, the change is refused with 409 and the code `changed_meanwhile`.";

/// The promise of `Idempotency-Key`, word for word.
pub(super) const IDEMPOTENCY: &str = "Any text of 1 to 255 visible ASCII characters; a UUID is a good one. The same user sending the same \
request with the same key within 24 hours gets the first answer again, with `Idempotent-Replayed: true`, and nothing is done twice. \
The same key with another path or body is refused with 422 (`idempotency_key_reused`). While the first request is at work, a second is refused with \
409 (`idempotency_key_in_use`) and `Retry-After`. A request with a key goes on to its end even if the connection breaks. \
If the server ended while the first request was at work, or it was answered with 5xx, its outcome is not known: from then on the key is answered with 409 (`idempotency_outcome_unknown`), \
nothing is repeated, and you look at the present state before you try again with a new key. Answers of 401, 403, 415 and 429 are not kept: the \
same key may be used again.";

/// The complete document.
pub(super) fn finish(mut document: utoipa::openapi::OpenApi) -> Value {
    document.info.description = Some(DESCRIPTION.to_owned());
    // Texts, maps and lists always are JSON.
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["servers"] = json!([{ "url": BASE }]);
    document["security"] = json!([{ "token": [] }]);
    document["components"]["securitySchemes"] = json!({
        "token": { "type": "http", "scheme": "bearer", "description": "An API token." }
    });
    complete::complete(&mut document);
    document
}
