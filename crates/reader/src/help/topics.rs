//! What a question is about, as far as its words name something, and questions that put these parts together.

use crate::catalog::schema_view::SchemaView;
use crate::help::doers;
use crate::help::facets::{Facets, phrase, singular};
use crate::help::question_templates::{Candidate, Form, Templates, last_year};
use crate::help::suggestions::text_of;
use crate::interrupts::Interrupted;
use crate::lattice::Lattice;
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnId, JoinStep, TimeUnit};
use crate::{Abstention, costs};

/// The parts that the question names, each with its own words where it has some.
pub struct Topics<'a> {
    schema: &'a SchemaView<'a>,
    /// Those named first, then those that own what is named.
    relations: Vec<usize>,
    /// What is added up or averaged, in words ("revenue", "rating"), and the relations that may have it.
    measures: Vec<(String, Vec<usize>)>,
    /// What rows may be grouped by: "category", "month"; with the relation, where it is one.
    groups: Vec<(String, Option<usize>)>,
    /// Restrictions: "in Germany", "last month".
    values: Vec<String>,
    times: Vec<String>,
    /// Something else is named than these.
    names: bool,
    /// Nothing is named but these, so that it is not said what of them is asked for: what comes in is asked first.
    asks_for_nothing: bool,
}

/// No more of each part are combined.
const MAX_PARTS: usize = 3;

impl<'a> Topics<'a> {
    pub fn new(question: &str, lattice: &Lattice, abstention: &Abstention, schema: &'a SchemaView<'a>) -> Self {
        let mut topics = Self {
            schema,
            relations: Vec::new(),
            measures: Vec::new(),
            groups: Vec::new(),
            values: Vec::new(),
            times: Vec::new(),
            names: false,
            asks_for_nothing: false,
        };
        let mut owners = Vec::new();
        let mut at = 0;
        while at < lattice.len() {
            at = topics.take(question, lattice, at, &mut owners).max(at + 1);
        }
        if let Abstention::Unknown { nearest, .. } = abstention {
            owners.extend(nearest.iter().filter_map(|one| named(schema, &one.name)));
        }
        let has_value = !topics.values.is_empty() || !topics.times.is_empty();
        if !topics.names && has_value {
            topics.asks_for_nothing = true;
            let doers = lattice.words.iter().flat_map(|word| doers::of_verb(word, schema));
            owners.splice(0..0, doers.collect::<Vec<_>>());
        }
        for owner in owners {
            push(&mut topics.relations, owner);
        }
        topics.relations.truncate(MAX_PARTS);
        if topics.groups.is_empty() {
            topics.groups = topics.usual_groups();
        }
        topics
    }

    /// What the measures of the question are grouped by where it says nothing of that.
    fn usual_groups(&self) -> Vec<(String, Option<usize>)> {
        let Some((_, relations)) = self.measures.first() else { return Vec::new() };
        let mut groups = vec![("month".to_owned(), None)];
        for relation in relations {
            for owner in Facets::new(self.schema, *relation).owners {
                push(&mut groups, (singular(&self.schema.relation(owner).name), Some(owner)));
            }
        }
        groups.truncate(MAX_PARTS);
        groups
    }

    /// Takes in what begins at a word; the position after it.
    fn take(&mut self, question: &str, lattice: &Lattice, at: usize, owners: &mut Vec<usize>) -> usize {
        let cell = lattice.cell(at);
        if let Some((_, end)) = cell.time_ranges.iter().max_by_key(|(_, end)| *end) {
            push(&mut self.times, text_of(question, lattice, at, *end));
            return *end;
        }
        let unit = cell.categories.iter().find_map(|(one, end)| match one {
            Category::TimeUnit(unit) | Category::EveryTimeUnit(unit) => Some((*unit, *end)),
            _ => None,
        });
        if let Some((unit, end)) = unit {
            push(&mut self.groups, (unit_word(unit).to_owned(), None));
            return end;
        }
        let sure = |cost: u32| cost < costs::COMMON_WORD_AS_VALUE;
        if let Some(value) = cell.values.iter().filter(|one| sure(one.cost)).max_by_key(|one| one.end) {
            // Of something that is called by its name, what belongs to it is asked for.
            let column = value.target.column;
            if self.schema.display_columns(column.relation).contains(&column) {
                owners.extend(self.schema.keys_to(column.relation).map(|(_, edge)| edge.from).take(2));
            }
            owners.push(column.relation);
            let before = at.checked_sub(1).map(|before| lattice.lower(before)).unwrap_or_default();
            let words = text_of(question, lattice, at, value.end);
            let restriction = format!("{} {words}", self.tie(before, column));
            push(&mut self.values, restriction);
            return value.end;
        }
        if let Some(one) = cell
            .relations
            .iter()
            .filter(|m| m.cost <= costs::SYNONYMOUS_NAME)
            .max_by_key(|m| (m.end, u32::MAX - m.cost))
        {
            self.names = true;
            push(&mut self.relations, one.target);
            push(&mut self.groups, (singular(&self.schema.relation(one.target).name), Some(one.target)));
            return one.end;
        }
        self.take_column(question, lattice, at, owners)
    }

