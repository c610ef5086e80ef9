//! The server through its public face: pages and API, with typed users of two organizations, on both engines, against the
//! Pax8 sandbox. One binary, a module per slice.

mod accounts;
mod census;
mod jobs;
mod world;
