//! A Postgres server of a test's own, to be restarted under the program.

use std::{path::PathBuf, process::Command};

use tempfile::TempDir;

/// A server in a folder of its own, ended with the test.
pub struct Postgres {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Postgres {
    /// Makes and starts one with an ordinary user `ascent` and a database of that name.
    pub fn start() -> Self {
        let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
        let newest = versions.map(|it| it.unwrap().path()).max();
        let mut it = Self {
            bin: newest.expect("a version of it").join("bin"),
            folder: tempfile::tempdir().unwrap(),
            port: 0,
        };
        if is_root() {
            let owned = Command::new("chown")
                .arg("postgres")
                .arg(it.folder.path())
                .status();
            assert!(owned.unwrap().success());
        }
        let data = it.data();
        it.run(
            "initdb",
            &[
                "-D",
                &data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
            ],
        );
        // Another test may take the port before the server has it.
        let started = (0..5).any(|_| {
            it.port = free_port();
            it.try_control("start")
        });
        assert!(started, "no server starts");
        let port = it.port.to_string();
        for sql in [
            "create role ascent login",
            "create database ascent owner ascent",
        ] {
            it.run(
                "psql",
                &[
                    "-q",
                    "-h",
                    "127.0.0.1",
                    "-p",
                    &port,
                    "-U",
                    "postgres",
                    "-d",
                    "postgres",
                    "-c",
                    sql,
                ],
            );
        }
        it
    }

    pub fn url(&self) -> String {
        format!("postgres://ascent@127.0.0.1:{}/ascent", self.port)
    }

    /// Cuts every connection off and starts anew, as after a crash.
    pub fn restart(&self) {
        self.control("restart");
    }

    fn data(&self) -> String {
        self.folder.path().join("data").display().to_string()
    }

    fn control(&self, what: &str) {
        assert!(self.try_control(what), "pg_ctl {what}");
    }

    fn try_control(&self, what: &str) -> bool {
        let data = self.data();
        let log = self.folder.path().join("server.log").display().to_string();
        let folder = self.folder.path().display();
        // What a commit has written reaches the system's memory, which outlives the server's processes.
        let options = format!("-h 127.0.0.1 -p {} -k {folder} -c fsync=off", self.port);
        self.ran(
            "pg_ctl",
            &[
                "-D",
                &data,
                "-l",
                &log,
                "-m",
                "immediate",
                "-w",
                "-o",
                &options,
                what,
            ],
        )
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        assert!(self.ran(program, arguments), "{program} {arguments:?}");
    }

    fn ran(&self, program: &str, arguments: &[&str]) -> bool {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            // The server refuses to run as root.
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        let done = command
            .args(arguments)
            .current_dir("/")
            .stdout(std::process::Stdio::null())
            .status();
        done.unwrap().success()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if !std::thread::panicking() || self.folder.path().join("data/postmaster.pid").exists() {
            self.control("stop");
        }
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout.starts_with(b"0\n")
}
