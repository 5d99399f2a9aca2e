//! How a clause is tied to a noun before it: "who have", "in", "that is not", "without", or by nothing at all.

use super::lexicon::Category;
use super::parser::Parser;

/// How a clause begins: what links it to a noun before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connective {
    pub end: usize,
    pub negated: bool,
    /// Some word linked it: a preposition, a verb, "whose".
    pub linked: bool,
    /// It goes on after "and": the same kind of thing as before.
    pub also: bool,
    /// A verb of possession or relation: "have", "own", "teach".
    pub verb: bool,
    /// "without".
    pub without: bool,
    /// Where the verb stands that links.
    pub link: Option<usize>,
}

impl Parser<'_> {
    /// All ways to begin a clause here: with nothing, or with words that link, deny or refer back.
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
        let also = false;
        let mut connectives = vec![Connective {
            end: position,
            negated: false,
            linked: false,
            also,
            verb: false,
            without: false,
            link: None,
        }];
        let mut next = 0;
        while let Some(connective) = connectives.get(next).copied() {
            next += 1;
            if connectives.len() > 24 {
                break;
            }
            let categories = &self.lattice.cell(connective.end).categories;
            // "at least" is no "at".
            let compared = categories
                .iter()
                .filter(|(one, _)| matches!(one, Category::Compare(_) | Category::Any))
                .map(|u| u.1)
                .max();
            for (one, end) in categories
                .iter()
                .filter(|(one, end)| compared.is_none_or(|longest| *end >= longest || *one == Category::Any))
            {
                let further = match one {
                    Category::Not | Category::No | Category::Without if connective.negated => continue,
                    Category::Not | Category::No => Connective { end: *end, negated: true, ..connective },
                    Category::Without => {
                        Connective { end: *end, negated: true, linked: true, verb: true, without: true, ..connective }
                    }
                    Category::With | Category::Do
                        if matches!(self.lattice.lower(*end - 1), "has" | "have" | "had" | "having") =>
                    {
                        Connective { end: *end, linked: true, verb: true, ..connective }
                    }
                    Category::That
                    | Category::Where
                    | Category::Whose
                    | Category::With
                    | Category::In
                    | Category::Of => Connective { end: *end, linked: true, ..connective },
                    Category::RelationVerb => {
                        Connective { end: *end, linked: true, verb: true, link: Some(connective.end), ..connective }
                    }
                    Category::Have => Connective { end: *end, linked: true, verb: true, ..connective },
                    Category::Be | Category::Do => Connective { end: *end, linked: true, ..connective },
                    Category::Adverb
                    | Category::Both
                    | Category::Any
                    | Category::Article
                    | Category::All
                    | Category::Pronoun => Connective { end: *end, ..connective },
                    _ => continue,
                };
                if !connectives.contains(&further) {
                    connectives.push(further);
                }
            }
        }
        connectives
    }
}
