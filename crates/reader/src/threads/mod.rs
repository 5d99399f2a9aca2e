//! Questions that refer to the one before: "only Germany", "and by category?", "what about 2024", "top 3 instead".
//!
//! What is carried on is a question again, as text: the one before with what the new one says put in its place or added
//! ([`candidates`]), and then read as any question. So nothing that was read earlier is trusted. A reading stands only where it
//! differs from the one before in what was said and in nothing else ([`profile`]), and only one does. What has no place is
//! asked back.

mod candidates;
mod meaning;
mod neighbouring_times;
mod openers;
mod profile;
#[cfg(test)]
mod tests;

use super::help::suggestions::Known;
use super::interrupts::Interrupted;
use super::lattice::Lattice;
use super::{Abstention, MAX_WORDS, Read, Reader, Reading, costs};
use crate::lattice::time_expressions::unit_name;
use crate::query::tree::Expression;
use crate::stored_values::ValueLookup;
use candidates::{Candidate, Parts};
use meaning::{Meaning, Top};
use neighbouring_times::Step;
use openers::{BestOf, FollowUp};
use profile::Profile;

/// A question of a thread with how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub reading: Reading,
    /// The question as one that needs no other, to be handed back with the next one.
    pub meaning: String,
    /// It took something from the question before it.
    pub refers: bool,
}

/// A meaning grows with every turn, and what was assumed with it; one that assumes more is not carried on.
const MOST_ASSUMED: u32 = 3 * costs::MAX_TOTAL;

