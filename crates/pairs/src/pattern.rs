//! What a taught question asks, up to its values: words, and holes where literals of its SQL stood.
//!
//! A literal becomes a hole only where it is sure what it stands for. Where it is not, its words stay words, and a later question
//! has to say the same.

use serde::{Deserialize, Serialize};

use crate::calendar::Day;
use crate::compared::{Column, Compared, Constants};
use crate::question::{Question, Token, value_tokens};
use crate::sql_text::{Literal, literals};
use crate::time_hole::{TimeHole, time_hole};
use prose::outline::Comparison;

/// A taught question, up to its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pattern {
    pub(crate) elements: Vec<Element>,
    pub(crate) holes: Vec<Hole>,
    pub(crate) time: Option<TimeHole>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Element {
    Word(String),
    /// By its number.
    Hole(usize),
}

/// A value of the question that stands in the SQL.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// As it was taught: a stored text, or a number.
    pub taught: String,
    /// The column that a text is compared with; a number has none.
    pub column: Option<Column>,
    pub(crate) spans: Vec<Span>,
}

/// A literal in the text of the SQL, by its place in bytes, and what is written around the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
    pub before: String,
    pub after: String,
}

/// Why a question can't be taught.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unteachable {
    /// It has no word besides values, or none at all.
    NoWords,
    TooLong,
}

impl Pattern {
    /// What a question asks that this SQL answers. `constants` are those of the SQL, read on the day `today`.
    pub fn learn(question: &str, sql: &str, constants: &Constants, today: Day) -> Result<Self, Unteachable> {
        let question = Question::new(question).ok_or(Unteachable::TooLong)?;
        let literals = literals(sql);
        let time = question.only_time(today).and_then(|period| time_hole(period, sql, &literals, constants));
        let tokens = if time.is_some() { question.tokens_without_time() } else { question.tokens() };
        let taken = |literal: &Literal| time.as_ref().is_some_and(|hole| hole.takes(literal.start));
        let free: Vec<&Literal> = literals.iter().filter(|literal| !taken(literal)).collect();
        let (elements, holes) = elements(&tokens, &free, sql, constants);
        let is_word =
            |element: &Element| matches!(element, Element::Word(word) if word.chars().any(char::is_alphabetic));
        if !elements.iter().any(is_word) {
            return Err(Unteachable::NoWords);
        }
        Ok(Self { elements, holes, time })
    }

    /// The values that another question may say otherwise, in the order in which [`crate::Fit::said`] tells them.
    pub fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// The same for all questions that ask the same, and for no others.
    pub fn key(&self) -> String {
        let element = |element: &Element| match element {
            Element::Word(word) => word.clone(),
            Element::Hole(hole) => match self.holes.get(*hole).and_then(|hole| hole.column.as_ref()) {
                Some(_) => "{value}".to_owned(),
                None => "{number}".to_owned(),
            },
        };
        let time = self.time.iter().map(|hole| hole.name().to_owned());
        self.elements.iter().map(element).chain(time).collect::<Vec<_>>().join(" ")
    }

    /// Its words, each once: a question that asks the same has them all.
    pub fn words(&self) -> Vec<String> {
        let word = |element: &Element| match element {
            Element::Word(word) => Some(word.clone()),
            Element::Hole(_) => None,
        };
        let mut words: Vec<String> = self.elements.iter().filter_map(word).collect();
        words.sort();
        words.dedup();
        words
    }

    /// Those of its words that say what it is about; all of them where none does.
    pub fn content_words(&self) -> Vec<String> {
        let words = self.words();
        let content: Vec<String> = words.iter().filter(|word| !is_grammar(word)).cloned().collect();
        if content.is_empty() { words } else { content }
    }

    /// The SQL without the values of its holes: what two pairs for the same question have in common, or not.
    pub fn skeleton(&self, sql: &str) -> String {
        crate::filling::splice(sql, self.spans().map(|span| (span, "?".to_owned())))
    }

    pub(crate) fn spans(&self) -> impl Iterator<Item = &Span> {
        let times = self.time.iter().flat_map(TimeHole::spans);
        self.holes.iter().flat_map(|hole| &hole.spans).chain(times)
    }
}

