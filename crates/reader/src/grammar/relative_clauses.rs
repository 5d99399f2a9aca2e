//! Relative clauses: a noun restricted or ranked by related rows, as in "who have a dog", "with more than two
//! accounts", "without any course", "with the most orders".

use crate::choice::costs;
use crate::grammar::connectives::Connective;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::noun_phrases::{Adjective, NounPhrase};
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{ColumnRef, Condition, Expression, JoinStep, Operand};

impl Parser<'_> {
    /// A related noun: "who have a dog", "in the stadium", "without any concert".
    pub fn related_nouns(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        // "with orders but no reviews" ties the reviews by what ties the orders.
        if !(connective.linked || connective.also && connective.negated) {
            return found;
        }
        // "revenue by category" asks for groups, which is another rule.
        let by = connective.end.checked_sub(1).is_some_and(|at| self.lattice.lower(at) == "by");
        let lists = |noun: &NounPhrase| hypothesis.is_counting() || (hypothesis.default_projection && !noun.plural);
        let groups = |noun: &NounPhrase| by && lists(noun) && noun.adjectives.is_empty();
        for (noun, end) in
            self.noun_phrases(connective.end).into_iter().filter(|(noun, _)| noun.column.is_none() && !groups(noun))
        {
            if let Some(without) = self.without_own_rows(hypothesis, source, connective, &noun) {
                found.extend(without.into_iter().map(|next| (next, end)));
                continue;
            }
            let shown = self.with_shown(hypothesis, source, connective, &noun);
            found.extend(shown.into_iter().map(|next| (next, end)));
            let own_key = noun.via.filter(|edge| self.schema.is_own_key(*edge));
            let near: Vec<(Hypothesis, usize)> = if let Some(edge) = own_key {
                if hypothesis.query.relation(source) != noun.relation {
                    continue;
                }
                let (next, head) = hypothesis.subquery_step(self.schema, source, JoinStep { edge, forward: true });
                vec![(next.filter(source, Condition::Exists { source: head, negated: connective.negated }), head)]
            } else if connective.negated {
                let deny = |head: usize| Condition::Exists { source: head, negated: true };
                let subs = hypothesis.subquery(self.schema, source, noun.relation, true).into_iter();
                subs.filter_map(|(hypothesis, head, target)| Some((hypothesis.filter(source, deny(head?)), target)))
                    .collect()
            } else {
                self.attach(hypothesis, source, noun.relation)
            };
            for (mut next, target) in near {
                let step = next.query.sources.get(target).and_then(|source| source.parent).map(|(_, step)| step.edge);
                let other_key = noun.via.is_some() && step.is_some() && target != source && step != noun.via;
                if other_key
                    || target == source && (connective.verb || connective.negated)
                    || noun.each && (hypothesis.is_aggregate() || hypothesis.query.limit.is_some())
                {
                    continue;
                }
                next.cost += noun.cost + costs::RELATED_NOUN + self.unused_verb_cost(&next, connective);
                next.focus.retain(|one| *one != target);
                next.focus.push(target);
                found.extend(self.with_adjectives(next, target, &noun).into_iter().map(|hypothesis| (hypothesis, end)));
            }
        }
        found
    }

    /// "Revenue without cancelled orders" leaves rows of the source itself out: those that the one adjective tells. `None` where the
    /// clause is not of that form.
    fn without_own_rows(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
        noun: &NounPhrase,
    ) -> Option<Vec<Hypothesis>> {
        let own = noun.relation == hypothesis.query.relation(source) && noun.via.is_none();
        let [adjective] = noun.adjectives.as_slice() else { return None };
        let denied = match *adjective {
            Adjective::Value { start, end, negated: false } => Adjective::Value { start, end, negated: true },
            Adjective::Flag { column, negated: false } => Adjective::Flag { column, negated: true },
            _ => return None,
        };
        let fits = own && connective.negated && connective.linked && noun.plural && noun.limit.is_none();
        let noun = NounPhrase { adjectives: vec![denied], ..noun.clone() };
        let next = hypothesis.clone().with_cost(noun.cost + costs::RELATED_NOUN);
        fits.then(|| self.with_adjectives(next, source, &noun))
    }

    /// "The latest reviews with product" show the product of each, as every row has one.
    fn with_shown(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        connective: Connective,
        noun: &NounPhrase,
    ) -> Vec<Hypothesis> {
        let with = connective.end.checked_sub(1).is_some_and(|at| {
            matches!(self.lattice.lower(at), "with" | "including")
                || matches!(self.lattice.lower(at), "the" | "their" | "its")
        });
        let lists = source == 0 && hypothesis.default_projection && hypothesis.subject_column.is_none();
        let plain = noun.adjectives.is_empty() && noun.limit.is_none() && noun.via.is_none() && !noun.plural;
        let own = noun.relation == hypothesis.query.relation(source);
        if !(with && lists && plain) || own || connective.negated || connective.verb {
            return Vec::new();
        }
        let joined = hypothesis.join(self.schema, source, noun.relation).into_iter().filter(|(.., many)| !many);
        joined.map(|(next, target, _)| next.with_cost(noun.cost).select_display_columns(self.schema, target)).collect()
    }

    /// The cost of a verb that names a relation which the joins do not touch: "attended" where there is a relation of
    /// attendances.
    fn unused_verb_cost(&self, hypothesis: &Hypothesis, connective: Connective) -> u32 {
        let Some(verb) = connective.verb_position else { return 0 };
        let named = &self.lattice.cell(verb).relations;
        let touched = |relation: usize| hypothesis.query.sources.iter().any(|source| source.relation == relation);
        if named.is_empty() || named.iter().any(|mention| touched(mention.target)) { 0 } else { costs::UNUSED_VERB }
    }

    /// A test of how many related rows there are: "more than two accounts", "at least 3 car makers", "two or more
    /// courses".
    pub fn count_tests(&self, hypothesis: &Hypothesis, source: usize, connective: Connective) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (operator, number, start) in
            self.quantities(connective.end).into_iter().filter(|(one, ..)| *one != "=" || connective.verb)
        {
            let start = self.skip_optional(start, Category::Of);
            // Whoever "made two or less orders" may have to have made one.
            if matches!(operator, "<" | "<=") && connective.verb_position.is_some() {
                continue;
            }
            for (noun, end) in self.noun_phrases(start) {
                let hypotheses = self.with_count(hypothesis, source, &noun, operator, number);
                found
                    .extend(hypotheses.into_iter().filter(|_| !connective.negated).map(|hypothesis| (hypothesis, end)));
            }
        }
        found
    }

    /// The comparisons of a count that may stand here: operator, number, and the position after them.
    fn quantities(&self, position: usize) -> Vec<(&'static str, u32, usize)> {
        let mut found = Vec::new();
        for (operator, start) in self.operators(position) {
            found.extend(self.number(start).map(|(number, end)| (operator, number, end)));
        }
        if let Some(start) = self.accept(position, Category::Compare("=")) {
            found.extend(self.number(start).map(|(number, end)| ("=", number, end)));
        }
        if let Some((number, end)) = self.number(position) {
            match self.or_more(end) {
                Some((operator, end)) => found.push((operator, number, end)),
                None => found.push(("=", number, end)),
            }
        }
        found
    }

    fn with_count(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        noun: &NounPhrase,
        operator: &'static str,
        number: u32,
    ) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        if let Some(subject) = hypothesis.subject_column.filter(|_| source == 0) {
            for (mut next, target) in self.grouped_by_subject(hypothesis, subject, noun) {
                let Some(value) = next.count_of_joined(self.schema, 0, target) else { continue };
                let operand = Operand::Number(number.to_string());
                next.query.having.push(Condition::Compare { value, operator, operand });
                next.focus.push(target);
                found.push(next);
            }
            return found;
        }
        let own = hypothesis.query.relation(source);
        if let Some(edge) = hypothesis.own_key.filter(|_| source == 0 && noun.relation == own && noun.column.is_none())
        {
            let (next, head) = hypothesis.subquery_step(self.schema, 0, JoinStep { edge, forward: false });
            let condition = Condition::RowCount { source: head, distinct: None, operator, number };
            let mut next = next.filter(0, condition).with_cost(noun.cost + costs::RELATED_NOUN);
            next.focus.push(head);
            return self.with_adjectives(next, head, noun);
        }
        for (next, head, target) in hypothesis.subquery(self.schema, source, noun.relation, false) {
            let Some(head) = head.filter(|_| noun.relation != own) else { continue };
            let Some(distinct) = self.counted(&next, source, target, noun) else { continue };
            let condition = Condition::RowCount { source: head, distinct, operator, number };
            let mut next = next.filter(source, condition).with_cost(noun.cost + costs::RELATED_NOUN);
            next.focus.push(target);
            found.extend(self.with_adjectives(next, target, noun));
        }
        found
    }

    /// Groups by the subject column, so that the rows of its relation or of a joined one can be counted for each value.
    /// Each result has the source of the counted relation.
    pub fn grouped_by_subject(
        &self,
        hypothesis: &Hypothesis,
        subject: ColumnRef,
        noun: &NounPhrase,
    ) -> Vec<(Hypothesis, usize)> {
        let mut found = Vec::new();
        for (mut next, target, _) in hypothesis.join(self.schema, 0, noun.relation) {
            if noun.column.is_some() || !next.query.groups.is_empty() {
                continue;
            }
            next.query.groups.push(Expression::Column(subject));
            // "The states with the most invoices" may be those of the invoices.
            let rival = noun.relation != subject.column.relation && self.has_rival(noun.relation, subject.column, true);
            next.cost += if rival { costs::RIVAL_OF_OWN_COLUMN } else { 0 };
            next.cost += noun.cost + costs::RELATED_NOUN;
            found.extend(self.with_adjectives(next, target, noun).into_iter().map(|hypothesis| (hypothesis, target)));
        }
        found
    }
}

impl Hypothesis {
    /// Whether the answer is a single row of aggregates.
    pub fn is_counting(&self) -> bool {
        self.is_aggregate() && self.query.groups.is_empty()
    }
}
