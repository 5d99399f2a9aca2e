//! How a question and an identifier are split into words, and how a word is brought to its singular and its stem.

use rust_stemmers::{Algorithm, Stemmer};

/// What a word of a question looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordKind {
    Word,
    /// Digits, with at most one decimal point; thousands separators are already gone.
    Number,
    /// `2024-03` or `2024-03-15`.
    Date,
    /// The text between two quotation marks.
    Quoted,
    /// A comparison sign, a comma, or a character that belongs to no word.
    Symbol,
}

/// One word of a question, or a number, a date, a quoted text or a sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// As the user spelled it.
    pub text: String,
    /// In lower case, a possessive ending removed.
    pub lower: String,
    /// `lower` as a singular noun.
    pub singular: String,
    pub kind: WordKind,
    /// Said with a possessive ending: "customer's", "customers'".
    pub possessive: bool,
    /// Where it begins and ends in the text, in bytes.
    pub start: usize,
    pub end: usize,
}

/// Splits a question into words; reads no further than `limit` words. A sentence that another follows ends in the
/// symbol `.`; "don't" falls into "do" and "not".
pub fn split(text: &str, limit: usize) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut rest = text;
    // Looked for once: a text of a hundred thousand full stops asks at each of them whether a word follows.
    let last_word = text.rfind(char::is_alphanumeric);
    // A hyphen right after a letter joins two words; any other one before a digit is a minus sign.
    let mut joined = false;
    while words.len() < limit {
        // Underscores separate words, so that an identifier in a question is split as well.
        let spaced = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '_');
        joined &= spaced.len() == rest.len();
        rest = spaced;
        if let Some(after) =
            rest.strip_prefix('-').filter(|after| joined || !after.starts_with(|c: char| c.is_ascii_digit()))
        {
            rest = after;
            continue;
        }
        // Some clients double quotation marks; a doubled one counts once.
        while rest.starts_with("\"\"") {
            rest = rest.get(1..).unwrap_or_default();
        }
        let Some(first) = rest.chars().next() else { break };
        let length = piece_length(rest, first);
        let (piece, after) = rest.split_at(length);
        let start = text.len() - rest.len();
        rest = after;
        joined = first.is_alphanumeric();
        if matches!(first, '.' | '?' | '!') && (rest.is_empty() || rest.starts_with(['.', '?', '!', ' ', '\n', '"'])) {
            let more = last_word.is_some_and(|last| last >= text.len() - rest.len());
            if more && words.last().is_some_and(|word| word.lower != ".") {
                words.push(word(".", '.', start));
            }
            continue;
        }
        let one = word(piece, first, start);
        if one.kind == WordKind::Quoted {
            rest = rest.trim_start_matches(['"', '”', '’']);
        }
        match one.lower.strip_suffix("n't").filter(|_| one.kind == WordKind::Word) {
            Some(verb) => {
                let verb = if verb == "ca" { "can" } else { verb };
                words.extend([verb, "not"].map(|text| Word { start, end: one.end, ..word(text, 'a', start) }));
            }
            None => words.push(one),
        }
    }
    words
}

/// The length in bytes of the piece that `rest` begins with; always at least one whole character.
fn piece_length(rest: &str, first: char) -> usize {
    let run = |keep: &dyn Fn(char) -> bool| rest.find(|c| !keep(c)).unwrap_or(rest.len());
    if let Some(length) = quoted_length(rest, first) {
        length
    } else if first.is_ascii_digit() || first == '-' {
        let run = run(&|c| c.is_alphanumeric() || matches!(c, '.' | ',' | '-'));
        rest.get(..run).map_or(run, |piece| piece.trim_end_matches(['.', ',', '-']).len())
    } else if first.is_alphanumeric() {
        let run = run(&|c| c.is_alphanumeric() || matches!(c, '\'' | '’'));
        run.max(first.len_utf8())
    } else if matches!(first, '<' | '>' | '=' | '≥' | '≤') {
        run(&|c| matches!(c, '<' | '>' | '=' | '≥' | '≤'))
    } else {
        first.len_utf8()
    }
}

