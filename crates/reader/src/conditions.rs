//! What must hold: "age over 20", "whose name is 'x'", "in Berlin or Hamburg", "above the average".

use super::hypothesis::Draft;
use super::lexicon::Use;
use super::parser::{Parser, Parses};
use super::query_tree::{Aggregate, At, ColumnId, Condition, Operand, Query, Value};
use words::Kind;

/// A condition on an own column by a value alone, without its name.
const BARE: u32 = 1;

impl Parser<'_> {
    /// A relation that restricts a source: itself, joined where it is one row, else some row of it.
    pub fn attach(&self, draft: &Draft, source: usize, relation: usize) -> Vec<(Draft, usize)> {
        let scope = draft.query.scope(source);
        let mut near = [source, scope].into_iter().chain(draft.query.joined(scope));
        if let Some(known) = near.find(|one| draft.query.relation(*one) == relation) {
            return vec![(draft.clone(), known)];
        }
        let subs = draft.sub(self.schema, source, relation, false).into_iter();
        subs.map(|(draft, head, target)| match head {
            Some(head) => (draft.filter(source, Condition::Exists { source: head, negated: false }), target),
            None => (draft, target),
        })
        .collect()
    }

    /// The drafts in which a source has a stored value that the words from `start` to `end` spell.
    pub fn valued(&self, draft: &Draft, source: usize, start: usize, end: usize, negated: bool) -> Vec<Draft> {
        let mut found = Vec::new();
        for mention in self.chart.at(start).values.iter().filter(|mention| mention.end == end) {
            let column = mention.target.column;
            for (draft, source) in self.attach(draft, source, column.relation) {
                let at = At { source, column };
                let values = vec![Operand::Text(mention.target.value.clone())];
                let draft = draft
                    .costing(mention.cost + BARE)
                    .filter(source, Condition::Equals { column: at, values, negated });
                found.push(told(draft, at));
            }
        }
        found
    }

    /// A value alone is first of all a name.
    pub fn is_name(&self, column: ColumnId) -> bool {
        self.schema.name_columns(column.relation).contains(&column)
    }

    /// Values joined by "or": of each further one only what the first one's column holds.
    fn more_values(&self, column: ColumnId, position: usize) -> Vec<(Operand, usize)> {
        let comma = self.maybe(position, Use::Comma);
        let mut found = Vec::new();
        if let Some(start) = self.eat(comma, Use::Or).or((comma > position).then_some(comma)) {
            let start = self.maybe(start, Use::In);
            found.extend(self.literal(column, start));
        }
        found
    }

    /// A value of a column as it may stand in a question: stored, quoted, or a number.
    pub fn literal(&self, column: ColumnId, position: usize) -> Vec<(Operand, usize)> {
        let position = self.skip(position);
        let stored = self.chart.at(position).values.iter().filter(|mention| mention.target.column == column);
        let mut found: Vec<(Operand, usize)> =
            stored.map(|mention| (Operand::Text(mention.target.value.clone()), mention.end)).collect();
        if !found.is_empty() {
            found.sort_by_key(|(_, end)| std::cmp::Reverse(*end));
            return found;
        }
        let Some(word) = self.chart.words.get(position) else { return found };
        let text = self.schema.is_text(column);
        // What is stored elsewhere is no value of this column.
        if self.chart.at(position).values.iter().any(|mention| mention.cost < 2) {
            return found;
        }
        match word.kind {
            Kind::Quoted if text => found.push((Operand::Text(word.text.clone()), position + 1)),
            Kind::Quoted if self.schema.is_number(column) && word.text.parse::<i64>().is_ok() => {
                found.push((Operand::Number(word.text.clone()), position + 1));
            }
            Kind::Number if text => found.push((Operand::Text(word.lower.clone()), position + 1)),
            _ => found.extend(self.amount(position).filter(|_| self.schema.is_number(column))),
        }
        found
    }

    /// A number with what may follow it: "3 million", "20 years old", "50 dollars".
    pub fn amount(&self, position: usize) -> Option<(Operand, usize)> {
        let position = self.skip(position);
        let word = self.chart.words.get(position)?;
        let mut end = position + 1;
        let mut number = match word.kind {
            Kind::Number => word.lower.clone(),
            Kind::Word => super::lexicon::number_word(&word.lower)?.to_string(),
            Kind::Symbol if word.lower == "$" => return self.amount(position + 1),
            _ => return None,
        };
        let zeros = match self.chart.lower(end) {
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
        if matches!(self.chart.lower(end), "year" | "years") && matches!(self.chart.lower(end + 1), "old" | "of") {
            end += if self.chart.lower(end + 1) == "of" { 3 } else { 2 };
        } else if matches!(
            self.chart.lower(end),
            "dollar"
                | "dollars"
                | "usd"
                | "euros"
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

    /// What may be said of a column after its name: "is over 20", "between 1 and 5", "contains 'x'", "'x' or 'y'".
    pub fn told_of(&self, draft: &Draft, at: At, position: usize, bare: bool) -> Parses<Draft> {
        let start = self.maybe_all(position, &[Use::Be, Use::Do, Use::Also]);
        let not = self.eat(start, Use::Not);
        let negated = not.is_some();
        let start = self.maybe_all(not.unwrap_or(start), &[Use::Be, Use::Also]);
        let mut found = self.compared(draft, at, start, negated);
        found.extend(self.searched(draft, at, start, negated));
        found.extend(self.missing(draft, at, start, negated));
        found.extend(self.dated(draft, at, start, negated));
        let mut starts = vec![start];
        starts.extend(
            self.eat_any(start, |one| {
                matches!(one, Use::Compare("=") | Use::Named | Use::In | Use::Of | Use::Comma).then_some(())
            })
            .map(|(_, end)| end),
        );
        for begin in starts {
            let said = bare || begin > position;
            for (value, end) in self.literal(at.column, begin).into_iter().filter(|_| said) {
                let column = at;
                let one = |values: Vec<Operand>| Condition::Equals { column, values, negated };
                for (more, after) in self.more_values(at.column, end) {
                    found.push((told(draft.clone().filter(at.source, one(vec![value.clone(), more])), at), after));
                }
                found.push((told(draft.clone().filter(at.source, one(vec![value])), at), end));
            }
        }
        found
    }

    /// "over 20", "at least the average", "between 1 and 5".
    pub fn compared(&self, draft: &Draft, at: At, position: usize, negated: bool) -> Parses<Draft> {
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
        if let Some(start) = self.eat(position, Use::Between)
            && let Some((low, middle)) = self.amount(start)
            && let Some(second) = self.eat(middle, Use::And).or(self.eat_word(middle, "to"))
            && let Some((high, end)) = self.amount(second)
            && !negated
        {
            let condition = Condition::Between { column: at, low: spell(low), high: spell(high) };
            found.push((told(draft.clone().filter(at.source, condition), at), end));
        }
        let key = self.schema.is_key(at.column);
        for (operator, start) in self.operators_on(position, at.column).into_iter().filter(|_| !key) {
            let operator = if negated { denied(operator) } else { operator };
            let mut operands: Vec<(Operand, usize)> =
                self.amount(start).map(|(operand, end)| (spell(operand), end)).into_iter().collect();
            if numeric {
                operands.extend(self.average(draft, at, start));
            }
            for (operand, end) in operands {
                let condition = Condition::Compare { value: Value::Column(at), operator, operand };
                found.push((told(draft.clone().filter(at.source, condition), at), end));
            }
        }
        // "20 or more", "2014 or after"
        if let Some((operand, middle)) = self.amount(position).filter(|_| !negated)
            && let Some((operator, end)) = self.or_more(middle)
        {
            let condition = Condition::Compare { value: Value::Column(at), operator, operand: spell(operand) };
            found.push((told(draft.clone().filter(at.source, condition), at), end));
        }
        found
    }

    /// "or more", "or less" after a number.
    pub fn or_more(&self, position: usize) -> Option<(&'static str, usize)> {
        let start = self.eat(position, Use::Or)?;
        let operator = match self.chart.lower(start) {
            "more" | "greater" | "above" | "higher" | "over" | "after" | "older" | "later" | "larger" => ">=",
            "less" | "fewer" | "below" | "lower" | "under" | "before" | "younger" | "earlier" | "smaller" => "<=",
            _ => return None,
        };
        Some((operator, start + 1))
    }

    /// The comparisons that begin here and can be of a column: "older than" is of an age.
    fn operators_on(&self, position: usize, column: ColumnId) -> Vec<(&'static str, usize)> {
        let mut found = Vec::new();
        for (one, end) in &self.chart.at(self.skip(position)).uses {
            match one {
                Use::Compare(operator) if *operator != "=" => found.push((*operator, *end)),
                Use::Comparative(quality, operator) => {
                    let direction = super::query_tree::Direction::Descending;
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

    /// The comparisons that begin here; "after 2013" is one where a year is a number.
    pub fn operators(&self, position: usize) -> Vec<(&'static str, usize)> {
        let position = self.skip(position);
        let mut found = Vec::new();
        for (one, end) in &self.chart.at(position).uses {
            match one {
                Use::Compare(operator) if *operator != "=" => found.push((*operator, *end)),
                Use::Comparative(_, operator) => found.push((*operator, *end)),
                _ => {}
            }
        }
        found
    }

    /// "the average", "average age", "the average of all singers", "the maximum age".
    fn average(&self, draft: &Draft, at: At, position: usize) -> Option<(Operand, usize)> {
        let position = self.maybe(self.skip(position), Use::Back);
        let aggregate = |one| match one {
            Use::Aggregate(aggregate @ (Aggregate::Average | Aggregate::Minimum | Aggregate::Maximum)) => {
                Some(aggregate)
            }
            _ => None,
        };
        let (aggregate, mut end) = self.eat_any(position, aggregate)?;
        let again = |end: usize| {
            self.chart.at(self.skip(end)).columns.iter().filter(|m| m.target == at.column).map(|m| m.end).max()
        };
        if let Some(after) = again(end) {
            end = after;
        }
        let relation = draft.query.relation(at.source);
        if let Some(start) = self.eat(end, Use::Of) {
            let start = self.maybe_all(start, &[Use::All, Use::Article]);
            let all = self
                .chart
                .at(start)
                .relations
                .iter()
                .filter(|m| m.target == relation && m.cost < 6)
                .map(|m| m.end)
                .max();
            end = all.or_else(|| again(start))?;
        }
        let mut whole = Query::new(relation);
        let value = Value::Aggregate(aggregate, At { source: 0, column: at.column });
        whole.outputs.push(super::query_tree::Output { value, alias: "value".to_owned() });
        Some((Operand::Value(Value::Whole(Box::new(whole))), end))
    }

    /// "contains 'x'", "starts with a".
    fn searched(&self, draft: &Draft, at: At, position: usize, negated: bool) -> Parses<Draft> {
        let mut found = Vec::new();
        if !self.schema.is_text(at.column) {
            return found;
        }
        for (one, end) in &self.chart.at(self.skip(position)).uses {
            let Use::Find(place) = one else { continue };
            let end = self.skip_unless_letter(*end);
            let Some(word) = self.chart.words.get(end) else { continue };
            let letter = word.text.chars().count() == 1 && word.kind == Kind::Word;
            let capital = word.kind == Kind::Word && word.text.starts_with(char::is_uppercase);
            if word.kind == Kind::Quoted || word.kind == Kind::Number || letter || capital {
                let text = word.text.trim_matches('%').to_owned();
                let condition = Condition::Like { column: at, text, place: *place, negated };
                let end = end + 1;
                // "having 'Hey' in its name": the name was said before.
                found.push((told(draft.clone().filter(at.source, condition), at), end));
            }
        }
        found
    }

    fn skip_unless_letter(&self, position: usize) -> usize {
        let next = position + 1;
        let article = matches!(self.chart.lower(position), "the" | "letter" | "word" | "substring");
        if article && next < self.chart.len() { self.skip_unless_letter(next) } else { position }
    }

    /// "is missing", "is not null".
    fn missing(&self, draft: &Draft, at: At, position: usize, negated: bool) -> Parses<Draft> {
        let null = self.eat(position, Use::Null).map(|end| (negated, end));
        let not_null = self.eat(position, Use::NotNull).map(|end| (!negated, end));
        let one = |(negated, end): (bool, usize)| {
            (told(draft.clone().filter(at.source, Condition::Null { column: at, negated }), at), end)
        };
        null.into_iter().chain(not_null).map(one).collect()
    }

    /// The position after a certain word.
    pub fn eat_word(&self, position: usize, word: &str) -> Option<usize> {
        (self.chart.lower(position) == word).then_some(position + 1)
    }
}

/// The draft that remembers the column its last condition was on.
pub fn told(mut draft: Draft, at: At) -> Draft {
    draft.told = Some(at);
    draft
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
