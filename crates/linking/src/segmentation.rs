//! Glued words: `custaddressid` falls into the words that other names of the catalog are made of.

use crate::names::LITTLE;
use crate::relation::{Check, Interrupted};
use crate::word_table::{WordTable, commonness};
use serde::{Deserialize, Serialize};
use words::spelled_out;

/// A word of the catalog that stands for a term it does not have as its stem: glued or short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Part {
    pub term: u32,
    pub word: u32,
    /// Into how many parts the word falls.
    pub parts: u8,
}

/// A word more common than this stands for itself: about 30 uses.
const WHOLE_AT_MOST: u32 = 5;
/// Shorter words are not split.
const SHORTEST: usize = 6;
const LONGEST_PART: usize = 14;
const MOST_PARTS: usize = 3;

/// The parts of a glued word, two or three, as few as possible; `None` where it is none.
///
/// A part has at least four letters and is used twice, or three letters and is used some eight times, or is a final `id`;
/// and it is more common than the whole.
pub fn segment<'a>(word: &'a str, table: &WordTable) -> Option<Vec<&'a str>> {
    let whole = table.commonness_of(word);
    if word.len() < SHORTEST || whole > WHOLE_AT_MOST || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    // For every position the fewest parts that end there, and where the last of them begins.
    let mut best: Vec<Option<(usize, usize)>> = vec![None; word.len() + 1];
    *best.first_mut()? = Some((0, 0));
    for end in 1..=word.len() {
        for start in end.saturating_sub(LONGEST_PART)..end {
            let Some((count, _)) = best.get(start).copied().flatten().filter(|(count, _)| *count < MOST_PARTS) else {
                continue;
            };
            let part = word.get(start..end)?;
            let fewer = best.get(end).copied().flatten().is_none_or(|(other, _)| count + 1 < other);
            if fewer && part != word && is_part(part, whole, end == word.len(), table) {
                *best.get_mut(end)? = Some((count + 1, start));
            }
        }
    }
    let mut parts = Vec::new();
    let mut end = word.len();
    while end > 0 {
        let (_, start) = best.get(end).copied().flatten()?;
        parts.push(word.get(start..end)?);
        end = start;
    }
    parts.reverse();
    Some(parts)
}

fn is_part(part: &str, whole: u32, last: bool, table: &WordTable) -> bool {
    let least = match part.len() {
        0..=2 => return last && part == "id",
        3 => commonness(8),
        _ => commonness(2),
    };
    let common = table.commonness_of(part);
    common >= least && common > whole
}

/// The words that a word of a name stands for besides itself: a short form spelled out, a glued word in its parts.
pub fn parts(word: &str, table: &WordTable) -> Vec<String> {
    let spell = |part: &str| -> Vec<String> {
        spelled_out(part)
            .map_or_else(|| vec![part.to_owned()], |full| full.iter().map(|&part| part.to_owned()).collect())
    };
    if spelled_out(word).is_some() {
        return spell(word);
    }
    segment(word, table).map(|parts| parts.into_iter().flat_map(spell).collect()).unwrap_or_default()
}

/// The parts of all words of the catalog, in order of terms.
pub(crate) fn find_parts(table: &mut WordTable, check: Check<'_>) -> Result<Vec<Part>, Interrupted> {
    let mut found = Vec::new();
    for number in 0..u32::try_from(table.words.len()).unwrap_or(u32::MAX) {
        if number % 256 == 0 {
            check()?;
        }
        let Some(word) = table.word(number).filter(|word| word.uses > 0) else { continue };
        let parts = parts(&word.text, table);
        let count = u8::try_from(parts.len()).unwrap_or(u8::MAX);
        for part in parts.iter().filter(|part| !LITTLE.contains(&part.as_str())) {
            let term = table.normal_term(part);
            found.push(Part { term, word: number, parts: count });
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
