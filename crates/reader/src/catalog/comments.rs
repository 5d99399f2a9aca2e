//! What comments teach: other names of relations and columns, the meanings of codes, and rows that do not count.
//!
//! Comments are prose, so only plain patterns are read: the first phrase as a name ("invoices sent to accounts"), pairs of
//! code and meaning in a list ("O open, P paid, V void"), and the statement that rows with a mark do not count.

use schema::Column;

/// No name in a comment has more words.
const MAX_NAME_WORDS: usize = 3;
/// No meaning of a code has more words.
const MAX_MEANING_WORDS: usize = 4;

/// Words that end the phrase which names something.
const STOP: [&str; 36] = [
    "of", "in", "for", "that", "which", "who", "whose", "with", "without", "from", "by", "to", "on", "at", "as", "is",
    "are", "was", "were", "when", "where", "if", "and", "or", "what", "how", "why", "per", "not", "set", "the", "a",
    "an", "this", "means", "true",
];

/// Words that name nothing alone: "number of seats", "day the account was opened".
const GENERIC: [&str; 24] = [
    "number",
    "name",
    "date",
    "day",
    "time",
    "amount",
    "id",
    "code",
    "key",
    "type",
    "kind",
    "list",
    "flag",
    "value",
    "row",
    "rows",
    "table",
    "record",
    "false",
    "one",
    "link",
    "reference",
    "everything",
    "null",
];

/// The names that a comment gives: its first phrase, and the one after a colon. In lower case, with spaces.
pub fn names(comment: &str) -> Vec<String> {
    // In "A admin, V viewer" the first letter is a code, and no article before a name.
    let explained = codes(comment, &[]);
    let begins_codes =
        |clause: &&str| explained.iter().any(|(code, _)| clause.split_whitespace().next() == Some(code.as_str()));
    let clauses = comment.split([':', ';']).take(2).filter(|clause| !begins_codes(clause));
    let heading = comment.split_once(':').map(|(heading, _)| heading.trim().to_lowercase());
    // "Type: van, truck" names a type, though types alone may be of anything.
    match heading.filter(|heading| matches!(heading.as_str(), "type" | "kind")) {
        Some(kind) => vec![kind],
        None => clauses.filter_map(name_of_clause).collect(),
    }
}

fn name_of_clause(clause: &str) -> Option<String> {
    let clause = clause.split([',', '.', '(', '=']).next().unwrap_or_default().to_lowercase();
    let all: Vec<&str> = clause.split_whitespace().collect();
    let first =
        all.iter().position(|word| !matches!(*word, "the" | "a" | "an" | "our" | "all" | "still" | "currently"))?;
    let rest = all.get(first..)?;
    let end = rest.iter().position(|word| STOP.contains(word)).unwrap_or(rest.len());
    let mut name: Vec<&str> = rest.get(..end)?.to_vec();
    if let [only] = name.as_slice()
        && GENERIC.contains(only)
    {
        // "number of seats", "date of the invoice"
        let of = rest.get(end).filter(|word| **word == "of");
        of?;
        let owner = rest.iter().skip(end + 1).find(|word| !matches!(**word, "the" | "a" | "an" | "each"))?;
        name.push(owner);
    }
    let plain = name.iter().all(|word| word.chars().all(char::is_alphabetic) && word.len() > 2);
    let telling = name.iter().any(|word| !GENERIC.contains(word));
    ((1..=MAX_NAME_WORDS).contains(&name.len()) && plain && telling).then(|| name.join(" "))
}

/// What a comment says first, before it goes into detail.
pub fn first_clause(comment: &str) -> &str {
    comment.split([',', ';', '.', '(', ':']).next().unwrap_or_default()
}

/// The words by which a comment says in short what a column holds: those of a first clause of a few words, as in "closed at" or
/// "when it was delivered".
pub fn subject_words(column: &Column) -> Vec<String> {
    const FEW: usize = 5;
    let clause = first_clause(column.comment.as_deref().unwrap_or_default());
    let all: Vec<String> = clause.to_lowercase().split_whitespace().map(str::to_owned).collect();
    if all.len() <= FEW { all } else { Vec::new() }
}

/// The words of a comment's first clause that tell something: "opened" of "employee who opened it".
pub fn telling_words(column: &Column) -> Vec<String> {
    let clause = first_clause(column.comment.as_deref().unwrap_or_default());
    let all = clause.split_whitespace().map(str::to_lowercase);
    all.filter(|word| word.len() > 2 && !STOP.contains(&word.as_str()) && !is_generic(word)).collect()
}

