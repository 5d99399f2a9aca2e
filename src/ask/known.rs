//! What is known of a question before anybody writes SQL: the tables near it, the turns before it, what was taught.

use std::time::Instant;

use super::answered::{Answered, Source, Stages};
use super::known_to_asker::KnownToAsker;
use super::question::Question;
use super::{help, learned_words, recalled};
use crate::draft_cache::{self, Kept};
use crate::error::Error;
use crate::glossary::{self, Term};
use crate::grounding::values::{self, Lookup};
use crate::grounding::{self, Context, Extent, Name};
use crate::model::{Chain, builtin};
use crate::pg::host::interrupts;
use crate::prompt::{self, Besides, Chosen, Example, Shown, UnknownName};
use crate::settings::Settings;
use crate::taught::{self, Pair, Verified};
use crate::threads::{self, Told, Turn};
use wire::Prompt;

/// What a model outside the server would be told about a question.
pub fn first_prompt(question: &Question, settings: &Settings) -> Result<Prompt, Error> {
    let samples = settings.share.tells_values();
    Ok(Known::read(question, samples, samples, settings)?.prompt(question, settings, &mut Stages::default())?.0)
}

/// What that prompt shows of each relation, and why, nearest first.
pub fn chosen(question: &Question, settings: &Settings) -> Result<Vec<Chosen>, Error> {
    let samples = settings.share.tells_values();
    let extent = Extent::of(settings.prompt.budget).explained();
    let context = grounding::link(&question.text, &settings.scope(), extent, samples)?;
    let shared = samples.then(|| values::matches(&question.text, &Lookup::new(&context))).transpose()?;
    prompt::choose(&context, shared.as_deref(), &settings.prompt, &mut interrupts::check)
}

/// What is known of a question before anybody writes SQL.
pub(super) struct Known {
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
    pub(super) fn of(
        question: &Question,
        chain: &Chain,
        settings: &Settings,
        stages: &mut Stages,
    ) -> Result<Self, Error> {
        let started = Instant::now();
        let samples = chain.has_remote() && settings.share.tells_values();
        let known = Self::read(question, samples, samples || chain.has_builtin(), settings)?;
        stages.linking += known.context.linking;
        stages.catalog += started.elapsed().saturating_sub(known.context.linking);
        Ok(known)
    }

    /// As much as is needed to tell of the names in a draft.
    pub(super) fn of_names(question: &Question, samples: bool, settings: &Settings) -> Result<Self, Error> {
        let extent = Extent::of(settings.prompt.budget);
        let context = grounding::link(&question.text, &settings.scope(), extent, false)?;
        let values = Lookup::new(&context);
        Ok(Self { context, values, samples, turns: Vec::new(), terms: Vec::new() })
    }

    /// Models outside the server may be told of the data.
    pub(super) fn samples(&self) -> bool {
        self.samples
    }

