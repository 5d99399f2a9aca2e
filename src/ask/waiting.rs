//! Drives one [`Attempt`] in the backend that asks, which waits for its model.

use std::time::Instant;

use super::answered::{Answered, Source, Stages};
use super::attempt::{Attempt, Event, Step};
use super::question::Question;
use crate::draft_cache;
use crate::error::Error;
use crate::grounding::values::{self, Lookup};
use crate::grounding::{self, Context, Extent};
use crate::model::{Chain, builtin};
use crate::pg::host::{interrupts, report};
use crate::pg::running::sandbox::{Sandbox, sandboxed};
use crate::prompt::{self, UnknownName};
use crate::settings::{Settings, Share};
use schema::ResultShape;
use wire::{Prompt, Usage};

/// What a statement that stood gave: its columns, and what the caller wanted made of it.
pub struct Stood<T> {
    pub columns: ResultShape,
    pub value: T,
}

/// Has drafts written until one stands. `judge` gets each inside a sandbox of its own, and notes how long its stages took.
pub fn wait_for_answer<T>(
    question: &Question,
    settings: &Settings,
    mut judge: impl FnMut(&Sandbox<'_>, &str, &mut Stages) -> Result<Stood<T>, Error>,
) -> Result<(Answered, T), Error> {
    let chain = Chain::open(&settings.models, settings.model_timeout)?;
    let mut attempt = Attempt::new(chain.writers(), settings.max_attempts);
    let mut stages = Stages::default();
    let known = Known::of(question, &chain, settings, &mut stages)?;
    let (mut event, mut value, mut key) = (Event::Started, None, None);
    loop {
        event = match attempt.next(event) {
            Step::Read => {
                let started = Instant::now();
                let draft = builtin::read(&known.context, &known.values);
                stages.model += started.elapsed();
                Event::Drafted { draft, usage: Usage::default(), took: started.elapsed() }
            }
            Step::WritePrompt => Event::PromptWritten(known.prompt(question, settings, &mut stages)?),
            Step::Recall(prompt) => {
                key = draft_cache::key(&prompt, &question.text, &settings.models, settings.cache_ttl_s)?;
                Event::Recalled(key.as_ref().map(draft_cache::recall).transpose()?.flatten())
            }
            Step::Ask { model, prompt } => {
                let started = Instant::now();
                let (draft, usage) = chain.draft(model, &prompt);
                stages.model += started.elapsed();
                Event::Drafted { draft, usage, took: started.elapsed() }
            }
            Step::Judge(sql) => match sandboxed(settings.bounds, |sandbox| judge(sandbox, &sql, &mut stages)) {
                Ok(stood) => {
                    value = Some(stood.value);
                    Event::Stood(stood.columns)
                }
                Err(error) => Event::Refused { nearest: known.nearest(&error, settings), error },
            },
            Step::Done(answered) => {
                let answered = Answered { stages, ..*answered };
                if let (Source::Model(_), Some(key)) = (&answered.source, &key) {
                    draft_cache::remember(key, &answered.sql)?;
                }
                report::debug(&answered.to_string());
                let value = value.ok_or_else(|| Error::internal("an answer stood that nobody judged"))?;
                return Ok((answered, value));
            }
            Step::Failed(error) => return Err(error),
        };
    }
}

/// What a model outside the server would be told about a question.
pub fn first_prompt(question: &Question, settings: &Settings) -> Result<Prompt, Error> {
    let samples = settings.share == Share::Samples;
    let extent = Extent::of(settings.prompt.budget);
    let context = grounding::link(&question.text, &settings.scope(), extent, samples)?;
    let values = Lookup::new(&context);
    Known { context, values, samples }.prompt(question, settings, &mut Stages::default())
}

/// What is known of a question before anybody writes SQL.
struct Known {
    context: Context,
    /// Stored values, each looked up once for the whole question.
    values: Lookup,
    /// Models outside the server may be told of the data.
    samples: bool,
}

impl Known {
    fn of(question: &Question, chain: &Chain, settings: &Settings, stages: &mut Stages) -> Result<Self, Error> {
        let started = Instant::now();
        let samples = chain.has_remote() && settings.share == Share::Samples;
        let extent = Extent::of(settings.prompt.budget);
        let with_values = samples || chain.has_builtin();
        let context = grounding::link(&question.text, &settings.scope(), extent, with_values)?;
        let values = Lookup::new(&context);
        stages.grounding += started.elapsed();
        Ok(Self { context, values, samples })
    }

    fn prompt(&self, question: &Question, settings: &Settings, stages: &mut Stages) -> Result<Prompt, Error> {
        let started = Instant::now();
        let shared = self.samples.then(|| values::matches(&self.context.question, &self.values)).transpose()?;
        stages.grounding += started.elapsed();
        let started = Instant::now();
        let wanted = question.wanted.as_ref();
        let prompt = prompt::write(&self.context, shared.as_deref(), wanted, &settings.prompt, &mut interrupts::check)?;
        stages.model += started.elapsed();
        Ok(prompt)
    }

    /// The real names most like the unknown one of an error.
    fn nearest(&self, error: &Error, settings: &Settings) -> Option<String> {
        let snapshot = &self.context.snapshot;
        match prompt::unknown_name(error)? {
            UnknownName::Column(name) => prompt::nearest_columns(&name, snapshot),
            UnknownName::Relation(name) => {
                let names = grounding::nearest_relations(&name, &settings.scope(), snapshot).ok()?;
                (!names.is_empty()).then(|| names.join(", "))
            }
        }
    }
}
