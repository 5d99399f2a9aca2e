//! What people did, told by verbs: "customers who never ordered", "products we have never sold", "who ordered in 2024",
//! "what did Clara Ivanova buy". A verb stands for the rows that record it.

use crate::choice::costs;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::lattice::time_expressions::TimeRange;
use crate::query::tree::{ColumnId, ColumnRef, Condition, Operand};

/// Verbs by their stems, with the nouns of the relations that record what they tell.
const RECORDS: &[(&[&str], &[&str])] = &[
    (
        &["order", "buy", "bought", "purchase", "purchas", "sell", "sold", "sale"],
        &["order", "purchase", "sale", "line", "item"],
    ),
    (&["review", "rate", "rated"], &["review", "rating"]),
    (&["pay", "paid", "paying"], &["payment"]),
    (&["book", "reserv", "reserve"], &["booking", "reservation"]),
    (&["visit", "view"], &["visit", "view"]),
    (&["borrow", "lend", "lent", "loan"], &["loan", "checkout"]),
    (&["rent"], &["rental"]),
    (&["subscrib", "subscribe"], &["subscription"]),
    (&["attend"], &["attendance"]),
    (&["enrol", "enroll"], &["enrollment", "enrolment"]),
    (&["use", "used"], &["usage"]),
];

/// "who" is not looked for in more relations than these.
const MAX_PEOPLE: usize = 6;

