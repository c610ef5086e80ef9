//! Admin → Integrations: a card for each, with its state.

mod pages;

pub use pages::routes;
