//! The general words of questions: grammar, aggregates, comparisons, units of time, qualities, synonyms.
//!
//! Holds no word of any particular database. A phrase that is missing here makes the parser silent, never wrong.

use super::query::{Aggregate, Direction, Unit};
use crate::linking::words::Word;

/// What a phrase can do in a question. One phrase may have several uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Says nothing anywhere: "the", "please".
    Article,
    /// Opens a question without saying what for: "show me", "what is".
    Open,
    /// Opens a list of rows and nothing else.
    List,
    Which,
    All,
    /// Counts the rows of what follows.
    HowMany,
    HowMuch,
    /// Turns what precedes into a count: "order count".
    Count,
    Aggregate(Aggregate),
    Top,
    Bottom,
    /// "most", "highest": the larger comes first; "fewest", "lowest": the smaller.
    Most(Direction),
    Highest(Direction),
    /// "most expensive", "newest".
    Superlative(Quality, Direction),
    /// "cheaper than".
    Comparative(Quality, &'static str),
    Compare(&'static str),
    Between,
    By,
    Per,
    Unit(Unit),
    /// "monthly".
    Every(Unit),
    And,
    Comma,
    Or,
    Not,
    Without,
    Be,
    Have,
    Who,
    Where,
    With,
    In,
    Of,
    /// "placed", "made": says only that the thing happened.
    Happened,
    /// Says nothing at the end of a clause: "are there".
    Filler,
}

/// What an adjective measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    Price,
    Date,
}

use Aggregate::{Average, Maximum, Minimum, Sum};
use Direction::{Ascending, Descending};

#[rustfmt::skip]
const PHRASES: &[(&[Use], &[&str])] = &[
    (&[Use::Article], &["the", "a", "an", "our", "please"]),
    (&[Use::Open], &[
        "show", "show me", "display", "give me", "get", "get me", "find", "find me", "tell me", "see", "i want to see",
        "i want", "i need", "what is", "what are", "what was", "what were", "what", "can you", "could you",
        "let me see", "which are", "who are",
    ]),
    (&[Use::List], &["list", "list me", "enumerate"]),
    (&[Use::Which, Use::Who], &["which", "who", "that"]),
    (&[Use::All], &["all", "all of", "every", "each"]),
    (&[Use::HowMany], &["how many", "number of", "total number of", "count", "count of", "count all"]),
    (&[Use::HowMuch], &["how much"]),
    (&[Use::Count], &["count", "counts"]),
    (&[Use::Aggregate(Sum)], &["sum", "sum of", "total", "total of", "overall", "combined", "summed"]),
    (&[Use::Aggregate(Average)], &["average", "average of", "avg", "mean", "mean of"]),
    (&[Use::Aggregate(Minimum)], &["minimum", "min"]),
    (&[Use::Aggregate(Maximum)], &["maximum", "max"]),
    (&[Use::Aggregate(Maximum), Use::Highest(Descending)], &["highest", "largest", "biggest", "greatest"]),
    (&[Use::Aggregate(Minimum), Use::Highest(Ascending)], &["lowest", "smallest"]),
    (&[Use::Top], &["top"]),
    (&[Use::Bottom], &["bottom"]),
    (&[Use::Most(Descending)], &["most"]),
    (&[Use::Most(Ascending)], &["least", "fewest"]),
    (&[Use::Superlative(Quality::Price, Descending)], &["most expensive", "priciest", "costliest", "dearest"]),
    (&[Use::Superlative(Quality::Price, Ascending)], &["cheapest", "least expensive"]),
    (&[Use::Superlative(Quality::Date, Descending)], &["newest", "latest", "most recent"]),
    (&[Use::Superlative(Quality::Date, Ascending)], &["oldest", "earliest"]),
    (&[Use::Comparative(Quality::Price, ">")], &["more expensive than", "costlier than", "pricier than"]),
    (&[Use::Comparative(Quality::Price, "<")], &["cheaper than", "less expensive than"]),
    (&[Use::Compare(">")], &[
        ">", "over", "above", "more than", "greater than", "higher than", "larger than", "bigger than", "exceeding",
    ]),
    (&[Use::Compare("<")], &["<", "under", "below", "less than", "lower than", "smaller than", "fewer than"]),
    (&[Use::Compare(">=")], &[">=", "≥", "at least", "no less than", "not less than", "no fewer than", "minimum of"]),
    (&[Use::Compare("<=")], &["<=", "≤", "at most", "up to", "no more than", "not more than", "maximum of"]),
    (&[Use::Compare("=")], &["=", "==", "equal to", "equals", "exactly"]),
    (&[Use::Between], &["between"]),
    (&[Use::By], &["by", "in terms of", "ranked by", "ordered by", "sorted by", "measured by"]),
    (&[Use::Per], &[
        "by", "per", "for each", "for every", "by each", "in each", "of each", "each", "every", "grouped by", "group by",
        "broken down by", "split by",
    ]),
    (&[Use::Unit(Unit::Day)], &["day", "days", "date"]),
    (&[Use::Unit(Unit::Week)], &["week", "weeks"]),
    (&[Use::Unit(Unit::Month)], &["month", "months"]),
    (&[Use::Unit(Unit::Quarter)], &["quarter", "quarters"]),
    (&[Use::Unit(Unit::Year)], &["year", "years"]),
    (&[Use::Every(Unit::Day)], &["daily"]),
    (&[Use::Every(Unit::Week)], &["weekly"]),
    (&[Use::Every(Unit::Month)], &["monthly"]),
    (&[Use::Every(Unit::Quarter)], &["quarterly"]),
    (&[Use::Every(Unit::Year)], &["yearly", "annual"]),
    (&[Use::And], &["and"]),
    (&[Use::Comma], &[","]),
    (&[Use::Or], &["or"]),
    (&[Use::Not], &["not"]),
    (&[Use::Without], &["without"]),
    (&[Use::Be], &["is", "are", "was", "were", "be", "been", "has been", "have been"]),
    (&[Use::Have], &["has", "have", "had", "having"]),
    (&[Use::Where], &["where", "whose"]),
    (&[Use::With], &["with", "having"]),
    (&[Use::In], &["in", "from", "at", "via", "through", "for", "by"]),
    (&[Use::Of], &["of"]),
    (&[Use::Happened], &["placed", "made"]),
    (&[Use::Filler], &[
        "are there", "is there", "were there", "there are", "there is", "do we have", "did we have", "did we get",
        "have we got", "we have", "exist", "exists", "in total", "altogether", "overall", "in the database",
    ]),
];

