//! Starting the binary: with a folder of its own, none of the caller's settings, and a patience that ends.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long anything may take before the test has failed.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The key that the credentials of tests on Postgres are sealed with.
pub const MASTER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

/// A folder for one installation, and the commands to be run on it.
pub struct Place {
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
}

impl Place {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            settings: Vec::new(),
        }
    }

    /// The same with a setting in the environment of every command.
    pub fn with(mut self, variable: &'static str, value: &str) -> Self {
        self.settings.retain(|(known, _)| *known != variable);
        self.settings.push((variable, value.to_owned()));
        self
    }

    /// On this database, with a master key in the environment.
    pub fn on(self, database_url: &str) -> Self {
        self.with("ASCENT_DATABASE_URL", database_url)
            .with("ASCENT_MASTER_KEY", MASTER_KEY)
    }

    /// The address of its database.
    pub fn database_url(&self) -> String {
        let set = self
            .settings
            .iter()
            .find(|(name, _)| *name == "ASCENT_DATABASE_URL");
        let file = || format!("sqlite:{}", self.data().join("ascent.db").display());
        set.map_or_else(file, |(_, url)| url.clone())
    }

    /// A path below the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the program keeps its files, unless a test says otherwise.
    pub fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// A command on this installation.
    pub fn ascent(&self, arguments: &[&str]) -> Ascent {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ascent"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.folder.path())
            .env("ASCENT_DATA_DIR", self.data())
            // Tests ask again and again until something is so.
            .env("ASCENT_REQUEST_RATE", "0")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        Ascent {
            command,
            input: String::new(),
        }
    }

    /// Makes an organization and gives what `setup --json` printed.
    pub fn set_up(&self, name: &str) -> serde_json::Value {
        let email = format!("owner@{}.example", name.to_lowercase());
        let done = self
            .ascent(&[
                "setup",
                "--organization",
                name,
                "--owner-email",
                &email,
                "--json",
            ])
            .arg("--owner-password-stdin")
            .args(&["--feature", "pax8Integration"])
            .input("a password for tests\n")
            .run();
        assert!(done.status.success(), "{}", done.stderr);
        done.json()
    }
}

/// A command about to be run.
pub struct Ascent {
    command: Command,
    input: String,
}

/// A command that has ended.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Ascent {
    pub fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.command.env(name, value.as_ref());
        self
    }

    pub fn without_env(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    pub fn input(mut self, text: &str) -> Self {
        text.clone_into(&mut self.input);
        self.command.stdin(Stdio::piped());
        self
    }

    /// Starts it and waits until it has ended.
    pub fn run(self) -> Ended {
        self.start().wait()
    }

    /// Runs a command that must fail, and gives the one line that says why.
    #[track_caller]
    pub fn fails(self) -> String {
        let ended = self.run();
        assert_eq!(
            ended.status.code(),
            Some(1),
            "{}\n{}",
            ended.stdout,
            ended.stderr
        );
        assert_eq!(ended.stdout, "", "nothing is printed as a result");
        let lines: Vec<&str> = ended
            .stderr
            .lines()
            .filter(|line| line.starts_with("Error: "))
            .collect();
        assert_eq!(lines.len(), 1, "{}", ended.stderr);
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        lines[0].to_owned()
    }

    /// Starts it.
    pub fn start(mut self) -> Process {
        let mut child = self
            .command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        if let Some(mut stdin) = child.stdin.take() {
            let _ = stdin.write_all(self.input.as_bytes());
        }
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut stderr = child.stderr.take().expect("a pipe");
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        Process {
            child,
            lines,
            seen: Vec::new(),
            stderr: Some(stderr),
        }
    }
}

/// A command under way; it is killed when the test drops it.
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    stderr: Option<JoinHandle<String>>,
}

impl Process {
    /// What follows `prefix` in the first line of the result that begins with it.
    #[track_caller]
    pub fn line(&mut self, prefix: &str) -> String {
        loop {
            if let Some(found) = self.seen.iter().find_map(|line| line.strip_prefix(prefix)) {
                return found.to_owned();
            }
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => self.seen.push(line),
                Err(_) => {
                    let _ = self.child.kill();
                    let log = self.stderr.take().and_then(|text| text.join().ok());
                    panic!("no line {prefix:?} in {:?}: {log:?}", self.seen);
                }
            }
        }
    }

    /// The address that it says it listens on.
    #[track_caller]
    pub fn url(&mut self) -> String {
        self.line("listening on ")
    }

    /// Its number at the system.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) {
        let done = Command::new("kill")
            .args([format!("-{name}"), self.child.id().to_string()])
            .status();
        assert!(done.expect("kill runs").success());
    }

    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
    }

    /// Waits for its end.
    #[track_caller]
    pub fn wait(mut self) -> Ended {
        let begin = Instant::now();
        let status = loop {
            // Keeps the pipe from filling while the program runs.
            self.seen
                .extend(self.lines.recv_timeout(Duration::from_millis(20)));
            if let Some(status) = self.child.try_wait().expect("a status") {
                break status;
            }
            assert!(
                begin.elapsed() < PATIENCE,
                "it does not end: {:?}",
                self.seen
            );
        };
        self.seen.extend(self.lines.iter());
        let stderr = self.stderr.take().expect("taken once").join();
        Ended {
            status,
            stdout: self.seen.iter().map(|line| format!("{line}\n")).collect(),
            stderr: stderr.expect("the log is text"),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ended {
    /// The result as the one JSON value that it must be.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}: {:?}\n{}", self.stdout, self.stderr))
    }
}

/// A client that does not follow redirections and keeps cookies.
pub fn browser() -> reqwest::Client {
    // Refused when another test of this binary has installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .cookie_store(true)
        .build()
        .expect("a client")
}
