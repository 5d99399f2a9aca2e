//! Rankings: "top 5 customers by revenue", "5 most expensive products", "which customer has the most orders".

use super::draft::Draft;
use super::heads::Measured;
use super::lexicon::Use;
use super::measures;
use super::parse::{Noun, Parser, Parses, ranked};
use super::query::{ColumnId, Direction, Key, Shape, Unit};

/// What is ranked.
#[derive(Debug, Clone)]
enum Subject {
    Noun(Noun),
    Column(ColumnId, u32),
    Unit(Unit),
}

impl Parser<'_> {
    /// "5 most expensive products", "the newest customer".
    pub fn superlatives(&self, position: usize) -> Vec<Draft> {
        let position = self.maybe(position, Use::Top);
        let number = self.number(position);
        let start = number.map_or(position, |(_, end)| end);
        let superlative = self.eat_any(start, |one| match one {
            Use::Superlative(quality, direction) => Some((quality, direction)),
            _ => None,
        });
        let Some(((quality, direction), after)) = superlative else { return Vec::new() };
        let number = number.or_else(|| self.number(after).map(|(number, _)| (number, 0)));
        let after = self.number(after).map_or(after, |(_, end)| end);
        let mut found = Vec::new();
        for (noun, end) in self.nouns(after) {
            let Some(limit) = limit(number.map(|(number, _)| number), noun.plural) else { continue };
            for column in self.quality_columns(noun.relation, quality) {
                let draft = self.ordered(noun.relation, noun.rank, column, direction, limit);
                let drafts = self.described(draft, &noun);
                found.extend(drafts.iter().flat_map(|draft| self.clauses(draft, end, self.chart.len())));
            }
        }
        found
    }

    /// "top 5 customers in Berlin by revenue in 2024".
    pub fn rankings(&self, position: usize) -> Vec<Draft> {
        let top = self.eat(position, Use::Top).map(|end| (Direction::Descending, end));
        let Some((direction, after)) =
            top.or_else(|| self.eat(position, Use::Bottom).map(|end| (Direction::Ascending, end)))
        else {
            return Vec::new();
        };
        let number = self.number(after);
        let start = number.map_or(after, |(_, end)| end);
        let mut found = Vec::new();
        for (subject, end) in self.subjects(start) {
            let Some(limit) = limit(number.map(|(number, _)| number), self.chart.is_plural(end)) else { continue };
            for by in end..self.chart.len() {
                let Some(at) = self.eat(by, Use::By).filter(|_| self.skip(by) == by) else { continue };
                for (draft, after) in self.ranked_by(&subject, at, direction, limit, Said::By) {
                    let filtered = self.clauses(&draft, end, by);
                    found.extend(filtered.iter().flat_map(|draft| self.clauses(draft, after, self.chart.len())));
                }
            }
        }
        found
    }

    /// "the 3 products with the lowest stock", "which customer has the most orders".
    pub fn champions(&self, position: usize) -> Vec<Draft> {
        let position = self.maybe(position, Use::Top);
        let number = self.number(position);
        let start = number.map_or(position, |(_, end)| end);
        let mut found = Vec::new();
        for (subject, end) in self.subjects(start) {
            let Some(limit) = limit(number.map(|(number, _)| number), self.chart.is_plural(end)) else { continue };
            let who = self.maybe(end, Use::Who);
            let Some(at) = self.eat(who, Use::Have).or_else(|| self.eat(who, Use::With)) else { continue };
            let extreme = self.eat_any(at, |one| match one {
                Use::Most(direction) => Some((Said::Most, direction)),
                Use::Highest(direction) => Some((Said::Highest, direction)),
                _ => None,
            });
            let Some(((said, direction), at)) = extreme else { continue };
            for (draft, after) in self.ranked_by(&subject, at, direction, limit, said) {
                found.extend(self.clauses(&draft, after, self.chart.len()));
            }
        }
        found
    }

    fn subjects(&self, position: usize) -> Parses<Subject> {
        let mut found: Parses<Subject> =
            self.nouns(position).into_iter().map(|(noun, end)| (Subject::Noun(noun), end)).collect();
        let start = self.skip(position);
        let unit = self.eat_any(start, |one| if let Use::Unit(unit) = one { Some(unit) } else { None });
        found.extend(unit.map(|(unit, end)| (Subject::Unit(unit), end)));
        let text = |id: ColumnId| matches!(self.schema.column(id).category, 'S' | 'E');
        let columns = self.chart.at(start).columns.iter().filter(|mention| text(mention.target));
        found.extend(columns.map(|mention| (Subject::Column(mention.target, mention.rank), mention.end)));
        found
    }

    /// The subject in the order of what is named here: a column of its own rows, or a measure over each of them.
    fn ranked_by(
        &self,
        subject: &Subject,
        position: usize,
        direction: Direction,
        limit: u32,
        said: Said,
    ) -> Parses<Draft> {
        let mut found = Vec::new();
        let position = self.skip(position);
        if let Subject::Noun(noun) = subject {
            let own = self.chart.at(position).columns.iter().filter(|mention| {
                let orderable = self.schema.is_number(mention.target) && !self.schema.is_key(mention.target);
                mention.target.relation == noun.relation && orderable
            });
            for mention in own {
                let draft = self.ordered(noun.relation, noun.rank + mention.rank, mention.target, direction, limit);
                found.extend(self.described(draft, noun).into_iter().map(|draft| (draft, mention.end)));
            }
        }
        let mut measures = self.measures(position);
        measures.retain(|(measured, end)| said != Said::Highest || measured.explicit || self.says_flow(*end));
        if said != Said::Highest {
            let relations =
                self.chart.at(position).relations.iter().filter(|mention| self.chart.is_plural(mention.end));
            measures.extend(relations.map(|mention| (measures::count(mention.target, mention.rank), mention.end)));
        }
        for (measured, end) in measures {
            found.extend(
                self.measured_subject(subject, &measured, direction, limit).into_iter().map(|draft| (draft, end)),
            );
        }
        found
    }

    fn measured_subject(&self, subject: &Subject, measured: &Measured, direction: Direction, limit: u32) -> Vec<Draft> {
        let draft = measured.draft();
        let keyed = match subject {
            Subject::Noun(noun) => {
                let keyed = self.by_entity(&draft, noun.relation, noun.rank);
                let own = |draft: &Draft| draft.query.conditions.iter().all(|c| c.column().relation == noun.relation);
                let anchored = keyed.into_iter().map(|draft| anchored(draft, noun.relation));
                anchored.flat_map(|draft| self.described(draft, noun)).filter(own).collect()
            }
            Subject::Column(id, rank) => {
                let joined = draft.join(self.schema, id.relation, false).into_iter();
                joined.map(|draft| anchored(ranked(draft, *rank).keyed(Key::Column(*id)), id.relation)).collect()
            }
            Subject::Unit(unit) => self.by_unit(&draft, *unit),
        };
        let order = |mut draft: Draft| {
            if let Shape::Groups { order, .. } = &mut draft.query.shape {
                *order = Some(direction);
            }
            draft.query.limit = Some(limit);
            draft
        };
        keyed.into_iter().map(order).collect()
    }

    fn ordered(&self, relation: usize, rank: u32, column: ColumnId, direction: Direction, limit: u32) -> Draft {
        let mut draft = Draft::rows(self.schema, relation, rank);
        if let Shape::Rows { order, .. } = &mut draft.query.shape {
            *order = Some((column, direction));
        }
        draft.query.limit = Some(limit);
        draft
    }
}

/// How the rank was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    By,
    Most,
    Highest,
}

fn anchored(mut draft: Draft, relation: usize) -> Draft {
    draft.anchors.push(relation);
    draft
}

/// Without a number, a singular asks for one; a plural leaves open how many.
fn limit(number: Option<u32>, plural: bool) -> Option<u32> {
    if plural { number } else { number.or(Some(1)) }
}
