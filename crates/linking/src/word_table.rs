//! The words of the catalog, each once, and the terms they are compared by.
//!
//! A word is a part of an identifier as it is spelled, in lower case: `orders`. Its term is its stem: `order`. Words are
//! what names are made of and what is counted; terms are what a question meets. Both keep their numbers for as long as
//! the directory lives, so that a relation that changes costs no more than its own words.

use crate::postings::Posting;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use words::{singular, stem};

/// A word of the catalog with everything that is known of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Word {
    pub text: Rc<str>,
    /// The number of its stem in [`WordTable::terms`].
    pub term: u32,
    /// In how many names of relations and columns it occurs; comments don't count.
    pub uses: u32,
    /// How common it was when words were last split.
    noted: u32,
    pub postings: Vec<Posting>,
}

/// A term and the words that have it as their stem.
#[derive(Debug, Serialize, Deserialize)]
pub struct Term {
    pub text: Rc<str>,
    pub words: Vec<u32>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct WordTable {
    #[serde(skip)]
    numbers: HashMap<Rc<str>, u32>,
    pub words: Vec<Word>,
    #[serde(skip)]
    term_numbers: HashMap<Rc<str>, u32>,
    pub terms: Vec<Term>,
    /// Numbers of terms in the order of their texts, as far as `sorted` many of them are in.
    pub by_beginning: Vec<u32>,
    /// The same in the order of their texts read backwards.
    pub by_end: Vec<u32>,
}

/// The stem by which a word of a question or a name is compared.
pub fn normal(word: &str) -> String {
    stem(&singular(word))
}

/// How common a word is, in powers of two: splitting depends on this alone, so that it stays right over most changes.
pub fn commonness(uses: u32) -> u32 {
    u32::BITS - uses.leading_zeros()
}

impl WordTable {
    /// The number of a word, which is new or known.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let term = self.intern_term(&normal(text));
        let number = number(self.words.len());
        let text: Rc<str> = text.into();
        self.numbers.insert(text.clone(), number);
        self.words.push(Word { text, term, uses: 0, noted: 0, postings: Vec::new() });
        if let Some(term) = self.terms.get_mut(term as usize) {
            term.words.push(number);
        }
        number
    }

    /// Finds words and terms by their texts again.
    pub fn restore(&mut self) {
        self.numbers = (0..).zip(&self.words).map(|(number, word)| (word.text.clone(), number)).collect();
        self.term_numbers = (0..).zip(&self.terms).map(|(number, term)| (term.text.clone(), number)).collect();
    }

    pub fn intern_term(&mut self, text: &str) -> u32 {
        if let Some(number) = self.term_numbers.get(text) {
            return *number;
        }
        let number = number(self.terms.len());
        let text: Rc<str> = text.into();
        self.term_numbers.insert(text.clone(), number);
        self.terms.push(Term { text, words: Vec::new() });
        number
    }

    /// The number of the term that a part of a word has; the part need not be a word of its own.
    pub fn normal_term(&mut self, part: &str) -> u32 {
        match self.find(part) {
            Some(word) => word.term,
            None => self.intern_term(&normal(part)),
        }
    }

    /// The word with this spelling.
    pub fn find(&self, text: &str) -> Option<&Word> {
        self.words.get(*self.numbers.get(text)? as usize)
    }

    /// The number of the word with this spelling.
    pub fn number(&self, text: &str) -> Option<u32> {
        self.numbers.get(text).copied()
    }

    /// The number of the term with this text.
    pub fn find_term(&self, text: &str) -> Option<u32> {
        self.term_numbers.get(text).copied()
    }

    pub fn term(&self, number: u32) -> &str {
        self.terms.get(number as usize).map_or("", |term| &term.text)
    }

    pub fn word(&self, number: u32) -> Option<&Word> {
        self.words.get(number as usize)
    }

    /// How common the word with this spelling is.
    pub fn commonness_of(&self, text: &str) -> u32 {
        self.find(text).map_or(0, |word| commonness(word.uses))
    }