impl Parser<'_> {
    /// The relations that record what a verb tells, with what it costs to take them for it. Lines come after what they
    /// belong to.
    pub fn records_of_verb(&self, position: usize) -> Vec<(usize, u32)> {
        let word = self.lattice.lower(position);
        let stem = words::stem(word);
        let mut found = Vec::new();
        for (_, nouns) in RECORDS.iter().filter(|(verbs, _)| verbs.contains(&word) || verbs.contains(&stem.as_str())) {
            let (mut records, mut lines) = (Vec::new(), Vec::new());
            for (relation, _) in self.schema.relations().filter(|(relation, _)| self.is_table(*relation)) {
                let name = self.schema.relation_words(relation);
                let last = name.last().map(|last| words::singular(last)).unwrap_or_default();
                match last.as_str() {
                    "line" | "item" => lines.push(relation),
                    last if nouns.contains(&last) => records.push(relation),
                    _ if nouns == &["usage"] && name.first().is_some_and(|first| first == "usage") => {
                        records.push(relation)
                    }
                    _ => {}
                }
            }
            // Lines record it where they are lines of such records, or of anything where there are none.
            lines.retain(|relation| {
                let part = self.schema.keys_of(*relation).any(|(_, edge)| records.contains(&edge.to));
                nouns.contains(&"line") && self.piece_counts(*relation).next().is_some() && (part || records.is_empty())
            });
            found.extend(records.into_iter().map(|relation| (relation, costs::VERB_AS_RECORD)));
            found.extend(lines.into_iter().map(|relation| (relation, costs::VERB_AS_LINES)));
        }
        found
    }

    /// A clause that tells what was done, or was not, perhaps in a time or to something: "who never ordered", "that
    /// have not sold since March 2025", "who bought both a phone and a laptop".
    pub fn events(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let Some(verb) = connective.verb_position.filter(|_| !hypothesis.is_aggregate() || hypothesis.is_counting())
        else {
            return found;
        };
        // Only the verb that ends the connective: "who have ordered". In "sales and purchases" it is a noun.
        let noun =
            connective.also && self.lattice.cell(verb).relations.iter().any(|m| m.cost == 0 && m.end == verb + 1);
        if connective.end != verb + 1 || noun && self.lattice.is_plural(verb + 1) {
            return found;
        }
        for (records, cost) in self.records_of_verb(verb) {
            if records == hypothesis.query.relation(source) {
                continue;
            }
            let told = hypothesis.clone().with_cost(cost);
            let end = self.accept_phrase(connective.end, &["yet", "anything", "anything yet", "ever"]);
            let end = end.unwrap_or(connective.end);
            if !connective.negated && cost == costs::VERB_AS_RECORD {
                found.extend(self.with_frequency(&told, source, records, connective.end));
            }
            for next in self.with_event(&told, source, records, connective.negated, None) {
                found.push((next, end));
            }
            for (range, after) in self.ranges_at(end) {
                let hypotheses = self.with_event(&told, source, records, connective.negated, Some(&range));
                found.extend(hypotheses.into_iter().map(|next| (next, after)));
            }
            if !connective.negated {
                found.extend(self.events_with_objects(&told, source, records, connective.end));
            }
        }
        found
    }

    /// The times that begin here.
    fn ranges_at(&self, position: usize) -> Vec<(TimeRange, usize)> {
        self.lattice.cell(position).time_ranges.clone()
    }

    /// Restricts a source to rows for which there are records, or none, in a time.
    pub fn with_event(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        records: usize,
        negated: bool,
        range: Option<&TimeRange>,
    ) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for (next, head, target) in hypothesis.subquery(self.schema, source, records, true) {
            let Some(head) = head else { continue };
            let mut next = next.filter(source, Condition::Exists { source: head, negated });
            // The verb says which records are meant, however far they are.
            let step = next.query.sources.get(head).and_then(|source| source.parent).map(|(_, step)| step);
            let role = if step.is_some_and(|step| !self.schema.is_plain(step)) { costs::KEY_WITH_ROLE } else { 0 };
            next.cost = next.cost.min(hypothesis.cost + costs::STEP_TO_MANY + role);
            let mut timed = match range {
                Some(range) => self.in_time(&next, target, range),
                None => vec![next],
            };
            for one in &mut timed {
                one.last_event = Some((source, records));
                one.focus.retain(|focus| *focus != target);
                one.focus.push(target);
            }
            found.extend(timed);
        }
        found
    }

    /// Restricts the records of a source to a time, by their own date or by that of what they are part of.
    pub fn in_time(&self, hypothesis: &Hypothesis, source: usize, range: &TimeRange) -> Vec<Hypothesis> {
        let dates = self.dates_of(hypothesis, source).into_iter();
        dates
            .map(|(next, at)| {
                let condition = Condition::InTimeRange { column: at, range: range.clone() };
                next.with_cost(costs::TIME_WITHOUT_COLUMN).filter(at.source, condition)
            })
            .collect()
    }

    /// The dates of a source's rows: their own, or those of what they have to refer to.
    fn dates_of(&self, hypothesis: &Hypothesis, source: usize) -> Vec<(Hypothesis, ColumnRef)> {
        let relation = hypothesis.query.relation(source);
        let own = self.schema.event_dates(relation);
        if !own.is_empty() {
            return own.into_iter().map(|column| (hypothesis.clone(), ColumnRef { source, column })).collect();
        }
        let mut found = Vec::new();
        for (edge, key) in self.schema.keys_of(relation).filter(|(_, key)| !key.nullable) {
            for column in self.schema.event_dates(key.to) {
                let step = crate::query::tree::JoinStep { edge, forward: true };
                let (next, at) = hypothesis.join_step(self.schema, source, step);
                found.push((next, ColumnRef { source: at, column }));
            }
        }
        found
    }

    /// The things that were bought, by a stored value: "bought a laptop", "bought both a phone and a laptop".
    fn events_with_objects(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        records: usize,
        position: usize,
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let both = self.accept(position, Category::Both);
        for (column, value, middle) in self.values_at(both.unwrap_or(position)) {
            let first = self.with_object(hypothesis, source, records, column, vec![value.clone()]);
            let Some(start) = both.and_then(|_| self.accept(middle, Category::And)) else {
                found.extend(first.into_iter().filter(|_| both.is_none()).map(|next| (next, middle)));
                continue;
            };
            for (other, second, end) in self.values_at(start).into_iter().filter(|(other, ..)| *other == column) {
                for next in &first {
                    let twice = self.with_object(next, source, records, other, vec![second.clone()]);
                    found.extend(twice.into_iter().map(|next| (next, end)));
                }
            }
        }
        found
    }

    /// The stored values that may stand here, articles passed over.
    pub fn values_at(&self, position: usize) -> Vec<(ColumnId, String, usize)> {
        let position = self.skip_all(position, &[Category::Article, Category::Any]);
        let values = self.lattice.cell(position).values.iter();
        let sure = values.filter(|mention| mention.cost <= costs::STORED_AS_SAID + costs::STORED_IN_PLURAL);
        sure.map(|mention| (mention.target.column, mention.target.value.clone(), mention.end)).collect()
    }

    /// Restricts a source to rows with records of something in whose column a value is stored.
    fn with_object(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        records: usize,
        column: ColumnId,
        values: Vec<String>,
    ) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for (next, head, target) in hypothesis.subquery(self.schema, source, records, true) {
            let Some(head) = head else { continue };
            for (mut next, at, many) in next.join(self.schema, target, column.relation) {
                next.cost = next.cost.min(hypothesis.cost + costs::STEP_TO_MANY);
                let values = values.iter().cloned().map(Operand::Text).collect();
                let condition = Condition::OneOf { column: ColumnRef { source: at, column }, values, negated: false };
                if !many || at != target {
                    found.push(
                        next.filter(at, condition).filter(source, Condition::Exists { source: head, negated: false }),
                    );
                }
            }
        }
        found
    }

    /// "but not in 2025": the same was not done in another time.
    pub fn events_denied(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let comma = self.skip_optional(position, Category::Comma);
        let start = self.accept(comma, Category::And).and_then(|and| self.accept(and, Category::Not));
        let start = start.or(self.accept_phrase(comma, &["but not"]));
        let (Some(start), Some((source, records))) = (start, hypothesis.last_event) else { return Vec::new() };
        let mut found = Vec::new();
        for (range, end) in self.ranges_at(start) {
            let denied = self.with_event(hypothesis, source, records, true, Some(&range)).into_iter();
            // The records were paid for when they were told of first.
            found.extend(denied.map(|next| (Hypothesis { cost: hypothesis.cost + costs::RELATED_NOUN, ..next }, end)));
        }
        found
    }

    /// Questions for people by what they did, and for things by what was done to them: "who ordered in 2024", "what did
    /// Clara Ivanova buy", "which products did customers from Oslo buy".
    pub fn event_questions(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        if let Some(start) = self.accept_word(position, "who") {
            let people =
                self.schema.relations().map(|(relation, _)| relation).filter(|one| self.schema.is_people(*one));
            for relation in people.take(MAX_PEOPLE) {
                let mut hypothesis = Hypothesis::new(relation, costs::WHO);
                hypothesis.default_projection = true;
                found.push((hypothesis, start));
            }
        }
        if let Some(start) = self.accept_phrase(position, &["who", "who has", "who have", "who did", "who did not"]) {
            let verb = self.skip_all(start, &[Category::Not, Category::Adverb]);
            let mut people: Vec<usize> =
                self.records_of_verb(verb).into_iter().flat_map(|(records, _)| self.people_of(records)).collect();
            people.sort_unstable();
            people.dedup();
            for relation in people {
                let mut hypothesis = Hypothesis::new(relation, costs::WHO);
                hypothesis.default_projection = true;
                let begin = if self.lattice.lower(start - 1) == "who" { start } else { start - 1 };
                found.push((hypothesis, begin.min(verb)));
            }
        }
        found.extend(self.things_done(position));
        found
    }

    /// "what did … buy", "which products did … buy": the verb is read ahead, for it tells by which records the one
    /// belongs to the other.
    fn things_done(&self, position: usize) -> Parses<Hypothesis> {
        let mut subjects: Vec<(Hypothesis, usize)> = Vec::new();
        for (noun, end) in self.noun_phrases(position).into_iter().filter(|(noun, _)| noun.column.is_none()) {
            subjects.extend(
                self.accept_word(end, "did")
                    .into_iter()
                    .flat_map(|did| self.rows_of(&noun).into_iter().map(move |hypothesis| (hypothesis, did))),
            );
        }
        let what = self.accept_phrase(position, &["what did", "which things did"]).or_else(|| {
            (position > 0 && self.lattice.lower(position - 1) == "what")
                .then(|| self.accept_word(position, "did"))
                .flatten()
        });
        let mut found = Vec::new();
        for verb in position..self.lattice.len() {
            for (records, cost) in self.records_of_verb(verb) {
                let things = what.into_iter().flat_map(|did| {
                    let things = self.things_of(records).into_iter();
                    things.map(move |thing| {
                        let mut hypothesis = Hypothesis::new(thing, costs::WHO);
                        hypothesis.default_projection = true;
                        (hypothesis, did)
                    })
                });
                for (subject, did) in subjects.iter().cloned().chain(things).filter(|(_, did)| *did < verb) {
                    found.extend(self.done_by(&subject.with_cost(cost), did, records, verb));
                }
            }
        }
        found
    }

    /// Things by the people who did something to them; the position after the people.
    fn done_by(&self, subject: &Hypothesis, position: usize, records: usize, verb: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let mut times: Vec<(Option<TimeRange>, usize)> = vec![(None, verb + 1)];
        times.extend(self.ranges_at(verb + 1).into_iter().map(|(range, end)| (Some(range), end)));
        let mut everyone = self.people_of(records);
        if everyone.is_empty() {
            everyone.extend(self.schema.keys_of(records).flat_map(|(_, header)| self.people_of(header.to)));
        }
        for people in everyone {
            let own = |column: ColumnId| column.relation == people && self.is_name(column);
            let mut by: Vec<(Option<(ColumnId, String)>, usize)> = Vec::new();
            for (column, value, end) in self.values_at(position).into_iter().filter(|(column, ..)| own(*column)) {
                by.push((Some((column, value)), end));
            }
            for (noun, end) in self
                .noun_phrases(position)
                .into_iter()
                .filter(|(noun, _)| noun.relation == people && noun.column.is_none() && noun.adjectives.is_empty())
            {
                by.extend((noun.cost <= costs::SYNONYMOUS_NAME).then_some((None, end)));
            }
            for (value, end) in &by {
                for (range, after) in &times {
                    for next in self.with_event(subject, 0, records, false, range.as_ref()) {
                        let Some(&target) = next.focus.last() else { continue };
                        for (mut next, source, many) in next.join(self.schema, target, people) {
                            if many {
                                continue;
                            }
                            next.cost = next.cost.min(subject.cost + costs::STEP_TO_MANY + costs::STEP_TO_DIMENSION);
                            if let Some((column, value)) = value.clone() {
                                let column = ColumnRef { source, column };
                                let values = vec![Operand::Text(value)];
                                next = next.filter(source, Condition::OneOf { column, values, negated: false });
                            }
                            next.focus = vec![0, source];
                            next.read_ahead = Some((verb, *after));
                            found.push((next, *end));
                        }
                    }
                }
            }
        }
        found.retain(|(_, end)| *end <= verb);
        found
    }

    /// What records are about beside people and other records: the products of an order's lines.
    fn things_of(&self, records: usize) -> Vec<usize> {
        let lines = self.piece_counts(records).next().is_some();
        let keys = self.schema.keys_of(records).map(|(_, edge)| edge.to).filter(|_| lines);
        let people = self.people_of(records);
        keys.filter(|to| !people.contains(to) && self.schema.event_dates(*to).is_empty()).collect()
    }
}