    /// No turn of a thread stands before the question.
    pub(super) fn is_first(&self) -> bool {
        self.turns.is_empty()
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

    /// How the builtin model reads the question, with what verified pairs say of words that it does not know.
    pub(super) fn read_builtin(&self, question: &Question, settings: &Settings) -> Result<builtin::Read, Error> {
        let silence = match builtin::read(&self.context, &self.values, &self.terms, self.before()) {
            Err(silence @ Error::Silent { .. }) => silence,
            read => return read,
        };
        let texts = [Some(question.text.as_str()), self.before()].into_iter().flatten();
        let spelled = texts.map(|text| glossary::spelled_out(text, &self.terms).unwrap_or_else(|| text.to_owned()));
        let unknown = |text: String| {
            let words = builtin::unknown_words(&self.context, &self.values, &self.terms, &text)?;
            Ok((text, words))
        };
        let texts: Vec<(String, Vec<String>)> = spelled.map(unknown).collect::<Result<_, Error>>()?;
        let today = &self.context.snapshot.today;
        let Some(learned) = learned_words::learn(question, &texts, &self.terms, today, settings)? else {
            return Err(silence);
        };
        match learned.read(self.before()) {
            Err(Error::Silent { .. }) => Err(silence),
            read => read,
        }
    }

    /// Keeps the question as a turn of its thread, with what answered it; `meaning`: where the builtin model read it.
    pub(super) fn remember(
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
    pub(super) fn verified(&self, question: &Question, settings: &Settings) -> Result<Option<Verified>, Error> {
        if question.measured.is_some() {
            return Ok(None);
        }
        recalled::recall(&question.text, &self.context, &self.terms, settings)
    }

    /// What was taught of questions like this one, to be shown to a model outside the server.
    fn examples(&self, question: &Question, settings: &Settings) -> Result<Vec<Example>, Error> {
        let known = KnownToAsker { context: &self.context, settings, terms: &self.terms };
        let other = glossary::spelled_out(&question.text, &self.terms);
        let wordings: Vec<&str> = [Some(question.text.as_str()), other.as_deref()].into_iter().flatten().collect();
        let about: Vec<u32> = self.context.ranked.iter().take(MOST_ABOUT).map(|ranked| ranked.oid).collect();
        let today = &self.context.snapshot.today;
        let pairs = taught::nearest(&wordings, today, &about, question.measured, &known)?;
        let example = |pair: Pair| Example { question: pair.question, sql: pair.sql, note: pair.note };
        Ok(pairs.into_iter().map(example).collect())
    }

    /// The first prompt, and what it shows in full.
    pub(super) fn prompt(
        &self,
        question: &Question,
        settings: &Settings,
        stages: &mut Stages,
    ) -> Result<(Prompt, Shown), Error> {
        let started = Instant::now();
        let shared = self.samples.then(|| values::matches(&self.context.question, &self.values)).transpose()?;
        stages.catalog += started.elapsed();
        let (turns, examples) = (self.told(settings)?, self.examples(question, settings)?);
        let started = Instant::now();
        let (shared, wanted) = (shared.as_deref(), question.wanted.as_ref());
        let besides = Besides { shared, wanted, turns: &turns, examples: &examples, terms: &self.terms };
        let written = prompt::write(&self.context, besides, &settings.prompt, &mut interrupts::check)?;
        stages.model += started.elapsed();
        Ok(written)
    }

    /// The draft kept for a question that was asked with its columns left open: whether it fits these is judged with it.
    pub(super) fn recall_with_any_columns(
        &self,
        question: &Question,
        settings: &Settings,
    ) -> Result<Option<Kept>, Error> {
        let open = Question { wanted: None, ..question.clone() };
        let (prompt, _) = self.prompt(&open, settings, &mut Stages::default())?;
        let (models, candidates, ttl) = (&settings.models, settings.candidates, settings.cache_ttl_s);
        let key = draft_cache::key(&prompt, &open.text, models, candidates, ttl)?;
        Ok(key.as_ref().map(draft_cache::recall).transpose()?.flatten())
    }

    /// Where the builtin model had the last word and was silent: what can be asked in place of the question. The guard judges
    /// each as it would be judged if it were asked.
    pub(super) fn with_suggestions(&self, error: Error, settings: &Settings) -> Result<Error, Error> {
        let approve = |sql: &str| help::is_approved(sql, settings);
        let said = |text: &str| glossary::said(text, &approve);
        let asker = builtin::Asker { said: &said, approve: &approve };
        let error = builtin::with_suggestions(error, &self.context, &self.values, &asker)?;
        self.with_taught_question(error, settings)
    }

    /// The same with a question that was taught, where one is near: it comes first, as somebody has verified its answer.
    fn with_taught_question(&self, error: Error, settings: &Settings) -> Result<Error, Error> {
        let (abstention, mut suggestions) = match error {
            Error::Silent { abstention, suggestions } => (abstention, suggestions),
            Error::ChainFailed { last, earlier } => {
                let last = Box::new(self.with_taught_question(*last, settings)?);
                return Ok(Error::ChainFailed { last, earlier });
            }
            other => return Ok(other),
        };
        let known = KnownToAsker { context: &self.context, settings, terms: &self.terms };
        let question = self.context.question.as_str();
        let pairs = taught::nearest(&[question], &self.context.snapshot.today, &[], None, &known)?;
        let near = pairs.iter().find_map(|pair| reader::taught_suggestion(question, &pair.question));
        if let Some(near) = near {
            suggestions.retain(|other| other.question != near.question && !other.is_example);
            suggestions.insert(0, near);
            suggestions.truncate(MOST_SUGGESTED);
        }
        Ok(Error::Silent { abstention, suggestions })
    }

    /// The real names most like the unknown one of an error.
    fn nearest(&self, error: &Error, settings: &Settings) -> Option<String> {
        let snapshot = &self.context.snapshot;
        match prompt::unknown_name(error)? {
            UnknownName::Column(name) => prompt::nearest_columns(&name, snapshot, &mut interrupts::check),
            UnknownName::Relation(name) => {
                let names = grounding::nearest_relations(&name, &settings.scope(), snapshot).ok()?;
                (!names.is_empty()).then(|| names.join(", "))
            }
        }
    }

    /// What a model is told of the relations that it asks for.
    pub(super) fn looked_at(
        &self,
        relations: &[String],
        settings: &Settings,
        shown: &mut Option<Shown>,
    ) -> Result<String, Error> {
        let names: Vec<Name> = relations.iter().flat_map(|name| Name::readings(name)).collect();
        let meant = grounding::meant(&names, &settings.scope(), &self.context, self.samples)?;
        let shown = shown.get_or_insert(Shown::Everything);
        Ok(prompt::looked_at(&meant, relations, self.samples, room_to_look(settings), shown))
    }

    /// What a model is told of the names in a draft that was refused: only what the asker may know.
    pub(super) fn help(
        &self,
        sql: &str,
        error: &Error,
        settings: &Settings,
        shown: &mut Option<Shown>,
    ) -> Result<String, Error> {
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

/// No more questions are suggested in place of one.
const MOST_SUGGESTED: usize = 3;

/// A question is about the relations nearest to it, so many at most.
const MOST_ABOUT: usize = 5;

/// Each time that more of the schema is shown, a prompt may grow by half.
fn room_to_look(settings: &Settings) -> usize {
    settings.prompt.budget / 2
}
