//! An SQLite database as a file: copying it while it is in use, checking it, and putting another one in its place.

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use sqlx::{
    ConnectOptions as _, Connection as _, Row as _, SqliteConnection, sqlite::SqliteConnectOptions,
};

use crate::{DbError, Result, pool::PATIENCE};

/// The file of an SQLite database.
#[derive(Debug, Clone)]
pub struct SqliteFile(PathBuf);

impl SqliteFile {
    /// The file at a path.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The file behind an address. None: it is another engine's.
    ///
    /// # Errors
    /// When the address is malformed.
    pub fn of(url: &str) -> Result<Option<Self>> {
        if !url.starts_with("sqlite:") {
            return Ok(None);
        }
        let options = SqliteConnectOptions::from_str(url);
        let options = options.map_err(|error| DbError::Unreachable(error.to_string()))?;
        Ok(Some(Self::at(options.get_filename())))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Its address, for [`Database::open`](crate::Database::open).
    #[must_use]
    pub fn url(&self) -> String {
        // The driver reads the address as a URL.
        let path = self.0.display().to_string();
        format!("sqlite:{}", path.replace('%', "%25").replace('?', "%3F"))
    }

    /// Keeps others from putting another database in its place, until the file that is given is closed. None: somebody is doing
    /// so now.
    ///
    /// # Errors
    /// When the lock cannot be made.
    pub fn lock_for_use(&self) -> std::io::Result<Option<File>> {
        taken(self.lock_file()?, File::try_lock_shared)
    }

    /// Keeps everybody else from using it, until the file that is given is closed. None: somebody uses it.
    ///
    /// # Errors
    /// When the lock cannot be made.
    pub fn lock_for_replacing(&self) -> std::io::Result<Option<File>> {
        taken(self.lock_file()?, File::try_lock)
    }

    /// A file of its own: on the database's the engine has its own locks, which closing another handle would undo.
    fn lock_file(&self) -> std::io::Result<File> {
        let mut options = File::options();
        options.write(true).create(true);
        options.open(self.beside(".lock"))
    }

    /// Copies the database as it is at one moment, while others read and write, and reads the copy through. `into` is an empty
    /// file.
    ///
    /// # Errors
    /// When it cannot be read or the copy cannot be written.
    pub async fn copy_into(&self, into: &Path) -> Result<()> {
        let name = into.to_str().ok_or_else(|| {
            DbError::Unreachable("the name of the copy has characters that are no text".to_owned())
        })?;
        let mut connection = self.connect().await?;
        sqlx::query("vacuum into $1")
            .bind(name.to_owned())
            .execute(&mut connection)
            .await
            .map_err(|error| DbError::of("copy", error))?;
        close(connection).await;
        Self::at(into).check("pragma quick_check").await
    }

    /// Reads the whole file and finds nothing wrong with it.
    ///
    /// # Errors
    /// When it is damaged, or no database of this program.
    pub async fn check_whole(&self) -> Result<()> {
        self.check("pragma integrity_check").await
    }

    async fn check(&self, pragma: &'static str) -> Result<()> {
        let mut connection = self.connect().await?;
        let found = sqlx::query(pragma).fetch_optional(&mut connection).await;
        let said: String = match found {
            Ok(row) => row.map_or_else(String::new, |row| row.get(0)),
            Err(sqlx::Error::Database(error)) => error.message().to_owned(),
            Err(error) => return Err(DbError::of("check", error)),
        };
        if said != "ok" {
            // The first of what may be many lines.
            let first = said.lines().find(|line| !line.starts_with("***"));
            return Err(DbError::Damaged(
                first.unwrap_or("it is damaged").to_owned(),
            ));
        }
        let ours = sqlx::query("select 1 from sqlite_schema where name = 'schema_migration'");
        let ours = ours.fetch_optional(&mut connection).await;
        let ours = ours.map_err(|error| DbError::of("check", error))?;
        close(connection).await;
        match ours {
            Some(_) => Ok(()),
            None => Err(DbError::Damaged("it is no database of Ascent".to_owned())),
        }
    }

    /// Removes what a process that ended while it wrote this file left beside it: it would be taken for a part of the file that comes
    /// in its place.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove_logs(&self) -> std::io::Result<()> {
        for suffix in ["-wal", "-shm", "-journal"] {
            remove_if_there(&self.beside(suffix))?;
        }
        Ok(())
    }

    /// Puts another whole database, which nobody has open, in its place at once, and keeps the present one under the name `aside`. Only for whoever holds
    /// [`lock_for_replacing`](Self::lock_for_replacing).
    ///
    /// # Errors
    /// When the files cannot be renamed; then the present one is still there.
    pub async fn replace_with(&self, other: &Path, aside: &Path) -> std::io::Result<()> {
        if self.0.exists() {
            // What is in the log of the present one goes into its file, unless that is damaged: then the log is kept beside it.
            if let Ok(mut connection) = self.connect().await {
                let _ = sqlx::query("pragma wal_checkpoint(truncate)")
                    .execute(&mut connection)
                    .await;
                close(connection).await;
            }
            std::fs::hard_link(&self.0, aside)?;
            // The other database must not find a log that is not its own.
            let kept = Self::at(aside);
            rename_if_there(&self.beside("-wal"), &kept.beside("-wal"))?;
            remove_if_there(&self.beside("-shm"))?;
        }
        std::fs::rename(other, &self.0)
    }

    async fn connect(&self) -> Result<SqliteConnection> {
        SqliteConnectOptions::new()
            .filename(&self.0)
            .create_if_missing(false)
            .busy_timeout(PATIENCE)
            .disable_statement_logging()
            .connect()
            .await
            .map_err(|error| match error {
                sqlx::Error::Database(error) => DbError::Damaged(error.message().to_owned()),
                error => DbError::Unreachable(error.to_string()),
            })
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push(suffix);
        name.into()
    }
}

async fn close(connection: SqliteConnection) {
    // Nothing was written that closing could lose.
    let _ = connection.close().await;
}

fn taken(
    file: File,
    take: impl Fn(&File) -> Result<(), TryLockError>,
) -> std::io::Result<Option<File>> {
    match take(&file) {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn rename_if_there(from: &Path, to: &Path) -> std::io::Result<()> {
    absent_is_fine(std::fs::rename(from, to))
}

fn remove_if_there(path: &Path) -> std::io::Result<()> {
    absent_is_fine(std::fs::remove_file(path))
}

fn absent_is_fine(done: std::io::Result<()>) -> std::io::Result<()> {
    match done {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
