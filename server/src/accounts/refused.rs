//! How often people who belong to an organization were refused at the door lately: somebody may be guessing.
//!
//! Refusals are counted by what was typed, not by who was found, so that they cost the same whether there is such an account.

use db::{OrganizationId, SystemTx, args};
use jiff::{SignedDuration, Timestamp};

use super::attempts::Subject;
use crate::{app::App, error::Result, ids::AccountId};

/// What is counted as lately, in hours.
const LATELY: i64 = 24;
/// So many hours are kept.
const KEPT: i64 = 48;

db::statements! {
    system COUNT = "insert into refused_attempt (subject_digest, hour, refused) values ($1, $2, 1)
        on conflict (subject_digest, hour) do update set refused = refused_attempt.refused + 1";
    system FORGET_OLD = "delete from refused_attempt where hour <= $1";
    system ANY = "select 1 as one from refused_attempt where hour > $1 limit 1";
    system SUM = "select cast(coalesce(sum(refused), 0) as bigint) as refused from refused_attempt
        where subject_digest = $1 and hour > $2";
    org MEMBERS = "select a.id, a.email from membership m join account a on a.id = m.account_id where m.organization_id = $1
        order by a.email";
}

/// How often somebody was refused within a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedSignIns {
    /// The address with which they sign in.
    pub email: String,
    /// Wrong passwords and codes for it, and attempts while it was locked.
    pub count: i64,
}

/// The hour of an instant, since the Unix epoch.
fn hour(at: Timestamp) -> i64 {
    at.as_second()
        .div_euclid(SignedDuration::from_hours(1).as_secs())
}

/// Counts a refusal by the digest of what was typed, and forgets the old ones.
pub(super) async fn count(tx: &mut SystemTx, digest: &str, now: Timestamp) -> Result<()> {
    tx.execute(&COUNT, args![digest, hour(now)]).await?;
    tx.execute(&FORGET_OLD, args![hour(now) - KEPT]).await?;
    Ok(())
}

/// The people of an organization who were refused within a day, the most often first.
///
/// # Errors
/// When the database is gone.
pub async fn list_refused_sign_ins(
    app: &App,
    organization: OrganizationId,
) -> Result<Vec<RefusedSignIns>> {
    let since = hour(app.clock.now()) - LATELY;
    let mut system = app.database.system_read().await?;
    if system.fetch_optional(&ANY, args![since]).await?.is_none() {
        return Ok(Vec::new());
    }
    let mut tx = app.database.read(organization).await?;
    let members = tx.fetch_all(&MEMBERS, args![]).await?;
    drop(tx);
    let mut list = Vec::new();
    for member in members {
        let (id, email): (AccountId, String) = (member.get("id")?, member.get("email")?);
        let mut count = 0;
        for subject in [Subject::Typed(&email), Subject::Codes(id)] {
            let args = args![subject.digest(), since];
            let row = system.fetch_one(&SUM, args).await?;
            count += row.get::<i64>("refused")?;
        }
        if count > 0 {
            list.push(RefusedSignIns { email, count });
        }
    }
    list.sort_by_key(|it| std::cmp::Reverse(it.count));
    Ok(list)
}
