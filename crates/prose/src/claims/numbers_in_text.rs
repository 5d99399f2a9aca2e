//! The numbers that a text says: in digits, with separators of several languages, and as words.

use std::ops::Range;

/// A number in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub value: f64,
    /// Half of its last digit: what it may be off by where it was rounded.
    pub tolerance: f64,
    pub kind: Kind,
    /// Its bytes in the text.
    pub place: Range<usize>,
    /// It is written as a plain integer, as years are.
    pub is_bare: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Number,
    Percent,
    /// So many times as much: `twice`, `1.5 times`, `half`.
    Times,
}

/// Scales that follow a number, in lower case.
const SCALES: &[(&str, f64)] = &[
    ("thousand", 1e3),
    ("million", 1e6),
    ("millions", 1e6),
    ("mio", 1e6),
    ("mn", 1e6),
    ("billion", 1e9),
    ("bn", 1e9),
    ("trillion", 1e12),
    ("tausend", 1e3),
    ("millionen", 1e6),
    ("milliarde", 1e9),
    ("milliarden", 1e9),
    ("mrd", 1e9),
    ("mille", 1e3),
    ("milliard", 1e9),
    ("milliards", 1e9),
    ("mil", 1e3),
    ("millón", 1e6),
    ("millones", 1e6),
    ("k", 1e3),
    ("m", 1e6),
];
const PERCENT: &[&str] = &["%", "percent", "prozent", "pour", "por", "pct", "percentage", "points", "pp"];
const TIMES: &[&str] = &["times", "x", "×", "fold", "mal", "fois", "veces", "-fold"];

/// Words that are numbers. `one` is also a pronoun, and ordinals name periods.
const WORDS: &[(&str, f64, Kind)] = &[
    ("zero", 0.0, Kind::Number),
    ("two", 2.0, Kind::Number),
    ("three", 3.0, Kind::Number),
    ("four", 4.0, Kind::Number),
    ("five", 5.0, Kind::Number),
    ("six", 6.0, Kind::Number),
    ("seven", 7.0, Kind::Number),
    ("eight", 8.0, Kind::Number),
    ("nine", 9.0, Kind::Number),
    ("ten", 10.0, Kind::Number),
    ("eleven", 11.0, Kind::Number),
    ("twelve", 12.0, Kind::Number),
    ("dozen", 12.0, Kind::Number),
    ("twenty", 20.0, Kind::Number),
    ("thirty", 30.0, Kind::Number),
    ("forty", 40.0, Kind::Number),
    ("fifty", 50.0, Kind::Number),
    ("sixty", 60.0, Kind::Number),
    ("seventy", 70.0, Kind::Number),
    ("eighty", 80.0, Kind::Number),
    ("ninety", 90.0, Kind::Number),
    ("hundred", 100.0, Kind::Number),
    ("thousand", 1e3, Kind::Number),
    ("million", 1e6, Kind::Number),
    ("billion", 1e9, Kind::Number),
    ("half", 0.5, Kind::Times),
    ("halved", 0.5, Kind::Times),
    ("double", 2.0, Kind::Times),
    ("doubled", 2.0, Kind::Times),
    ("twice", 2.0, Kind::Times),
    ("triple", 3.0, Kind::Times),
    ("tripled", 3.0, Kind::Times),
    ("quadrupled", 4.0, Kind::Times),
    ("tenfold", 10.0, Kind::Times),
    ("thirds", 2.0 / 3.0, Kind::Times),
    ("quarters", 0.75, Kind::Times),
    ("zwei", 2.0, Kind::Number),
    ("drei", 3.0, Kind::Number),
    ("vier", 4.0, Kind::Number),
    ("fünf", 5.0, Kind::Number),
    ("sechs", 6.0, Kind::Number),
    ("sieben", 7.0, Kind::Number),
    ("neun", 9.0, Kind::Number),
    ("zehn", 10.0, Kind::Number),
    ("zwölf", 12.0, Kind::Number),
    ("hundert", 100.0, Kind::Number),
    ("tausend", 1e3, Kind::Number),
    ("hälfte", 0.5, Kind::Times),
    ("doppelt", 2.0, Kind::Times),
    ("verdoppelt", 2.0, Kind::Times),
    ("deux", 2.0, Kind::Number),
    ("trois", 3.0, Kind::Number),
    ("quatre", 4.0, Kind::Number),
    ("cinq", 5.0, Kind::Number),
    ("sept", 7.0, Kind::Number),
    ("huit", 8.0, Kind::Number),
    ("dix", 10.0, Kind::Number),
    ("douze", 12.0, Kind::Number),
    ("cent", 100.0, Kind::Number),
    ("moitié", 0.5, Kind::Times),
    ("dos", 2.0, Kind::Number),
    ("tres", 3.0, Kind::Number),
    ("cuatro", 4.0, Kind::Number),
    ("cinco", 5.0, Kind::Number),
    ("siete", 7.0, Kind::Number),
    ("ocho", 8.0, Kind::Number),
    ("nueve", 9.0, Kind::Number),
    ("diez", 10.0, Kind::Number),
    ("mitad", 0.5, Kind::Times),
];

