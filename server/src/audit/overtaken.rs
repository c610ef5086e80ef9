//! What somebody is told whose form was overtaken by another's.

use db::OrgTx;
use jiff::tz::TimeZone;

use super::store;
use crate::{error::Result, http::filters};

/// Who changed a record meanwhile, where the log knows, and that what was typed is still there.
///
/// # Errors
/// When the database is gone.
pub async fn overtaken(
    tx: &mut OrgTx,
    subject_type: &str,
    subject_id: &str,
    zone: &TimeZone,
) -> Result<String> {
    let change = store::last_change(tx, subject_type, subject_id).await?;
    let first = match change {
        Some((who, at)) => format!("{who} changed this on {}", filters::minute(&at, zone)),
        None => "Somebody changed this".to_owned(),
    };
    Ok(format!(
        "{first}, while you were editing. Below is what you entered; saving it again replaces their change."
    ))
}
