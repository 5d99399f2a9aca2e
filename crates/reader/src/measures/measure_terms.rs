//! The measures that a question may ask for: "revenue", "units sold", "average order value", "number of orders",
//! "cancellation rate". Each is an aggregate over the rows of one relation.

use crate::catalog::money_columns::{Flow, is_income};
use crate::catalog::recurring_amounts;
use crate::choice::costs;
use crate::grammar::hypothesis::{Hypothesis, alias};
use crate::grammar::noun_phrases::NounPhrase;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Condition, Expression};

/// A measure: an aggregate over the rows of a relation, which is source 0 in it.
#[derive(Debug, Clone)]
pub struct Measure {
    pub relation: usize,
    pub value: Expression,
    pub alias: String,
    pub cost: u32,
    /// The noun whose rows are counted, with what restricts them.
    pub noun: Option<NounPhrase>,
    /// Rows are counted although the question does not say so: "orders by status".
    pub implied: bool,
    /// Only rows that are new in the time that is told: "new customers".
    pub new_rows: bool,
    /// It is a statistic of a column that is named.
    pub of_column: bool,
    /// The number counts things that are called as it is said ("API calls"), or recurs: it is added up wherever it is restricted.
    pub of_things: bool,
}

impl Measure {
    /// A measure of rows that are neither named, nor implied, nor new.
    pub fn new(relation: usize, value: Expression, alias: &str, cost: u32) -> Self {
        let alias = alias.to_owned();
        Self {
            relation,
            value,
            alias,
            cost,
            noun: None,
            implied: false,
            new_rows: false,
            of_column: false,
            of_things: false,
        }
    }
}

