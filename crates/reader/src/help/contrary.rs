//! Questions that must not be suggested in place of another: those that ask for the opposite, and those that are no sentence.

use words::{WordKind, split};

/// Words that deny what follows.
const DENIALS: [&str; 18] = [
    "not",
    "no",
    "never",
    "without",
    "except",
    "excluding",
    "neither",
    "nor",
    "none",
    "nobody",
    "lacking",
    "unless",
    "isn't",
    "aren't",
    "haven't",
    "hasn't",
    "don't",
    "didn't",
];

/// Ways that are each other's opposite.
const OPPOSITES: [(&[&str], &[&str]); 3] = [
    (
        &["most", "top", "best", "highest", "largest", "biggest", "greatest", "maximum", "max", "longest", "high"],
        &["least", "bottom", "worst", "lowest", "smallest", "fewest", "minimum", "min", "shortest", "low", "few"],
    ),
    (&["newest", "latest", "last", "recent", "youngest"], &["oldest", "earliest", "first"]),
    (
        &["over", "above", "more", "exceeding", "after", "since"],
        &["under", "below", "less", "fewer", "before", "until"],
    ),
];

/// Words of which no two stand side by side.
const TIES: [&str; 9] = ["in", "of", "by", "per", "from", "for", "with", "and", "or"];

/// Whether a question asks for the opposite of what another asks for, or for something of it that the other denies.
pub fn is_contrary(asked: &str, other: &str) -> bool {
    let (asked, other) = (lower(asked), lower(other));
    let says = |text: &[String], words: &[&str]| text.iter().any(|word| words.contains(&word.as_str()));
    let denies = says(&asked, &DENIALS) || asked.iter().any(|word| word.ends_with("n't"));
    let turned = |(one, two): &(&[&str], &[&str])| {
        let opposite = |here: &[&str], there: &[&str]| {
            says(&asked, here) && !says(&asked, there) && says(&other, there) && !says(&other, here)
        };
        opposite(one, two) || opposite(two, one)
    };
    if says(&other, &DENIALS) != denies {
        // What was denied may be left out as a whole: the words up to the next preposition.
        let denied = asked.iter().position(|word| DENIALS.contains(&word.as_str()) || word.ends_with("n't"));
        let rest = denied.and_then(|at| asked.get(at + 1..)).unwrap_or_default();
        let is_tie = |word: &&String| TIES.contains(&word.as_str());
        let denied = rest.iter().skip_while(is_tie).take_while(|word| !is_tie(word)).filter(|word| word.len() > 2);
        return !denies || denied.into_iter().any(|word| other.contains(word));
    }
    OPPOSITES.iter().any(turned)
}

/// Whether two words stand side by side that tie nothing together: "revenue in in 2025".
pub fn stumbles(text: &str) -> bool {
    let words = lower(text);
    let ties = |word: &String| TIES.contains(&word.as_str());
    // "In 2025 in 2024" lacks what the one or the other is of; "the first of 2025" what is the first.
    let is_year = |word: &String| word.len() == 4 && word.chars().all(|c| c.is_ascii_digit());
    let two_years = words
        .windows(4)
        .any(|part| matches!(part, [_, one, tie, two] if is_year(one) && ties(tie) && is_year(two) && tie == "in"));
    let is_ordinal = |word: &String| matches!(word.as_str(), "first" | "second" | "third" | "last" | "half");
    let no_thing = words.windows(2).any(|part| matches!(part, [one, tie] if is_ordinal(one) && ties(tie)));
    two_years
        || no_thing
        || words.iter().zip(words.iter().skip(1)).any(|(one, two)| one == two || ties(one) && ties(two))
        || words.last().is_some_and(ties)
}

fn lower(text: &str) -> Vec<String> {
    let words = split(text, 80).into_iter().filter(|word| word.kind != WordKind::Symbol);
    words.map(|word| word.lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposites_are_told() {
        for (asked, other) in [
            ("customers without zzz orders", "customers with orders"),
            ("products with low zzz stock", "5 products with the highest stock"),
            ("orders not paid by zzz", "orders with status paid"),
            ("zzz customers", "customers without orders"),
            ("orders over 100 zzz", "orders under 100"),
        ] {
            assert!(is_contrary(asked, other), "{asked}: {other}");
        }
        for (asked, other) in [
            ("customers without zzz", "number of customers per city"),
            ("customers without zzz orders", "customers without orders"),
            ("top zzz products by price", "top 5 products by price"),
            ("revenue by zzz", "revenue by country"),
        ] {
            assert!(!is_contrary(asked, other), "{asked}: {other}");
        }
    }

    #[test]
    fn what_is_no_sentence_is_told() {
        for text in [
            "customers with no orders in 2025 in 2024",
            "revenue in the first of 2025",
            "revenue in in 2025",
            "orders by per month",
            "revenue revenue",
            "orders in",
        ] {
            assert!(stumbles(text), "{text}");
        }
        assert!(!stumbles("revenue per month in 2025"));
    }
}
