//! The model that needs no server: the reader, with its abstentions as errors.

use super::Draft;
use crate::error::Error;
use crate::grounding::Context;
use crate::grounding::values::Lookup;
use crate::pg::host::interrupts;
use reader::{Abstention, Interrupted};
use schema::sanitize::one_line;

/// Reads the question of a context. Where no reading is sure, the error says what was not understood.
pub fn read(context: &Context, values: &Lookup) -> Result<Draft, Error> {
    let go_on = || {
        interrupts::serve();
        Ok(())
    };
    let read = reader::read(&context.question, &context.snapshot, values, &go_on);
    match read.map_err(|Interrupted| values.interruption())? {
        Ok(reading) => {
            let line = one_line(&reading.summary).trim().to_owned();
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
