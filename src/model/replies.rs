//! What a model's replies say: statements, relations that it wants to see, explanations, answers in words.

use std::time::Instant;

use super::http::Response;
use super::remote::Remote;
use super::{Draft, Proposal, Replied};
use crate::error::Error;
use wire::reply::{self, NoStatement};
use wire::{Endpoint, Prompt, Reply, Task, Usage};

impl Remote {
    /// The statement that the model writes for a prompt, or what it wants to see first, and the tokens that its reply cost
    /// whether it holds either or not. A question back or a refusal is an error of its own.
    pub fn propose(&self, prompt: &Prompt, end: Instant) -> Replied {
        let started = Instant::now();
        let (proposal, usage) = self.answer(prompt, end, |remote, text| proposal(remote, prompt, text));
        Replied { proposal, usage, took: started.elapsed() }
    }

    /// The same, asked so many times at once.
    pub fn propose_several(&self, prompt: &Prompt, count: u32, end: Instant) -> Vec<Replied> {
        let remote = match self.with_secret() {
            Ok(remote) => remote,
            Err(error) => return vec![Replied::failed(error)],
        };
        let endpoint = Endpoint { is_varied: true, ..self.endpoint.clone() };
        let body = self.provider.body(&endpoint, prompt).to_string();
        let sent = remote.ask_several(&body, count, end).into_iter();
        let replied = sent.map(|(response, took)| {
            let (proposal, usage) = remote.read(response, prompt, |remote, text| proposal(remote, prompt, text));
            Replied { proposal, usage, took }
        });
        replied.collect()
    }

    /// The prompt's statement in the model's plain words, and the tokens that these cost.
    pub fn explain(&self, prompt: &Prompt, end: Instant) -> (Result<String, Error>, Usage) {
        self.answer(prompt, end, |remote, text| Ok(remote.mask(&reply::explanation(text)?)))
    }

    /// The answer that a prompt holds in the model's words, and the tokens that they cost.
    pub fn narrate(&self, prompt: &Prompt, end: Instant) -> (Result<String, Error>, Usage) {
        self.answer(prompt, end, |remote, text| Ok(remote.mask(&reply::narration(text)?)))
    }

    /// What `read` finds in the reply to a prompt.
    fn answer<T>(
        &self,
        prompt: &Prompt,
        end: Instant,
        read: impl FnOnce(&Self, &str) -> Result<T, NoStatement>,
    ) -> (Result<T, Error>, Usage) {
        match self.with_secret() {
            Ok(remote) => {
                let body = self.provider.body(&self.endpoint, prompt).to_string();
                remote.read(remote.ask(&body, end), prompt, read)
            }
            Err(error) => (Err(error), Usage::default()),
        }
    }

    /// What `read` finds in a response, and the tokens that it cost. An endpoint that echoes the key must not carry it into a message
    /// or a statement, however it was encoded: `read` masks it with this model, which has its secret.
    pub(super) fn read<T>(
        &self,
        response: Result<Response, Error>,
        prompt: &Prompt,
        read: impl FnOnce(&Self, &str) -> Result<T, NoStatement>,
    ) -> (Result<T, Error>, Usage) {
        let (reply, usage) = match response {
            Ok(response) => self.reply(&response),
            Err(error) => (Err(error), Usage::default()),
        };
        // A token has a byte at least; what is sent beside the prompt is short.
        let sent = u64::try_from(prompt.as_text().len()).unwrap_or(u64::MAX).saturating_add(BESIDE_PROMPT);
        let usage = usage.at_most(sent, self.endpoint.max_tokens.map_or(LONGEST_REPLY, u64::from));
        let found = reply.and_then(|reply| {
            read(self, &reply.text).map_err(|none| match none {
                NoStatement::Clarify(message) => {
                    Error::Clarify { model: self.name.clone(), question: self.quote(&message) }
                }
                NoStatement::Declined(message) => {
                    Error::Declined { model: self.name.clone(), reason: self.quote(&message) }
                }
                NoStatement::Unusable(why) => self.bad_reply(self.quote(&why)),
            })
        });
        (found, usage)
    }

    /// What the model replied, and the tokens that the provider counted, also for a reply of no use.
    fn reply(&self, response: &Response) -> (Result<Reply, Error>, Usage) {
        let body: Result<serde_json::Value, Error> = std::str::from_utf8(&response.body)
            .map_err(|_| self.bad_reply("It is no valid UTF-8.".to_owned()))
            .and_then(|text| {
                if !wire::is_small(text.as_bytes()) {
                    return Err(self.bad_reply("It has more values than any reply.".to_owned()));
                }
                serde_json::from_str(text).map_err(|_| {
                    let content_type = self.quote(&response.content_type);
                    self.bad_reply(format!("It is no valid JSON; its content type is \"{content_type}\"."))
                })
            });
        let body = match body {
            Ok(body) => body,
            Err(error) => return (Err(error), Usage::default()),
        };
        let shape = || self.bad_reply("It does not have the shape that the provider documents.".to_owned());
        (self.provider.reply(&body).ok_or_else(shape), self.provider.usage(&body))
    }
}

/// Tokens of what a request says beside its prompt: the form of the answer, and what the provider adds.
const BESIDE_PROMPT: u64 = 2_000;
/// Tokens that models write at most, reasoning included, where a server's options set no limit.
const LONGEST_REPLY: u64 = 128_000;

/// Longer statements are none, in bytes, nor are longer lists of names: the draft cache keeps no longer ones either.
const LONGEST_DRAFT: usize = 100_000;

pub(super) fn proposal(remote: &Remote, prompt: &Prompt, text: &str) -> Result<Proposal, NoStatement> {
    let may_look = prompt.task == Task::Statement { may_look: true };
    match reply::proposal(text)? {
        reply::Proposal::Statement(sql) if sql.len() > LONGEST_DRAFT => Err(too_long("statement")),
        reply::Proposal::Look(names) if names.iter().map(String::len).sum::<usize>() > LONGEST_DRAFT => {
            Err(too_long("list of relations"))
        }
        reply::Proposal::Statement(sql) => Ok(Proposal::Draft(Draft { sql: remote.mask(&sql), ..Draft::default() })),
        reply::Proposal::Look(names) if may_look => {
            Ok(Proposal::Look(names.iter().map(|name| remote.mask(name)).collect()))
        }
        reply::Proposal::Look(_) => {
            Err(NoStatement::Unusable("It asks to see relations where no more is shown.".to_owned()))
        }
    }
}

fn too_long(what: &str) -> NoStatement {
    NoStatement::Unusable(format!("Its {what} is longer than {LONGEST_DRAFT} bytes."))
}
