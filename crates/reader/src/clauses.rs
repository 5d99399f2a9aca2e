//! Clauses: what may follow a head, in any order; each restricts, orders, groups or adds to what is shown.

use super::conditions::told;
use super::hypothesis::Draft;
use super::lexicon::Use;
use super::parser::{Parser, Parses};
use super::query_tree::{At, Condition, Operand, Value};

/// How a clause begins: what links it to a noun before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lead {
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
    pub fn clause(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let comma = self.maybe(position, Use::Comma);
        let and = self.maybe(comma, Use::And);
        let mut found = self.fillers(draft, position);
        found.extend(self.follow_ups(draft, position));
        found.extend(self.orders(draft, and, and > position));
        found.extend(self.groups(draft, and, and > position));
        found.extend(self.rankings(draft, position));
        if let Some(start) = self.eat(comma, Use::Or) {
            found.extend(self.alternatives(draft, start));
        }
        found.extend(self.descriptions(draft, and, and > comma));
        found
    }

    /// "are there", "also": words that add nothing, and the end of a sentence.
    fn fillers(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for one in [Use::Filler, Use::Also] {
            found.extend(self.ends(position, one).into_iter().map(|end| (draft.clone(), end)));
        }
        found.extend(self.trailing_verb(draft, position));
        found
    }

    /// "… they are in", "… students live": a verb that ends a clause adds nothing to it.
    fn trailing_verb(&self, draft: &Draft, position: usize) -> Option<(Draft, usize)> {
        let verb = [Use::Be, Use::Do, Use::Have, Use::Link, Use::In, Use::Also, Use::Back, Use::That, Use::Filler];
        let mut end = position;
        // A word that names a relation as it is spelled is no verb.
        let named = |at: usize| {
            let cell = self.chart.at(at);
            cell.relations.iter().any(|m| m.cost == 0) || cell.columns.iter().any(|m| m.cost == 0 && m.end == at + 1)
        };
        while let Some(((), next)) = self.eat_any(end, |one| verb.contains(&one).then_some(())).filter(|_| !named(end))
        {
            end = next;
        }
        let closes =
            |one: &Use| matches!(one, Use::Comma | Use::And | Use::Stop | Use::OrderBy | Use::Per | Use::Sorted(_));
        let closed = end >= self.chart.len() || self.chart.at(end).uses.iter().any(|(one, _)| closes(one));
        (end > position && closed).then(|| (draft.clone().costing(1), end))
    }

    /// Whatever describes one of the nouns in focus.
    fn descriptions(&self, draft: &Draft, position: usize, also: bool) -> Parses<Draft> {
        let mut found = Vec::new();
        // "before 1945 and after 1955", "in 2014 and 2015"
        if let Some(at) = draft.told.filter(|_| also) {
            found.extend(self.told_of(draft, at, position, true));
        }
        for lead in self.leads(position, also) {
            for (outward, source) in draft.focus.iter().rev().copied().enumerate() {
                let outward = u32::try_from(outward).unwrap_or(u32::MAX);
                let mut near = draft.clone().costing(if also { 0 } else { outward * OUTWARD });
                near.focus.truncate(draft.focus.len().saturating_sub(usize::try_from(outward).unwrap_or(0)));
                found.extend(self.tested(&near, source, lead));
                found.extend(self.held(&near, source, lead));
                found.extend(self.counted(&near, source, lead));
                found.extend(self.extremes(&near, source, lead));
                found.extend(self.linked(&near, source, lead));
            }
        }
        found
    }

    /// All ways to begin a clause here: with nothing, or with words that link, deny or refer back.
    pub fn leads(&self, position: usize, also: bool) -> Vec<Lead> {
        let known = self.leads.borrow().get(&position).cloned();
        let leads = known.unwrap_or_else(|| {
            let leads = self.all_leads(position);
            self.leads.borrow_mut().insert(position, leads.clone());
            leads
        });
        leads.into_iter().map(|lead| Lead { also, ..lead }).collect()
    }

    fn all_leads(&self, position: usize) -> Vec<Lead> {
        let also = false;
        let mut leads =
            vec![Lead { end: position, negated: false, linked: false, also, verb: false, without: false, link: None }];
        let mut next = 0;
        while let Some(lead) = leads.get(next).copied() {
            next += 1;
            if leads.len() > 24 {
                break;
            }
            let uses = &self.chart.at(lead.end).uses;
            // "at least" is no "at".
            let compared = uses.iter().filter(|(one, _)| matches!(one, Use::Compare(_) | Use::Any)).map(|u| u.1).max();
            for (one, end) in
                uses.iter().filter(|(one, end)| compared.is_none_or(|longest| *end >= longest || *one == Use::Any))
            {
                let further = match one {
                    Use::Not | Use::No | Use::Without if lead.negated => continue,
                    Use::Not | Use::No => Lead { end: *end, negated: true, ..lead },
                    Use::Without => Lead { end: *end, negated: true, linked: true, verb: true, without: true, ..lead },
                    Use::With | Use::Do if matches!(self.chart.lower(*end - 1), "has" | "have" | "had" | "having") => {
                        Lead { end: *end, linked: true, verb: true, ..lead }
                    }
                    Use::That | Use::Where | Use::Whose | Use::With | Use::In | Use::Of => {
                        Lead { end: *end, linked: true, ..lead }
                    }
                    Use::Link => Lead { end: *end, linked: true, verb: true, link: Some(lead.end), ..lead },
                    Use::Have => Lead { end: *end, linked: true, verb: true, ..lead },
                    Use::Be | Use::Do => Lead { end: *end, linked: true, ..lead },
                    Use::Also | Use::Both | Use::Any | Use::Article | Use::All | Use::Back => {
                        Lead { end: *end, ..lead }
                    }
                    _ => continue,
                };
                if !leads.contains(&further) {
                    leads.push(further);
                }
            }
        }
        leads
    }

    /// "age over 20", "whose name contains 'x'": a column by its name, and a test.
    fn tested(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        let mut found = Vec::new();
        for (candidates, _, end) in self.terms(lead.end) {
            for mention in candidates.into_iter().filter(|_| !lead.negated) {
                for (draft, source) in self.attach(draft, source, mention.target.relation) {
                    let at = At { source, column: mention.target };
                    found.extend(self.told_of(&draft.costing(mention.cost), at, end, lead.linked));
                }
            }
        }
        // "above age 20": the comparison before the name
        for (operator, start) in self.operators(lead.end) {
            for (candidates, _, end) in self.terms(start) {
                for mention in candidates.into_iter().filter(|m| self.schema.is_number(m.target)) {
                    let Some((number, end)) = self.amount(end) else { continue };
                    for (draft, source) in self.attach(draft, source, mention.target.relation) {
                        let at = At { source, column: mention.target };
                        let compare =
                            Condition::Compare { value: Value::Column(at), operator, operand: number.clone() };
                        found.push((told(draft.costing(mention.cost).filter(source, compare), at), end));
                    }
                }
            }
        }
        found
    }

    /// A value without its column's name, "in Berlin", a time, "more than 20 pages", "older than 20".
    fn held(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        let mut found = self.bare_values(draft, source, lead);
        found.extend(self.times(draft, source, lead));
        found.extend(self.qualities(draft, source, lead));
        found.extend(self.amounts_of(draft, source, lead));
        found.extend(self.flags(draft, source, lead));
        found
    }

    /// "are discontinued", "with newsletter"; a date's name alone says that the thing happened: "signed up".
    fn flags(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        let mut found = Vec::new();
        let position = self.skip(lead.end);
        for mention in self.chart.at(position).columns.iter().filter(|m| m.cost < 4) {
            let column = mention.target;
            if self.schema.is_flag(column) && lead.linked {
                for (draft, source) in self.attach(draft, source, column.relation) {
                    let at = At { source, column };
                    let condition = Condition::Flag { column: at, negated: lead.negated };
                    found.push((told(draft.costing(mention.cost).filter(source, condition), at), mention.end));
                }
            }
            let own = column.relation == draft.query.relation(source);
            if self.schema.is_date(column)
                && own
                && !lead.negated
                && !lead.verb
                && mention.cost == 0
                && draft.is_counting()
            {
                let at = At { source, column };
                let never = !self.schema.column(column).not_null;
                let happened = Condition::Null { column: at, negated: true };
                let next = draft.clone().costing(1);
                found.push((told(if never { next.filter(source, happened) } else { next }, at), mention.end));
            }
        }
        found
    }

    fn bare_values(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        let mut found = Vec::new();
        let position = self.skip(lead.end);
        for mention in &self.chart.at(position).values {
            let column = mention.target.column;
            // "from Berlin and France" may mean either.
            if lead.also && !lead.linked && draft.told.is_none_or(|told| told.column != column) {
                continue;
            }
            let near: Vec<(Draft, usize)> = if lead.negated && column.relation != draft.query.relation(source) {
                let subs = draft.sub(self.schema, source, column.relation, true).into_iter();
                let deny = |head: usize| Condition::Exists { source: head, negated: true };
                subs.filter_map(|(draft, head, target)| Some((draft.filter(source, deny(head?)), target))).collect()
            } else {
                self.attach(draft, source, column.relation)
            };
            for (draft, target) in near {
                let at = At { source: target, column };
                let negated = lead.negated && target == source;
                // "Linda Smith": the first name and the last name of one person.
                let before = lead.end.checked_sub(1).filter(|_| !lead.linked && !lead.also);
                let parts = before.is_some_and(|at| !self.chart.at(at).values.is_empty());
                if parts && draft.told.is_some_and(|told| told.source != target) {
                    continue;
                }
                let owned = lead.verb && draft.query.scope(target) != 0;
                if negated && (lead.without || owned) {
                    continue;
                }
                let mut draft =
                    draft.costing(mention.cost + u32::from(!lead.linked) + 1 + u32::from(!self.is_name(column)));
                // "who has a cat that is 3 years old"
                if lead.verb && target != source && !draft.focus.contains(&target) {
                    draft.focus.push(target);
                }
                let one = |values: Vec<Operand>| Condition::Equals { column: at, values, negated };
                let first = Operand::Text(mention.target.value.clone());
                for (more, end) in self.more_values_all(column, mention.end) {
                    let values = [vec![first.clone()], more].concat();
                    found.push((told(draft.clone().filter(target, one(values)), at), self.after_column(at, end)));
                }
                found.push((told(draft.filter(target, one(vec![first])), at), self.after_column(at, mention.end)));
            }
        }
        found
    }

    /// Two or more further values, joined by commas and "or".
    fn more_values_all(&self, column: super::query_tree::ColumnId, position: usize) -> Vec<(Vec<Operand>, usize)> {
        let mut found = Vec::new();
        let mut values = Vec::new();
        let mut at = position;
        for _ in 0..8 {
            let comma = self.maybe(at, Use::Comma);
            let or = self.eat(comma, Use::Or);
            let start = or.unwrap_or(comma);
            let start = if start > at { self.maybe(start, Use::In) } else { break };
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
    fn after_column(&self, at: At, end: usize) -> usize {
        let again = self.chart.at(end).columns.iter().filter(|m| m.target == at.column && m.cost < 3).map(|m| m.end);
        again.max().unwrap_or(end)
    }

    /// "older than 20", "cheaper than 5 dollars".
    fn qualities(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        let mut found = Vec::new();
        for (one, _) in &self.chart.at(lead.end).uses {
            let Use::Comparative(quality, operator) = one else { continue };
            let direction = super::query_tree::Direction::Descending;
            for (column, turned, cost) in self.quality_columns(draft.query.relation(source), *quality, direction) {
                let at = At { source, column };
                if turned == direction && self.schema.is_number(column) && !operator.is_empty() {
                    found.extend(self.compared(&draft.clone().costing(cost), at, lead.end, lead.negated));
                }
            }
        }
        found
    }

    /// "more than 3000 products", "8 cylinders": a number and then the column that holds it.
    fn amounts_of(&self, draft: &Draft, source: usize, lead: Lead) -> Parses<Draft> {
        let mut found = Vec::new();
        let mut starts: Vec<(&'static str, Operand, usize)> = Vec::new();
        for (operator, start) in self.operators(lead.end) {
            starts.extend(self.amount(start).map(|(number, end)| (operator, number, end)));
        }
        if let Some((number, end)) = self.amount(lead.end) {
            match self.or_more(end) {
                Some((operator, end)) => starts.push((operator, number, end)),
                None if lead.linked => starts.push(("=", number, end)),
                None => {}
            }
        }
        for (operator, number, start) in starts.into_iter().filter(|_| !lead.negated) {
            let start = self.maybe(start, Use::Of);
            for (candidates, _, end) in self.terms(start) {
                for mention in candidates
                    .into_iter()
                    .filter(|m| self.schema.is_number(m.target) && !self.schema.is_key(m.target) && !m.owned)
                {
                    for (draft, source) in self.attach(draft, source, mention.target.relation) {
                        let at = At { source, column: mention.target };
                        let compare =
                            Condition::Compare { value: Value::Column(at), operator, operand: number.clone() };
                        found.push((told(draft.costing(mention.cost + 1).filter(source, compare), at), end));
                    }
                }
            }
        }
        found
    }

    /// "… or below 20": another test, of which one must hold.
    fn alternatives(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let Some(scope) = draft.last else { return Vec::new() };
        let before = draft.query.sources.get(scope).map_or(0, |source| source.conditions.len());
        let mut next: Parses<Draft> = Vec::new();
        if let Some(at) = draft.told {
            next.extend(self.told_of(draft, at, position, true));
        }
        for lead in self.leads(position, true) {
            for source in draft.focus.iter().rev() {
                next.extend(self.tested(draft, *source, lead));
                next.extend(self.held(draft, *source, lead));
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
            Condition::Equals { column: one, values: mut all, negated: false },
            Condition::Equals { column: two, values: more, negated: false },
        ) if one == two => {
            all.extend(more);
            Condition::Equals { column: one, values: all, negated: false }
        }
        (first, second) => Condition::Any(vec![first, second]),
    }
}
