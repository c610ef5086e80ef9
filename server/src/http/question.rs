//! A question before an act that is hard to take back: a dialog over the page, or a page of its own without script.

use askama::Template;

use super::{Frame, PageResult, Place, Visit, html};

/// What is asked, and what will happen.
pub struct Question {
    /// The question.
    pub title: String,
    /// Where the answer goes, as a form.
    pub action: String,
    /// Where declining leads.
    pub back: String,
    /// What will happen, a paragraph each; the first is the one that counts.
    pub effects: Vec<String>,
    /// What accepting is called.
    pub accept: &'static str,
    /// What declining is called.
    pub decline: &'static str,
    /// Whether something stops or is lost.
    pub danger: bool,
}

impl Question {
    /// Asks it.
    ///
    /// # Errors
    /// When the template fails, which is a failure of ours.
    pub fn ask(self, visit: &Visit, place: Place) -> PageResult {
        self.ask_with(visit, place, None)
    }

    /// Asks it, with a link to where more about it can be read: address and text.
    ///
    /// # Errors
    /// When the template fails, which is a failure of ours.
    pub fn ask_with(self, visit: &Visit, place: Place, more: Option<Link>) -> PageResult {
        if visit.fragment {
            return html(&QuestionDialog {
                csrf_token: visit.actor.csrf_token.clone(),
                question: self,
                more,
            });
        }
        html(&QuestionPage {
            frame: visit.frame(place, self.title.clone()),
            question: self,
            more,
        })
    }
}

/// The address and the text of a link.
pub type Link = (&'static str, &'static str);

#[derive(Template)]
#[template(path = "question.html")]
struct QuestionPage {
    frame: Frame,
    question: Question,
    more: Option<Link>,
}

#[derive(Template)]
#[template(path = "question_dialog.html")]
struct QuestionDialog {
    csrf_token: String,
    question: Question,
    more: Option<Link>,
}
