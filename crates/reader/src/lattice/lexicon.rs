//! The lexicon of the grammar: which phrases ask, compare, aggregate, order or connect, whatever the database is about.
//!
//! Words of one particular database do not belong here. Where a phrase is missing, the reader abstains; it does not
//! guess.

use crate::query::tree::{Aggregate, Direction, TextMatch, TimeUnit};
use std::collections::HashMap;
use std::sync::OnceLock;
use words::{Word, WordKind};

/// The lexical category of a phrase: what it can do in a question. One phrase may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// A phrase that can be passed over anywhere: "the", "please".
    Article,
    /// An opening that does not tell what is asked for: "show me", "what is".
    Opener,
    Which,
    All,
    /// "each", "every": one result row for each of what follows.
    Each,
    /// "different", "distinct": each value once.
    Distinct,
    /// "how many", "number of": the count of what follows.
    HowMany,
    HowMuch,
    /// "count" after a noun, as in "order count".
    TrailingCount,
    /// "all information about": all columns.
    AllColumns,
    Aggregate(Aggregate),
    Top,
    Bottom,
    /// "the most", "the fewest", of a noun that follows: by the number of its rows.
    MostRows(Direction),
    /// "most common": the value that occurs in most rows.
    MostFrequent(Direction),
    /// "highest", "lowest": the greatest or least value of the column that follows.
    Highest(Direction),
    /// "most expensive", "newest": the greatest or least value of the column that measures the quality.
    Superlative(Quality, Direction),
    /// "cheaper than", with the operator that its values are compared by.
    Comparative(Quality, &'static str),
    Compare(&'static str),
    Between,
    OrderBy,
    Sort(Direction),
    /// "from the oldest to the youngest": an order by the column that measures the quality.
    SortByQuality(Quality, Direction),
    Alphabetical,
    By,
    Per,
    TimeUnit(TimeUnit),
    /// "monthly": one result row for each unit of time.
    EveryTimeUnit(TimeUnit),
    And,
    Comma,
    Or,
    Not,
    No,
    Without,
    Any,
    Both,
    Be,
    Do,
    Have,
    /// "who", "that": a relative clause begins.
    That,
    Whose,
    Where,
    With,
    In,
    Of,
    Named,
    TextMatch(TextMatch),
    Null,
    NotNull,
    /// "also", "ever", "currently": an adverb that changes nothing which the data could answer.
    Adverb,
    /// "are there": can be passed over at the end of a clause.
    Filler,
    Except,
    /// A verb which only says that two things belong together: "live in", "made by".
    RelationVerb,
    /// "them", "their", "it": refers to a noun before it.
    Pronoun,
    FullStop,
    Percent,
}

/// What an adjective measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quality {
    Price,
    Date,
    Age,
    Size,
    Height,
    Length,
    Weight,
    Speed,
    Rating,
    /// "Best", which need not speak of ratings.
    Goodness,
    /// What somebody is paid.
    Pay,
}

use Aggregate::{Average, Maximum, Minimum, Sum};
use Direction::{Ascending, Descending};

