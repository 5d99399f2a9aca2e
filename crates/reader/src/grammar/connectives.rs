//! Connectives: how a clause is tied to the noun before it. "who have", "in", "that is not", "without", or nothing at
//! all.

use crate::grammar::parser::Parser;
use crate::lattice::lexicon::Category;

/// The words by which a clause begins, up to `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connective {
    pub end: usize,
    pub negated: bool,
    /// There is a word that ties it to a noun: a preposition, a verb, "whose".
    pub linked: bool,
    /// It follows "and", so that it may leave out what the clause before it said.
    pub also: bool,
    /// There is a verb of possession or relation: "have", "own", "teach".
    pub verb: bool,
    /// The negation is "without".
    pub without: bool,
    /// The position of the verb of relation.
    pub verb_position: Option<usize>,
}

impl Parser<'_> {
    /// All ways to begin a clause here: with nothing, or with words that connect, negate or refer back.
    pub fn connectives(&self, position: usize, also: bool) -> Vec<Connective> {
        let known = self.connectives.borrow().get(&position).cloned();
        let connectives = known.unwrap_or_else(|| {
            let connectives = self.connectives_at(position);
            self.connectives.borrow_mut().insert(position, connectives.clone());
            connectives
        });
        connectives.into_iter().map(|connective| Connective { also, ..connective }).collect()
    }

    fn connectives_at(&self, position: usize) -> Vec<Connective> {
        let mut connectives = vec![Connective::none(position)];
        let mut next = 0;
        while let Some(connective) = connectives.get(next).copied().filter(|_| connectives.len() <= MAX_CONNECTIVES) {
            next += 1;
            let categories = &self.lattice.cell(connective.end).categories;
            // "at" is no preposition in "at least": of a comparison only the whole phrase counts.
            let comparisons = categories.iter().filter(|(one, _)| matches!(one, Category::Compare(_) | Category::Any));
            let longest = comparisons.map(|(_, end)| *end).max();
            for (one, end) in categories {
                if longest.is_some_and(|longest| *end < longest) && *one != Category::Any {
                    continue;
                }
                let last_word = self.lattice.lower(*end - 1);
                let further = connective.followed_by(*one, *end, last_word);
                connectives.extend(further.filter(|further| !connectives.contains(further)));
            }
        }
        connectives
    }
}

/// A clause that could begin in more ways is not read in the further ones.
const MAX_CONNECTIVES: usize = 24;

impl Connective {
    /// Nothing ties the clause to a noun.
    fn none(position: usize) -> Self {
        Self {
            end: position,
            negated: false,
            linked: false,
            also: false,
            verb: false,
            without: false,
            verb_position: None,
        }
    }

    /// The connective with one more phrase, which ends in `last_word`; `None` where the phrase does not belong to one.
    fn followed_by(self, phrase: Category, end: usize, last_word: &str) -> Option<Self> {
        let linked = Self { end, linked: true, ..self };
        Some(match phrase {
            Category::Not | Category::No | Category::Without | Category::Except if self.negated => return None,
            Category::Not | Category::No => Self { end, negated: true, ..self },
            // "But not" denies what follows it in ways of its own.
            Category::Except if last_word != "not" => Self { negated: true, ..linked },
            Category::Without => Self { negated: true, verb: true, without: true, ..linked },
            Category::With | Category::Do if matches!(last_word, "has" | "have" | "had" | "having") => {
                Self { verb: true, ..linked }
            }
            Category::RelationVerb => Self { verb: true, verb_position: Some(self.end), ..linked },
            Category::Have => Self { verb: true, ..linked },
            Category::That | Category::Where | Category::Whose | Category::With | Category::In | Category::Of => linked,
            Category::Be | Category::Do => linked,
            Category::Adverb | Category::Both | Category::Any => Self { end, ..self },
            Category::Article | Category::All | Category::Pronoun => Self { end, ..self },
            _ => return None,
        })
    }
}
