//! The parser: a beam search over all ways to read a question, and the primitives that the grammar's rules are made of.
//!
//! A rule is a method of [`Parser`] in one of the files beside this one. It takes a position and returns every way to
//! go on from there, each with the position after it; an empty list says that the rule does not apply. The choice
//! between complete hypotheses is made at the end, by cost alone.

use crate::catalog::key_roles;
use crate::catalog::name_index::Mention;
use crate::catalog::recurring_amounts;
use crate::catalog::schema_view::SchemaView;
use crate::catalog::uncounted_rows;
use crate::choice::costs;
use crate::choice::doubts;
use crate::choice::empty_dates;
use crate::choice::evidence::Evidence;
use crate::choice::word_accounting::uses_every_word;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::noun_phrases::NounPhrase;
use crate::interrupts::Interrupted;
use crate::lattice::Lattice;
use crate::lattice::lexicon::{self, Category};
use crate::query::tree::{ColumnId, ColumnRef, Expression, OutputColumn};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// All results of a rule, each with the position after what it consumed.
pub type Parses<T> = Vec<(T, usize)>;

/// The grammar applied to one lattice.
pub struct Parser<'a> {
    pub lattice: &'a Lattice<'a>,
    pub schema: &'a SchemaView<'a>,
    /// How many words the search has read, at most.
    furthest: Cell<usize>,
    /// Noun phrases and connectives by position: they do not depend on the hypothesis, so each position is parsed once.
    pub noun_phrases: RefCell<HashMap<usize, Parses<NounPhrase>>>,
    pub connectives: RefCell<HashMap<usize, Vec<Connective>>>,
}

/// The width of the beam: how many hypotheses are continued from one position.
const BEAM: usize = 14;

impl<'a> Parser<'a> {
    /// A parser at the beginning of its search.
    pub fn new(lattice: &'a Lattice<'a>, schema: &'a SchemaView<'a>) -> Self {
        Self {
            lattice,
            schema,
            furthest: Cell::default(),
            noun_phrases: RefCell::default(),
            connectives: RefCell::default(),
        }
    }

    /// The position after any articles here.
    pub fn skip_articles(&self, mut position: usize) -> usize {
        while let Some((_, end)) = self
            .lattice
            .cell(position)
            .categories
            .iter()
            .filter(|(one, _)| *one == Category::Article)
            .max_by_key(|u| u.1)
        {
            position = *end;
        }
        position
    }

    /// The longest phrase here, articles passed over, whose category `pick` accepts, and the position after it.
    pub fn accept_longest<T>(&self, position: usize, pick: impl Fn(Category) -> Option<T>) -> Option<(T, usize)> {
        let here = self.lattice.cell(position).categories.iter();
        let later = self.lattice.cell(self.skip_articles(position)).categories.iter();
        here.chain(later).filter_map(|(one, end)| pick(*one).map(|picked| (picked, *end))).max_by_key(|(_, end)| *end)
    }

    /// The position after the longest phrase of one category, if there is one here.
    pub fn accept(&self, position: usize, one: Category) -> Option<usize> {
        self.accept_longest(position, |other| (other == one).then_some(())).map(|((), end)| end)
    }

    /// The positions after each phrase of one category that begins exactly here.
    pub fn ends(&self, position: usize, one: Category) -> Vec<usize> {
        let mut ends: Vec<usize> = self
            .lattice
            .cell(position)
            .categories
            .iter()
            .filter(|(other, _)| *other == one)
            .map(|(_, end)| *end)
            .collect();
        ends.sort_unstable();
        ends.dedup();
        ends
    }

    /// The position after a phrase of one category, or the same position where there is none.
    pub fn skip_optional(&self, position: usize, one: Category) -> usize {
        self.accept(position, one).unwrap_or(position)
    }

    /// The position after any number of phrases of these categories.
    pub fn skip_all(&self, mut position: usize, categories: &[Category]) -> usize {
        while let Some((_, end)) = self.accept_longest(position, |one| categories.contains(&one).then_some(())) {
            position = end;
        }
        position
    }

    /// A count in digits (six at most) or as a word, and the position after it.
    pub fn number(&self, position: usize) -> Option<(u32, usize)> {
        let position = self.skip_articles(position);
        let word = self.lattice.lower(position);
        let number = if word.len() <= 6 { word.parse().ok() } else { None };
        number.or_else(|| lexicon::number_word(word)).map(|number| (number, position + 1))
    }

