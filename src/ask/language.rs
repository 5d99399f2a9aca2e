//! The language of a question, for the little that is said to people without a model.

use crate::error::numbered;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    German,
    French,
    Spanish,
}

use Language::{English, French, German, Spanish};

/// Words that are frequent in questions of a language, and no words of the others.
const FREQUENT: &[(Language, &str)] = &[
    (
        English,
        "how many much what which who the of in and with by for are were did is was all per top show list between",
    ),
    (
        German,
        "wie viele viel was welche welcher welches welchen wer der die das den dem des und mit von für im nach pro waren sind ist \
         war alle zeige liste zwischen haben hatte hat jahr monat wann",
    ),
    (
        French,
        "combien quel quelle quels quelles qui le les des du et avec par pour dans sont était est tous toutes montre liste entre \
         ont année mois depuis où",
    ),
    (
        Spanish,
        "cuántos cuántas cuánto cuánta cuál cuáles qué quién el los las del y con por para en son eran es fue todos todas muestra \
         lista entre tiene año mes desde cómo",
    ),
];

impl Language {
    /// That of most of the frequent words in a text; English where none is more than it.
    pub fn of(text: &str) -> Self {
        let words: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
        let count =
            |list: &str| words.iter().filter(|word| list.split_whitespace().any(|known| known == *word)).count();
        let mut best = (English, 0);
        for (language, list) in FREQUENT {
            let found = count(list);
            if found > best.1 {
                best = (*language, found);
            }
        }
        best.0
    }

    /// Why the builtin model does not understand it; `None` where the language is not why.
    pub fn why_not_understood(self) -> Option<&'static str> {
        match self {
            English => None,
            German => Some("Diese Frage verstehe ich nicht: Ohne ein Sprachmodell lese ich nur Fragen auf Englisch."),
            French => Some(
                "Je ne comprends pas cette question : sans modèle de langue, je ne lis que les questions en anglais.",
            ),
            Spanish => Some("No entiendo esta pregunta: sin un modelo de lenguaje solo leo preguntas en inglés."),
        }
    }

    /// Asks which of several readings of a question is meant.
    pub fn which_is_meant(self, readings: &[String]) -> String {
        let ask = match self {
            English => "That can be read in more than one way. Which do you mean?",
            German => "Das lässt sich verschieden verstehen. Was ist gemeint?",
            French => "Cela peut se comprendre de plusieurs façons. Laquelle voulez-vous dire ?",
            Spanish => "Eso se puede entender de varias maneras. ¿Cuál quieres decir?",
        };
        format!("{ask} {}", numbered(readings).join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequent_words_tell_the_language() {
        for (text, language) in [
            ("how many orders are there in Germany", English),
            ("Wie viele Bestellungen gab es im Jahr 2025?", German),
            ("combien de commandes par mois", French),
            ("¿Cuántos pedidos hay por país en el año 2025?", Spanish),
            ("orders 2025", English),
            ("", English),
        ] {
            assert_eq!(Language::of(text), language, "{text}");
        }
        let readings = ["Counts orders.".to_owned(), "Counts customers.".to_owned()];
        let asked = German.which_is_meant(&readings);
        assert!(asked.ends_with("1. Counts orders. 2. Counts customers."), "{asked}");
        assert!(English.why_not_understood().is_none() && French.why_not_understood().is_some());
    }
}
