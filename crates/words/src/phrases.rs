//! The phrases of a question that may be stored values.

/// Only the first words of a longer question are combined into phrases.
const MAX_WORDS: usize = 40;
/// The most words of one phrase.
const MAX_PHRASE: usize = 4;

/// The phrases of a question that may be stored values: every text in quotes and every run of up to four words, spelled
/// as in the question, sorted, each once.
pub fn phrases(question: &str) -> Vec<String> {
    let quoted = ['"', '\''].into_iter().flat_map(|mark| question.split(mark).skip(1).step_by(2));
    let mut phrases: Vec<String> = quoted.filter(|text| !text.trim().is_empty()).map(str::to_owned).collect();
    let around = |c: char| !c.is_alphanumeric();
    let words: Vec<&str> = question.split_whitespace().take(MAX_WORDS).collect();
    for start in 0..words.len() {
        for length in 1..=MAX_PHRASE {
            let Some(run) = words.get(start..start + length) else { break };
            let phrase = run.join(" ").trim_matches(around).to_owned();
            if !phrase.is_empty() {
                phrases.push(phrase);
            }
        }
    }
    phrases.sort();
    phrases.dedup();
    phrases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_of_words_may_be_a_value() {
        assert_eq!(phrases("in New York?"), ["New", "New York", "York", "in", "in New", "in New York"]);
        assert_eq!(phrases("'a, b' K-17"), ["K-17", "a", "a, b", "a, b' K-17", "b", "b' K-17"]);
    }
}
