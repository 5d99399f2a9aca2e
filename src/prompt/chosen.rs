//! What the prompt for a question shows of each relation, and why: for whoever wonders what a COMMENT would change.

use crate::grounding::Context;
use linking::{Level, Match, Place, Ranked};
use schema::sanitize::one_line;
use schema::{Outline, Relation, quote_ident};

/// So many reasons are told of a relation.
const MAX_REASONS: usize = 12;

/// A relation that the prompt for a question may show.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    pub relation: String,
    /// How near it is to the question; `None` where nothing speaks for it. It compares only within one question.
    pub score: Option<f32>,
    pub amount: Amount,
    /// The tokens that showing it takes.
    pub tokens: usize,
    /// The words of the question that speak for it, the most telling first, each with where it was found.
    pub why: Vec<String>,
}

/// How much of a relation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    Full,
    /// In full, but for some of its many columns.
    Part,
    Columns,
    Name,
    None,
}

impl Amount {
    pub fn of(level: Option<Level>, has_all_columns: bool) -> Self {
        match level {
            Some(Level::Full) if has_all_columns => Self::Full,
            Some(Level::Full) => Self::Part,
            Some(Level::Line) => Self::Columns,
            Some(Level::Name) => Self::Name,
            None => Self::None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Part => "part",
            Self::Columns => "columns",
            Self::Name => "name",
            Self::None => "none",
        }
    }
}

/// Why a relation with these columns stands where it does: its own words and values, then those of its neighbours.
pub fn reasons(context: &Context, ranked: &Ranked, columns: &[String]) -> Vec<String> {
    let own = ranked.matches.iter().map(|one| own_reason(one, columns));
    let near = ranked.neighbours.iter().filter_map(|near| {
        let outline = || context.outlines.iter().map(|kept| &kept.outline).find(|outline| outline.oid == near.oid);
        let detail = context.snapshot.relations.with_oid(near.oid).map(Relation::sql_name);
        let name = detail.or_else(|| outline().map(Outline::sql_name))?;
        Some(format!("{}: near {}", one_line(&near.asked), one_line(&name)))
    });
    own.chain(near).take(MAX_REASONS).collect()
}

fn own_reason(found: &Match, columns: &[String]) -> String {
    let column = found.column.and_then(|at| columns.get(usize::from(at))).map(|name| one_line(&quote_ident(name)));
    let column = column.unwrap_or_default();
    let place = match found.place {
        Place::Name => "name".to_owned(),
        Place::Comment | Place::CommentRest => "comment".to_owned(),
        Place::Schema => "schema".to_owned(),
        Place::Column => format!("column {column}"),
        Place::ColumnComment | Place::ColumnCommentRest => format!("comment of {column}"),
        Place::Label => format!("label of {column}"),
        Place::Value => format!("value of {column}"),
    };
    let asked = one_line(&found.asked);
    if found.found == found.asked {
        format!("{asked}: {place}")
    } else {
        format!("{asked}: {place}, as {}", one_line(&found.found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grounding::context_of;
    use linking::Neighbour;
    use schema::Snapshot;

    #[test]
    fn a_reason_says_where_a_word_was_found() {
        let relation = Relation { oid: 1, schema: "s".into(), name: "orders".into(), ..Relation::default() };
        let snapshot = Snapshot { relations: vec![relation].into(), ..Snapshot::default() };
        let context = context_of("q", snapshot, Vec::new());
        let found = |asked: &str, found: &str, place, column| Match {
            asked: asked.into(),
            found: found.into(),
            place,
            column,
            weight: 1.0,
        };
        let ranked = Ranked {
            oid: 9,
            score: 1.0,
            matches: vec![
                found("buyers", "customer", Place::Name, None),
                found("revenue", "revenue", Place::ColumnComment, Some(1)),
                found("berlin", "berlin", Place::Value, Some(0)),
            ],
            neighbours: vec![Neighbour { asked: "bought".into(), oid: 1 }, Neighbour { asked: "x".into(), oid: 7 }],
        };
        assert_eq!(
            reasons(&context, &ranked, &["city".to_owned(), "Total".to_owned()]),
            [
                "buyers: name, as customer",
                "revenue: comment of \"Total\"",
                "berlin: value of city",
                "bought: near s.orders"
            ]
        );
    }
}