impl Parser<'_> {
    /// The measures that are named here.
    pub fn measure_terms(&self, position: usize) -> Parses<Measure> {
        let start = self.skip_all(position, &[Category::Article, Category::Pronoun]);
        let mut found = self.defined_measures(start);
        found.extend(self.named_sums(start));
        found.extend(self.column_aggregates(start));
        found.extend(self.row_values(start));
        found.extend(self.worths_of_nouns(start));
        found.extend(self.opinions_given(start));
        found.extend(self.sums_of_money(start));
        found.extend(self.things_counted(start));
        found.extend(self.bare_numbers(start));
        found.extend(self.headcounts(start));
        found.extend(self.counted_rows(start));
        found.extend(self.new_rows(start));
        found.extend(self.state_rates(start));
        found
    }

    /// Questions for the number of those who did something for the first time: "how many customers placed their first
    /// order". Those are counted by the first record of each.
    pub fn first_time_questions(&self, position: usize) -> Parses<Hypothesis> {
        const DID: [&str; 9] = ["placed", "made", "had", "did", "opened", "booked", "paid", "submitted", "received"];
        const FIRST: [&str; 6] =
            ["their very first", "their first", "their first ever", "a first", "the first", "their first-ever"];
        let mut found = Vec::new();
        for start in self.ends(position, Category::HowMany) {
            for (people, middle) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.column.is_none()) {
                let verb = self.accept_phrase(middle, &DID);
                let Some(begin) = verb.and_then(|verb| self.accept_phrase(verb, &FIRST)) else { continue };
                for (records, end) in self.noun_phrases(begin).into_iter().filter(|(noun, _)| noun.column.is_none()) {
                    let Some(key) = self.key_to(records.relation, people.relation) else { continue };
                    for date in self.schema.event_dates(records.relation) {
                        let date = ColumnRef { source: 0, column: date };
                        let mut hypothesis = Hypothesis::new(records.relation, records.cost + people.cost)
                            .select(Expression::Aggregate(Aggregate::Count, key), "count")
                            .filter(0, Condition::IsFirst { date, key });
                        hypothesis.measures = true;
                        found.push((hypothesis, end));
                    }
                }
            }
        }
        found
    }

    fn from_flows(flows: Vec<Flow>, alias: &str, end: usize) -> Parses<Measure> {
        let measure = |(relation, value, cost): Flow| Measure::new(relation, value, alias, cost);
        flows.into_iter().map(|flow| (measure(flow), end)).collect()
    }

    /// Measures that somebody defined.
    fn defined_measures(&self, position: usize) -> Parses<Measure> {
        let mut found = Vec::new();
        let total = matches!(self.lattice.lower(position), "total" | "overall" | "combined");
        for (column, end) in &self.lattice.cell(if total { position + 1 } else { position }).terms {
            let Some(term) = self.schema.term(*column).filter(|term| term.is_measure) else { continue };
            // A total of averages has no meaning.
            if total && !term.adds_up() {
                continue;
            }
            let value = Expression::TermMeasure(ColumnRef { source: 0, column: *column });
            // A longer name would be cut by the server, with a notice.
            let alias: String = term.column.name.to_lowercase().replace(' ', "_").chars().take(30).collect();
            found.push((Measure::new(term.relation, value, &alias, 0), *end));
        }
        found
    }

    /// Revenue and the like, pieces sold, the value of what is in store.
    fn named_sums(&self, position: usize) -> Parses<Measure> {
        let total = matches!(self.lattice.lower(position), "total" | "overall" | "combined");
        let start = if total { position + 1 } else { position };
        let word = self.lattice.lower(start);
        let mut found = Vec::new();
        if is_income(word) {
            found.extend(Self::from_flows(self.money_flows(word), word, start + 1));
        }
        let counted = self.accept(position, Category::HowMany).unwrap_or(start);
        let units = ["units sold", "units", "pieces sold", "items sold", "quantity sold", "sold units", "unit sales"];
        if let Some(end) = self.accept_phrase(counted, &units) {
            found.extend(Self::from_flows(self.units_sold(), "units", end));
        }
        let stock = ["inventory worth", "inventory value", "stock worth", "stock value", "value of our inventory"];
        if let Some(end) = self.accept_phrase(start, &stock) {
            found.extend(Self::from_flows(self.stock_values(), "stock_value", end));
        }
        found
    }

    /// The position after the longest of these phrases that stands here.
    pub fn accept_phrase(&self, position: usize, phrases: &[&str]) -> Option<usize> {
        let end_of = |phrase: &&str| {
            let mut end = position;
            for word in phrase.split(' ') {
                end = self.accept_word(end, word)?;
            }
            Some(end)
        };
        phrases.iter().filter_map(end_of).max()
    }

    /// An aggregate of a column: "average rating", "median order total", "total shipping".
    fn column_aggregates(&self, position: usize) -> Parses<Measure> {
        let mut found = Vec::new();
        for (statistic, start) in self.statistics(position) {
            let start = self.skip_all(start, &[Category::Of, Category::Article, Category::Pronoun]);
            for (candidates, begin, end) in self.longest_terms(start) {
                // "average revenue per customer" may be of orders or of customers.
                if is_income(self.lattice.lower(begin)) && statistic != Statistic::Aggregate(Aggregate::Sum) {
                    continue;
                }
                for mention in candidates.into_iter().filter(|m| m.cost <= costs::SYNONYMOUS_NAME) {
                    let Some((value, alias)) = self.statistic_of(statistic, mention.target) else { continue };
                    let cost = mention.cost + costs::UNNAMED_ROWS;
                    let measure = Measure::new(mention.target.relation, value, &alias, cost);
                    found.push((Measure { of_column: true, ..measure }, end));
                }
            }
        }
        found
    }

    /// The aggregates that are named here, medians and percentiles among them.
    pub fn statistics(&self, position: usize) -> Vec<(Statistic, usize)> {
        let mut found = Vec::new();
        for (one, end) in &self.lattice.cell(position).categories {
            if let Category::Aggregate(aggregate) = one {
                found.push((Statistic::Aggregate(*aggregate), *end));
            }
        }
        if let Some(end) = self.accept_phrase(position, &["median", "median of"]) {
            found.push((Statistic::Percentile(50), end));
        }
        let ordinal = self.lattice.lower(position).trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let percent = ordinal.parse::<u32>().ok().filter(|percent| (1..100).contains(percent));
        let after =
            self.accept_phrase(position + 1, &["th percentile", "percentile", "percentile of", "th percentile of"]);
        found.extend(percent.zip(after).map(|(percent, end)| (Statistic::Percentile(percent), end)));
        found
    }

    /// A statistic over a column as an expression with its name; `None` where it has no meaning.
    pub fn statistic_of(&self, statistic: Statistic, column: ColumnId) -> Option<(Expression, String)> {
        let at = ColumnRef { source: 0, column };
        match statistic {
            Statistic::Aggregate(aggregate) => self
                .can_aggregate(aggregate, column)
                .then(|| (Expression::Aggregate(aggregate, at), alias(self.schema, aggregate, at))),
            Statistic::Percentile(percent) => self.can_aggregate(Aggregate::Average, column).then(|| {
                let name = &self.schema.column(column).name;
                let alias = if percent == 50 { format!("median_{name}") } else { format!("p{percent}_{name}") };
                (Expression::Percentile(percent, at), alias)
            }),
        }
    }

    /// A number that is added up although the question does not say so: "MRR by plan".
    fn bare_numbers(&self, position: usize) -> Parses<Measure> {
        let mut found = Vec::new();
        for (candidates, begin, end) in self.longest_terms(position) {
            let flow = is_income(self.lattice.lower(begin)) && end == begin + 1;
            for mention in candidates
                .into_iter()
                .filter(|m| !flow && m.cost <= costs::OWN_WORDS && !self.lattice.is_possessive(m.end))
            {
                let sum = self.statistic_of(Statistic::Aggregate(Aggregate::Sum), mention.target);
                found.extend(sum.map(|(value, alias)| {
                    let cost = mention.cost + costs::IMPLIED_SUM;
                    let measure = Measure::new(mention.target.relation, value, &alias, cost);
                    let of_things = self.counts_things(mention.target, begin, end)
                        || recurring_amounts::recurs(mention.target, self.schema);
                    (Measure { implied: true, of_things, ..measure }, end)
                }));
            }
        }
        found
    }

    /// "headcount": the number of employees.
    fn headcounts(&self, position: usize) -> Parses<Measure> {
        const STAFF: [&str; 4] = ["employee", "staff", "worker", "personnel"];
        let Some(end) = self.accept_phrase(position, &["headcount", "head count"]) else { return Vec::new() };
        let mut found = Vec::new();
        for (relation, data) in self.schema.relations() {
            let remark = data.comment.as_deref().map(crate::catalog::comments::names).unwrap_or_default();
            let called = remark.into_iter().chain(self.schema.relation_words(relation));
            if called.into_iter().any(|name| STAFF.contains(&words::singular(&name).as_str())) {
                let measure = Measure::new(relation, Expression::CountRows, "headcount", costs::WORTH_OF_ROW);
                found.push((measure, end));
            }
        }
        found
    }

    /// What the rows of a relation are worth: "average order value".
    fn row_values(&self, position: usize) -> Parses<Measure> {
        let mut found = Vec::new();
        for (statistic, start) in self.statistics(position) {
            for mention in self.lattice.cell(start).relations.iter().filter(|m| m.cost <= costs::SYNONYMOUS_NAME) {
                let Some(end) = self.accept_phrase(mention.end, &["value", "values", "worth", "size", "amount"]) else {
                    continue;
                };
                let worth = self.worth_of_row(mention.target).and_then(|column| self.statistic_of(statistic, column));
                found.extend(worth.map(|(value, alias)| {
                    let cost = mention.cost + costs::WORTH_OF_ROW;
                    (Measure::new(mention.target, value, &alias, cost), end)
                }));
            }
        }
        found
    }

    /// Rows that are counted: "number of orders", "how many different customers", and by a plural alone "orders".
    fn counted_rows(&self, position: usize) -> Parses<Measure> {
        let mut found = Vec::new();
        let starts = self.ends(position, Category::HowMany).into_iter().map(|start| (start, false));
        for (start, implied) in starts.chain([(position, true)]) {
            for (noun, end) in self.noun_phrases(start) {
                // Rows that hold a count are not what is counted.
                let held = noun.column.is_none()
                    && self.schema.columns(noun.relation).any(|(id, _)| self.schema.words(id) == ["count"]);
                let bare = implied && (noun.column.is_some() || !noun.plural) || held;
                if bare || noun.limit.is_some() || noun.each {
                    continue;
                }
                let value = match noun.column {
                    Some(column) => self.count_of_values(ColumnRef { source: 0, column }, noun.distinct),
                    None => Some(Expression::CountRows),
                };
                let Some(value) = value else { continue };
                let (relation, cost) = (noun.relation, noun.cost);
                let measure = Measure::new(relation, value, "count", cost);
                found.push((Measure { noun: Some(noun), implied, ..measure }, end));
            }
        }
        found
    }

    /// "new customers": rows by the date on which they came to be, where there is one such date.
    fn new_rows(&self, position: usize) -> Parses<Measure> {
        let counted = self.skip_optional(position, Category::HowMany);
        let Some(start) = self.accept_word(counted, "new") else { return Vec::new() };
        let mut found = Vec::new();
        for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.column.is_none() && noun.plural)
        {
            if self.schema.event_dates(noun.relation).len() != 1 || !noun.adjectives.is_empty() {
                continue;
            }
            let (relation, cost) = (noun.relation, noun.cost);
            let measure = Measure::new(relation, Expression::CountRows, "count", cost);
            found.push((Measure { noun: Some(noun), implied: true, new_rows: true, ..measure }, end));
        }
        found
    }
}

/// What is told of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    Aggregate(Aggregate),
    Percentile(u32),
}