    /// All ways to read the whole question.
    pub fn parse(&self) -> Result<Vec<Hypothesis>, Interrupted> {
        let forms = self.question_forms();
        let complete = self.search(forms);
        let used = |hypothesis: &Hypothesis| {
            key_roles::fit(hypothesis, self.lattice, self.schema)
                && uses_every_word(hypothesis, self.lattice, self.schema)
                && !self.takes_others_amounts(hypothesis)
                && !self.adds_up_what_is_listed(hypothesis)
                && !self.averages_row_by_row(hypothesis)
        };
        let finish = |hypothesis: Hypothesis| {
            let asked = Evidence::of(&hypothesis.query, self.schema).columns;
            let mut finished = hypothesis.finish(self.schema)?;
            finished.cost += doubts::cost(&finished, self.lattice, self.schema)?;
            empty_dates::write(&mut finished.query, self.schema);
            finished.query.distinct |= self.lists_values(&finished);
            let named = |relation: usize| self.is_said(relation);
            uncounted_rows::leave_out(&mut finished.query, self.schema, &asked, &named);
            recurring_amounts::keep_running(&mut finished.query, self.schema, &asked);
            Some(finished)
        };
        let complete = complete.into_iter().filter(|_| !self.is_interrupted());
        let finished = complete.filter(used).filter_map(finish).collect();
        self.schema.watch().whole(finished)
    }

    /// Whether the question has a word for the rows of a relation.
    pub fn is_said(&self, relation: usize) -> bool {
        let said = |at: usize| {
            self.lattice.cell(at).relations.iter().any(|m| m.target == relation && m.cost <= costs::OWN_WORDS)
        };
        (0..self.lattice.len()).any(said)
    }

    /// Whether nothing but the kinds that a column tells are asked for: "show all payment methods". Each is shown once.
    fn lists_values(&self, hypothesis: &Hypothesis) -> bool {
        let query = &hypothesis.query;
        let plain = query.sources.iter().all(|source| source.conditions.is_empty()) && query.sources.len() == 1;
        let [OutputColumn { value: Expression::Column(at), .. }] = query.outputs.as_slice() else { return false };
        let last = self.lattice.words.iter().rposition(|word| word.kind != words::WordKind::Symbol).unwrap_or_default();
        let last = self.before_existence(query.relation(0), last + 1).saturating_sub(1);
        let names =
            |start: usize| self.lattice.cell(start).columns.iter().any(|m| m.target == at.column && m.end == last + 1);
        let opens = |position: usize| {
            let idle = |one: &Category| {
                matches!(one, Category::Opener | Category::Article | Category::All | Category::Which | Category::Be)
            };
            self.lattice.cell(position).categories.iter().any(|(one, _)| idle(one))
                || position > 0 && self.lattice.lower(position) == "all"
        };
        plain
            && query.groups.is_empty()
            && query.order.is_empty()
            && query.limit.is_none()
            && (self.schema.is_category(at.column) || self.is_kind_code(at.column))
            && !matches!(
                self.schema.last_word(at.column),
                "details" | "detail" | "description" | "comment" | "notes" | "address"
            )
            && self.lattice.is_plural(last + 1)
            && (0..=last).any(|start| names(start) && (0..start).all(opens))
    }

    /// The position of the words that say only that there is something, where the question ends in such: "what ranks do we have
    /// for faculty", "which payment methods are there".
    fn before_existence(&self, relation: usize, end: usize) -> usize {
        const THERE: [&str; 6] = ["do we have", "are there", "do they have", "are used", "exist", "do exist"];
        let rows_at = |at: usize| {
            let at = self.skip_articles(at);
            self.lattice.cell(at).relations.iter().any(|m| m.target == relation && m.end == end)
        };
        let is_tie = |at: usize| matches!(self.lattice.lower(at), "for" | "of" | "in" | "among");
        let closes = |at: usize| at == end || is_tie(at) && rows_at(at + 1);
        (1..end).find(|at| self.accept_phrase(*at, &THERE).is_some_and(closes)).unwrap_or(end)
    }

    /// After [`Parser::parse`]: how many words of the question some hypothesis has read, at most.
    pub fn furthest(&self) -> usize {
        self.furthest.get()
    }

    /// Whether the search is to end. The grammar's rules then find nothing more, so that all loops run out, and
    /// [`Parser::parse`] reports it.
    pub fn is_interrupted(&self) -> bool {
        self.schema.watch().look().is_err()
    }

    /// Extends hypotheses clause by clause, from the question forms to the end of the question. At each position only
    /// the best are extended.
    fn search(&self, forms: Parses<Hypothesis>) -> Vec<Hypothesis> {
        let length = self.lattice.len();
        let mut waiting: Vec<Vec<Hypothesis>> = vec![Vec::new(); length + 1];
        for (hypothesis, position) in forms {
            if let Some(list) = waiting.get_mut(position) {
                list.push(hypothesis);
            }
        }
        for position in 0..length {
            let hypotheses = waiting.get_mut(position).map(std::mem::take).unwrap_or_default();
            if !hypotheses.is_empty() {
                self.furthest.set(position);
            }
            for hypothesis in best(hypotheses) {
                if self.is_interrupted() {
                    return Vec::new();
                }
                for (next, end) in self.clause(&hypothesis, position) {
                    if let Some(list) = waiting.get_mut(end).filter(|_| end > position) {
                        list.push(next);
                    }
                }
            }
        }
        let complete = waiting.pop().map(best).unwrap_or_default();
        if !complete.is_empty() {
            self.furthest.set(length);
        }
        complete
    }

