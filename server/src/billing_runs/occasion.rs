//! What a bill is computed with besides the records.

use jiff::Timestamp;

use crate::app::App;

/// The moment of a bill, and whether mail could go out with it.
#[derive(Debug, Clone, Copy)]
pub struct Occasion {
    /// When.
    pub now: Timestamp,
    /// Whether this installation sends mail.
    pub sends_mail: bool,
}

impl Occasion {
    /// This moment, in this installation.
    #[must_use]
    pub fn of(app: &App) -> Self {
        Self {
            now: app.clock.now(),
            sends_mail: app.settings.mail.is_some(),
        }
    }
}
