//! Says where the data ends, whenever the time that is asked for reaches or passes that day: what is missing is no fall.

use super::columns::Role;
use super::dates::{Date, Unit, period};
use super::times::Known;
use super::{Told, sentence};

/// What the data lacks of a period.
#[derive(Debug, PartialEq, Eq)]
enum Gap {
    /// So little that it changes nothing.
    Trifle,
    /// Some of its last days.
    Days(String),
    /// Whole months or periods: `October to December`.
    Whole(String),
}

/// One part in so many is a trifle.
const BEARABLE: i64 = 20;

impl Told<'_> {
    /// `The latest order is from 3 November 2025, so 2025 may be incomplete.`
    pub(super) fn data_end(&self) -> Option<String> {
        let today = self.facts.today;
        if self.times.is_empty() {
            return None;
        }
        let ended = self.times.iter().filter_map(|time| Some((time, time.ends_early(today)?)));
        let mut ended: Vec<(&Known, Date)> = ended.collect();
        let (first, last) = ended.first().copied()?;
        ended.retain(|(time, _)| time.event == first.event);
        let gap = if self.is_empty() { None } else { self.gap(&ended, last) };
        let latest = first.event.latest(last);
        // Where one of the times has nothing, it is told why.
        let is_beyond = self.times.iter().any(Known::is_beyond);
        match gap {
            Some(Gap::Trifle) if is_beyond => Some(sentence(&latest)),
            Some(Gap::Trifle) => None,
            // Long after, nothing more is to be expected.
            Some(Gap::Days(_)) if self.is_long_over(first) => {
                Some(sentence(&format!("{latest}: there is nothing after that")))
            }
            Some(Gap::Days(period)) => Some(sentence(&format!("{latest}, so {period} may be incomplete"))),
            Some(Gap::Whole(periods)) => Some(sentence(&format!("{latest}: there is nothing for {periods}"))),
            None => Some(sentence(&latest)),
        }
    }

    /// Whether the time that is asked for ended more than a month ago.
    fn is_long_over(&self, time: &Known) -> bool {
        const MONTH: i64 = 31;
        time.to.zip(self.facts.today).is_some_and(|(to, today)| to.plus_days(MONTH) < today)
    }

    /// What else is known of an answer that is empty.
    pub(super) fn other_notes(&self) -> Option<String> {
        let is_told = |note: &&String| note.contains(" ends ") && self.times.iter().any(|time| time.last.is_some());
        let notes: Vec<&str> = self.facts.notes.iter().filter(|note| !is_told(note)).map(String::as_str).collect();
        let (read, notes): (Vec<&str>, Vec<&str>) = notes.into_iter().partition(|note| spellings(note).is_some());
        let read: Vec<String> = read.into_iter().filter_map(spellings).flatten().collect();
        let read = (!read.is_empty()).then(|| sentence_of_read(&read));
        let noted = (!notes.is_empty()).then(|| sentence(&format!("note that {}", notes.join("; "))));
        let told: Vec<String> = read.into_iter().chain(noted).collect();
        (!told.is_empty()).then(|| told.join(" "))
    }

    /// What is missing of the period of the answer in which the data stops, and of those after it.
    fn gap(&self, ended: &[(&Known, Date)], last: Date) -> Option<Gap> {
        let of_series = self.columns.iter().find_map(|column| match &column.role {
            Role::Period(unit, days) if *unit != Unit::Day && *unit != Unit::Moment => {
                let begin = days.iter().flatten().copied().find(|day| *day <= last && last < day.after(*unit))?;
                Some((begin, *unit))
            }
            _ => None,
        });
        if let Some((begin, unit)) = of_series {
            let to =
                ended.iter().find_map(|(time, _)| time.to).filter(|to| self.facts.today.is_none_or(|day| *to <= day));
            let after = begin.after(unit);
            return Some(match to.filter(|to| after < *to) {
                Some(to) => Gap::Whole(several(after, to, unit, false)),
                None => missing_of(begin, unit, last, self.facts.today, false),
            });
        }
        let of_period = ended.iter().find_map(|(time, last)| {
            let (begin, unit) = time.cut_period(*last)?;
            Some(missing_of(begin, unit, *last, self.facts.today, true))
        });
        // Of the last ninety days, one that is missing is a trifle too.
        let is_trifle = |(time, last): &(&Known, Date)| {
            let (from, to) = time.from.zip(time.to).filter(|(from, _)| from <= last)?;
            let end = [Some(to), self.facts.today].into_iter().flatten().min()?;
            Some((end.days() - last.days() - 1) * BEARABLE <= end.days() - from.days())
        };
        let judged: Vec<bool> = ended.iter().filter_map(is_trifle).collect();
        of_period.or_else(|| (!judged.is_empty() && judged.iter().all(|one| *one)).then_some(Gap::Trifle))
    }

    /// A period of a series that lacks more of its days than a mean can bear.
    pub(super) fn is_cut_short(&self, begin: Date, unit: Unit) -> bool {
        let Some(last) = self.times.iter().find_map(|time| time.last) else { return false };
        let (end, days) = (begin.after(unit), begin.after(unit).days() - begin.days());
        begin <= last && last < end && (end.days() - last.days() - 1) * BEARABLE > days
    }
}

