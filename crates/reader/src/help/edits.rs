//! A question with a part of it left out: the words that name nothing, what could not be read, or one of its phrases.

use crate::help::facets::plural;
use crate::help::question_templates::{Candidate, Form};
use crate::help::suggestions::text_of;
use crate::lattice::Lattice;
use crate::lattice::lexicon::{self, Category};
use crate::{Abstention, Nearest, costs};
use words::WordKind;

/// No more phrases are left out in turn.
const MAX_PHRASES: usize = 8;

/// The question in all ways to leave something out, whether or not the rest makes sense.
pub fn edits(question: &str, lattice: &Lattice, abstention: &Abstention) -> Vec<Candidate> {
    let editor = Editor { question, lattice };
    let mut texts = Vec::new();
    match abstention {
        Abstention::Unknown { words, nearest, .. } => {
            texts.push(editor.corrected(words, nearest));
            let unknown: Vec<bool> = lattice.words.iter().map(|word| words.contains(&word.text)).collect();
            texts.push(editor.without(&unknown));
            texts.push(editor.without(&editor.with_conjunctions(&unknown)));
            texts.push(editor.without(&editor.with_connectives(&unknown)));
            if let Some(first) = unknown.iter().position(|unknown| *unknown) {
                texts.push(editor.up_to(first));
            }
        }
        Abstention::NoParse { read_words, .. } => texts.push(editor.up_to(*read_words)),
        Abstention::Ambiguous { .. } | Abstention::Unplaced { .. } => {}
    }
    for (start, end) in editor.phrases() {
        let mut left_out = vec![false; lattice.len()];
        left_out.iter_mut().take(end).skip(start).for_each(|flag| *flag = true);
        texts.push(editor.without(&editor.with_connectives(&left_out)));
    }
    let candidate = |text: String| Candidate { text, form: Form::List, speaks_of: Vec::new() };
    texts.into_iter().filter(|text| !text.is_empty()).map(candidate).collect()
}

struct Editor<'a> {
    question: &'a str,
    lattice: &'a Lattice<'a>,
}

