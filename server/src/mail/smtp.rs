//! Talking to a mail server, a command at a time: what failed before the letter was for certain not accepted.

use std::{error::Error as _, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use lettre::{
    Address, Message,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::time::timeout;

use super::{NotSent, Security, SmtpServer};

/// Saying goodbye is a courtesy.
const COURTESY: Duration = Duration::from_secs(2);
/// Some servers explain themselves at length.
const LONGEST_WORDS: usize = 300;

/// Hands a message over; all its recipients are accepted, or it goes to none.
pub(super) async fn hand_over(
    server: &SmtpServer,
    from: &Address,
    message: &Message,
) -> Result<(), NotSent> {
    let prepared = timeout(server.patience, prepare(server, from, message)).await;
    let mut connection = prepared.unwrap_or_else(|_| Err(slow(server)))?;
    let answer = timeout(server.patience, connection.message(&message.formatted())).await;
    let outcome = match answer {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) if error.status().is_some() => Err(refused(server, &error)),
        Ok(Err(error)) => Err(lost(&format!(
            "the connection ended ({})",
            cause(server, &error)
        ))),
        Err(_) => Err(lost(&format!(
            "it said nothing for {} seconds",
            server.patience.as_secs()
        ))),
    };
    let _ = timeout(COURTESY, connection.quit()).await;
    outcome
}

/// Everything up to the word that the letter may come.
async fn prepare(
    server: &SmtpServer,
    from: &Address,
    message: &Message,
) -> Result<AsyncSmtpConnection, NotSent> {
    let name = ClientId::Domain(from.domain().to_owned());
    let mut connection = connect(server, &name)
        .await
        .map_err(|error| failed(server, &error))?;
    let greeted = converse(&mut connection, server, message).await;
    if let Err(error) = greeted {
        let _ = timeout(COURTESY, connection.quit()).await;
        return Err(failed(server, &error));
    }
    Ok(connection)
}

async fn connect(server: &SmtpServer, name: &ClientId) -> Result<AsyncSmtpConnection, Error> {
    let tls = |host: &str| TlsParameters::new_rustls(host.to_owned());
    let address = (server.host.as_str(), server.port);
    let at_once = match server.security {
        Security::Tls => Some(tls(&server.host)?),
        Security::StartTls | Security::Plain => None,
    };
    let patience = Some(server.patience);
    let mut connection =
        AsyncSmtpConnection::connect_tokio1(address, patience, name, at_once, None).await?;
    if server.security == Security::StartTls {
        connection.starttls(tls(&server.host)?, name).await?;
    }
    Ok(connection)
}

async fn converse(
    connection: &mut AsyncSmtpConnection,
    server: &SmtpServer,
    message: &Message,
) -> Result<(), Error> {
    if let Some((user, password)) = &server.credentials {
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        connection
            .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
            .await?;
    }
    let envelope = message.envelope();
    connection
        .command(Mail::new(envelope.from().cloned(), vec![]))
        .await?;
    for address in envelope.to() {
        connection
            .command(Rcpt::new(address.clone(), vec![]))
            .await?;
    }
    connection.command(Data).await?;
    Ok(())
}

fn failed(server: &SmtpServer, error: &Error) -> NotSent {
    if error.status().is_some() {
        return refused(server, error);
    }
    let (place, cause) = (place(server), cause(server, error));
    if error.is_tls() {
        return NotSent::Later(format!(
            "No secure connection to the mail server {place}: {cause}."
        ));
    }
    if error.is_client() {
        return NotSent::Never(format!(
            "The mail server {place} cannot be used as it is set: {cause}."
        ));
    }
    if error.is_response() {
        return NotSent::Later(format!("The mail server {place} broke off: {cause}."));
    }
    NotSent::Later(format!(
        "The mail server {place} cannot be reached: {cause}."
    ))
}

/// The server's own words, with its code.
fn refused(server: &SmtpServer, error: &Error) -> NotSent {
    let code = error
        .status()
        .map(|code| code.to_string())
        .unwrap_or_default();
    let text = format!(
        "The mail server did not take it: {code} {}",
        cause(server, error)
    );
    if error.is_permanent() {
        NotSent::Never(text)
    } else {
        NotSent::Later(text)
    }
}

fn slow(server: &SmtpServer) -> NotSent {
    let (place, seconds) = (place(server), server.patience.as_secs());
    NotSent::Later(format!(
        "The mail server {place} did not answer within {seconds} seconds."
    ))
}

fn lost(how: &str) -> NotSent {
    NotSent::Unknown(format!(
        "The mail server was given the mail and did not say that it took it: {how}."
    ))
}

fn place(server: &SmtpServer) -> String {
    format!("{}:{}", server.host, server.port)
}

/// What is behind an error, on one line, without the credentials.
fn cause(server: &SmtpServer, error: &Error) -> String {
    let words = match error.source() {
        Some(source) => source.to_string(),
        None => error.to_string(),
    };
    let mut words = words
        .split(|c: char| c.is_control() || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    for secret in secrets(server.credentials.as_ref()) {
        words = words.replace(&secret, "…");
    }
    words.chars().take(LONGEST_WORDS).collect()
}

/// The password in every form in which it is sent.
fn secrets(credentials: Option<&(String, SecretString)>) -> Vec<String> {
    let Some((user, password)) = credentials else {
        return Vec::new();
    };
    let password = password.expose_secret();
    let forms = [
        BASE64_STANDARD.encode(format!("\0{user}\0{password}")),
        BASE64_STANDARD.encode(password),
        password.to_owned(),
    ];
    forms.into_iter().filter(|form| !form.is_empty()).collect()
}
