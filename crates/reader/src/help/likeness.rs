//! How much a question that could be asked instead shares with the one that was asked.

use crate::MAX_WORDS;
use crate::catalog::schema_view::SchemaView;
use crate::choice::costs;
use crate::help::contrary::is_contrary;
use crate::help::doers;
use crate::help::suggestions::{MAX_LENGTH, Suggestion};
use crate::lattice::Lattice;
use crate::lattice::lexicon::{self, Category};
use schema::sanitize::{is_one_line, one_line};
use std::collections::BTreeSet;
use words::{Word, WordKind, singular, split, stem};

/// What a question says, as words that can be compared: those of one meaning are one word.
pub struct Likeness {
    asked: BTreeSet<String>,
    /// The words of the question that the schema or the data know: sharing these counts most.
    named: BTreeSet<String>,
    /// Those of them that are values or times, where nothing else of the question names anything but by a verb: it does not say what
    /// of them it asks for. Empty where it does.
    alone: BTreeSet<String>,
}

/// A word of the schema that both questions have.
const SHARED_NAME: i32 = 6;
/// Another word that both have: what is done with the names.
const SHARED_WORD: i32 = 3;
/// A word that was not asked for.
const ADDED_WORD: i32 = 2;

impl Likeness {
    pub fn new(lattice: &Lattice, schema: &SchemaView) -> Self {
        let mut named = BTreeSet::new();
        let mut asked: BTreeSet<String> = lattice.words.iter().filter_map(said).collect();
        for start in 0..lattice.len() {
            let cell = lattice.cell(start);
            let ends = cell.relations.iter().map(|m| m.end).chain(cell.columns.iter().map(|m| m.end));
            let end = ends.chain(cell.values.iter().map(|m| m.end)).chain(cell.time_ranges.iter().map(|t| t.1)).max();
            named.extend(lattice.words.get(start..end.unwrap_or(start)).into_iter().flatten().filter_map(said));
        }
        let alone = values_alone(lattice);
        // Who is asked for by a verb is not named, and yet meant.
        let doers = lattice.words.iter().flat_map(|word| doers::of_verb(word, schema));
        let doers: Vec<String> = doers.flat_map(|relation| schema.relation_words(relation)).collect();
        asked.extend(doers.iter().map(|word| stem(&singular(word))));
        Self { asked, named, alone }
    }

    /// Whether a question that is read as `summary` asks for fewer rows than was asked for, by words of its own: "returned orders"
    /// are no answer to "overdue orders".
    pub fn narrows(&self, candidate: &str, summary: &str) -> bool {
        let words_of = |text: &str| split(text, MAX_WORDS).iter().filter_map(said).collect::<BTreeSet<String>>();
        let conditions: String =
            summary.split(" where ").skip(1).flat_map(|part| part.split(" having ")).collect::<Vec<_>>().join(" ");
        // Of whose rows a column is tells nothing of which rows there are.
        let column = |word: &str| word.rsplit_once('.').map_or(word, |(_, column)| column).to_owned();
        let conditions: Vec<String> = conditions.split_whitespace().map(column).collect();
        let conditions = words_of(&conditions.join(" ").replace(['.', '_'], " "));
        words_of(candidate).iter().any(|word| !self.asked.contains(word) && conditions.contains(word))
    }

