//! Clauses: what may follow a head, in any order; each restricts, orders, groups or adds to what is shown.

use super::conditions::about;
use super::hypothesis::Hypothesis;
use super::lexicon::Category;
use super::parser::{Parser, Parses};
use super::query_tree::{ColumnRef, Condition, Expression, Operand};

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

/// What describes an outer noun although an inner one is nearer.
const OUTWARD: u32 = 2;

impl Parser<'_> {
    /// All ways to read one clause.
    pub fn clause(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let comma = self.skip_optional(position, Category::Comma);
        let and = self.skip_optional(comma, Category::And);
        let mut found = self.fillers(hypothesis, position);
        found.extend(self.follow_ups(hypothesis, position));
        found.extend(self.order_clauses(hypothesis, and, and > position));
        found.extend(self.group_clauses(hypothesis, and, and > position));
        found.extend(self.ranking_clauses(hypothesis, position));
        if let Some(start) = self.accept(comma, Category::Or) {
            found.extend(self.alternatives(hypothesis, start));
        }
        found.extend(self.restrictions(hypothesis, and, and > comma));
        found
    }

    /// "are there", "also": words that add nothing, and the end of a sentence.
    fn fillers(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for one in [Category::Filler, Category::Adverb] {
            found.extend(self.ends(position, one).into_iter().map(|end| (hypothesis.clone(), end)));
        }
        found.extend(self.trailing_verb(hypothesis, position));
        found
    }

    /// "… they are in", "… students live": a verb that ends a clause adds nothing to it.
    fn trailing_verb(&self, hypothesis: &Hypothesis, position: usize) -> Option<(Hypothesis, usize)> {
        let verb = [
            Category::Be,
            Category::Do,
            Category::Have,
            Category::RelationVerb,
            Category::In,
            Category::Adverb,
            Category::Pronoun,
            Category::That,
            Category::Filler,
        ];
        let mut end = position;
        // A word that names a relation as it is spelled is no verb.
        let named = |at: usize| {
            let cell = self.lattice.cell(at);
            cell.relations.iter().any(|m| m.cost == 0) || cell.columns.iter().any(|m| m.cost == 0 && m.end == at + 1)
        };
        while let Some(((), next)) =
            self.accept_longest(end, |one| verb.contains(&one).then_some(())).filter(|_| !named(end))
        {
            end = next;
        }
        let closes = |one: &Category| {
            matches!(
                one,
                Category::Comma
                    | Category::And
                    | Category::FullStop
                    | Category::OrderBy
                    | Category::Per
                    | Category::Sort(_)
            )
        };
        let closed = end >= self.lattice.len() || self.lattice.cell(end).categories.iter().any(|(one, _)| closes(one));
        (end > position && closed).then(|| (hypothesis.clone().with_cost(1), end))
    }

    /// Whatever describes one of the nouns in focus.
    fn restrictions(&self, hypothesis: &Hypothesis, position: usize, also: bool) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        // "before 1945 and after 1955", "in 2014 and 2015"
        if let Some(at) = hypothesis.last_column.filter(|_| also) {
            found.extend(self.tests_of(hypothesis, at, position, true));
        }
        for connective in self.connectives(position, also) {
            for (outward, source) in hypothesis.focus.iter().rev().copied().enumerate() {
                let outward = u32::try_from(outward).unwrap_or(u32::MAX);
                let mut near = hypothesis.clone().with_cost(if also { 0 } else { outward * OUTWARD });
                near.focus.truncate(hypothesis.focus.len().saturating_sub(usize::try_from(outward).unwrap_or(0)));
                found.extend(self.column_tests(&near, source, connective));
                found.extend(self.unnamed_column_tests(&near, source, connective));
                found.extend(self.count_tests(&near, source, connective));
                found.extend(self.superlatives(&near, source, connective));
                found.extend(self.related_nouns(&near, source, connective));
            }
        }
        found
    }

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

    /// "age over 20", "whose name contains 'x'": a column by its name, and a test.
    fn column_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (candidates, _, end) in self.column_terms(connective.end) {
            for mention in candidates.into_iter().filter(|_| !connective.negated) {
                for (hypothesis, source) in self.attach(hypothesis, source, mention.target.relation) {
                    let at = ColumnRef { source, column: mention.target };
                    found.extend(self.tests_of(&hypothesis.with_cost(mention.cost), at, end, connective.linked));
                }
            }
        }
        // "above age 20": the comparison before the name
        for (operator, start) in self.operators(connective.end) {
            for (candidates, _, end) in self.column_terms(start) {
                for mention in candidates.into_iter().filter(|m| self.schema.is_number(m.target)) {
                    let Some((number, end)) = self.amount(end) else { continue };
                    for (hypothesis, source) in self.attach(hypothesis, source, mention.target.relation) {
                        let at = ColumnRef { source, column: mention.target };
                        let compare =
                            Condition::Compare { value: Expression::Column(at), operator, operand: number.clone() };
                        found.push((about(hypothesis.with_cost(mention.cost).filter(source, compare), at), end));
                    }
                }
            }
        }
        found
    }

    /// A value without its column's name, "in Berlin", a time, "more than 20 pages", "older than 20".
    fn unnamed_column_tests(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
    ) -> Parses<Hypothesis> {
        let mut found = self.value_tests(hypothesis, source, connective);
        found.extend(self.unnamed_time_tests(hypothesis, source, connective));
        found.extend(self.comparative_tests(hypothesis, source, connective));
        found.extend(self.amount_tests(hypothesis, source, connective));
        found.extend(self.flag_tests(hypothesis, source, connective));
        found
    }

    /// "are discontinued", "with newsletter"; a date's name alone says that the thing happened: "signed up".
    fn flag_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let position = self.skip_articles(connective.end);
        for mention in self.lattice.cell(position).columns.iter().filter(|m| m.cost < 4) {
            let column = mention.target;
            if self.schema.is_flag(column) && connective.linked {
                for (hypothesis, source) in self.attach(hypothesis, source, column.relation) {
                    let at = ColumnRef { source, column };
                    let condition = Condition::IsTrue { column: at, negated: connective.negated };
                    found.push((about(hypothesis.with_cost(mention.cost).filter(source, condition), at), mention.end));
                }
            }
            let own = column.relation == hypothesis.query.relation(source);
            if self.schema.is_date(column)
                && own
                && !connective.negated
                && !connective.verb
                && mention.cost == 0
                && hypothesis.is_counting()
            {
                let at = ColumnRef { source, column };
                let never = !self.schema.column(column).not_null;
                let happened = Condition::IsNull { column: at, negated: true };
                let next = hypothesis.clone().with_cost(1);
                found.push((about(if never { next.filter(source, happened) } else { next }, at), mention.end));
            }
        }
        found
    }

    fn value_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let position = self.skip_articles(connective.end);
        for mention in &self.lattice.cell(position).values {
            let column = mention.target.column;
            // "from Berlin and France" may mean either.
            if connective.also && !connective.linked && hypothesis.last_column.is_none_or(|told| told.column != column)
            {
                continue;
            }
            let near: Vec<(Hypothesis, usize)> =
                if connective.negated && column.relation != hypothesis.query.relation(source) {
                    let subs = hypothesis.subquery(self.schema, source, column.relation, true).into_iter();
                    let deny = |head: usize| Condition::Exists { source: head, negated: true };
                    subs.filter_map(|(hypothesis, head, target)| Some((hypothesis.filter(source, deny(head?)), target)))
                        .collect()
                } else {
                    self.attach(hypothesis, source, column.relation)
                };
            for (hypothesis, target) in near {
                let at = ColumnRef { source: target, column };
                let negated = connective.negated && target == source;
                // "Linda Smith": the first name and the last name of one person.
                let before = connective.end.checked_sub(1).filter(|_| !connective.linked && !connective.also);
                let parts = before.is_some_and(|at| !self.lattice.cell(at).values.is_empty());
                if parts && hypothesis.last_column.is_some_and(|told| told.source != target) {
                    continue;
                }
                let owned = connective.verb && hypothesis.query.scope(target) != 0;
                if negated && (connective.without || owned) {
                    continue;
                }
                let mut hypothesis = hypothesis
                    .with_cost(mention.cost + u32::from(!connective.linked) + 1 + u32::from(!self.is_name(column)));
                // "who has a cat that is 3 years old"
                if connective.verb && target != source && !hypothesis.focus.contains(&target) {
                    hypothesis.focus.push(target);
                }
                let one = |values: Vec<Operand>| Condition::OneOf { column: at, values, negated };
                let first = Operand::Text(mention.target.value.clone());
                for (more, end) in self.further_values(column, mention.end) {
                    let values = [vec![first.clone()], more].concat();
                    found.push((
                        about(hypothesis.clone().filter(target, one(values)), at),
                        self.after_repeated_column(at, end),
                    ));
                }
                found.push((
                    about(hypothesis.filter(target, one(vec![first])), at),
                    self.after_repeated_column(at, mention.end),
                ));
            }
        }
        found
    }

    /// Two or more further values, joined by commas and "or".
    fn further_values(&self, column: super::query_tree::ColumnId, position: usize) -> Vec<(Vec<Operand>, usize)> {
        let mut found = Vec::new();
        let mut values = Vec::new();
        let mut at = position;
        for _ in 0..8 {
            let comma = self.skip_optional(at, Category::Comma);
            let or = self.accept(comma, Category::Or);
            let start = or.unwrap_or(comma);
            let start = if start > at { self.skip_optional(start, Category::In) } else { break };
            let Some((value, end)) = self.literal(column, start).into_iter().next() else { break };
            values.push(value);
            at = end;
            if or.is_some() {
                found.push((values.clone(), end));
                break;
            }
        }
        found
    }

    /// The position after the name of the column, said after its value: "Palo Alto city".
    fn after_repeated_column(&self, at: ColumnRef, end: usize) -> usize {
        let again =
            self.lattice.cell(end).columns.iter().filter(|m| m.target == at.column && m.cost < 3).map(|m| m.end);
        again.max().unwrap_or(end)
    }

    /// "older than 20", "cheaper than 5 dollars".
    fn comparative_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (one, _) in &self.lattice.cell(connective.end).categories {
            let Category::Comparative(quality, operator) = one else { continue };
            let direction = super::query_tree::Direction::Descending;
            for (column, turned, cost) in self.quality_columns(hypothesis.query.relation(source), *quality, direction) {
                let at = ColumnRef { source, column };
                if turned == direction && self.schema.is_number(column) && !operator.is_empty() {
                    found.extend(self.comparisons(
                        &hypothesis.clone().with_cost(cost),
                        at,
                        connective.end,
                        connective.negated,
                    ));
                }
            }
        }
        found
    }

    /// "more than 3000 products", "8 cylinders": a number and then the column that holds it.
    fn amount_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let mut starts: Vec<(&'static str, Operand, usize)> = Vec::new();
        for (operator, start) in self.operators(connective.end) {
            starts.extend(self.amount(start).map(|(number, end)| (operator, number, end)));
        }
        if let Some((number, end)) = self.amount(connective.end) {
            match self.or_more(end) {
                Some((operator, end)) => starts.push((operator, number, end)),
                None if connective.linked => starts.push(("=", number, end)),
                None => {}
            }
        }
        for (operator, number, start) in starts.into_iter().filter(|_| !connective.negated) {
            let start = self.skip_optional(start, Category::Of);
            for (candidates, _, end) in self.column_terms(start) {
                for mention in candidates
                    .into_iter()
                    .filter(|m| self.schema.is_number(m.target) && !self.schema.is_key(m.target) && !m.qualified)
                {
                    for (hypothesis, source) in self.attach(hypothesis, source, mention.target.relation) {
                        let at = ColumnRef { source, column: mention.target };
                        let compare =
                            Condition::Compare { value: Expression::Column(at), operator, operand: number.clone() };
                        found.push((about(hypothesis.with_cost(mention.cost + 1).filter(source, compare), at), end));
                    }
                }
            }
        }
        found
    }

    /// "… or below 20": another test, of which one must hold.
    fn alternatives(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let Some(scope) = hypothesis.last_scope else { return Vec::new() };
        let before = hypothesis.query.sources.get(scope).map_or(0, |source| source.conditions.len());
        let mut next: Parses<Hypothesis> = Vec::new();
        if let Some(at) = hypothesis.last_column {
            next.extend(self.tests_of(hypothesis, at, position, true));
        }
        for connective in self.connectives(position, true) {
            for source in hypothesis.focus.iter().rev() {
                next.extend(self.column_tests(hypothesis, *source, connective));
                next.extend(self.unnamed_column_tests(hypothesis, *source, connective));
            }
        }
        let merged = next.into_iter().filter_map(|(mut next, end)| {
            let conditions = &mut next.query.sources.get_mut(scope)?.conditions;
            if conditions.len() != before + 1 || before == 0 {
                return None;
            }
            let (second, first) = (conditions.pop()?, conditions.pop()?);
            conditions.push(either(first, second));
            Some((next, end))
        });
        merged.collect()
    }
}

/// One of two conditions; two values of one column are a list.
fn either(first: Condition, second: Condition) -> Condition {
    match (first, second) {
        (
            Condition::OneOf { column: one, values: mut all, negated: false },
            Condition::OneOf { column: two, values: more, negated: false },
        ) if one == two => {
            all.extend(more);
            Condition::OneOf { column: one, values: all, negated: false }
        }
        (first, second) => Condition::AnyOf(vec![first, second]),
    }
}
