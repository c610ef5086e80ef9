//! What commands print. A reader that has gone away (`ascent … | head`) is not an error.

use std::io::Write as _;

/// A line of the result.
pub(super) fn result(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// A line beside the result.
pub(super) fn aside(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
