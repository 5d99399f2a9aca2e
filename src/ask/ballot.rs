//! Which of several drafts of one model answers: the one on whose result most of them agree.
//!
//! It touches nothing: it says which draft has to be tried next, and takes in what came of it. Drafts of the same text are one, with
//! as many votes, and no more is tried than decides.

use crate::error::Error;
use crate::model::Draft;
use serde_json::Value;

/// What a draft gave that was let run.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    pub rows: Vec<Vec<Value>>,
    /// There were more rows than are compared.
    pub is_cut: bool,
    /// The columns of the rows that it sorts by.
    pub sorted_by: Vec<usize>,
    /// What the statement does, in plain words on one line.
    pub reading: String,
}

/// The drafts of one model for one prompt, and what else it replied.
#[derive(Debug)]
pub struct Ballot {
    candidates: Vec<Candidate>,
    /// What was said in place of a draft.
    said: Vec<Error>,
    /// Replies that count: drafts, questions back and refusals.
    replies: u32,
}

#[derive(Debug)]
struct Candidate {
    draft: Draft,
    votes: u32,
    tried: Option<Result<Tried, Error>>,
}

/// What is next.
#[derive(Debug, PartialEq)]
pub enum Next {
    /// To run this draft, and tell by [`Ballot::take`] what came of it.
    Try(String),
    /// This draft has most votes. It may not stand, where it was not tried: [`Ballot::take`].
    Choose { draft: Draft, was_tried: bool, agree: u32, of: u32 },
    /// As many votes for one result as for another: the readings.
    Undecided(Vec<String>),
    /// No draft stands: the one that most wrote, and why it does not.
    Fallen(Draft, Error),
    /// More replies say this than agree on any result.
    Said(Error),
}

impl Ballot {
    pub fn new(drafts: Vec<Draft>, said: Vec<Error>) -> Self {
        let mut candidates: Vec<Candidate> = Vec::new();
        for draft in drafts {
            match candidates.iter_mut().find(|known| known.draft.sql == draft.sql) {
                Some(known) => known.votes += 1,
                None => candidates.push(Candidate { draft, votes: 1, tried: None }),
            }
        }
        // The sort keeps the order of those with as many votes.
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.votes));
        let drafts: u32 = candidates.iter().map(|candidate| candidate.votes).sum();
        let replies = drafts + said.iter().filter(|error| is_vote(error)).map(|_| 1).sum::<u32>();
        Self { candidates, said, replies }
    }

    /// Takes in what came of a draft that was run.
    pub fn take(&mut self, sql: &str, tried: Result<Tried, Error>) {
        if let Some(candidate) = self.candidates.iter_mut().find(|candidate| candidate.draft.sql == sql) {
            candidate.tried = Some(tried);
        }
    }

    pub fn next(&self) -> Next {
        let said = self.most_said();
        // What more than half of the replies wrote is not held against the others.
        let first_untried = self.candidates.iter().find(|candidate| candidate.tried.is_none());
        if let Some(first) = first_untried.filter(|first| 2 * first.votes > self.replies) {
            return self.choose(first, first.votes);
        }
        let groups = self.groups();
        let untried: u32 = self.candidates.iter().filter(|one| one.tried.is_none()).map(|one| one.votes).sum();
        let votes = |at: usize| groups.get(at).map_or(0, |group| group.votes);
        let is_decided = votes(0) > votes(1) + untried && votes(0) >= said.map_or(0, |(_, votes)| votes);
        if let Some(untried) = first_untried.filter(|_| !is_decided) {
            return Next::Try(untried.draft.sql.clone());
        }
        match (groups.as_slice(), said) {
            (groups, Some((error, said))) if said > groups.first().map_or(0, |group| group.votes) => {
                Next::Said(error.clone())
            }
            ([], _) => self.fallen(),
            ([first, second, ..], _) if first.votes == second.votes => {
                let tied = groups.iter().filter(|group| group.votes == first.votes);
                Next::Undecided(tied.map(|group| group.reading()).collect())
            }
            ([first, ..], _) => self.choose(first.candidate, first.votes),
        }
    }

    fn choose(&self, candidate: &Candidate, agree: u32) -> Next {
        let (draft, was_tried) = (candidate.draft.clone(), candidate.tried.is_some());
        Next::Choose { draft, was_tried, agree, of: self.replies }
    }

    /// Where no draft stands; one whose failure another draft may cure is told before others.
    fn fallen(&self) -> Next {
        let failed = || self.candidates.iter().filter_map(|one| Some((one, one.tried.as_ref()?.as_ref().err()?)));
        let told = failed().find(|(_, error)| error.is_repairable()).or_else(|| failed().next());
        match (told, self.said.first()) {
            (Some((candidate, error)), _) => Next::Fallen(candidate.draft.clone(), error.clone()),
            (None, Some(error)) => Next::Said(error.clone()),
            (None, None) => Next::Said(Error::internal("a model was asked for several drafts and gave no reply")),
        }
    }

    /// The drafts that stand, by their results, those with most votes first.
    fn groups(&self) -> Vec<Group<'_>> {
        let mut groups: Vec<Group> = Vec::new();
        for candidate in &self.candidates {
            let Some(Ok(tried)) = &candidate.tried else { continue };
            match groups.iter_mut().find(|group| same(group.tried, tried)) {
                Some(group) => group.votes += candidate.votes,
                None => groups.push(Group { candidate, tried, votes: candidate.votes }),
            }
        }
        groups.sort_by_key(|group| std::cmp::Reverse(group.votes));
        groups
    }

    /// What most of the replies without a draft say, and how many.
    fn most_said(&self) -> Option<(&Error, u32)> {
        let count = |is_one: fn(&Error) -> bool| {
            let of: Vec<&Error> = self.said.iter().filter(|error| is_one(error)).collect();
            Some((*of.first()?, u32::try_from(of.len()).ok()?))
        };
        let (asking, declining) = (count(Error::asks_back), count(|error| matches!(error, Error::Declined { .. })));
        match (asking, declining) {
            (Some(asking), Some(declining)) if declining.1 > asking.1 => Some(declining),
            (asking, declining) => asking.or(declining),
        }
    }
}

