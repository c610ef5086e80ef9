//! Disconnecting, after a question that says what it takes away.

use axum::extract::State;

use super::{confirm::Question, filter::PAGE, parts::counted};
use crate::{
    app::App,
    error::Error,
    http::{ConfirmedForm, Flash, PageResult, Pax8Visit, go_to},
    pax8::connection::{DisconnectImpact, disconnect, find_connection, impact_of_disconnect},
};

/// `GET /admin/integrations/pax8/disconnect`
pub(super) async fn ask(State(app): State<App>, Pax8Visit(visit): Pax8Visit) -> PageResult {
    let mut tx = app.database.read(visit.actor.organization).await?;
    if find_connection(&mut tx).await?.is_none() {
        return Err(Error::NotFound("connection").into());
    }
    let impact = impact_of_disconnect(&mut tx).await?;
    question(impact).ask(&visit)
}

/// `POST /admin/integrations/pax8/disconnect`
pub(super) async fn confirmed(State(app): State<App>, form: ConfirmedForm) -> PageResult {
    let actor = &form.visit.actor;
    actor.require_pax8()?;
    disconnect(&app, &actor.by(), actor.organization).await?;
    let flash = Flash::ok("Pax8 is disconnected. Its credentials and all mappings are gone.");
    Ok(go_to(&form.visit, PAGE, &[flash]))
}

fn question(impact: DisconnectImpact) -> Question {
    let verb = |count: u32, one: &str, many: &str| (if count == 1 { one } else { many }).to_owned();
    let linked = impact.linked_subscriptions;
    let mapped = impact.mapped_companies;
    let mut effects = Vec::new();
    if linked > 0 {
        effects.push(format!(
            "{} billing.",
            counted(
                linked,
                "linked subscription stops",
                "linked subscriptions stop"
            )
        ));
    }
    effects.push(format!(
        "{} {} removed.",
        counted(mapped, "company mapping", "company mappings"),
        verb(mapped, "is", "are")
    ));
    effects.push("The stored credentials are deleted and syncing stops.".to_owned());
    Question {
        title: "Disconnect Pax8?".to_owned(),
        lead: "This takes effect at once:".to_owned(),
        effects,
        stays: Some(
            "Issued invoices and the audit log stay. Markups and override prices are kept aside and return if the same \
             Pax8 account is connected again.",
        ),
        action: format!("{PAGE}/disconnect"),
        says: Vec::new(),
        swap: None,
        accept: "Disconnect Pax8",
        decline: "Keep it connected",
        back: PAGE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s147_the_question_says_in_numbers_what_goes() {
        let asked = question(DisconnectImpact {
            companies: 5,
            mapped_companies: 1,
            subscriptions: 9,
            linked_subscriptions: 3,
        });
        assert_eq!(
            asked.effects,
            [
                "3 linked subscriptions stop billing.",
                "1 company mapping is removed.",
                "The stored credentials are deleted and syncing stops.",
            ]
        );
    }
}
