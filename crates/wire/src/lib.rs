//! The formats in which models are asked and answer: a prompt into a request, a reply into a statement.
//!
//! Nothing is sent from here.

#![forbid(unsafe_code)]

mod anthropic;
mod ollama;
mod openai;
mod prompt;
mod provider;
pub mod reply;
mod secret;

pub use prompt::{Asks, Prompt, Turn};
pub use provider::{Endpoint, Header, Provider};
pub use secret::Secret;
