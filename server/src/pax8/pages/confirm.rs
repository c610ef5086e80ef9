//! Questions before something that cannot be undone: a dialog, or a page where the script does not run.

use askama::Template;

use crate::http::{Frame, PageResult, Place, Visit, html};

/// A question, with what will happen in numbers.
pub(super) struct Question {
    pub title: String,
    pub lead: String,
    /// What happens, the weightiest first.
    pub effects: Vec<String>,
    /// What is not touched.
    pub stays: Option<&'static str>,
    /// Where the answer yes is sent.
    pub action: String,
    /// What the answer yes says besides, by field.
    pub says: Vec<(&'static str, String)>,
    /// The element that the answer replaces.
    pub swap: Option<String>,
    pub accept: &'static str,
    pub decline: &'static str,
    /// Where the answer no leads.
    pub back: String,
}

#[derive(Template)]
#[template(path = "pax8/confirm.html")]
struct Confirm<'a> {
    confirm: &'a Question,
    csrf_token: &'a str,
    dialog: bool,
}

#[derive(Template)]
#[template(path = "pax8/confirm_dialog.html")]
struct Dialog<'a> {
    form: Confirm<'a>,
}

#[derive(Template)]
#[template(path = "pax8/confirm_page.html")]
struct Page<'a> {
    frame: Frame,
    form: Confirm<'a>,
}

impl Question {
    /// Asks.
    pub(super) fn ask(&self, visit: &Visit) -> PageResult {
        let form = Confirm {
            confirm: self,
            csrf_token: &visit.actor.csrf_token,
            dialog: visit.fragment,
        };
        if visit.fragment {
            return html(&Dialog { form });
        }
        html(&Page {
            frame: visit.frame(Place::Integrations, self.title.clone()),
            form,
        })
    }
}
