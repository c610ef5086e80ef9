//! A mail server on loopback that asks for a user and a password, keeps what it is given, and fails on demand.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use ascent::mail::{Mail, MailServer};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The password that the server asks for.
pub const MAIL_PASSWORD: &str = "correct-horse/battery";

/// A mail server.
pub struct Post {
    address: SocketAddr,
    desk: Arc<Mutex<Desk>>,
    task: Mutex<JoinHandle<()>>,
}

#[derive(Default)]
struct Desk {
    faults: VecDeque<Fault>,
    /// Those whose last word was that they were taken.
    taken: Vec<Received>,
    /// Those that came whole, taken or not.
    came: Vec<Received>,
    connections: usize,
}

/// What a connection does instead of its best. `at` is the command, `CONNECT`, `BODY` (its first line) or `END` (its last).
#[derive(Clone, Copy)]
pub struct Fault {
    pub at: &'static str,
    pub how: How,
}

#[derive(Clone, Copy)]
pub enum How {
    /// Answers that.
    Say(&'static str),
    /// Answers 535 and repeats what it was sent.
    Echo,
    /// Ends the connection.
    Close,
    /// Says nothing more.
    Silence,
}

/// A mail that came.
#[derive(Clone, Debug, Default)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub raw: String,
}

impl Post {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let desk = Arc::new(Mutex::new(Desk::default()));
        let task = Mutex::new(tokio::spawn(serve(listener, desk.clone())));
        Self {
            address,
            desk,
            task,
        }
    }

    /// Its address, with user and password.
    pub fn url(&self) -> String {
        let password = MAIL_PASSWORD.replace('/', "%2F");
        format!("smtp://desk:{password}@{}", self.address)
    }

    /// The settings that lead here.
    pub fn mail(&self) -> Mail {
        let mut server = MailServer::parse(&self.url()).unwrap();
        if let MailServer::Smtp(server) = &mut server {
            server.patience = Duration::from_secs(2);
        }
        Mail {
            server,
            from: "billing@msp.example".parse().unwrap(),
        }
    }

    /// What the next connection does; the one after it the next fault, and so on.
    pub fn fail(&self, at: &'static str, how: How) {
        self.desk
            .lock()
            .unwrap()
            .faults
            .push_back(Fault { at, how });
    }

    /// Nobody listens any more.
    pub async fn shut(&self) {
        self.task.lock().unwrap().abort();
        // The port is free once the task is gone.
        while TcpStream::connect(self.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }

    /// Listens again.
    pub async fn open(&self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        *self.task.lock().unwrap() = tokio::spawn(serve(listener, self.desk.clone()));
    }

    pub fn taken(&self) -> Vec<Received> {
        self.desk.lock().unwrap().taken.clone()
    }

    pub fn came(&self) -> Vec<Received> {
        self.desk.lock().unwrap().came.clone()
    }

    pub fn connections(&self) -> usize {
        self.desk.lock().unwrap().connections
    }
}

impl Received {
    /// The value of a header, unfolded.
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\r\n\r\n").next().unwrap();
        let head = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        let start = format!("{name}: ");
        let found: Vec<&str> = head
            .lines()
            .filter_map(|line| line.strip_prefix(&start))
            .collect();
        assert_eq!(found.len(), 1, "{name} in {head}");
        found[0].to_owned()
    }

    /// The parts of the mail: head and body of each.
    fn parts(&self) -> Vec<(String, String)> {
        let (_, boundary) = self.raw.split_once("boundary=\"").unwrap();
        let boundary = format!("--{}", boundary.split('"').next().unwrap());
        let parts = self.raw.split(&boundary).skip(1);
        let parts = parts.filter_map(|part| part.trim_start().split_once("\r\n\r\n"));
        parts
            .map(|(head, body)| (head.to_owned(), body.to_owned()))
            .collect()
    }

    /// The text, where it needs no decoding.
    pub fn text(&self) -> String {
        let parts = self.parts();
        let (head, body) = parts
            .iter()
            .find(|(head, _)| head.contains("text/plain"))
            .unwrap();
        assert!(head.contains("7bit"), "{head}");
        body.replace("\r\n", "\n")
    }

    /// The file's name and bytes.
    pub fn pdf(&self) -> (String, Vec<u8>) {
        let parts = self.parts();
        let (head, body) = parts
            .iter()
            .find(|(head, _)| head.contains("application/pdf"))
            .unwrap();
        let (_, name) = head.split_once("filename=\"").unwrap();
        let body: String = body.split_whitespace().collect();
        (
            name.split('"').next().unwrap().to_owned(),
            BASE64_STANDARD.decode(body).unwrap(),
        )
    }
}

