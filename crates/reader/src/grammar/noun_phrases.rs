//! Noun phrases: "all cancelled orders", "the 3 oldest French singers".

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::{Category, Quality};
use crate::lattice::value_mentions::StoredValue;
use crate::query::tree::{ColumnId, ColumnRef, Direction, Expression};

/// A noun with what stands before it. It denotes the rows of a relation or the values of a column.
#[derive(Debug, Clone)]
pub struct NounPhrase {
    pub relation: usize,
    /// It denotes the values of this column of the relation: "countries" where no relation is called so.
    pub column: Option<ColumnId>,
    /// The key by whose name the relation is called: "sales rep" for the employee that an account's key of this name
    /// refers to.
    pub via: Option<usize>,
    pub cost: u32,
    pub adjectives: Vec<Adjective>,
    pub plural: bool,
    pub distinct: bool,
    /// "each" or "every" stands before it.
    pub each: bool,
    /// How many are meant: "top 3".
    pub limit: Option<u32>,
    /// The least are meant: "bottom 3".
    pub from_bottom: bool,
}

/// A premodifier that restricts or ranks rows.
#[derive(Debug, Clone, Copy)]
pub enum Adjective {
    /// The words from `start` to `end`, which may be stored values.
    Value {
        start: usize,
        end: usize,
        negated: bool,
    },
    /// A list of stored values, of which any may hold: "paid and shipped".
    AnyValue {
        start: usize,
        end: usize,
    },
    Flag {
        column: ColumnId,
        negated: bool,
    },
    Superlative(Quality, Direction),
}

#[derive(Clone, Default)]
struct Premodifiers {
    adjectives: Vec<Adjective>,
    distinct: bool,
    each: bool,
    limit: Option<u32>,
    from_bottom: bool,
}

