//! Opening an installation: the data folder, the database, the master key, and from them the [`App`].

use std::path::Path;

use db::{Database, DbError, SqliteFile};

use super::{Failure, keys::open_vault};
use crate::{
    app::{App, Parts, Settings},
    clock::Clock,
    config::Config,
    http::Limits,
    ids::OrganizationId,
    invoices::use_fonts,
    organizations::{find_by_id_or_slug, list_organizations, load_organization},
    secrets::Vault,
};

/// What to do about a database that lacks migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    /// Apply them.
    Migrate,
    /// Refuse to start.
    Check,
}

/// An installation whose database is up to date and whose master key opens it.
pub(super) struct Installation {
    config: Config,
    pub(super) database: Database,
    vault: Vault,
}

impl Installation {
    /// Opens the database and proves the master key.
    pub(super) async fn open(config: Config, schema: Schema) -> Result<Self, Failure> {
        let database = open_database(&config).await?;
        match schema {
            Schema::Migrate => {
                database.migrate().await?;
            }
            Schema::Check => database.check_migrated().await?,
        }
        let address = without_password(&config.database_url());
        let vault = open_vault(&config, &database, address).await?;
        Ok(Self {
            config,
            database,
            vault,
        })
    }

    /// An installation whose database and vault were opened elsewhere.
    pub(super) fn of(config: Config, database: Database, vault: Vault) -> Self {
        Self {
            config,
            database,
            vault,
        }
    }

    /// The program's parts, with the address that people use.
    pub(super) fn app(self, public_url: String) -> App {
        if let Some(fonts) = self.config.invoice_fonts {
            use_fonts(fonts);
        }
        App::new(Parts {
            settings: Settings {
                pax8_url: self.config.pax8_url,
                public_url: self.config.public_url.unwrap_or(public_url),
                hsts_subdomains: self.config.hsts_subdomains,
                sessions: self.config.sessions,
                trusted_proxies: self.config.trusted_proxies,
                sync_interval: self.config.sync_interval,
                mail: self.config.mail,
                webhook_hosts: self.config.webhook_hosts,
                pax8_retry: ::pax8::RetryPolicy::default(),
            },
            limits: Limits::new(self.config.request_rate),
            ..Parts::around(self.database, Clock::system(), self.vault)
        })
    }

    /// The program's parts for a command that answers nobody.
    pub(super) fn app_of_a_command(self) -> App {
        let listen = self.config.listen.to_string();
        self.app(format!("http://{listen}"))
    }
}

/// Opens the database without looking into it.
pub(super) async fn open_database(config: &Config) -> Result<Database, Failure> {
    if config.database_url.is_none() {
        make_folder(&config.data_folder)?;
    }
    let url = config.database_url();
    keep_in_place(&url)?;
    Database::open(&url).await.map_err(|error| match error {
        DbError::Unreachable(cause) => Failure::DatabaseAway {
            address: without_password(&url),
            cause: plain(&cause),
        },
        other => other.into(),
    })
}

/// Keeps `ascent restore` away from a database file as long as this process lives.
fn keep_in_place(url: &str) -> Result<(), Failure> {
    let Some(file) = SqliteFile::of(url)? else {
        return Ok(());
    };
    match file.lock_for_use() {
        Ok(Some(lock)) => std::mem::forget(lock),
        Ok(None) => {
            return Err(Failure::Said(format!(
                "The database {} is being restored. Start again when `ascent restore` has ended.",
                file.path().display()
            )));
        }
        // Where no lock can be made, no database can be put in the place of this one either.
        Err(cause) => tracing::debug!(%cause, "the database's lock cannot be taken"),
    }
    Ok(())
}

/// What the driver said, in words for an operator.
fn plain(cause: &str) -> String {
    if cause.contains("pool timed out") {
        return "it does not answer".to_owned();
    }
    if cause.contains("does not support TLS") {
        return "it offers no encrypted connection (TLS). Where the network between is your own, end the address in ?sslmode=disable"
            .to_owned();
    }
    let words = cause.trim_start_matches("error returned from database: ");
    words.to_owned()
}

/// Makes a folder that only its owner can look into, and tries to write there.
pub(super) fn make_folder(path: &Path) -> Result<(), Failure> {
    let refused = |cause| Failure::DataFolder {
        path: path.to_owned(),
        cause,
    };
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(refused)?;
    let probe = path.join(format!(".probe-{}", std::process::id()));
    std::fs::write(&probe, []).map_err(refused)?;
    std::fs::remove_file(&probe).map_err(refused)
}

/// The organization that an operator named by id or short name.
pub(super) async fn find_organization(app: &App, asked: &str) -> Result<OrganizationId, Failure> {
    let mut tx = app.database.system_read().await?;
    if let Some(found) = find_by_id_or_slug(&mut tx, asked).await? {
        return Ok(found);
    }
    let all = list_organizations(&mut tx).await?;
    drop(tx);
    let mut slugs = Vec::new();
    for organization in all.iter().take(10) {
        let mut tx = app.database.read(*organization).await?;
        slugs.push(load_organization(&mut tx).await?.slug);
    }
    let known = if slugs.is_empty() {
        "There is none yet: make one with `ascent setup`.".to_owned()
    } else {
        let more = if all.len() > slugs.len() { ", …" } else { "" };
        format!("There are: {}{more}.", slugs.join(", "))
    };
    Err(Failure::UnknownOrganization {
        asked: asked.to_owned(),
        known,
    })
}

/// A database's address as it may be shown.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        let address = url.split_once('?').map_or(url, |(address, _)| address);
        return address.to_owned();
    };
    let (address, options) = rest.split_once('?').unwrap_or((rest, ""));
    // A password may have a question mark, and an option an `@`: then nobody knows where it ends.
    if options.contains('@') {
        return format!("{scheme}://…");
    }
    let host = address.rsplit_once('@').map_or(address, |(_, host)| host);
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn an_address_is_shown_without_user_password_and_options() {
        for (url, shown) in [
            (
                "postgres://u:p@ss@h:5432/n?password=x",
                "postgres://h:5432/n",
            ),
            ("postgres://h/n", "postgres://h/n"),
            ("postgres://u:p?q@h:5432/n", "postgres://…"),
            ("postgres://u:p@q?r@h:5432/n", "postgres://…"),
            ("postgres://h/n?password=p@q", "postgres://…"),
            (
                "sqlite:/var/lib/ascent/ascent.db",
                "sqlite:/var/lib/ascent/ascent.db",
            ),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
