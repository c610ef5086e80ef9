//! The client against scripted servers: what it sends, and what it makes of
//! every answer.

mod auth;
mod faults;
mod paging;
mod raw;
mod read_only;
mod rows;
mod support;
