//! Terms that nobody defined: what verified pairs say that a word means, for one question.

use super::Term;
use crate::pg::tree::pieces::Piece;
use schema::quote_ident;
use schema::sanitize::one_line;

impl Term {
    /// A filter or a measure that is a piece of a statement.
    pub fn of_rows(text: String, piece: &Piece) -> Self {
        let kind = if piece.aggregates { "measure" } else { "filter" };
        let key = reader::key(&text).join(" ");
        Self {
            text,
            meaning: piece.relation.clone(),
            kind: kind.to_owned(),
            relation: Some((piece.schema.clone(), piece.relation.clone())),
            expression: None,
            sql: Some(piece.sql.clone()),
            key,
            is_own: true,
            defined_at: 0,
        }
    }

    /// Other words for the same.
    pub fn synonym(text: String, meaning: &str) -> Self {
        let key = reader::key(&text).join(" ");
        let (meaning, kind) = (meaning.to_owned(), "synonym".to_owned());
        Self { text, meaning, kind, relation: None, expression: None, sql: None, key, is_own: true, defined_at: 0 }
    }

    /// Whether words, in any form, are this term.
    pub fn is_said_by(&self, words: &str) -> bool {
        reader::key(words).join(" ") == self.key
    }

    pub fn means_the_same(&self, other: &Self) -> bool {
        (&self.kind, &self.relation, &self.sql) == (&other.kind, &other.relation, &other.sql)
            && (self.sql.is_some() || self.meaning == other.meaning)
    }

    /// What it means, on one line: `"premium customers" means customers.plan = 'premium'`.
    pub fn in_words(&self) -> String {
        let meaning = match (&self.sql, &self.relation) {
            (Some(sql), Some((_, relation))) => {
                // The server says of each literal that it is a text.
                let sql = sql.replace(reader::ROW, &quote_ident(relation)).replace("'::text", "'");
                bare(&sql).to_owned()
            }
            _ => self.meaning.clone(),
        };
        one_line(&format!("\"{}\" means {meaning}", self.text))
    }
}

impl Term {
    /// What an error says of its SQL, with the relation's name for the row.
    pub fn named_in(&self, message: &str) -> String {
        let relation = self.relation.as_ref().map_or(reader::ROW, |(_, relation)| relation);
        message.replace(reader::ROW, relation)
    }
}

/// An expression without parentheses around all of it.
fn bare(sql: &str) -> &str {
    let Some(inside) = sql.strip_prefix('(').and_then(|sql| sql.strip_suffix(')')) else { return sql };
    let mut depth = 0_i32;
    // A parenthesis in a literal only keeps those around it.
    let closes_early = inside.chars().any(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth < 0
    });
    if closes_early || depth != 0 { sql } else { bare(inside) }
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn only_parentheses_around_all_of_it_are_left_out() {
        for (sql, wanted) in [
            ("((a = ANY (b)))", "a = ANY (b)"),
            ("(a = 1) OR (b = 2)", "(a = 1) OR (b = 2)"),
            ("(a = ')')", "(a = ')')"),
            ("", ""),
        ] {
            assert_eq!(bare(sql), wanted);
        }
    }
}
