//! The question before the period of a void invoice is billed again.

use axum::{
    Router,
    extract::{Path, State},
    routing::get,
};

use super::{Occasion, rebill, rebill::require_rebillable};
use crate::{
    accounts::Permission,
    app::App,
    http::{Flash, Form, PageResult, Place, Question, Visit, go_and_tell, go_to},
    invoices::{
        invoice_id, load_invoice,
        view::{path, period_text},
    },
};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/invoices/{id}/rebill", get(ask).post(submit))
}

async fn ask(State(app): State<App>, visit: Visit, Path(id): Path<String>) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let invoice = load_invoice(&mut tx, invoice_id(&id)?).await?;
    let path = path(invoice.id);
    let (_, period) = match require_rebillable(&invoice) {
        Ok(rebillable) => rebillable,
        Err(error) => return go_and_tell(&visit, &path, error),
    };
    let question = Question {
        title: "Bill this period again?".to_owned(),
        action: format!("{path}/rebill"),
        back: path,
        effects: vec![
            format!(
                "A draft for {} is made for {}, with prices and quantities as they are now.",
                invoice.client.name,
                period_text(&period)
            ),
            "It goes out only when you issue it. This invoice stays void.".to_owned(),
        ],
        accept: "Bill this period again",
        decline: "Leave it unbilled",
        danger: false,
    };
    question.ask(&visit, Place::Invoices)
}

async fn submit(
    State(app): State<App>,
    Path(id): Path<String>,
    Form { visit, .. }: Form,
) -> PageResult {
    visit.actor.require(Permission::BillingManage)?;
    let (id, by) = (invoice_id(&id)?, visit.actor.by());
    let mut tx = app.database.write(visit.actor.organization).await?;
    match rebill(&mut tx, &by, id, Occasion::of(&app)).await {
        Ok(draft) => {
            tx.commit().await?;
            let message = Flash::ok("The period is on this draft. Look at it, then issue it.");
            Ok(go_to(&visit, &path(draft.id), &[message]))
        }
        Err(error) => go_and_tell(&visit, &path(id), error),
    }
}
