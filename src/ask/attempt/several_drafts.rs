//! Where a model was asked for several drafts at once: which is tried next, and which is taken.

use super::{Attempt, Step, unexpected};
use crate::ask::answered::Source;
use crate::ask::ballot::{Next, Tried};
use crate::error::Error;
use crate::model::Writer;

impl Attempt {
    pub(super) fn tried(&mut self, sql: &str, result: Result<Tried, Error>) -> Step {
        let Some(Writer::Remote(name)) = self.chain.get(self.current).cloned() else { return unexpected() };
        match (&mut self.ballot, result) {
            (_, Err(error)) if error.ends_the_question() => Step::Failed(error),
            (Some(ballot), result) => {
                ballot.take(sql, result);
                self.vote(name)
            }
            (None, _) => unexpected(),
        }
    }

    /// Goes on with the drafts that the model of this name made at once.
    pub(super) fn vote(&mut self, name: String) -> Step {
        let Some(ballot) = &self.ballot else { return unexpected() };
        match ballot.next() {
            Next::Try(sql) => {
                self.attempts += 1;
                Step::Try(sql)
            }
            Next::Choose { mut draft, was_tried, agree, of } => {
                if agree < of {
                    draft.notes.push(format!("{agree} of {of} drafts of model \"{name}\" agree on this answer"));
                }
                let sql = draft.sql.clone();
                self.judged = Some((draft, Source::Model(name)));
                if was_tried {
                    return Step::Choose(sql);
                }
                self.attempts += 1;
                Step::Judge(sql)
            }
            Next::Undecided(readings) => {
                self.ballot = None;
                self.drafted(Err(Error::Undecided { model: name.clone(), readings }), Source::Model(name))
            }
            Next::Said(error) => {
                self.ballot = None;
                self.drafted(Err(error), Source::Model(name))
            }
            Next::Fallen(draft, error) => {
                self.ballot = None;
                let (sql, can_help) = (draft.sql.clone(), error.is_repairable());
                self.judged = Some((draft, Source::Model(name)));
                // It is judged once more for what can be told of its names.
                if can_help { Step::Choose(sql) } else { self.refused(error, "") }
            }
        }
    }
}
