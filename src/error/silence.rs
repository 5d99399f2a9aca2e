//! What the builtin model says where it gives no answer: to the analyst who asked first, to the DBA last.

use reader::{Abstention, Suggestion, Understood};
use schema::sanitize::one_line;

const CONNECT_A_MODEL: &str = "To have a model answer such questions: CREATE SERVER … FOREIGN DATA WRAPPER nl2sql, \
     then SET nl2sql.model.";

/// The message itself.
pub fn message(abstention: &Abstention) -> &'static str {
    match abstention {
        Abstention::Ambiguous { .. } => "the question can be read in more than one way",
        Abstention::Unplaced { .. } => "the builtin model does not see how this changes the question before it",
        _ => "the builtin model does not understand this question",
    }
}

/// What was understood, and what was not, in the words of the question.
pub fn detail(abstention: &Abstention) -> String {
    match abstention {
        Abstention::Ambiguous { readings } => format!("It may mean: {}.", readings.join("; or: ")),
        Abstention::Unplaced { words, before } => {
            format!("\"{}\" has no certain place in: {}.", one_line(words), one_line(before))
        }
        Abstention::Unknown { words, understood, nearest } => {
            let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            let mut lines = vec![format!("It could not place: {}.", quoted.join(", "))];
            if !nearest.is_empty() {
                let names: Vec<&str> = nearest.iter().map(|one| one.name.as_str()).collect();
                lines.push(format!("The nearest names are: {}.", names.join(", ")));
            }
            lines.extend(self::understood(understood));
            lines.join("\n")
        }
        Abstention::NoParse { understood, read_words, unread } => {
            let first = if *read_words == 0 {
                "Every word is known, but not this form of question.".to_owned()
            } else if unread.is_empty() {
                "Every word is known, but together they have no likely meaning.".to_owned()
            } else {
                format!("Every word is known, but not how \"{unread}\" belongs to the rest.")
            };
            [first].into_iter().chain(self::understood(understood)).collect::<Vec<_>>().join("\n")
        }
    }
}

/// Questions to ask in its place or, where there are none, what to do; then what else can be done.
pub fn hint(abstention: &Abstention, suggestions: &[Suggestion]) -> String {
    let first = match (suggestions.is_empty(), abstention) {
        (false, Abstention::Ambiguous { .. } | Abstention::Unknown { .. } | Abstention::NoParse { .. }) => {
            suggestions.iter().map(suggested).collect::<Vec<_>>().join("\n")
        }
        (_, Abstention::Unplaced { .. }) => {
            "Say what it replaces or adds (\"what about 2024\", \"only Germany\", \"by country instead\"), or ask the whole anew."
                .to_owned()
        }
        (true, Abstention::Ambiguous { .. }) => "Rephrase so that only one of them fits.".to_owned(),
        (true, _) => "Rephrase with the names of tables and columns.".to_owned(),
    };
    format!("{first}\n{CONNECT_A_MODEL}")
}

/// A question to ask instead, and what it leaves out of the one that was asked.
fn suggested(suggestion: &Suggestion) -> String {
    let quoted: Vec<String> = suggestion.leaves_out.iter().map(|words| format!("\"{words}\"")).collect();
    match (suggestion.is_example, quoted.as_slice()) {
        (true, _) => format!("What can be asked here: {}", suggestion.question),
        (false, []) => format!("Try: {}", suggestion.question),
        (false, quoted) => format!("Try: {} (leaves out {})", suggestion.question, quoted.join(", ")),
    }
}

fn understood(parts: &[Understood]) -> Option<String> {
    let told: Vec<String> =
        parts.iter().map(|part| format!("\"{}\" ({})", part.words, part.names.join(", "))).collect();
    (!told.is_empty()).then(|| format!("Understood: {}.", told.join(", ")))
}
