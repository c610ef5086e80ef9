//! Every SQL statement about organizations.

use billing::{ProrationBasis, TaxRate};
use db::{OrgTx, Row, SystemTx, args};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use money::Currency;

use super::{InvoiceNumbers, LineSettings, MailWords, MailWordsDetails, settings::Accepted};
use crate::{
    deliveries::MailTemplate,
    error::{Error, Result},
    ids::OrganizationId,
    secrets::{DataKey, Vault, unknown_master_key},
};

db::statements! {
    system INSERT = "insert into organization (id, slug, name, currency, timezone, data_key, next_billing_at, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    system SLUG_TAKEN = "select 1 as one from organization where slug = $1";
    org INSERT_FEATURE = "insert into organization_feature (organization_id, feature) values ($1, $2)
        on conflict (organization_id, feature) do nothing";
    org HAS_FEATURE = "select 1 as one from organization_feature where organization_id = $1 and feature = $2";
    org DELETE_FEATURE = "delete from organization_feature where organization_id = $1 and feature = $2";
    org LOAD = "select id, slug, name, currency, timezone, address, email, tax_id, page_size, proration_basis, line_text, print_zero_lines,
        group_lines, mail_subject, mail_text, invoice_prefix, invoice_digits, next_invoice_number, next_billing_at, second_factor_required,
        version from organization where id = $1";
    org UPDATE = "update organization set name = $2, currency = $3, timezone = $4, address = $5, email = $6, tax_id = $7, page_size = $8,
        invoice_prefix = $9, invoice_digits = $10, next_invoice_number = $11, next_billing_at = $12, proration_basis = $13,
        line_text = $14, print_zero_lines = $15, group_lines = $16, mail_subject = $17, mail_text = $18, second_factor_required = $19, version = version + 1
        where id = $1";
    org LIST_TAX_RATES = "select name, percent from tax_rate where organization_id = $1 order by position";
    org DELETE_TAX_RATES = "delete from tax_rate where organization_id = $1";
    bulk INSERT_TAX_RATES = "insert into tax_rate (organization_id, position, name, percent) values", 4, "";
    org LIST_FEATURES = "select feature from organization_feature where organization_id = $1 order by feature";
    org LOAD_DATA_KEY = "select data_key from organization where id = $1";
    org SET_DATA_KEY = "update organization set data_key = $2 where id = $1";
    org TAKE_INVOICE_NUMBERS = "update organization set next_invoice_number = next_invoice_number + $2 where id = $1
        returning next_invoice_number - $2 as first, invoice_prefix, invoice_digits";
    org FIND_BILLING_DUE = "select timezone from organization where id = $1 and next_billing_at <= $2";
    org NEXT_BILLING = "select next_billing_at from organization where id = $1";
    org SET_NEXT_BILLING = "update organization set next_billing_at = $2 where id = $1";
    system LIST_BILLING_DUE = "select id from organization where next_billing_at <= $1 order by next_billing_at, id";
    system FIND_BY_ID_OR_SLUG = "select id from organization where id = $1 or slug = $1";
    system LIST = "select id from organization order by created_at, id";
}

/// An organization and its settings.
#[derive(Debug, Clone)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its short name in commands.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// The currency of its reports and of new clients.
    pub currency: Currency,
    /// Whose days its dates are.
    pub timezone: TimeZone,
    /// Postal address, as printed on invoices; lines.
    pub address: String,
    /// Address for clients' answers.
    pub email: String,
    /// Tax number, as printed.
    pub tax_id: String,
    /// `a4` or `letter`.
    pub page_size: String,
    /// How the lines of its invoices are made and printed.
    pub lines: LineSettings,
    /// What its mails say.
    pub mail: MailWords,
    /// How its invoices are numbered.
    pub numbers: InvoiceNumbers,
    /// Whether its members need a second factor.
    pub second_factor_required: bool,
    /// When its next daily billing run is due.
    pub next_billing_at: Timestamp,
    /// Raised by every change of its settings.
    pub version: i64,
}

impl Organization {
    /// The day in its time zone.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> Date {
        now.to_zoned_datetime(self.timezone.clone()).date()
    }

    /// Goes on only if nobody changed the settings since they had this version.
    ///
    /// # Errors
    /// When somebody did.
    pub fn refuse_stale(&self, version: Option<i64>) -> Result<()> {
        if version.is_none_or(|version| version == self.version) {
            return Ok(());
        }
        Err(Error::conflict(
            "changed_meanwhile",
            "Somebody changed these settings meanwhile. Load them again and repeat your change.",
        ))
    }
}

pub(super) struct NewRow<'a> {
    pub id: OrganizationId,
    pub slug: &'a str,
    pub name: &'a str,
    pub currency: Currency,
    pub timezone: &'a str,
    pub data_key: &'a str,
    pub next_billing_at: Timestamp,
    pub now: Timestamp,
}

