//! Every SQL statement about logos.

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use db::{OrgTx, Row, args};
use invoice_pdf::Logo;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};

db::statements! {
    org LOAD_CURRENT = "select png_base64 from organization_logo where organization_id = $1 and is_current";
    org CURRENT_ID = "select id from organization_logo where organization_id = $1 and is_current";
    org LOAD = "select png_base64 from organization_logo where organization_id = $1 and id = $2";
    org PUT = "insert into organization_logo (organization_id, id, png_base64, is_current) values ($1, $2, $3, true)
        on conflict (organization_id, id) do update set is_current = true";
    org RETIRE = "update organization_logo set is_current = false where organization_id = $1 and is_current";
}

/// The logo of the transaction's organization, if it has one.
///
/// # Errors
/// When the database is gone.
pub async fn load_logo(tx: &mut OrgTx) -> Result<Option<Logo>> {
    let row = tx.fetch_optional(&LOAD_CURRENT, args![]).await?;
    row.as_ref().map(read).transpose()
}

/// Which logo that is, for what is issued with it.
///
/// # Errors
/// When the database is gone.
pub async fn current_logo_id(tx: &mut OrgTx) -> Result<Option<String>> {
    let row = tx.fetch_optional(&CURRENT_ID, args![]).await?;
    Ok(row.map(|row| row.get("id")).transpose()?)
}

/// A logo that the organization has or had.
///
/// # Errors
/// When there is none with this id.
pub async fn load_logo_of(tx: &mut OrgTx, id: &str) -> Result<Logo> {
    read(&tx.fetch_one(&LOAD, args![id]).await?)
}

fn read(row: &Row) -> Result<Logo> {
    let png: String = row.get("png_base64")?;
    let png = BASE64_STANDARD.decode(png).map_err(Error::internal)?;
    Logo::read(&png).map_err(Error::internal)
}

/// Prints this logo from now on, in place of the one before. That one stays for the invoices that were issued with it.
pub(super) async fn put(tx: &mut OrgTx, logo: &Logo) -> Result<()> {
    let png = logo.to_png().map_err(Error::internal)?;
    let id = BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(&png));
    retire(tx).await?;
    tx.execute(&PUT, args![id, BASE64_STANDARD.encode(png)])
        .await?;
    Ok(())
}

/// Prints none from now on.
pub(super) async fn retire(tx: &mut OrgTx) -> Result<()> {
    tx.execute(&RETIRE, args![]).await?;
    Ok(())
}
