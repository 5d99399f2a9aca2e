//! Questions written from the words for parts of a schema, in the forms that people use.
//!
//! A form that is written here is a guess that the grammar reads it. Each question comes with the names that its reading
//! has to speak of, so that a question which is read as something else is not shown to anybody.

use crate::catalog::schema_view::SchemaView;
use crate::help::facets::{Facets, Measure, phrase, singular};
use crate::query::tree::ColumnId;

/// What kind of question it is: examples vary by it, and help sorts by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Count,
    Total,
    Average,
    PerGroup,
    PerTime,
    Ranking,
    Filter,
    Without,
    List,
    Share,
    Recent,
}

/// A question that may be shown once it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub text: String,
    pub form: Form,
    /// Names of relations and columns, as readings tell them, that the reading has to hold.
    pub speaks_of: Vec<String>,
}

/// Writes questions about one schema.
pub struct Templates<'a> {
    pub schema: &'a SchemaView<'a>,
    /// A year that the data reaches, where it is known.
    pub year: Option<String>,
}

impl Templates<'_> {
    /// The questions about one relation, in no order. `others` are the facets of every relation, by its number.
    pub fn about(&self, facets: &Facets, others: &dyn Fn(usize) -> Facets) -> Vec<Candidate> {
        let mut made = self.counts(facets);
        made.extend(self.of_measures(facets, others));
        made.extend(self.of_dates(facets));
        made.extend(self.with_owners(facets, others));
        made
    }

    fn counts(&self, facets: &Facets) -> Vec<Candidate> {
        let noun = &facets.noun;
        let relation = self.name(facets.relation);
        let mut made = vec![candidate(Form::Count, format!("how many {noun} are there"), [&relation])];
        for group in &facets.groups {
            let (words, name) = (phrase(self.schema, *group), self.schema.spelled(*group));
            made.push(candidate(Form::PerGroup, format!("number of {noun} per {words}"), [&relation, &name]));
            made.push(candidate(Form::Share, format!("share of {noun} by {words}"), [&relation, &name]));
            if let Some(label) = self.schema.column(*group).labels.last() {
                made.push(candidate(Form::Filter, format!("how many {noun} are {label}"), [&relation, &name]));
                made.push(candidate(Form::Filter, format!("{label} {noun}"), [&relation, &name]));
            }
        }
        for flag in &facets.flags {
            let (words, name) = (phrase(self.schema, *flag), self.schema.spelled(*flag));
            let words = ["is ", "has "].iter().find_map(|verb| words.strip_prefix(verb)).unwrap_or(&words);
            let (verb, of_them) = if is_adjective(words) { ("are", "is") } else { ("have", "have") };
            made.push(candidate(Form::Filter, format!("how many {noun} {verb} {words}"), [&relation, &name]));
            made.push(candidate(
                Form::Share,
                format!("what percentage of {noun} {of_them} {words}"),
                [&relation, &name],
            ));
        }
        made.push(candidate(Form::List, format!("show all {noun}"), [&relation]));
        made
    }

    fn of_measures(&self, facets: &Facets, others: &dyn Fn(usize) -> Facets) -> Vec<Candidate> {
        let noun = &facets.noun;
        let mut made = Vec::new();
        for measure in &facets.measures {
            let (words, name) = (phrase(self.schema, measure.column), self.schema.spelled(measure.column));
            let form = if measure.is_summed { Form::Total } else { Form::Average };
            let value = self.value(measure);
            if measure.is_summed {
                made.extend(self.of_money(facets, &name, others));
            }
            made.push(candidate(form, format!("{value} of {noun}"), [&name]));
            for group in &facets.groups {
                let by = phrase(self.schema, *group);
                made.push(candidate(form, format!("{value} per {by}"), [&name, &self.schema.spelled(*group)]));
            }
            for owner in &facets.owners {
                let at = others(*owner);
                let one = singular(&self.schema.relation(*owner).name);
                let names = [name.clone(), self.name(*owner)];
                made.push(candidate(Form::Ranking, format!("top 5 {} by {value}", at.noun), [&names[0], &names[1]]));
                made.push(candidate(form, format!("{value} per {one}"), [&names[0], &names[1]]));
                for group in at.groups.iter().take(2) {
                    let by = phrase(self.schema, *group);
                    made.push(candidate(form, format!("{value} per {by}"), [&name, &self.schema.spelled(*group)]));
                }
            }
            for date in facets.dates.iter().take(1) {
                let names = [&name, &self.schema.spelled(*date)];
                if measure.is_summed {
                    made.push(candidate(Form::PerTime, format!("{value} per month{}", self.in_year()), names));
                    made.push(candidate(Form::PerTime, format!("{value} per year"), names));
                }
            }
            made.push(candidate(Form::Ranking, format!("5 {noun} with the highest {words}"), [&name]));
            made.push(candidate(Form::Filter, format!("{noun} with {words} above average"), [&name]));
        }
        made
    }

    /// The same with the word that people have for it; only a column of money is read as that.
    fn of_money(&self, facets: &Facets, name: &String, others: &dyn Fn(usize) -> Facets) -> Vec<Candidate> {
        let mut made = Vec::new();
        for owner in &facets.owners {
            let at = others(*owner);
            made.push(candidate(Form::Ranking, format!("top 5 {} by revenue", at.noun), [name, &self.name(*owner)]));
            for group in at.groups.iter().take(2) {
                let (by, of) = (phrase(self.schema, *group), self.schema.spelled(*group));
                made.push(candidate(Form::Total, format!("revenue by {by}{}", self.in_year()), [name, &of]));
            }
        }
        if !facets.dates.is_empty() {
            made.push(candidate(Form::PerTime, format!("revenue per month{}", self.in_year()), [name]));
            made.push(candidate(Form::PerTime, "revenue per quarter".to_owned(), [name]));
        }
        made
    }

    fn of_dates(&self, facets: &Facets) -> Vec<Candidate> {
        let (noun, relation) = (&facets.noun, self.name(facets.relation));
        let mut made = Vec::new();
        for date in facets.dates.iter().take(1) {
            let names = [&relation, &self.schema.spelled(*date)];
            made.push(candidate(Form::PerTime, format!("number of {noun} per month{}", self.in_year()), names));
            made.push(candidate(Form::PerTime, format!("number of {noun} per month"), names));
            made.push(candidate(Form::PerTime, format!("number of {noun} per year"), names));
            made.push(candidate(Form::Recent, format!("10 latest {noun}"), names));
            made.push(candidate(Form::Recent, format!("how many {noun} in the last 30 days"), names));
            made.push(candidate(Form::Recent, format!("number of {noun} this year"), names));
        }
        made
    }

    fn with_owners(&self, facets: &Facets, others: &dyn Fn(usize) -> Facets) -> Vec<Candidate> {
        let (noun, relation) = (&facets.noun, self.name(facets.relation));
        let mut made = Vec::new();
        for owner in &facets.owners {
            let at = others(*owner);
            let (theirs, name) = (&at.noun, self.name(*owner));
            let one = singular(&self.schema.relation(*owner).name);
            made.push(candidate(Form::PerGroup, format!("number of {noun} per {one}"), [&relation, &name]));
            made.push(candidate(Form::Ranking, format!("top 5 {theirs} by number of {noun}"), [&relation, &name]));
            made.push(candidate(Form::Without, format!("how many {theirs} have no {noun}"), [&relation, &name]));
            made.push(candidate(Form::Without, format!("{theirs} without {noun}"), [&relation, &name]));
            for group in at.groups.iter().take(2) {
                let (by, name) = (phrase(self.schema, *group), self.schema.spelled(*group));
                made.push(candidate(Form::PerGroup, format!("number of {noun} per {by}"), [&relation, &name]));
            }
        }
        made
    }

    /// The words for a measure over many rows: "total amount", "average price".
    pub fn value(&self, measure: &Measure) -> String {
        let words = phrase(self.schema, measure.column);
        let spoken = ["total", "average", "avg"].iter().any(|word| words.starts_with(word));
        match (spoken, measure.is_summed) {
            (true, _) => words,
            (false, true) => format!("total {words}"),
            (false, false) => format!("average {words}"),
        }
    }

    /// The name of a relation as readings tell it.
    pub fn name(&self, relation: usize) -> String {
        self.schema.shown_name(relation).to_owned()
    }

    fn in_year(&self) -> String {
        self.year.as_ref().map(|year| format!(" in {year}")).unwrap_or_default()
    }
}

fn candidate<const N: usize>(form: Form, text: String, speaks_of: [&String; N]) -> Candidate {
    Candidate { text, form, speaks_of: speaks_of.into_iter().cloned().collect() }
}

/// Whether a word for a flag says how something is ("discontinued") and not what it has ("newsletter").
fn is_adjective(words: &str) -> bool {
    const ENDINGS: [&str; 9] = ["ed", "able", "ible", "ive", "al", "ful", "less", "ous", "ing"];
    ENDINGS.iter().any(|ending| words.ends_with(ending))
}

/// The last year that typical values of a date column show; `None` where no date has typical values.
pub fn last_year(schema: &SchemaView, dates: &[ColumnId]) -> Option<String> {
    let year =
        |value: &String| value.get(..4).filter(|year| year.chars().all(|c| c.is_ascii_digit())).map(str::to_owned);
    dates.iter().flat_map(|id| schema.column(*id).common_values.iter().filter_map(year)).max()
}