pub(super) async fn insert(tx: &mut SystemTx, row: &NewRow<'_>) -> Result<()> {
    let NewRow {
        id,
        slug,
        name,
        currency,
        timezone,
        data_key,
        next_billing_at,
        now,
    } = row;
    let args = args![
        *id,
        *slug,
        *name,
        currency.code(),
        *timezone,
        *data_key,
        *next_billing_at,
        *now
    ];
    tx.execute(&INSERT, args).await?;
    Ok(())
}

pub(super) async fn slug_taken(tx: &mut SystemTx, slug: &str) -> Result<bool> {
    Ok(tx.fetch_optional(&SLUG_TAKEN, args![slug]).await?.is_some())
}

/// Gives a licence feature to the transaction's organization, or takes it away.
///
/// # Errors
/// When the database refuses.
pub async fn set_feature(tx: &mut OrgTx, feature: &str, licensed: bool) -> Result<()> {
    let statement = if licensed {
        &INSERT_FEATURE
    } else {
        &DELETE_FEATURE
    };
    tx.execute(statement, args![feature]).await?;
    Ok(())
}

/// Whether the transaction's organization is licensed for a feature.
///
/// # Errors
/// When the database is gone.
pub async fn has_feature(tx: &mut OrgTx, feature: &str) -> Result<bool> {
    let row = tx.fetch_optional(&HAS_FEATURE, args![feature]).await?;
    Ok(row.is_some())
}

/// The transaction's organization.
///
/// # Errors
/// When there is none.
pub async fn load_organization(tx: &mut OrgTx) -> Result<Organization> {
    let row = tx.fetch_one(&LOAD, args![]).await?;
    read(&row)
}

/// Stores accepted settings, and when the daily billing run is due by them.
pub(super) async fn update(
    tx: &mut OrgTx,
    it: &Accepted,
    next_billing_at: Timestamp,
) -> Result<()> {
    let mail = MailWordsDetails::of(&it.mail);
    let args = args![
        &it.name,
        it.currency.code(),
        &it.timezone,
        &it.address,
        &it.email,
        &it.tax_id,
        &it.page_size,
        &it.numbers.prefix,
        it.numbers.digits,
        it.numbers.next,
        next_billing_at,
        it.lines.proration_basis.code(),
        it.lines
            .text
            .as_ref()
            .map_or_else(String::new, ToString::to_string),
        it.lines.print_zero,
        it.lines.group,
        mail.subject,
        mail.text,
        it.second_factor_required
    ];
    tx.execute(&UPDATE, args).await?;
    tx.execute(&DELETE_TAX_RATES, args![]).await?;
    let rates = (0_u32..).zip(&it.taxes);
    let rows = rates.map(|(position, rate)| args![position, &rate.name, rate.percent]);
    tx.bulk(&INSERT_TAX_RATES, rows).await?;
    Ok(())
}

/// The taxes that the transaction's organization charges, in the order printed.
///
/// # Errors
/// When the database is gone.
pub async fn list_tax_rates(tx: &mut OrgTx) -> Result<Vec<TaxRate>> {
    let rows = tx.fetch_all(&LIST_TAX_RATES, args![]).await?;
    let read = |row: &Row| -> Result<TaxRate> {
        Ok(TaxRate {
            name: row.get("name")?,
            percent: row.get("percent")?,
        })
    };
    rows.iter().map(read).collect()
}

/// The features that the transaction's organization is licensed for.
pub(super) async fn list_features(tx: &mut OrgTx) -> Result<Vec<String>> {
    let rows = tx.fetch_all(&LIST_FEATURES, args![]).await?;
    Ok(rows
        .iter()
        .map(|row| row.get("feature"))
        .collect::<db::Result<_>>()?)
}

/// Opens the data key of the transaction's organization. What it sealed is read in the same transaction: the next one may find
/// both replaced.
///
/// # Errors
/// When this process does not have the master key that it was wrapped with.
pub async fn load_data_key(tx: &mut OrgTx, vault: &Vault) -> Result<DataKey> {
    let wrapped = load_wrapped_data_key(tx).await?;
    vault
        .data_key(tx.organization(), &wrapped)
        .map_err(|_| unknown_master_key())
}

pub(super) async fn load_wrapped_data_key(tx: &mut OrgTx) -> Result<String> {
    let row = tx.fetch_one(&LOAD_DATA_KEY, args![]).await?;
    Ok(row.get("data_key")?)
}

pub(super) async fn set_data_key(tx: &mut OrgTx, wrapped: &str) -> Result<()> {
    tx.execute(&SET_DATA_KEY, args![wrapped]).await?;
    Ok(())
}

/// The organization with that id or slug.
///
/// # Errors
/// When the database is gone.
pub async fn find_by_id_or_slug(
    tx: &mut SystemTx,
    id_or_slug: &str,
) -> Result<Option<OrganizationId>> {
    let row = tx
        .fetch_optional(&FIND_BY_ID_OR_SLUG, args![id_or_slug])
        .await?;
    Ok(row.map(|row| row.get("id")).transpose()?)
}

