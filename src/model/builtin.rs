//! The model that needs no server: the reader, with its abstentions as errors.

use crate::ask::attempt::Draft;
use crate::error::Error;
use crate::grounding::Context;
use crate::grounding::values::Lookup;
use reader::Abstention;

/// Reads the question of a context. Where no reading is sure, the error says what was not understood.
pub fn read(context: &Context, values: &Lookup) -> Result<Draft, Error> {
    let read = reader::read(&context.question, &context.snapshot, values);
    values.interruption()?;
    match read {
        Ok(reading) => {
            let line = one_line(&reading.summary);
            Ok(Draft { sql: format!("-- reading: {line}\n{}", reading.sql), reading: Some(line) })
        }
        Err(Abstention::Unknown { words, understood, nearest }) => {
            let nearest = nearest.into_iter().map(|nearest| nearest.name).collect();
            Err(Error::NotUnderstood { words, understood, nearest })
        }
        Err(Abstention::NoParse { understood }) => {
            Err(Error::NotUnderstood { words: Vec::new(), understood, nearest: Vec::new() })
        }
        Err(Abstention::Ambiguous { readings }) => Err(Error::Ambiguous { readings }),
    }
}

/// Nothing in the text can end the comment that it stands in.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_stays_on_its_line() {
        assert_eq!(one_line("a\nb\r\u{2028}c\u{85}; DROP TABLE t"), "a b  c ; DROP TABLE t");
    }
}