/// The words of a question, with holes where free literals stand in it.
fn elements(tokens: &[Token], free: &[&Literal], sql: &str, constants: &Constants) -> (Vec<Element>, Vec<Hole>) {
    let mut holes: Vec<Hole> = Vec::new();
    // For each token the hole that it begins, and the tokens of that hole that follow.
    let mut owner: Vec<Option<usize>> = vec![None; tokens.len()];
    let mut seen: Vec<&str> = Vec::new();
    for literal in free {
        if seen.contains(&literal.value.as_str()) {
            continue;
        }
        seen.push(&literal.value);
        let alike: Vec<&Literal> = free.iter().filter(|other| other.value == literal.value).copied().collect();
        let Some((hole, wanted)) = hole(&alike, constants) else { continue };
        let Some(place) = only_place(tokens, &wanted) else { continue };
        let is_free = owner.get(place..place + wanted.len()).is_some_and(|run| run.iter().all(Option::is_none));
        if is_free && !is_said_elsewhere(sql, &hole) {
            owner.iter_mut().skip(place).take(wanted.len()).for_each(|of| *of = Some(holes.len()));
            holes.push(hole);
        }
    }
    let mut elements: Vec<Element> = Vec::new();
    for (token, owner) in tokens.iter().zip(&owner) {
        match owner {
            Some(hole) if elements.last() == Some(&Element::Hole(*hole)) => {}
            Some(hole) => elements.push(Element::Hole(*hole)),
            None => elements.push(Element::Word(token.text.clone())),
        }
    }
    (elements, holes)
}

/// The hole that literals of one value are, and the words that say it in a question; nothing where they are not all compared
/// with one thing.
fn hole(alike: &[&Literal], constants: &Constants) -> Option<(Hole, Vec<String>)> {
    let first = alike.first()?;
    let of: Vec<&Compared> = alike.iter().filter_map(|literal| constants.get(&literal.start)).collect();
    let known = of.first().filter(|_| of.len() == alike.len())?;
    if of.iter().any(|other| other.category != known.category || other.column != known.column) {
        return None;
    }
    let words = |text: &str| value_tokens(text).into_iter().map(|token| token.text).collect::<Vec<_>>();
    let spans = |before: &str, after: &str| {
        let span = |literal: &&Literal| Span {
            start: literal.start,
            end: literal.end,
            before: before.to_owned(),
            after: after.to_owned(),
        };
        alike.iter().map(span).collect::<Vec<_>>()
    };
    let is_equal = |one: &&Compared| matches!(one.comparison, Some(Comparison::Equal | Comparison::NotEqual));
    match (known.category, first.is_string) {
        ('S' | 'E', true) if known.column.is_some() && of.iter().all(is_equal) => {
            let said = words(&first.value);
            let hole = Hole { taught: first.value.clone(), column: known.column.clone(), spans: spans("'", "'") };
            (!said.is_empty()).then_some((hole, said))
        }
        ('N', false) if is_plain_number(&first.value) && alike.len() == 1 => {
            let hole = Hole { taught: first.value.clone(), column: None, spans: spans("", "") };
            Some((hole, vec![first.value.clone()]))
        }
        // "30 days" of an interval: the number may change, the unit is a word.
        ('T', true) if alike.len() == 1 => {
            let (number, unit) = first.value.split_once(' ')?;
            let hole = Hole { taught: number.to_owned(), column: None, spans: spans("'", &format!(" {unit}'")) };
            let is_one =
                unit.chars().all(|c| c.is_ascii_alphabetic()) && number.bytes().all(|byte| byte.is_ascii_digit());
            is_one.then(|| (hole, vec![number.to_owned()]))
        }
        _ => None,
    }
}

pub(crate) fn is_plain_number(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.len() <= 18 && parts.len() <= 2 && parts.iter().all(digits)
}

/// Words that say how things belong together, and not which things.
pub(crate) fn is_grammar(word: &str) -> bool {
    const WORDS: [&str; 48] = [
        "in", "of", "by", "for", "per", "from", "to", "with", "without", "and", "or", "not", "on", "at", "as", "than",
        "how", "many", "much", "which", "who", "whose", "what", "when", "where", "that", "this", "most", "least",
        "more", "less", "top", "all", "each", "every", "any", "no", "number", "last", "first", "between", "since",
        "before", "after", "over", "under", "did", "has",
    ];
    word.len() < 2 || WORDS.contains(&word)
}

/// Where a run of words stands, if it stands in one place only.
fn only_place(tokens: &[Token], wanted: &[String]) -> Option<usize> {
    let mut places = (0..tokens.len()).filter(|at| {
        let run = tokens.get(*at..at + wanted.len());
        run.is_some_and(|run| run.iter().zip(wanted).all(|(token, word)| token.text == *word))
    });
    let place = places.next()?;
    places.next().is_none().then_some(place)
}

/// Whether the SQL says the value in other places too, such as the name of a column of its result: there it would stay.
fn is_said_elsewhere(sql: &str, hole: &Hole) -> bool {
    if hole.column.is_none() {
        return false;
    }
    let rest = crate::filling::splice(sql, hole.spans.iter().map(|span| (span, String::new()))).to_lowercase();
    hole.taught.chars().count() > 2 && rest.contains(&hole.taught.to_lowercase())
}
