//! Head nouns: what may be called by the noun of a phrase: the rows of a relation, the values of a column, the rows that a key
//! refers to, or those that have a stored value.

use crate::catalog::name_index::Mention;
use crate::choice::costs;
use crate::grammar::noun_phrases::{Adjective, NounPhrase, Premodifiers};
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::value_mentions::StoredValue;
use crate::query::tree::ColumnId;

impl Parser<'_> {
    /// The nouns that begin here, after what stands before them.
    pub(super) fn head_nouns(&self, position: usize, before: &Premodifiers) -> Parses<NounPhrase> {
        let mut found = self.relations_as_nouns(position, before);
        found.extend(self.columns_as_nouns(position, before));
        found.extend(self.values_as_nouns(position, before));
        found
    }

    fn noun(
        &self,
        before: &Premodifiers,
        relation: usize,
        column: Option<ColumnId>,
        cost: u32,
        end: usize,
    ) -> NounPhrase {
        before.noun(relation, column, cost, self.lattice.is_plural(end))
    }

    fn relations_as_nouns(&self, position: usize, before: &Premodifiers) -> Parses<NounPhrase> {
        let mut found = Vec::new();
        for mention in &self.lattice.cell(position).relations {
            if self.is_interrupted() {
                break;
            }
            let cost = mention.cost + if self.is_compound_link(mention.target) { costs::LINK_AS_NOUN } else { 0 };
            let noun = self.noun(before, mention.target, None, cost, mention.end);
            found.push((noun, self.after_redundant_noun(mention.end)));
        }
        found
    }

    fn columns_as_nouns(&self, position: usize, before: &Premodifiers) -> Parses<NounPhrase> {
        let mut found = Vec::new();
        let cell = self.lattice.cell(position);
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
            let noun = if let Some((number, edge)) = key {
                let unsaid = if mention.cost > costs::OWN_WORDS { costs::KEY_WITH_ROLE } else { mention.cost };
                let called = self.noun(before, edge.to, None, unsaid + costs::RELATION_BY_KEY_NAME, mention.end);
                NounPhrase { via: Some(number), ..called }
            } else {
                let cost = mention.cost + costs::COLUMN_AS_NOUN;
                self.noun(before, mention.target.relation, Some(mention.target), cost, mention.end)
            };
            found.push((noun, mention.end));
        }
        found
    }

    fn values_as_nouns(&self, position: usize, before: &Premodifiers) -> Parses<NounPhrase> {
        let mut found = Vec::new();
        let said = |m: &&Mention<StoredValue>| m.cost <= costs::STORED_AS_SAID && self.lattice.is_plural(m.end);
        for mention in self.lattice.cell(position).values.iter().filter(said) {
            let having = |relation: usize, cost: u32| {
                let mut noun = self.noun(before, relation, None, mention.cost + cost, mention.end);
                noun.adjectives.push(Adjective::Value { start: position, end: mention.end, negated: false });
                (noun, mention.end)
            };
            let relation = mention.target.column.relation;
            // "laptops" are the products of this category, where categories are what products refer to.
            if self.is_name(mention.target.column) && self.schema.event_dates(relation).is_empty() {
                let members = self.schema.referring(relation).into_iter();
                found.extend(members.map(|member| having(member, costs::VALUE_AS_MEMBERS)));
            }
            found.push(having(relation, self.cost_of_value_as_noun(position, mention)));
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
}
