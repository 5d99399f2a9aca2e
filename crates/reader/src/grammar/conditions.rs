//! Conditions on a column: "over 20", "is 'x'", "Berlin or Hamburg", "above the average", "contains 'x'".

use crate::choice::costs;
use crate::grammar::hypothesis::Hypothesis;
use crate::grammar::parser::{Parser, Parses};
use crate::lattice::lexicon::Category;
use crate::query::tree::{Aggregate, ColumnId, ColumnRef, Condition, Expression, Operand, QueryTree};
use words::WordKind;

impl Parser<'_> {
    /// Makes the columns of a relation available to conditions on a source: the source itself, a join where there is
    /// one row at most, else a subquery of which some row has to exist. Each result has the source of the relation.
    pub fn attach(&self, hypothesis: &Hypothesis, source: usize, relation: usize) -> Vec<(Hypothesis, usize)> {
        if self.is_interrupted() {
            return Vec::new();
        }
        let scope = hypothesis.query.scope(source);
        let mut near = [source, scope].into_iter().chain(hypothesis.query.joined(scope));
        if let Some(known) = near.find(|one| hypothesis.query.relation(*one) == relation) {
            return vec![(hypothesis.clone(), known)];
        }
        let subs = hypothesis.subquery(self.schema, source, relation, false).into_iter();
        subs.map(|(hypothesis, head, target)| match head {
            Some(head) => (hypothesis.filter(source, Condition::Exists { source: head, negated: false }), target),
            None => (hypothesis, target),
        })
        .collect()
    }

    /// Restricts a source to the stored values that the words from `start` to `end` spell, in each column that holds
    /// one.
    pub fn with_value(
        &self,
        hypothesis: &Hypothesis,
        source: usize,
        start: usize,
        end: usize,
        negated: bool,
    ) -> Vec<Hypothesis> {
        let mut found = Vec::new();
        for mention in self.lattice.cell(start).values.iter().filter(|mention| mention.end == end) {
            let column = mention.target.column;
            for (hypothesis, source) in self.attach(hypothesis, source, column.relation) {
                let at = ColumnRef { source, column };
                let values = vec![Operand::Text(mention.target.value.clone())];
                let hypothesis = hypothesis
                    .with_cost(mention.cost + costs::VALUE_WITHOUT_COLUMN)
                    .filter(source, Condition::OneOf { column: at, values, negated });
                found.push(about(hypothesis, at));
            }
        }
        found
    }

    /// Whether a column is one by which people know the rows of its relation.
    pub fn is_name(&self, column: ColumnId) -> bool {
        self.schema.display_columns(column.relation).contains(&column)
    }

    /// The values of a column that may stand here: stored, quoted, or a number. The longest stored one comes first.
    pub fn literal(&self, column: ColumnId, position: usize) -> Vec<(Operand, usize)> {
        let position = self.skip_articles(position);
        let stored = self.lattice.cell(position).values.iter().filter(|mention| mention.target.column == column);
        let mut found: Vec<(Operand, usize)> =
            stored.map(|mention| (Operand::Text(mention.target.value.clone()), mention.end)).collect();
        if !found.is_empty() {
            found.sort_by_key(|(_, end)| std::cmp::Reverse(*end));
            return found;
        }
        let Some(word) = self.lattice.words.get(position) else { return found };
        let text = self.schema.is_text(column);
        // A value that is stored in another column is not meant for this one, unless both are called the same.
        if let Some(mention) = self.value_of_like_column(column, position) {
            found.push((Operand::Text(mention.target.value.clone()), mention.end));
            return found;
        }
        if self.lattice.cell(position).values.iter().any(|mention| mention.cost <= costs::STORED_AS_SAID) {
            return found;
        }
        if self.is_year_said(column, position) {
            return found;
        }
        match word.kind {
            WordKind::Quoted if text => found.push((Operand::Text(word.text.clone()), position + 1)),
            WordKind::Quoted if self.schema.is_number(column) && word.text.parse::<i64>().is_ok() => {
                found.push((Operand::Number(word.text.clone()), position + 1));
            }
            WordKind::Number if text && self.may_store_number(column, &word.lower) => {
                found.push((Operand::Text(word.lower.clone()), position + 1));
            }
            _ => found.extend(self.amount(position).filter(|_| self.schema.is_number(column))),
        }
        found
    }

    /// A number with its unit or magnitude: "3 million", "20 years old", "50 dollars".
    pub fn amount(&self, position: usize) -> Option<(Operand, usize)> {
        let position = self.skip_articles(position);
        let word = self.lattice.words.get(position)?;
        let mut end = position + 1;
        let mut number = match word.kind {
            WordKind::Number => word.lower.clone(),
            WordKind::Word => crate::lattice::lexicon::number_word(&word.lower)?.to_string(),
            WordKind::Symbol if word.lower == "$" => return self.amount(position + 1),
            _ => return None,
        };
        let zeros = match self.lattice.lower(end) {
            "hundred" => 2,
            "thousand" => 3,
            "million" => 6,
            "billion" => 9,
            _ => 0,
        };
        if zeros > 0 && !number.contains('.') {
            number.push_str(&"0".repeat(zeros));
            end += 1;
        }
        if matches!(self.lattice.lower(end), "year" | "years") && matches!(self.lattice.lower(end + 1), "old" | "of") {
            end += if self.lattice.lower(end + 1) == "of" { 3 } else { 2 };
        } else if matches!(
            self.lattice.lower(end),
            "dollar"
                | "dollars"
                | "usd"
                | "euros"
                | "euro"
                | "eur"
                | "€"
                | "%"
                | "percent"
                | "pounds"
                | "kg"
                | "km"
                | "meters"
                | "feet"
                | "old"
        ) {
            end += 1;
        }
        Some((Operand::Number(number), end))
    }

    /// All conditions on a column that may follow its name: "is over 20", "between 1 and 5", "contains 'x'", "'x' or
    /// 'y'". A value alone counts only with `bare`, or after a word like "is".
    pub fn tests_of(&self, hypothesis: &Hypothesis, at: ColumnRef, position: usize, bare: bool) -> Parses<Hypothesis> {
        let start = self.skip_all(position, &[Category::Be, Category::Do, Category::Adverb]);
        let not = self.accept(start, Category::Not);
        let negated = not.is_some();
        let start = self.skip_all(not.unwrap_or(start), &[Category::Be, Category::Adverb]);
        let mut found = self.comparisons(hypothesis, at, start, negated);
        found.extend(self.text_searches(hypothesis, at, start, negated));
        found.extend(self.null_tests(hypothesis, at, start, negated));
        found.extend(self.time_tests(hypothesis, at, start, negated));
        let mut starts = vec![start];
        starts.extend(
            self.accept_longest(start, |one| {
                matches!(one, Category::Compare("=") | Category::Named | Category::In | Category::Of | Category::Comma)
                    .then_some(())
            })
            .map(|(_, end)| end),
        );
        // "By country in Germany and France" asks for both countries by themselves.
        let by =
            (position.saturating_sub(3)..position).any(|at| matches!(self.lattice.lower(at), "by" | "per" | "each"));
        for begin in starts {
            let said = bare || begin > position;
            for (value, end) in self.literal(at.column, begin).into_iter().filter(|_| said) {
                let column = at;
                let one = |values: Vec<Operand>| Condition::OneOf { column, values, negated };
                for (more, after) in self.second_value(at.column, end) {
                    found
                        .push((about(hypothesis.clone().filter(at.source, one(vec![value.clone(), more])), at), after));
                }
                if matches!(value, Operand::Text(_)) && !by {
                    for (more, after) in self.values_of_named(hypothesis, at, end) {
                        let all = one([vec![value.clone()], more].concat());
                        found.push((about(hypothesis.clone().filter(at.source, all), at), after));
                    }
                }
                found.push((about(hypothesis.clone().filter(at.source, one(vec![value])), at), end));
            }
        }
        found
    }

    /// A comparison: "over 20", "at least the average", "between 1 and 5", "20 or more".
    pub fn comparisons(
        &self,
        hypothesis: &Hypothesis,
        at: ColumnRef,
        position: usize,
        negated: bool,
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        let text_year = self.schema.is_text(at.column) && self.schema.is_year(at.column);
        let numeric = self.schema.is_number(at.column);
        let spell = |operand: Operand| match operand {
            Operand::Number(number) if text_year => Operand::Text(number),
            other => other,
        };
        if !numeric && !text_year {
            return found;
        }
        if let Some(start) = self.accept(position, Category::Between)
            && let Some((low, middle)) = self.amount(start)
            && let Some(second) = self.accept(middle, Category::And).or(self.accept_word(middle, "to"))
            && let Some((high, end)) = self.amount(second)
            && !negated
        {
            let condition = Condition::Between { column: at, low: spell(low), high: spell(high) };
            found.push((about(hypothesis.clone().filter(at.source, condition), at), end));
        }
        let key = self.schema.is_key(at.column);
        for (operator, start) in self.operators_on(position, at.column).into_iter().filter(|_| !key) {
            let operator = if negated { denied(operator) } else { operator };
            let mut operands: Vec<(Operand, usize)> =
                self.amount(start).map(|(operand, end)| (spell(operand), end)).into_iter().collect();
            if numeric {
                operands.extend(self.aggregate_operand(hypothesis, at, start));
            }
            for (operand, end) in operands {
                let condition = Condition::Compare { value: Expression::Column(at), operator, operand };
                found.push((about(hypothesis.clone().filter(at.source, condition), at), end));
            }
        }
        // The comparison may follow the number: "20 or more", "2014 or after".
        if let Some((operand, middle)) = self.amount(position).filter(|_| !negated)
            && let Some((operator, end)) = self.or_more(middle)
        {
            let condition = Condition::Compare { value: Expression::Column(at), operator, operand: spell(operand) };
            found.push((about(hypothesis.clone().filter(at.source, condition), at), end));
        }
        found
    }

    /// The operator of "or more" or "or less" after a number.
    pub fn or_more(&self, position: usize) -> Option<(&'static str, usize)> {
        let start = self.accept(position, Category::Or)?;
        let operator = match self.lattice.lower(start) {
            "more" | "greater" | "above" | "higher" | "over" | "after" | "older" | "later" | "larger" => ">=",
            "less" | "fewer" | "below" | "lower" | "under" | "before" | "younger" | "earlier" | "smaller" => "<=",
            _ => return None,
        };
        Some((operator, start + 1))
    }

    /// The comparisons that begin here and suit a column: "older than" suits an age.
    fn operators_on(&self, position: usize, column: ColumnId) -> Vec<(&'static str, usize)> {
        let mut found = Vec::new();
        for (one, end) in &self.lattice.cell(self.skip_articles(position)).categories {
            match one {
                Category::Compare(operator) if *operator != "=" => found.push((*operator, *end)),
                Category::Comparative(quality, operator) => {
                    let direction = crate::query::tree::Direction::Descending;
                    let columns = self.quality_columns(column.relation, *quality, direction);
                    if columns.iter().any(|(id, turned, _)| *id == column && *turned == direction) {
                        found.push((*operator, *end));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// All comparisons that begin here, with the positions after them.
    pub fn operators(&self, position: usize) -> Vec<(&'static str, usize)> {
        let position = self.skip_articles(position);
        let mut found = Vec::new();
        for (one, end) in &self.lattice.cell(position).categories {
            match one {
                Category::Compare(operator) if *operator != "=" => found.push((*operator, *end)),
                Category::Comparative(_, operator) => found.push((*operator, *end)),
                _ => {}
            }
        }
        found
    }

    /// An aggregate of the column over all rows, to compare with: "the average", "the average of all singers", "the
    /// maximum age".
    fn aggregate_operand(&self, hypothesis: &Hypothesis, at: ColumnRef, position: usize) -> Option<(Operand, usize)> {
        let position = self.skip_optional(self.skip_articles(position), Category::Pronoun);
        let aggregate = |one| match one {
            Category::Aggregate(aggregate @ (Aggregate::Average | Aggregate::Minimum | Aggregate::Maximum)) => {
                Some(aggregate)
            }
            _ => None,
        };
        let (aggregate, mut end) = self.accept_longest(position, aggregate)?;
        let again = |end: usize| {
            self.lattice
                .cell(self.skip_articles(end))
                .columns
                .iter()
                .filter(|m| m.target == at.column)
                .map(|m| m.end)
                .max()
        };
        if let Some(after) = again(end) {
            end = after;
        }
        let relation = hypothesis.query.relation(at.source);
        // "more than the average product".
        let rows = self.lattice.cell(end).relations.iter();
        if let Some(after) =
            rows.filter(|m| m.target == relation && m.cost <= costs::INFLECTED_NAME).map(|m| m.end).max()
        {
            end = after;
        }
        if let Some(start) = self.accept(end, Category::Of) {
            let start = self.skip_all(start, &[Category::All, Category::Article]);
            let all = self
                .lattice
                .cell(start)
                .relations
                .iter()
                .filter(|m| m.target == relation && m.cost <= costs::SYNONYMOUS_NAME)
                .map(|m| m.end)
                .max();
            end = all.or_else(|| again(start))?;
        }
        let mut whole = QueryTree::new(relation);
        let value = Expression::Aggregate(aggregate, ColumnRef { source: 0, column: at.column });
        whole.outputs.push(crate::query::tree::OutputColumn { value, alias: "value".to_owned() });
        Some((Operand::Expression(Expression::ScalarSubquery(Box::new(whole))), end))
    }

    /// A search in a text: "contains 'x'", "starts with A".
    fn text_searches(
        &self,
        hypothesis: &Hypothesis,
        at: ColumnRef,
        position: usize,
        negated: bool,
    ) -> Parses<Hypothesis> {
        let mut found = Vec::new();
        if !self.schema.is_text(at.column) {
            return found;
        }
        for (one, end) in &self.lattice.cell(self.skip_articles(position)).categories {
            let Category::TextMatch(matching) = one else { continue };
            let end = self.skip_unless_letter(*end);
            let Some(word) = self.lattice.words.get(end) else { continue };
            let letter = word.text.chars().count() == 1 && word.kind == WordKind::Word;
            let capital = word.kind == WordKind::Word && word.text.starts_with(char::is_uppercase);
            if word.kind == WordKind::Quoted || word.kind == WordKind::Number || letter || capital {
                let text = word.text.trim_matches('%').to_owned();
                let condition = Condition::Like { column: at, text, matching: *matching, negated };
                let end = end + 1;
                found.push((about(hypothesis.clone().filter(at.source, condition), at), end));
            }
        }
        found
    }

    fn skip_unless_letter(&self, position: usize) -> usize {
        let next = position + 1;
        let article = matches!(self.lattice.lower(position), "the" | "letter" | "word" | "substring");
        if article && next < self.lattice.len() { self.skip_unless_letter(next) } else { position }
    }

    /// A test for null: "is missing", "is not null".
    fn null_tests(&self, hypothesis: &Hypothesis, at: ColumnRef, position: usize, negated: bool) -> Parses<Hypothesis> {
        let null = self.accept(position, Category::Null).map(|end| (negated, end));
        let not_null = self.accept(position, Category::NotNull).map(|end| (!negated, end));
        let one = |(negated, end): (bool, usize)| {
            (about(hypothesis.clone().filter(at.source, Condition::IsNull { column: at, negated }), at), end)
        };
        null.into_iter().chain(not_null).map(one).collect()
    }

    /// The position after a certain word, if it stands here.
    pub fn accept_word(&self, position: usize, word: &str) -> Option<usize> {
        (self.lattice.lower(position) == word).then_some(position + 1)
    }
}

/// Notes the column of the last condition, which a following "and" or "or" may test once more.
pub fn about(mut hypothesis: Hypothesis, at: ColumnRef) -> Hypothesis {
    hypothesis.last_column = Some(at);
    hypothesis
}

fn denied(operator: &'static str) -> &'static str {
    match operator {
        ">" => "<=",
        "<" => ">=",
        ">=" => "<",
        "<=" => ">",
        "<>" => "=",
        _ => "<>",
    }
}
