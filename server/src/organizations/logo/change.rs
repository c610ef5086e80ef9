//! Taking a file as the logo, and removing the logo.

use db::OrgTx;
use invoice_pdf::{Logo, LogoError};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::store;
use crate::{
    accounts::By,
    audit,
    error::{Error, Result},
    organizations::load_logo,
};

/// A logo as it is kept and printed: on white, and no finer than paper shows.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LogoBody {
    /// Pixels from left to right.
    width: u32,
    /// Pixels from top to bottom.
    height: u32,
}

impl LogoBody {
    pub(super) fn of(logo: &Logo) -> Self {
        let (width, height) = logo.size();
        Self { width, height }
    }
}

/// Reads a file that somebody sent as their logo. Before the transaction: a large picture takes a moment.
///
/// # Errors
/// When it is no picture that can be printed; the field is `logo`.
pub(in crate::organizations) async fn read_logo(file: Vec<u8>) -> Result<Logo> {
    if file.is_empty() {
        return Err(Error::field("logo", "Choose a PNG or JPEG picture first."));
    }
    let read = tokio::task::spawn_blocking(move || Logo::read(&file));
    read.await.map_err(Error::internal)?.map_err(refuse)
}

/// Prints `logo` on the invoices that the transaction's organization issues from now on.
///
/// # Errors
/// When the database refuses.
pub(in crate::organizations) async fn set_logo(
    tx: &mut OrgTx,
    by: &By,
    logo: &Logo,
    now: Timestamp,
) -> Result<()> {
    let before = load_logo(tx).await?;
    store::put(tx, logo).await?;
    record(
        tx,
        by,
        "organization.logo_changed",
        before.as_ref(),
        Some(logo),
        now,
    )
    .await
}

/// Prints no logo from now on.
///
/// # Errors
/// When there is none.
pub(in crate::organizations) async fn remove_logo(
    tx: &mut OrgTx,
    by: &By,
    now: Timestamp,
) -> Result<()> {
    let before = load_logo(tx).await?.ok_or(Error::NotFound("logo"))?;
    store::retire(tx).await?;
    record(
        tx,
        by,
        "organization.logo_removed",
        Some(&before),
        None,
        now,
    )
    .await
}

async fn record(
    tx: &mut OrgTx,
    by: &By,
    action: &'static str,
    was: Option<&Logo>,
    is: Option<&Logo>,
    now: Timestamp,
) -> Result<()> {
    let event = audit::Event {
        by,
        action,
        subject_type: "organization",
        subject_id: tx.organization().to_string(),
    };
    let (was, is) = (was.map(LogoBody::of), is.map(LogoBody::of));
    audit::record(tx, event, now, was.as_ref(), is.as_ref()).await
}

pub(super) fn refuse(error: LogoError) -> Error {
    let most = Logo::MOST_SIDE;
    let message = match error {
        LogoError::Kind => "This file is no PNG or JPEG picture. Choose one that is.".to_owned(),
        LogoError::Bytes => {
            "The file is larger than 1 MB. Save the picture smaller: 1000 pixels wide are plenty."
                .to_owned()
        }
        LogoError::Pixels { width, height } => format!(
            "The picture has {width} × {height} pixels, and {most} × {most} are the most. Save it smaller."
        ),
        LogoError::Damaged => {
            "The picture is damaged or incomplete. Save it again, best as PNG.".to_owned()
        }
    };
    Error::field("logo", message)
}