fn quoted_length(rest: &str, first: char) -> Option<usize> {
    let close = match first {
        '"' | '\'' => first,
        '“' => '”',
        '‘' => '’',
        _ => return None,
    };
    let inside = rest.get(first.len_utf8()..)?;
    let end = inside.find(close).filter(|&end| end > 0 && end < 200)?;
    Some(first.len_utf8() + end + close.len_utf8())
}

fn word(piece: &str, first: char, start: usize) -> Word {
    let text = piece.to_owned();
    let end = start + piece.len();
    let plain = |text: String, lower: String, singular: String, kind: WordKind| Word {
        text,
        lower,
        singular,
        kind,
        possessive: false,
        start,
        end,
    };
    if matches!(first, '"' | '\'' | '“' | '‘') && piece.chars().count() > 2 {
        let inside = piece.trim_matches(['"', '\'', '“', '”', '‘', '’']).trim().to_owned();
        let lower = inside.to_lowercase();
        return plain(inside, lower.clone(), lower, WordKind::Quoted);
    }
    if first.is_ascii_digit() || first == '-' {
        if is_date(piece) {
            return plain(text.clone(), text.clone(), text, WordKind::Date);
        }
        if let Some(number) = number(piece) {
            return plain(text, number.clone(), number, WordKind::Number);
        }
    }
    let kind = if first.is_alphanumeric() { WordKind::Word } else { WordKind::Symbol };
    let whole = piece.to_lowercase().replace('’', "'");
    let lower = whole.strip_suffix("'s").unwrap_or(&whole).trim_end_matches('\'').to_owned();
    let possessive = lower.len() < whole.len();
    let singular = singular(&lower);
    Word { possessive, ..plain(text, lower, singular, kind) }
}

fn is_date(piece: &str) -> bool {
    let parts: Vec<&str> = piece.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    matches!(lengths.as_slice(), [4, 2] | [4, 2, 2])
        && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `1,000`, `-5` and `12.50`, but not `1.000`, which is one in some countries and a thousand in others.
fn number(piece: &str) -> Option<String> {
    let unsigned = piece.strip_prefix('-').unwrap_or(piece);
    let (whole, fraction) =
        unsigned.split_once('.').map_or((unsigned, None), |(whole, fraction)| (whole, Some(fraction)));
    let groups: Vec<&str> = whole.split(',').collect();
    let grouped = groups.len() == 1
        || (groups.first().is_some_and(|group| group.len() <= 3)
            && groups.iter().skip(1).all(|group| group.len() == 3));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let short = piece.len() <= 18;
    let clear = fraction.is_none_or(|fraction| digits(fraction) && fraction.len() != 3);
    (short && grouped && clear && groups.iter().all(|group| digits(group))).then(|| piece.replace(',', ""))
}

/// The words of an identifier in lower case: `tbl_OrderItems2` gives `order`, `items`, `2`.
pub fn identifier_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = '_';
    for c in name.chars() {
        let boundary = !previous.is_alphanumeric()
            || (c.is_uppercase() && previous.is_lowercase())
            || (c.is_ascii_digit() != previous.is_ascii_digit());
        if c.is_alphanumeric() {
            if boundary || words.is_empty() {
                words.push(String::new());
            }
            match words.last_mut() {
                Some(last) if c.is_ascii() => last.push(c.to_ascii_lowercase()),
                Some(last) => last.extend(c.to_lowercase()),
                None => {}
            }
        }
        previous = c;
    }
    // A prefix for the kind of object (`tbl_`, `vw_`) does not belong to the name.
    if words.len() > 1 && words.first().is_some_and(|word| matches!(word.as_str(), "tbl" | "tb" | "vw" | "mv")) {
        words.remove(0);
    }
    words
}

/// Plurals that no rule makes, with their singulars.
const IRREGULAR: &[(&str, &str)] = &[
    ("people", "person"),
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
    ("movies", "movie"),
    ("cookies", "cookie"),
    ("caches", "cache"),
    ("shoes", "shoe"),
    ("series", "series"),
    ("species", "species"),
    ("news", "news"),
    ("quizzes", "quiz"),
    ("calories", "calorie"),
    ("zombies", "zombie"),
    ("analyses", "analysis"),
    ("crises", "crisis"),
    ("diagnoses", "diagnosis"),
    ("hypotheses", "hypothesis"),
    ("theses", "thesis"),
    ("criteria", "criterion"),
    ("phenomena", "phenomenon"),
    ("matrices", "matrix"),
    ("vertices", "vertex"),
    ("mice", "mouse"),
    ("geese", "goose"),
    ("teeth", "tooth"),
    ("knives", "knife"),
    ("wolves", "wolf"),
    ("shelves", "shelf"),
];