/// Words of one meaning. The first list holds true synonyms; the second, words that only may mean the same.
type Synonyms = (&'static [&'static str], &'static [&'static str]);

const SYNONYMS: &[Synonyms] = &[
    (&["revenue", "sales", "turnover"], &["total", "amount"]),
    (&["spend", "spending", "spent"], &["revenue", "total", "amount"]),
    (&["price", "cost"], &[]),
    (&["quantity", "qty", "units", "pieces"], &[]),
    (&["customer", "client", "buyer"], &[]),
    (&["employee", "staff", "worker"], &[]),
    (&["product", "article", "goods"], &[]),
    (&["supplier", "vendor"], &[]),
    (&["country", "nation"], &[]),
    (&["city", "town"], &[]),
    (&["phone", "telephone"], &[]),
    (&["rating", "stars"], &[]),
];

/// The uses of the phrases that begin at a word, each with the position after it.
pub fn uses(words: &[Word], start: usize) -> Vec<(Use, usize)> {
    let Some(first) = words.get(start) else { return Vec::new() };
    let mut found = Vec::new();
    for (uses, phrases) in PHRASES {
        for phrase in *phrases {
            if !phrase.starts_with(first.lower.as_str()) {
                continue;
            }
            let length = phrase.split(' ').count();
            let matched = words
                .get(start..start + length)
                .is_some_and(|span| phrase.split(' ').eq(span.iter().map(|w| w.lower.as_str())));
            if matched {
                found.extend(uses.iter().map(|one| (*one, start + length)));
            }
        }
    }
    found
}

/// The words that may stand for one word: true synonyms, then weak ones.
pub fn synonyms(word: &str) -> Synonyms {
    const NONE: Synonyms = (&[], &[]);
    SYNONYMS.iter().find(|(strong, _)| strong.contains(&word)).copied().unwrap_or(NONE)
}

/// The words a quality goes by as a column.
pub fn quality_words(quality: Quality) -> &'static [&'static str] {
    match quality {
        Quality::Price => &["price", "cost"],
        Quality::Date => &[],
    }
}

/// A flow of money that is spoken of as one sum: its average or maximum has no agreed meaning.
pub fn is_flow(word: &str) -> bool {
    matches!(word, "revenue" | "sale" | "sales" | "turnover" | "spend" | "spending" | "spent" | "income" | "profit")
}

/// Said without an aggregate, a column of such words means its sum.
pub fn is_additive(word: &str) -> bool {
    is_flow(word)
        || matches!(
            word,
            "total" | "amount" | "quantity" | "qty" | "unit" | "units" | "piece" | "pieces" | "earning" | "earnings"
        )
}

/// Adding up a column of such words has no meaning.
pub fn is_rate(word: &str) -> bool {
    matches!(
        word,
        "price"
            | "rate"
            | "rating"
            | "ratio"
            | "percent"
            | "percentage"
            | "pct"
            | "average"
            | "avg"
            | "mean"
            | "median"
            | "age"
            | "score"
            | "latitude"
            | "longitude"
            | "lat"
            | "lon"
            | "lng"
            | "temperature"
            | "rank"
            | "year"
            | "star"
    )
}

/// A number written as a word.
pub fn number_word(word: &str) -> Option<u32> {
    const NUMBERS: [&str; 12] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let index = NUMBERS.iter().position(|number| *number == word)?;
    u32::try_from(index + 1).ok()
}