#[rustfmt::skip]
const PHRASES: &[(&[Category], &[&str])] = &[
    (&[Category::Article], &["the", "a", "an", "our", "please", "some", "one of the", "corresponding", "respective", "given", "certain", "list of", "possible", "existing", "available", "(", ")", "either", "associated"]),
    (&[Category::Pronoun], &["their", "its", "his", "her", "his or her", "them", "it", "they", "these", "those", "he", "she", "we", "us"]),
    (&[Category::Opener], &[
        "show", "show me", "display", "give", "give me", "get", "get me", "find", "find me", "find out", "tell me", "tell", "see", "i want to see",
        "i want", "i want to know", "i need", "what is", "what are", "what was", "what were", "what", "can you", "could you", "compute", "calculate",
        "let me see", "which are", "who are", "who is", "return", "return me", "report", "provide", "provide me", "list", "list me", "list out", "enumerate", "select",
        "identify", "determine", "print", "retrieve", "present", "state", "name", "describe", "do you know", "tell me about", "list all", "show all",
        "what s", "whats", "give me a list of", "return a list of", "only list", "just", "find the list of", "show the list of", "give the list of",
        "a list of", "list the", "sort", "visualize", "output", "fetch",
    ]),
    (&[Category::Which], &["which", "which of the", "which of", "in which", "what kind of", "what are all the", "what type of", "for which", "to which", "from which", "on which", "at which"]),
    (&[Category::That], &["who", "that", "which"]),
    (&[Category::All], &["all", "all of", "all of the", "all the", "any", "of all", "across all", "among all", "for all", "over all"]),
    (&[Category::Each], &["each", "every", "each of the", "each one of the", "each individual"]),
    (&[Category::Distinct], &["different", "distinct", "unique", "distinctive", "all different", "all distinct"]),
    (&[Category::HowMany], &["how many", "number of", "total number of", "count", "count of", "count all", "count the number of", "total count of", "the amount of", "what number of", "number of all", "quantity of", "numbers of"]),
    (&[Category::HowMuch], &["how much", "how old is", "how old are", "how long is", "how tall is", "how large is", "how big is", "how heavy is", "how high is"]),
    (&[Category::TrailingCount], &["count", "counts", "number", "numbers", "total number", "total count"]),
    (&[Category::AllColumns], &[
        "all information", "all info", "all details", "all the details", "all the information", "information", "details", "all columns", "everything",
        "all the information about", "all information about", "information about", "details about", "details of", "information of", "all the details about", "full details", "all data",
        "the details", "all the data", "all of the information",
    ]),
    (&[Category::Aggregate(Sum)], &["sum", "sum of", "total", "total of", "overall", "combined", "summed", "total sum of", "total amount of", "sum total of", "accumulated", "in total"]),
    (&[Category::Aggregate(Average)], &["average", "average of", "avg", "mean", "mean of", "on average", "average value of", "averages of", "averaged"]),
    (&[Category::Aggregate(Minimum)], &["minimum", "min", "minimum of", "minimal", "minimum value of"]),
    (&[Category::Aggregate(Maximum)], &["maximum", "max", "maximum of", "maximal", "maximum value of"]),
    (&[Category::Aggregate(Maximum), Category::Highest(Descending)], &["highest", "largest", "biggest", "greatest"]),
    (&[Category::Aggregate(Minimum), Category::Highest(Ascending)], &["lowest", "smallest", "least"]),
    (&[Category::Highest(Descending)], &["maximum", "max", "most", "the most", "largest", "highest", "the highest value of", "best"]),
    (&[Category::Highest(Ascending)], &["minimum", "min", "least", "fewest", "the least", "worst"]),
    (&[Category::Top], &["top", "first"]),
    (&[Category::Bottom], &["bottom"]),
    (&[Category::MostRows(Descending)], &[
        "most", "the most", "most number of", "largest number of", "highest number of", "greatest number of", "maximum number of", "biggest number of",
        "the largest amount of", "most of the", "max number of", "the highest count of", "largest amount of", "maximum count of", "largest count of", "highest amount of", "greatest amount of", "a majority of", "the largest quantity of", "most amount of",
    ]),
    (&[Category::MostRows(Ascending)], &[
        "least", "fewest", "the fewest", "the least", "least number of", "smallest number of", "lowest number of", "fewest number of", "minimum number of", "smallest amount of", "least amount of",
        "min number of",
    ]),
    (&[Category::MostFrequent(Descending)], &[
        "most common", "most popular", "most frequent", "most frequently used", "most commonly used", "most used", "most widely used", "most often", "the most common", "most frequently", "most commonly", "most prevalent", "dominant", "predominant",
    ]),
    (&[Category::MostFrequent(Ascending)], &["least common", "least popular", "least frequent", "rarest", "least commonly used", "least used", "least frequently used"]),
    (&[Category::Superlative(Quality::Price, Descending)], &["most expensive", "priciest", "costliest", "dearest", "most costly"]),
    (&[Category::Superlative(Quality::Price, Ascending)], &["cheapest", "least expensive"]),
    (&[Category::Superlative(Quality::Date, Descending)], &["newest", "latest", "most recent", "most recently", "last", "most current"]),
    (&[Category::Superlative(Quality::Date, Ascending)], &["earliest", "first"]),
    (&[Category::Superlative(Quality::Age, Descending)], &["oldest", "eldest", "most senior"]),
    (&[Category::Superlative(Quality::Age, Ascending)], &["youngest"]),
    (&[Category::Superlative(Quality::Size, Descending)], &["largest", "biggest"]),
    (&[Category::Superlative(Quality::Size, Ascending)], &["smallest"]),
    (&[Category::Superlative(Quality::Height, Descending)], &["tallest", "highest"]),
    (&[Category::Superlative(Quality::Height, Ascending)], &["shortest", "lowest"]),
    (&[Category::Superlative(Quality::Length, Descending)], &["longest"]),
    (&[Category::Superlative(Quality::Length, Ascending)], &["shortest"]),
    (&[Category::Superlative(Quality::Weight, Descending)], &["heaviest"]),
    (&[Category::Superlative(Quality::Weight, Ascending)], &["lightest"]),
    (&[Category::Superlative(Quality::Speed, Descending)], &["fastest"]),
    (&[Category::Superlative(Quality::Speed, Ascending)], &["slowest"]),
    (&[Category::Superlative(Quality::Goodness, Descending)], &["best"]),
    (&[Category::Superlative(Quality::Goodness, Ascending)], &["worst"]),
    (&[Category::Superlative(Quality::Rating, Descending)], &["best rated", "highest rated", "top rated"]),
    (&[Category::Superlative(Quality::Rating, Ascending)], &["worst rated", "lowest rated"]),
    (&[Category::Superlative(Quality::Pay, Descending)], &["highest paid", "best paid", "highest earning", "top earning"]),
    (&[Category::Superlative(Quality::Pay, Ascending)], &["lowest paid", "worst paid", "least paid", "lowest earning"]),
    (&[Category::Comparative(Quality::Price, ">")], &["more expensive than", "costlier than", "pricier than"]),
    (&[Category::Comparative(Quality::Price, "<")], &["cheaper than", "less expensive than"]),
    (&[Category::Comparative(Quality::Age, ">")], &["older than", "elder than"]),
    (&[Category::Comparative(Quality::Age, "<")], &["younger than"]),
    (&[Category::Comparative(Quality::Height, ">")], &["taller than"]),
    (&[Category::Comparative(Quality::Height, "<")], &["shorter than"]),
    (&[Category::Comparative(Quality::Length, ">")], &["longer than"]),
    (&[Category::Comparative(Quality::Length, "<")], &["shorter than"]),
    (&[Category::Comparative(Quality::Weight, ">")], &["heavier than", "weighing more than", "weigh more than"]),
    (&[Category::Comparative(Quality::Weight, "<")], &["lighter than", "weighing less than", "weigh less than"]),
    (&[Category::Comparative(Quality::Speed, ">")], &["faster than"]),
    (&[Category::Comparative(Quality::Speed, "<")], &["slower than"]),
    (&[Category::Compare(">")], &[
        ">", "over", "above", "more than", "greater than", "higher than", "larger than", "bigger than", "exceeding", "exceeds", "exceed", "is more than", "beyond", "higher", "bigger",
        "strictly more than", "strictly greater than", "greater", "later than", "better than", "no less than or more than", "in excess of",
    ]),
    (&[Category::Compare("<")], &["<", "under", "below", "less than", "lower than", "smaller than", "fewer than", "earlier than", "lower", "smaller"]),
    (&[Category::Compare(">=")], &[">=", "≥", "at least", "no less than", "not less than", "no fewer than", "minimum of", "greater than or equal to", "more than or equal to", "a minimum of", "no lower than", "no smaller than"]),
    (&[Category::Compare("<=")], &["<=", "≤", "at most", "up to", "no more than", "not more than", "maximum of", "less than or equal to", "a maximum of", "no higher than", "no larger than", "no longer than", "not exceeding"]),
    (&[Category::Compare("=")], &["=", "==", "equal to", "equals", "exactly", "equal", "only", "of exactly", "the same as"]),
    (&[Category::Compare("<>")], &["different from", "not equal to", "other than", "<>", "!=", "unequal to"]),
    (&[Category::Between], &["between", "in the range of", "in between", "ranging from", "within the range of", "in the range between"]),
    (&[Category::OrderBy], &[
        "ordered by", "sorted by", "order by", "sort by", "ranked by", "in order of", "order them by", "sort them by", "arranged by", "sort the results by", "order the results by", "sort the list by",
        "ordered in order of", "listed by", "in the order of", "order the result by", "sort results by", "sort the result by", "order results by", "and sort by", "and order by", "rank by", "rank them by", "listed in order of", "sorted in order of", "sorted on",
        "ordered according to", "sorted according to", "arranged according to", "according to", "listed according to", "sort them in order of", "sorted in the order of", "ordered based on", "sorted based on", "sort by the", "listing by",
    ]),
    (&[Category::Sort(Descending)], &[
        "in descending order of", "in descending order", "descending order", "descending", "desc", "in decreasing order", "in decreasing order of", "decreasing order", "from highest to lowest", "from high to low", "from the oldest to the youngest",
        "from most to least", "from largest to smallest", "from the most recent to the oldest", "highest first", "most recent first", "largest first", "from most recent to oldest", "from the largest to the smallest", "from the highest to the lowest", "reverse alphabetical order", "in reverse alphabetical order", "in reverse order",
        "in reverse lexicographical order", "in descending alphabetical order", "decreasing", "by descending", "from greatest to least", "in descending order by", "from newest to oldest", "sorted in descending order", "by descending order of", "the descending order of", "descending order of", "in a descending order", "in a descending order of",
        "from long to short", "from the longest to the shortest", "from heavy to light", "from most to fewest", "in the descending order of", "in the descending order", "from late to early", "from latest to earliest", "from the latest to the earliest", "starting from the highest", "in reverse lexicographic order",
    ]),
    (&[Category::Sort(Ascending)], &[
        "in ascending order of", "in ascending order", "ascending order", "ascending", "asc", "in increasing order", "in increasing order of", "increasing order", "from lowest to highest", "from low to high", "from the youngest to the oldest",
        "from least to most", "from smallest to largest", "lowest first", "smallest first", "from oldest to most recent", "in chronological order", "chronologically", "from the smallest to the largest", "from the lowest to the highest", "increasing", "by ascending", "in ascending order by",
        "in order", "sorted in ascending order", "from oldest to newest", "from earliest to latest", "in ascending alphabetical order", "in an ascending order", "in an ascending order of", "ascending order of", "the ascending order of", "from the earliest to the latest", "in the ascending order", "in the ascending order of", "from short to long", "from early to late", "from light to heavy", "from small to large", "in numerical order",
    ]),
    (&[Category::SortByQuality(Quality::Age, Descending)], &["from the oldest to the youngest", "from oldest to youngest", "from old to young", "the oldest first", "oldest first"]),
    (&[Category::SortByQuality(Quality::Age, Ascending)], &["from the youngest to the oldest", "from youngest to oldest", "from young to old", "youngest first"]),
    (&[Category::Alphabetical], &[
        "alphabetically", "in alphabetical order", "in alphabetic order", "alphabetical order", "alphabetical order of", "in alphabetical order of", "lexicographically", "in lexicographical order", "in lexicographic order", "alphabetically by", "in alphabetical order by", "by alphabetical order", "in alphabetical ascending order", "in lexical order", "in alphabetic order of", "by alphabetical order of", "in the alphabetical order", "in the alphabetical order of", "in lexicographical order of",
    ]),
    (&[Category::By], &["by", "in terms of", "measured by", "based on", "on the basis of"]),
    (&[Category::Per], &[
        "per", "for each", "for every", "by each", "in each", "of each", "each", "every", "grouped by", "group by", "from each", "at each", "on each", "with each", "in every", "of every", "to each", "across each", "under each", "within each", "for each of the", "in each of the", "of each of the",
        "broken down by", "split by", "for different", "of different", "in different", "for each different", "for each distinct", "by different", "by each of the", "group by each", "for the different", "from different", "of all the different", "for all the different", "for each unique", "group results by", "group the results by", "categorized by", "at different", "by the different",
    ]),
    (&[Category::TimeUnit(TimeUnit::Hour)], &["hour", "hours", "hour of the day", "hour of day", "time of day"]),
    (&[Category::TimeUnit(TimeUnit::Day)], &["day", "days"]),
    (&[Category::TimeUnit(TimeUnit::Weekday)], &["weekday", "weekdays", "day of the week", "day of week"]),
    (&[Category::TimeUnit(TimeUnit::Week)], &["week", "weeks"]),
    (&[Category::TimeUnit(TimeUnit::Month)], &["month", "months"]),
    (&[Category::TimeUnit(TimeUnit::Quarter)], &["quarter", "quarters"]),
    (&[Category::TimeUnit(TimeUnit::Year)], &["year", "years"]),
    (&[Category::EveryTimeUnit(TimeUnit::Day)], &["daily"]),
    (&[Category::EveryTimeUnit(TimeUnit::Week)], &["weekly"]),
    (&[Category::EveryTimeUnit(TimeUnit::Month)], &["monthly"]),
    (&[Category::EveryTimeUnit(TimeUnit::Quarter)], &["quarterly"]),
    (&[Category::EveryTimeUnit(TimeUnit::Year)], &["yearly", "annual"]),
    (&[Category::And], &["and", "as well as", "along with", "together with", "and also", "and then", "plus", "&", "but", "while", "and the corresponding", "with the corresponding", "along with the corresponding", "with corresponding", "along with the associated", "and the associated", "and its corresponding", "and their corresponding", "yet", "along with their", "and list"]),
    (&[Category::Comma], &[",", ":", ";"]),
    (&[Category::Or], &["or", "or else", "and or"]),
    (&[Category::Not], &["not", "never", "not been", "neither", "no longer", "nobody", "no one", "nobody ever", "no one ever"]),
    (&[Category::No], &["no", "not any", "zero", "not any of the", "none of the", "no any"]),
    (&[Category::Without], &["without", "without any", "without a", "that lack", "lacking", "who lack", "with no", "with none of the", "not having", "that do not have", "free of", "with zero"]),
    (&[Category::Any], &["any", "a", "an", "at least one", "at least a", "at least an", "some", "any kind of", "one or more", "any of the"]),
    (&[Category::Both], &["both"]),
    (&[Category::Be], &["is", "are", "was", "were", "be", "been", "has been", "have been", "being", "had been", "is being", "are being"]),
    (&[Category::Do], &["do", "does", "did", "can", "could", "will", "would", "has", "have", "had", "may", "should"]),
    (&[Category::Have], &["has", "have", "had", "having", "own", "owns", "owned", "owning", "contain", "contains", "containing", "include", "includes", "including", "hold", "holds", "held", "holding", "with", "got", "possess", "possesses", "have had"]),
    (&[Category::Where], &["where", "whose", "such that", "in which", "for which", "with", "when", "if", "on which", "and whose", "of which"]),
    (&[Category::Whose], &["whose", "and whose", "with their"]),
    (&[Category::With], &["with", "having", "with a", "with an", "that has", "that have", "who has", "who have", "that had", "who had", "which has", "which have", "with the", "has", "have", "had", "of", "at", "in", "for", "and with", "that is", "that are", "who is", "who are", "on", "which are", "which is", "that were", "who were", "receiving", "earning", "with total", "that was", "who was", "got", "that got", "who got", "receives", "received", "receive", "earn", "earns"]),
    (&[Category::In], &["in", "from", "at", "via", "through", "for", "by", "on", "to", "into", "within", "inside", "during", "about", "against", "among", "with", "near", "as", "out of", "towards", "along", "across", "located in", "based in", "that are in", "who are in", "in the", "belonging to", "of type", "throughout", "upon"]),
    (&[Category::Of], &["of", "for", "from", "in", "about", "among", "belonging to", "across", "corresponding to", "by", "on", "at", "associated with", "that belong to", "to", "shared by", "related to", "used by", "for the", "with", "out of", "inside", "regarding", "within", "amongst", "held by", "provided by", "of the"]),
    (&[Category::Named], &["named", "called", "with name", "with the name", "with the title", "titled", "under the name", "known as", "by the name of", "entitled", "with title", "under the name of", "whose name is", "labeled", "of name"]),
    (&[Category::TextMatch(TextMatch::Substring)], &[
        "contains", "contain", "containing", "includes", "include", "including", "has the substring", "contains the substring", "containing the substring", "with the substring", "contains the word", "containing the word", "contain the word", "have the substring", "has the word", "having the substring",
        "contain the substring", "contains the letter", "contain the letter", "containing the letter", "has the letter", "includes the word", "include the word", "including the word", "contains the string", "contain the string", "has the phrase", "contains the phrase", "like", "with the word", "contains letter", "that contains", "having the letter", "has substring", "contains substring", "have the letter", "including the letter", "includes the letter", "containing the phrase", "include the substring", "including the substring", "includes the substring", "has a substring", "contains a", "having the word", "contains word", "with substring", "with the letter", "have the word", "containing the symbol", "contain the symbol", "including the string", "having", "has",
    ]),
    (&[Category::TextMatch(TextMatch::Prefix)], &["starts with", "start with", "starting with", "begins with", "begin with", "beginning with", "that start with", "started with", "starts with the letter", "start with the letter", "starting with the letter", "begins with the letter", "begin with the letter", "beginning with the letter", "has the prefix", "have the prefix", "with the prefix", "with prefix", "begin with the word", "starts with letter", "start with letter", "starting with letter", "starts with the word"]),
    (&[Category::TextMatch(TextMatch::Suffix)], &["ends with", "end with", "ending with", "ends in", "ending in", "end in", "with the suffix", "ends with the letter", "ending with the letter", "has the suffix", "end with the letter"]),
    (&[Category::Null], &["null", "missing", "unknown", "empty", "not known", "not available", "not specified", "not recorded", "unspecified", "undefined", "not given", "blank", "not set"]),
    (&[Category::NotNull], &["not null", "known", "not missing", "not empty", "specified", "recorded", "filled in"]),
    (&[Category::Adverb], &["also", "ever", "currently", "now", "actually", "just", "only", "altogether", "respectively", "already", "temporarily", "at all", "at the same time", "too", "exactly", "specifically", "instead", "in our record", "in our records", "in record", "in the record", "in the records", "on record", "on file", "simultaneously", "once", "still", "yet"]),
    (&[Category::Filler], &["ones", 
        "are there", "is there", "were there", "there are", "there is", "do we have", "did we have", "did we get", "exist in the database", "are recorded",
        "have we got", "we have", "exist", "exists", "in total", "altogether", "overall", "in the database", "are listed", "is listed", "listed", "stored", "are stored", "in the table", "in the list", "in the dataset", "in the data", "recorded", "in all", "in the system", "are in the database", "are available", "available", "there", "that exist", "in our database", "in this database", "please", "are in the system", "in our system", "in the record", "do you have", "have been recorded", "are in the table", "in existence", "thereof", "each", "as a result", "to it", "to them", "for it", "of it", "of them",
    ]),
    (&[Category::Except], &["except", "except for", "excluding", "other than", "apart from", "besides", "but not"]),
    (&[Category::Percent], &["percentage of", "percent of", "share of", "proportion of", "fraction of", "ratio of"]),
    (&[Category::FullStop], &["."]),
];