/// Whether a word names nothing alone.
pub fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word)
}

/// A code that a comment explains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub code: String,
    /// In lower case.
    pub meaning: String,
    /// The stems of the meaning's words.
    pub stems: Vec<String>,
}

/// The codes of a column, explained by its comment.
pub fn codes_of(column: &Column) -> Vec<Code> {
    let Some(comment) = &column.comment else { return Vec::new() };
    if column.category == 'D' && !column.not_null {
        let state = state_while_empty(comment).into_iter();
        return state.map(|meaning| Code { stems: stems(&meaning), code: String::new(), meaning }).collect();
    }
    let stored = if column.labels.is_empty() { &column.common_values } else { &column.labels };
    let explained = codes(comment, stored).into_iter();
    explained.map(|(code, meaning)| Code { stems: stems(&meaning), code, meaning }).collect()
}

/// What is true of rows while a date is null: "running" of "empty while the subscription is running". The code of such a
/// state is the empty text.
fn state_while_empty(comment: &str) -> Option<String> {
    let comment = comment.to_lowercase();
    let clause = comment.split([';', '.', ',', '(']).find_map(|clause| {
        let words: Vec<&str> = clause.split_whitespace().collect();
        let empty = words.iter().position(|word| matches!(*word, "empty" | "null" | "blank" | "missing" | "unset"))?;
        let tie = words.get(empty + 1).filter(|word| matches!(**word, "while" | "if" | "when" | "where" | "for"));
        let open = matches!(tie, Some(&"while"));
        tie?;
        let rest = words.get(empty + 2..)?.to_vec();
        let be = rest.iter().rposition(|word| matches!(*word, "is" | "are"));
        let state: Vec<&str> =
            rest.get(be.map_or(0, |be| be + 1)..)?.iter().copied().filter(|word| *word != "still").collect();
        (be.is_some() || open).then_some(state)
    })?;
    match clause.as_slice() {
        [state] if state.chars().all(char::is_alphabetic) && *state != "not" => Some((*state).to_owned()),
        _ => None,
    }
}

/// The stems of a text's words.
pub fn stems(text: &str) -> Vec<String> {
    text.split_whitespace().map(words::stem).collect()
}

/// The codes that a comment explains, each with its meaning in lower case: "O open, P paid", "1 = low; 2 = high". Two at
/// least, as one may be chance. `stored` are common values of the column: where there are any, one has to be a code.
pub fn codes(comment: &str, stored: &[String]) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for item in comment.split([',', ';', '/', '\n', '|', '.']) {
        let item = item.trim();
        let item = item.strip_prefix("and ").or(item.strip_prefix("or ")).unwrap_or(item);
        for part in item.split(" and ").flat_map(|part| part.split(" or ")) {
            let Some(pair) = code_of_item(part, stored, found.is_empty()) else { continue };
            if !found.iter().any(|(code, _)| *code == pair.0) {
                found.push(pair);
            }
        }
    }
    let known = stored.is_empty() || found.iter().any(|(code, _)| stored.contains(code));
    if found.len() > 1 && known { found } else { Vec::new() }
}

/// One code with its meaning; with `prefix`, words like "state:" may stand before it.
fn code_of_item(item: &str, stored: &[String], prefix: bool) -> Option<(String, String)> {
    let bare = |token: &str| token.trim_matches(|c: char| !c.is_alphanumeric() && c != '_').to_owned();
    let spaced =
        item.replace(['=', ':', '(', ')', '\u{2013}', '\u{2014}'], " = ").replace(" - ", " = ").replace("->", " = ");
    let tokens: Vec<&str> = spaced.split_whitespace().collect();
    let is_code = |at: usize| {
        let token = tokens.get(at).copied().unwrap_or_default();
        let code = bare(token);
        let quoted = token.starts_with(['\'', '"']);
        let equated = tokens.get(at + 1) == Some(&"=") && code.len() <= 12;
        let short = code.len() <= 4 && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
        !code.is_empty() && (short || quoted || stored.contains(&code) || (equated && at == 0 && !prefix))
    };
    let places = if prefix { 0..tokens.len().min(6) } else { 0..1 };
    let at = places.into_iter().find(|at| is_code(*at))?;
    let linking = |token: &&str| matches!(*token, "=" | "is" | "means" | "for" | "stands" | "meaning" | "was" | "are");
    let meaning: Vec<String> = tokens.iter().skip(at + 1).skip_while(|token| linking(token)).map(|t| bare(t)).collect();
    let meaning: Vec<String> = meaning.into_iter().take_while(|word| !word.is_empty()).collect();
    let words = meaning.iter().all(|word| word.chars().all(|c| c.is_alphabetic() || c == '-'));
    let code = bare(tokens.get(at)?);
    let telling = meaning.first().is_some_and(|word| word.len() > 1 && word != "to");
    (words && telling && meaning.len() <= MAX_MEANING_WORDS).then(|| (code, meaning.join(" ").to_lowercase()))
}

