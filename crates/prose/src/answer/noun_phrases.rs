//! Phrases of one noun together, as they are said before and behind it.

use super::phrases::Phrase;
use super::question_words::are_people;
use crate::english_list;

/// The noun with what stands before it: `discontinued products`, `laptops`.
pub fn before(phrases: &[Phrase], rows: &str) -> String {
    let called = phrases.iter().rev().find_map(|phrase| match phrase {
        Phrase::Called(noun) => Some(noun.as_str()),
        _ => None,
    });
    let adjectives = phrases.iter().filter_map(|phrase| match phrase {
        Phrase::Adjective(adjective) => Some(adjective.as_str()),
        _ => None,
    });
    // The noun may say it already, as that of new customers does.
    let adjectives = adjectives.filter(|adjective| rows.split(' ').next() != Some(*adjective));
    let all: Vec<&str> = adjectives.chain([called.unwrap_or(rows)]).collect();
    all.join(" ")
}

/// What is said behind the noun, with a space before each: ` in Oslo with a price over 500 that are discontinued`.
pub fn behind(phrases: &[Phrase], beside: &[String], time: &str, verbal_time: &str, rows: Option<&str>) -> String {
    let of = |pick: fn(&Phrase) -> Option<&String>| phrases.iter().filter_map(pick).cloned().collect::<Vec<String>>();
    let amounts = of(|one| if let Phrase::Amount(text) = one { Some(text) } else { None });
    let places = of(|one| if let Phrase::Place(text) = one { Some(text) } else { None });
    let with = of(|one| if let Phrase::With(text) = one { Some(text) } else { None });
    let without = of(|one| if let Phrase::Without(text) = one { Some(text) } else { None });
    let when = of(|one| if let Phrase::When(text) = one { Some(text) } else { None });
    let that = of(|one| if let Phrase::That(text) = one { Some(text) } else { None });
    let mut text: String = amounts.iter().chain(&places).map(|place| format!(" {place}")).collect();
    text.push_str(time);
    when.iter().for_each(|when| text.push_str(&format!(" {when}")));
    let having = |word: &str, list: Vec<String>, last: &str| {
        let own = (!list.is_empty()).then(|| format!("{word} {}", english_list(&list, last)));
        let beside = beside.iter().filter(|part| part.split(' ').next() == Some(word)).cloned();
        own.into_iter().chain(beside).collect::<Vec<String>>()
    };
    let (have, lack) = (having("with", with, "and"), having("without", without, "or"));
    // "With orders but without reviews".
    let but = if have.is_empty() || lack.is_empty() { "" } else { " but" };
    for (tie, parts) in [("", have), (but, lack)] {
        if !parts.is_empty() {
            text.push_str(&format!("{tie} {}", english_list(&parts, "and")));
        }
    }
    text.push_str(verbal_time);
    if !that.is_empty() {
        let who = if rows.is_some_and(are_people) { "who" } else { "that" };
        let tie = match verbal_time {
            "" => who.to_owned(),
            time if time.starts_with(&format!(" {who} ")) => "and".to_owned(),
            _ => format!("and {who}"),
        };
        text.push_str(&format!(" {tie} {}", english_list(&that, "and")));
    }
    text
}