    /// The terms that may name columns and begin here: for each end the candidates, the start after articles, and the
    /// end.
    pub fn column_terms(&self, position: usize) -> Vec<(Vec<&Mention<ColumnId>>, usize, usize)> {
        let position = self.skip_articles(position);
        let mentions = &self.lattice.cell(position).columns;
        let mut ends: Vec<usize> = mentions.iter().map(|mention| mention.end).collect();
        ends.sort_unstable();
        ends.dedup();
        let of = |end: usize| mentions.iter().filter(|mention| mention.end == end).collect();
        ends.into_iter().map(|end| (of(end), position, end)).collect()
    }

    /// The candidates that can be joined to a source: each with the hypothesis that joins it, its column there, and
    /// whether the join may multiply rows. Only the cheapest few, as every further item multiplies them.
    pub fn join_columns(
        &self,
        hypothesis: &Hypothesis,
        from: usize,
        candidates: &[&Mention<ColumnId>],
        fits: impl Fn(ColumnId) -> bool,
    ) -> Vec<(Hypothesis, ColumnRef, bool)> {
        let mut found: Vec<(Hypothesis, ColumnRef, bool)> = Vec::new();
        for mention in candidates.iter().filter(|mention| fits(mention.target)) {
            if self.is_interrupted() {
                break;
            }
            for (joined, source, many) in hypothesis.join(self.schema, from, mention.target.relation) {
                let rival = mention.target.relation != hypothesis.query.relation(from)
                    && !mention.qualified
                    && self.has_rival(hypothesis.query.relation(from), mention.target, mention.cost == 0);
                let cost = mention.cost + if rival { costs::RIVAL_OF_OWN_COLUMN } else { 0 };
                found.push((joined.with_cost(cost), ColumnRef { source, column: mention.target }, many));
            }
        }
        found.sort_by_key(|(hypothesis, ..)| hypothesis.cost);
        found.truncate(4);
        found
    }
}

impl Parser<'_> {
    /// Whether a column holds codes of kinds that no key of the schema is about.
    fn is_kind_code(&self, column: ColumnId) -> bool {
        let code = self.schema.last_word(column) == "code" && self.schema.is_text(column);
        code && !self.is_unlike_any_other(column)
    }

    /// Whether a relation has a column of its own that ends in the same telling word as another relation's.
    /// "Type" may also be either's, whether it ends in "type" or in "type code"; with `whole`, every word was said.
    pub fn has_rival(&self, relation: usize, other: ColumnId, whole: bool) -> bool {
        const TELL_NOTHING: [&str; 9] =
            ["name", "id", "title", "number", "code", "date", "description", "type", "details"];
        let last = self.schema.last_word(other);
        let own = || self.schema.columns(relation).map(|(id, _)| id);
        let kind = kind_of(self.schema.words(other));
        let same_kind = |id: ColumnId| kind.is_some() && kind_of(self.schema.words(id)) == kind;
        !TELL_NOTHING.contains(&last)
            && own().any(|id| {
                self.schema.last_word(id) == last && !self.schema.is_key(id) && self.schema.words(id).len() > 1
            })
            || last == "code" && !whole && own().any(same_kind)
    }
}

/// "type" of `budget_type_code`.
fn kind_of(words: &[String]) -> Option<&str> {
    match words {
        [_, .., kind, end] if end == "code" => Some(kind),
        _ => None,
    }
}

/// The cheapest hypotheses; of those that mean the same, the cheapest one.
fn best(mut hypotheses: Vec<Hypothesis>) -> Vec<Hypothesis> {
    hypotheses.sort_by_key(|hypothesis| hypothesis.cost);
    let mut kept: Vec<Hypothesis> = Vec::new();
    for hypothesis in hypotheses {
        if kept.len() >= BEAM {
            break;
        }
        let same = |other: &Hypothesis| {
            other.query == hypothesis.query
                && other.focus == hypothesis.focus
                && other.default_projection == hypothesis.default_projection
                && other.measures == hypothesis.measures
                && other.needs_group == hypothesis.needs_group
                && other.new_rows == hypothesis.new_rows
                && other.fraction_from == hypothesis.fraction_from
                && other.read_ahead == hypothesis.read_ahead
                && other.taken == hypothesis.taken
        };
        if !kept.iter().any(same) {
            kept.push(hypothesis);
        }
    }
    kept
}