/// Stems of verbs which only say that two things belong together.
#[rustfmt::skip]
const RELATION_VERBS: &[&str] = &[
    "live", "resid", "come", "belong", "work", "play", "attend", "enrol", "enroll", "regist", "take", "taken", "took", "teach", "taught", "perform", "particip", "join", "contain",
    "includ", "produc", "make", "made", "creat", "own", "hold", "held", "host", "offer", "provid", "sell", "sold", "buy", "bought", "purchas", "order", "use", "receiv", "get", "got",
    "write", "written", "wrote", "direct", "sing", "sang", "sung", "run", "ran", "serv", "manag", "led", "compet", "locat", "base", "situat", "appear", "happen", "occur",
    "involv", "associ", "assign", "relat", "correspond", "sign", "publish", "releas", "store", "rais", "give", "given", "earn", "visit", "stay", "rent", "drive", "drove",
    "fly", "oper", "treat", "suppli", "studi", "advis", "instruct", "submit", "sponsor", "develop", "design", "build", "built", "handl", "undergo", "undergon", "underw", "go", "gone", "went", "through",
    "conduct", "issu", "held", "keep", "kept", "have", "hire", "employ", "link", "connect", "affili", "do", "done", "did", "be", "carri", "stock", "shown", "air", "broadcast",
    "act", "watch", "see", "seen", "attach", "join", "invest", "speak", "spoken", "found", "find", "describ", "born", "stand", "home",
    "guid", "coach", "train", "support", "help", "pay", "paid", "spend", "spent", "span", "reach", "climb", "compos", "accompani", "gener", "prescrib", "examin", "perform", "post", "deliv", "deliver", "came", "arriv", "stuck", "remain", "ship", "transport", "process", "made", "open", "establish", "launch", "start", "began", "begun", "begin",
];

