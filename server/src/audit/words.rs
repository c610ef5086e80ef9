//! The log in words: what an action, a kind of record, a field is called, and the sentence that an event makes.
//!
//! An action is `subject.verb`, the verb ending in a participle: `client.created`, `pax8_subscription.billing_configured`.
//! So a sentence can be made of any; only those that would read badly have their own.

use serde_json::Value;

use super::{AuditEvent, Subject};
use crate::pax8::pages::company_page;

/// An event without who did it, cut where a link goes.
pub(super) struct Told {
    /// `mapped`.
    pub verb: String,
    /// The record's name, where it is told.
    pub subject: Option<String>,
    /// `to Contoso Ltd`.
    pub rest: Option<String>,
}

/// An event as a sentence without its first word.
pub(super) fn tell(event: &AuditEvent) -> Told {
    let subject = event.subject.name.clone();
    let whole = |verb: &str| Told {
        verb: verb.to_owned(),
        subject: None,
        rest: None,
    };
    let about = |verb: &str, rest: Option<String>| Told {
        verb: verb.to_owned(),
        subject: subject.clone(),
        rest,
    };
    match event.action.as_str() {
        "pax8.connected" => whole("connected Pax8"),
        "pax8.disconnected" => whole("disconnected Pax8"),
        "pax8.credentials_replaced" => whole("replaced the credentials of Pax8"),
        "pax8.settings_changed" => whole("changed the options of the Pax8 integration"),
        "pax8.sync_requested" if told(&event.after, "scope") == Some("company") => {
            whole("asked for a sync of one Pax8 company")
        }
        "pax8.sync_requested" => whole("asked for a Pax8 sync"),
        "pax8_company.mapped" => about(
            "mapped",
            told(&event.after, "client").map(|client| format!("to {client}")),
        ),
        "pax8_company.unlinked" => about(
            "unlinked",
            told(&event.before, "client").map(|client| format!("from {client}")),
        ),
        "pax8_subscription.billing_configured" => about("configured the billing of", None),
        "pax8_subscription.change_accepted" => about("accepted a change of", None),
        "invoice.issued" if told(&event.after, "kind") == Some("credit_note") => {
            about("issued credit note", None)
        }
        "invoice.issued" => about("issued invoice", None),
        "invoice.voided" if told(&event.before, "kind") == Some("credit_note") => {
            about("made credit note", Some("void".to_owned()))
        }
        "invoice.voided" => about("made invoice", Some("void".to_owned())),
        "invoice.credit_drafted" => about("drafted a credit note for", None),
        "invoice.payment_recorded" => about("recorded a payment of", None),
        "invoice.payment_taken_back" => about("took back a payment of", None),
        "invoice.send_requested" => about("asked to send", None),
        "invoice.sent" => about(
            "sent",
            told(&event.after, "to").map(|to| format!("to {to}")),
        ),
        "invoice.sending_failed" => about("could not send", None),
        "invoice.sending_lost" => about("does not know whether it sent", None),
        "invoice.receipt_confirmed" => about("took for sent", None),
        "invoice.rebilled" => about("billed a period again with", None),
        "invoice.recalculated" => about("recalculated the", None),
        "billing_run.started" => about("started a billing run as of", None),
        "organization.created" => about("set up the organization", None),
        "organization.changed" => whole("changed the organization's settings"),
        "organization.credentials_resealed" => {
            whole("sealed the stored credentials under a new key")
        }
        "user.invited" => about("invited", None),
        "user.joined" => whole("joined the organization"),
        "user.removed" => about("removed", Some("from the organization".to_owned())),
        "user.role_changed" => about("changed the role of", None),
        "user.invitation_renewed" => about("made a new invitation for", None),
        "account.renamed" => whole("changed their name"),
        "user.second_factor_reset" => about("reset the second factor of", None),
        "account.second_factor_turned_on" => whole("turned on their second factor"),
        "account.second_factor_turned_off" => whole("turned off their second factor"),
        "account.recovery_codes_renewed" => whole("made new recovery codes"),
        "account.signed_out_everywhere" => whole("signed out everywhere"),
        "account.password_changed" => whole("changed their password"),
        action => about(&phrase(action, "the "), None),
    }
}

