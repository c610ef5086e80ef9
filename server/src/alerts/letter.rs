//! What is said of an alert: the letter, and the body for a webhook.

use db::OrgTx;
use jiff::Timestamp;
use serde_json::json;

use super::{AlertSettings, Condition, Event};
use crate::{
    accounts::users::list_owners,
    app::App,
    error::Result,
    http::filters,
    ids::AlertId,
    mail::{Letter, Mail, Recipients},
    organizations::{Organization, load_organization},
};

/// What is told.
pub(super) struct Message {
    /// The same at each attempt.
    pub id: String,
    pub event: Event,
    /// None: a test.
    pub about: Option<About>,
    pub detail: String,
    pub at: Timestamp,
    pub organization: Organization,
}

/// The alert that it is told of.
pub(super) struct About {
    pub alert: AlertId,
    pub condition: Condition,
    pub began_at: Timestamp,
}

impl Message {
    fn title(&self) -> &'static str {
        self.about
            .as_ref()
            .map_or("A test of alerts", |it| it.condition.title())
    }

    fn subject(&self) -> String {
        let title = self.title();
        let name = &self.organization.name;
        match self.event {
            Event::Began | Event::Test => format!("{title} ({name})"),
            Event::Lasts => format!("Still: {title} ({name})"),
            Event::Ended => format!("Over: {title} ({name})"),
        }
    }

    /// The page on which it is dealt with.
    fn url(&self, app: &App) -> String {
        let page = self
            .about
            .as_ref()
            .map_or("/admin/settings/alerts", |it| it.condition.page());
        format!("{}{page}", app.settings.public_url)
    }

    fn text(&self, app: &App) -> String {
        let at = |at: &Timestamp| filters::minute(at, &self.organization.timezone);
        let mut text = vec![match self.event {
            Event::Ended => format!("This is over since {}. It was:", at(&self.at)),
            _ => format!("{}.", self.title()),
        }];
        text.push(self.detail.clone());
        if let Some(about) = &self.about {
            text.push(format!("It began on {}.", at(&about.began_at)));
            if self.event != Event::Ended {
                text.push(about.condition.advice().to_owned());
            }
        }
        text.push(self.url(app));
        text.push(format!(
            "Who gets this is set in {}/admin/settings/alerts.",
            app.settings.public_url
        ));
        text.join("\n\n")
    }

    /// The letter to everybody who is to be told. `Err` says in a sentence why there is none.
    pub(super) async fn letter(
        &self,
        tx: &mut OrgTx,
        app: &App,
        settings: &AlertSettings,
        mail: &Mail,
    ) -> Result<Option<Letter>> {
        let Some(to) = recipients(tx, settings).await? else {
            return Ok(None);
        };
        Ok(Some(Letter {
            message_id: mail.message_id(&self.id),
            at: app.clock.now(),
            sender: "Ascent".to_owned(),
            reply_to: None,
            to,
            subject: self.subject(),
            text: self.text(app),
            attachment: None,
        }))
    }

    /// The body for a webhook: the same at each attempt.
    pub(super) fn body(&self, app: &App) -> String {
        let alert = self.about.as_ref().map(|it| {
            json!({
                "id": it.alert,
                "condition": it.condition,
                "title": it.condition.title(),
                "advice": it.condition.advice(),
                "began_at": it.began_at,
            })
        });
        json!({
            "id": self.id,
            "event": format!("alert.{}", self.event.as_str()),
            "at": self.at,
            "organization": { "id": self.organization.id, "name": self.organization.name },
            "alert": alert,
            "detail": self.detail,
            "url": self.url(app),
        })
        .to_string()
    }
}

/// Those who are named, else the owners as they are now.
pub(super) async fn recipients(
    tx: &mut OrgTx,
    settings: &AlertSettings,
) -> Result<Option<Recipients>> {
    if !settings.recipients.is_empty() {
        return Ok(Recipients::parse(&settings.recipients));
    }
    let owners = list_owners(tx).await?;
    let reachable: Vec<&str> = owners
        .iter()
        .map(|it| it.email.as_str())
        .filter(|it| Recipients::parse(it).is_some())
        .take(Recipients::MOST)
        .collect();
    Ok(Recipients::parse(&reachable.join(",")))
}

/// The organization's half of a message.
pub(super) async fn message(
    tx: &mut OrgTx,
    id: String,
    (event, about): (Event, Option<About>),
    detail: String,
    at: Timestamp,
) -> Result<Message> {
    Ok(Message {
        id,
        event,
        about,
        detail,
        at,
        organization: load_organization(tx).await?,
    })
}
