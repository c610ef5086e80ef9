//! The program itself: the binary is started as an operator starts it, with its own folder and port, and judged by what it
//! prints, answers and leaves behind.

mod bill;
mod demo;
mod help;
mod process;
mod sandbox;
mod serve;
mod settings;
mod setup;
mod start;
mod sync;