    /// Whether a question asks for what was asked, or for a part of it: it has a third of its words at least, or all that name
    /// something, and where it leaves some of them out, it names nothing in their place. Of values alone anything may be asked.
    pub fn stays_near(&self, candidate: &str) -> bool {
        const OF_ANY: [&str; 9] = ["per", "count", "most", "least", "average", "share", "last", "not", "total"];
        let words: BTreeSet<String> = split(candidate, MAX_WORDS).iter().filter_map(said).collect();
        let is_idle = |word: &&String| ASKING.contains(&word.as_str());
        let asked: Vec<&String> = self.asked.iter().filter(|word| !is_idle(word)).collect();
        let shared = asked.iter().filter(|word| words.contains(**word)).count();
        let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
        let of_its_own = |word: &&String| {
            !self.asked.contains(*word) && !OF_ANY.contains(&word.as_str()) && !is_number(word) && !is_idle(word)
        };
        if !self.alone.is_empty() {
            return self.alone.iter().all(|word| words.contains(word));
        }
        let mut named = self.named.iter().filter(|word| !is_idle(word)).peekable();
        let has_named = named.peek().is_some() && named.all(|word| words.contains(word));
        let is_near = shared * 3 >= asked.len() || has_named;
        shared == asked.len() || is_near && !words.iter().any(|word| of_its_own(&word))
    }

    /// Higher is nearer.
    pub fn of(&self, candidate: &str) -> i32 {
        let words = split(candidate, 40);
        let candidate: BTreeSet<String> = words.iter().filter_map(said).collect();
        let each = |word: &String| match (self.asked.contains(word), self.named.contains(word)) {
            (true, true) => SHARED_NAME,
            (true, false) => SHARED_WORD,
            (false, _) => -ADDED_WORD,
        };
        candidate.iter().map(each).sum()
    }
}

/// The words of values and times, where nothing else names anything.
fn values_alone(lattice: &Lattice) -> BTreeSet<String> {
    let mut alone = BTreeSet::new();
    let mut at = 0;
    while at < lattice.len() {
        let cell = lattice.cell(at);
        let sure = cell.values.iter().filter(|m| m.cost < costs::COMMON_WORD_AS_VALUE).map(|m| m.end);
        let end = sure.chain(cell.time_ranges.iter().map(|time| time.1)).max();
        let names = cell.relations.iter().map(|m| m.cost).chain(cell.columns.iter().map(|m| m.cost));
        if let Some(end) = end {
            alone.extend(lattice.words.get(at..end).into_iter().flatten().filter_map(said));
        } else if names.min().is_some_and(|cost| cost <= costs::SYNONYMOUS_NAME) {
            return BTreeSet::new();
        }
        at = end.unwrap_or(at + 1).max(at + 1);
    }
    alone
}

/// A question that was taught as one to ask in place of another, where it is near: it says two thirds of what was asked and hardly
/// more, and no value that the other does not, as what is suggested is logged.
pub fn taught(question: &str, taught: &str) -> Option<Suggestion> {
    let words = |text: &str| {
        let words = split(text, MAX_WORDS).into_iter().filter_map(|word| Some((said(&word)?, word)));
        words.filter(|(said, _)| !ASKING.contains(&said.as_str())).collect::<Vec<(String, Word)>>()
    };
    let (asked, other) = (words(question), words(taught));
    let has = |list: &[(String, Word)], word: &str| list.iter().any(|(said, _)| said == word);
    let shared = asked.iter().filter(|(said, _)| has(&other, said)).count();
    let added: Vec<&Word> = other.iter().filter(|(said, _)| !has(&asked, said)).map(|(_, word)| word).collect();
    let is_plain = |word: &&Word| word.kind == WordKind::Word && word.text == word.lower;
    let is_near = shared > 1 && shared * 3 >= asked.len() * 2 && added.len() <= 1 && added.iter().all(is_plain);
    let fits = is_near && is_one_line(taught) && taught.len() <= MAX_LENGTH && !is_contrary(question, taught);
    let leaves_out = left_out(question, taught);
    fits.then(|| Suggestion { question: taught.to_owned(), leaves_out, is_example: false })
}

