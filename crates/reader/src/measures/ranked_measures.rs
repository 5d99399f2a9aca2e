//! Things ranked by a measure: "top 10 products by revenue", "best selling category", "which customer spent the most".
//!
//! What is ranked becomes the group of the measure's rows. What stands between it and the measure restricts it, so the
//! measure is read ahead and its words are passed over when the parser comes to them.

use crate::catalog::recurring_amounts;
use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::noun_phrases::NounPhrase;
use crate::grammar::parser::{Parser, Parses};
use crate::grammar::related_totals::OPINIONS;
use crate::lattice::lexicon::Category;
use crate::measures::measure_terms::Measure;
use crate::query::tree::{Aggregate, Direction, Expression, WindowFunction};

/// How many are asked for, and from which end.
#[derive(Debug, Clone, Copy)]
struct Ranking {
    limit: Option<u32>,
    direction: Direction,
}

impl Parser<'_> {
    /// Questions for what is ranked by a measure.
    pub fn ranked_measure_questions(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = self.ranked_by_measure(position);
        found.extend(self.best_selling(position));
        found.extend(self.with_the_most(position));
        found.extend(self.whole_ranking(position));
        found.extend(self.most_done(position));
        found
    }

    /// "The most viewed products", "5 least reviewed products": by the number of rows that record what a participle tells. What
    /// was bought most may be counted in orders or in pieces, which is another rule's.
    fn most_done(&self, position: usize) -> Parses<Hypothesis> {
        const TRADES: [&str; 6] = ["ordered", "bought", "purchased", "sold", "paid", "used"];
        let start = self.skip_all(position, &[Category::Article, Category::Pronoun]);
        let start = self.accept_word(start, "top").filter(|next| self.number(*next).is_some()).unwrap_or(start);
        let (limit, start) = self.number(start).map_or((None, start), |(number, end)| (Some(number), end));
        let direction = match self.lattice.lower(start) {
            "most" => Direction::Descending,
            "least" => Direction::Ascending,
            _ => return Vec::new(),
        };
        if TRADES.contains(&self.lattice.lower(start + 1)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (records, cost) in self.records_of_verb(start + 1) {
            let measure = Measure::new(records, Expression::CountRows, "count", cost);
            for (noun, end) in self.noun_phrases(start + 2).into_iter().filter(|(noun, _)| noun.limit.is_none()) {
                let limit = limit.or((!noun.plural).then_some(1));
                let ranked = self.ranked(&noun, &measure, direction, limit);
                found.extend(ranked.into_iter().map(|hypothesis| (hypothesis, end)));
            }
        }
        found
    }

    /// "top 5", "5 biggest", "largest": what may stand before a noun that is ranked by a measure that follows.
    fn rankings(&self, position: usize) -> Vec<(Ranking, usize)> {
        let start = self.skip_all(position, &[Category::Article, Category::Pronoun]);
        let mut found = Vec::new();
        for (one, end) in &self.lattice.cell(start).categories {
            let direction = match one {
                Category::Top => Direction::Descending,
                Category::Bottom => Direction::Ascending,
                _ => continue,
            };
            found.extend(self.number(*end).map(|(number, end)| (Ranking { limit: Some(number), direction }, end)));
        }
        let (limit, begin) = self.number(start).map_or((None, start), |(number, end)| (Some(number), end));
        for (one, end) in &self.lattice.cell(begin).categories {
            if let Category::Highest(direction) | Category::Superlative(_, direction) = one {
                found.push((Ranking { limit, direction: *direction }, *end));
            }
        }
        found
    }

    fn ranked_by_measure(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (ranking, start) in self.rankings(position) {
            for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.limit.is_none()) {
                let limit = ranking.limit.or((!noun.plural).then_some(1)).filter(|limit| *limit > 0);
                let Some(limit) = limit else { continue };
                for (by, measure, after) in self.measures_ahead(end) {
                    for mut hypothesis in self.ranked(&noun, &measure, ranking.direction, Some(limit)) {
                        hypothesis.read_ahead = Some((by, after));
                        found.push((hypothesis, end));
                    }
                }
            }
        }
        found
    }

    /// The measures that follow "by" anywhere after a position: where "by" stands, and the position after the measure.
    fn measures_ahead(&self, position: usize) -> Vec<(usize, Measure, usize)> {
        let mut found = Vec::new();
        for by in position..self.lattice.len() {
            let starts = [self.accept(by, Category::By), self.accept(by, Category::OrderBy)];
            for start in starts.into_iter().flatten() {
                // "By orders" is by their number, "by API calls" by how many they are together.
                let counts =
                    |one: &Measure| one.noun.is_some() && !one.new_rows || one.of_things || self.recurs(&one.value);
                let measures = self.measure_terms(start).into_iter().filter(|(one, _)| !one.implied || counts(one));
                found.extend(measures.map(|(measure, end)| (by, measure, end)));
            }
        }
        found
    }

    /// "best selling category", "the 3 worst selling products".
    fn best_selling(&self, position: usize) -> Parses<Hypothesis> {
        const BEST: [&str; 6] =
            ["best selling", "best-selling", "top selling", "top-selling", "bestselling", "most sold"];
        const WORST: [&str; 5] = ["worst selling", "worst-selling", "least selling", "slowest selling", "least sold"];
        let start = self.skip_all(position, &[Category::Article, Category::Pronoun]);
        let start = self.accept_word(start, "top").filter(|next| self.number(*next).is_some()).unwrap_or(start);
        let (limit, start) = self.number(start).map_or((None, start), |(number, end)| (Some(number), end));
        let best = self.accept_phrase(start, &BEST).map(|end| (Direction::Descending, end));
        let worst = self.accept_phrase(start, &WORST).map(|end| (Direction::Ascending, end));
        let mut found = Vec::new();
        for (direction, begin) in best.into_iter().chain(worst) {
            for (noun, end) in self.noun_phrases(begin).into_iter().filter(|(noun, _)| noun.limit.is_none()) {
                let limit = limit.or((!noun.plural).then_some(1));
                for (relation, value, cost) in self.units_sold() {
                    let measure = Measure::new(relation, value, "units", cost);
                    let ranked = self.ranked(&noun, &measure, direction, limit);
                    found.extend(ranked.into_iter().map(|hypothesis| (hypothesis, end)));
                }
            }
        }
        found
    }

    /// Those who "spent the most", with the verb at a position: by revenue, and those who "paid the most" by payments where such
    /// are kept.
    fn paid_the_most(&self, noun: &NounPhrase, verb: usize) -> Parses<Hypothesis> {
        const PAID: [&str; 8] = [
            "spent the most",
            "spent the most money",
            "spends the most",
            "spend the most",
            "paid the most",
            "brought in the most money",
            "spent most",
            "paid the most money",
        ];
        let Some(end) = self.accept_phrase(verb, &PAID) else { return Vec::new() };
        let limit = Some(1).filter(|_| !noun.plural);
        let payments = if self.lattice.lower(verb) == "paid" { self.payments() } else { Vec::new() };
        let flows = if payments.is_empty() { self.money_flows("spent") } else { payments };
        let mut found = Vec::new();
        for (relation, value, cost) in flows {
            let measure = Measure::new(relation, value, "spent", cost);
            let ranked = self.ranked(noun, &measure, Direction::Descending, limit);
            found.extend(ranked.into_iter().map(|hypothesis| (hypothesis, end)));
        }
        found
    }

    /// "sold best", "sells the least".
    fn sold(&self, verb: usize) -> Option<(Direction, usize)> {
        const HOW: [(&str, Direction); 4] = [
            ("best", Direction::Descending),
            ("most", Direction::Descending),
            ("worst", Direction::Ascending),
            ("least", Direction::Ascending),
        ];
        HOW.into_iter().find_map(|(how, direction)| {
            let ways = ["sold", "sell", "sells", "are selling"]
                .map(|verb| [format!("{verb} {how}"), format!("{verb} the {how}")]);
            let ways: Vec<&str> = ways.iter().flatten().map(String::as_str).collect();
            self.accept_phrase(verb, &ways).map(|end| (direction, end))
        })
    }

    /// "which customer has spent the most", "country with the highest revenue".
    fn with_the_most(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (noun, end) in self.noun_phrases(position).into_iter().filter(|(noun, _)| noun.limit.is_none()) {
            let limit = Some(1).filter(|_| !noun.plural);
            let verb = self.skip_all(end, &[Category::Do, Category::Have]);
            found.extend(self.paid_the_most(&noun, verb));
            // What people sold the most of may also be told by money.
            let sold = self.sold(verb).filter(|_| !self.schema.is_people(noun.relation));
            if let Some((direction, end)) = sold {
                for (relation, value, cost) in self.units_sold() {
                    let measure = Measure::new(relation, value, "units", cost);
                    let ranked = self.ranked(&noun, &measure, direction, limit);
                    found.extend(ranked.into_iter().map(|hypothesis| (hypothesis, end)));
                }
            }
            let linked = [Category::Do, Category::Have, Category::With, Category::That];
            let begin = self.skip_all(end, &linked);
            let earned = [
                "generated",
                "generates",
                "brought in",
                "brings in",
                "made",
                "makes",
                "earned",
                "earns",
                "got",
                "gets",
            ];
            let begin = self.skip_articles(self.accept_phrase(begin, &earned).unwrap_or(begin));
            for (one, start) in self.lattice.cell(begin).categories.iter().filter(|_| begin > end) {
                let (Category::Highest(direction) | Category::MostRows(direction)) = one else { continue };
                // The highest of what recurs is what it comes to.
                // "Movies with the highest average rating" may be one or all of them.
                let loose =
                    |measure: &Measure| noun.plural && !measure.of_column && self.averages_opinions(&measure.value);
                let asked = |measure: &Measure| (!measure.implied || self.recurs(&measure.value)) && !loose(measure);
                for (measure, end) in self.measure_terms(*start).into_iter().filter(|(measure, _)| asked(measure)) {
                    let ranked = self.ranked(&noun, &measure, *direction, limit);
                    found.extend(ranked.into_iter().map(|hypothesis| (hypothesis, end)));
                }
            }
        }
        found
    }

    fn averages_opinions(&self, value: &Expression) -> bool {
        matches!(value, Expression::Aggregate(Aggregate::Average, at) if OPINIONS.contains(&self.schema.last_word(at.column)))
    }

    /// Whether a value is added up from amounts that recur.
    fn recurs(&self, value: &Expression) -> bool {
        matches!(value, Expression::Aggregate(_, at) if recurring_amounts::recurs(at.column, self.schema))
    }

    /// All groups with their place: "rank the countries by revenue".
    fn whole_ranking(&self, position: usize) -> Parses<Hypothesis> {
        let Some(start) = self.accept_phrase(position, &["rank", "rank all", "ranking of"]) else { return Vec::new() };
        let mut found = Vec::new();
        for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.plural && noun.limit.is_none())
        {
            for (by, measure, after) in self.measures_ahead(end) {
                for mut next in self.ranked(&noun, &measure, Direction::Descending, None) {
                    let rank = WindowFunction::Rank(Direction::Descending);
                    next = next.select(Expression::Window(rank, Box::new(measure.value.clone())), "rank");
                    next.read_ahead = Some((by, after));
                    found.push((next, end));
                }
            }
        }
        found
    }

    /// The groups that a noun names, ranked by a measure; all of them where there is no limit.
    fn ranked(
        &self,
        noun: &NounPhrase,
        measure: &Measure,
        direction: Direction,
        limit: Option<u32>,
    ) -> Vec<Hypothesis> {
        // Counts and averages of columns have forms of their own, which come first. The rows of a relation are no more
        // than one for each of their names.
        let plain = measure.noun.is_some() || measure.of_column;
        let named = noun.column.is_some_and(|column| self.is_unlike_any_other(column));
        if named && noun.relation == measure.relation && measure.noun.is_some() {
            return Vec::new();
        }
        let indirect = if plain { costs::INDIRECT_SUPERLATIVE } else { 0 };
        let mut base = Hypothesis::new(measure.relation, measure.cost + costs::RANKED_GROUPS + indirect);
        base.measures = true;
        let base = base.select(measure.value.clone(), &measure.alias);
        let bases = match &measure.noun {
            Some(noun) => self.with_adjectives(base, 0, noun),
            None => vec![base],
        };
        let mut found = Vec::new();
        for grouped in bases.iter().flat_map(|base| self.group_by_noun(base, noun)) {
            let source = grouped.query.groups.iter().find_map(|group| match group {
                Expression::Column(at) => Some(at.source),
                _ => None,
            });
            let Some(source) = source else { continue };
            for mut next in self.with_adjectives(grouped, source, noun) {
                next.query.order.push((measure.value.clone(), direction));
                next.query.limit = limit.filter(|limit| *limit > 0);
                next.focus = if source == 0 { vec![0] } else { vec![0, source] };
                found.push(next);
            }
        }
        found
    }

    /// The group within which a ranking holds: "top 3 products by revenue in each category".
    pub fn limits_per_group(&self, hypothesis: &Hypothesis, position: usize) -> Parses<Hypothesis> {
        let ranked = hypothesis.query.limit.is_some() && !hypothesis.query.order.is_empty();
        if !ranked || !hypothesis.query.limit_per.is_empty() {
            return Vec::new();
        }
        let per = self.accept(position, Category::Per);
        let in_each = self.accept(position, Category::In).and_then(|start| self.accept(start, Category::Each));
        let mut starts: Vec<usize> = per.into_iter().chain(in_each).collect();
        starts.dedup();
        let mut found = Vec::new();
        for (noun, end) in starts.into_iter().flat_map(|start| self.noun_phrases(start)) {
            found.extend(self.limited_per(hypothesis, &noun).into_iter().map(|hypothesis| (hypothesis, end)));
        }
        found
    }

    /// The ranking of a hypothesis within each value or row that a noun names.
    pub fn limited_per(&self, hypothesis: &Hypothesis, noun: &NounPhrase) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        if !noun.adjectives.is_empty() || noun.limit.is_some() {
            return found;
        }
        for (mut next, source, many) in hypothesis.join(self.schema, 0, noun.relation) {
            let columns = match noun.column {
                Some(column) => vec![column],
                None => {
                    let shown = self.schema.display_columns(noun.relation);
                    shown.into_iter().chain(self.schema.key_columns(noun.relation)).collect()
                }
            };
            if many || columns.is_empty() || (noun.column.is_none() && source == 0) {
                continue;
            }
            next.cost += noun.cost;
            for column in columns {
                let value = Self::column_value(source, column);
                next.query.limit_per.push(value.clone());
                if next.is_aggregate() {
                    next.query.groups.push(value.clone());
                }
                next = next.select(value, "");
            }
            found.push(next);
        }
        found
    }

    /// A group that is said first: "in every country, which customer has spent the most".
    pub fn leading_limits_per_group(&self) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for start in [self.accept(0, Category::Per), self.accept(0, Category::In)].into_iter().flatten() {
            for (noun, middle) in self.noun_phrases(self.skip_all(start, &[Category::Each])) {
                let Some(comma) = self.accept(middle, Category::Comma) else { continue };
                let mut positions = vec![comma];
                positions.extend(self.ends(comma, Category::Opener));
                positions.extend(self.ends(comma, Category::Which));
                for (hypothesis, end) in positions.into_iter().flat_map(|at| self.ranked_measure_questions(at)) {
                    found.extend(self.limited_per(&hypothesis, &noun).into_iter().map(|next| (next, end)));
                }
            }
        }
        found
    }
}