/// Stems of such verbs that are also nouns: verbs only where they end in "ed" or "ing".
#[rustfmt::skip]
const NOUN_OR_RELATION_VERBS: &[&str] = &[
    "name", "titl", "cost", "charg", "measur", "star", "rate", "review", "record", "list", "place", "share", "featur", "cover",
    "head", "book", "mention", "play", "weigh", "award", "coach", "score", "rank", "train", "group", "organ", "locat", "present",
];

type Phrases = HashMap<&'static str, Vec<(&'static str, &'static [Category])>>;

fn phrases() -> &'static Phrases {
    static TABLE: OnceLock<Phrases> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Phrases::new();
        for (categories, phrases) in PHRASES {
            for phrase in *phrases {
                let first = phrase.split(' ').next().unwrap_or_default();
                table.entry(first).or_default().push((phrase, categories));
            }
        }
        table
    })
}

/// The categories of all phrases that begin at a word, each with the position after the phrase.
pub fn categories(words: &[Word], start: usize) -> Vec<(Category, usize)> {
    let Some(first) = words.get(start).filter(|word| word.kind != WordKind::Quoted) else { return Vec::new() };
    let mut found = Vec::new();
    for (phrase, categories) in phrases().get(first.lower.as_str()).into_iter().flatten() {
        let length = phrase.split(' ').count();
        let matched = words
            .get(start..start + length)
            .is_some_and(|span| phrase.split(' ').eq(span.iter().map(|w| w.lower.as_str())));
        // "Name the singers" begins with a verb; in "the name of the singers", "name" is a noun.
        let next = words.get(start + 1).map_or("", |word| word.lower.as_str());
        let listed = start > 0 || matches!(next, "and" | "," | "of" | "or" | "is");
        let noun = listed && matches!(*phrase, "name" | "state" | "present");
        // "The first name" is no superlative, and "the US" no pronoun.
        let ordinal = length == 1 && matches!(*phrase, "first" | "last") && matches!(next, "name" | "names");
        let country = *phrase == "us" && first.text == "US";
        if matched && !noun && !ordinal && !country {
            found.extend(categories.iter().map(|one| (*one, start + length)));
        }
    }
    let stem = words::stem(&first.lower);
    let inflected = first.lower.ends_with("ed") || first.lower.ends_with("ing");
    const NOUN_ENDINGS: [&str; 14] =
        ["tion", "tions", "ment", "ments", "er", "ers", "or", "ors", "ance", "ances", "ence", "ture", "tures", "ship"];
    let noun = NOUN_ENDINGS.iter().any(|ending| first.lower.ends_with(ending));
    let verb = !noun && RELATION_VERBS.contains(&stem.as_str())
        || (inflected && NOUN_OR_RELATION_VERBS.contains(&stem.as_str()));
    if first.kind == WordKind::Word && verb {
        found.push((Category::RelationVerb, start + 1));
    }
    found
}