    /// Brings the two orders up to date: a few new terms are put where they belong, many are sorted with the rest.
    pub fn sort_terms(&mut self) {
        let known = self.by_beginning.len();
        let new = number(known)..number(self.terms.len());
        if new.is_empty() {
            return;
        }
        let terms = &self.terms;
        let text = |number: &u32| terms.get(*number as usize).map_or("", |term| &term.text);
        let few = new.len() * 16 < known;
        for term in new {
            let (beginning, end) = if few {
                let beginning = self.by_beginning.partition_point(|other| text(other) < text(&term));
                (beginning, self.by_end.partition_point(|other| backwards(text(other)).lt(backwards(text(&term)))))
            } else {
                (self.by_beginning.len(), self.by_end.len())
            };
            self.by_beginning.insert(beginning, term);
            self.by_end.insert(end, term);
        }
        if !few {
            self.by_beginning.sort_unstable_by(|a, b| text(a).cmp(text(b)));
            self.by_end.sort_unstable_by(|a, b| backwards(text(a)).cmp(backwards(text(b))));
        }
    }

    /// Terms that begin with `beginning`, at most `limit`.
    pub fn beginning_with<'a>(&'a self, beginning: &'a str, limit: usize) -> impl Iterator<Item = u32> + 'a {
        let from = self.by_beginning.partition_point(|term| self.term(*term) < beginning);
        let tail = self.by_beginning.get(from..).unwrap_or_default();
        tail.iter().copied().take_while(move |term| self.term(*term).starts_with(beginning)).take(limit)
    }

    /// Terms that end with `end`, at most `limit`.
    pub fn ending_with<'a>(&'a self, end: &'a str, limit: usize) -> impl Iterator<Item = u32> + 'a {
        let from = self.by_end.partition_point(|term| backwards(self.term(*term)).lt(backwards(end)));
        let tail = self.by_end.get(from..).unwrap_or_default();
        tail.iter().copied().take_while(move |term| self.term(*term).ends_with(end)).take(limit)
    }

    /// Whether any word is more or less common than when words were last split.
    pub fn has_other_commonness(&self) -> bool {
        self.words.iter().any(|word| word.noted != commonness(word.uses))
    }

    pub fn note_commonness(&mut self) {
        self.words.iter_mut().for_each(|word| word.noted = commonness(word.uses));
    }

    /// Drops words that no name or comment has but those to be kept; gives the new number of every old one.
    pub fn forget_unused(&mut self, kept: &HashSet<u32>) -> Vec<Option<u32>> {
        let old = std::mem::take(self);
        let mut numbers = Vec::with_capacity(old.words.len());
        for (number, word) in (0..).zip(old.words) {
            if word.uses == 0 && word.postings.is_empty() && !kept.contains(&number) {
                numbers.push(None);
                continue;
            }
            let number = self.intern(&word.text);
            if let Some(new) = self.words.get_mut(number as usize) {
                new.uses = word.uses;
                new.postings = word.postings;
            }
            numbers.push(Some(number));
        }
        numbers
    }

    /// Bytes on the heap, nearly.
    pub fn bytes(&self) -> usize {
        let words: usize = self.words.iter().map(|word| word.postings.capacity() * 8 + word.text.len() + 16).sum();
        let terms: usize = self.terms.iter().map(|term| term.words.capacity() * 4 + term.text.len() + 16).sum();
        let tables = (self.numbers.capacity() + self.term_numbers.capacity()) * 25;
        let lists = self.words.capacity() * size_of::<Word>() + self.terms.capacity() * size_of::<Term>();
        words + terms + tables + lists + (self.by_beginning.capacity() + self.by_end.capacity()) * 4
    }

    pub fn shrink(&mut self) {
        self.words.shrink_to_fit();
        self.terms.shrink_to_fit();
        self.words.iter_mut().for_each(|word| word.postings.shrink_to_fit());
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn backwards(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().rev()
}