impl Parser<'_> {
    /// The noun phrases that begin here.
    pub fn noun_phrases(&self, position: usize) -> Parses<NounPhrase> {
        if let Some(known) = self.noun_phrases.borrow().get(&position) {
            return known.clone();
        }
        let found = self.noun_phrases_after(position, &Premodifiers::default());
        self.noun_phrases.borrow_mut().insert(position, found.clone());
        found
    }

    fn noun_phrases_after(&self, position: usize, before: &Premodifiers) -> Parses<NounPhrase> {
        let position = self.skip_articles(position);
        let mut found = self.head_nouns(position, before);
        if before.adjectives.len() < 3 {
            for (next, end) in self.premodifiers(position, before) {
                found.extend(self.noun_phrases_after(end, &next));
            }
        }
        found
    }

    fn head_nouns(&self, position: usize, before: &Premodifiers) -> Parses<NounPhrase> {
        let cell = self.lattice.cell(position);
        let noun = |relation: usize, column: Option<ColumnId>, cost: u32, end: usize| NounPhrase {
            relation,
            column,
            via: None,
            cost,
            adjectives: before.adjectives.clone(),
            plural: self.lattice.is_plural(end),
            distinct: before.distinct,
            each: before.each,
            limit: before.limit,
            from_bottom: before.from_bottom,
        };
        let mut found = Vec::new();
        for mention in &cell.relations {
            if self.is_interrupted() {
                break;
            }
            let cost = mention.cost + if self.is_compound_link(mention.target) { costs::LINK_AS_NOUN } else { 0 };
            found.push((noun(mention.target, None, cost, mention.end), self.after_redundant_noun(mention.end)));
        }
        // A plural names the relation of that name rather than a column.
        let taken =
            |end: usize| self.lattice.is_plural(end) && cell.relations.iter().any(|m| m.cost == 0 && m.end == end);
        let columns = cell
            .columns
            .iter()
            .filter(|m| !taken(m.end) && (m.cost <= self.most_of_key(m) || !self.schema.is_key(m.target)));
        for mention in columns {
            if self.is_interrupted() {
                break;
            }
            // "maker" means the rows that a key column of this name refers to.
            let key = self.schema.key_of_column(mention.target).or(self.schema.own_key_of_column(mention.target));
            if let Some((number, edge)) = key {
                let unsaid = if mention.cost > costs::OWN_WORDS { costs::KEY_WITH_ROLE } else { mention.cost };
                let called = noun(edge.to, None, unsaid + costs::RELATION_BY_KEY_NAME, mention.end);
                found.push((NounPhrase { via: Some(number), ..called }, mention.end));
                continue;
            }
            let column = Some(mention.target);
            found.push((
                noun(mention.target.relation, column, mention.cost + costs::COLUMN_AS_NOUN, mention.end),
                mention.end,
            ));
        }
        for mention in cell
            .values
            .iter()
            .filter(|mention| mention.cost <= costs::STORED_AS_SAID && self.lattice.is_plural(mention.end))
        {
            let relation = mention.target.column.relation;
            // "laptops" are the products of this category, where categories are what products refer to.
            if self.is_name(mention.target.column) && self.schema.event_dates(relation).is_empty() {
                for member in self.schema.referring(relation) {
                    let mut one = noun(member, None, mention.cost + costs::VALUE_AS_MEMBERS, mention.end);
                    one.adjectives.push(Adjective::Value { start: position, end: mention.end, negated: false });
                    found.push((one, mention.end));
                }
            }
            let as_noun = mention.cost + self.cost_of_value_as_noun(position, mention);
            let mut one = noun(relation, None, as_noun, mention.end);
            one.adjectives.push(Adjective::Value { start: position, end: mention.end, negated: false });
            found.push((one, mention.end));
        }
        found
    }

    /// What it costs to take a stored value for the rows that have it.
    fn cost_of_value_as_noun(&self, position: usize, mention: &Mention<StoredValue>) -> u32 {
        let column = mention.target.column;
        let mut others = self.lattice.cell(position).values.iter().filter(|other| other.end == mention.end);
        let alone = others.all(|other| other.target.column == column);
        match self.tells_kinds(column) {
            true if alone => costs::KIND_AS_NOUN,
            _ if self.tells_circumstances(column) => costs::CIRCUMSTANCE_AS_NOUN,
            _ => costs::VALUE_AS_NOUN,
        }
    }

    /// Whether a column tells by what or about what its rows came, by its name or its comment: complaints about prices are no prices.
    fn tells_circumstances(&self, column: ColumnId) -> bool {
        const CIRCUMSTANCES: [&str; 9] =
            ["topic", "subject", "channel", "source", "reason", "cause", "method", "origin", "medium"];
        let comment = self.schema.column(column).comment.as_deref().unwrap_or_default().to_lowercase();
        let heading = comment.split_once(':').map_or("", |(heading, _)| heading.trim());
        CIRCUMSTANCES.contains(&self.schema.last_word(column)) || CIRCUMSTANCES.contains(&heading)
    }

    /// Whether a column tells what kinds of things its rows are: by its name, or by the comment that explains its codes.
    fn tells_kinds(&self, column: ColumnId) -> bool {
        const KINDS: [&str; 5] = ["kind", "type", "category", "class", "species"];
        let comment = self.schema.column(column).comment.as_deref().unwrap_or_default().to_lowercase();
        let heading = comment.split_once(':').map(|(heading, _)| heading.trim());
        let coded = !self.schema.codes(column).is_empty() && heading.is_none_or(|heading| KINDS.contains(&heading));
        KINDS.contains(&self.schema.last_word(column)) || coded
    }

    /// What the name of a key may cost as a noun: where nothing else is called so, "agent" is enough for `agent_id`.
    fn most_of_key(&self, mention: &Mention<ColumnId>) -> u32 {
        let relation = self.schema.relation_words(mention.target.relation);
        let [.., _, id] = self.schema.words(mention.target) else { return costs::OWN_WORDS };
        let refers = self.schema.key_of_column(mention.target).or(self.schema.own_key_of_column(mention.target));
        let plain = id == "id"
            && refers.is_some()
            && !mention.qualified
            && relation.first() != self.schema.words(mention.target).first();
        if plain { costs::of_unsaid_word("id") } else { costs::OWN_WORDS }
    }

    /// Whether the rows of a relation only tie others together, after which it is called: `train_station` beside `train`
    /// and `station`.
    fn is_compound_link(&self, relation: usize) -> bool {
        let words = self.schema.relation_words(relation);
        let keys: Vec<_> = self.schema.keys_of(relation).collect();
        let is_key = |id: ColumnId| self.schema.key_of_column(id).is_some();
        let named = |to: usize| self.schema.relation_words(to).iter().all(|word| words.contains(word));
        keys.len() == 2
            && keys.iter().all(|(_, edge)| named(edge.to))
            && self.schema.columns(relation).all(|(id, _)| is_key(id))
    }

    /// The position after a second noun that adds nothing: "faculty members", "party records".
    fn after_redundant_noun(&self, end: usize) -> usize {
        let known = self.lattice.cell(end).relations.iter().any(|mention| mention.cost == 0);
        if crate::lattice::lexicon::is_redundant_noun(self.lattice.lower(end)) && !known { end + 1 } else { end }
    }

    fn premodifiers(&self, position: usize, before: &Premodifiers) -> Parses<Premodifiers> {
        let mut found = Vec::new();
        for (one, end) in &self.lattice.cell(position).categories {
            let mut next = before.clone();
            match one {
                Category::All | Category::Pronoun => {}
                Category::Each => next.each = true,
                Category::Distinct => next.distinct = true,
                Category::Superlative(quality, direction) => {
                    next.adjectives.push(Adjective::Superlative(*quality, *direction))
                }
                Category::Top | Category::Bottom if before.limit.is_none() => {
                    let Some((number, after)) = self.number(*end).filter(|(number, _)| *number > 0) else { continue };
                    next.limit = Some(number);
                    next.from_bottom = *one == Category::Bottom;
                    found.push((next, after));
                    continue;
                }
                _ => continue,
            }
            found.push((next, *end));
        }
        let superlative = |at: usize| {
            self.lattice.cell(at).categories.iter().any(|(one, _)| matches!(one, Category::Superlative(..)))
        };
        let said = before.adjectives.iter().any(|one| matches!(one, Adjective::Superlative(..)));
        let bare = |end: usize| {
            self.lattice.cell(end).relations.iter().any(|m| m.cost <= costs::OWN_WORDS && self.lattice.is_plural(m.end))
        };
        let fits = |end: usize| before.limit.is_none() && (said || superlative(end) || bare(end));
        if let Some((number, end)) = self.number(position).filter(|(number, end)| fits(*end) && *number > 0) {
            found.push((Premodifiers { limit: Some(number), ..before.clone() }, end));
        }
        let negated = self.accept(position, Category::Not);
        let start = negated.unwrap_or(position);
        let mut add = |adjective: Adjective, end: usize| {
            let mut next = before.clone();
            next.adjectives.push(adjective);
            found.push((next, end));
        };
        let mut ends: Vec<usize> = self.lattice.cell(start).values.iter().map(|mention| mention.end).collect();
        ends.sort_unstable();
        ends.dedup();
        for end in ends {
            add(Adjective::Value { start, end, negated: negated.is_some() }, end);
        }
        for end in self.ends_of_lists(start).into_iter().filter(|_| negated.is_none()) {
            add(Adjective::AnyValue { start, end }, end);
        }
        for mention in self
            .lattice
            .cell(start)
            .columns
            .iter()
            .filter(|m| m.cost <= costs::NEARLY_EXACT_NAME && self.schema.is_flag(m.target))
        {
            add(Adjective::Flag { column: mention.target, negated: negated.is_some() }, mention.end);
        }
        found
    }

    /// Restricts a source by the adjectives of its noun, in each way they can be meant.
    pub fn with_adjectives(&self, hypothesis: Hypothesis, source: usize, noun: &NounPhrase) -> Vec<Hypothesis> {
        let mut hypotheses = vec![hypothesis];
        for adjective in &noun.adjectives {
            hypotheses = hypotheses
                .iter()
                .flat_map(|hypothesis| self.with_adjective(hypothesis, source, *adjective, noun))
                .collect();
        }
        hypotheses
    }

    fn with_adjective(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        adjective: Adjective,
        noun: &NounPhrase,
    ) -> Vec<Hypothesis> {
        match adjective {
            Adjective::Value { start, end, negated } => self.with_value(hypothesis, source, start, end, negated),
            Adjective::AnyValue { start, end } => self.with_any_value(hypothesis, source, start, end),
            Adjective::Flag { column, negated } => self.with_flag(hypothesis, source, column, negated),
            Adjective::Superlative(quality, direction) => {
                let limit = noun.limit.or((!noun.plural).then_some(1));
                let columns = self.quality_columns(self.schema_relation(hypothesis, source), quality, direction);
                let sorted = columns.iter().map(|(column, direction, cost)| {
                    let value = Expression::Column(ColumnRef { source, column: *column });
                    self.rank_by(hypothesis.clone().with_cost(*cost), source, value, *direction, limit)
                });
                let sorted = sorted.flatten().collect();
                // What is best rated is told by those who rated it.
                if columns.is_empty() && quality == Quality::Rating && source == 0 {
                    return self.ranked_by_opinions(hypothesis, direction, limit);
                }
                sorted
            }
        }
    }

    fn schema_relation(&self, hypothesis: &Hypothesis, source: usize) -> usize {
        hypothesis.query.relation(source)
    }

    fn with_flag(&self, hypothesis: &Hypothesis, source: usize, column: ColumnId, negated: bool) -> Vec<Hypothesis> {
        let condition = |at: ColumnRef| crate::query::tree::Condition::IsTrue { column: at, negated };
        let attached = self.attach(hypothesis, source, column.relation).into_iter();
        attached
            .map(|(hypothesis, source)| hypothesis.filter(source, condition(ColumnRef { source, column })))
            .collect()
    }
}

/// The opposite direction.
pub fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Ascending => Direction::Descending,
        Direction::Descending => Direction::Ascending,
    }
}
