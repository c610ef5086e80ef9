//! A simulator of the Pax8 partner API, with faults on demand.
//!
//! Pax8 hands no sandbox to partners, so this crate is one: a deterministic
//! estate of companies, products and subscriptions behind the partner
//! endpoints, with the real wire's habits (or the tidy published ones), a
//! clock that moves when told to, and faults that can be ordered for the next
//! request. It is a library for tests, and the `sandbox` and `demo` commands
//! put it behind a port.
//!
//! [`Sandbox`] is the handle to everything; [`SandboxConfig`] says what to
//! simulate. Where Pax8's behaviour is not documented the choice made here is
//! named in the README.

mod config;
mod counters;
pub mod demo;
pub mod estate;
mod fault;
mod generate;
mod http;
mod rate;
mod running;
mod sandbox;
mod seeded;
mod tokens;
mod wire;

/// The example of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use config::{Composition, OversizedPages, SandboxConfig, UnauthorizedBody, Wire};
pub use counters::Counters;
pub use estate::{Change, Estate, NewCompany, NewProduct, NewSubscription, UnknownRecord};
pub use fault::{Drift, Fault, Faults, Place, Repeat, RetryAfter, What};
pub use running::Running;
pub use sandbox::Sandbox;