/// What a question says that another one does not, in its own words, those side by side as one: `phone numbers`, `happy`.
pub fn left_out(question: &str, other: &str) -> Vec<String> {
    let told: BTreeSet<String> = split(other, MAX_WORDS).iter().filter_map(said).collect();
    let words = split(question, MAX_WORDS);
    let mut found: Vec<String> = Vec::new();
    let mut last = None;
    for (at, word) in words.iter().enumerate() {
        let is_missing = said(word).is_some_and(|said| !told.contains(&said));
        if !is_missing || ASKING.contains(&word.lower.as_str()) {
            continue;
        }
        let text = one_line(&word.text);
        match found.last_mut().filter(|_| last.is_some_and(|last| last + 1 == at)) {
            Some(phrase) => *phrase = format!("{phrase} {text}"),
            None => found.push(text),
        }
        last = Some(at);
    }
    found.dedup();
    found
}

/// Words by which a question asks, whatever it is about, or ties what it is about.
const ASKING: [&str; 31] = [
    "how", "many", "much", "what", "which", "who", "where", "when", "show", "list", "give", "tell", "find", "get",
    "we", "us", "me", "our", "my", "all", "any", "did", "does", "please", "by", "per", "each", "every", "only", "just",
    "than",
];

/// What a word says; `None` for one that says nothing by itself ("the", "in", "show").
fn said(word: &Word) -> Option<String> {
    const SAME: &[(&str, &[&str])] = &[
        ("per", &["per", "by", "each", "every"]),
        ("count", &["many", "number", "count"]),
        ("most", &["most", "top", "best", "highest", "largest", "biggest", "greatest"]),
        ("least", &["least", "worst", "lowest", "smallest", "fewest", "low"]),
        ("average", &["average", "avg", "mean", "median"]),
        ("share", &["share", "percentage", "percent", "fraction", "proportion", "rate", "ratio", "%"]),
        ("last", &["last", "latest", "newest", "recent", "past", "lately"]),
        ("not", &["not", "no", "never", "without", "n't", "haven't", "don't", "none"]),
        ("total", &["total", "sum", "overall"]),
        ("over", &["over", "above", "more", "exceeding"]),
        ("under", &["under", "below", "less", "fewer"]),
    ];
    if matches!(word.kind, WordKind::Symbol) && word.lower != "%" {
        return None;
    }
    if let Some((same, _)) = SAME.iter().find(|(_, words)| words.contains(&word.lower.as_str())) {
        return Some((*same).to_owned());
    }
    let means_little = |one: &Category| {
        matches!(
            one,
            Category::Article
                | Category::Opener
                | Category::Be
                | Category::Do
                | Category::In
                | Category::Of
                | Category::With
                | Category::Filler
                | Category::That
                | Category::Adverb
                | Category::Pronoun
                | Category::And
                | Category::Which
        )
    };
    let categories = lexicon::categories(std::slice::from_ref(word), 0);
    if categories.iter().any(|(one, _)| means_little(one)) {
        return None;
    }
    Some(stem(&singular(&word.lower)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taught_question_is_suggested_where_it_is_near() {
        for (question, other) in [
            ("customers who spent more than 20000 in 2025", "customers who spent over 20000 in 2025"),
            ("best selling product categories in 2025", "best selling categories in 2025"),
        ] {
            assert_eq!(taught(question, other).map(|one| one.question).as_deref(), Some(other), "{question}");
        }
        for (question, other) in [
            ("customers who spent over 20000 in 2025", "customers who spent under 20000 in 2025"),
            ("churned accounts by plan", "churned accounts by plan in Germany"),
            ("revenue by month", "orders"),
            ("orders in 2025", "orders"),
        ] {
            assert_eq!(taught(question, other), None, "{question}");
        }
    }

    #[test]
    fn what_a_suggestion_leaves_out_is_told_in_the_words_of_the_question() {
        for (question, other, missing) in [
            ("revenue by customer gender", "revenue by customer", &["gender"][..]),
            ("phone numbers of happy customers from Oslo", "customers from Oslo", &["phone numbers", "happy"]),
            ("how many whales bought by paypal", "number of orders with method paypal", &["whales bought"]),
            ("show me the revenue per month", "revenue by month", &[]),
        ] {
            assert_eq!(left_out(question, other), missing, "{question}");
        }
    }
}
