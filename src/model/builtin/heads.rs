//! How questions begin: "how many …", "average price …", "list …", "revenue per month".

use super::draft::{Draft, Group};
use super::lexicon::Use;
use super::parse::{Parser, Parses, ranked};
use super::query::{Aggregate, ColumnId, Measure, Shape};

impl Parser<'_> {
    /// All readings of the whole question.
    pub fn question(&self) -> Vec<Draft> {
        let (position, listed) = self.opening();
        let mut heads = self.counts(position);
        heads.extend(self.amounts(position));
        heads.extend(self.lists(position));
        heads.extend(self.column_lists(position));
        if !listed {
            heads.extend(self.grouped_nouns(position, if position > 0 { Group::NeededPer } else { Group::Needed }));
        }
        let end = self.chart.len();
        let mut drafts: Vec<Draft> = heads.iter().flat_map(|(draft, at)| self.clauses(draft, *at, end)).collect();
        drafts.extend(self.superlatives(position));
        drafts.extend(self.rankings(position));
        drafts.extend(self.champions(position));
        drafts.into_iter().filter_map(|draft| draft.finish(self.schema)).collect()
    }

    /// "please show me", "which": the position after it, and whether it asks for rows and nothing else.
    fn opening(&self) -> (usize, bool) {
        let (mut position, mut listed) = (0, false);
        for _ in 0..3 {
            let opener = |one| matches!(one, Use::Open | Use::List | Use::Which).then_some(one);
            let Some((one, end)) = self.eat_any(position, opener) else { break };
            listed |= one != Use::Open;
            position = end;
        }
        (position, listed)
    }

    /// "how many cancelled orders", "total orders", "number of customers".
    fn counts(&self, position: usize) -> Parses<Draft> {
        let counted = self.eat(position, Use::HowMany);
        let total = self.eat(position, Use::Aggregate(Aggregate::Sum)).filter(|end| self.chart.lower(end - 1) != "of");
        let mut found = Vec::new();
        for (noun, end) in counted.into_iter().flat_map(|start| self.nouns(start)) {
            let drafts = self.described(Draft::count(noun.relation, noun.rank), &noun);
            found.extend(drafts.into_iter().map(|draft| (draft, end)));
        }
        for (noun, end) in total.into_iter().flat_map(|start| self.nouns(start)) {
            let mut count = Draft::count(noun.relation, noun.rank);
            let said = self.measures(position).iter().any(|(measured, _)| measured.base == noun.relation);
            if self.can_sum(noun.relation) && !said {
                count = count.block("their number or their sum?");
            }
            found.extend(self.described(count, &noun).into_iter().map(|draft| (draft, end)));
        }
        // "total orders": their number, or the sum of a column that is called total?
        for (noun, end) in total.into_iter().flat_map(|start| self.nouns(start)) {
            for (measured, _) in self.measures(position).into_iter().filter(|(m, _)| m.base == noun.relation) {
                let draft = Draft::measured(measured.base, measured.measure, measured.rank + noun.rank);
                found.extend(self.described(draft, &noun).into_iter().map(|draft| (draft, end)));
            }
        }
        found
    }

    fn can_sum(&self, relation: usize) -> bool {
        self.schema
            .columns(relation)
            .any(|(id, _)| self.schema.is_number(id) && !self.schema.is_key(id) && !self.is_rate(id))
    }

    /// "average price", "how much revenue", "monthly revenue".
    fn amounts(&self, position: usize) -> Parses<Draft> {
        let position = self.maybe(position, Use::HowMuch);
        let unit = self.eat_any(position, |one| if let Use::Every(unit) = one { Some(unit) } else { None });
        let start = unit.map_or(position, |(_, end)| end);
        let mut found = Vec::new();
        for (measured, end) in self.measures(start) {
            let drafts = match unit {
                Some((unit, _)) => self.by_unit(&measured.draft(), unit),
                None => vec![measured.draft()],
            };
            found.extend(drafts.into_iter().map(|draft| (draft, end)));
        }
        if let Some((unit, start)) = unit {
            for (noun, end) in self.nouns(start).into_iter().filter(|(noun, _)| noun.plural) {
                let counts = self.described(Draft::count(noun.relation, noun.rank), &noun);
                found.extend(counts.iter().flat_map(|draft| self.by_unit(draft, unit)).map(|draft| (draft, end)));
            }
        }
        found
    }

    /// "all customers", "customers from Berlin".
    fn lists(&self, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for (noun, end) in self.nouns(position) {
            // "order 17" asks for one row by a name or number that only its author knows.
            if noun.plural || self.same_in_singular(noun.relation, end) {
                let drafts = self.described(Draft::rows(self.schema, noun.relation, noun.rank), &noun);
                found.extend(drafts.into_iter().map(|draft| (draft, end)));
            }
        }
        found
    }

    /// A relation whose own name is no plural is listed by that name.
    fn same_in_singular(&self, relation: usize, end: usize) -> bool {
        self.schema.relation(relation).name.to_lowercase().ends_with(self.chart.lower(end.saturating_sub(1)))
    }

    /// "orders per month", "customers by country": a count, if something groups it.
    fn grouped_nouns(&self, position: usize, group: Group) -> Parses<Draft> {
        let mut found = Vec::new();
        for (noun, end) in self.nouns(position).into_iter().filter(|(noun, _)| noun.plural) {
            let mut draft = Draft::count(noun.relation, noun.rank);
            draft.group = group;
            found.extend(self.described(draft, &noun).into_iter().map(|draft| (draft, end)));
        }
        found
    }

    /// "names and emails of customers", "customer names".
    fn column_lists(&self, position: usize) -> Parses<Draft> {
        let mut found = Vec::new();
        for (spans, after) in self.spans(self.maybe(position, Use::All), Vec::new()) {
            let start = self.maybe(after, Use::Of).max(self.maybe(after, Use::In));
            for (noun, end) in self.nouns(start).into_iter().filter(|_| start > after) {
                let drafts = self.described(Draft::rows(self.schema, noun.relation, noun.rank), &noun);
                let shown = drafts.iter().filter_map(|draft| self.showing(draft.clone(), &spans));
                found.extend(shown.map(|draft| (draft, end)));
            }
            // "customer names", but "payments paid" is the beginning of a filter.
            let single = |end: usize| !self.chart.is_plural(end) || self.chart.is_possessive(end);
            let relations = self.chart.at(self.skip(position)).relations.iter();
            let qualified = relations.filter(|m| spans.first().is_some_and(|(_, end)| *end > m.end) && single(m.end));
            for mention in qualified {
                let draft = Draft::rows(self.schema, mention.target, 0);
                found.extend(self.showing(draft, &spans).map(|draft| (draft, after)));
            }
        }
        found
    }

    /// Ways to read a sequence of columns, each as the span of its words.
    fn spans(&self, position: usize, before: Vec<(usize, usize)>) -> Parses<Vec<(usize, usize)>> {
        let position = self.skip(position);
        let mut ends: Vec<usize> = self.chart.at(position).columns.iter().map(|mention| mention.end).collect();
        ends.sort_unstable();
        ends.dedup();
        let mut found = Vec::new();
        for end in ends.into_iter().filter(|_| before.len() < 12) {
            let spans = [before.as_slice(), &[(position, end)]].concat();
            let next = self.maybe(self.maybe(end, Use::Comma), Use::And);
            if next > end {
                found.extend(self.spans(next, spans.clone()));
            }
            found.push((spans, end));
        }
        found
    }

    /// The draft with only the columns that the spans name; each has to be one of the relation's own.
    fn showing(&self, draft: Draft, spans: &[(usize, usize)]) -> Option<Draft> {
        let mut shown: Vec<ColumnId> = Vec::new();
        let mut rank = 0;
        for (start, end) in spans {
            let own =
                self.chart.at(*start).columns.iter().filter(|m| m.end == *end && m.target.relation == draft.query.base);
            let best = own.clone().map(|mention| mention.rank).min()?;
            let mut best_ones = own.filter(|mention| mention.rank == best);
            let (first, second) = (best_ones.next()?, best_ones.next());
            if second.is_some() || shown.contains(&first.target) {
                return None;
            }
            shown.push(first.target);
            rank += best;
        }
        // "the stock of products" may ask for the sum as well as for each.
        let [(_, end)] = spans else { return Some(self.shown(draft, shown, rank)) };
        let number = shown.iter().any(|id| self.schema.is_number(*id));
        // "the countries of customers" may ask for each customer's or for each once.
        let class = shown.iter().any(|id| self.is_class(*id));
        (!class && (!number || self.chart.is_plural(*end))).then(|| self.shown(draft, shown, rank))
    }

    fn shown(&self, draft: Draft, columns: Vec<ColumnId>, rank: u32) -> Draft {
        let mut draft = ranked(draft, rank);
        draft.query.shape = Shape::Rows { columns, order: None };
        draft
    }
}

/// A measure with the relation whose rows it is taken over.
#[derive(Debug, Clone)]
pub struct Measured {
    pub base: usize,
    pub measure: Measure,
    pub rank: u32,
    /// Why it must not be answered.
    pub blocked: Option<String>,
    /// See [`Draft::loose_average`].
    pub loose_average: bool,
    /// Said with an aggregate word.
    pub explicit: bool,
}

impl Measured {
    /// The measure over all rows of its relation.
    pub fn draft(&self) -> Draft {
        let mut draft = Draft::measured(self.base, self.measure.clone(), self.rank);
        draft.blocked.clone_from(&self.blocked);
        draft.loose_average = self.loose_average;
        draft
    }
}
