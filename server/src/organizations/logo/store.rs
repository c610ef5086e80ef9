//! Every SQL statement about logos.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use db::{OrgTx, args};
use invoice_pdf::Logo;

use crate::error::{Error, Result};

db::statements! {
    org LOAD = "select png_base64 from organization_logo where organization_id = $1";
    org PUT = "insert into organization_logo (organization_id, png_base64) values ($1, $2)
        on conflict (organization_id) do update set png_base64 = excluded.png_base64";
    org DELETE = "delete from organization_logo where organization_id = $1";
}

/// The logo of the transaction's organization, if it has one.
///
/// # Errors
/// When the database is gone.
pub async fn load_logo(tx: &mut OrgTx) -> Result<Option<Logo>> {
    let Some(row) = tx.fetch_optional(&LOAD, args![]).await? else {
        return Ok(None);
    };
    let png: String = row.get("png_base64")?;
    let png = BASE64_STANDARD.decode(png).map_err(Error::internal)?;
    Ok(Some(Logo::read(&png).map_err(Error::internal)?))
}

/// Stores the logo in place of the one before.
pub(super) async fn put(tx: &mut OrgTx, logo: &Logo) -> Result<()> {
    let png = logo.to_png().map_err(Error::internal)?;
    tx.execute(&PUT, args![BASE64_STANDARD.encode(png)]).await?;
    Ok(())
}

/// Forgets the logo.
pub(super) async fn delete(tx: &mut OrgTx) -> Result<()> {
    tx.execute(&DELETE, args![]).await?;
    Ok(())
}
