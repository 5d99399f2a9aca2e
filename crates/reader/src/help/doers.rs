//! Those who do what a verb tells: "who supplies …" is about suppliers, where there are such.

use crate::catalog::schema_view::SchemaView;
use words::{Word, WordKind, stem};

/// The relations whose rows are called after what a verb tells: `suppliers` for "supplies".
pub fn of_verb(word: &Word, schema: &SchemaView) -> Vec<usize> {
    if word.kind != WordKind::Word || word.lower.len() < 4 {
        return Vec::new();
    }
    let told = stem(&word.lower);
    let relations = schema.relations().map(|(number, _)| number);
    relations.filter(|number| schema.relation_words(*number).last().is_some_and(|noun| does(noun, &told))).collect()
}

/// Whether a noun is that for who does something, by the stem of the verb: "drivers" for "drive".
fn does(noun: &str, verb: &str) -> bool {
    /// What is left of shorter nouns tells nothing: "user", "order".
    const SHORTEST: usize = 4;
    let noun = words::singular(noun);
    let Some(root) = noun.strip_suffix("er").or_else(|| noun.strip_suffix("or")).filter(|root| root.len() >= SHORTEST)
    else {
        return false;
    };
    let verb = verb.strip_suffix('e').unwrap_or(verb);
    // A shipper ships.
    let single = root.strip_suffix(|last: char| root.chars().rev().nth(1) == Some(last));
    verb.len() >= SHORTEST && (root == verb || single == Some(verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_are_told_from_verbs() {
        for (noun, verb) in [
            ("suppliers", "supplies"),
            ("supplier", "supplied"),
            ("drivers", "drives"),
            ("managers", "manage"),
            ("teachers", "teaches"),
            ("shippers", "ships"),
            ("carriers", "carries"),
            ("advisors", "advises"),
        ] {
            assert!(does(noun, &stem(verb)), "{noun}: {verb}");
        }
        for (noun, verb) in [
            ("orders", "ordered"),
            ("customers", "costs"),
            ("letters", "lets"),
            ("products", "produces"),
            ("suppliers", "supports"),
        ] {
            assert!(!does(noun, &stem(verb)), "{noun}: {verb}");
        }
    }
}
