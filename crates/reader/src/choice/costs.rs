//! What makes one reading less likely than another, in one scale.
//!
//! A hypothesis adds up the costs of all that it assumes; the cheapest wins, and one that costs more than
//! [`MAX_TOTAL`] is no answer. The sizes were found by trial on questions with known SQL. What matters is their order
//! and a few sums, which the sentences below tell; where two readings must stay apart although either is possible,
//! they cost the same, and the reader abstains.

use crate::lattice::stored_values::Closeness;
use words::WordMatch;

/// The most that an answered question may cost. Two synonyms and a join fit; a word that only may mean the same (9) and
/// a synonym do not.
pub const MAX_TOTAL: u32 = 10;

/// A reading that costs at most so much more than the best one is told of.
pub const NEARLY_AS_LIKELY: u32 = 0;

// Words for names.

/// What it costs to take a word of the question for a word of a name. Another form of the word is nearly free. A
/// synonym costs more than any one generic word left out, so that a column which is called what was said comes before
/// one that means the same. A weak synonym takes up nearly all of what an answer may cost: it is accepted only where
/// everything else is plain.
pub fn of_word(found: WordMatch) -> u32 {
    const INFLECTED: u32 = 1;
    const SYNONYM: u32 = 4;
    const WEAK_SYNONYM: u32 = 9;
    match found {
        WordMatch::Same => 0,
        WordMatch::SameStem => INFLECTED,
        WordMatch::Synonym => SYNONYM,
        WordMatch::SynonymOfStem => SYNONYM + INFLECTED,
        WordMatch::WeakSynonym => WEAK_SYNONYM,
        WordMatch::WeakSynonymOfStem => WEAK_SYNONYM + INFLECTED,
    }
}

/// What it costs that a word of a name was not said. Units of measure and words like "data" tell nothing: 1. Generic
/// attributes may be meant without being said ("the address" for `address_line`): 2 or 3; an `id` seldom is: 4. Any
/// other word makes it another name: 6, more than a synonym.
pub fn of_unsaid_word(word: &str) -> u32 {
    match word {
        "usd" | "dollar" | "euro" | "km" | "kg" | "cm" | "mm" | "m" | "f" | "c" | "g" | "ft" | "lb" | "mph"
        | "inch" | "mile" | "percent" | "million" | "thousand" | "second" | "minute" | "meter" | "data" | "info"
        | "information" | "list" | "table" | "record" | "reference" | "master" | "dim" | "fact" => 1,
        "code" | "yn" | "flag" | "text" | "value" | "number" | "amount" | "address" => 2,
        "name" | "description" | "date" | "title" | "type" => 3,
        "id" => 4,
        // The prefix of a relation's columns: `i_id` of `item`.
        _ if word.len() == 1 => 1,
        _ if word.chars().all(|c| c.is_ascii_digit()) => 2,
        _ => UNSAID_WORD,
    }
}

/// A word of a name that is neither generic nor said; see [`of_unsaid_word`].
pub const UNSAID_WORD: u32 = 6;
/// The words of a name were said in another order than it has them: nearly free, as "date of birth" is `birth_date`.
pub const REORDERED: u32 = 1;
/// A part of a column's name is a word of its relation's name as well and was left out: nearly free.
pub const WORD_OF_OWNER: u32 = 1;
/// A view shows what tables hold: at equal names the table is meant, but a view that is named better comes first.
pub const VIEW: u32 = 2;
/// A name that a comment gives: any name of the schema's own that fits as well comes first.
pub const NAME_IN_COMMENT: u32 = 2;
/// What a column may be called in short, by the custom of naming: "closed" for a flag `is_closed`.
pub const NAME_IN_SHORT: u32 = 1;
/// The one word by which the comment on a relation names its rows: "subscriptions".
pub const ROWS_IN_COMMENT: u32 = 1;
/// The last word of a longer phrase by which the comment on a relation names its rows: "contracts" of "supply contracts".
pub const ROWS_IN_PART: u32 = 2;
/// One word alone of a longer name that a comment gives: "tickets" of "support tickets".
pub const PART_OF_COMMENT: u32 = 3;
/// No candidate that costs more is kept. It lies above [`MAX_TOTAL`], because a word that names something from afar is
/// at least not unknown.
pub const MAX_MENTION: u32 = 14;
/// A relation whose name only contains what was said is dropped beside one that is named exactly and this much
/// cheaper; half of [`UNSAID_WORD`], so that a single further word suffices.
pub const CLEARLY_WORSE: u32 = 3;

/// From here on, a relation is only meant where no other one is called by what was said.
pub const SYNONYM_ALONE: u32 = 4;

// How sure a mention has to be. Each is the greatest cost that still counts.

