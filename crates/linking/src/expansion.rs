//! What a word of a question may be called in the catalog: terms, each with how surely it is meant.

use crate::directory::Directory;
use crate::options::Options;
use crate::relation::{Check, Interrupted};
use crate::segmentation::segment;
use crate::word_table::normal;

const SAME: f32 = 1.0;
const JOINED: f32 = 0.9;
const SHORT_FORM: f32 = 0.8;
const INITIALS: f32 = 0.8;
const SYNONYM: f32 = 0.7;
const SPLIT: f32 = 0.7;
const WEAK_SYNONYM: f32 = 0.35;
const MISSPELT: f32 = 0.6;
/// Terms that begin or end with a word are no more than this many.
const MOST_LONGER: usize = 60;

/// Terms of the catalog with strengths from 0 to 1.
#[derive(Debug, Default, Clone)]
pub(crate) struct Expansion {
    pub terms: Vec<(u32, f32)>,
}

impl Expansion {
    fn put(&mut self, term: Option<u32>, strength: f32) {
        if let Some(term) = term {
            self.terms.push((term, strength));
        }
    }

    /// Whether the catalog has the word itself or a true synonym of it.
    fn is_sure(&self) -> bool {
        self.terms.iter().any(|(_, strength)| *strength >= SYNONYM)
    }

    /// Keeps of each term its greatest strength.
    fn settle(&mut self) {
        self.terms.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        self.terms.dedup_by_key(|(term, _)| *term);
    }
}

/// The terms that the word at `position` may mean.
pub(crate) fn expand(
    all: &[String],
    position: usize,
    directory: &Directory,
    options: &Options,
    check: Check<'_>,
) -> Result<Expansion, Interrupted> {
    let mut found = Expansion::default();
    let Some(word) = all.get(position) else { return Ok(found) };
    let table = &directory.table;
    let stem = normal(word);
    found.put(table.find_term(&stem), SAME);
    found.put(table.find_term(word), SAME);
    if let Some(full) = words::spelled_out(word).filter(|_| options.short_forms) {
        full.iter().for_each(|part| found.put(table.find_term(&normal(part)), SHORT_FORM));
    }
    if options.synonyms {
        for (list, strength) in words::synonyms_of_stem(&stem).into_iter().zip([SYNONYM, WEAK_SYNONYM]) {
            list.iter().for_each(|other| found.put(table.find_term(other), strength));
        }
    }
    if options.glued {
        let unknown = table.find_term(&stem).is_none();
        if let Some(parts) = unknown.then(|| segment(word, table)).flatten() {
            parts.iter().for_each(|part| found.put(table.find_term(&normal(part)), SPLIT));
        }
        joined(all, position, directory, &mut found);
    }
    let letters = stem.bytes().all(|byte| byte.is_ascii_alphabetic());
    if letters && options.beginnings {
        longer_and_shorter(&stem, directory, &mut found);
    }
    if letters && options.skeletons && stem.len() >= 5 {
        skeletons(&stem, directory, &mut found);
    }
    if letters && options.typing_errors && stem.len() >= 5 && !found.is_sure() {
        for number in (0..).take(table.terms.len()) {
            if number % 1024 == 0 {
                check()?;
            }
            if one_edit_apart(&stem, table.term(number)) {
                found.put(Some(number), MISSPELT);
            }
        }
    }
    found.settle();
    Ok(found)
}

/// Neighbouring words that are one word in the catalog, `data base`, or its initials: `monthly recurring revenue`, `mrr`.
fn joined(all: &[String], position: usize, directory: &Directory, found: &mut Expansion) {
    for length in 2..=4 {
        for start in (position + 1).saturating_sub(length)..=position {
            let Some(run) = all.get(start..start + length) else { continue };
            let one = run.concat();
            if length < 4 && one.len() >= 5 {
                found.put(directory.table.find_term(&one), JOINED);
                found.put(directory.table.find_term(&normal(&one)), JOINED);
            }
            if length > 2 && run.iter().all(|word| !crate::query_terms::is_stop(word)) {
                let initials: String = run.iter().filter_map(|word| word.chars().next()).collect();
                found.put(directory.table.find_term(&initials), INITIALS);
            }
        }
    }
}

/// Terms that the word is the beginning or the end of, and terms that are short for it: `dept`, `cust`.
fn longer_and_shorter(stem: &str, directory: &Directory, found: &mut Expansion) {
    let table = &directory.table;
    if stem.len() >= 4 {
        let strength = |longer: &str| {
            let share = part(stem.len(), longer.len());
            if share >= 0.5 { 0.75 * share } else { 0.3 }
        };
        for term in table.beginning_with(stem, MOST_LONGER) {
            let text = table.term(term);
            if text != stem {
                found.put(Some(term), strength(text));
            }
        }
        for term in table.ending_with(stem, MOST_LONGER) {
            let text = table.term(term);
            let before = text.strip_suffix(stem).unwrap_or_default();
            if !before.is_empty() {
                // `sbcustomer` among `sbticker` and `sbtransaction` is a customer.
                let shared = directory.schemas.shares_letters(before);
                found.put(Some(term), if shared { SAME } else { strength(text) });
            }
        }
    }
    for end in 3..stem.len() {
        let Some(shorter) = stem.get(..end) else { continue };
        found.put(table.find_term(shorter), 0.25 + 0.5 * part(end, stem.len()));
    }
}

/// Terms made of the word's first consonants: `dpt`, `cstmr`.
fn skeletons(stem: &str, directory: &Directory, found: &mut Expansion) {
    let mut letters = stem.chars();
    let first: String = letters.next().into_iter().collect();
    for left_out in ["aeiou", "aeiouyhw"] {
        let rest: String = letters.clone().filter(|letter| !left_out.contains(*letter)).collect();
        let skeleton = format!("{first}{rest}");
        for length in 2..=skeleton.len().min(5) {
            let term = skeleton.get(..length).and_then(|beginning| directory.table.find_term(beginning));
            found.put(term, 0.3 + 0.4 * part(length, skeleton.len()));
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "lengths of words")]
fn part(length: usize, whole: usize) -> f32 {
    length as f32 / whole.max(1) as f32
}

/// Whether one letter more, less or other makes one word the other.
fn one_edit_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if long.len() - short.len() > 1 || short.len() < 4 {
        return false;
    }
    let same_before = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let same_after = short.iter().rev().zip(long.iter().rev()).take_while(|(x, y)| x == y).count();
    let swapped = short.len() == long.len()
        && same_before + same_after + 2 == short.len()
        && short.get(same_before) == long.get(same_before + 1)
        && short.get(same_before + 1) == long.get(same_before);
    swapped || same_before + same_after + 1 >= long.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit() {
        for (a, b) in [("singer", "siger"), ("singer", "singger"), ("singer", "sinker"), ("singer", "snigre")] {
            assert_eq!(one_edit_apart(a, b), b != "snigre", "{a} {b}");
        }
        assert!(one_edit_apart("order", "oredr"));
        assert!(!one_edit_apart("order", "ordering"));
    }
}
