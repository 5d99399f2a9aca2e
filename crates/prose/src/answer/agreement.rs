//! The verbs of what is said behind a noun, where there is one row of it: `who gets the newsletter`, `that is not discontinued`.

use super::question_words::DEEDS;

/// What is said behind the noun for so many rows. A clause behind other rows is left as it is: it may be of those.
pub fn agreeing(number: f64, after: &str) -> String {
    if number != 1.0 {
        return after.to_owned();
    }
    let mut told = Vec::new();
    let (mut is_clause, mut is_verb, mut is_of_others) = (false, false, false);
    for word in after.split(' ') {
        told.push(if is_verb { of_one(word) } else { word.to_owned() });
        is_of_others |= ["with", "without", "from", "by"].contains(&word);
        is_clause |= ["who", "that"].contains(&word) && !is_of_others;
        is_verb = is_clause && ["who", "that", "and"].contains(&word);
    }
    told.join(" ")
}

fn of_one(verb: &str) -> String {
    match verb {
        "are" => "is".to_owned(),
        "were" => "was".to_owned(),
        "do" => "does".to_owned(),
        "have" => "has".to_owned(),
        deed if DEEDS.contains(&deed) => format!("{deed}s"),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_agree_with_one_row() {
        let told = [
            (" in Oslo who get the newsletter", " in Oslo who gets the newsletter"),
            (" that are paid and do not count", " that is paid and does not count"),
            (" who were hired in 2015", " who was hired in 2015"),
            (" who signed up in 2015", " who signed up in 2015"),
            (" from customers who get the newsletter", " from customers who get the newsletter"),
        ];
        for (many, one) in told {
            assert_eq!((agreeing(1.0, many).as_str(), agreeing(2.0, many).as_str()), (one, many));
        }
    }
}
