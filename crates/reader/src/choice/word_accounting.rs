//! Every word of a question has to be used by its reading: a word that vanishes takes a constraint with it.
//!
//! The grammar passes over words that add nothing, and what it may pass over depends on the place. So a complete reading
//! is held against the question once more: for each word, something that the lattice holds there has to be found in the
//! query tree. A word that only ties others together ("in", "of", "the") needs nothing; one that carries a relation of
//! its own ("by", "per", "without", "only") needs what it asks for.

use crate::catalog::name_index::Mention;
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::choice::evidence::Evidence;
use crate::choice::state_doubts;
use crate::choice::verb_uses;
use crate::grammar::hypothesis::Hypothesis;
use crate::lattice::idle_words::tells_beginning;
use crate::lattice::lexicon::{self, Category};
use crate::lattice::{Cell, Lattice};
use crate::query::tree::{Aggregate, ColumnId, Condition, Expression};
use words::WordKind;

/// Whether a reading, before anything is added that the question does not say, uses every word.
pub fn uses_every_word(hypothesis: &Hypothesis, lattice: &Lattice, schema: &SchemaView) -> bool {
    let mut evidence = Evidence::of(&hypothesis.query, schema);
    evidence.columns.extend(hypothesis.subject_column.map(|at| at.column));
    let account = Account { lattice, schema, hypothesis, evidence: &evidence };
    let mut used = vec![false; lattice.len()];
    if !account.uses_every_term() || account.compares_beside_term() {
        return false;
    }
    for start in 0..lattice.len() {
        let end = account.longest_use(start);
        used.iter_mut().take(end).skip(start).for_each(|flag| *flag = true);
    }
    let taken = |position: usize| position < 128 && hypothesis.taken >> position & 1 == 1;
    used.iter().enumerate().all(|(position, used)| *used || taken(position) || account.needs_nothing(position))
}

struct Account<'a> {
    lattice: &'a Lattice<'a>,
    schema: &'a SchemaView<'a>,
    hypothesis: &'a Hypothesis,
    evidence: &'a Evidence,
}

/// Words that carry a relation, although they also stand among the words that only tie others together.
const RELATION_WORDS: [&str; 15] = [
    "each",
    "every",
    "by",
    "per",
    "only",
    "not",
    "never",
    "nobody",
    "no",
    "without",
    "between",
    "except",
    "excluding",
    "neither",
    "nor",
];

