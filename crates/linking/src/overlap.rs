//! How many words each relation of a small schema shares with a question, with nothing kept from question to question.

use std::collections::BTreeSet;

use schema::Relation;

/// Scores every relation by how many of its words the question shares; the higher, the nearer.
pub fn score(question: &str, relations: &[Relation]) -> Vec<u32> {
    let asked = stems(question);
    relations.iter().map(|relation| score_relation(&asked, relation)).collect()
}

/// A word of the relation's name counts four, of a column's name two, of a comment or enum label one.
fn score_relation(asked: &BTreeSet<String>, relation: &Relation) -> u32 {
    let shared = |text: &str| u32::try_from(stems(text).intersection(asked).count()).unwrap_or(u32::MAX);
    let columns: u32 = relation
        .columns
        .iter()
        .map(|column| {
            let labels: u32 = column.labels.iter().map(|label| shared(label)).sum();
            2 * shared(&column.name) + shared(column.comment.as_deref().unwrap_or_default()) + labels
        })
        .sum();
    4 * shared(&relation.name) + shared(relation.comment.as_deref().unwrap_or_default()) + columns
}

fn stems(text: &str) -> BTreeSet<String> {
    text.split_whitespace().flat_map(words::identifier_words).map(|word| words::stem(&words::singular(&word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::Column;

    fn relation(name: &str, columns: &[&str]) -> Relation {
        let columns = columns.iter().map(|name| Column { name: (*name).to_owned(), ..Column::default() }).collect();
        Relation { name: name.to_owned(), columns, ..Relation::default() }
    }

    #[test]
    fn names_count_more_than_columns_and_plurals_are_no_hurdle() {
        let relations = [relation("invoice", &["id"]), relation("notes", &["invoice_id"]), relation("mood", &["id"])];
        let scores = score("how many invoices are there", &relations);
        assert!(scores[0] > scores[1] && scores[1] > scores[2], "{scores:?}");
    }
}
