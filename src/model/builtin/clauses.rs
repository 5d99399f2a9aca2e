//! Filters: "from Berlin", "with a price over 100", "that are not discontinued", "in 2024", "of all customers".

use super::calendar::Window;
use super::draft::Draft;
use super::lexicon::{Quality, Use};
use super::parse::{Adjective, Parser, Parses};
use super::query::{ColumnId, Condition, Shape};
use crate::linking::words::Kind;

/// The little words before a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Intro {
    /// Any word at all.
    worded: bool,
    negated: bool,
    without: bool,
    /// "from", "of", "for": a noun may follow.
    preposition: bool,
    by: bool,
    happened: bool,
    be: bool,
}

impl Parser<'_> {
    /// The draft with the condition that begins here.
    pub fn conditions(&self, draft: &Draft, position: usize, after_and: bool) -> Parses<Draft> {
        let mut found = self.times(draft, position);
        for (intro, start) in self.intros(position) {
            // "from Berlin and France" asks for both sets, which "and" between two conditions would not give.
            if !intro.without && (intro.worded || !after_and) {
                found.extend(self.valued(draft, start, intro.negated));
            }
            found.extend(self.flagged(draft, start, intro.negated || intro.without));
            if intro.without || intro.negated {
                continue;
            }
            found.extend(self.compared(draft, start));
            found.extend(self.named_value(draft, start));
            found.extend(self.dated(draft, start));
            if intro.preposition && !intro.be && (!intro.by || intro.happened) {
                found.extend(self.related(draft, start));
            }
        }
        found
    }

    /// Every way to read "that are not in", down to nothing.
    fn intros(&self, position: usize) -> Parses<Intro> {
        const STEPS: [&[Use]; 5] = [
            &[Use::Who],
            &[Use::Be, Use::Have, Use::Where, Use::With, Use::Without],
            &[Use::Not],
            &[Use::Happened],
            &[Use::In, Use::Of, Use::With],
        ];
        let mut found = vec![(Intro::default(), position)];
        for step in STEPS {
            let mut longer = Vec::new();
            for (intro, at) in &found {
                for one in step {
                    let Some(end) = self.eat(*at, *one) else { continue };
                    let mut next = Intro { worded: true, ..*intro };
                    match one {
                        Use::Not => next.negated = true,
                        Use::Without => next.without = true,
                        Use::Be | Use::Have => next.be = true,
                        Use::Happened => (next.happened, next.be) = (true, false),
                        Use::In | Use::Of => {
                            next.preposition = true;
                            next.by = self.chart.lower(self.skip(*at)) == "by";
                        }
                        _ => {}
                    }
                    longer.push((next, end));
                }
            }
            found.extend(longer);
        }
        found
    }

    /// "from Berlin or Hamburg": the values of one column.
    fn valued(&self, draft: &Draft, position: usize, negated: bool) -> Parses<Draft> {
        let mentions = &self.chart.at(self.skip(position)).values;
        let distance = |id: ColumnId| draft.distance_to(self.schema, id.relation);
        let mut found = Vec::new();
        for mention in mentions {
            let id = mention.target.0;
            let Some(own) = distance(id) else { continue };
            let beaten =
                mentions.iter().filter(|m| m.end == mention.end).any(|m| distance(m.target.0).is_some_and(|d| d < own));
            if beaten {
                continue;
            }
            for (values, end) in self.more_values(id, vec![mention.target.1.clone()], mention.end) {
                for joined in draft.join(self.schema, id.relation, false) {
                    let filtered = joined.with(Condition::Equals { column: id, values: values.clone(), negated });
                    found.push((self.undated(filtered, mention.end), end));
                }
            }
        }
        found
    }

    fn more_values(&self, id: ColumnId, values: Vec<String>, end: usize) -> Parses<Vec<String>> {
        let comma = self.maybe(end, Use::Comma);
        let next = self.eat(comma, Use::Or).or_else(|| self.eat(comma, Use::And)).unwrap_or(comma);
        let mut found = vec![(values.clone(), end)];
        if next > end && values.len() < 20 {
            for (value, end) in self.values_of(id, next) {
                found.extend(self.more_values(id, [values.as_slice(), &[value]].concat(), end));
            }
        }
        found
    }

    fn values_of(&self, id: ColumnId, position: usize) -> Parses<String> {
        let mentions = self.chart.at(self.skip(position)).values.iter();
        mentions
            .filter(|mention| mention.target.0 == id)
            .map(|mention| (mention.target.1.clone(), mention.end))
            .collect()
    }

    /// "cancelled in 2024": when it was cancelled, or when the order was made? The schema can't say.
    fn undated(&self, draft: Draft, end: usize) -> Draft {
        let last = self.chart.lower(end.saturating_sub(1));
        let participle =
            last.ends_with("ed") || matches!(last, "paid" | "sold" | "sent" | "lost" | "won" | "done" | "met");
        let dated = self.chart.at(end).window.is_some();
        if participle && dated { draft.block(&format!("the time of \"{last}\" is in no column known")) } else { draft }
    }

    /// A yes-or-no column.
    fn flagged(&self, draft: &Draft, position: usize, negated: bool) -> Parses<Draft> {
        let found = self.attach(draft, position, false, |mention| self.schema.is_flag(mention.target)).into_iter();
        let filtered = found.map(|((draft, column), end)| (draft.with(Condition::Flag { column, negated }), end));
        filtered.map(|(draft, end)| (self.undated(draft, end), end)).collect()
    }

    /// A value or a flag before its noun.
    pub fn adjective(&self, draft: &Draft, adjective: Adjective) -> Vec<Draft> {
        let mut found = self.valued(draft, adjective.start, adjective.negated);
        found.extend(self.flagged(draft, adjective.start, adjective.negated));
        found.into_iter().filter(|(_, end)| *end == adjective.end).map(|(draft, _)| draft).collect()
    }

    /// "price over 100", "rating of at least 4", "at least 4 stars", "cheaper than 50".
    fn compared(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for ((draft, column), end) in
            self.attach(draft, position, false, |mention| self.schema.is_number(mention.target))
        {
            let start = self.maybe(end, Use::Be).max(self.maybe(end, Use::Of));
            found.extend(self.comparison(column, start).map(|(condition, end)| (draft.clone().with(condition), end)));
        }
        let none = ColumnId { relation: draft.query.base, column: 0 };
        if let Some((_, end)) = self.comparison(none, position) {
            let measure = |id| self.schema.is_number(id) && !self.schema.is_key(id);
            for ((draft, column), after) in self.attach(draft, end, false, |mention| measure(mention.target)) {
                found.extend(self.comparison(column, position).map(|(condition, _)| (draft.with(condition), after)));
            }
        }
        let comparative = self.eat_any(position, |one| match one {
            Use::Comparative(quality, operator) => Some((quality, operator)),
            _ => None,
        });
        if let Some(((quality, operator), at)) = comparative {
            for column in self.quality_columns(draft.query.base, quality) {
                if let Some((number, end)) = self.amount(at) {
                    found.push((draft.clone().with(Condition::Compare { column, operator, number }), end));
                }
            }
        }
        found
    }

    fn comparison(&self, column: ColumnId, position: usize) -> Option<(Condition, usize)> {
        if let Some(at) = self.eat(position, Use::Between) {
            let (low, middle) = self.amount(at)?;
            let (high, end) = self.amount(self.eat(middle, Use::And)?)?;
            let ordered = low.parse::<f64>().ok()? <= high.parse::<f64>().ok()?;
            return ordered.then_some((Condition::Between { column, low, high }, end));
        }
        let operator =
            self.eat_any(position, |one| if let Use::Compare(operator) = one { Some(operator) } else { None });
        let (operator, at) = operator.unwrap_or(("=", position));
        let (number, end) = self.amount(at)?;
        Some((Condition::Compare { column, operator, number }, end))
    }

    fn amount(&self, position: usize) -> Option<(String, usize)> {
        let word = self.chart.words.get(position).filter(|word| word.kind == Kind::Number)?;
        Some((word.lower.clone(), position + 1))
    }

    /// "status is cancelled", "in the city of Berlin", "name = 'Ada'": a column, then one of its values.
    fn named_value(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let text = |id: ColumnId| matches!(self.schema.column(id).category, 'S' | 'E');
        let fits = |id: ColumnId, end: usize| text(id) && !self.assigned(id, end).is_empty();
        let mut found = Vec::new();
        for ((draft, column), end) in self.attach(draft, position, false, |mention| fits(mention.target, mention.end)) {
            for ((first, negated), at) in self.assigned(column, end) {
                for (values, end) in self.more_values(column, vec![first], at) {
                    found.push((
                        self.undated(draft.clone().with(Condition::Equals { column, values, negated }), end),
                        end,
                    ));
                }
            }
        }
        found
    }

    /// "is not cancelled" after a column: the value and whether it is denied. Quoted text needs no such value to exist.
    fn assigned(&self, id: ColumnId, end: usize) -> Parses<(String, bool)> {
        let starts = [self.maybe(end, Use::Be), self.maybe(end, Use::Of), self.maybe(end, Use::Compare("="))];
        let start = starts.into_iter().max().unwrap_or(end);
        let at = self.maybe(start, Use::Not);
        let mut found = self.values_of(id, at);
        let quoted = self.chart.words.get(at).filter(|word| word.kind == Kind::Quoted && found.is_empty());
        if let Some(word) = quoted.filter(|_| self.schema.column(id).category == 'S') {
            found.push((word.text.clone(), at + 1));
        }
        found.into_iter().map(|(value, end)| ((value, at > start), end)).collect()
    }

    /// "signed up in 2024": a date column, then a time.
    fn dated(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for ((draft, column), end) in self.attach(draft, position, false, |mention| self.schema.is_date(mention.target))
        {
            if let Some((window, end)) = &self.chart.at(self.maybe(end, Use::Be)).window {
                found.push((draft.with(Condition::Within { column, window: window.clone() }), *end));
            }
        }
        found
    }

    /// "in 2024", "placed last month": a time alone means the base's one date; several dates are so many readings.
    fn times(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let start = self.maybe(self.maybe(self.maybe(position, Use::Who), Use::Be), Use::Happened);
        let Some((window, end)): &Option<(Window, usize)> = &self.chart.at(self.skip(start)).window else {
            return Vec::new();
        };
        let within = |column| Condition::Within { column, window: window.clone() };
        self.timed(draft).into_iter().map(|(draft, id)| (draft.with(within(id)), *end)).collect()
    }

    /// "of customers", "from French customers": rows that belong to such a row.
    fn related(&self, draft: &Draft, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for (noun, end) in self.nouns(position) {
            // "revenue of the customer" means one that only its author knows.
            if !noun.plural || (noun.relation == draft.query.base && !matches!(draft.query.shape, Shape::Groups { .. }))
            {
                continue;
            }
            for mut joined in draft.join(self.schema, noun.relation, false) {
                joined.rank += noun.rank;
                joined.anchors.push(noun.relation);
                found.extend(self.described(joined, &noun).into_iter().map(|draft| (draft, end)));
            }
        }
        found
    }

    /// The columns of a relation that an adjective measures; more than one makes the question ambiguous.
    pub fn quality_columns(&self, relation: usize, quality: Quality) -> Vec<ColumnId> {
        if quality == Quality::Date {
            return self.schema.implied_dates(relation).into_iter().filter(|id| id.relation == relation).collect();
        }
        let words = super::lexicon::quality_words(quality);
        let ends = |id: ColumnId| {
            let name = crate::linking::words::identifier_words(&self.schema.column(id).name);
            name.last().is_some_and(|last| words.contains(&last.as_str()))
        };
        let whole = |id: &ColumnId| words.contains(&self.schema.column(*id).name.as_str());
        let found: Vec<ColumnId> = self
            .schema
            .columns(relation)
            .map(|(id, _)| id)
            .filter(|id| self.schema.is_number(*id) && ends(*id))
            .collect();
        let exact: Vec<ColumnId> = found.iter().copied().filter(whole).collect();
        if exact.is_empty() { found } else { exact }
    }
}
