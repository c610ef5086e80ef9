//! What a call needs beside somebody who asks: a permission, a feature of the licence.

use std::collections::HashMap;

use axum::http::Method;
use jiff::Timestamp;
use utoipa::openapi::{OpenApi, PathItem, extensions::ExtensionsBuilder, path::Operation};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use crate::{
    accounts::{Actor, PAX8_FEATURE, Permission, Via},
    app::App,
    error::{Error, Result},
};

/// Where the document names the permission.
pub(in crate::http) const PERMISSION: &str = "x-permission";
/// Where the document names the feature of the licence.
pub(in crate::http) const FEATURE: &str = "x-feature";

/// Where the document names whether somebody in front has to have confirmed lately that it is still them.
pub(in crate::http) const CONFIRMATION: &str = "x-confirmation";

/// A session has to be confirmed; a token's permissions suffice.
const RECENT: &str = "recent";
/// The same, and no token does it: it is about how a person proves who they are.
const PERSON: &str = "person";

/// No token does it, and no confirmation is asked for.
const SESSION: &str = "session";

/// Every feature of a licence.
const FEATURES: [&str; 1] = [PAX8_FEATURE];

/// Routes that only those with the permission may use. The document says so, and admission refuses everybody else
/// before the handler runs.
pub fn needs(
    permission: Permission,
    (schemas, mut paths, methods): UtoipaMethodRouter<App>,
) -> UtoipaMethodRouter<App> {
    for item in paths.paths.values_mut() {
        mark_all(item, PERMISSION, permission.as_str());
    }
    (schemas, paths, methods)
}

/// The same for all calls of a router.
pub fn all_need(permission: Permission, router: OpenApiRouter<App>) -> OpenApiRouter<App> {
    mark_router(router, PERMISSION, permission.as_str())
}

/// Calls that an organization may only use with the feature in its licence.
pub fn all_licensed(feature: &'static str, router: OpenApiRouter<App>) -> OpenApiRouter<App> {
    mark_router(router, FEATURE, feature)
}

fn mark_router(mut router: OpenApiRouter<App>, name: &str, value: &str) -> OpenApiRouter<App> {
    for item in router.get_openapi_mut().paths.paths.values_mut() {
        mark_all(item, name, value);
    }
    router
}

/// Calls that change who may do what: a person confirms first that it is still them.
pub fn all_confirmed(router: OpenApiRouter<App>) -> OpenApiRouter<App> {
    mark_writes(router, RECENT)
}

/// Calls by which a person changes how they prove who they are: in their own session, and confirmed.
pub fn all_for_people(router: OpenApiRouter<App>) -> OpenApiRouter<App> {
    mark_writes(router, PERSON)
}

/// Calls of a person's own session, without further ado.
pub fn all_in_session(router: OpenApiRouter<App>) -> OpenApiRouter<App> {
    mark_writes(router, SESSION)
}

fn mark_writes(mut router: OpenApiRouter<App>, value: &str) -> OpenApiRouter<App> {
    for item in router.get_openapi_mut().paths.paths.values_mut() {
        let reads = item.get.take();
        mark_all(item, CONFIRMATION, value);
        item.get = reads;
    }
    router
}

fn mark_all(item: &mut PathItem, name: &str, value: &str) {
    let methods = [
        &mut item.get,
        &mut item.put,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ];
    for operation in methods.into_iter().flatten() {
        let mark = ExtensionsBuilder::new().add(name, value).build();
        operation
            .extensions
            .get_or_insert_with(Default::default)
            .merge(mark);
    }
}

/// What each call needs, by method and path.
pub(in crate::http) struct Needs(HashMap<(Method, String), Need>);

#[derive(Default)]
struct Need {
    permission: Option<Permission>,
    feature: Option<&'static str>,
    confirmation: bool,
    person: bool,
}

impl Needs {
    /// Reads it from the marks in the document.
    pub(in crate::http) fn of(document: &OpenApi) -> Self {
        let calls = document.paths.paths.iter().flat_map(|(path, item)| {
            let methods = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
                (Method::PATCH, &item.patch),
            ];
            methods.into_iter().filter_map(move |(method, operation)| {
                Some(((method, path.clone()), Need::of(operation.as_ref()?)))
            })
        });
        Self(calls.collect())
    }

    /// Goes on only if the actor has what the call at this path of the API needs.
    pub(in crate::http) fn check(
        &self,
        actor: &Actor,
        method: &Method,
        path: &str,
        now: Timestamp,
    ) -> Result<()> {
        if actor.token_scope.read_only && !method.is_safe() {
            return Err(Error::TokenReadsOnly);
        }
        // HEAD is answered by GET's handler.
        let method = if method == Method::HEAD {
            &Method::GET
        } else {
            method
        };
        let Some(need) = self.0.get(&(method.clone(), path.to_owned())) else {
            return Ok(());
        };
        if let Some(permission) = need.permission {
            actor.require(permission)?;
        }
        if let Some(feature) = need.feature
            && !actor.has_feature(feature)
        {
            return Err(Error::FeatureRequired(feature));
        }
        if need.person && actor.via == Via::Token {
            return Err(Error::PersonRequired);
        }
        if need.confirmation && !actor.has_confirmed(now) {
            return Err(Error::ConfirmationRequired);
        }
        Ok(())
    }
}

impl Need {
    fn of(operation: &Operation) -> Self {
        let mark = |name: &str| operation.extensions.as_ref()?.get(name)?.as_str();
        let (feature, confirmation) = (mark(FEATURE), mark(CONFIRMATION));
        Self {
            permission: mark(PERMISSION).and_then(Permission::parse),
            confirmation: matches!(confirmation, Some(RECENT | PERSON)),
            person: matches!(confirmation, Some(PERSON | SESSION)),
            feature: FEATURES.into_iter().find(|it| Some(*it) == feature),
        }
    }
}