impl Account<'_> {
    /// Whether a number is compared with a column that is not named, beside a term that is a measure: "AOV over 100" may be of
    /// large rows, or a large AOV.
    fn compares_beside_term(&self) -> bool {
        let is_measure = |id: &ColumnId| self.schema.term(*id).is_some_and(|term| term.is_measure);
        let named = |id: ColumnId| {
            (0..self.lattice.len()).any(|at| self.lattice.cell(at).columns.iter().any(|mention| mention.target == id))
        };
        let is_unnamed = |condition: &Condition| match condition {
            Condition::Compare { value: Expression::Column(at), .. } | Condition::Between { column: at, .. } => {
                !named(at.column)
            }
            _ => false,
        };
        self.evidence.columns.iter().any(is_measure)
            && self.hypothesis.query.sources.iter().any(|source| source.conditions.iter().any(is_unnamed))
    }

    /// Whether each term that is said is used, but for those within the words of a longer one.
    fn uses_every_term(&self) -> bool {
        let all =
            || (0..self.lattice.len()).flat_map(|at| self.lattice.cell(at).terms.iter().map(move |term| (at, *term)));
        all().all(|(start, (term, end))| {
            let longer =
                |(from, (_, to)): (usize, (ColumnId, usize))| from <= start && end <= to && to - from > end - start;
            // The same words may be a term of two relations: one of them is meant.
            let same = |(from, (other, to)): (usize, (ColumnId, usize))| {
                from == start && to == end && self.evidence.columns.contains(&other)
            };
            self.evidence.columns.contains(&term) || all().any(longer) || all().any(same)
        })
    }

    /// The position after the longest phrase from here that the reading uses.
    fn longest_use(&self, start: usize) -> usize {
        let cell = self.lattice.cell(start);
        let relations = cell.relations.iter().filter(|m| self.evidence.relations.contains(&m.target));
        let relations = relations.map(|m| self.after_redundant_noun(m.end));
        let columns = cell.columns.iter().filter(|m| self.uses_column(m, start)).map(|m| m.end);
        let terms = cell.terms.iter().filter(|(term, _)| self.evidence.columns.contains(term)).map(|(_, end)| *end);
        let values = cell.values.iter().filter(|m| {
            // A relation's own column of the same name may stand for the one that holds the value.
            let name = |id: ColumnId| &self.schema.column(id).name;
            let texts = self.evidence.texts.iter().filter(|(_, text)| *text == m.target.value);
            texts.into_iter().any(|(column, _)| *column == m.target.column || name(*column) == name(m.target.column))
        });
        let categories = cell.categories.iter().filter(|(one, end)| self.does(*one, start, *end)).map(|(_, end)| *end);
        let literal =
            (self.is_literal_used(start) || self.is_name_shown(start) || self.is_sort_verb(start)).then_some(start + 1);
        let times = cell.time_ranges.iter().filter(|(range, _)| self.is_time_used(&range.text)).map(|(_, end)| *end);
        let found = relations
            .chain(columns)
            .chain(values.map(|m| m.end))
            .chain(categories)
            .chain(literal)
            .chain(times)
            .chain(terms);
        found.max().unwrap_or(start)
    }

    /// "The names" are the columns by which people know the rows of a relation, however they are called.
    fn is_name_shown(&self, position: usize) -> bool {
        let word = self.lattice.words.get(position).map_or("", |word| word.singular.as_str());
        let called = |column: &ColumnId| self.schema.column(*column).name.ends_with(word);
        let shown = |relation: &usize| {
            let display = self.schema.display_columns(*relation);
            let better = || self.schema.columns(*relation).any(|(id, _)| self.schema.is_text(id) && called(&id));
            display.iter().any(|column| self.evidence.columns.contains(column) && (called(column) || !better()))
        };
        matches!(word, "name" | "title") && self.evidence.relations.iter().any(shown)
    }

    /// "Sorted" before a direction: "sorted alphabetically".
    fn is_sort_verb(&self, position: usize) -> bool {
        lexicon::is_sort_verb(self.lattice.lower(position)) && self.evidence.orders
    }

    fn is_time_used(&self, text: &str) -> bool {
        let words = words::split(text, usize::MAX);
        words.iter().all(|word| self.evidence.literals.contains(&word.lower))
    }

    /// The position after a second noun that adds nothing: "faculty members", "catalog entries".
    fn after_redundant_noun(&self, end: usize) -> usize {
        let cell = self.lattice.cell(end);
        // Where the schema knows entries of its own, "catalog entries" are no catalogs.
        let known = cell.relations.iter().map(|m| (m.end, m.cost)).chain(cell.columns.iter().map(|m| (m.end, m.cost)));
        let telling = lexicon::is_redundant_noun(self.lattice.lower(end));
        if telling && !known.into_iter().any(|(last, _)| last == end + 1) { end + 1 } else { end }
    }

    /// A key column also names the rows that it refers to ("maker"). One that only joins is no "maker id".
    fn uses_column(&self, mention: &Mention<ColumnId>, start: usize) -> bool {
        let is_key_word = |at: usize| matches!(self.lattice.lower(at), "id" | "ids" | "code" | "codes" | "key");
        let names_key = (start..mention.end).any(is_key_word);
        let refers = || self.schema.key_of_column(mention.target).map(|(_, edge)| edge.to);
        self.evidence.columns.contains(&mention.target)
            || (self.evidence.joined_by.contains(&mention.target) && !names_key)
            || refers().is_some_and(|to| self.evidence.relations.contains(&to) && (!names_key || self.shows_key_of(to)))
    }

    /// Whether the rows of a relation are told apart in the result: by their key, or because all of them is shown.
    fn shows_key_of(&self, relation: usize) -> bool {
        let keys = self.schema.key_columns(relation);
        let shown = keys.iter().any(|key| self.evidence.columns.contains(key));
        shown || self.shows_rows_of(relation)
    }

    /// Whether there is a result row for each row of a relation, without any choice of columns.
    fn shows_rows_of(&self, relation: usize) -> bool {
        let open = self.hypothesis.default_projection && self.hypothesis.subject_column.is_none();
        self.hypothesis.query.relation(0) == relation && (open || self.evidence.per_row)
    }

    fn is_literal_used(&self, position: usize) -> bool {
        let Some(word) = self.lattice.words.get(position) else { return false };
        let literals = &self.evidence.literals;
        let number = lexicon::number_word(&word.lower).map(|number| number.to_string());
        match word.kind {
            // "3 million" and "5.0" are written otherwise in the statement.
            WordKind::Number => literals.iter().any(|literal| literal.starts_with(word.lower.as_str())),
            WordKind::Date => literals.contains(&word.lower),
            WordKind::Quoted => {
                let text = word.text.to_lowercase();
                let text = text.trim_matches('%');
                literals.iter().any(|literal| literal == text || literal.contains(text))
            }
            _ if number.is_some() => literals.iter().any(|literal| Some(literal) == number.as_ref()),
            // "starts with A", "contains Murray"
            _ => self.evidence.matches_text && literals.contains(&word.lower),
        }
    }

    /// Whether the reading does what a phrase asks for; false for phrases that ask for nothing.
    fn does(&self, phrase: Category, start: usize, end: usize) -> bool {
        let evidence = self.evidence;
        let ranks = evidence.orders || evidence.limits;
        let extreme = |aggregate: Aggregate| ranks || evidence.aggregates.contains(&aggregate);
        match phrase {
            Category::HowMany | Category::TrailingCount => {
                evidence.counts || evidence.aggregates.contains(&Aggregate::Sum) || self.is_amount_named(end)
            }
            Category::Aggregate(Aggregate::Maximum) => extreme(Aggregate::Maximum),
            Category::Aggregate(Aggregate::Minimum) => extreme(Aggregate::Minimum),
            Category::Aggregate(Aggregate::Sum) => {
                evidence.aggregates.contains(&Aggregate::Sum) || self.is_amount_named(end)
            }
            Category::Aggregate(aggregate) => evidence.aggregates.contains(&aggregate),
            Category::Top | Category::Bottom | Category::MostRows(_) | Category::MostFrequent(_) => ranks,
            Category::Highest(_) | Category::Superlative(..) => {
                extreme(Aggregate::Maximum) || extreme(Aggregate::Minimum)
            }
            Category::OrderBy | Category::Sort(_) | Category::SortByQuality(..) | Category::Alphabetical => {
                evidence.orders
            }
            Category::Compare("=") if self.lattice.lower(start) == "only" => {
                evidence.compares && !evidence.requires_some
            }
            Category::Comparative(..) | Category::Compare(_) | Category::Between => {
                evidence.compares || (matches!(phrase, Category::Compare("<>")) && evidence.negates)
            }
            Category::By => self.is_by_used(start, end),
            Category::Per => {
                let rows = evidence.aggregates.is_empty() && !evidence.counts && !evidence.limits;
                let listed = self.lattice.lower(end - 1) != "per" && rows;
                evidence.groups || evidence.per_row || listed
            }
            Category::TimeUnit(unit) | Category::EveryTimeUnit(unit) => evidence.units.contains(&unit),
            Category::Not | Category::No | Category::Without | Category::Except => evidence.negates,
            Category::Or => evidence.chooses,
            Category::Distinct => evidence.distinct || evidence.groups || self.is_distinct_anyway(end),
            Category::TextMatch(_) => evidence.matches_text,
            Category::Null | Category::NotNull => evidence.tests_null,
            Category::Named => !evidence.texts.is_empty() || evidence.matches_text || evidence.compares,
            _ => false,
        }
    }

    /// Whether the rows of the noun at a position are different ones anyway: they are counted, or shown with their key.
    fn is_distinct_anyway(&self, position: usize) -> bool {
        let base = self.hypothesis.query.relation(0);
        let cell = self.lattice.cell(position);
        let refers = |column: ColumnId| self.schema.key_of_column(column).map(|(_, edge)| edge.to);
        let named = cell.relations.iter().any(|m| m.target == base)
            || cell.columns.iter().any(|m| refers(m.target) == Some(base));
        let many = self.hypothesis.query.joined(0).any(|source| {
            let step = self.hypothesis.query.sources.get(source).and_then(|source| source.parent);
            step.is_some_and(|(_, step)| !self.schema.is_single(step))
        });
        let counted = self.hypothesis.is_counting() && !many;
        named && (counted || self.shows_key_of(base) && !self.schema.key_columns(base).is_empty())
    }

    /// Whether a column that is used is named right here, as in "the number of floors" or "total shipping".
    fn is_amount_named(&self, position: usize) -> bool {
        self.lattice.cell(position).columns.iter().any(|mention| self.uses_column(mention, position))
    }

    /// "By" begins groups or an order, or says by whom: after a participle, or before a value.
    fn is_by_used(&self, start: usize, end: usize) -> bool {
        let evidence = self.evidence;
        let before = start.checked_sub(1).map_or("", |at| self.lattice.lower(at));
        let participle = before.ends_with("ed") || before.ends_with("en") || self.is_verb(start.wrapping_sub(1));
        let value = (end..end + 4).any(|at| {
            let quoted = self.lattice.words.get(at).is_some_and(|word| word.kind == WordKind::Quoted);
            let stored = self.lattice.cell(at).values.iter().any(|mention| {
                evidence
                    .texts
                    .iter()
                    .any(|(column, text)| *column == mention.target.column && *text == mention.target.value)
            });
            quoted || stored
        });
        // "Songs by singers" are of singers, but "orders by customers" may be one number for each.
        let lists = !self.hypothesis.is_counting() && !self.hypothesis.default_projection;
        let owner = lists && self.lattice.cell(end).relations.iter().any(|m| evidence.relations.contains(&m.target));
        evidence.groups || evidence.per_row || evidence.orders || participle || value || owner
    }

    fn is_verb(&self, position: usize) -> bool {
        self.lattice.cell(position).categories.iter().any(|(one, _)| *one == Category::RelationVerb)
    }

    /// Whether a word that the reading does not use asks for nothing.
    fn needs_nothing(&self, position: usize) -> bool {
        let word = self.lattice.lower(position);
        // "May" is a month, "may" is a verb.
        let capital = self.lattice.words.get(position).is_some_and(|word| word.text.starts_with(char::is_uppercase));
        if word == "may" && capital && position > 0 {
            return false;
        }
        if self.is_verb(position) && verb_uses::follows_preposition(position, self.lattice) {
            // "On record" adds nothing, "on hold" does.
            return self.idle_phrases_over(position).any(|start| start < position);
        }
        if matches!(word, "result" | "results") {
            let before = position.saturating_sub(2)..position;
            return before.into_iter().any(|at| lexicon::is_sort_verb(self.lattice.lower(at)));
        }
        if self.is_part_of_name(position) || RELATION_WORDS.contains(&word) {
            return !self.is_part_of_name(position) && self.is_within_idle_phrase(position);
        }
        Lattice::is_structure(word) || self.is_within_idle_phrase(position) || self.is_idle_verb(position)
    }

    /// Whether a word that adds nothing elsewhere begins a name of two words here: "available features".
    fn is_part_of_name(&self, position: usize) -> bool {
        let cell = self.lattice.cell(position);
        let adds_nothing = |one: &Category| matches!(one, Category::Adverb | Category::Filler);
        let single = cell.categories.iter().any(|(one, end)| adds_nothing(one) && *end == position + 1);
        single && cell.relations.iter().any(|m| m.end == position + 2 && m.cost <= costs::UNSAID_WORD + 2)
    }

    /// Whether a phrase that asks for nothing covers a word.
    fn is_within_idle_phrase(&self, position: usize) -> bool {
        self.idle_phrases_over(position).next().is_some()
    }

    /// Where the phrases begin that ask for nothing and cover a word.
    fn idle_phrases_over(&self, position: usize) -> impl Iterator<Item = usize> + '_ {
        let relation_word = RELATION_WORDS.contains(&self.lattice.lower(position));
        (position.saturating_sub(6)..=position).filter(move |start| {
            self.lattice.cell(*start).categories.iter().any(|(one, end)| {
                *end > position
                    && one.asks_for_nothing()
                    && (!relation_word || *end > start + 1)
                    && *one != Category::RelationVerb
            })
        })
    }

    /// A verb that only says that things belong together, unless it names a relation or column that is left out, or
    /// stands before a noun as its adjective: "a running subscription".
    fn is_idle_verb(&self, position: usize) -> bool {
        let cell = self.lattice.cell(position);
        let touched = |column: ColumnId| self.evidence.relations.contains(&column.relation);
        let state = cell.values.iter().any(|m| m.target.value.is_empty() && touched(m.target.column))
            || state_doubts::is_state_of_rows(self.hypothesis.query.relation(0), position, self.lattice)
            // "Out of stock" speaks of the column that is called so.
            || cell.columns.iter().any(|m| m.cost == 0 && m.end == position + 1 && touched(m.target));
        if !self.is_verb(position)
            || verb_uses::is_attributive(position, self.lattice)
            || state
            || self.is_state_of_noun(position)
        {
            return false;
        }
        // At the end of the question a verb may be all of a condition: "heads who are acting".
        let last = position + 1 == self.lattice.len();
        // "Whose research was published" asks whether it was.
        let passive =
            position > 0 && matches!(self.lattice.lower(position - 1), "is" | "are" | "was" | "were" | "been");
        if last && passive && (0..position).any(|at| self.lattice.lower(at) == "whose") {
            return false;
        }
        // "How many orders were placed" asks for all of them, "how many were shipped" does not.
        if last && passive && !tells_beginning(self.lattice.lower(position)) {
            return self.is_named_nearby(cell);
        }
        let most = if last { costs::UNSAID_WORD } else { costs::OWN_WORDS };
        cell.relations.is_empty() && !cell.columns.iter().any(|m| m.cost <= most && m.end == position + 1)
            || self.is_named_nearby(cell)
    }

    /// Whether a word is a stored value of the noun that follows, alone or in a list: "customers with paid orders".
    fn is_state_of_noun(&self, position: usize) -> bool {
        const TIES: [&str; 3] = ["and", "or", ","];
        let values = |at: usize| self.lattice.cell(at).values.iter().filter(move |m| m.end == at + 1);
        values(position).any(|value| {
            let column = value.target.column;
            let listed =
                |at: &usize| TIES.contains(&self.lattice.lower(*at)) || values(*at).any(|m| m.target.column == column);
            let noun = (position + 1..self.lattice.len()).find(|at| !listed(at)).unwrap_or(self.lattice.len());
            let is_its = |m: &Mention<usize>| m.target == column.relation && m.cost <= costs::OWN_WORDS;
            self.lattice.cell(noun).relations.iter().any(is_its)
        })
    }

    /// Whether the reading touches a relation that the words name.
    fn is_named_nearby(&self, cell: &Cell) -> bool {
        cell.relations.iter().any(|m| self.evidence.relations.contains(&m.target))
            || cell.columns.iter().any(|m| self.evidence.relations.contains(&m.target.relation))
    }
}
