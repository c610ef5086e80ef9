//! What stands behind the question mark of a call, refused with a sentence where it cannot be read.

use axum::{
    extract::{FromRequestParts, Query as AxumQuery},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::Problem;
use crate::error::{Error, NO_NUL};

/// The query of a call.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(|query| query.contains("%00")) {
            return Err(Problem(Error::Unreadable(NO_NUL.to_owned())));
        }
        let read = AxumQuery::<T>::from_request_parts(parts, state).await;
        let AxumQuery(query) = read.map_err(|refused| Error::Unreadable(format!("{refused}.")))?;
        Ok(Self(query))
    }
}
