//! The items of a select list as questions say them: "the name and age", "average and maximum weight", "number of
//! pets".

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::noun_phrases::NounPhrase;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnId, Direction};

#[derive(Debug, Clone)]
pub enum ItemKind {
    /// The column that the words from `start` to `end` name.
    Column,
    Aggregate(Aggregate),
    /// The number of rows that the noun denotes.
    Count(NounPhrase),
    /// "the number", for a count that was asked for before.
    EarlierCount,
    /// The value of the named column that most or fewest rows have.
    MostFrequent(Direction),
    /// The first and last name of a person.
    FullName,
    AllColumns,
    /// A relation that is named among the items: its display columns.
    Rows,
}

/// One item. Its words are resolved to columns only when it is put into a query, where the joins are known.
#[derive(Debug, Clone)]
pub struct SelectItem {
    pub kind: ItemKind,
    pub start: usize,
    pub end: usize,
    pub distinct: bool,
    /// The words of the relation that "of the singer" names right after the item.
    pub of: Option<(usize, usize)>,
}

impl SelectItem {
    /// Whether it shows a column as it is.
    pub fn kind_is_column(&self) -> bool {
        matches!(self.kind, ItemKind::Column)
    }
}

/// Longer lists of items are not read.
const MAX_ITEMS: usize = 10;

