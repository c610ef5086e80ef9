//! The table of targets and what was measured.

/// What was measured so far.
#[derive(Default)]
pub struct Table(Vec<Row>);

struct Row {
    work: String,
    target: String,
    measured: String,
    reached: bool,
}

impl Table {
    /// Adds a row, and prints it at once: the whole takes long.
    pub fn add(&mut self, work: impl Into<String>, target: &str, measured: String, reached: bool) {
        let row = Row {
            work: work.into(),
            target: target.to_owned(),
            measured,
            reached,
        };
        println!("{}", row.line());
        self.0.push(row);
    }

    /// The whole as the table of a Markdown document.
    pub fn print(&self) {
        println!("\n| work | target | measured | reached |\n|---|---|---|---|");
        for row in &self.0 {
            println!("{}", row.line());
        }
    }
}

impl Row {
    fn line(&self) -> String {
        let reached = if self.reached { "yes" } else { "**no**" };
        format!(
            "| {} | {} | {} | {reached} |",
            self.work, self.target, self.measured
        )
    }
}
