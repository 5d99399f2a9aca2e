//! Questions that can be asked of a schema, made from it, each of which is answered.

use crate::choice::costs;
use crate::help::facets::{Facets, main_relations};
use crate::help::question_templates::{Candidate, Form, Templates, last_year};
use crate::interrupts::Interrupted;
use crate::lattice::stored_values::{NoValues, ValueLookup};
use crate::{Reader, Reading};
use std::collections::{BTreeMap, HashSet};

/// A question that is answered, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub question: String,
    pub form: Form,
    pub reading: Reading,
}

/// Of more relations, the main ones are asked about.
const MAX_RELATIONS: usize = 40;
/// What the reading of an example may assume at most: less than that of a question which somebody asked.
const MAX_DISTANCE: u32 = costs::MAX_TOTAL - 3;

impl Reader<'_> {
    /// Up to `most` questions that are answered, the plainest first, varied in form and in what they are about, of the forms
    /// that `wanted` names. `accept` says of each whether it may be shown, and may look further than the reader can.
    pub fn examples(
        &self,
        most: usize,
        wanted: &dyn Fn(Form) -> bool,
        accept: &mut dyn FnMut(&Example) -> Result<bool, Interrupted>,
    ) -> Result<Vec<Example>, Interrupted> {
        let mut found = Vec::new();
        let mut uses: BTreeMap<Form, usize> = BTreeMap::new();
        let mut said: HashSet<String> = HashSet::new();
        let mut waiting = self.candidates()?;
        waiting.retain(|(_, candidate)| wanted(candidate.form));
        while found.len() < most {
            // Of the next question of each relation and form, one whose form was shown least, of the main relation first.
            let use_of = |form: &Form| uses.get(form).copied().unwrap_or_default();
            let asked = |place: usize| found.iter().filter(|(_, of)| *of == place).count();
            let next = waiting
                .iter()
                .enumerate()
                .min_by_key(|(at, (place, candidate))| (3 * use_of(&candidate.form) + 2 * asked(*place) + *place, *at));
            let Some((at, _)) = next else { break };
            let (place, candidate) = waiting.remove(at);
            if !said.insert(candidate.text.clone()) {
                continue;
            }
            let Some(reading) = self.answer(&candidate, &NoValues)? else { continue };
            let example = Example { question: candidate.text, form: candidate.form, reading };
            if accept(&example)? {
                *uses.entry(example.form).or_default() += 1;
                found.push((example, place));
            }
        }
        self.schema.watch().whole(found.into_iter().map(|(example, _)| example).collect())
    }

    /// The reading of a question that was made, if it speaks of what the question was made from.
    pub fn answer(&self, candidate: &Candidate, lookup: &dyn ValueLookup) -> Result<Option<Reading>, Interrupted> {
        let reading = self.read(&candidate.text, lookup)?.ok();
        Ok(reading.filter(|reading| {
            reading.distance <= MAX_DISTANCE && candidate.speaks_of.iter().all(|name| speaks_of(&reading.summary, name))
        }))
    }

    /// The questions about the main relations, each with the place of its relation.
    fn candidates(&self) -> Result<Vec<(usize, Candidate)>, Interrupted> {
        let mut candidates = Vec::new();
        for (place, relation) in main_relations(&self.schema)?.into_iter().take(MAX_RELATIONS).enumerate() {
            self.schema.watch().look()?;
            candidates.extend(self.candidates_about(relation).into_iter().map(|candidate| (place, candidate)));
        }
        self.schema.watch().whole(candidates)
    }

    /// The questions about one relation, which may or may not be answered.
    pub fn candidates_about(&self, relation: usize) -> Vec<Candidate> {
        let facets = Facets::new(&self.schema, relation);
        let templates = Templates { schema: &self.schema, year: last_year(&self.schema, &facets.dates) };
        templates.about(&facets, &|other| Facets::new(&self.schema, other))
    }
}

/// Whether a summary holds a name as a whole: `orders` stands in "orders.total", not in "orders_old".
fn speaks_of(summary: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    summary.match_indices(name).any(|(at, _)| {
        let (before, after) = (&summary[..at], &summary[at + name.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Prepared;
    use crate::never;
    use crate::tests::shop_fixture::{relation, shop, snapshot};

    fn examples(snapshot: &schema::Snapshot, most: usize) -> Vec<Example> {
        Prepared::new(snapshot, &never).unwrap().reader(&never).examples(most, &|_| true, &mut |_| Ok(true)).unwrap()
    }

    #[test]
    fn examples_of_the_shop_are_varied_and_all_answered() {
        let shop = shop();
        let found = examples(&shop, 10);
        assert_eq!(found.len(), 10);
        for example in &found {
            let read = crate::read(&example.question, &shop, &NoValues, &never).unwrap();
            assert_eq!(read.as_ref(), Ok(&example.reading), "{}", example.question);
        }
        let forms: HashSet<String> = found.iter().map(|example| format!("{:?}", example.form)).collect();
        assert!(forms.len() >= 6, "{found:#?}");
        let relations = ["orders", "customers", "products"];
        assert!(
            relations.iter().all(|name| found.iter().any(|one| speaks_of(&one.reading.summary, name))),
            "{found:#?}"
        );
        assert_eq!(examples(&shop, 3), found[..3]);
        assert_eq!(examples(&shop, 0), []);
    }

    #[test]
    fn what_is_not_accepted_is_not_shown() {
        let shop = shop();
        let prepared = Prepared::new(&shop, &never).unwrap();
        let reader = prepared.reader(&never);
        let found = reader.examples(5, &|_| true, &mut |example| Ok(!example.reading.sql.contains("orders"))).unwrap();
        assert_eq!(found.len(), 5);
        assert!(found.iter().all(|example| !example.reading.sql.contains("orders")));
        assert_eq!(reader.examples(5, &|_| true, &mut |_| Err(Interrupted)), Err(Interrupted));
    }

    #[test]
    fn schemas_of_little_have_few_examples() {
        assert_eq!(examples(&snapshot(Vec::new()), 10), []);
        let nothing = relation("xq_7", &[], &[], &[]);
        let note = relation("note", &["id integer!", "body text"], &["id"], &[]);
        let found = examples(&snapshot(vec![nothing, note]), 10);
        assert!(found.iter().any(|example| example.question == "how many notes are there"), "{found:?}");
    }

    #[test]
    fn a_name_is_spoken_of_as_a_whole() {
        assert!(speaks_of("count of orders per month", "orders"));
        assert!(speaks_of("sum of orders.total", "orders"));
        assert!(!speaks_of("count of orders_old", "orders"));
        assert!(!speaks_of("count of old_orders", "orders"));
    }
}
