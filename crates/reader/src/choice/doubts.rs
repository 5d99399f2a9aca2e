//! What makes a complete reading doubtful although every word of the question is used.
//!
//! Each doubt has a cost, or is such that the reading does not stand. They look at what a reading takes for granted: that a
//! relation is meant which nobody named, that one of two paths between relations is, that a word in a list of items means
//! something else than its neighbours.

use crate::catalog::name_index::Mention;
use crate::catalog::schema_view::SchemaView;
use crate::choice::{
    costs, event_doubts, number_doubts, path_doubts, related_row_doubts, state_doubts, unsaid_references,
    value_list_doubts,
};
use crate::grammar::hypothesis::Hypothesis;
use crate::lattice::Lattice;
use crate::lattice::idle_words::tells_beginning;
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Condition, Expression, Operand, QueryTree};
use words::WordKind;

/// What a reading costs beyond its assumptions; `None` where it does not stand.
pub fn cost(hypothesis: &Hypothesis, lattice: &Lattice, schema: &SchemaView) -> Option<u32> {
    let doubts = Doubts { query: &hypothesis.query, lattice, schema };
    let subject = hypothesis.subject_column.map(|at| at.column);
    if doubts.adds_up_people()
        || doubts.drops(subject)
        || doubts.counts_twice()
        || doubts.tears_items_apart()
        || doubts.equates_what_is_contained()
        || doubts.ranks_by_places()
        || path_doubts::goes_over_siblings(doubts.query, schema, |relation| doubts.is_named(relation))
        || path_doubts::passes_a_role(doubts.query, lattice, schema)
        || doubts.shows_all_for_details()
        || doubts.orders_by_another_date()
        || doubts.sorts_names_of_times()
        || doubts.orders_by_what_another_date_tells()
        || doubts.passes_a_nearer_name()
        || doubts.takes_one_of_two_places()
        || state_doubts::mistakes_a_state(doubts.query, lattice, schema)
        || number_doubts::averages_a_flow(doubts.query, lattice, |relation| doubts.is_named(relation))
        || number_doubts::takes_a_part_for_rows(doubts.query, lattice)
        || number_doubts::lists_bare_numbers(doubts.query, schema, |relation| doubts.is_named(relation))
        || number_doubts::ranks_by_one_of_several(doubts.query, schema, |relation| doubts.is_named(relation))
        || number_doubts::adds_up_levels_by_their_beginning(doubts.query, lattice, schema)
        || event_doubts::shows_what_was_done(doubts.query, lattice, schema)
        || value_list_doubts::tears_values_apart(doubts.query, lattice, schema)
        || unsaid_references::leaves_open(doubts.query, lattice, schema)
        || related_row_doubts::takes_one_meaning(hypothesis, lattice, schema, |relation| doubts.is_named(relation))
    {
        return None;
    }
    // Measures are asked for by what is far from them.
    let unnamed = if hypothesis.measures { 0 } else { doubts.unnamed_relations() };
    Some(unnamed * costs::UNNAMED_RELATED_ROWS)
}

struct Doubts<'a> {
    query: &'a QueryTree,
    lattice: &'a Lattice<'a>,
    schema: &'a SchemaView<'a>,
}

