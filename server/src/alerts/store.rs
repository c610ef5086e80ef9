//! Every SQL statement about alerts.

use db::{OrgTx, Row, SystemTx, Value, args};
use jiff::Timestamp;

use super::{Alert, AlertSettings, Channel, Condition, Event, Notice};
use crate::{
    error::{Error, Result},
    http::{List, Paging},
    ids::{AlertId, AlertNoticeId, OrganizationId},
};

db::statements! {
    system LIST_DUE = "select id from organization where next_alerts_at <= $1 order by next_alerts_at, id";
    org TAKE_TURN = "update organization set next_alerts_at = $3 where id = $1 and next_alerts_at <= $2";
    org FIND_SETTINGS = "select * from alert_settings where organization_id = $1";
    org PUT_SETTINGS = "insert into alert_settings (organization_id, by_mail, recipients, sync_failures, stale_intervals, waiting_days,
            refused_sign_ins, quiet, webhook_host, webhook_url_sealed, webhook_secret_sealed, version)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 2)
        on conflict (organization_id) do update set by_mail = excluded.by_mail, recipients = excluded.recipients,
            sync_failures = excluded.sync_failures, stale_intervals = excluded.stale_intervals, waiting_days = excluded.waiting_days,
            refused_sign_ins = excluded.refused_sign_ins,
            quiet = excluded.quiet, webhook_host = excluded.webhook_host, webhook_url_sealed = excluded.webhook_url_sealed,
            webhook_secret_sealed = excluded.webhook_secret_sealed, version = alert_settings.version + 1";
    org RESEAL = "update alert_settings set webhook_url_sealed = $2, webhook_secret_sealed = $3 where organization_id = $1";
    org LIST_OPEN = "select * from alert where organization_id = $1 and ended_at is null order by id";
    org LIST = "select * from alert where organization_id = $1 and (cast($2 as text) is null or id < $2)
        and ($3 = false or ended_at is null) order by id desc limit $4";
    org INSERT = "insert into alert (organization_id, id, condition, detail, began_at) values ($1, $2, $3, $4, $5)";
    org SET_DETAIL = "update alert set detail = $3 where organization_id = $1 and id = $2";
    org SET_TOLD = "update alert set told_at = $3 where organization_id = $1 and id = $2";
    org END = "update alert set ended_at = $3 where organization_id = $1 and id = $2";
    org INSERT_NOTICE = "insert into alert_notice (organization_id, id, alert_id, channel, event, detail, queued_at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    org FIND_NOTICE = "select n.channel, n.event, n.detail, n.queued_at, n.sent_at, a.id as alert_id, a.condition, a.began_at
        from alert_notice n join alert a on a.organization_id = n.organization_id and a.id = n.alert_id
        where n.organization_id = $1 and n.id = $2";
    org SETTLE_NOTICE = "update alert_notice set sent_at = $3, last_error = $4
        where organization_id = $1 and id = $2 and sent_at is null";
    org LIST_NOTICES = "select alert_id, id, channel, event, queued_at, sent_at, last_error from alert_notice
        where organization_id = $1 and alert_id >= $2 and alert_id <= $3 order by id desc";
}

/// A notice with what it is about, as its job needs it.
pub(super) struct Pending {
    pub channel: Channel,
    pub event: Event,
    pub detail: String,
    pub queued_at: Timestamp,
    pub sent: bool,
    pub alert: AlertId,
    pub condition: Condition,
    pub began_at: Timestamp,
}

pub(super) async fn list_due(tx: &mut SystemTx, now: Timestamp) -> Result<Vec<OrganizationId>> {
    let rows = tx.fetch_all(&LIST_DUE, args![now]).await?;
    Ok(rows
        .iter()
        .map(|row| row.get("id"))
        .collect::<db::Result<_>>()?)
}

/// Tells whether it was its turn; then the next one is set.
pub(super) async fn take_turn(tx: &mut OrgTx, now: Timestamp, next: Timestamp) -> Result<bool> {
    Ok(tx.execute(&TAKE_TURN, args![now, next]).await? == 1)
}

/// The settings; none: nobody changed them yet.
pub(super) async fn find_settings(tx: &mut OrgTx) -> Result<Option<AlertSettings>> {
    let Some(row) = tx.fetch_optional(&FIND_SETTINGS, args![]).await? else {
        return Ok(None);
    };
    let quiet: Vec<String> = row.json("quiet")?;
    Ok(Some(AlertSettings {
        by_mail: row.get("by_mail")?,
        recipients: row.get("recipients")?,
        sync_failures: row.get("sync_failures")?,
        stale_intervals: row.get("stale_intervals")?,
        waiting_days: row.get("waiting_days")?,
        refused_sign_ins: row.get("refused_sign_ins")?,
        quiet: quiet.iter().filter_map(|it| Condition::parse(it)).collect(),
        webhook_host: row.get("webhook_host")?,
        webhook_url_sealed: row.get("webhook_url_sealed")?,
        webhook_secret_sealed: row.get("webhook_secret_sealed")?,
        version: row.get("version")?,
    }))
}

