//! Times that are told by their distance from today: "in the last 30 days", "for more than a week", "month to date",
//! "December last year".

use crate::lattice::lexicon;
use crate::lattice::time_expressions::{MONTHS, TimeRange};
use words::Word;

/// The expression of time that begins at a word, with its preposition, and the position after it.
pub fn time_range(words: &[Word], start: usize) -> Option<(TimeRange, usize)> {
    let reader = Reader { words };
    let (from, to, end) = reader
        .last_units(start)
        .or_else(|| reader.unit_to_date(start))
        .or_else(|| reader.longer_ago(start))
        .or_else(|| reader.month_of_relative_year(start))
        .or_else(|| reader.units_without(start))?;
    let text = words.get(start..end)?.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
    Some((TimeRange { from, to, text }, end))
}

type Bounds = (Option<String>, Option<String>, usize);

struct Reader<'a> {
    words: &'a [Word],
}

impl Reader<'_> {
    fn at(&self, position: usize) -> &str {
        self.words.get(position).map_or("", |word| word.lower.as_str())
    }

    fn after(&self, position: usize, any: &[&str]) -> usize {
        if any.contains(&self.at(position)) { position + 1 } else { position }
    }

    /// "last 30 days", "in the past 3 months", with today.
    fn last_units(&self, start: usize) -> Option<Bounds> {
        let begin = self.after(start, &["in", "during", "within", "over", "for", "of", "from"]);
        let begin = self.after(begin, &["the", "our"]);
        if !matches!(self.at(begin), "last" | "past" | "previous" | "trailing") {
            return None;
        }
        let (number, unit, end) = self.units(begin + 1)?;
        if unit == "hour" {
            return Some((Some(format!("now() - interval '{number} hours'")), Some("now()".to_owned()), end));
        }
        Some((Some(before_today(number, unit)), Some("current_date + 1".to_owned()), end))
    }

    /// "month to date", "ytd", "this year so far".
    fn unit_to_date(&self, start: usize) -> Option<Bounds> {
        let begin = self.after(start, &["in", "during", "for"]);
        let begin = self.after(begin, &["the", "this"]);
        let (unit, end) = match self.at(begin) {
            "mtd" => ("month", begin + 1),
            "qtd" => ("quarter", begin + 1),
            "ytd" => ("year", begin + 1),
            unit @ ("week" | "month" | "quarter" | "year") => {
                let two = [self.at(begin + 1), self.at(begin + 2)];
                let said =
                    two == ["to", "date"] || two == ["so", "far"] && begin > start && self.at(begin - 1) == "this";
                if !said {
                    return None;
                }
                (unit, begin + 3)
            }
            _ => return None,
        };
        Some((Some(format!("date_trunc('{unit}', current_date)")), Some("current_date + 1".to_owned()), end))
    }

    /// "for more than a week", "more than 30 days ago", "older than 2 months".
    fn longer_ago(&self, start: usize) -> Option<Bounds> {
        let lasting = self.at(start) == "for";
        let begin = if lasting { start + 1 } else { start };
        let two = [self.at(begin), self.at(begin + 1)];
        let older = two == ["older", "than"];
        let first = match two {
            ["more" | "longer" | "older", "than"] => begin + 2,
            ["over", _] => begin + 1,
            _ => return None,
        };
        let (number, unit, end) = self.units(first)?;
        let ago = self.at(end) == "ago";
        if !lasting && !ago && !older {
            return None;
        }
        Some((None, Some(before_today(number, unit)), if ago { end + 1 } else { end }))
    }

    /// "December last year".
    fn month_of_relative_year(&self, start: usize) -> Option<Bounds> {
        let begin = self.after(start, &["in", "during", "for", "of"]);
        let month = MONTHS.iter().position(|(long, short)| *long == self.at(begin) || *short == self.at(begin))?;
        let which = self.after(begin + 1, &["of", ","]);
        let year = match [self.at(which), self.at(which + 1)] {
            ["last" | "previous", "year"] => "date_trunc('year', current_date) - interval '1 year'",
            ["this" | "current", "year"] => "date_trunc('year', current_date)",
            _ => return None,
        };
        let from = format!("{year} + interval '{month} months'");
        Some((Some(from), Some(format!("{year} + interval '{} months'", month + 1)), which + 2))
    }

    /// "in 90 days" after a negation: what did not happen within that time until today.
    fn units_without(&self, start: usize) -> Option<Bounds> {
        let denied = |word: &Word| matches!(word.lower.as_str(), "not" | "never" | "no" | "without");
        if !matches!(self.at(start), "in" | "for" | "within") || !self.words.get(..start)?.iter().any(denied) {
            return None;
        }
        let (number, unit, end) = self.units(start + 1)?;
        Some((Some(before_today(number, unit)), Some("current_date + 1".to_owned()), end))
    }

    /// A number of units of time: "30 days", "a week", "three months".
    fn units(&self, start: usize) -> Option<(u32, &'static str, usize)> {
        let word = self.at(start);
        let digits = if word.len() <= 4 { word.parse().ok() } else { None };
        let number = digits.or_else(|| lexicon::number_word(word)).or((word == "a" || word == "an").then_some(1))?;
        let unit = match self.at(start + 1) {
            "hour" | "hours" => "hour",
            "day" | "days" => "day",
            "week" | "weeks" => "week",
            "month" | "months" => "month",
            "quarter" | "quarters" => "quarter",
            "year" | "years" => "year",
            _ => return None,
        };
        (number > 0).then_some((number, unit, start + 2))
    }
}

/// The day that lies so far before today.
fn before_today(number: u32, unit: &str) -> String {
    match unit {
        "day" => format!("current_date - {number}"),
        "quarter" => format!("current_date - interval '{} months'", number * 3),
        _ => format!("current_date - interval '{number} {unit}s'"),
    }
}