    /// What ties a value to a question's noun: "from", "of", "with status". `before`: the word before the value.
    fn tie(&self, before: &str, column: ColumnId) -> String {
        const KINDS: [&str; 6] = ["status", "state", "type", "kind", "method", "level"];
        let is_kind = self.schema.column(column).category == 'E' || KINDS.contains(&self.schema.last_word(column));
        let is_name = self.schema.display_columns(column.relation).contains(&column);
        match before {
            _ if is_kind => format!("with {}", phrase(self.schema, column)),
            "from" | "by" | "of" | "named" => before.to_owned(),
            "with" | "for" if is_name => before.to_owned(),
            _ if is_name => "of".to_owned(),
            _ => "in".to_owned(),
        }
    }

    /// Takes in the column whose name begins at a word, as a measure or as what rows are grouped by; the position after it.
    fn take_column(&mut self, question: &str, lattice: &Lattice, at: usize, owners: &mut Vec<usize>) -> usize {
        let cell = lattice.cell(at);
        let schema = self.schema;
        let is_measure = |id: ColumnId| schema.is_number(id) && !schema.is_key(id);
        let fits = |cost: u32, id: ColumnId| cost <= costs::SYNONYMOUS_NAME || is_measure(id);
        let Some(column) =
            cell.columns.iter().filter(|m| fits(m.cost, m.target)).min_by_key(|m| (lattice.len() - m.end, m.cost))
        else {
            return at + 1;
        };
        let does = |one: &Category| matches!(one, Category::Aggregate(_) | Category::Highest(_) | Category::Percent);
        if cell.categories.iter().any(|(one, end)| does(one) && *end >= column.end) {
            return at + 1;
        }
        let is_named = column.cost <= costs::SYNONYMOUS_NAME;
        self.names |= is_named;
        if is_named || !is_measure(column.target) {
            owners.push(column.target.relation);
        }
        if is_measure(column.target) {
            let mut relations: Vec<usize> = Vec::new();
            for mention in cell.columns.iter().filter(|m| m.end == column.end && is_measure(m.target)) {
                push(&mut relations, mention.target.relation);
            }
            // "Ship" is no word for what `shipping` holds.
            let words = match is_named && column.cost > 0 {
                true => phrase(schema, column.target),
                false => text_of(question, lattice, at, column.end).to_lowercase(),
            };
            push(&mut self.measures, (words, relations));
        } else if !schema.is_flag(column.target)
            && !schema.display_columns(column.target.relation).contains(&column.target)
        {
            push(&mut self.groups, (phrase(schema, column.target), None));
        }
        column.end
    }

    /// Questions about these parts, in no order.
    pub fn questions(&self) -> Result<Vec<Candidate>, Interrupted> {
        let mut made = Vec::new();
        let mut texts = self.combined();
        for relation in &self.relations {
            self.schema.watch().look()?;
            let facets = Facets::new(self.schema, *relation);
            let templates = Templates { schema: self.schema, year: last_year(self.schema, &facets.dates) };
            made.extend(templates.about(&facets, &|other| Facets::new(self.schema, other)));
            texts.extend(self.about_rows(&facets));
        }
        made.extend(texts.into_iter().map(|text| Candidate { text, form: Form::List, speaks_of: Vec::new() }));
        self.schema.watch().whole(made)
    }

