//! Questions that go on from one that was answered, as changes of its text: another year, another grouping. Whether they are
//! answered has to be looked at.

/// Words that begin what a question is restricted to.
const RESTRICTIONS: [&str; 10] = ["in", "since", "before", "after", "between", "for", "from", "where", "with", "of"];
const UNITS: [&str; 5] = ["day", "week", "month", "quarter", "year"];
/// What is asked of another year is asked of the year before; of none before this.
const FIRST_YEAR: u32 = 1970;

/// Changed questions, the nearest first. `groups` are words by which rows like those of the answer can be grouped.
pub fn follow_ups(asked: &str, groups: &[String]) -> Vec<String> {
    let asked = asked.trim().trim_end_matches(['?', '.', '!']);
    let words: Vec<&str> = asked.split_whitespace().collect();
    let mut found = other_groups(&words, groups);
    // Between two groupings, the year before: what people compare with next.
    let place = found.len().min(1);
    found.splice(place..place, year_before(&words));
    let mut told: Vec<String> = Vec::new();
    for one in found {
        if !one.eq_ignore_ascii_case(asked) && !told.contains(&one) {
            told.push(one);
        }
    }
    told
}

/// The same of the year before, where one year is named.
fn year_before(words: &[&str]) -> Option<String> {
    let year =
        |word: &&str| word.parse::<u32>().ok().filter(|year| word.len() == 4 && *year > FIRST_YEAR && *year < 2200);
    let mut years = words.iter().filter_map(year);
    let (year, None) = (years.next()?, years.next()) else { return None };
    let (named, before) = (year.to_string(), (year - 1).to_string());
    Some(words.iter().map(|word| if *word == named { before.as_str() } else { word }).collect::<Vec<_>>().join(" "))
}

/// The same by something else, or by something where it is not grouped; not of rankings and lists.
fn other_groups(words: &[&str], groups: &[String]) -> Vec<String> {
    let is = |word: &str, other: &str| word.eq_ignore_ascii_case(other);
    let has = |word: &str| words.iter().any(|one| is(one, word));
    if ["top", "list", "show", "which", "who", "latest", "last", "first"].into_iter().any(has) {
        return Vec::new();
    }
    let tie = words.iter().position(|word| is(word, "by") || is(word, "per"));
    let is_restriction = |word: &&str| RESTRICTIONS.iter().any(|one| is(word, one));
    let (head, by, tail) = match tie {
        Some(at) => {
            let end = words.iter().skip(at).position(is_restriction).map_or(words.len(), |step| at + step);
            (words.get(..at), words.get(at + 1..end), words.get(end..))
        }
        None => {
            // "number of orders in 2025": the first restriction that is no part of the noun.
            let is_time = |at: usize| {
                let next = words.get(at + 1).copied().unwrap_or_default();
                is_restriction(&words[at]) && next.parse::<u32>().is_ok()
            };
            let at = (0..words.len()).find(|at| is_time(*at)).unwrap_or(words.len());
            (words.get(..at), words.get(..0), words.get(at..))
        }
    };
    let (head, by, tail) = (head.unwrap_or_default(), by.unwrap_or_default().join(" "), tail.unwrap_or_default());
    let unit = match UNITS.iter().find(|unit| is(unit, &by)) {
        Some(&"month") => "quarter",
        _ => "month",
    };
    let by_unit = if UNITS.iter().any(|one| is(one, &by)) { groups.len().min(1) } else { 0 };
    let mut others: Vec<&str> = groups.iter().map(String::as_str).filter(|group| !is(group, &by)).collect();
    others.insert(by_unit.min(others.len()), unit);
    let tie = tie.and_then(|at| words.get(at)).copied().unwrap_or("by");
    others.iter().map(|other| [head, &[tie, other], tail].concat().join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(asked: &str) -> Vec<String> {
        follow_ups(asked, &["country".to_owned(), "status".to_owned()])
    }

    #[test]
    fn a_question_goes_on_to_other_groups_and_the_year_before() {
        assert_eq!(
            after("revenue by month in 2025"),
            [
                "revenue by country in 2025",
                "revenue by month in 2024",
                "revenue by quarter in 2025",
                "revenue by status in 2025"
            ]
        );
        assert_eq!(
            after("Revenue in 2025?"),
            ["Revenue by month in 2025", "Revenue in 2024", "Revenue by country in 2025", "Revenue by status in 2025"]
        );
        assert_eq!(
            after("number of orders per status"),
            ["number of orders per month", "number of orders per country"]
        );
        assert_eq!(after("top 5 customers by revenue in 2025"), ["top 5 customers by revenue in 2024"]);
        assert_eq!(
            after("compare 2024 and 2025")[1..],
            ["compare 2024 and 2025 by country", "compare 2024 and 2025 by status"]
        );
        assert_eq!(after("list customers"), [""; 0]);
        assert_eq!(after(""), ["by month", "by country", "by status"]);
    }
}
