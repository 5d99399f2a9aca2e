//! Drives one [`Attempt`] in the backend that asks, which waits for its model.

use std::time::Instant;

use super::answered::{Answered, Source, Stages};
use super::attempt::{Attempt, Event, Step};
use super::known_to_asker::KnownToAsker;
use super::question::Question;
use super::{help, notes};
use crate::draft_cache;
use crate::error::Error;
use crate::glossary::{self, Term};
use crate::grounding::values::{self, Lookup};
use crate::grounding::{self, Context, Extent, Name};
use crate::model::{Chain, builtin};
use crate::pg::host::{interrupts, report};
use crate::pg::running::sandbox::{Sandbox, sandboxed};
use crate::prompt::{self, Besides, Chosen, Example, Shown, UnknownName};
use crate::settings::{Settings, Share};
use crate::taught::{self, Pair, Verified};
use crate::threads::{self, Told, Turn};
use schema::ResultShape;
use schema::sanitize::one_line;
use wire::Prompt;

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
    let (mut event, mut value, mut key, mut shown, mut meant) = (Event::Started, None, None, None, None);
    loop {
        event = match attempt.next(event) {
            Step::FindVerified => {
                let started = Instant::now();
                let verified = known.verified(question, settings)?;
                stages.grounding += started.elapsed();
                Event::Verified(verified)
            }
            Step::Read => {
                let started = Instant::now();
                let read = builtin::read(&known.context, &known.values, &known.terms, known.before());
                let read =
                    read.and_then(|read| Ok((notes::with_data_ends(read.draft, &read.ends, settings)?, read.meant)));
                stages.model += started.elapsed();
                Event::Drafted(read.map(|(draft, meaning)| {
                    meant = Some(meaning);
                    draft
                }))
            }
            Step::WritePrompt => {
                let (prompt, in_full) = known.prompt(question, settings, &mut stages)?;
                shown = Some(in_full);
                Event::PromptWritten(prompt)
            }
            Step::Recall(prompt) => {
                key = draft_cache::key(&prompt, &question.text, &settings.models, settings.cache_ttl_s)?;
                Event::Recalled(key.as_ref().map(draft_cache::recall).transpose()?.flatten())
            }
            Step::Ask { model, prompt } => {
                let started = Instant::now();
                let (proposal, usage) = chain.propose(model, &prompt);
                stages.model += started.elapsed();
                Event::Proposed { proposal, usage, took: started.elapsed() }
            }
            Step::Detail(relations) => Event::Detailed(known.looked_at(&relations, settings, &mut shown)?),
            Step::Judge(sql) => match sandboxed(settings.bounds, |sandbox| judge(sandbox, &sql, &mut stages)) {
                Ok(stood) => {
                    value = Some(stood.value);
                    Event::Stood(stood.columns)
                }
                Err(error) => Event::Refused { help: known.help(&sql, &error, settings, &mut shown)?, error },
            },
            Step::Done(answered) => {
                let answered = Answered { stages, ..*answered };
                if let (Source::Model(_), Some(key)) = (&answered.source, &key) {
                    draft_cache::remember(key, &answered.sql)?;
                }
                let meant = meant.filter(|_| answered.source == Source::Builtin);
                if let Some(meant) = meant.as_ref().filter(|meant| meant.refers) {
                    report::notice(&format!("read as: {}", one_line(&meant.text)));
                }
                known.remember(question, &answered, meant.map(|meant| meant.text), settings)?;
                report::debug(&answered.to_string());
                let value = value.ok_or_else(|| Error::internal("an answer stood that nobody judged"))?;
                return Ok((answered, value));
            }
            Step::Failed(error) => return Err(known.with_suggestions(error, settings)?),
        };
    }
}

/// What a model outside the server would be told about a question.
pub fn first_prompt(question: &Question, settings: &Settings) -> Result<Prompt, Error> {
    let samples = settings.share == Share::Samples;
    Ok(Known::read(question, samples, samples, settings)?.prompt(question, settings, &mut Stages::default())?.0)
}

/// What that prompt shows of each relation, and why, nearest first.
pub fn chosen(question: &Question, settings: &Settings) -> Result<Vec<Chosen>, Error> {
    let samples = settings.share == Share::Samples;
    let extent = Extent::of(settings.prompt.budget).explained();
    let context = grounding::link(&question.text, &settings.scope(), extent, samples)?;
    let shared = samples.then(|| values::matches(&question.text, &Lookup::new(&context))).transpose()?;
    prompt::choose(&context, shared.as_deref(), &settings.prompt, &mut interrupts::check)
}

/// What is known of a question before anybody writes SQL.
struct Known {
    context: Context,
    /// Stored values, each looked up once for the whole question.
    values: Lookup,
    /// Models outside the server may be told of the data.
    samples: bool,
    /// The turns of the thread before it, oldest first.
    turns: Vec<Turn>,
    /// The terms that the question says, and those of the turn before it.
    terms: Vec<Term>,
}

impl Known {
    fn of(question: &Question, chain: &Chain, settings: &Settings, stages: &mut Stages) -> Result<Self, Error> {
        let started = Instant::now();
        let samples = chain.has_remote() && settings.share == Share::Samples;
        let known = Self::read(question, samples, samples || chain.has_builtin(), settings)?;
        stages.grounding += started.elapsed();
        Ok(known)
    }

