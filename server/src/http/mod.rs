//! The frame that all pages and calls share: the URL map, who is asking, how a refusal is answered, the page around a page.
//!
//! Two faces of every verb: JSON under `/api/v1` ([`Problem`] on refusal) and HTML elsewhere ([`PageError`]). Both take the
//! [`Actor`](crate::accounts::Actor) from an extractor, so that no handler can forget who is asking.

mod actor;
mod address;
mod admission;
mod assets;
mod confirmed;
mod docs;
mod events;
mod flash;
mod follow;
mod form;
mod format;
mod health;
pub mod idempotency;
mod json;
mod limits;
mod media;
mod moment;
mod openapi;
mod page;
mod pager;
mod paging;
mod problem;
mod query;
mod question;
mod refusal;
mod remote;
mod router;
mod security;
mod sorting;
mod upload;
mod visitor;

pub use actor::{
    AdminVisit, ApiActor, Pax8Actor, Pax8Visit, SESSION_COOKIE, Visit, session_cookie, session_of,
};
pub use address::address;
pub use assets::assets_version;
pub use confirmed::{ConfirmedForm, Here};
pub use events::{Watched, watch};
pub use flash::Flash;
pub use form::{Fields, Form, Refusals};
pub use json::{Json, given};
pub use limits::{Limits, USUAL_RATE};
pub use moment::Moment;
pub use openapi::{all_confirmed, all_for_people, all_in_session, all_licensed, all_need, needs};
pub use page::{
    Areas, Frame, PageError, PageResult, Place, go_and_tell, go_to, html, html_conflict,
    html_parts, html_parts_conflict, html_parts_refused, html_refused,
};
pub use pager::Pager;
pub use paging::{EveryPage, List, PageQuery, Paging};
pub use problem::{ApiResult, Problem, ProblemBody};
pub use query::Query;
pub use question::Question;
pub use remote::{RemoteAddress, TrustedProxies};
pub use router::router;
pub use sorting::{Column, Head, Sort, SortKey, sorted_by};
pub use upload::Upload;
pub use visitor::browser_cookies;

pub mod filters {
    //! What templates can do to a value.
    pub use super::format::*;
}