/// The words of a note that were read as others: `“revnue” … as “revenue”`.
fn spellings(note: &str) -> Option<Vec<String>> {
    let read = |part: &str| {
        let (word, other) = part.split_once(" taken for ")?;
        (!word.contains(' ')).then(|| format!("“{word}”|“{other}”"))
    };
    note.split(", ").map(read).collect()
}

/// `“revnue” was read as “revenue” and “countrey” as “country”.`
fn sentence_of_read(read: &[String]) -> String {
    let told = |(at, one): (usize, &String)| one.replacen('|', if at == 0 { " was read as " } else { " as " }, 1);
    let told: Vec<String> = read.iter().enumerate().map(told).collect();
    format!("{}.", crate::english_list(&told, "and"))
}

/// What is missing of one period after the last day of the data.
fn missing_of(begin: Date, unit: Unit, last: Date, today: Option<Date>, with_year: bool) -> Gap {
    // What lies ahead is not missing.
    let end = [Some(begin.after(unit)), today].into_iter().flatten().min().unwrap_or(begin);
    let (missing, days) = (end.days() - last.days() - 1, end.days() - begin.days());
    if missing * BEARABLE <= days {
        return Gap::Trifle;
    }
    let month = last.first_of(Unit::Month).after(Unit::Month);
    if matches!(unit, Unit::Year | Unit::Quarter) && month < end {
        return Gap::Whole(several(month, end, Unit::Month, true));
    }
    Gap::Days(period(begin, unit, with_year))
}

/// Periods from a day to another: `October to December 2025`.
fn several(from: Date, to: Date, unit: Unit, with_year: bool) -> String {
    let mut last = from;
    while last.after(unit) < to {
        last = last.after(unit);
    }
    let told = period(last, unit, with_year);
    if last == from { told } else { format!("{} to {told}", period(from, unit, with_year && from.year != last.year)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn what_is_missing_is_told_as_strongly_as_it_is_missing() {
        let of_year = |last: &str| missing_of(date("2025-01-01"), Unit::Year, date(last), None, true);
        assert_eq!(of_year("2025-12-30"), Gap::Trifle);
        assert_eq!(of_year("2025-11-30"), Gap::Whole("December 2025".into()));
        assert_eq!(of_year("2025-09-26"), Gap::Whole("October to December 2025".into()));
        let of_month = |last: &str| missing_of(date("2025-12-01"), Unit::Month, date(last), None, true);
        assert_eq!([of_month("2025-12-30"), of_month("2025-12-20")], [Gap::Trifle, Gap::Days("December 2025".into())]);
        let running = missing_of(date("2025-01-01"), Unit::Year, date("2025-09-26"), Some(date("2025-10-05")), true);
        assert_eq!(running, Gap::Trifle, "nine days of what was so far");
        assert_eq!(several(date("2025-11-01"), date("2026-02-01"), Unit::Month, true), "November 2025 to January 2026");
    }
}
