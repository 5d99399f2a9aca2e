//! Several values of one column: "Berlin or Hamburg", "in Germany, France and Spain", "paid and shipped orders", "neither cancelled
//! nor returned".

use crate::choice::costs;
use crate::grammar::conditions::about;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::Parser;
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Expression, Operand};
use words::WordKind;

/// No more values stand in a list.
const MAX_VALUES: usize = 8;

impl Parser<'_> {
    /// The values that follow a first one in a list with commas and "or"; with "and" as well where each row has one of them alone,
    /// so that the rows of any are meant: "revenue in Germany, France and Spain".
    pub fn values_beside(
        &self,
        hypothesis: &Hypothesis,
        at: ColumnRef,
        connective: Connective,
        position: usize,
    ) -> Vec<(Vec<Operand>, usize)> {
        let before = connective.end.checked_sub(1).map_or("", |at| self.lattice.lower(at));
        let placed = matches!(before, "in" | "from") && !connective.verb;
        let any = !connective.negated && (placed || shows_rows(self, hypothesis));
        self.further_values(at.column, position, any && self.has_one_each(hypothesis, at.source))
    }

    /// The same after a column that is named: "with status paid and shipped".
    pub fn values_of_named(
        &self,
        hypothesis: &Hypothesis,
        at: ColumnRef,
        position: usize,
    ) -> Vec<(Vec<Operand>, usize)> {
        let any = shows_rows(self, hypothesis) && self.has_one_each(hypothesis, at.source);
        if any { self.further_values(at.column, position, true) } else { Vec::new() }
    }

    /// Whether each row that is asked for has one value of a source alone, and no word says that values are set against each other or
    /// have to hold together.
    fn has_one_each(&self, hypothesis: &Hypothesis, source: usize) -> bool {
        const APART: [&str; 13] = [
            "both",
            "between",
            "ratio",
            "difference",
            "differ",
            "vs",
            "versus",
            "against",
            "compare",
            "compared",
            "comparison",
            "respectively",
            "separately",
        ];
        let is_apart = (0..self.lattice.len()).any(|at| APART.contains(&self.lattice.lower(at)));
        !is_apart && hypothesis.query.scope(source) == 0
    }

    /// Further values of a column in a list with commas and "or", and with `and` with "and", too. "In Germany and France each" asks
    /// for either by itself, and is no such list.
    fn further_values(&self, column: ColumnId, position: usize, and: bool) -> Vec<(Vec<Operand>, usize)> {
        let each = |end: &usize| self.lattice.lower(*end) == "each" && *end + 1 == self.lattice.len();
        let mut found = self.tied_values(column, position, and);
        found.retain(|(_, end)| !and || !each(end));
        found
    }

    /// Further values of a column in a list with commas, "and" and "or".
    pub fn listed_values(&self, column: ColumnId, position: usize) -> Vec<(Vec<Operand>, usize)> {
        self.tied_values(column, position, true)
    }

    fn tied_values(&self, column: ColumnId, position: usize, and: bool) -> Vec<(Vec<Operand>, usize)> {
        let mut found = Vec::new();
        let mut values: Vec<Operand> = Vec::new();
        let mut at = position;
        for _ in 0..MAX_VALUES {
            let comma = self.skip_optional(at, Category::Comma);
            let or = self.accept(comma, Category::Or);
            let tie =
                or.or(self.accept_word(comma, "and").filter(|_| and)).or(self.accept_word(comma, "&").filter(|_| and));
            let begin = tie.unwrap_or(comma);
            let start = if begin > at { self.skip_optional(begin, Category::In) } else { break };
            // Of what is no stored value nobody knows whether it is one of the list.
            let is_told = or.is_some() || !and || self.is_stored_or_quoted(column, start);
            let Some((value, end)) = self.literal(column, start).into_iter().next().filter(|_| is_told) else { break };
            values.push(value);
            at = end;
            if tie.is_some() {
                found.push((values.clone(), end));
            }
            if or.is_some() {
                break;
            }
        }
        found
    }

    fn is_stored_or_quoted(&self, column: ColumnId, position: usize) -> bool {
        let position = self.skip_articles(position);
        let stored = self.lattice.cell(position).values.iter().any(|mention| mention.target.column == column);
        stored || self.lattice.words.get(position).is_some_and(|word| word.kind == WordKind::Quoted)
    }

    /// Restricts a source to the values of a list before its noun: "paid and shipped orders".
    pub fn with_any_value(&self, hypothesis: &Hypothesis, source: usize, start: usize, end: usize) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        if hypothesis.subject_column.is_some() || !self.has_one_each(hypothesis, source) {
            return found;
        }
        for mention in &self.lattice.cell(start).values {
            let column = mention.target.column;
            let lists = self.further_values(column, mention.end, true);
            let Some((more, _)) = lists.into_iter().find(|(_, last)| *last == end) else { continue };
            let values = [vec![Operand::Text(mention.target.value.clone())], more].concat();
            for (next, source) in self.attach(hypothesis, source, column.relation) {
                let at = ColumnRef { source, column };
                if next.query.scope(source) == 0 {
                    let any = Condition::OneOf { column: at, values: values.clone(), negated: false };
                    let next = next.with_cost(mention.cost + costs::VALUE_WITHOUT_COLUMN).filter(source, any);
                    found.push(about(next, at));
                }
            }
        }
        found
    }

    /// The ends of such lists, each with two values at least.
    pub fn ends_of_lists(&self, start: usize) -> Vec<usize> {
        let values = self.lattice.cell(start).values.iter();
        let lists = values.flat_map(|mention| self.further_values(mention.target.column, mention.end, true));
        let mut ends: Vec<usize> = lists.map(|(_, end)| end).collect();
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    /// A second value of the same column, after a comma or "or".
    pub fn second_value(&self, column: ColumnId, position: usize) -> Vec<(Operand, usize)> {
        let comma = self.skip_optional(position, Category::Comma);
        let mut found = Vec::new();
        if let Some(start) = self.accept(comma, Category::Or).or((comma > position).then_some(comma)) {
            let start = self.skip_optional(start, Category::In);
            found.extend(self.literal(column, start));
        }
        found
    }

    /// The values that are denied together with a first one: "neither cancelled nor returned", "excluding cancelled and returned
    /// orders". None of them is meant to hold, whichever word ties them.
    pub fn denied_values(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        column: ColumnId,
        position: usize,
    ) -> Vec<(Vec<Operand>, usize)> {
        let (mut values, mut at, mut is_tied) = (Vec::new(), position, false);
        for _ in 0..8 {
            let comma = self.skip_optional(at, Category::Comma);
            let tied = self.accept(comma, Category::And).or(self.accept(comma, Category::Or));
            let tie = tied.or(self.accept_word(comma, "nor"));
            let start = self.skip_all(tie.unwrap_or(comma), &[Category::In, Category::Not]);
            let value = self.literal(column, start).into_iter().next().filter(|_| start > at);
            let Some((value, end)) = value else { break };
            values.push(value);
            (at, is_tied) = (end, is_tied || tie.is_some());
        }
        if !is_tied {
            return Vec::new();
        }
        let relation = hypothesis.query.relation(source);
        let nouns = self.lattice.cell(at).relations.iter();
        let noun = nouns.filter(|m| m.target == relation && m.cost <= costs::OWN_WORDS).map(|m| m.end).max();
        noun.into_iter().chain([at]).map(|end| (values.clone(), end)).collect()
    }
}

/// Whether the rows themselves are asked for, counted or measured, and not what several of them may share: a country with customers
/// in Berlin and Paris has some in both.
fn shows_rows(parser: &Parser, hypothesis: &Hypothesis) -> bool {
    let tells_rows = |value: &Expression| match value {
        Expression::Column(at) => {
            let keys = parser.schema.key_columns(at.column.relation);
            at.source == 0 && (parser.is_name(at.column) || keys.contains(&at.column))
        }
        _ => false,
    };
    hypothesis.default_projection && hypothesis.subject_column.is_none()
        || hypothesis.measures
        || hypothesis.is_aggregate()
        || hypothesis.query.outputs.iter().any(|output| tells_rows(&output.value))
}
