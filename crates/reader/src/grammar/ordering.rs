//! Order, and what a second sentence asks to see: "sorted by age", "in descending order", "List the name."

use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::noun_phrases::opposite;
use crate::grammar::parser::{Parser, Parses};
use crate::grammar::select_items::SelectItem;
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnRef, Direction, Expression};

impl Parser<'_> {
    /// An order: "ordered by age", "in descending order of the number of pets", "alphabetically".
    pub fn order_clauses(&self, hypothesis: &Hypothesis, position: usize, also: bool) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let position = self.after_sort_verb(position);
        for start in self.ends(position, Category::OrderBy) {
            let start = self.skip_articles(self.skip_all(start, &[Category::Pronoun]));
            let early = self.direction(start);
            let begin = early.map_or(start, |(_, end)| self.skip_optional(end, Category::Of));
            for (value, next, end) in self.sort_keys(hypothesis, begin) {
                let late = self.direction(end);
                let direction = late.or(early).map_or(Direction::Ascending, |(direction, _)| direction);
                let aged = self.accept_longest(end, |one| {
                    if let Category::SortByQuality(_, direction) = one { Some(direction) } else { None }
                });
                if let Some((direction, after)) = aged {
                    let turned = matches!(&value, Expression::Column(at) if self.schema.tells_birth(at.column));
                    let direction = if turned { opposite(direction) } else { direction };
                    found.push((with_order(next.clone(), value.clone(), direction), after));
                }
                found.push((with_order(next, value, direction), late.map_or(end, |(_, end)| end)));
            }
        }
        found.extend(self.quality_order(hypothesis, position));
        for (one, start) in &self.lattice.cell(position).categories {
            let direction = match one {
                Category::Sort(direction) => *direction,
                Category::Alphabetical => Direction::Ascending,
                _ => continue,
            };
            let named = self.skip_optional(self.skip_optional(*start, Category::Of), Category::By);
            for (value, next, end) in self.sort_keys(hypothesis, named) {
                found.push((with_order(next, value, direction), end));
            }
            if let Some((_, last)) = hypothesis
                .query
                .order
                .last()
                .filter(|_| hypothesis.query.limit.is_none() && *one != Category::Alphabetical)
            {
                let mut next = hypothesis.clone();
                let turned = if *last == direction { *last } else { direction };
                if let Some(order) = next.query.order.last_mut() {
                    order.1 = turned;
                }
                found.push((next, *start));
            } else if hypothesis.query.order.is_empty() {
                found.extend(self.implied_sort_key(hypothesis, *one).map(|value| {
                    (with_order(hypothesis.clone().with_cost(costs::IMPLIED_SORT_KEY), value, direction), *start)
                }));
            }
        }
        if !hypothesis.query.order.is_empty() && also {
            found.extend(self.further_sort_keys(hypothesis, position));
        }
        found
    }

    /// An order by a quality, whose column is found by its usual names: "from the oldest to the youngest".
    fn quality_order(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (one, end) in &self.lattice.cell(position).categories {
            let Category::SortByQuality(quality, direction) = one else { continue };
            for (column, direction, cost) in self.quality_columns(hypothesis.query.relation(0), *quality, *direction) {
                let value = Self::column_value(0, column);
                found.push((with_order(hypothesis.clone().with_cost(cost), value, direction), *end));
            }
        }
        found
    }

    /// The position after a verb of sorting before its direction: "sorted" in "sorted in descending order".
    fn after_sort_verb(&self, position: usize) -> usize {
        if !crate::lattice::lexicon::is_sort_verb(self.lattice.lower(position)) {
            return position;
        }
        let after = position + 1;
        let rows = self.skip_articles(after);
        let noun = matches!(self.lattice.lower(rows), "them" | "results" | "result" | "it" | "list" | "rows");
        let after = if noun { rows + 1 } else { after };
        let sorts = self
            .lattice
            .cell(after)
            .categories
            .iter()
            .any(|(one, _)| matches!(one, Category::Sort(_) | Category::Alphabetical));
        if sorts { after } else { position }
    }

    fn direction(&self, position: usize) -> Option<(Direction, usize)> {
        let comma = self.skip_optional(position, Category::Comma);
        self.accept_longest(comma, |one| match one {
            Category::Sort(direction) => Some(direction),
            Category::Alphabetical => Some(Direction::Ascending),
            _ => None,
        })
    }

    /// Further sort keys after the first: "… and then by name".
    fn further_sort_keys(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let start = self.skip_optional(position, Category::By);
        let mut found = Vec::new();
        if hypothesis.query.limit.is_some() {
            return found;
        }
        for (value, next, end) in self.sort_keys(hypothesis, start) {
            let direction = self.direction(end);
            found.push((
                with_order(next, value, direction.map_or(Direction::Ascending, |(d, _)| d)),
                direction.map_or(end, |(_, end)| end),
            ));
        }
        found
    }

    /// The sort keys that begin here (a shown expression, a column, a count), each with its hypothesis and the position
    /// after it.
    fn sort_keys(&self, hypothesis: &Hypothesis, position: usize) -> Vec<(Expression, Hypothesis, usize)> {
        let position = self.skip_articles(self.skip_all(position, &[Category::Pronoun]));
        let mut found = Vec::new();
        let counted = |value: &Expression| {
            matches!(value, Expression::CountRows | Expression::SubqueryAggregate(_, Aggregate::Count, _))
        };
        for start in self.ends(position, Category::HowMany) {
            for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.adjectives.is_empty()) {
                let shown = hypothesis.query.outputs.iter().find(|output| counted(&output.value));
                if let Some(output) = shown {
                    found.push((output.value.clone(), hypothesis.clone(), end));
                } else if !hypothesis.query.groups.is_empty() {
                    found.push((Expression::CountRows, hypothesis.clone(), end));
                } else if noun.column.is_none() && noun.relation != hypothesis.query.relation(0) {
                    for (next, head, target) in hypothesis.subquery(self.schema, 0, noun.relation, false) {
                        let counted = head.zip(next.counted_by(self.schema, 0, target));
                        found.extend(counted.map(|(head, counted)| {
                            (Expression::SubqueryAggregate(head, Aggregate::Count, counted), next, end)
                        }));
                    }
                } else if let Some(column) =
                    noun.column.filter(|id| self.schema.is_number(*id) && hypothesis.query.relation(0) == id.relation)
                {
                    found.push((Self::column_value(0, column), hypothesis.clone().with_cost(noun.cost), end));
                } else if let Some(subject) = hypothesis.subject_column.filter(|_| noun.column.is_none()) {
                    let mut next = hypothesis.clone();
                    next.query.groups.push(Expression::Column(subject));
                    found.push((Expression::CountRows, next, end));
                }
            }
        }
        for end in self.ends(position, Category::TrailingCount) {
            let shown = hypothesis.query.outputs.iter().find(|output| counted(&output.value));
            found.extend(shown.map(|output| (output.value.clone(), hypothesis.clone(), end)));
        }
        found.extend(self.column_sort_keys(hypothesis, position));
        // "Revenue by country sorted by revenue": a measure that is shown.
        for (measure, end) in self.measure_terms(position).into_iter().filter(|_| !hypothesis.query.groups.is_empty()) {
            let is_shown = hypothesis.query.outputs.iter().any(|output| output.value == measure.value);
            found.extend(is_shown.then(|| (measure.value, hypothesis.clone(), end)));
        }
        found
    }

    fn column_sort_keys(&self, hypothesis: &Hypothesis, position: usize) -> Vec<(Expression, Hypothesis, usize)> {
        let mut found = Vec::new();
        let aggregate =
            self.accept_longest(position, |one| if let Category::Aggregate(one) = one { Some(one) } else { None });
        let starts = [Some((None, position)), aggregate.map(|(one, end)| (Some(one), end))];
        for (aggregate, start) in starts.into_iter().flatten() {
            for (candidates, _, end) in self.longest_terms(start) {
                let end = self.after_owner(hypothesis, end);
                if let Some(aggregate) = aggregate {
                    let of = |value: &Expression| matches!(value, Expression::Aggregate(one, at) | Expression::SubqueryAggregate(_, one, Some(at)) if *one == aggregate && candidates.iter().any(|m| m.target == at.column));
                    let shown = hypothesis.query.outputs.iter().find(|output| of(&output.value));
                    found.extend(shown.map(|output| (output.value.clone(), hypothesis.clone(), end)));
                    continue;
                }
                if hypothesis.is_aggregate() {
                    let group = |m: &&crate::catalog::name_index::Mention<crate::query::tree::ColumnId>| {
                        hypothesis
                            .query
                            .groups
                            .iter()
                            .find(
                                |group| matches!(group, Expression::Column(at) | Expression::DateTrunc(_, at) if at.column == m.target),
                            )
                            .map(|group| (m.cost, group.clone()))
                    };
                    let groups = candidates.iter().filter_map(group);
                    found.extend(groups.map(|(cost, group)| (group, hypothesis.clone().with_cost(cost), end)));
                    continue;
                }
                for (next, at, many) in self.join_columns(hypothesis, hypothesis.query.scope(0), &candidates, |_| true)
                {
                    if !many {
                        found.push((Expression::Column(at), next, end));
                    }
                }
            }
        }
        found
    }

    /// The position after the owner of a sort key where it is the base: "by age of the singer".
    fn after_owner(&self, hypothesis: &Hypothesis, end: usize) -> usize {
        let start = self
            .accept(end, Category::Of)
            .map(|start| self.skip_articles(self.skip_all(start, &[Category::All, Category::Each])));
        let base = hypothesis.query.relation(0);
        let owner = start.and_then(|start| {
            self.lattice
                .cell(start)
                .relations
                .iter()
                .filter(|m| m.target == base && m.cost <= costs::OWN_WORDS)
                .map(|m| m.end)
                .max()
        });
        owner.unwrap_or(end)
    }

    /// What "alphabetically" or "in descending order" sorts by where the question does not say it: the first text, the
    /// measure, or the only output.
    fn implied_sort_key(&self, hypothesis: &Hypothesis, one: Category) -> Option<Expression> {
        let mut shown = hypothesis.query.outputs.iter().map(|output| &output.value);
        if one == Category::Alphabetical {
            return shown
                .find(|value| matches!(value, Expression::Column(at) if self.schema.is_text(at.column)))
                .cloned();
        }
        let only = hypothesis.query.outputs.len() == 1 && !hypothesis.is_aggregate();
        let measure = shown.find(|value| {
            matches!(value, Expression::CountRows | Expression::Aggregate(..) | Expression::SubqueryAggregate(..))
                && hypothesis.query.outputs.len() > 1
        });
        measure.or(hypothesis.query.outputs.first().map(|output| &output.value).filter(|_| only)).cloned()
    }

    /// Items that are said at the end: "… List the name and age.", "… and show the city".
    pub fn follow_ups(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let stop = self.skip_optional(position, Category::FullStop);
        let comma = self.skip_optional(stop, Category::Comma);
        let and = self.skip_optional(comma, Category::And);
        if and == position {
            return found;
        }
        let mut starts = Vec::new();
        for (one, end) in self
            .lattice
            .cell(and)
            .categories
            .iter()
            .filter(|(one, _)| matches!(one, Category::Opener | Category::Adverb | Category::HowMany))
        {
            starts.push(if *one == Category::HowMany { and } else { *end });
        }
        if stop > position {
            found.push((hypothesis.clone(), stop));
        }
        for start in starts {
            for (items, end) in self.select_items(self.skip_optional(start, Category::Pronoun)) {
                let end = self.after_reference(hypothesis, end);
                let mut next = hypothesis.clone();
                if next.default_projection {
                    next.default_projection = false;
                    next.query.outputs.retain(|output| !matches!(output.value, Expression::SubqueryAggregate(..)));
                    if let Some(subject) = next.subject_column.filter(|_| !next.query.groups.is_empty()) {
                        next = next.select(Expression::Column(subject), "");
                    }
                }
                // One number for all rows has no names beside it.
                if hypothesis.is_counting() && items.iter().any(SelectItem::kind_is_column) {
                    continue;
                }
                for source in reference(hypothesis) {
                    found.extend(self.project(&next, source, &items).into_iter().map(|hypothesis| (hypothesis, end)));
                }
            }
        }
        found
    }

    /// The position after a reference to what was asked for: "of them", "for each", "of those stadiums".
    fn after_reference(&self, hypothesis: &Hypothesis, end: usize) -> usize {
        let Some(start) = self.accept(end, Category::Of) else { return end };
        let start = self.skip_articles(self.skip_all(start, &[Category::Pronoun, Category::All, Category::Each]));
        let base = |m: &&crate::catalog::name_index::Mention<usize>| {
            hypothesis.query.sources.iter().any(|s| s.relation == m.target) && m.cost <= costs::OWN_WORDS
        };
        let noun = self.lattice.cell(start).relations.iter().filter(base).map(|m| m.end).max();
        noun.unwrap_or(end)
    }

    /// A column of a source as an expression.
    pub fn column_value(source: usize, column: crate::query::tree::ColumnId) -> Expression {
        Expression::Column(ColumnRef { source, column })
    }
}

fn with_order(mut hypothesis: Hypothesis, value: Expression, direction: Direction) -> Hypothesis {
    if !hypothesis.query.order.iter().any(|(other, _)| *other == value) {
        hypothesis.query.order.push((value, direction));
    }
    hypothesis
}

/// The sources whose columns a second sentence may ask for: those of the groups, else the base and what is joined to
/// it.
fn reference(hypothesis: &Hypothesis) -> Vec<usize> {
    let of = |value: &Expression| if let Expression::Column(at) = value { Some(at.source) } else { None };
    let mut sources: Vec<usize> =
        hypothesis.query.groups.iter().filter_map(of).filter(|_| hypothesis.is_aggregate()).collect();
    if sources.is_empty() {
        let joined =
            hypothesis.focus.iter().copied().filter(|source| *source != 0 && hypothesis.query.scope(*source) == 0);
        sources = [0].into_iter().chain(joined).collect();
    }
    sources.dedup();
    sources
}