/// A reply that says something of the question; that a call failed says nothing.
fn is_vote(error: &Error) -> bool {
    error.asks_back() || matches!(error, Error::Declined { .. })
}

/// Drafts with the same result.
struct Group<'b> {
    /// The first of them.
    candidate: &'b Candidate,
    tried: &'b Tried,
    votes: u32,
}

impl Group<'_> {
    fn reading(&self) -> String {
        self.tried.reading.clone()
    }
}

/// The same answer: in the same order only where both statements sort.
fn same(one: &Tried, other: &Tried) -> bool {
    let sorted_by = if other.sorted_by.is_empty() { &[] } else { one.sorted_by.as_slice() };
    one.is_cut == other.is_cut && pairs::same_answer(&one.rows, &other.rows, sorted_by)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ballot(drafts: &[&str], said: &[Error]) -> Ballot {
        let draft = |sql: &&str| Draft { sql: (*sql).to_owned(), ..Draft::default() };
        Ballot::new(drafts.iter().map(draft).collect(), said.to_vec())
    }

    fn gives(value: i64) -> Result<Tried, Error> {
        let rows = vec![vec![Value::from(value)]];
        Ok(Tried { rows, is_cut: false, sorted_by: Vec::new(), reading: format!("reads {value}") })
    }

    fn sorted(values: &[i64], by: &[usize]) -> Result<Tried, Error> {
        let rows = values.iter().map(|value| vec![Value::from(*value)]).collect();
        Ok(Tried { rows, is_cut: false, sorted_by: by.to_vec(), reading: format!("reads {values:?}") })
    }

    fn falls() -> Result<Tried, Error> {
        Err(Error::Writes("DELETE".to_owned()))
    }

    fn asks() -> Error {
        Error::Clarify { model: "m".to_owned(), question: "which year?".to_owned() }
    }

    /// Tries what the ballot wants tried, and says what it decides.
    fn decided(mut ballot: Ballot, results: &[(&str, Result<Tried, Error>)]) -> Next {
        loop {
            let sql = match ballot.next() {
                Next::Try(sql) => sql,
                next => return next,
            };
            let result = results.iter().find(|(known, _)| *known == sql).expect("a result").1.clone();
            ballot.take(&sql, result);
        }
    }

    fn chosen(next: Next) -> (String, bool, u32, u32) {
        match next {
            Next::Choose { draft, was_tried, agree, of } => (draft.sql, was_tried, agree, of),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_most_replies_wrote_is_tried_against_nothing() {
        assert_eq!(chosen(ballot(&["b", "a", "a"], &[]).next()), ("a".to_owned(), false, 2, 3));
        let mut fallen = ballot(&["b", "a", "a"], &[]);
        fallen.take("a", falls());
        assert_eq!(fallen.next(), Next::Try("b".to_owned()), "it did not stand");
    }

    #[test]
    fn most_of_those_that_give_the_same_win() {
        let results = [("a", gives(1)), ("b", gives(2)), ("c", gives(2))];
        assert_eq!(chosen(decided(ballot(&["a", "b", "c"], &[]), &results)), ("b".to_owned(), true, 2, 3));
        let results = [("a", falls()), ("b", gives(2)), ("c", falls())];
        assert_eq!(chosen(decided(ballot(&["a", "b", "c"], &[]), &results)), ("b".to_owned(), true, 1, 3));
    }

    #[test]
    fn no_more_is_tried_than_decides() {
        let mut ballot = ballot(&["a", "b", "c"], &[]);
        ballot.take("a", gives(1));
        ballot.take("b", gives(1));
        assert_eq!(chosen(ballot.next()), ("a".to_owned(), true, 2, 3));
    }

    #[test]
    fn a_tie_shows_the_readings() {
        let results = [("a", gives(1)), ("b", gives(2)), ("c", falls())];
        let tie = Next::Undecided(vec!["reads 1".to_owned(), "reads 2".to_owned()]);
        assert_eq!(decided(ballot(&["a", "b", "c"], &[]), &results), tie);
    }

    #[test]
    fn order_counts_where_both_sort() {
        let results = [("a", sorted(&[1, 2], &[0])), ("b", sorted(&[2, 1], &[0]))];
        assert!(matches!(decided(ballot(&["a", "b"], &[]), &results), Next::Undecided(_)));
        let results = [("a", sorted(&[1, 2], &[0])), ("b", sorted(&[2, 1], &[]))];
        assert_eq!(chosen(decided(ballot(&["a", "b"], &[]), &results)).0, "a");
    }

    #[test]
    fn more_questions_back_than_equal_answers_are_the_reply() {
        assert_eq!(decided(ballot(&["a"], &[asks(), asks()]), &[("a", gives(1))]), Next::Said(asks()));
        assert_eq!(chosen(decided(ballot(&["a"], &[asks()]), &[("a", gives(1))])).0, "a");
        assert_eq!(ballot(&[], &[asks()]).next(), Next::Said(asks()));
        let late = Error::ModelTimedOut { model: "m".to_owned(), seconds: 1.0 };
        assert_eq!(chosen(ballot(&["a"], &[late.clone(), late.clone()]).next()), ("a".to_owned(), false, 1, 1));
        assert_eq!(ballot(&[], &[late.clone(), late.clone()]).next(), Next::Said(late));
    }

    #[test]
    fn where_none_stands_one_that_can_be_mended_is_told() {
        let slow = || Err(Error::QueryTimedOut { milliseconds: 1 });
        let next = decided(ballot(&["a", "b"], &[]), &[("a", slow()), ("b", falls())]);
        assert!(matches!(next, Next::Fallen(draft, Error::Writes(_)) if draft.sql == "b"));
    }
}
