//! What people say to a chat before they ask: greetings, thanks, and what it can do. No model is needed for that.

use super::language::Language::{self, English, French, German, Spanish};

/// What was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmallTalk {
    Greeting,
    Thanks,
    /// What can be asked?
    Help,
}

use SmallTalk::{Greeting, Help, Thanks};

/// Whole messages, in lower case and without punctuation.
const SAID: &[(&str, SmallTalk, Language)] = &[
    ("hi", Greeting, English),
    ("hi there", Greeting, English),
    ("hello", Greeting, English),
    ("hello there", Greeting, English),
    ("hey", Greeting, English),
    ("good morning", Greeting, English),
    ("good afternoon", Greeting, English),
    ("good evening", Greeting, English),
    ("thanks", Thanks, English),
    ("thank you", Thanks, English),
    ("thanks a lot", Thanks, English),
    ("thank you very much", Thanks, English),
    ("help", Help, English),
    ("help me", Help, English),
    ("what can you do", Help, English),
    ("what can i ask", Help, English),
    ("what can i ask you", Help, English),
    ("what do you know", Help, English),
    ("who are you", Help, English),
    ("how does this work", Help, English),
    ("hallo", Greeting, German),
    ("guten tag", Greeting, German),
    ("guten morgen", Greeting, German),
    ("guten abend", Greeting, German),
    ("moin", Greeting, German),
    ("danke", Thanks, German),
    ("vielen dank", Thanks, German),
    ("danke schön", Thanks, German),
    ("hilfe", Help, German),
    ("was kannst du", Help, German),
    ("was kann ich fragen", Help, German),
    ("wer bist du", Help, German),
    ("bonjour", Greeting, French),
    ("bonsoir", Greeting, French),
    ("salut", Greeting, French),
    ("merci", Thanks, French),
    ("merci beaucoup", Thanks, French),
    ("aide", Help, French),
    ("que peux tu faire", Help, French),
    ("que sais tu faire", Help, French),
    ("hola", Greeting, Spanish),
    ("buenos días", Greeting, Spanish),
    ("buenas tardes", Greeting, Spanish),
    ("gracias", Thanks, Spanish),
    ("muchas gracias", Thanks, Spanish),
    ("ayuda", Help, Spanish),
    ("qué puedes hacer", Help, Spanish),
];

/// What a message says if that is all it says.
pub fn said(message: &str) -> Option<(SmallTalk, Language)> {
    let words: Vec<String> =
        message.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let message = words.join(" ");
    SAID.iter().find(|(text, ..)| *text == message).map(|(_, talk, language)| (*talk, *language))
}

/// The reply; `has_examples`: questions that can be asked stand beside it.
pub fn reply(talk: SmallTalk, language: Language, has_examples: bool) -> String {
    let (hello, thanks, help, examples) = match language {
        English => (
            "Hello! Ask me about the data of this database.",
            "You are welcome.",
            "I answer questions about the data that you may read in this database, in plain words: counts, totals, rankings, \
             developments over time, lists. I only read, as you.",
            " For example:",
        ),
        German => (
            "Hallo! Fragen Sie mich nach den Daten dieser Datenbank.",
            "Gern geschehen.",
            "Ich beantworte Fragen zu den Daten, die Sie in dieser Datenbank lesen dürfen: Anzahlen, Summen, Ranglisten, \
             Entwicklungen, Listen. Ich lese nur, und nur als Sie.",
            " Zum Beispiel:",
        ),
        French => (
            "Bonjour ! Posez-moi une question sur les données de cette base.",
            "Je vous en prie.",
            "Je réponds aux questions sur les données que vous pouvez lire dans cette base : nombres, totaux, classements, \
             évolutions, listes. Je ne fais que lire, en votre nom.",
            " Par exemple :",
        ),
        Spanish => (
            "¡Hola! Pregúntame por los datos de esta base.",
            "De nada.",
            "Respondo a preguntas sobre los datos que puedes leer en esta base: números, totales, clasificaciones, \
             evoluciones, listas. Solo leo, en tu nombre.",
            " Por ejemplo:",
        ),
    };
    let text = match talk {
        Greeting => hello,
        Thanks => thanks,
        Help => help,
    };
    if has_examples { format!("{text}{examples}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_messages_are_small_talk() {
        assert_eq!(said("Hello!"), Some((Greeting, English)));
        assert_eq!(said(" What can you do? "), Some((Help, English)));
        assert_eq!(said("Vielen Dank."), Some((Thanks, German)));
        for question in ["hello orders", "thanks to whom did revenue rise", "", "what can you do about returns"] {
            assert_eq!(said(question), None, "{question}");
        }
        assert_eq!(reply(Thanks, German, false), "Gern geschehen.");
        assert!(reply(Help, English, true).ends_with("For example:"));
    }
}
