//! What rows themselves are worth, or say: "the total amount of open invoices", "average rating" where ratings are rows.

use crate::catalog::comment_names::names_in_comment;
use crate::catalog::money_columns::Flow;
use crate::catalog::name_index::Mention;
use crate::catalog::recurring_amounts;
use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::measures::measure_terms::{Measure, Statistic};
use crate::query::tree::{Aggregate, ColumnId, Expression};

/// Words for what something is worth, whatever its column is called.
const WORTHS: [&str; 4] = ["amount", "amounts", "worth", "value"];
/// Nouns for rows in which somebody says what they think of something.
const OPINIONS: [&str; 7] = ["rating", "review", "score", "grade", "vote", "evaluation", "assessment"];
/// Nouns for rows that are money and nothing else.
const MONEY: [&str; 7] = ["payment", "refund", "deposit", "withdrawal", "donation", "expense", "payout"];
/// No more words stand between "amount of" and the noun: "amount of all open invoices".
const MOST_ADJECTIVES: usize = 4;

impl Parser<'_> {
    /// What the rows of a noun are worth: "amount of open invoices", "average amount of invoices". A column of theirs that is called
    /// so is another rule's.
    pub fn worths_of_nouns(&self, position: usize) -> Parses<Measure> {
        let said = self.statistics(position);
        let mut found = Vec::new();
        for (statistic, start) in said.into_iter().chain([(Statistic::Aggregate(Aggregate::Sum), position)]) {
            let start = self.skip_articles(start);
            let of = self.accept_phrase(start, &WORTHS).and_then(|end| self.accept_word(end, "of"));
            let Some(begin) = of else { continue };
            for (noun, end) in self.noun_phrases(self.skip_all(begin, &[Category::All, Category::Article])) {
                let fits = noun.column.is_none() && noun.plural && noun.limit.is_none();
                let Some(column) = self.worth_of_row(noun.relation).filter(|_| fits) else { continue };
                // "The amounts of payments" are listed, their amount is added up.
                let called = self.has_called(noun.relation, start, |id| id == column);
                let several = self.lattice.is_plural(start + 1);
                let other = self.has_called(noun.relation, start, |id| id != column);
                if noun.cost > costs::SYNONYMOUS_NAME || other || called && several {
                    continue;
                }
                let cost = noun.cost + if called { 0 } else { costs::WORTH_OF_ROW };
                found.extend(self.statistic_of(statistic, column).map(|(value, alias)| {
                    let measure = Measure::new(noun.relation, value, &alias, cost);
                    (Measure { noun: Some(noun), ..measure }, end)
                }));
            }
        }
        found
    }

    /// What all payments come to, where payments are kept.
    pub fn payments(&self) -> Vec<Flow> {
        let is_payment = |name: &str| words::singular(name) == "payment";
        let called = |relation: usize| {
            let comment = self.schema.relation(relation).comment.as_deref().map(names_in_comment).unwrap_or_default();
            self.schema.relation_words(relation).last().is_some_and(|last| is_payment(last))
                || comment.iter().any(|(name, _)| is_payment(name))
        };
        let tables =
            self.schema.relations().map(|(relation, _)| relation).filter(|one| self.is_table(*one) && called(*one));
        let worth = |relation: usize| {
            let column = self.worth_of_row(relation)?;
            let (value, _) = self.statistic_of(Statistic::Aggregate(Aggregate::Sum), column)?;
            Some((relation, value, 0))
        };
        tables.filter_map(worth).collect()
    }

    /// What a row of money is worth: "average payment", "median refund". "Total payments" may be their number.
    pub fn sums_of_money(&self, position: usize) -> Parses<Measure> {
        let mut found = Vec::new();
        for (statistic, start) in self.statistics(position) {
            if matches!(statistic, Statistic::Aggregate(Aggregate::Count | Aggregate::Sum)) {
                continue;
            }
            for mention in self.lattice.cell(start).relations.iter().filter(|m| m.cost <= costs::OWN_WORDS) {
                let said = words::singular(self.lattice.lower(mention.end - 1));
                if !MONEY.contains(&said.as_str()) {
                    continue;
                }
                let worth = self.worth_of_row(mention.target).and_then(|column| self.statistic_of(statistic, column));
                found.extend(worth.map(|(value, alias)| {
                    let cost = mention.cost + costs::WORTH_OF_ROW;
                    (Measure::new(mention.target, value, &alias, cost), mention.end)
                }));
            }
        }
        found
    }

    /// Whether a relation has such a column that is called by the word here.
    fn has_called(&self, relation: usize, position: usize, is_such: impl Fn(ColumnId) -> bool) -> bool {
        let own = |id: ColumnId| id.relation == relation && is_such(id);
        let mut mentions = self.lattice.cell(position).columns.iter();
        mentions.any(|m| own(m.target) && m.cost <= costs::NEARLY_EXACT_NAME)
    }

    /// Whether a reading takes the amounts of other rows for what the rows of a noun are worth: "the amount of open invoices" is
    /// their own where they have one, and not that of the payments for them.
    pub fn takes_others_amounts(&self, hypothesis: &Hypothesis) -> bool {
        let query = &hypothesis.query;
        let added = |value: &Expression| match value {
            Expression::Aggregate(_, at) | Expression::Column(at) => Some(at.column),
            _ => None,
        };
        let amounts: Vec<ColumnId> = query.outputs.iter().filter_map(|output| added(&output.value)).collect();
        (0..self.lattice.len()).any(|at| {
            let of = self.accept_phrase(at, &WORTHS).and_then(|end| self.accept_word(end, "of"));
            let Some(begin) = of else { return false };
            let taken = amounts.iter().filter(|id| self.lattice.cell(at).columns.iter().any(|m| m.target == **id));
            let nouns: Vec<usize> = (begin..begin + MOST_ADJECTIVES)
                .flat_map(|start| &self.lattice.cell(start).relations)
                .filter(|m| m.cost <= costs::OWN_WORDS)
                .map(|m| m.target)
                .collect();
            taken.into_iter().any(|id| {
                let refers = |noun: usize| self.schema.keys_of(id.relation).any(|(_, edge)| edge.to == noun);
                !nouns.contains(&id.relation)
                    && nouns.iter().any(|noun| refers(*noun) && self.worth_of_row(*noun).is_some())
            })
        })
    }

    /// Whether what things of rows come to is told although the rows are spoken of, and neither a time nor groups: "seats of active
    /// subscriptions" may be listed.
    pub fn adds_up_what_is_listed(&self, hypothesis: &Hypothesis) -> bool {
        let open = hypothesis.time_will_do && hypothesis.needs_group && hypothesis.query.groups.is_empty();
        open && !hypothesis.has_time() && self.is_said(hypothesis.query.relation(0))
    }

    /// Whether things that rows count are averaged row by row for what has several of them: "average seats per customer" is
    /// of customers, and "average API calls per day" of days.
    pub fn averages_row_by_row(&self, hypothesis: &Hypothesis) -> bool {
        let query = &hypothesis.query;
        let averaged = |value: &Expression| match value {
            Expression::Aggregate(Aggregate::Average, at) => Some(at.column),
            _ => None,
        };
        let columns: Vec<ColumnId> = query.outputs.iter().filter_map(|output| averaged(&output.value)).collect();
        let by_time = query.groups.iter().any(|group| matches!(group, Expression::DateTrunc(..)));
        let by_rows = query.groups.iter().any(|group| matches!(group, Expression::Column(at) if at.source != 0));
        // What somebody pays every month is paid for all that runs.
        let whose =
            |group: &Expression| matches!(group, Expression::Column(at) if self.schema.is_people(at.column.relation));
        let by_people = by_rows && query.groups.iter().any(whose);
        if by_people && columns.iter().any(|id| recurring_amounts::recurs(*id, self.schema)) {
            return true;
        }
        let numbered =
            |at: usize| at > 1 && self.lattice.lower(at - 2) == "number" && self.lattice.lower(at - 1) == "of";
        !columns.is_empty()
            && (0..self.lattice.len()).any(|at| {
                let mut mentions = self.lattice.cell(at).columns.iter().filter(|m| columns.contains(&m.target));
                (by_time || by_people || by_rows && numbered(at))
                    && mentions.any(|m| self.counts_things(m.target, at, m.end))
            })
    }

    /// The one number that rows hold which are opinions: "average rating" of ratings that have stars.
    pub fn opinions_given(&self, position: usize) -> Parses<Measure> {
        let mut found = Vec::new();
        for (statistic, start) in self.statistics(position) {
            if matches!(statistic, Statistic::Aggregate(Aggregate::Count | Aggregate::Sum)) {
                continue;
            }
            let start = self.skip_all(start, &[Category::Article, Category::All]);
            for mention in self.lattice.cell(start).relations.iter().filter(|m| m.cost <= costs::OWN_WORDS) {
                let said = words::singular(self.lattice.lower(mention.end - 1));
                let numbers: Vec<ColumnId> = self
                    .schema
                    .columns(mention.target)
                    .map(|(id, _)| id)
                    .filter(|id| self.schema.is_number(*id) && !self.schema.is_key(*id))
                    .collect();
                let ([column], true) = (numbers.as_slice(), OPINIONS.contains(&said.as_str())) else { continue };
                found.extend(self.statistic_of(statistic, *column).map(|(value, alias)| {
                    let cost = mention.cost + costs::WORTH_OF_ROW;
                    (Measure::new(mention.target, value, &alias, cost), mention.end)
                }));
            }
        }
        found
    }

    /// Things that a number of each row counts: "how many charging points", where nothing else is called so.
    pub fn things_counted(&self, position: usize) -> Parses<Measure> {
        let mut found = Vec::new();
        for start in self.ends(position, Category::HowMany) {
            for (candidates, begin, end) in self.longest_terms(start) {
                let rows = |m: &Mention<usize>| m.end >= end && m.cost <= costs::OWN_WORDS;
                let fits =
                    |m: &&Mention<ColumnId>| m.cost <= costs::OWN_WORDS && self.counts_things(m.target, begin, end);
                if self.lattice.cell(begin).relations.iter().any(rows) {
                    continue;
                }
                for mention in candidates.into_iter().filter(fits) {
                    let sum = self.statistic_of(Statistic::Aggregate(Aggregate::Sum), mention.target);
                    found.extend(sum.map(|(value, alias)| {
                        let cost = mention.cost + costs::IMPLIED_SUM;
                        (Measure::new(mention.target.relation, value, &alias, cost), end)
                    }));
                }
            }
        }
        found
    }

    /// Whether a number counts things that are called as it is said: "API calls", "nights", "seats". Such are added up.
    pub fn counts_things(&self, column: ColumnId, begin: usize, end: usize) -> bool {
        const LEVELS: [&str; 11] =
            ["years", "ages", "stars", "points", "ratings", "scores", "levels", "grades", "ranks", "numbers", "codes"];
        let said = || (begin..end).filter(|at| self.lattice.is_plural(at + 1)).map(|at| self.lattice.lower(at));
        self.schema.is_whole(column)
            && !self.schema.is_key(column)
            && self.can_aggregate(Aggregate::Sum, column)
            && said().next().is_some()
            && !said().any(|word| LEVELS.contains(&word) && (word != "points" || end == begin + 1))
    }
}