/// Every word was said, at most in another form or order.
pub const INFLECTED_NAME: u32 = 1;
/// At most a generic word is missing that nobody says.
pub const NEARLY_EXACT_NAME: u32 = 2;
/// No synonym was needed: the name's own words, some generic one left out.
pub const OWN_WORDS: u32 = 3;
/// A synonym was needed, no weak one, and every other word was said.
pub const SYNONYMOUS_NAME: u32 = 5;
/// A stored value that was said exactly or but for upper and lower case.
pub const STORED_AS_SAID: u32 = 1;

// Words for stored values.

/// What it costs to take a phrase for a stored value. Case is nearly free. A value that is only spelled alike must not
/// win over anything that fits, and is only considered where the phrase is a proper name: it leaves room for one more
/// assumption below [`MAX_TOTAL`].
pub fn of_value(closeness: Closeness, is_proper: bool) -> Option<u32> {
    match closeness {
        Closeness::Exact => Some(0),
        Closeness::Case => Some(1),
        Closeness::Near => is_proper.then_some(7),
    }
}

/// A single word of the language ("new", "may") is first of all that, whatever columns store it as a value.
pub const COMMON_WORD_AS_VALUE: u32 = 6;
/// A value without the name of its column, as in "cancelled orders": small, as most values are said so.
pub const VALUE_WITHOUT_COLUMN: u32 = 1;
/// A value that nothing ties to the noun before it ("orders Berlin"): "in Berlin" is likelier.
pub const VALUE_WITHOUT_CONNECTIVE: u32 = 1;
/// The last word of a value is the name of another column, which holds the rest of it: "Sonoma County".
pub const VALUE_ENDS_IN_COLUMN: u32 = 12;
/// A value of a column that is not the one that names its rows: a value alone is first of all a name.
pub const VALUE_IS_NO_NAME: u32 = 1;

// Joins.

/// A step to the one row that a row refers to. Anything in the relation at hand comes before anything that needs a join.
pub const STEP_TO_ONE: u32 = 3;
/// A step from the rows that a measure adds up to what they refer to: a measure is asked for by its dimensions.
pub const STEP_TO_DIMENSION: u32 = 1;
/// A step to the many rows that refer to a row: the other direction is likelier where both lead there.
pub const STEP_TO_MANY: u32 = 4;
/// A foreign key that was inferred from names: a declared one is likelier.
pub const INFERRED_KEY: u32 = 1;
/// A foreign key with a role of its own where another has none: `original_language_id` beside `language_id`.
pub const KEY_WITH_ROLE: u32 = 1;
/// Related rows that no word names, where many refer to one or where other relations lie in between.
pub const UNNAMED_RELATED_ROWS: u32 = 6;
/// A column of what a row refers to, while the row itself has one that ends in the same word: "state" may be either's.
pub const RIVAL_OF_OWN_COLUMN: u32 = 4;
/// A clause describes a noun although another one stands nearer to it: paid once for each noun in between.
pub const OUTER_NOUN: u32 = 2;

// Nouns.

/// A noun that is called as a column and no relation: the column's values are meant, less likely than rows.
pub const COLUMN_AS_NOUN: u32 = 3;
/// A relation by the name of a column that refers to it: "maker" for `car_makers`.
pub const RELATION_BY_KEY_NAME: u32 = 2;
/// A relation that only ties two others together: "train stations" are stations and no rows of such a relation.
pub const LINK_AS_NOUN: u32 = 12;
/// A value that stands for the rows that have it ("dogs" among pets): two values could as well be meant.
pub const VALUE_AS_NOUN: u32 = 6;
/// The same where the value is a kind of them by the name of its column, and no other column holds it: "suites" among rooms.
pub const KIND_AS_NOUN: u32 = 3;
/// The same where it tells by what or about what the rows came: complaints about prices are no "prices".
pub const CIRCUMSTANCE_AS_NOUN: u32 = 12;
/// A value that stands for the rows that refer to it ("laptops" for the products of this category).
pub const VALUE_AS_MEMBERS: u32 = 2;
/// No noun says which relation the question is about, only the columns that it asks for.
pub const UNNAMED_RELATION: u32 = 6;
/// A related noun, counted or restricted by: a plain test of the relation at hand comes first.
pub const RELATED_NOUN: u32 = 1;
/// A verb names a relation that the joins do not touch ("attended" where there is `attendances`). It exceeds
/// [`MAX_TOTAL`], because the answer would leave out what the verb says.
pub const UNUSED_VERB: u32 = 12;

// What is shown.

