//! The meaning of a question in a thread as text: a question, and what is done to its rows.

use std::fmt;

use crate::Read;
use crate::catalog::schema_view::SchemaView;
use crate::query::tree::{Aggregate, Direction, Expression, OutputColumn, QueryTree, WindowFunction};
use crate::query::{sql, summary};

/// "revenue by category in 2024; top 3; as a share"
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meaning {
    pub main: String,
    pub top: Option<Top>,
    /// Each group's number is shown with its share of all.
    pub share: bool,
}

/// So many groups, by the number that is shown of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Top {
    pub count: u32,
    pub direction: Direction,
}

const SHARE: &str = "as a share";

impl fmt::Display for Meaning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.main)?;
        if let Some(Top { count, direction }) = self.top {
            let way = if direction == Direction::Descending { "top" } else { "bottom" };
            write!(f, "; {way} {count}")?;
        }
        if self.share { write!(f, "; {SHARE}") } else { Ok(()) }
    }
}

impl Meaning {
    /// Takes apart what [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Self {
        let mut meaning = Self { main: text.trim().to_owned(), ..Self::default() };
        while let Some((main, last)) = meaning.main.rsplit_once("; ") {
            let top = last.split_once(' ').and_then(|(way, count)| {
                let direction = match way {
                    "top" => Direction::Descending,
                    "bottom" => Direction::Ascending,
                    _ => return None,
                };
                Some(Top { count: count.parse().ok()?, direction })
            });
            match top {
                Some(top) => meaning.top = Some(top),
                None if last == SHARE => meaning.share = true,
                None => break,
            }
            meaning.main = main.to_owned();
        }
        meaning.main = meaning.main.trim_end_matches(['?', '!', '.', ' ']).to_owned();
        meaning
    }

    /// The same of so many rows. A ranking ("top 5 customers by revenue") has the number in its words.
    pub fn limited_to(&self, top: Top) -> Self {
        let words = words::split(&self.main, 200);
        let ranked = words.iter().zip(words.iter().skip(1)).find(|(way, number)| {
            matches!(way.lower.as_str(), "top" | "bottom") && number.lower.parse::<u32>().is_ok()
        });
        let Some((way, number)) = ranked else { return Self { top: Some(top), ..self.clone() } };
        let (before, after) = (self.main.get(..way.start), self.main.get(number.end..));
        let said = if top.direction == Direction::Descending { "top" } else { "bottom" };
        let main = format!("{}{said} {}{}", before.unwrap_or_default(), top.count, after.unwrap_or_default());
        Self { main, top: None, ..self.clone() }
    }

    /// The reading of the question with what is done to its rows. `None` where that makes no sense of them.
    pub fn applied_to(&self, read: Read, schema: &SchemaView) -> Option<Read> {
        if self.top.is_none() && !self.share {
            return Some(read);
        }
        let Read { mut query, mut reading } = read;
        let shown = query.outputs.iter().position(|output| output.value.is_aggregate())?;
        let one = query.outputs.iter().filter(|output| output.value.is_aggregate()).count() == 1;
        let plain = query.limit_per.is_empty() && query.intersect.is_empty() && query.offset == 0;
        if query.groups.is_empty() || !one || !plain {
            return None;
        }
        let measure = query.outputs.get(shown)?.value.clone();
        if self.share {
            share(&mut query, shown, &measure)?;
        }
        if let Some(Top { count, direction }) = self.top {
            if query.limit.is_some() {
                return None;
            }
            query.order = vec![(measure, direction)];
            query.limit = Some(count);
        }
        if !sql::can_be_written(&query, schema) {
            return None;
        }
        reading.sql = sql::write(&query, schema);
        reading.summary = summary::summary(&query, schema);
        Some(Read { query, reading })
    }
}

/// Shows beside a number that adds up its share of all.
fn share(query: &mut QueryTree, shown: usize, measure: &Expression) -> Option<()> {
    let adds_up = matches!(
        measure,
        Expression::CountRows | Expression::SumOfProducts(..) | Expression::Aggregate(Aggregate::Sum, _)
    );
    let value = Expression::Window(WindowFunction::ShareOfTotal, Box::new(measure.clone()));
    query.outputs.insert(shown + 1, OutputColumn { value, alias: "share".to_owned() });
    adds_up.then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meaning_is_written_and_taken_apart() {
        for text in ["orders; as they come", "revenue by category; top 3", "a; b; bottom 2; as a share", "orders"] {
            assert_eq!(Meaning::parse(text).to_string(), text);
        }
        assert_eq!(Meaning::parse("how many orders?").main, "how many orders");
        let top = Top { count: 3, direction: Direction::Ascending };
        assert_eq!(Meaning::parse("top 5 customers by revenue").limited_to(top).main, "bottom 3 customers by revenue");
    }
}
