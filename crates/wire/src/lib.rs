//! The wire formats of language models: builds requests from prompts, reads replies with their token usage, and prices
//! it.
//!
//! Nothing is sent from here: the caller does the HTTP.

#![forbid(unsafe_code)]

mod anthropic;
mod body;
mod ollama;
mod openai;
mod price;
mod prompt;
mod provider;
pub mod reply;
mod secret;
mod usage;

pub use body::is_small;
pub use price::Price;
pub use prompt::{Message, Prompt, Task};
pub use provider::{Endpoint, Header, Provider};
pub use reply::Reply;
pub use secret::Secret;
pub use usage::Usage;