impl Editor<'_> {
    /// The words that are not left out.
    fn without(&self, left_out: &[bool]) -> String {
        let kept = |at: &usize| left_out.get(*at) == Some(&false) && !self.is_punctuation(*at);
        let kept: Vec<String> =
            (0..self.lattice.len()).filter(kept).map(|at| text_of(self.question, self.lattice, at, at + 1)).collect();
        let is_kept = |at: &usize| left_out.get(*at) == Some(&false) && !self.is_punctuation(*at);
        let leads_nowhere = (0..self.lattice.len()).rev().find(is_kept).is_none_or(|last| self.leads_on(last));
        // "which product categories", "each country": nothing is asked of them.
        let says_more = |at: usize| {
            let tells = self.is_connective(at) || self.is_verb(at) || !self.lattice.cell(at).values.is_empty();
            is_kept(&at) && tells
        };
        let asks = matches!(self.lattice.lower(0), "which" | "what" | "who") && is_kept(&0);
        let is_bare = kept.len() == 2 && self.asks_for_more(0) || asks && !(1..self.lattice.len()).any(says_more);
        // "Orders were in 2025" lacks what they were, "which sales in the most revenue" what they did.
        let loses = (0..self.lattice.len()).any(|at| {
            let lost = self.has_lost_its_verb(at, left_out)
                || self.has_lost_its_auxiliary(at, left_out)
                || self.has_lost_its_neighbour(at, left_out)
                || self.asks_without_a_verb(at, left_out);
            is_kept(&at) && lost
        });
        if kept.len() < 2 || leads_nowhere || is_bare || loses { String::new() } else { kept.join(" ") }
    }

    /// Whether "and" has lost what stood before it, or a number what it counts: "orders and February", "the most one reviews".
    fn has_lost_its_neighbour(&self, at: usize, left_out: &[bool]) -> bool {
        let is_left_out = |at: usize| left_out.get(at) == Some(&true);
        let joins = self.lattice.cell(at).categories.iter().any(|(one, _)| matches!(one, Category::And | Category::Or));
        let word = self.lattice.words.get(at);
        let is_number = word.is_some_and(|word| {
            word.kind == WordKind::Number && word.lower.len() != 4 || lexicon::number_word(&word.lower).is_some()
        });
        // "Top 5 happy customers" are five customers.
        let before = at.checked_sub(1).map(|before| &self.lattice.cell(before).categories);
        let ranks = |one: &Category| matches!(one, Category::Top | Category::Bottom | Category::Opener);
        let ranked = before.is_none_or(|before| before.iter().any(|(one, _)| ranks(one)));
        // "Phone numbers" are no numbers.
        let counts = joins || matches!(self.lattice.lower(at), "number" | "numbers");
        counts && at > 0 && is_left_out(at - 1) || is_number && !ranked && is_left_out(at + 1)
    }

    /// Whether a word follows on a "did" that is left out: "how much spend".
    fn has_lost_its_auxiliary(&self, at: usize, left_out: &[bool]) -> bool {
        let is_lost = |before: usize| {
            left_out.get(before) == Some(&true) && matches!(self.lattice.lower(before), "did" | "does" | "do")
        };
        (0..at).any(is_lost)
    }

    /// Whether "did" asks what was done, and the verb that tells it is left out: "how many phones did we".
    fn asks_without_a_verb(&self, at: usize, left_out: &[bool]) -> bool {
        let kept_verb = |later: usize| left_out.get(later) == Some(&false) && self.is_verb(later);
        matches!(self.lattice.lower(at), "did" | "does" | "do")
            && (at + 1..left_out.len()).any(|later| left_out.get(later) == Some(&true))
            && !(at + 1..left_out.len()).any(kept_verb)
    }

    fn is_verb(&self, at: usize) -> bool {
        let verb = |one: &Category| matches!(one, Category::RelationVerb | Category::Have | Category::Be);
        self.lattice.cell(at).categories.iter().any(|(one, _)| verb(one))
    }

    /// Whether a preposition follows on words that are left out, and those on a form of "be" or a noun that "which" asks for.
    fn has_lost_its_verb(&self, at: usize, left_out: &[bool]) -> bool {
        let is_left_out = |at: usize| left_out.get(at) == Some(&true);
        let Some(last) = (0..at).rev().find(|before| !is_left_out(*before)).filter(|last| last + 1 < at) else {
            return false;
        };
        let preposition = self.lattice.cell(at).categories.iter().any(|(one, _)| *one == Category::In);
        let be = matches!(self.lattice.lower(last), "is" | "are" | "was" | "were" | "been");
        let asked = matches!(self.lattice.lower(0), "which" | "who" | "what");
        preposition && (be || asked && self.lattice.lower(at) == "in")
    }

    /// The question with the words of the nearest names in place of unknown ones; empty where one has none.
    fn corrected(&self, unknown: &[String], nearest: &[Nearest]) -> String {
        let mut words = Vec::new();
        for at in (0..self.lattice.len()).filter(|at| !self.is_punctuation(*at)) {
            let word = text_of(self.question, self.lattice, at, at + 1);
            if !unknown.contains(&word) {
                words.push(word);
                continue;
            }
            let lower = word.to_lowercase();
            let near = nearest.iter().filter(|one| one.word == word);
            let parts = near.flat_map(|one| words::identifier_words(&one.name));
            let best = parts.min_by_key(|part| words::distance(&words::singular(&lower), &words::singular(part)));
            match best {
                Some(best) if lower.ends_with('s') => words.push(plural(&best)),
                Some(best) => words.push(words::singular(&best)),
                None => return String::new(),
            }
        }
        words.join(" ")
    }

    /// The beginning of the question, without connectives that then lead nowhere.
    fn up_to(&self, end: usize) -> String {
        let mut end = end.min(self.lattice.len());
        while end > 0 && (self.is_connective(end - 1) || self.is_punctuation(end - 1)) {
            end -= 1;
        }
        let left_out: Vec<bool> = (0..self.lattice.len()).map(|at| at >= end).collect();
        self.without(&left_out)
    }

    /// The same words with the connectives before them.
    fn with_connectives(&self, left_out: &[bool]) -> Vec<bool> {
        let mut all = left_out.to_vec();
        for at in (1..all.len()).rev() {
            if all.get(at) == Some(&true)
                && (self.is_connective(at - 1) || self.is_punctuation(at - 1))
                && let Some(before) = all.get_mut(at - 1)
            {
                *before = true;
            }
        }
        all
    }

    /// The same words with an "and" or a comma right after them.
    fn with_conjunctions(&self, left_out: &[bool]) -> Vec<bool> {
        let joins = |at: usize| {
            let joins = |one: &Category| matches!(one, Category::And | Category::Or | Category::Comma);
            self.lattice.cell(at).categories.iter().any(|(one, _)| joins(one))
        };
        let mut all = left_out.to_vec();
        for at in 1..all.len() {
            let follows = left_out.get(at - 1) == Some(&true) && joins(at);
            all.get_mut(at).into_iter().filter(|_| follows).for_each(|flag| *flag = true);
        }
        all
    }

    /// Runs of words that name something, one after the other.
    fn phrases(&self) -> Vec<(usize, usize)> {
        let mut phrases = Vec::new();
        let mut at = 0;
        while at < self.lattice.len() && phrases.len() < MAX_PHRASES {
            let cell = self.lattice.cell(at);
            let names = cell.relations.iter().filter(|m| m.cost <= costs::SYNONYMOUS_NAME).map(|m| m.end);
            let columns = cell.columns.iter().filter(|m| m.cost <= costs::SYNONYMOUS_NAME).map(|m| m.end);
            let others = cell.values.iter().map(|m| m.end).chain(cell.time_ranges.iter().map(|one| one.1));
            match names.chain(columns).chain(others).max() {
                Some(end) if end > at => {
                    phrases.push((at, end));
                    at = end;
                }
                _ => at += 1,
            }
        }
        phrases
    }

    /// A word after which something has to come.
    fn leads_on(&self, at: usize) -> bool {
        #[rustfmt::skip]
        const UNFINISHED: [&str; 30] = [
            "last", "first", "next", "past", "this", "each", "every", "most", "more", "less", "than", "same", "two", "worst",
            "best", "highest", "lowest", "largest", "smallest", "biggest", "fewest", "least", "we", "they", "not", "never",
            "only", "second", "third", "half",
        ];
        let word = self.lattice.words.get(at);
        self.is_connective(at) || word.is_some_and(|word| word.possessive || UNFINISHED.contains(&word.lower.as_str()))
    }

    fn asks_for_more(&self, at: usize) -> bool {
        let more = |one: Category| matches!(one, Category::Which | Category::Each | Category::Opener | Category::Per);
        self.lattice.cell(at).categories.iter().any(|(one, _)| more(*one))
    }

    fn is_punctuation(&self, at: usize) -> bool {
        let symbol = |kind: WordKind| kind == WordKind::Symbol;
        self.lattice.words.get(at).is_some_and(|word| symbol(word.kind) && !matches!(word.lower.as_str(), "%" | "$"))
    }

    /// A small word that ties what follows to what stands before, and names nothing itself.
    fn is_connective(&self, at: usize) -> bool {
        let cell = self.lattice.cell(at);
        let ties = |one: Category| {
            matches!(
                one,
                Category::In
                    | Category::Of
                    | Category::By
                    | Category::Per
                    | Category::With
                    | Category::Without
                    | Category::And
                    | Category::Or
                    | Category::Article
                    | Category::That
                    | Category::Where
                    | Category::Be
                    | Category::Do
                    | Category::No
                    | Category::RelationVerb
            )
        };
        let names = cell.relations.iter().any(|m| m.cost == 0) || cell.columns.iter().any(|m| m.cost == 0);
        !names && cell.categories.iter().any(|(one, end)| *end == at + 1 && ties(*one))
    }
}
