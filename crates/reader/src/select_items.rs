//! What a question asks to see: "the name and age", "average and maximum weight", "number of pets".

use super::lexicon::Use;
use super::name_index::Mention;
use super::noun_phrases::Noun;
use super::parser::{Parser, Parses};
use super::query_tree::{Aggregate, ColumnId, Direction};

#[derive(Debug, Clone)]
pub enum What {
    /// The term from `start` to `end` of the item.
    Column,
    Aggregate(Aggregate),
    /// The number of rows of one of these nouns.
    Count(Noun),
    /// The number so far counted: "the number of".
    Number,
    /// The term's most or least frequent values.
    Common(Direction),
    /// First and last name.
    FullName,
    Everything,
    /// A relation's rows, by their names.
    Entity,
}

/// One thing to show.
#[derive(Debug, Clone)]
pub struct Item {
    pub what: What,
    pub start: usize,
    pub end: usize,
    pub distinct: bool,
    /// The relations that "of the singer" names, right after the item.
    pub of: Option<(usize, usize)>,
}

/// No question asks for more things than this.
const MAX_ITEMS: usize = 10;

impl Parser<'_> {
    /// Ways to read a sequence of things to show.
    pub fn items(&self, position: usize) -> Parses<Vec<Item>> {
        let mut found: Parses<Vec<Item>> = Vec::new();
        let mut open: Parses<Vec<Item>> = vec![(Vec::new(), position)];
        for _ in 0..MAX_ITEMS {
            let mut next: Parses<Vec<Item>> = Vec::new();
            for (items, at) in &open {
                let owned = items.last().is_some_and(|item: &Item| item.of.is_some());
                for (more, end) in self.item(*at) {
                    if owned && matches!(more.as_slice(), [Item { what: What::Entity, .. }]) {
                        continue;
                    }
                    let items = [items.as_slice(), more.as_slice()].concat();
                    let comma = self.maybe(end, Use::Comma);
                    let and = self.maybe(comma, Use::And);
                    if and > end {
                        next.push((items.clone(), self.again(and)));
                    }
                    found.push((items, end));
                }
            }
            next.truncate(8);
            if next.is_empty() {
                break;
            }
            open = next;
        }
        found
    }

    /// "and what is the name": the opening said again.
    fn again(&self, position: usize) -> usize {
        let opener = |one| matches!(one, Use::Open | Use::Back).then_some(());
        self.eat_any(position, opener).map_or(position, |(_, end)| end)
    }

    fn item(&self, position: usize) -> Parses<Vec<Item>> {
        let mut position = self.skip(position);
        let mut distinct = false;
        while let Some((one, end)) = self.eat_any(position, |one| {
            matches!(one, Use::Back | Use::Distinct | Use::All | Use::Each | Use::Both).then_some(one)
        }) {
            distinct |= one == Use::Distinct;
            position = end;
        }
        position = self.skip(position);
        let mut found = self.aggregates(position);
        found.extend(self.commonest(position));
        let plain = |what: What, start: usize, end: usize| Item { what, start, end, distinct, of: None };
        for (_, start, end) in self.longest_terms(position) {
            found.push((vec![plain(What::Column, start, end)], end));
            found.extend(self.owned(plain(What::Column, start, end), end));
        }
        for mention in self.chart.at(position).relations.iter().filter(|m| m.cost < 4) {
            found.push((vec![plain(What::Entity, position, mention.end)], mention.end));
        }
        for start in self.ends(position, Use::HowMany) {
            for (noun, end) in self.nouns(start) {
                // "the number of floors" is a column that holds it.
                let held =
                    noun.class.is_some_and(|column| self.schema.is_number(column) && !self.schema.is_key(column));
                let what = if held && noun.adjectives.is_empty() { What::Column } else { What::Count(noun) };
                found.push((vec![plain(what, self.skip(start), end)], end));
            }
        }
        for end in self.ends(position, Use::Count) {
            found.push((vec![plain(What::Number, position, end)], end));
        }
        for end in self.ends(position, Use::Everything) {
            found.push((vec![plain(What::Everything, position, end)], end));
        }
        found.extend(self.names(position).map(|(start, end)| (vec![plain(What::FullName, start, end)], end)));
        found
    }

    /// "full name", "first and last names".
    fn names(&self, position: usize) -> Option<(usize, usize)> {
        let words: Vec<&str> = (0..4).map(|offset| self.chart.lower(position + offset)).collect();
        let length = match words.as_slice() {
            ["full", "name" | "names", ..] => 2,
            ["first" | "last", "and", "last" | "first", "name" | "names"] => 4,
            _ => return None,
        };
        Some((position, position + length))
    }

    /// "the most common citizenship".
    fn commonest(&self, position: usize) -> Parses<Vec<Item>> {
        let common = |one| if let Use::Common(direction) = one { Some(direction) } else { None };
        let Some((direction, begin)) = self.eat_any(position, common) else { return Vec::new() };
        let terms = self.longest_terms(begin).into_iter();
        terms
            .map(|(_, start, end)| {
                (vec![Item { what: What::Common(direction), start, end, distinct: false, of: None }], end)
            })
            .collect()
    }

    /// The longest term that begins here, and the shorter ones that fit exactly.
    pub fn longest_terms(&self, position: usize) -> Vec<(Vec<&Mention<ColumnId>>, usize, usize)> {
        let mut terms = self.terms(position);
        let longest = terms.iter().map(|(.., end)| *end).max().unwrap_or(0);
        terms.retain(|(all, _, end)| *end == longest || all.iter().any(|mention| mention.cost < 4));
        terms
    }

    /// "the name of the singer", if more follows after it.
    fn owned(&self, item: Item, end: usize) -> Parses<Vec<Item>> {
        let mut found = Vec::new();
        let Some(start) = self.eat(end, Use::Of) else { return found };
        let start = self.skip(self.maybe_all(start, &[Use::Each, Use::All, Use::Back, Use::Article]));
        for mention in self.chart.at(start).relations.iter().filter(|m| m.cost < 6) {
            let owned = Item { of: Some((start, mention.end)), ..item.clone() };
            found.push((vec![owned], mention.end));
        }
        found
    }

    /// "average age", "average, minimum and maximum age", "total number of".
    fn aggregates(&self, position: usize) -> Parses<Vec<Item>> {
        let mut kinds: Vec<(Aggregate, usize)> = Vec::new();
        let mut at = self.skip(position);
        let mut found = Vec::new();
        while let Some((aggregate, end)) =
            self.eat_any(at, |one| if let Use::Aggregate(one) = one { Some(one) } else { None })
        {
            kinds.push((aggregate, end));
            let phrases = self.chart.at(at).uses.iter().filter(|(one, _)| *one == Use::Aggregate(aggregate));
            for begin in phrases.map(|(_, end)| *end) {
                let start = self.skip(self.maybe(begin, Use::Of));
                let start = self.maybe_all(start, &[Use::Back, Use::Distinct]);
                for (_, start, last) in self.longest_terms(start) {
                    let item = |(aggregate, _): &(Aggregate, usize)| Item {
                        what: What::Aggregate(*aggregate),
                        start,
                        end: last,
                        distinct: false,
                        of: None,
                    };
                    found.push((kinds.iter().map(item).collect::<Vec<_>>(), last));
                }
            }
            let comma = self.maybe(end, Use::Comma);
            let next = self.skip(self.maybe(comma, Use::And));
            if next == end || kinds.len() > 4 {
                break;
            }
            at = next;
        }
        found
    }
}