/// All organizations, oldest first.
///
/// # Errors
/// When the database is gone.
pub async fn list_organizations(tx: &mut SystemTx) -> Result<Vec<OrganizationId>> {
    let rows = tx.fetch_all(&LIST, args![]).await?;
    Ok(rows
        .iter()
        .map(|row| row.get("id"))
        .collect::<db::Result<_>>()?)
}

/// Takes the next numbers for so many invoices that are issued on that day, such as `INV-0042`. In a writing transaction, so
/// that numbers have no gap: they are taken if and only if the transaction commits.
///
/// # Errors
/// When the database refuses.
pub async fn take_invoice_numbers(
    tx: &mut OrgTx,
    issue_date: Date,
    count: usize,
) -> Result<Vec<String>> {
    let count = i64::try_from(count).map_err(Error::internal)?;
    let row = tx.fetch_one(&TAKE_INVOICE_NUMBERS, args![count]).await?;
    let mut numbers = InvoiceNumbers {
        prefix: row.get("invoice_prefix")?,
        digits: row.get("invoice_digits")?,
        next: row.get("first")?,
    };
    let taken = (numbers.next..numbers.next + count).map(|next| {
        numbers.next = next;
        numbers.issued_on(issue_date)
    });
    Ok(taken.collect())
}

/// The organizations whose daily billing run is due, the longest waiting first.
///
/// # Errors
/// When the database is gone.
pub async fn list_billing_due(tx: &mut SystemTx, now: Timestamp) -> Result<Vec<OrganizationId>> {
    let rows = tx.fetch_all(&LIST_BILLING_DUE, args![now]).await?;
    Ok(rows
        .iter()
        .map(|row| row.get("id"))
        .collect::<db::Result<_>>()?)
}

/// When the daily billing run of the transaction's organization is due next.
///
/// # Errors
/// When the database is gone.
pub async fn next_billing_at(tx: &mut OrgTx) -> Result<Timestamp> {
    Ok(tx
        .fetch_one(&NEXT_BILLING, args![])
        .await?
        .get("next_billing_at")?)
}

/// If the daily billing run is due: moves it to its next time and tells today's date, where the organization is.
///
/// # Errors
/// When the database refuses.
pub async fn take_billing_turn(tx: &mut OrgTx, now: Timestamp) -> Result<Option<Date>> {
    let Some(row) = tx.fetch_optional(&FIND_BILLING_DUE, args![now]).await? else {
        return Ok(None);
    };
    let timezone: String = row.get("timezone")?;
    let here = now.to_zoned_datetime(TimeZone::get(&timezone).map_err(Error::internal)?);
    tx.execute(&SET_NEXT_BILLING, args![super::next_billing(&here)?])
        .await?;
    Ok(Some(here.date()))
}

fn read(row: &Row) -> Result<Organization> {
    let timezone: String = row.get("timezone")?;
    let currency: Option<Currency> = row.parse("currency", str::parse)?;
    Ok(Organization {
        id: row.get("id")?,
        slug: row.get("slug")?,
        name: row.get("name")?,
        currency: currency.ok_or_else(|| Error::internal("an organization without a currency"))?,
        timezone: TimeZone::get(&timezone).map_err(Error::internal)?,
        address: row.get("address")?,
        email: row.get("email")?,
        tax_id: row.get("tax_id")?,
        page_size: row.get("page_size")?,
        lines: read_lines(row)?,
        mail: read_mail(row)?,
        numbers: InvoiceNumbers {
            prefix: row.get("invoice_prefix")?,
            digits: row.get("invoice_digits")?,
            next: row.get("next_invoice_number")?,
        },
        next_billing_at: row.get("next_billing_at")?,
        second_factor_required: row.get("second_factor_required")?,
        version: row.get("version")?,
    })
}

fn read_mail(row: &Row) -> Result<MailWords> {
    let read = |column: &str| -> Result<Option<MailTemplate>> {
        let text: String = row.get(column)?;
        let text = Some(text).filter(|text| !text.is_empty());
        let template = text.map(|text| text.parse()).transpose();
        template.map_err(|error: String| Error::internal(error))
    };
    Ok(MailWords {
        subject: read("mail_subject")?,
        text: read("mail_text")?,
    })
}

fn read_lines(row: &Row) -> Result<LineSettings> {
    let basis = row.parse("proration_basis", |code| {
        ProrationBasis::from_code(code).ok_or("not a basis of proration")
    })?;
    let text: String = row.get("line_text")?;
    let text = Some(text).filter(|text| !text.is_empty());
    Ok(LineSettings {
        proration_basis: basis.unwrap_or_default(),
        text: text
            .map(|text| text.parse())
            .transpose()
            .map_err(Error::internal)?,
        print_zero: row.get("print_zero_lines")?,
        group: row.get("group_lines")?,
    })
}
