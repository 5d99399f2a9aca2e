//! The forms in which questions begin: "how many …", "what are the names of …", "which …", "for each …", "the singer's
//! name".

use crate::choice::costs;
use crate::grammar::clauses::taken;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::noun_phrases::NounPhrase;
use crate::grammar::parser::{Parser, Parses};
use crate::grammar::select_items::{ItemKind, SelectItem};
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnRef, Condition, Expression, JoinStep};

impl Parser<'_> {
    /// All ways to read the beginning of the question, each as a hypothesis about its subject and outputs.
    pub fn question_forms(&self) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for position in self.after_openers() {
            if self.is_interrupted() {
                break;
            }
            found.extend(self.count_questions(position));
            found.extend(self.noun_questions(position));
            found.extend(self.item_questions(position));
            found.extend(self.possessive_questions(position));
            found.extend(self.measure_questions(position));
            found.extend(self.best_time_unit_questions(position));
            let mut forms = Vec::new();
            forms.extend(self.measure_list_questions(position));
            forms.extend(self.ranked_measure_questions(position));
            forms.extend(self.fraction_questions(position));
            forms.extend(self.series_questions(position));
            forms.extend(self.comparison_questions(position));
            forms.extend(self.event_questions(position));
            forms.extend(self.money_questions(position));
            forms.extend(self.spending_questions(position));
            forms.extend(self.first_time_questions(position));
            forms.extend(self.either_questions(position));
            forms.extend(self.changed_groups(position));
            forms.extend(self.biggest_rows(position));
            forms.extend(self.nth_rows(position));
            forms.extend(self.best_unit_questions(position));
            forms.extend(self.last_time_questions(position));
            forms.extend(self.facts_side_by_side(position));
            found.extend(taken(position, forms));
        }
        found.extend(taken(0, self.leading_limits_per_group()));
        found.extend(self.leading_group_questions());
        found
    }

    /// The positions at which the content of the question may begin: after any number of "please", "show me", "which".
    fn after_openers(&self) -> Vec<usize> {
        let mut found = vec![0];
        let mut next = 0;
        while let Some(position) = found.get(next).copied() {
            next += 1;
            for (one, end) in &self.lattice.cell(position).categories {
                let opens = matches!(
                    one,
                    Category::Opener
                        | Category::Which
                        | Category::Article
                        | Category::Comma
                        | Category::Filler
                        | Category::And
                );
                if opens && !found.contains(end) && found.len() < 12 {
                    found.push(*end);
                }
            }
        }
        found
    }

    /// A count: "how many cancelled orders", "number of customers", "how many different cities".
    fn count_questions(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for start in self.ends(position, Category::HowMany) {
            let number =
                |noun: &NounPhrase| noun.column.is_some_and(|id| self.schema.is_number(id) && !self.schema.is_key(id));
            for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.distinct || !number(noun)) {
                for hypothesis in self.rows_of(&noun) {
                    let mut hypothesis = match noun.column {
                        Some(column) => hypothesis
                            .select(Expression::Aggregate(Aggregate::Count, ColumnRef { source: 0, column }), "count"),
                        None => self.count_of_rows(hypothesis, 0),
                    };
                    hypothesis.default_projection = false;
                    hypothesis.subject_column = None;
                    hypothesis.query.distinct = false;
                    found.push((hypothesis, end));
                }
            }
        }
        found
    }

    /// The rows of a noun, restricted by its adjectives, with all columns unless the question says more.
    pub fn rows_of(&self, noun: &NounPhrase) -> Vec<Hypothesis> {
        let mut hypothesis = Hypothesis::new(noun.relation, noun.cost);
        hypothesis.default_projection = true;
        hypothesis.asked_limit = noun.limit;
        hypothesis.from_bottom = noun.from_bottom;
        hypothesis.subject_column = noun.column.map(|column| ColumnRef { source: 0, column });
        hypothesis.query.distinct = noun.distinct && noun.column.is_some();
        if let Some(edge) = noun.via.filter(|edge| self.schema.is_own_key(*edge)) {
            let (mut called, head) = hypothesis.subquery_step(self.schema, 0, JoinStep { edge, forward: false });
            called.own_key = Some(edge);
            hypothesis = called.filter(0, Condition::Exists { source: head, negated: false });
        }
        self.with_adjectives(hypothesis, 0, noun)
    }

    /// A list of rows: "all customers", "which singers", "the 3 oldest dogs".
    fn noun_questions(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (noun, end) in self
            .noun_phrases(position)
            .into_iter()
            .filter(|(noun, _)| !noun.column.is_some_and(|id| self.is_identity(id)))
        {
            found.extend(self.rows_of(&noun).into_iter().map(|hypothesis| (hypothesis, end)));
        }
        found
    }

    /// A list of items, of a noun or alone: "the name and age of all singers", "average age", "song names".
    fn item_questions(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (items, after) in self.select_items(position) {
            // In "orders of customers" the orders are restricted, not shown beside customers.
            // "MRR by plan" asks for groups and not for the numbers one by one.
            let number = |item: &SelectItem| {
                let columns = self.lattice.cell(item.start).columns.iter().filter(|m| m.end == item.end);
                item.kind_is_column()
                    && columns.clone().count() > 0
                    && columns.clone().all(|m| self.schema.is_number(m.target))
            };
            let rows = matches!(items.as_slice(), [SelectItem { kind: ItemKind::Rows, .. }])
                || self.lattice.lower(after) == "by" && items.iter().all(number);
            if let Some(start) = self.accept(after, Category::Of).filter(|_| !rows) {
                for (noun, end) in self.noun_phrases(start).into_iter().filter(|(noun, _)| noun.column.is_none()) {
                    for hypothesis in self.rows_of(&noun) {
                        let named = noun.each
                            && items
                                .iter()
                                .all(|item| matches!(item.kind, ItemKind::Aggregate(_) | ItemKind::Count(_)));
                        let hypothesis = if named { hypothesis.select_identity(self.schema, 0) } else { hypothesis };
                        let mut projected = self.project_only(&hypothesis, &items);
                        projected.iter_mut().filter(|_| noun.distinct).for_each(Hypothesis::show_once);
                        found.extend(projected.into_iter().map(|hypothesis| (hypothesis, end)));
                    }
                }
            }
            for relation in self.relations_of_items(&items) {
                let hypothesis = Hypothesis::new(relation, costs::UNNAMED_RELATION);
                found.extend(self.project_only(&hypothesis, &items).into_iter().map(|hypothesis| (hypothesis, after)));
            }
        }
        found
    }

    fn project_only(&self, hypothesis: &Hypothesis, items: &[SelectItem]) -> Vec<Hypothesis> {
        let mut hypothesis = hypothesis.clone();
        hypothesis.default_projection = false;
        hypothesis.subject_column = None;
        let subject = matches!(items, [SelectItem { kind: ItemKind::Column, .. }]);
        // In "the total of all orders", "total" is the sum even where a column has that name.
        let mut items = items.to_vec();
        if let [item @ SelectItem { kind: ItemKind::Column, .. }] = items.as_mut_slice()
            && self.lattice.lower(item.start) == "total"
            && item.end == item.start + 1
        {
            item.kind = ItemKind::Aggregate(Aggregate::Sum);
        }
        let mut hypotheses = self.project(&hypothesis, 0, &items);
        for hypothesis in &mut hypotheses {
            if let (true, Some(Expression::Column(at))) = (subject, hypothesis.query.outputs.first().map(|o| &o.value))
            {
                hypothesis.subject_column = Some(*at).filter(|at| at.source == 0 && !self.is_identity(at.column));
            }
        }
        hypotheses
    }

    /// Whether a column identifies the rows of its relation, as its key or by name. Such a column is no subject of its
    /// own.
    fn is_identity(&self, column: crate::query::tree::ColumnId) -> bool {
        let key = self.schema.key_columns(column.relation);
        key == [column] || self.schema.display_columns(column.relation).contains(&column)
    }

    /// The relations that a list of items may be about where no noun says it.
    fn relations_of_items(&self, items: &[SelectItem]) -> Vec<usize> {
        let mut found = Vec::new();
        let mut add = |relation: usize| {
            if !found.contains(&relation) {
                found.push(relation);
            }
        };
        for item in items {
            let cell = self.lattice.cell(item.start);
            match (&item.kind, item.of) {
                (ItemKind::Rows, _) => {}
                (_, Some((start, end))) => {
                    self.lattice.cell(start).relations.iter().filter(|m| m.end == end).for_each(|m| add(m.target));
                }
                (ItemKind::Count(noun), None) => add(noun.relation),
                (ItemKind::Column | ItemKind::Aggregate(_) | ItemKind::MostFrequent(_), None) => {
                    cell.columns
                        .iter()
                        .filter(|m| m.end == item.end && m.cost <= costs::OWN_WORDS)
                        .for_each(|m| add(m.target.relation));
                }
                _ => {}
            }
        }
        found.truncate(12);
        found
    }

    /// Items after a possessive: "each singer's name and age".
    fn possessive_questions(&self, position: usize) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        for (noun, middle) in self
            .noun_phrases(position)
            .into_iter()
            .filter(|(noun, end)| noun.column.is_none() && self.lattice.is_possessive(*end))
        {
            for (items, end) in self.select_items(middle) {
                for hypothesis in self.rows_of(&noun) {
                    found
                        .extend(self.project_only(&hypothesis, &items).into_iter().map(|hypothesis| (hypothesis, end)));
                }
            }
        }
        found
    }

    /// A group that is said first: "For each stadium, how many concerts are there?", "For all singers, show the name".
    fn leading_group_questions(&self) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let starts = [self.accept(0, Category::Per), self.accept(0, Category::Of), self.accept(0, Category::In)];
        let mut starts: Vec<usize> = starts.into_iter().flatten().collect();
        starts.dedup();
        for start in starts {
            for (noun, middle) in self.noun_phrases(self.skip_all(start, &[Category::All, Category::Each])) {
                let Some(comma) = self.accept(middle, Category::Comma) else { continue };
                let mut positions = vec![comma];
                positions.extend(self.ends(comma, Category::Opener));
                positions.extend(self.ends(comma, Category::Which));
                for position in positions {
                    for (items, end) in self.select_items(position) {
                        found
                            .extend(self.items_for_each(&noun, &items).into_iter().map(|hypothesis| (hypothesis, end)));
                    }
                }
            }
        }
        found
    }

    /// Items for each row of a noun: its own columns, and aggregates of the rows that belong to it.
    fn items_for_each(&self, noun: &NounPhrase, items: &[SelectItem]) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for mut hypothesis in self.rows_of(noun) {
            hypothesis.default_projection = false;
            if let Some(subject) = hypothesis.subject_column.take() {
                hypothesis.query.distinct = false;
                hypothesis.query.groups.push(Expression::Column(subject));
                hypothesis = hypothesis.select(Expression::Column(subject), "");
            } else if items
                .iter()
                .all(|item| !matches!(item.kind, ItemKind::Column | ItemKind::FullName | ItemKind::AllColumns))
            {
                hypothesis = hypothesis.select_identity(self.schema, 0);
            }
            found.extend(self.project(&hypothesis, 0, items));
        }
        found
    }
}