/// The single words of all phrases.
pub fn all_words() -> impl Iterator<Item = &'static str> {
    PHRASES.iter().flat_map(|(_, phrases)| phrases.iter().flat_map(|phrase| phrase.split(' ')))
}

/// The words by which columns that measure a quality are called, the likeliest first.
pub fn quality_words(quality: Quality) -> &'static [&'static str] {
    match quality {
        Quality::Price => &["price", "cost", "fee", "amount", "charge"],
        Quality::Date => &["date", "time", "year"],
        Quality::Age => &["age", "birth"],
        Quality::Size => &["size", "area", "capacity", "population"],
        Quality::Height => &["height", "elevation", "altitude"],
        Quality::Length => &["length", "duration", "minutes", "distance", "kilometre", "kilometer", "km", "mile"],
        Quality::Weight => &["weight"],
        Quality::Speed => &["speed", "time"],
        Quality::Rating | Quality::Goodness => &["rating", "score"],
        Quality::Pay => &["salary", "wage", "pay"],
    }
}

/// The value of a number that is written as a word.
pub fn number_word(word: &str) -> Option<u32> {
    const NUMBERS: [&str; 13] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let index = NUMBERS.iter().position(|number| *number == word);
    let tens = TENS.iter().position(|number| *number == word).map(|index| index * 10 + 20);
    let hundred = (word == "hundred").then_some(100).or((word == "thousand").then_some(1000));
    u32::try_from(index.or(tens).or(hundred)?).ok()
}

/// Whether a noun adds nothing to the noun before it: "faculty members", "party records".
pub fn is_redundant_noun(word: &str) -> bool {
    matches!(word, "member" | "members" | "record" | "records" | "entries" | "table")
}

/// Whether a verb asks for an order, as in "sorted in descending order".
pub fn is_sort_verb(word: &str) -> bool {
    matches!(word, "ordered" | "sorted" | "arranged" | "listed" | "order" | "sort" | "arrange" | "ranked" | "rank")
}