impl Parser<'_> {
    /// All ways to read a list of items that begins here.
    pub fn select_items(&self, position: usize) -> Parses<Vec<SelectItem>> {
        let mut found: Parses<Vec<SelectItem>> = Vec::new();
        let mut open: Parses<Vec<SelectItem>> = vec![(Vec::new(), position)];
        for _ in 0..MAX_ITEMS {
            let mut next: Parses<Vec<SelectItem>> = Vec::new();
            for (items, at) in &open {
                let owned = items.last().is_some_and(|item: &SelectItem| item.of.is_some());
                for (more, end) in self.select_item(*at) {
                    if owned && matches!(more.as_slice(), [SelectItem { kind: ItemKind::Rows, .. }]) {
                        continue;
                    }
                    let items = [items.as_slice(), more.as_slice()].concat();
                    let comma = self.skip_optional(end, Category::Comma);
                    let and = self.skip_optional(comma, Category::And);
                    if and > end {
                        next.push((items.clone(), self.after_repeated_opener(and)));
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

    /// The position after an opener that is repeated: "and what is the name".
    fn after_repeated_opener(&self, position: usize) -> usize {
        let opener = |one| matches!(one, Category::Opener | Category::Pronoun).then_some(());
        self.accept_longest(position, opener).map_or(position, |(_, end)| end)
    }

    fn select_item(&self, position: usize) -> Parses<Vec<SelectItem>> {
        let mut position = self.skip_articles(position);
        let mut distinct = false;
        while let Some((one, end)) = self.accept_longest(position, |one| {
            matches!(one, Category::Pronoun | Category::Distinct | Category::All | Category::Each | Category::Both)
                .then_some(one)
        }) {
            distinct |= one == Category::Distinct;
            position = end;
        }
        position = self.skip_articles(position);
        let mut found = self.aggregates(position);
        found.extend(self.most_frequent(position));
        let plain = |kind: ItemKind, start: usize, end: usize| SelectItem { kind, start, end, distinct, of: None };
        for (_, start, end) in self.longest_terms(position) {
            found.push((vec![plain(ItemKind::Column, start, end)], end));
            found.extend(self.with_owner(plain(ItemKind::Column, start, end), end));
        }
        for mention in self.lattice.cell(position).relations.iter().filter(|m| m.cost <= costs::OWN_WORDS) {
            found.push((vec![plain(ItemKind::Rows, position, mention.end)], mention.end));
        }
        for start in self.ends(position, Category::HowMany) {
            for (noun, end) in self.noun_phrases(start) {
                // "the number of floors" may be a column that holds the number.
                let held = noun.column.is_some_and(|column| {
                    self.schema.is_number(column) && !self.schema.is_key(column) && !self.numbers_a_thing(column)
                });
                let what = if held && noun.adjectives.is_empty() { ItemKind::Column } else { ItemKind::Count(noun) };
                found.push((vec![plain(what, self.skip_articles(start), end)], end));
            }
        }
        // "The number of orders" counts orders, whatever was counted before.
        let counts_else = |end: &usize| {
            let of = self.lattice.lower(*end) == "of" && self.accept(end + 1, Category::Pronoun).is_none();
            of && self.accept(end + 1, Category::Each).is_none()
        };
        for end in self.ends(position, Category::TrailingCount).into_iter().filter(|end| !counts_else(end)) {
            found.push((vec![plain(ItemKind::EarlierCount, position, end)], end));
        }
        for end in self.ends(position, Category::AllColumns) {
            found.push((vec![plain(ItemKind::AllColumns, position, end)], end));
        }
        found.extend(self.full_name(position).map(|(start, end)| (vec![plain(ItemKind::FullName, start, end)], end)));
        found
    }

    /// Whether a column has the numbers by which things are known that have a relation of their own: `card_number`.
    fn numbers_a_thing(&self, column: ColumnId) -> bool {
        let [.., thing, number] = self.schema.words(column) else { return false };
        let is_thing = |relation: usize| {
            self.schema.relation_words(relation).last().is_some_and(|last| words::singular(last) == *thing)
        };
        number == "number" && self.schema.relations().any(|(relation, _)| is_thing(relation))
    }

    /// The words of "full name" or "first and last names".
    fn full_name(&self, position: usize) -> Option<(usize, usize)> {
        let words: Vec<&str> = (0..4).map(|offset| self.lattice.lower(position + offset)).collect();
        let length = match words.as_slice() {
            ["full", "name" | "names", ..] => 2,
            ["first" | "last", "and", "last" | "first", "name" | "names"] => 4,
            _ => return None,
        };
        Some((position, position + length))
    }

    /// Items like "the most common citizenship".
    fn most_frequent(&self, position: usize) -> Parses<Vec<SelectItem>> {
        let common = |one| if let Category::MostFrequent(direction) = one { Some(direction) } else { None };
        let Some((direction, begin)) = self.accept_longest(position, common) else { return Vec::new() };
        let terms = self.longest_terms(begin).into_iter();
        terms
            .map(|(_, start, end)| {
                (
                    vec![SelectItem { kind: ItemKind::MostFrequent(direction), start, end, distinct: false, of: None }],
                    end,
                )
            })
            .collect()
    }

    /// The longest term that begins here, and the shorter ones that fit a column by its own words.
    pub fn longest_terms(&self, position: usize) -> Vec<(Vec<&Mention<ColumnId>>, usize, usize)> {
        let mut terms = self.column_terms(position);
        let longest = terms.iter().map(|(.., end)| *end).max().unwrap_or(0);
        terms.retain(|(all, _, end)| *end == longest || all.iter().any(|mention| mention.cost <= costs::OWN_WORDS));
        terms
    }

    /// The item with the relation that follows it: "the name of the singer" in a list that goes on.
    fn with_owner(&self, item: SelectItem, end: usize) -> Parses<Vec<SelectItem>> {
        let mut found = Vec::new();
        let Some(start) = self.accept(end, Category::Of) else { return found };
        let start = self.skip_articles(
            self.skip_all(start, &[Category::Each, Category::All, Category::Pronoun, Category::Article]),
        );
        for mention in self.lattice.cell(start).relations.iter().filter(|m| m.cost <= costs::SYNONYMOUS_NAME) {
            let owned = SelectItem { of: Some((start, mention.end)), ..item.clone() };
            found.push((vec![owned], mention.end));
        }
        found
    }

    /// Aggregates of a term, which may share it: "average age", "average, minimum and maximum age".
    fn aggregates(&self, position: usize) -> Parses<Vec<SelectItem>> {
        let mut kinds: Vec<(Aggregate, usize)> = Vec::new();
        let mut at = self.skip_articles(position);
        let mut found = Vec::new();
        while let Some((aggregate, end)) =
            self.accept_longest(at, |one| if let Category::Aggregate(one) = one { Some(one) } else { None })
        {
            kinds.push((aggregate, end));
            let phrases =
                self.lattice.cell(at).categories.iter().filter(|(one, _)| *one == Category::Aggregate(aggregate));
            for begin in phrases.map(|(_, end)| *end) {
                let start = self.skip_articles(self.skip_optional(begin, Category::Of));
                let start = self.skip_all(start, &[Category::Pronoun, Category::Distinct]);
                for (_, start, last) in self.longest_terms(start) {
                    let item = |(aggregate, _): &(Aggregate, usize)| SelectItem {
                        kind: ItemKind::Aggregate(*aggregate),
                        start,
                        end: last,
                        distinct: false,
                        of: None,
                    };
                    found.push((kinds.iter().map(item).collect::<Vec<_>>(), last));
                }
            }
            let comma = self.skip_optional(end, Category::Comma);
            let next = self.skip_articles(self.skip_optional(comma, Category::And));
            if next == end || kinds.len() > 4 {
                break;
            }
            at = next;
        }
        found
    }
}