/// What an action is called in a filter: `Configured billing of Pax8 subscription`.
pub(super) fn action_label(action: &str) -> String {
    match action {
        "pax8.settings_changed" => "Changed options of Pax8".to_owned(),
        "pax8.sync_requested" => "Asked for Pax8 sync".to_owned(),
        "invoice.credit_drafted" => "Drafted credit note".to_owned(),
        "invoice.payment_taken_back" => "Took back payment of invoice".to_owned(),
        "invoice.send_requested" => "Asked to send invoice".to_owned(),
        "invoice.sending_failed" => "Failed to send invoice".to_owned(),
        "invoice.sending_lost" => "Lost track of sending invoice".to_owned(),
        "invoice.receipt_confirmed" => "Took invoice for sent".to_owned(),
        action => capital(&phrase(action, "")),
    }
}

/// What a kind of record is called: `Pax8 company`.
pub(super) fn kind_label(kind: &str) -> String {
    match kind {
        "pax8_connection" => "Pax8 connection".to_owned(),
        kind => capital(&words(kind)),
    }
}

/// How somebody came in.
pub(super) fn via_label(via: &str) -> &str {
    match via {
        "session" => "Browser",
        "token" => "API",
        "job" => "By itself",
        "cli" => "Command line",
        other => other,
    }
}

/// What a field is called: `markup.value` is `Markup value`.
pub(super) fn field_label(path: &str) -> String {
    let path = path.strip_suffix("_minor").unwrap_or(path);
    capital(&words(&path.replace('.', " ")))
}

/// The page of a record, where there is one.
pub(super) fn page_of(subject: &Subject) -> Option<String> {
    let id = &subject.id;
    Some(match subject.kind.as_str() {
        "client" => format!("/clients/{id}"),
        "recurring_invoice" => format!("/recurring/{id}"),
        "invoice" => format!("/invoices/{id}"),
        "billing_run" => format!("/billing-runs/{id}"),
        "pax8_company" => company_page(id, subject.name.as_deref().unwrap_or_default()),
        "pax8_subscription" => format!("/admin/integrations/pax8/subscriptions/{id}/history"),
        "pax8_connection" => "/admin/integrations/pax8".to_owned(),
        "pax8_sync" => format!("/admin/integrations/pax8/syncs/{id}/changes"),
        _ => return None,
    })
}

/// `client.created` is `created the client`, `pax8_subscription.billing_configured` is `configured the billing of the Pax8 subscription`.
fn phrase(action: &str, article: &str) -> String {
    let (kind, verb) = action.split_once('.').unwrap_or(("", action));
    let kind = words(kind);
    let (object, participle) = match verb.rsplit_once('_') {
        Some((object, participle)) => (Some(words(object)), participle),
        None => (None, verb),
    };
    match object {
        Some(object) => format!("{participle} {article}{object} of {article}{kind}"),
        None => format!("{participle} {article}{kind}"),
    }
}

fn words(name: &str) -> String {
    let words: Vec<&str> = name
        .split('_')
        .map(|word| match word {
            "pax8" => "Pax8",
            "api" => "API",
            "id" => "ID",
            word => word,
        })
        .collect();
    words.join(" ")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn told<'a>(state: &'a Option<Value>, field: &str) -> Option<&'a str> {
    state.as_ref()?.get(field)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_action_makes_words() {
        for (action, sentence, label) in [
            ("client.created", "created the client", "Created client"),
            (
                "pax8_subscription.billing_configured",
                "configured the billing of the Pax8 subscription",
                "Configured billing of Pax8 subscription",
            ),
            (
                "api_token.revoked",
                "revoked the API token",
                "Revoked API token",
            ),
        ] {
            assert_eq!(phrase(action, "the "), sentence);
            assert_eq!(action_label(action), label);
        }
        assert_eq!(field_label("markup.value"), "Markup value");
        assert_eq!(field_label("lines_minor"), "Lines");
    }
}
