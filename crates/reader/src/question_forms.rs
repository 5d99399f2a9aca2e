//! How questions begin: "how many …", "what are the names of …", "which …", "for each …", "the singer's name".

use super::hypothesis::Draft;
use super::lexicon::Use;
use super::noun_phrases::Noun;
use super::parser::{Parser, Parses};
use super::query_tree::{Aggregate, At, Value};
use super::select_items::{Item, What};

/// A base that no noun names.
const UNNAMED: u32 = 6;

impl Parser<'_> {
    /// All ways to begin.
    pub fn heads(&self) -> Parses<Draft> {
        let mut found = Vec::new();
        for position in self.openings() {
            found.extend(self.counts(position));
            found.extend(self.noun_first(position));
            found.extend(self.item_lists(position));
            found.extend(self.possessives(position));
            found.extend(self.measures(position));
            found.extend(self.best_units(position));
        }
        found.extend(self.each_first());
        found
    }

    /// The positions after "please show me", "what are", "which".
    fn openings(&self) -> Vec<usize> {
        let mut found = vec![0];
        let mut next = 0;
        while let Some(position) = found.get(next).copied() {
            next += 1;
            for (one, end) in &self.chart.at(position).uses {
                let opens = matches!(one, Use::Open | Use::Which | Use::Article | Use::Comma | Use::Filler | Use::And);
                if opens && !found.contains(end) && found.len() < 12 {
                    found.push(*end);
                }
            }
        }
        found
    }

    /// "how many cancelled orders", "number of customers", "how many different cities".
    fn counts(&self, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for start in self.ends(position, Use::HowMany) {
            let number =
                |noun: &Noun| noun.class.is_some_and(|id| self.schema.is_number(id) && !self.schema.is_key(id));
            for (noun, end) in self.nouns(start).into_iter().filter(|(noun, _)| noun.distinct || !number(noun)) {
                for draft in self.base(&noun) {
                    let rows = match noun.class {
                        Some(column) => Value::Aggregate(Aggregate::Count, At { source: 0, column }),
                        None => Value::Rows,
                    };
                    let mut draft = draft.show(rows, "count");
                    draft.open = false;
                    draft.class = None;
                    draft.query.distinct = false;
                    found.push((draft, end));
                }
            }
        }
        found
    }

    /// The rows of a noun, described by its adjectives; all columns unless more is said.
    pub fn base(&self, noun: &Noun) -> Vec<Draft> {
        let mut draft = Draft::new(noun.relation, noun.cost);
        draft.open = true;
        draft.number = noun.limit;
        draft.lowest = noun.lowest;
        draft.class = noun.class.map(|column| At { source: 0, column });
        draft.query.distinct = noun.distinct && noun.class.is_some();
        self.described(draft, 0, noun)
    }

    /// "all customers", "which singers", "the 3 oldest dogs".
    fn noun_first(&self, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for (noun, end) in
            self.nouns(position).into_iter().filter(|(noun, _)| !noun.class.is_some_and(|id| self.is_identity(id)))
        {
            found.extend(self.base(&noun).into_iter().map(|draft| (draft, end)));
        }
        found
    }

    /// "the name and age of all singers", "average age", "song names".
    fn item_lists(&self, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for (items, after) in self.items(position) {
            // "orders of customers" is no list of things to show.
            let rows = matches!(items.as_slice(), [Item { what: What::Entity, .. }]);
            if let Some(start) = self.eat(after, Use::Of).filter(|_| !rows) {
                for (noun, end) in self.nouns(start).into_iter().filter(|(noun, _)| noun.class.is_none()) {
                    for draft in self.base(&noun) {
                        let named = noun.each
                            && items.iter().all(|item| matches!(item.what, What::Aggregate(_) | What::Count(_)));
                        let draft = if named { draft.show_name(self.schema, 0) } else { draft };
                        found.extend(self.listing(&draft, &items).into_iter().map(|draft| (draft, end)));
                    }
                }
            }
            for relation in self.bases(&items) {
                let draft = Draft::new(relation, UNNAMED);
                found.extend(self.listing(&draft, &items).into_iter().map(|draft| (draft, after)));
            }
        }
        found
    }

    fn listing(&self, draft: &Draft, items: &[Item]) -> Vec<Draft> {
        let mut draft = draft.clone();
        draft.open = false;
        draft.class = None;
        let class = matches!(items, [Item { what: What::Column, .. }]);
        // "the total of all orders"
        let mut items = items.to_vec();
        if let [item @ Item { what: What::Column, .. }] = items.as_mut_slice()
            && self.chart.lower(item.start) == "total"
            && item.end == item.start + 1
        {
            item.what = What::Aggregate(Aggregate::Sum);
        }
        let mut drafts = self.showing(&draft, 0, &items);
        for draft in &mut drafts {
            if let (true, Some(Value::Column(at))) = (class, draft.query.outputs.first().map(|o| &o.value)) {
                draft.class = Some(*at).filter(|at| at.source == 0 && !self.is_identity(at.column));
            }
        }
        drafts
    }

    /// Whether a column tells the rows of its relation apart, or names them.
    fn is_identity(&self, column: super::query_tree::ColumnId) -> bool {
        let key = self.schema.key_columns(column.relation);
        key == [column] || self.schema.name_columns(column.relation).contains(&column)
    }

    /// The relations that the items alone may be about.
    fn bases(&self, items: &[Item]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut add = |relation: usize| {
            if !found.contains(&relation) {
                found.push(relation);
            }
        };
        for item in items {
            let cell = self.chart.at(item.start);
            match (&item.what, item.of) {
                (What::Entity, _) => {}
                (_, Some((start, end))) => {
                    self.chart.at(start).relations.iter().filter(|m| m.end == end).for_each(|m| add(m.target));
                }
                (What::Count(noun), None) => add(noun.relation),
                (What::Column | What::Aggregate(_) | What::Common(_), None) => {
                    cell.columns
                        .iter()
                        .filter(|m| m.end == item.end && m.cost < 4)
                        .for_each(|m| add(m.target.relation));
                }
                _ => {}
            }
        }
        found.truncate(12);
        found
    }

    /// "each singer's name and age".
    fn possessives(&self, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for (noun, middle) in self
            .nouns(position)
            .into_iter()
            .filter(|(noun, end)| noun.class.is_none() && self.chart.is_possessive(*end))
        {
            for (items, end) in self.items(middle) {
                for draft in self.base(&noun) {
                    found.extend(self.listing(&draft, &items).into_iter().map(|draft| (draft, end)));
                }
            }
        }
        found
    }

    /// "For each stadium, how many concerts are there?", "For all singers, show the name".
    fn each_first(&self) -> Parses<Draft> {
        let mut found = Vec::new();
        let starts = [self.eat(0, Use::Per), self.eat(0, Use::Of), self.eat(0, Use::In)];
        let mut starts: Vec<usize> = starts.into_iter().flatten().collect();
        starts.dedup();
        for start in starts {
            for (noun, middle) in self.nouns(self.maybe_all(start, &[Use::All, Use::Each])) {
                let Some(comma) = self.eat(middle, Use::Comma) else { continue };
                let mut positions = vec![comma];
                positions.extend(self.ends(comma, Use::Open));
                positions.extend(self.ends(comma, Use::Which));
                for position in positions {
                    for (items, end) in self.items(position) {
                        found.extend(self.each_items(&noun, &items).into_iter().map(|draft| (draft, end)));
                    }
                }
            }
        }
        found
    }

    /// Items for each of a noun: its own columns, and what is counted or added up of what belongs to it.
    fn each_items(&self, noun: &Noun, items: &[Item]) -> Vec<Draft> {
        let mut found = Vec::new();
        for mut draft in self.base(noun) {
            draft.open = false;
            if let Some(class) = draft.class.take() {
                draft.query.distinct = false;
                draft.query.groups.push(Value::Column(class));
                draft = draft.show(Value::Column(class), "");
            } else if items.iter().all(|item| !matches!(item.what, What::Column | What::FullName | What::Everything)) {
                draft = draft.show_name(self.schema, 0);
            }
            found.extend(self.showing(&draft, 0, items));
        }
        found
    }
}