    /// `with_values`: typical values are read too.
    fn read(question: &Question, samples: bool, with_values: bool, settings: &Settings) -> Result<Self, Error> {
        let recall = |thread: &String| threads::recall(thread, &question.text, settings.thread_ttl_s);
        let turns = question.thread.as_ref().map(recall).transpose()?.unwrap_or_default();
        // Of a continuation, the meaning of the question before it is a part.
        let before = turns.last().and_then(|turn| turn.meaning.as_deref()).unwrap_or_default();
        let terms = glossary::said(&format!("{}\n{before}", question.text), &|sql| help::is_approved(sql, settings))?;
        // "Only Germany" is about what the questions before it are about, and a term about what it speaks of.
        let mut whole: Vec<&str> = turns.iter().map(|turn| turn.question.as_str()).collect();
        whole.extend(terms.iter().flat_map(Term::about));
        whole.push(&question.text);
        let extent = Extent::of(settings.prompt.budget);
        let mut context = grounding::link(&whole.join("\n"), &settings.scope(), extent, with_values)?;
        context.question.clone_from(&question.text);
        let values = Lookup::new(&context);
        Ok(Self { context, values, samples, turns, terms })
    }

    /// The meaning of the turn before the question, where it is known.
    fn before(&self) -> Option<&str> {
        self.turns.last()?.meaning.as_deref()
    }

    /// Keeps the question as a turn of its thread, with what answered it; `meaning`: where the builtin model read it.
    fn remember(
        &self,
        question: &Question,
        answered: &Answered,
        meaning: Option<String>,
        settings: &Settings,
    ) -> Result<(), Error> {
        let Some(thread) = &question.thread else { return Ok(()) };
        // What begins a thread refers to nothing, whoever read it; nor does what was taught.
        let is_whole = self.turns.is_empty() || matches!(answered.source, Source::Verified { .. });
        let meaning = meaning.or_else(|| is_whole.then(|| question.text.clone()));
        let (sql, reading) = (answered.sql.clone(), answered.reading.clone());
        let turn = Turn { question: question.text.clone(), meaning, sql, reading };
        threads::remember(thread, turn, settings.thread_ttl_s)
    }

    /// What a model outside the server may know of the turns before the question.
    fn told(&self, settings: &Settings) -> Result<Vec<Told>, Error> {
        threads::told(&self.turns, settings.share, &|sql| help::is_approved(sql, settings))
    }

    /// The SQL of a verified pair that asks the same.
    fn verified(&self, question: &Question, settings: &Settings) -> Result<Option<Verified>, Error> {
        if question.measured.is_some() {
            return Ok(None);
        }
        let known = KnownToAsker { context: &self.context, settings };
        taught::recall(&question.text, &self.context.snapshot.today, &known)
    }

    /// What was taught of questions like this one, to be shown to a model outside the server.
    fn examples(&self, question: &Question, settings: &Settings) -> Result<Vec<Example>, Error> {
        let known = KnownToAsker { context: &self.context, settings };
        let about: Vec<u32> = self.context.ranked.iter().take(MOST_ABOUT).map(|ranked| ranked.oid).collect();
        let today = &self.context.snapshot.today;
        let pairs = taught::examples(&question.text, today, &about, question.measured, &known)?;
        let example = |pair: Pair| Example { question: pair.question, sql: pair.sql, note: pair.note };
        Ok(pairs.into_iter().map(example).collect())
    }

    /// The first prompt, and what it shows in full.
    fn prompt(&self, question: &Question, settings: &Settings, stages: &mut Stages) -> Result<(Prompt, Shown), Error> {
        let started = Instant::now();
        let shared = self.samples.then(|| values::matches(&self.context.question, &self.values)).transpose()?;
        stages.grounding += started.elapsed();
        let (turns, examples) = (self.told(settings)?, self.examples(question, settings)?);
        let started = Instant::now();
        let (shared, wanted) = (shared.as_deref(), question.wanted.as_ref());
        let besides = Besides { shared, wanted, turns: &turns, examples: &examples, terms: &self.terms };
        let written = prompt::write(&self.context, besides, &settings.prompt, &mut interrupts::check)?;
        stages.model += started.elapsed();
        Ok(written)
    }

    /// Where the builtin model had the last word and was silent: what can be asked in place of the question. The guard judges
    /// each as it would be judged if it were asked.
    fn with_suggestions(&self, error: Error, settings: &Settings) -> Result<Error, Error> {
        let approve = |sql: &str| help::is_approved(sql, settings);
        builtin::with_suggestions(error, &self.context, &self.values, &approve)
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

    /// What a model is told of the relations that it asks for.
    fn looked_at(&self, relations: &[String], settings: &Settings, shown: &mut Option<Shown>) -> Result<String, Error> {
        let names: Vec<Name> = relations.iter().flat_map(|name| Name::readings(name)).collect();
        let meant = grounding::meant(&names, &settings.scope(), &self.context, self.samples)?;
        let shown = shown.get_or_insert(Shown::Everything);
        Ok(prompt::looked_at(&meant, relations, self.samples, room_to_look(settings), shown))
    }

    /// What a model is told of the names in a draft that was refused: only what the asker may know.
    fn help(&self, sql: &str, error: &Error, settings: &Settings, shown: &mut Option<Shown>) -> Result<String, Error> {
        let Some(shown) = shown else { return Ok(String::new()) };
        let nearest = self.nearest(error, settings);
        let mut help = nearest.map(|names| format!("The nearest names are: {names}.\n")).unwrap_or_default();
        if *shown != Shown::Everything {
            let names: Vec<Name> = syntax::relation_names(sql).into_iter().map(Name::from).collect();
            let meant = grounding::meant(&names, &settings.scope(), &self.context, self.samples)?;
            let detail = prompt::named_in(&meant, &names, self.samples, room_to_look(settings), shown);
            help.push_str(&detail.unwrap_or_default());
        }
        Ok(help)
    }
}

/// A question is about the relations nearest to it, so many at most.
const MOST_ABOUT: usize = 5;

/// Each time that more of the schema is shown, a prompt may grow by half.
fn room_to_look(settings: &Settings) -> usize {
    settings.prompt.budget / 2
}
