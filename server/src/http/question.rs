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
        if visit.fragment {
            return html(&QuestionDialog {
                csrf_token: visit.actor.csrf_token.clone(),
                question: self,
            });
        }
        html(&QuestionPage {
            frame: visit.frame(place, self.title.clone()),
            question: self,
        })
    }
}

#[derive(Template)]
#[template(path = "question.html")]
struct QuestionPage {
    frame: Frame,
    question: Question,
}

#[derive(Template)]
#[template(path = "question_dialog.html")]
struct QuestionDialog {
    csrf_token: String,
    question: Question,
}
