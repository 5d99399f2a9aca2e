//! More of the schema than the first prompt had room for: what a model asks for by name, and what its draft names.

use std::collections::HashSet;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::budget::tokens;
use super::fill;
use super::schema_text::{block, fence, line, name};
use crate::grounding::{Context, Name};
use schema::Relation;
use schema::sanitize::one_line;
use wire::{Message, Prompt, Task};

/// What a model has been shown in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Shown {
    Everything,
    /// These relations, by schema and name.
    Only(HashSet<(String, String)>),
}

impl Shown {
    pub fn has(&self, relation: &Relation) -> bool {
        match self {
            Self::Everything => true,
            Self::Only(names) => names.contains(&(relation.schema.clone(), relation.name.clone())),
        }
    }

    fn add(&mut self, relation: &Relation) {
        if let Self::Only(names) = self {
            names.insert((relation.schema.clone(), relation.name.clone()));
        }
    }
}

/// The detail of the relations that a model asks for, in `room` tokens. Names of relations that do not exist and of those
/// that the asker can't read are told alike.
pub fn looked_at(context: &Context, asked: &[String], with_values: bool, room: usize, shown: &mut Shown) -> String {
    let (mut found, mut known, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for asked in asked {
        let relations = context.spelled(asked);
        if relations.is_empty() {
            unknown.push(one_line(asked));
        }
        for relation in relations {
            if shown.has(relation) {
                known.push(name(relation));
            } else if !found.contains(&relation) {
                found.push(relation);
            }
        }
    }
    let (mut text, left_out) = detail(context, &found, with_values, room, shown);
    for (names, what) in [
        (known, "Shown in full already"),
        (left_out, "There is no room for more of these"),
        (unknown, "There are no relations of these names"),
    ] {
        if !names.is_empty() {
            let _ = writeln!(text, "{what}: {}", names.join(", "));
        }
    }
    text
}

/// The detail of the relations that a draft names and that were not shown in full; `None` where there is none.
pub fn named_in(
    context: &Context,
    names: &[Name],
    with_values: bool,
    room: usize,
    shown: &mut Shown,
) -> Option<String> {
    let mut found: Vec<&Relation> = Vec::new();
    for relation in names.iter().flat_map(|name| context.named(name)) {
        if !shown.has(relation) && !found.contains(&relation) {
            found.push(relation);
        }
    }
    let (text, _) = detail(context, &found, with_values, room, shown);
    (!text.is_empty()).then(|| format!("What was not shown in full of relations of these names:\n{text}"))
}

/// As many of the relations as `room` tokens hold: in full, or else with the names of their columns; and the names of those
/// that could not be told in full.
fn detail(
    context: &Context,
    relations: &[&Relation],
    with_values: bool,
    room: usize,
    shown: &mut Shown,
) -> (String, Vec<String>) {
    let (mut text, mut used, mut left_out) = (String::new(), 0, Vec::new());
    for relation in relations {
        let whole = block(&context.snapshot, relation, with_values, None);
        if used + tokens(&whole) <= room {
            used += tokens(&whole);
            text.push_str(&whole);
            shown.add(relation);
            continue;
        }
        left_out.push(name(relation));
        let columns = line(relation);
        if used + tokens(&columns) <= room {
            used += tokens(&columns);
            text.push_str(&columns);
        }
    }
    if !text.is_empty() {
        text = fill(include_str!("schema.txt"), &[("schema", &fence(&text))]);
    }
    (text, left_out)
}

/// Adds what a model asked for, so that it can reply with more knowledge. `last`: it may not ask again.
pub fn add_look(prompt: &mut Prompt, asked: Vec<String>, detail: &str, last: bool) {
    let last_words = if last { "Nothing further can be looked at.\n" } else { "" };
    prompt.messages.push(Message::Look(asked));
    prompt.messages.push(Message::User(fill(include_str!("looked.txt"), &[("detail", detail), ("last", last_words)])));
    if last {
        prompt.task = Task::Statement { may_look: false };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grounding::context_of;
    use schema::{Column, Snapshot};

    fn context() -> Context {
        let column = |name: &str| Column { name: name.into(), data_type: "text".into(), ..Column::default() };
        let relation = |name: &str, columns: usize| Relation {
            schema: "s".into(),
            name: name.into(),
            columns: (0..columns).map(|at| column(&format!("column_{at}"))).collect(),
            ..Relation::default()
        };
        let relations = vec![relation("small", 2), relation("wide", 40), relation("known", 1)];
        context_of("q", Snapshot { relations: relations.into(), ..Snapshot::default() }, Vec::new())
    }

    fn shown() -> Shown {
        Shown::Only([("s".to_owned(), "known".to_owned())].into())
    }

    fn look(asked: &[&str], room: usize, shown: &mut Shown) -> String {
        looked_at(&context(), &asked.iter().map(|&name| name.to_owned()).collect::<Vec<_>>(), false, room, shown)
    }

    #[test]
    fn what_is_asked_for_is_told_in_full_once() {
        let mut shown = shown();
        let text = look(&["s.small", "small", "s.known", "s.none"], 1000, &mut shown);
        assert_eq!(text.matches("  column_1 text").count(), 1, "{text}");
        assert!(
            text.contains("Shown in full already: s.known\n") && text.contains("of these names: s.none\n"),
            "{text}"
        );
        assert!(look(&["s.small"], 1000, &mut shown).starts_with("Shown in full already: s.small"));
    }

    #[test]
    fn what_has_no_room_is_told_in_short() {
        let mut shown = shown();
        let text = look(&["s.wide", "s.small"], 150, &mut shown);
        assert!(text.contains("table s.wide (column_0, ") && text.contains("table s.small\n"), "{text}");
        assert!(text.contains("no room for more of these: s.wide"), "{text}");
        assert!(!shown.has(&context().snapshot.relations[1]) && shown.has(&context().snapshot.relations[0]));
        assert!(!look(&["s.wide"], 10, &mut shown).contains("column"));
    }

    #[test]
    fn a_draft_gets_what_it_names_and_has_not_seen() {
        let mut shown = shown();
        let names = [(None, "small".to_owned()), (Some("s".to_owned()), "known".to_owned())].map(Name::from);
        let text = named_in(&context(), &names, false, 1000, &mut shown).expect("small was not shown");
        assert!(text.contains("table s.small\n") && !text.contains("known"), "{text}");
        assert_eq!(named_in(&context(), &names, false, 1000, &mut shown), None);
        assert_eq!(named_in(&context(), &names, false, 1000, &mut Shown::Everything), None);
    }

    #[test]
    fn the_last_look_ends_the_looking() {
        let mut prompt =
            Prompt { task: Task::Statement { may_look: true }, system: String::new(), messages: Vec::new() };
        add_look(&mut prompt, vec!["s.t".into()], "table s.t\n", false);
        assert_eq!(prompt.task, Task::Statement { may_look: true });
        add_look(&mut prompt, vec!["s.u".into()], "table s.u\n", true);
        assert_eq!(prompt.task, Task::Statement { may_look: false });
        let Some(Message::User(text)) = prompt.messages.last() else { panic!("no message") };
        assert!(text.starts_with("table s.u\nNothing further can be looked at.\nReply"), "{text}");
    }
}
