//! What stands behind the question mark of a call, refused with a sentence where it cannot be read.

use axum::{
    extract::{FromRequestParts, Query as AxumQuery},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use super::Problem;
use crate::error::Error;

/// The query of a call.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = AxumQuery::<T>::from_request_parts(parts, state).await;
        let AxumQuery(query) = read.map_err(|refused| Error::Unreadable(format!("{refused}.")))?;
        Ok(Self(query))
    }
}