impl Doubts<'_> {
    /// "Who" is never a number or a sum: "who is the advisor of …" is about a key that nobody declared.
    fn adds_up_people(&self) -> bool {
        let sum = |value: &Expression| matches!(value, Expression::Aggregate(Aggregate::Sum, _));
        let asks = matches!(self.lattice.lower(1), "is" | "was" | "are" | "were");
        let first = self.query.outputs.first().map(|output| &output.value);
        let named = |value: &Expression| matches!(value, Expression::Column(at) if self.schema.is_text(at.column));
        let is_told = self.query.outputs.iter().any(|output| named(&output.value));
        let number = !is_told && matches!(first, Some(Expression::Column(at)) if self.schema.is_number(at.column));
        self.lattice.lower(0) == "who"
            && self.query.limit.is_none()
            && (asks && number || self.query.outputs.iter().any(|output| sum(&output.value)))
    }

    /// Whether the highest or lowest of what holds places is asked for: the highest rank is the first one, and the least
    /// number.
    fn ranks_by_places(&self) -> bool {
        let place =
            |at: ColumnRef| matches!(self.schema.last_word(at.column), "rank" | "ranking" | "place" | "position");
        let extreme = |value: &Expression| matches!(value, Expression::Aggregate(Aggregate::Maximum | Aggregate::Minimum, at) if place(*at));
        let ranked = |value: &Expression| matches!(value, Expression::Column(at) if place(*at));
        let ranks = self.query.limit.is_some() && self.query.order.iter().any(|(value, _)| ranked(value));
        let said =
            (0..self.lattice.len()).any(|at| matches!(self.lattice.lower(at), "highest" | "lowest" | "best" | "worst"));
        said && (ranks || self.query.outputs.iter().any(|output| extreme(&output.value)))
    }

    /// Whether what was asked for first is not shown: whom "who is the advisor of …" asks for, or the column beside a count.
    fn drops(&self, subject: Option<ColumnId>) -> bool {
        let Some(subject) = subject else { return false };
        let shown = |value: &Expression| matches!(value, Expression::Column(at) if at.column == subject);
        let counts = self.query.outputs.iter().all(|output| output.value == Expression::CountRows);
        let asked = self.lattice.lower(0) == "who" || counts && self.query.groups.is_empty();
        asked && !self.query.outputs.iter().any(|output| shown(&output.value))
    }

    /// Whether "how many different" things are counted for each of something by rows that may hold one several times.
    fn counts_twice(&self) -> bool {
        let category = |at: usize, one: Category| {
            self.lattice.cell(at).categories.iter().find(|(other, _)| *other == one).map(|(_, end)| *end)
        };
        let different = (0..self.lattice.len())
            .any(|at| category(at, Category::HowMany).is_some_and(|end| category(end, Category::Distinct).is_some()));
        let rows = self.query.outputs.iter().any(|output| output.value == Expression::CountRows);
        different && rows && !self.query.groups.is_empty() && self.query.sources.len() > 1
    }

    /// How many relations the reading reaches through the many rows that refer to one, or over others, to show columns of
    /// theirs, although no word names the relation and none the column as it is called.
    fn unnamed_relations(&self) -> u32 {
        let far = |parent: usize| self.query.sources.get(parent).is_some_and(|source| source.parent.is_some());
        let exact = |column: ColumnId| {
            let called = |m: &Mention<ColumnId>| m.target == column && m.cost <= costs::OWN_WORDS;
            (0..self.lattice.len()).any(|at| self.lattice.cell(at).columns.iter().any(called))
        };
        let outputs = self.query.outputs.iter().map(|output| &output.value);
        let shown: Vec<ColumnRef> = outputs
            .chain(&self.query.groups)
            .filter_map(|value| if let Expression::Column(at) = value { Some(*at) } else { None })
            .collect();
        let unnamed = self.query.sources.iter().enumerate().filter(|(number, source)| {
            let Some((parent, step)) = source.parent else { return false };
            let distant = !self.schema.is_single(step) || far(parent);
            let shown = shown.iter().any(|at| at.source == *number && !exact(at.column));
            distant && shown && !self.is_named(source.relation)
        });
        u32::try_from(unnamed.count()).unwrap_or(u32::MAX)
    }

    /// Whether "details" in a list of items stands for all columns, although only another relation has a column that is called
    /// so: "invoice date and details".
    fn shows_all_for_details(&self) -> bool {
        let shown = |id: ColumnId| {
            let at = Expression::Column(ColumnRef { source: 0, column: id });
            self.query.outputs.iter().any(|output| output.value == at)
        };
        let base = self.query.relation(0);
        let all = self.schema.columns(base).all(|(id, _)| shown(id));
        let and = |at: usize| {
            self.lattice.cell(at).categories.iter().any(|(one, _)| matches!(one, Category::And | Category::Comma))
        };
        let is_item = |at: usize| {
            let listed = at.checked_sub(1).is_some_and(and) || and(at + 1);
            listed && matches!(self.lattice.lower(at), "detail" | "details")
        };
        let own = |(id, _): (ColumnId, _)| self.schema.last_word(id).starts_with("detail");
        all && !self.schema.columns(base).any(own)
            && (0..self.lattice.len()).any(|at| is_item(at) && !self.lattice.cell(at).columns.is_empty())
    }

    /// Whether "shipped most recently" is read by a date that tells of something else.
    fn orders_by_another_date(&self) -> bool {
        let dates = self.query.order.iter().filter_map(|(value, _)| match value {
            Expression::Column(at) if self.schema.is_date(at.column) => Some(at.column),
            _ => None,
        });
        let told =
            |date: ColumnId, stem: &String| self.schema.words(date).iter().any(|word| words::stem(word) == *stem);
        let ranks = |at: usize| {
            let categories = &self.lattice.cell(at).categories;
            categories.iter().any(|(one, end)| matches!(one, Category::Superlative(..)) && *end > at + 1)
        };
        let states: Vec<String> = (1..self.lattice.len())
            .filter(|at| ranks(*at) && !self.lattice.cell(at - 1).values.is_empty())
            .map(|at| words::stem(self.lattice.lower(at - 1)))
            .collect();
        dates.into_iter().any(|date| states.iter().any(|stem| !told(date, stem)))
    }

    /// Whether "the order that was shipped most recently" is found by a date of something else, where there is one of shipments.
    fn orders_by_what_another_date_tells(&self) -> bool {
        let is_ranked = |at: usize| {
            let categories = &self.lattice.cell(at).categories;
            categories.iter().any(|(one, end)| matches!(one, Category::Superlative(..)) && *end > at + 1)
        };
        let is_event = |at: &usize| {
            let word = self.lattice.lower(*at);
            word.ends_with("ed") && word.len() > 5 && !tells_beginning(word) && is_ranked(at + 1)
        };
        let dates = ordering_columns(self.query).into_iter().filter(|id| self.schema.is_date(*id)).collect::<Vec<_>>();
        let tells = |id: ColumnId, stem: &str| {
            let of = self.schema.relation_words(id.relation);
            self.schema.words(id).iter().chain(&of).any(|word| word.starts_with(stem))
        };
        let is_told = |stem: &str| {
            let all = || self.schema.relations().flat_map(|(relation, _)| self.schema.event_dates(relation));
            dates.iter().any(|date| tells(*date, stem)) || !all().any(|date| tells(date, stem))
        };
        // "Was the last to order" is told by its verb, too.
        let is_last_to = |at: &usize| {
            *at > 1 && self.lattice.lower(at - 1) == "to" && matches!(self.lattice.lower(at - 2), "last" | "first")
        };
        !dates.is_empty()
            && (0..self.lattice.len())
                .filter(|at| is_event(at) || is_last_to(at))
                .any(|at| !is_told(&words::stem(self.lattice.lower(at))))
    }

    /// Whether a shown column only means the same as what was said, while what the rows refer to has one that is called so.
    fn passes_a_nearer_name(&self) -> bool {
        let base = self.query.relation(0);
        let near: Vec<usize> = self.schema.keys_of(base).map(|(_, edge)| edge.to).filter(|to| *to != base).collect();
        let shown = |column: ColumnId| {
            let at = Expression::Column(ColumnRef { source: 0, column });
            self.query.outputs.iter().any(|output| output.value == at)
        };
        let mentions = || (0..self.lattice.len()).map(|at| &self.lattice.cell(at).columns);
        let least = |column: ColumnId| mentions().flatten().filter(|m| m.target == column).map(|m| m.cost).min();
        mentions().any(|cell| {
            cell.iter().any(|m| {
                let by_synonym = m.cost > costs::OWN_WORDS && shown(m.target) && least(m.target) == Some(m.cost);
                let nearer = |other: &&Mention<ColumnId>| {
                    other.end == m.end && other.cost <= costs::OWN_WORDS && near.contains(&other.target.relation)
                };
                by_synonym && cell.iter().any(|other| nearer(&other))
            })
        })
    }

    /// Whether the rows are sorted by the names of months or weekdays, which the alphabet puts in another sequence.
    fn sorts_names_of_times(&self) -> bool {
        let named = |value: &Expression| match value {
            Expression::Column(at) => {
                self.schema.is_text(at.column) && matches!(self.schema.last_word(at.column), "month" | "weekday")
            }
            _ => false,
        };
        self.query.order.iter().any(|(value, _)| named(value))
    }

    /// Whether rows are restricted to a place by a column of theirs, while rows that refer to them have a column of the same
    /// name with the same value: a restaurant with several locations may be in several cities.
    fn takes_one_of_two_places(&self) -> bool {
        let base = self.query.relation(0);
        let name = |id: ColumnId| &self.schema.column(id).name;
        let tells_where = |relation: usize| {
            let last = self.schema.relation_words(relation).last().map(|last| words::singular(last));
            last.is_some_and(|last| matches!(last.as_str(), "location" | "address" | "site" | "branch" | "place"))
        };
        let refers = |relation: usize| {
            tells_where(relation)
                && self
                    .schema
                    .keys_of(relation)
                    .any(|(_, edge)| edge.to == base && !edge.unique && edge.columns.len() == 1)
        };
        let rival = |column: ColumnId, value: &String| {
            let mentions = (0..self.lattice.len()).flat_map(|at| &self.lattice.cell(at).values);
            let mut others = mentions.map(|m| &m.target).filter(|other| other.value == *value);
            others.any(|other| name(other.column) == name(column) && refers(other.column.relation))
        };
        let conditions = self.query.sources.first().map_or(&[] as &[Condition], |base| base.conditions.as_slice());
        conditions.iter().any(|condition| match condition {
            Condition::OneOf { column, values, negated: false } if column.source == 0 => {
                values.iter().any(|value| matches!(value, Operand::Text(value) if rival(column.column, value)))
            }
            _ => false,
        })
    }

    fn is_named(&self, relation: usize) -> bool {
        let named = |m: &Mention<usize>| m.target == relation && m.cost <= costs::UNSAID_WORD;
        let by_key = |m: &Mention<ColumnId>| {
            m.cost <= costs::OWN_WORDS
                && self.schema.key_of_column(m.target).is_some_and(|(_, edge)| edge.to == relation)
                || m.target.relation == relation && m.qualified
        };
        (0..self.lattice.len()).any(|at| {
            let cell = self.lattice.cell(at);
            cell.relations.iter().any(named) || cell.columns.iter().any(by_key)
        })
    }

    /// Whether a shown column is meant otherwise by the item beside it. In "color code and description", the description is
    /// that of the color where there is one, and in "name and release year of the song", the name is the song's.
    fn tears_items_apart(&self) -> bool {
        let shown: Vec<ColumnId> = self
            .query
            .outputs
            .iter()
            .filter_map(|output| match &output.value {
                Expression::Column(at) => Some(at.column),
                _ => None,
            })
            .collect();
        shown.iter().zip(shown.iter().skip(1)).any(|(one, other)| {
            self.neighbours(*one, *other).any(|(first, second)| {
                self.leaves_prefix(*one, *other, second) || self.leaves_owner(*one, first, *other, second)
            })
        })
    }

    /// Where in the question the names of two columns stand side by side in a list: the start and end of each.
    fn neighbours(&self, one: ColumnId, other: ColumnId) -> impl Iterator<Item = ((usize, usize), (usize, usize))> {
        let named = move |column: ColumnId, most: u32| {
            (0..self.lattice.len()).flat_map(move |start| {
                let cell = self.lattice.cell(start).columns.iter();
                cell.filter(move |m| m.target == column && m.cost <= most).map(move |m| (start, m.end))
            })
        };
        let separates = |at: usize| {
            let categories = &self.lattice.cell(at).categories;
            categories.iter().any(|(one, _)| matches!(one, Category::And | Category::Comma | Category::Article))
        };
        named(one, costs::OWN_WORDS).flat_map(move |first| {
            named(other, u32::MAX)
                .filter(move |(start, _)| first.1 < *start && (first.1..*start).all(separates))
                .map(move |second| (first, second))
        })
    }

    /// Whether a name that is said in short could be completed by the words before the last of the name before it, and is
    /// not read so.
    fn leaves_prefix(&self, one: ColumnId, other: ColumnId, (start, end): (usize, usize)) -> bool {
        let Some((last, prefix)) = self.schema.words(one).split_last() else { return false };
        // "Customer ids and names" may be the names of anything.
        if last == "id" {
            return false;
        }
        let begins = |column: ColumnId| !prefix.is_empty() && self.schema.words(column).starts_with(prefix);
        let near = |relation: usize| {
            self.query.sources.iter().any(|source| {
                source.relation == relation || self.schema.keys_of(source.relation).any(|(_, edge)| edge.to == relation)
            })
        };
        let mut candidates = self.lattice.cell(start).columns.iter().filter(|m| m.end == end && m.target != other);
        !begins(other) && candidates.any(|m| begins(m.target) && near(m.target.relation))
    }

    /// Whether what the second item is said to be of is not what the first one is of, although it could be.
    fn leaves_owner(&self, one: ColumnId, first: (usize, usize), other: ColumnId, second: (usize, usize)) -> bool {
        let candidates = || {
            self.lattice
                .cell(first.0)
                .columns
                .iter()
                .filter(|m| m.end == first.1 && m.target.relation == other.relation)
        };
        let within = (second.0..second.1).any(|at| self.lattice.lower(at) == "of");
        let owner = self.schema.words(other).first();
        if within
            && owner != self.schema.words(one).first()
            && candidates().any(|m| m.target != one && self.schema.words(m.target).first() == owner)
        {
            return true;
        }
        let named = (second.1 + 1..second.1 + 3).any(|at| {
            self.lattice.cell(at).relations.iter().any(|m| m.target == other.relation && m.cost <= costs::OWN_WORDS)
        });
        let of = self.lattice.lower(second.1) == "of" && named;
        of && one.relation != other.relation && candidates().any(|m| m.cost <= costs::OWN_WORDS)
    }

    /// "Whose name has 'Led'" asks for names that contain it.
    fn equates_what_is_contained(&self) -> bool {
        let equated = |text: &str| {
            self.query.sources.iter().flat_map(|source| &source.conditions).any(|condition| {
            matches!(condition, Condition::OneOf { values, .. } if values.iter().any(|value| matches!(value, Operand::Text(one) if one == text)))
        })
        };
        self.lattice.words.iter().enumerate().any(|(at, word)| {
            let before = at.checked_sub(1).map_or("", |before| self.lattice.lower(before));
            word.kind == WordKind::Quoted
                && matches!(before, "has" | "have" | "having")
                && self.lattice.cell(at).values.is_empty()
                && equated(&word.text)
        })
    }
}

/// The columns that a query, or one that a condition of it holds, is sorted by.
fn ordering_columns(query: &QueryTree) -> Vec<ColumnId> {
    let own = query.order.iter().filter_map(|(value, _)| match value {
        Expression::Column(at) => Some(at.column),
        _ => None,
    });
    let conditions = query.sources.iter().flat_map(|source| &source.conditions);
    let inner = conditions.filter_map(|condition| match condition {
        Condition::InSubquery { query, .. } => Some(ordering_columns(query)),
        _ => None,
    });
    own.chain(inner.flatten()).collect()
}