/// All columns: whoever names some means those.
pub const ALL_COLUMNS: u32 = 2;
/// The display columns of a relation that is only named: as dear as a join, so that a column of that name comes first.
pub const RELATION_AS_ITEM: u32 = 3;
/// The display columns for the word "name" where no column is called so.
pub const GENERIC_NAME: u32 = 2;
/// A column whose name begins with the word of an aggregate ("total"): the aggregate was likelier meant.
pub const AGGREGATE_WORD_AS_COLUMN: u32 = 3;
/// An item of a relation that is named right after it: "the name of the singer".
pub const ITEM_WITH_OWNER: u32 = 1;
/// An aggregate over related rows, for each row at hand: one over the rows at hand comes first.
pub const AGGREGATE_OF_RELATED: u32 = 1;
/// An aggregate that an earlier item had is repeated for this one: "average latitude and longitude".
pub const SHARED_AGGREGATE: u32 = 1;
/// A group that is not said but follows from a column beside an aggregate.
pub const IMPLIED_GROUP: u32 = 1;
/// What a flow of money ("revenue") may cost at most in a ranking, where its synonyms are many and all far; as dear as a
/// join and a step back, so that an own column comes first.
pub const MAX_MONEY_FLOW: u32 = 7;

// Measures.

/// The lines or payments of what a flow of money is recorded for: the record itself comes first.
pub const MEASURE_OF_LINES: u32 = 2;
/// A measure that no column is called: pieces sold by a quantity, money by quantity times price.
pub const DERIVED_MEASURE: u32 = 2;
/// What a row is worth, by the one amount it has: "order value".
pub const WORTH_OF_ROW: u32 = 1;
/// The same for an amount without a currency: it may have been meant for another number.
pub const WORTH_WITHOUT_UNIT: u32 = 3;
/// A name that is not stored, for a part of one that is: "customers named Weber".
pub const PART_OF_NAME: u32 = 3;
/// Whether there is any of what a number counts: "out of stock".
pub const SUPPLY: u32 = 1;
/// The rows that record what a verb tells: "ordered" for orders.
pub const VERB_AS_RECORD: u32 = 1;
/// The lines of such rows.
pub const VERB_AS_LINES: u32 = 2;
/// "who" and "what" for the rows that a verb's records refer to.
pub const WHO: u32 = 1;
/// A stored plural that was said in the singular: "a laptop" for "Laptops".
pub const STORED_IN_PLURAL: u32 = 1;
/// Two groups or times of each group set against each other.
pub const COMPARED_GROUPS: u32 = 1;
/// A statistic of a column, of rows that are not named.
pub const UNNAMED_ROWS: u32 = 2;
/// A number is added up although the question does not say so: "MRR by plan".
pub const IMPLIED_SUM: u32 = 1;
/// The fraction of rows in a state that a noun tells: "cancellation rate".
pub const STATE_RATE: u32 = 2;
/// The rows of each group as a share of all, where no state of theirs is told whose share could be meant.
pub const SHARE_OF_ROWS: u32 = 1;
/// Groups ranked by a measure: a rank of the rows at hand by their related rows comes first.
pub const RANKED_GROUPS: u32 = 3;

// Clauses.

/// A verb or preposition that ends a clause and is passed over: "students live".
pub const IDLE_VERB: u32 = 1;
/// A time without the name of the date that it restricts.
pub const TIME_WITHOUT_COLUMN: u32 = 1;
/// The most that a word for what happened may cost beside another one: "issued" for a date of issue.
pub const MOST_OF_EVENT: u32 = 7;
/// A date named as if it were a verb: "signed up" for rows where it is not null.
pub const DATE_AS_EVENT: u32 = 1;
/// A column that is said to be had or not, as in "without email": rows that are called so come first.
pub const MISSING_VALUE: u32 = 1;
/// The most that a second such column may cost: the first one tells how the words are meant.
pub const SECOND_MISSING_VALUE: u32 = 2;
/// A number and then the column that holds it ("8 cylinders"): the column first is plainer.
pub const NUMBER_BEFORE_COLUMN: u32 = 1;
/// One more group key after "and".
pub const FURTHER_GROUP: u32 = 1;
/// One row for each of a related relation: a column of the rows at hand is the likelier group.
pub const GROUP_BY_RELATED: u32 = 1;
/// An order that does not say by what.
pub const IMPLIED_SORT_KEY: u32 = 2;
/// An adjective that measures a column by its usual name ("oldest" by `age`): a column that is named comes first.
pub const QUALITY_BY_COLUMN_NAME: u32 = 1;
/// "most common", or "largest" and a name after it: both have a plainer form.
pub const INDIRECT_SUPERLATIVE: u32 = 1;
/// The greatest or least row of something that is not what is listed: it becomes a subquery.
pub const SUPERLATIVE_AS_SUBQUERY: u32 = 2;
/// Two conditions that no row can fulfil together were taken apart into two queries.
pub const SPLIT_CONTRADICTION: u32 = 1;