impl Reader<'_> {
    /// Reads a question of a thread. `before` is the meaning of the question before it. One that begins like a continuation
    /// ("what about", "only") carries on; any other that can be read by itself begins anew.
    pub fn read_in_thread(
        &self,
        question: &str,
        before: Option<&str>,
        lookup: &dyn ValueLookup,
    ) -> Result<Result<Followed, Abstention>, Interrupted> {
        let question = &*self.spelled_out(question);
        let alone = |reading: Reading| Followed { reading, meaning: question.trim().to_owned(), refers: false };
        let Some(before) = before else { return Ok(self.read(question, lookup)?.map(alone)) };
        let follow_up = FollowUp::of(question);
        if let Some(best) = openers::best_of(&follow_up)
            && let Some(found) = self.best_group(&best, &Meaning::parse(before), lookup)?
        {
            return self.schema.watch().whole(Ok(found));
        }
        let mut abstention = None;
        if !follow_up.is_certain {
            match self.read(question, lookup)? {
                Ok(reading) => return Ok(Ok(alone(reading))),
                Err(silence) => abstention = Some(silence),
            }
        }
        let found = self.carried_on(&follow_up, &Meaning::parse(before), lookup)?;
        self.schema.watch().whole(match (found, abstention) {
            (Ok(found), _) => Ok(found),
            (Err(Some(ambiguous)), _) => Err(ambiguous),
            (Err(None), Some(abstention @ (Abstention::Unknown { .. } | Abstention::Ambiguous { .. }))) => {
                Err(abstention)
            }
            (Err(None), _) => Err(Abstention::Unplaced { words: follow_up.text, before: before.to_owned() }),
        })
    }

    /// The first or the last of the groups of a question, by their number.
    fn best_group(
        &self,
        best: &BestOf,
        before: &Meaning,
        lookup: &dyn ValueLookup,
    ) -> Result<Option<Followed>, Interrupted> {
        let top = Top { count: 1, direction: best.direction };
        let meaning = Meaning { top: None, ..before.clone() }.limited_to(top);
        let Some(read) = self.read_meaning(&meaning, MOST_ASSUMED, lookup)? else { return Ok(None) };
        let is_called = |group: &Expression, noun: &String| match group {
            Expression::DateTrunc(unit, _) => unit_name(*unit) == noun,
            Expression::Column(at) => {
                let of = self.schema.relation_words(at.column.relation);
                self.schema.words(at.column).iter().chain(&of).any(|word| words::singular(word) == *noun)
            }
            _ => false,
        };
        let groups = &read.query.groups;
        let fits = best.noun.as_ref().is_none_or(|noun| groups.iter().any(|group| is_called(group, noun)));
        Ok((fits && !groups.is_empty()).then(|| followed(meaning, read)))
    }

    /// The one reading of what follows a question; as the error, several.
    fn carried_on(
        &self,
        follow_up: &FollowUp,
        before: &Meaning,
        lookup: &dyn ValueLookup,
    ) -> Result<Result<Followed, Option<Abstention>>, Interrupted> {
        if let Some(meaning) = openers::directive(follow_up, before) {
            let read = self.read_meaning(&meaning, MOST_ASSUMED, lookup)?;
            return Ok(read.map(|read| followed(meaning, read)).ok_or(None));
        }
        let Some(standing) = self.read_main(&before.main, MOST_ASSUMED, lookup)? else { return Ok(Err(None)) };
        let words = words::split(&before.main, MAX_WORDS + 1);
        let lattice = Lattice::new(&before.main, words, &self.schema, self.names, lookup)?;
        let parts = Parts::of(&before.main, &lattice);
        let old = Profile::of(&standing, &self.schema);
        let (times, is_limited) = (parts.times(), old.is_limited() || before.top.is_some());
        let text = match Step::said(&follow_up.text).filter(|_| !times.is_empty()) {
            Some(step) => step.taken_from(&times),
            // "Those" of a ranking are these very rows, and not the first ones among others.
            None => Some(follow_up.text.clone()).filter(|text| !(is_limited && openers::points_back(text))),
        };
        let Some(text) = text else { return Ok(Err(None)) };
        let said = Lattice::new(&text, words::split(&text, MAX_WORDS + 1), &self.schema, self.names, lookup)?;
        if said.len() == 0 || said.len() + lattice.len() > MAX_WORDS {
            return Ok(Err(None));
        }
        // Nothing is looked up for sentences that nobody said: what their parts may mean is known.
        let known = Known::of(&before.main, &lattice, self).and(Known::of(&text, &said, self));
        let most = (standing.reading.distance + costs::MAX_TOTAL).min(MOST_ASSUMED);
        for group in candidates::candidates(&parts, &text, &said, follow_up.mode, old.is_grouped()) {
            let mut found: Vec<(Profile, Followed)> = Vec::new();
            for Candidate { text, change } in group {
                let Some(read) = self.read_main(&text, most, &known)? else { continue };
                let profile = Profile::of(&read, &self.schema);
                if !profile.is_changed_by(&old, &change) || found.iter().any(|(other, _)| *other == profile) {
                    continue;
                }
                let meaning = Meaning { main: text, ..before.clone() };
                // As it will be read when it is carried on itself, with all that can be looked up then.
                if let Some(read) = self.read_meaning(&meaning, MOST_ASSUMED, lookup)? {
                    found.push((profile, followed(meaning, read)));
                }
            }
            if found.len() > 1 {
                let readings = found.into_iter().map(|(_, one)| one.reading.summary).collect();
                return Ok(Err(Some(Abstention::Ambiguous { readings })));
            }
            if let Some((_, followed)) = found.pop() {
                return Ok(Ok(followed));
            }
        }
        Ok(Err(None))
    }

    /// Reads a question that may assume so much; `None` where it has no reading, or is about the schema itself.
    fn read_main(&self, question: &str, most: u32, lookup: &dyn ValueLookup) -> Result<Option<Read>, Interrupted> {
        let words = words::split(question, MAX_WORDS + 1);
        if words.is_empty() || words.len() > MAX_WORDS {
            return Ok(None);
        }
        Ok(self.read_words(question, words, most, lookup)?.ok())
    }

    fn read_meaning(
        &self,
        meaning: &Meaning,
        most: u32,
        lookup: &dyn ValueLookup,
    ) -> Result<Option<Read>, Interrupted> {
        let Some(read) = self.read_main(&meaning.main, most, lookup)? else { return Ok(None) };
        Ok(meaning.applied_to(read, &self.schema))
    }
}

fn followed(meaning: Meaning, read: Read) -> Followed {
    Followed { reading: read.reading, meaning: meaning.to_string(), refers: true }
}