    /// Measures with groups and restrictions.
    fn combined(&self) -> Vec<String> {
        let mut texts = Vec::new();
        for restriction in self.restrictions().iter().filter(|one| self.asks_for_nothing && !one.is_empty()) {
            texts.push(format!("revenue{restriction}"));
            texts.push(format!("revenue per month{restriction}"));
        }
        let forms = |(measure, relations): &(String, Vec<usize>)| {
            let spoken = ["total", "average", "avg"].iter().any(|word| measure.starts_with(word));
            let kinds: &[&str] = if spoken { &[""] } else { &["", "average ", "total "] };
            kinds.iter().map(|kind| (format!("{kind}{measure}"), relations.clone())).collect::<Vec<_>>()
        };
        let counts =
            self.relations.iter().map(|relation| (format!("number of {}", self.noun(*relation)), vec![*relation]));
        for (measure, relations) in self.measures.iter().flat_map(forms).chain(counts) {
            for restriction in self.restrictions() {
                texts.push(format!("{measure}{restriction}"));
                let fits =
                    |group: &&(String, Option<usize>)| group.1.is_none_or(|group| self.any_belongs(&relations, group));
                for (group, _) in self.groups.iter().filter(fits).take(MAX_PARTS) {
                    texts.push(format!("{measure} per {group}{restriction}"));
                }
            }
        }
        for relation in &self.relations {
            for (measure, _) in self.measures.iter().filter(|(_, of)| self.any_belongs(of, *relation)) {
                for time in self.times.iter().map(|time| format!(" {time}")).chain([String::new()]) {
                    texts.push(format!("top 10 {} by {measure}{time}", self.noun(*relation)));
                }
            }
        }
        texts
    }

    /// Whether each row of one relation belongs to one row of another at most.
    fn belongs(&self, one: usize, other: usize) -> bool {
        let single = |path: &Vec<JoinStep>| path.iter().all(|step| self.schema.is_single(*step));
        one != other && self.schema.paths(one, other).iter().any(single)
    }

    fn any_belongs(&self, relations: &[usize], other: usize) -> bool {
        relations.iter().any(|one| self.belongs(*one, other))
    }

    /// Lists and counts of the rows of a relation.
    fn about_rows(&self, facets: &Facets) -> Vec<String> {
        let noun = &facets.noun;
        let mut texts = Vec::new();
        for restriction in self.restrictions() {
            if !restriction.is_empty() {
                texts.push(format!("{noun}{restriction}"));
            }
            texts.push(format!("how many {noun}{restriction}"));
        }
        for measure in &facets.measures {
            let words = phrase(self.schema, measure.column);
            texts.push(format!("10 {noun} with the lowest {words}"));
            texts.push(format!("10 {noun} with the highest {words}"));
        }
        for other in self.relations.iter().filter(|other| self.belongs(**other, facets.relation)) {
            let theirs = self.noun(*other);
            texts.push(format!("{noun} without {theirs}"));
            texts.push(format!("how many {noun} have {theirs}"));
            texts.push(format!("{noun} with the most {theirs}"));
        }
        texts
    }

    /// What the question restricts to, all of it, each part alone, and nothing.
    fn restrictions(&self) -> Vec<String> {
        let spaced = |parts: &[&String]| parts.iter().map(|part| format!(" {part}")).collect::<String>();
        let all: Vec<&String> = self.values.iter().take(MAX_PARTS).chain(self.times.iter().take(1)).collect();
        let mut restrictions = vec![spaced(&all)];
        for part in &all {
            push(&mut restrictions, spaced(&[part]));
        }
        push(&mut restrictions, String::new());
        restrictions
    }

    fn noun(&self, relation: usize) -> String {
        crate::help::facets::plural(&self.schema.relation(relation).name)
    }
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// The relation that a suggested name is of: `relation` or `relation.column`, as [`SchemaView::spelled`] tells it.
fn named(schema: &SchemaView, name: &str) -> Option<usize> {
    let is = |number: usize| {
        let shown = schema.shown_name(number);
        name == shown || name.strip_prefix(shown).is_some_and(|rest| rest.starts_with('.'))
    };
    schema.relations().map(|(number, _)| number).find(|number| is(*number))
}

fn unit_word(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Day => "day",
        TimeUnit::Week => "week",
        TimeUnit::Month => "month",
        TimeUnit::Quarter => "quarter",
        TimeUnit::Year => "year",
        _ => "weekday",
    }
}
