//! The one error of the server's verbs: what was refused, in a sentence for the user and a code for programs.
//!
//! The cause of an internal failure goes to the log and nowhere else.

use db::DbError;

use crate::accounts::Permission;

/// Why a text with the character NUL is refused.
pub(crate) const NO_NUL: &str =
    "A text has the character NUL (U+0000), which cannot be stored. Leave it out.";

/// A result of a verb.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A field of a form or body that was refused, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct FieldError {
    /// The field's name as it was sent.
    pub field: String,
    /// What is wrong with it and what to do.
    pub message: String,
}

/// Why a verb did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read.
    #[error("{0}")]
    Unreadable(String),
    /// Nobody is signed in, or the token is not valid.
    #[error("Sign in first.")]
    NotSignedIn,
    /// The account lacks a permission.
    #[error("Your role does not allow this: it needs the permission {}.", .0.as_str())]
    PermissionDenied(Permission),
    /// The place is for owners and administrators.
    #[error("The Admin area is for owners and administrators.")]
    AdminsOnly,
    /// A person has to do this in their own session.
    #[error("A person does this, signed in in a browser: no token can.")]
    PersonRequired,
    /// The token may read only.
    #[error("This token reads only. Use one that may change something.")]
    TokenReadsOnly,
    /// The person has to confirm that it is still them.
    #[error(
        "Confirm first that it is you: send your password, and a code where you have a second factor, to POST /api/v1/me/confirmation."
    )]
    ConfirmationRequired,
    /// The organization asks for a second factor, and the person has none.
    #[error(
        "The organization asks everybody for a second factor. Set one up first, under your account."
    )]
    SecondFactorRequired,
    /// The organization's licence lacks a feature.
    #[error("This needs the licence feature {0}.")]
    FeatureRequired(&'static str),
    /// There is no such thing, or it belongs to another organization.
    #[error("There is no such {0}.")]
    NotFound(&'static str),
    /// There is such a thing, but nothing answers this method there.
    #[error("Nothing answers this method here.")]
    WrongMethod,
    /// The body is not of the kind that is read here, or does not say of which kind it is; with what to send.
    #[error("{0}")]
    WrongMedia(&'static str),
    /// What was asked conflicts with the present state.
    #[error("{detail}")]
    Conflict {
        /// A stable code.
        code: &'static str,
        /// What is in the way and what to do.
        detail: String,
    },
    /// Understood, but refused.
    #[error("{detail}")]
    Refused {
        /// A stable code.
        code: &'static str,
        /// What is wrong and what to do.
        detail: String,
        /// The fields concerned.
        fields: Vec<FieldError>,
    },
    /// Too many requests.
    #[error("Too many attempts. Try again in {retry_after_seconds} seconds.")]
    TooMany {
        /// When to try again.
        retry_after_seconds: u32,
    },
    /// Too many requests from one sender.
    #[error("Too many requests. Try again in {retry_after_seconds} seconds.")]
    TooFast {
        /// When to try again.
        retry_after_seconds: u32,
    },
    /// Pax8 or the database cannot be reached.
    #[error("{0}")]
    Unavailable(String),
    /// A failure of ours. The cause is for the log.
    #[error("Something went wrong on our side. It has been logged.")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A refusal of one field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::fields(vec![FieldError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    /// A refusal of several fields.
    #[must_use]
    pub fn fields(fields: Vec<FieldError>) -> Self {
        let detail = fields
            .first()
            .map_or_else(String::new, |first| first.message.clone());
        Self::Refused {
            code: "invalid_fields",
            detail,
            fields,
        }
    }

    /// A refusal that concerns no single field.
    pub fn refused(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Refused {
            code,
            detail: detail.into(),
            fields: Vec::new(),
        }
    }

    /// A conflict with the present state.
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::Conflict {
            code,
            detail: detail.into(),
        }
    }

    /// A failure of ours.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// The HTTP status that says the same.
    #[must_use]
    pub fn status(&self) -> axum::http::StatusCode {
        use axum::http::StatusCode;
        match self {
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::PermissionDenied(_)
            | Self::AdminsOnly
            | Self::PersonRequired
            | Self::TokenReadsOnly
            | Self::ConfirmationRequired
            | Self::SecondFactorRequired
            | Self::FeatureRequired(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
            Self::WrongMedia(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::Refused { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany { .. } | Self::TooFast { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The stable code that programs rely on.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::NotSignedIn => "not_signed_in",
            Self::PermissionDenied(_) | Self::AdminsOnly => "permission_denied",
            Self::PersonRequired => "person_required",
            Self::TokenReadsOnly => "token_reads_only",
            Self::ConfirmationRequired => "confirmation_required",
            Self::SecondFactorRequired => "second_factor_required",
            Self::FeatureRequired(_) => "license_feature_required",
            Self::NotFound(_) => "not_found",
            Self::WrongMethod => "method_not_allowed",
            Self::WrongMedia(_) => "unsupported_media_type",
            Self::Conflict { code, .. } | Self::Refused { code, .. } => code,
            Self::TooMany { .. } | Self::TooFast { .. } => "too_many_requests",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// The messages of the fields that were refused.
    #[must_use]
    pub fn field_errors(&self) -> &[FieldError] {
        match self {
            Self::Refused { fields, .. } => fields,
            _ => &[],
        }
    }
}

impl From<DbError> for Error {
    fn from(error: DbError) -> Self {
        if error.is_unreachable() {
            tracing::error!(%error, "database unreachable");
            return Self::Unavailable(
                "The database cannot be reached. Try again in a moment.".to_owned(),
            );
        }
        if let Some(sentence) = unwritable(&error) {
            tracing::error!(%error, "database not writable");
            return Self::Unavailable(sentence.to_owned());
        }
        match error {
            DbError::Unstorable { .. } => Self::refused("unstorable_text", NO_NUL),
            error => Self::internal(error),
        }
    }
}

/// What is said where the database takes nothing.
fn unwritable(error: &DbError) -> Option<&'static str> {
    match error {
        DbError::Full(_) => Some(
            "Nothing was saved: there is no room left where the database is. Whoever runs the server has to make room; then try again.",
        ),
        DbError::ReadOnly(_) => Some(
            "Nothing was saved: the database takes no changes at the moment. Whoever runs the server has to let it be written; then try \
             again.",
        ),
        _ => None,
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error)
    }
}

impl From<money::MoneyError> for Error {
    fn from(error: money::MoneyError) -> Self {
        Self::refused("amount_out_of_range", error.to_string())
    }
}
