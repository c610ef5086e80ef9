//! What a command was given by flags and variables, and the layers beneath.

use std::{collections::BTreeMap, marker::PhantomData};

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, parser::ValueSource};

use super::{ConfigError, Declared, Origin, declared, file::SettingsFile};

/// Which settings a command takes.
pub trait Scope {
    /// The settings.
    const SETTINGS: &'static [&'static Declared];
}

/// Commands that open the database.
#[derive(Debug, Clone)]
pub struct StoreScope;
/// Commands that also talk to Pax8.
#[derive(Debug, Clone)]
pub struct SyncScope;
/// Commands that also make invoices.
#[derive(Debug, Clone)]
pub struct BillScope;
/// The server.
#[derive(Debug, Clone)]
pub struct ServerScope;

impl Scope for StoreScope {
    const SETTINGS: &'static [&'static Declared] = super::EVERYWHERE;
}
impl Scope for SyncScope {
    const SETTINGS: &'static [&'static Declared] = super::WITH_PAX8;
}
impl Scope for BillScope {
    const SETTINGS: &'static [&'static Declared] = super::WITH_MAIL;
}
impl Scope for ServerScope {
    const SETTINGS: &'static [&'static Declared] = super::SERVER;
}

/// The settings of a command as flags and variables gave them.
#[derive(Debug, Clone)]
pub struct Given<S = ServerScope> {
    values: BTreeMap<&'static str, (String, Origin)>,
    scope: PhantomData<S>,
}

impl<S> Given<S> {
    /// The same values for a reader that does not care which command they came from.
    #[must_use]
    pub fn of_any_command(self) -> Given {
        Given {
            values: self.values,
            scope: PhantomData,
        }
    }

    /// The file of settings.
    pub(super) fn file(&self) -> Option<&str> {
        self.values
            .get(declared::CONFIG.key)
            .map(|(path, _)| path.as_str())
    }
}

impl<S: Scope> Args for Given<S> {
    fn augment_args(command: Command) -> Command {
        S::SETTINGS.iter().fold(command, |command, setting| {
            command.arg(
                Arg::new(setting.key)
                    .long(setting.flag)
                    .env(setting.variable)
                    .hide_env_values(true)
                    .value_name(setting.value)
                    .help(setting.help)
                    .help_heading("Settings"),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<S: Scope> FromArgMatches for Given<S> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut values = BTreeMap::new();
        for setting in S::SETTINGS {
            let Some(text) = matches.get_one::<String>(setting.key) else {
                continue;
            };
            let origin = match matches.value_source(setting.key) {
                Some(ValueSource::EnvVariable) => Origin::Variable(setting.variable),
                _ => Origin::Flag(setting.flag),
            };
            // An empty variable is how a container's file says "not set".
            if !text.is_empty() || matches!(origin, Origin::Flag(_)) {
                values.insert(setting.key, (text.clone(), origin));
            }
        }
        Ok(Self {
            values,
            scope: PhantomData,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Where settings are looked for, in order.
pub(super) struct Layers<'a> {
    pub given: &'a Given,
    pub file: Option<SettingsFile>,
}

impl Layers<'_> {
    /// The setting from the first layer that has it; none: its default holds.
    pub(super) fn parse<T>(
        &self,
        setting: &'static Declared,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some((text, origin)) = self.find(setting) else {
            return Ok(None);
        };
        parse(text)
            .map(Some)
            .map_err(|reason| ConfigError::Malformed {
                key: setting.key,
                origin,
                value: (!setting.secret).then(|| text.to_owned()),
                reason,
            })
    }

    fn find(&self, setting: &'static Declared) -> Option<(&str, Origin)> {
        if let Some((text, origin)) = self.given.values.get(setting.key) {
            return Some((text, origin.clone()));
        }
        let file = self.file.as_ref()?;
        Some((file.find(setting)?, Origin::File(file.path.clone())))
    }
}
