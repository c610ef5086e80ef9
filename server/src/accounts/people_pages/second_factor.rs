//! Taking away the second factor of a member who lost it, after a question.

use axum::extract::{Path, State};

use super::{PATH, gate, user_id};
use crate::{
    accounts::{
        second_factor::reset_second_factor,
        users::{load_user, refuse_stronger},
    },
    app::App,
    http::{ConfirmedForm, Flash, PageResult, Place, Question, Visit, go_and_tell, go_to},
};

pub(super) async fn ask(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
) -> PageResult {
    gate(&visit)?;
    let mut tx = app.database.read(visit.actor.organization).await?;
    let user = load_user(&mut tx, user_id(&id)?).await?;
    refuse_stronger(&visit.actor, &user)?;
    let question = Question {
        title: format!("Reset the second factor of {}?", user.name),
        action: format!("{PATH}/members/{}/second-factor", user.id),
        back: format!("{PATH}/members/{}", user.id),
        effects: vec![
            "Until they set up another, their password alone opens their account.".to_owned(),
            "Make sure that it is them who asked. Their sessions end at once.".to_owned(),
        ],
        accept: "Reset",
        decline: "Keep it",
        danger: true,
    };
    question.ask(&visit, Place::Roles)
}

pub(super) async fn reset(
    State(app): State<App>,
    Path(id): Path<String>,
    ConfirmedForm { visit, .. }: ConfirmedForm,
) -> PageResult {
    gate(&visit)?;
    match reset_second_factor(&app, &visit.actor, user_id(&id)?).await {
        Ok(user) => {
            let text = format!("The second factor of {} was reset.", user.name);
            Ok(go_to(&visit, PATH, &[Flash::ok(text)]))
        }
        Err(error) => go_and_tell(&visit, PATH, error),
    }
}
