//! What the question says itself, word by word: an answer takes up its words where they fit.

use words::singular;

/// Columns that say what a row is called.
pub const IS_NAMED: [&str; 2] = ["name", "title"];

/// Its words in lower case, without punctuation.
pub fn of(question: &str) -> Vec<String> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '\'' | '-');
    let words = question.split(|c: char| !is_part(c)).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether these words stand in it side by side, in this number or another.
pub fn has(question: &str, phrase: &str) -> bool {
    let (all, phrase) = (of(question), of(phrase));
    let alike = |one: &String, other: &String| one == other || singular(one) == singular(other);
    !phrase.is_empty()
        && all.windows(phrase.len()).any(|part| part.iter().zip(&phrase).all(|(one, other)| alike(one, other)))
}

/// Whether "and" ties a value to the one before it: "in Germany and France", "in Germany and in France".
pub fn ties_by_and(question: &str, value: &str) -> bool {
    let (all, value) = (of(question), of(value));
    let start = all.windows(value.len().max(1)).position(|part| part == value);
    let mut before = start.map(|start| all.iter().take(start).rev()).into_iter().flatten();
    before.find(|word| !matches!(word.as_str(), "in" | "from" | "of" | "the")).is_some_and(|word| word == "and")
}

/// What somebody may do with a thing.
pub const DEEDS: [&str; 8] = ["get", "receive", "have", "want", "use", "read", "take", "pay"];

/// What somebody does with a thing, as in `get the newsletter`.
pub fn deed(question: &str, thing: &str) -> Option<String> {
    let (words, thing) = (of(question), of(thing));
    let first = thing.first()?;
    let at = words.iter().position(|word| word == first)?;
    let article = at.checked_sub(1).and_then(|before| words.get(before)).filter(|word| *word == "the" || *word == "a");
    let verb = words.get(at.checked_sub(if article.is_some() { 2 } else { 1 })?)?;
    let verb = DEEDS.iter().find(|known| verb == *known || verb.strip_suffix('s') == Some(known))?;
    let article = article.map(|article| format!("{article} ")).unwrap_or_default();
    Some(format!("{verb} {article}{}", thing.join(" ")))
}

/// What somebody did, as in `placed` of "who placed the biggest order".
pub fn who_did(question: &str) -> Option<String> {
    const DID: [&str; 9] = ["placed", "made", "paid", "wrote", "posted", "submitted", "sent", "received", "booked"];
    let words = of(question);
    let [who, did, ..] = words.as_slice() else { return None };
    (who == "who" && DID.contains(&did.as_str())).then(|| did.clone())
}

/// Who has a thing, as in `newsletter subscribers`.
pub fn owners(question: &str, thing: &str) -> Option<String> {
    const OWNERS: [&str; 6] = ["subscribers", "holders", "members", "users", "owners", "readers"];
    let (words, thing) = (of(question), of(thing).join(" "));
    let at = words.iter().position(|word| *word == thing)?;
    let who = words.get(at + 1).filter(|who| OWNERS.contains(&who.as_str()))?;
    Some(format!("{thing} {who}"))
}

/// Whether the rows are people, so that they are "who" and not "that".
pub fn are_people(rows: &str) -> bool {
    const PEOPLE: [&str; 22] = [
        "customer",
        "client",
        "user",
        "employee",
        "member",
        "patient",
        "student",
        "subscriber",
        "visitor",
        "guest",
        "agent",
        "person",
        "people",
        "teacher",
        "player",
        "driver",
        "author",
        "buyer",
        "passenger",
        "contact",
        "account",
        "doctor",
    ];
    rows.rsplit(' ').next().is_some_and(|last| PEOPLE.contains(&singular(last).as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_question_are_found_in_it() {
        assert!(has("paypal payments above 2000", "PayPal payment") && !has("payments by paypal", "paypal payments"));
        assert!(ties_by_and("revenue in Germany, Spain and in France", "France"));
        assert!(!ties_by_and("revenue in Germany or France", "France") && !ties_by_and("revenue and orders", "France"));
        assert_eq!(deed("customers who don't get the newsletter", "newsletter").as_deref(), Some("get the newsletter"));
        assert_eq!(deed("revenue by newsletter", "newsletter"), None);
        let owners = owners("newsletter subscribers versus everybody else", "newsletter");
        assert_eq!(owners.as_deref(), Some("newsletter subscribers"));
        assert!(are_people("new customers") && !are_people("orders"));
    }
}