/// What a comment says of rows that do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Uncounted {
    /// Those where the flag is true, or the date is set.
    Marked,
    /// Those where the flag is false.
    Unmarked,
}

/// Whether a comment on a flag or a date says that rows with it do not count.
pub fn uncounted(comment: &str) -> Option<Uncounted> {
    const GONE: [&str; 18] = [
        "no longer count",
        "no longer exist",
        "no longer valid",
        "not count",
        "n't count",
        "not be counted",
        "not counted",
        "soft delet",
        "soft-delet",
        "deleted",
        "to be ignored",
        "is ignored",
        "are ignored",
        "left out",
        "is gone",
        "are gone",
        "counts for nothing",
        "excluded",
    ];
    let comment = comment.to_lowercase();
    // Who is "no longer a customer" is none; what is "no longer sold" is a product all the same.
    let is_none = ["no longer a ", "no longer an ", "no longer one"].iter().filter_map(|words| comment.find(words));
    let place = GONE.iter().filter_map(|words| comment.find(words)).chain(is_none).min()?;
    let before = comment.get(..place).unwrap_or_default();
    let nearest = |word: &str| before.rfind(word);
    Some(if nearest("false") > nearest("true") { Uncounted::Unmarked } else { Uncounted::Marked })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(comment: &str) -> Vec<(String, String)> {
        codes(comment, &[])
    }

    #[test]
    fn codes_are_read_from_lists() {
        let open = [("O".to_owned(), "open".to_owned()), ("P".to_owned(), "paid".to_owned())];
        for comment in [
            "O open, P paid",
            "state: O open, P paid",
            "O = open; P = paid",
            "O: open, P: paid",
            "'O' is open, 'P' is paid",
            "O (open), P (paid)",
            "O open and P paid",
        ] {
            assert_eq!(pairs(comment), open, "{comment}");
        }
        assert_eq!(pairs("1 low, 2 past due, 3 high").get(1), Some(&("2".to_owned(), "past due".to_owned())));
        let stored = ["tri".to_owned(), "act".to_owned()];
        assert_eq!(codes("tri trial, act active", &stored).len(), 2);
        assert_eq!(codes("O open, P paid", &stored), []);
    }

    #[test]
    fn prose_has_no_codes() {
        for comment in
            ["stars, 1 to 5", "in euros, VAT included", "list price, without tax", "what the customer pays", ""]
        {
            assert_eq!(pairs(comment), [], "{comment}");
        }
    }

    #[test]
    fn the_first_phrase_names() {
        for (comment, name) in [
            ("invoices sent to accounts", "invoices sent"),
            ("the lines of an order", "lines"),
            ("number of seats", "number seats"),
            ("shipping fee in euros", "shipping fee"),
        ] {
            assert_eq!(names(comment), [name], "{comment}");
        }
        assert_eq!(names("what the customer pays, in euros: the revenue of the order"), ["revenue"]);
        assert_eq!(names("day the account was opened"), Vec::<String>::new());
        assert_eq!(names("type: van, truck, trailer"), ["type"]);
        assert_eq!(names("still active"), ["active"]);
    }

    #[test]
    fn a_list_of_codes_names_nothing() {
        for codes in ["A admin, E editor, V viewer", "role: A admin, V viewer", "A active; C cancelled"] {
            assert!(
                !names(codes).iter().any(|name| name == "admin" || name == "active"),
                "{codes}: {:?}",
                names(codes)
            );
        }
        assert_eq!(names("role: A admin, V viewer"), ["role"]);
        assert_eq!(names("A customer of ours"), ["customer"]);
    }

    #[test]
    fn marks_of_rows_that_do_not_count() {
        assert_eq!(uncounted("true means the account no longer counts as a customer"), Some(Uncounted::Marked));
        assert_eq!(uncounted("false when the row was deleted"), Some(Uncounted::Unmarked));
        assert_eq!(uncounted("true: no longer a member"), Some(Uncounted::Marked));
        for state in ["gets the newsletter", "false: no longer sold", "true if it is no longer produced"] {
            assert_eq!(uncounted(state), None, "{state}");
        }
    }
}