pub(super) async fn put_settings(tx: &mut OrgTx, to: &AlertSettings) -> Result<()> {
    let args = args![
        to.by_mail,
        &to.recipients,
        to.sync_failures,
        to.stale_intervals,
        to.waiting_days,
        to.refused_sign_ins,
        Value::json(&to.quiet)?,
        to.webhook_host.clone(),
        to.webhook_url_sealed.clone(),
        to.webhook_secret_sealed.clone()
    ];
    tx.execute(&PUT_SETTINGS, args).await?;
    Ok(())
}

/// Stores the same webhook, sealed anew.
pub(super) async fn reseal(tx: &mut OrgTx, url: &str, secret: &str) -> Result<()> {
    tx.execute(&RESEAL, args![url, secret]).await?;
    Ok(())
}

pub(super) async fn list_open(tx: &mut OrgTx) -> Result<Vec<Alert>> {
    let rows = tx.fetch_all(&LIST_OPEN, args![]).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn list(
    tx: &mut OrgTx,
    only_open: bool,
    paging: &Paging<AlertId>,
) -> Result<List<Alert>> {
    let args = args![paging.after, only_open, paging.fetch()];
    let rows = tx.fetch_all(&LIST, args).await?;
    let alerts = rows.iter().map(read).collect::<Result<_>>()?;
    paging.list(alerts, |it: &Alert| it.id)
}

pub(super) async fn insert(
    tx: &mut OrgTx,
    id: AlertId,
    condition: Condition,
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    tx.execute(&INSERT, args![id, condition.as_str(), detail, now])
        .await?;
    Ok(())
}

pub(super) async fn set_detail(tx: &mut OrgTx, id: AlertId, detail: &str) -> Result<()> {
    tx.execute(&SET_DETAIL, args![id, detail]).await?;
    Ok(())
}

pub(super) async fn set_told(tx: &mut OrgTx, id: AlertId, now: Timestamp) -> Result<()> {
    tx.execute(&SET_TOLD, args![id, now]).await?;
    Ok(())
}

pub(super) async fn end(tx: &mut OrgTx, id: AlertId, now: Timestamp) -> Result<()> {
    tx.execute(&END, args![id, now]).await?;
    Ok(())
}

pub(super) async fn insert_notice(
    tx: &mut OrgTx,
    id: AlertNoticeId,
    alert: AlertId,
    (channel, event): (Channel, Event),
    detail: &str,
    now: Timestamp,
) -> Result<()> {
    let args = args![id, alert, channel.as_str(), event.as_str(), detail, now];
    tx.execute(&INSERT_NOTICE, args).await?;
    Ok(())
}

pub(super) async fn load_notice(tx: &mut OrgTx, id: AlertNoticeId) -> Result<Pending> {
    let row = tx.fetch_optional(&FIND_NOTICE, args![id]).await?;
    let row = row.ok_or(Error::NotFound("notice of an alert"))?;
    let sent: Option<Timestamp> = row.get("sent_at")?;
    Ok(Pending {
        channel: named(&row, "channel", Channel::parse)?,
        event: named(&row, "event", Event::parse)?,
        detail: row.get("detail")?,
        queued_at: row.get("queued_at")?,
        sent: sent.is_some(),
        alert: row.get("alert_id")?,
        condition: named(&row, "condition", Condition::parse)?,
        began_at: row.get("began_at")?,
    })
}

/// Writes down how an attempt ended: when it was taken, or why not.
pub(super) async fn settle_notice(
    tx: &mut OrgTx,
    id: AlertNoticeId,
    sent_at: Option<Timestamp>,
    error: Option<&str>,
) -> Result<()> {
    tx.execute(&SETTLE_NOTICE, args![id, sent_at, error])
        .await?;
    Ok(())
}

/// What was told of the alerts from one to another, the latest first.
pub(super) async fn list_notices(
    tx: &mut OrgTx,
    from: AlertId,
    to: AlertId,
) -> Result<Vec<(AlertId, Notice)>> {
    let rows = tx.fetch_all(&LIST_NOTICES, args![from, to]).await?;
    let notice = |row: &Row| {
        let notice = Notice {
            id: row.get("id")?,
            channel: named(row, "channel", Channel::parse)?,
            event: named(row, "event", Event::parse)?,
            queued_at: row.get("queued_at")?,
            sent_at: row.get("sent_at")?,
            last_error: row.get("last_error")?,
        };
        Ok((row.get("alert_id")?, notice))
    };
    rows.iter().map(notice).collect()
}

fn read(row: &Row) -> Result<Alert> {
    let condition = named(row, "condition", Condition::parse)?;
    Ok(Alert {
        id: row.get("id")?,
        condition,
        title: condition.title(),
        detail: row.get("detail")?,
        began_at: row.get("began_at")?,
        told_at: row.get("told_at")?,
        ended_at: row.get("ended_at")?,
        notices: Vec::new(),
    })
}

fn named<T>(row: &Row, column: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
    let value = row.parse(column, |name| parse(name).ok_or("not a known name"))?;
    value.ok_or_else(|| Error::internal(format!("{column} is null")))
}
