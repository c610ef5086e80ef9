//! A process that ends with its test, and what it says.

use std::{
    io::{self, BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

/// A running process, killed when dropped.
pub struct Process(Child);

impl Process {
    /// Starts a program.
    pub fn start(program: &str, arguments: &[&str]) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        command
            .env_remove("ASCENT_DATABASE_URL")
            .env_remove("ASCENT_DATA_DIR");
        command.spawn().map(Self)
    }

    /// What it says, up to the line that is waited for. It is read on after that, so that it never waits to be heard.
    pub fn lines_until(&mut self, last: impl Fn(&str) -> bool) -> Vec<String> {
        let mut lines = BufReader::new(self.0.stdout.take().expect("it is read once")).lines();
        let mut said = Vec::new();
        for line in lines.by_ref() {
            said.push(line.expect("it says text"));
            if said.last().is_some_and(|line| last(line)) {
                std::thread::spawn(move || lines.for_each(drop));
                return said;
            }
        }
        panic!("it ended before it was ready: {said:?}");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What stands behind a label in the first line that has it.
pub fn first_line<'a>(said: &'a [String], label: &str) -> &'a str {
    let found = said.iter().find_map(|line| line.split_once(label));
    found
        .unwrap_or_else(|| panic!("no {label:?} in {said:?}"))
        .1
        .trim()
}