/// All numbers of a text, in its order. `None` where digits of another script stand in it, which could be any number.
pub fn numbers(text: &str) -> Option<Vec<Said>> {
    if text.chars().any(|c| c.is_numeric() && !c.is_ascii_digit()) {
        return None;
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if c.is_ascii_digit() {
            let (said, end) = digits(text, at)?;
            found.push(said);
            at = end;
        } else if c.is_alphabetic() {
            let end = word_end(text, at);
            let word = text.get(at..end)?.to_lowercase();
            if let Some((_, value, kind)) = WORDS.iter().find(|(name, ..)| *name == word) {
                let kind = match kind {
                    Kind::Number if follows(text, end, PERCENT).is_some() => Kind::Percent,
                    Kind::Number if follows(text, end, TIMES).is_some() => Kind::Times,
                    kind => *kind,
                };
                found.push(Said { value: *value, tolerance: value * 0.02, kind, place: at..end, is_bare: false });
            }
            at = end;
        } else {
            at += c.len_utf8();
        }
    }
    Some(found)
}

fn word_end(text: &str, from: usize) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.char_indices().find(|(_, c)| !c.is_alphanumeric()).map_or(rest.len(), |(at, _)| at)
}

/// The number that begins with a digit here, and where the text goes on.
fn digits(text: &str, start: usize) -> Option<(Said, usize)> {
    let rest = text.get(start..)?;
    let is_separator = |c: char| matches!(c, ',' | '.' | '\'' | '’' | '\u{a0}' | '\u{202f}');
    let mut end = start;
    let mut letters = rest.char_indices().peekable();
    while let Some((at, c)) = letters.next() {
        let next_is_digit = letters.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        if !(c.is_ascii_digit() || is_separator(c) && next_is_digit) {
            break;
        }
        end = start + at + c.len_utf8();
    }
    let written = text.get(start..end)?;
    let (value, places) = read(written)?;
    let is_bare = written.bytes().all(|byte| byte.is_ascii_digit());
    let mut said = Said { value, tolerance: 0.5 * 10f64.powi(-places), kind: Kind::Number, place: start..end, is_bare };
    if let Some((scale_end, word)) = follows(text, end, &SCALES.map_names()) {
        let scale = SCALES.iter().find(|(name, _)| *name == word).map_or(1.0, |(_, scale)| *scale);
        said = Said {
            value: value * scale,
            tolerance: said.tolerance * scale,
            place: start..scale_end,
            is_bare: false,
            ..said
        };
        end = scale_end;
    }
    if let Some((after, _)) = follows(text, end, PERCENT) {
        said = Said { kind: Kind::Percent, place: start..after, is_bare: false, ..said };
        end = after;
    } else if let Some((after, _)) = follows(text, end, TIMES) {
        said = Said { kind: Kind::Times, place: start..after, is_bare: false, ..said };
        end = after;
    }
    Some((said, end))
}

/// The value of digits with separators, and how many digits stand after the point.
fn read(written: &str) -> Option<(f64, i32)> {
    let separators: Vec<char> = written.chars().filter(|c| !c.is_ascii_digit()).collect();
    let last = separators.last().copied();
    let tail = written.chars().rev().take_while(char::is_ascii_digit).count();
    let same = separators.iter().filter(|c| Some(**c) == last).count();
    // A point or a comma that stands once, or that ends what others separate, begins the fraction, but for one comma before
    // three digits.
    let is_fraction = match last {
        Some('.') => {
            same == 1 && (separators.len() > 1 || tail != 3 || written.starts_with('0')) || separators == ['.']
        }
        Some(',') => same == 1 && tail != 3 || separators.len() > same,
        _ => false,
    };
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let places = if is_fraction { i32::try_from(tail).ok()? } else { 0 };
    Some((digits.parse::<f64>().ok()? / 10f64.powi(places), places))
}

/// One of these words directly after a place, and where it ends.
fn follows<'w>(text: &str, at: usize, words: &[&'w str]) -> Option<(usize, &'w str)> {
    let rest = text.get(at..)?;
    let gap = rest.len() - rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '-']).len();
    let start = at + gap;
    let c = text.get(start..)?.chars().next()?;
    let end = if c.is_alphabetic() { word_end(text, start) } else { start + c.len_utf8() };
    let word = text.get(start..end)?.to_lowercase();
    words.iter().find(|wanted| **wanted == word).map(|wanted| (end, *wanted))
}

/// The names of a table of scales.
trait Names {
    fn map_names(&self) -> Vec<&'static str>;
}

impl Names for &[(&'static str, f64)] {
    fn map_names(&self) -> Vec<&'static str> {
        self.iter().map(|(name, _)| *name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(text: &str) -> Vec<(f64, Kind)> {
        numbers(text).unwrap().into_iter().map(|said| (said.value, said.kind)).collect()
    }

    #[test]
    fn numbers_are_read_as_several_languages_write_them() {
        let number = |value: f64| vec![(value, Kind::Number)];
        for (text, value) in [
            ("it was 24.6 million.", 24.6e6),
            ("1,234,567.80", 1_234_567.8),
            ("1.234.567,80 Euro", 1_234_567.8),
            ("12,5", 12.5),
            ("1,234", 1234.0),
            ("3.125", 3.125),
            ("1’000", 1000.0),
            ("2 Mrd", 2e9),
            ("(95k)", 95e3),
            ("seven", 7.0),
        ] {
            assert_eq!(said(text), number(value), "{text}");
        }
        assert_eq!(said("12 % more, 3-fold, half"), [(12.0, Kind::Percent), (3.0, Kind::Times), (0.5, Kind::Times)]);
        assert_eq!(numbers("٣ orders"), None);
        assert_eq!(said("no number here"), []);
        let tolerance = |text: &str| numbers(text).unwrap()[0].tolerance;
        assert_eq!([tolerance("24.6 million"), tolerance("12 %"), tolerance("3.25")], [5e4, 0.5, 0.005]);
    }
}