async fn serve(listener: TcpListener, desk: Arc<Mutex<Desk>>) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let fault = {
            let mut desk = desk.lock().unwrap();
            desk.connections += 1;
            desk.faults.pop_front()
        };
        tokio::spawn(talk(stream, desk.clone(), fault));
    }
}

/// One connection; errors are ends of it.
async fn talk(
    stream: TcpStream,
    desk: Arc<Mutex<Desk>>,
    fault: Option<Fault>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut mail = Received::default();
    let mut line = "CONNECT".to_owned();
    loop {
        let word = line
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_uppercase();
        if let Some(fault) = fault.filter(|fault| fault.at == word) {
            match fault.how {
                How::Close => return Ok(()),
                How::Silence => std::future::pending().await,
                How::Say(reply) => say(&mut stream, reply).await?,
                How::Echo => {
                    say(
                        &mut stream,
                        &format!("535 5.7.8 What is {line}? {MAIL_PASSWORD}?"),
                    )
                    .await?
                }
            }
        } else {
            let reply = answer(&word, &line, &mut mail);
            say(&mut stream, reply).await?;
            if word == "DATA" {
                let Some(()) = read_body(&mut stream, &mut mail, fault).await? else {
                    return Ok(());
                };
                desk.lock().unwrap().came.push(mail.clone());
                match fault
                    .filter(|fault| fault.at == "END")
                    .map(|fault| fault.how)
                {
                    None => {
                        desk.lock().unwrap().taken.push(std::mem::take(&mut mail));
                        say(&mut stream, "250 2.0.0 Taken").await?;
                    }
                    Some(How::Say(reply)) => say(&mut stream, reply).await?,
                    Some(How::Silence) => std::future::pending().await,
                    Some(_) => return Ok(()),
                }
            }
        }
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        line.truncate(line.trim_end().len());
    }
}

fn answer(word: &str, line: &str, mail: &mut Received) -> &'static str {
    let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
    match word {
        "CONNECT" => "220 post.example ESMTP",
        "EHLO" => "250-post.example\r\n250 AUTH PLAIN LOGIN",
        "AUTH" => {
            let expected = BASE64_STANDARD.encode(format!("\0desk\0{MAIL_PASSWORD}"));
            if line == format!("AUTH PLAIN {expected}") {
                "235 2.7.0 Welcome"
            } else {
                "535 5.7.8 Wrong"
            }
        }
        "MAIL" => {
            mail.from = address();
            "250 2.1.0 Ok"
        }
        "RCPT" => {
            mail.to.push(address());
            "250 2.1.5 Ok"
        }
        "DATA" => "354 Go on",
        "QUIT" => "221 2.0.0 Bye",
        _ => "502 5.5.2 What?",
    }
}

/// None: the fault ended the connection on the way.
async fn read_body(
    stream: &mut BufReader<TcpStream>,
    mail: &mut Received,
    fault: Option<Fault>,
) -> std::io::Result<Option<()>> {
    let ends = fault.is_some_and(|fault| fault.at == "BODY");
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 || ends {
            return Ok(None);
        }
        if line == ".\r\n" {
            return Ok(Some(()));
        }
        mail.raw.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

async fn say(stream: &mut BufReader<TcpStream>, reply: &str) -> std::io::Result<()> {
    stream
        .get_mut()
        .write_all(format!("{reply}\r\n").as_bytes())
        .await
}