/// The plural of a noun in lower case that no rule makes: `people` for `person`.
pub fn irregular_plural(word: &str) -> Option<&'static str> {
    IRREGULAR.iter().find(|(_, single)| *single == word).map(|(many, _)| *many)
}

/// The singular of an English noun in lower case; a word that is no plural comes back as it is.
pub fn singular(word: &str) -> String {
    if let Some((_, single)) = IRREGULAR.iter().find(|(many, _)| *many == word) {
        return (*single).to_owned();
    }
    let cut = |ending: &str, replacement: &str| word.strip_suffix(ending).map(|stem| format!("{stem}{replacement}"));
    let found = if word.len() < 3 || ["ss", "us", "is"].iter().any(|end| word.ends_with(end)) {
        None
    } else if word.len() > 4 && word.ends_with("ies") {
        cut("ies", "y")
    } else if ["sses", "xes", "ches", "shes", "oes"].iter().any(|end| word.ends_with(end)) || latin_us(word) {
        cut("es", "")
    } else {
        cut("s", "")
    };
    found.unwrap_or_else(|| word.to_owned())
}

/// `statuses` and `bonuses`, but not `houses`, `causes` or `uses`.
fn latin_us(word: &str) -> bool {
    word.strip_suffix("uses").is_some_and(|stem| stem.len() > 2 && !stem.ends_with(['o', 'a', 'c']))
}

/// The Snowball stem of an English word in lower case; other words come back as they are.
pub fn stem(word: &str) -> String {
    if word.len() > 40 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word.to_owned();
    }
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lowers(text: &str) -> Vec<String> {
        split(text, 100).into_iter().map(|word| word.lower).collect()
    }

    #[test]
    fn questions_split() {
        assert_eq!(
            lowers("What's the customer's total, over 1,000.50?"),
            ["what", "the", "customer", "total", ",", "over", "1000.50"]
        );
        assert_eq!(
            lowers("price >= 10 in 'New York' on 2024-03-15."),
            ["price", ">=", "10", "in", "new york", "on", "2024-03-15"]
        );
        assert_eq!(lowers("top-5 🦄;--"), ["top", "5", "🦄", ";"]);
        assert_eq!(lowers("- over -5 or>-1,000.5 x -"), ["over", "-5", "or", ">", "-1000.5", "x"]);
        assert_eq!(
            split("10 1.000 7x", 9).iter().map(|word| word.kind).collect::<Vec<_>>(),
            [WordKind::Number, WordKind::Word, WordKind::Word]
        );
    }

    /// Each of them was looked at from each before it.
    #[test]
    fn full_stops_without_end_are_soon_read() {
        let stops = ".".repeat(100_000);
        assert_eq!(lowers(&stops), [""; 0]);
        assert_eq!(lowers(&format!("a{stops} b{stops}")), ["a", ".", "b"]);
        assert_eq!(lowers(&"? ! ".repeat(25_000)), [""; 0]);
    }

    #[test]
    fn identifiers_split() {
        assert_eq!(identifier_words("tbl_OrderItems2"), ["order", "items", "2"]);
        assert_eq!(identifier_words("signed_up"), ["signed", "up"]);
        assert_eq!(identifier_words("__"), Vec::<String>::new());
    }

    #[test]
    fn nouns_become_singular() {
        for (many, one) in [
            ("categories", "category"),
            ("orders", "order"),
            ("statuses", "status"),
            ("addresses", "address"),
            ("houses", "house"),
            ("boxes", "box"),
            ("people", "person"),
            ("status", "status"),
            ("purchases", "purchase"),
            ("analyses", "analysis"),
            ("analysis", "analysis"),
            ("criteria", "criterion"),
        ] {
            assert_eq!(singular(many), one);
        }
        let plurals = ["child", "analysis", "series", "order"].map(irregular_plural);
        assert_eq!(plurals, [Some("children"), Some("analyses"), Some("series"), None]);
    }
}
