//! Whole ways through the state machine, with events made by hand.

use super::*;
use std::time::Duration;
use wire::{Message, Task, Usage};

fn remote(name: &str) -> Writer {
    Writer::Remote(name.to_owned())
}

fn prompt() -> Prompt {
    Prompt {
        task: Task::Statement { may_look: true },
        system: "s".to_owned(),
        messages: vec![Message::User("q".to_owned())],
    }
}

fn usage() -> Usage {
    Usage { input: Some(10), output: Some(2), ..Usage::default() }
}

fn draft(sql: &str) -> Draft {
    Draft { sql: sql.to_owned(), ..Draft::default() }
}

fn reply(proposal: Result<Proposal, Error>) -> Replied {
    Replied { proposal, usage: usage(), took: Duration::from_millis(7) }
}

fn drafted(sql: &str) -> Event {
    Event::Proposed(vec![reply(Ok(Proposal::Draft(draft(sql))))])
}

fn look(relation: &str) -> Event {
    Event::Proposed(vec![reply(Ok(Proposal::Look(vec![relation.to_owned()])))])
}

fn failed(error: Error) -> Event {
    Event::Proposed(vec![Replied::failed(error)])
}

/// Several drafts at once.
fn several(drafts: &[&str]) -> Event {
    Event::Proposed(drafts.iter().map(|sql| reply(Ok(Proposal::Draft(draft(sql))))).collect())
}

fn tried(sql: &str, result: Result<i64, Error>) -> Event {
    let rows = |value: i64| vec![vec![serde_json::Value::from(value)]];
    let tried =
        |value| Tried { rows: rows(value), is_cut: false, sorted_by: Vec::new(), reading: format!("reads {value}") };
    Event::Tried { sql: sql.to_owned(), result: result.map(tried) }
}

fn refused(error: Error) -> Event {
    Event::Refused { error, help: String::new() }
}

fn writes() -> Error {
    Error::Writes("DELETE".to_owned())
}

/// The start of an attempt where no pair asks the same.
fn untaught(attempt: &mut Attempt) -> Event {
    assert_eq!(attempt.next(Event::Started), Step::FindVerified);
    Event::Verified(None)
}

/// Brings an attempt to its first request to a remote model, where nothing was kept.
fn asked(attempt: &mut Attempt, event: Event) -> Step {
    let event = if matches!(event, Event::Started) { untaught(attempt) } else { event };
    assert_eq!(attempt.next(event), Step::WritePrompt);
    assert!(matches!(attempt.next(Event::PromptWritten(prompt())), Step::Recall(_)));
    attempt.next(Event::Recalled(None))
}

#[test]
fn the_builtin_model_alone_needs_no_prompt() {
    let mut attempt = Attempt::new(vec![Writer::Builtin], 3, 1);
    let event = untaught(&mut attempt);
    assert_eq!(attempt.next(event), Step::Read);
    assert_eq!(attempt.next(Event::Drafted(Ok(draft("SELECT 1")))), Step::Judge("SELECT 1".to_owned()));
    let Step::Done(answered) = attempt.next(Event::Stood(ResultShape::default())) else { panic!("not done") };
    assert_eq!((answered.source, answered.attempts, answered.calls.len()), (Source::Builtin, 1, 0));
}

#[test]
fn a_remote_draft_is_repaired_until_its_attempts_are_used_up() {
    let mut attempt = Attempt::new(vec![remote("m")], 2, 1);
    assert!(matches!(asked(&mut attempt, Event::Started), Step::Ask { model: 0, .. }));
    assert_eq!(attempt.next(drafted("DELETE 1")), Step::Judge("DELETE 1".to_owned()));
    let Step::Ask { prompt, .. } = attempt.next(refused(writes())) else { panic!("not asked again") };
    assert_eq!(prompt.messages.len(), 3, "the draft and the reason are told");
    attempt.next(drafted("DELETE 2"));
    let Step::Failed(Error::Draft { sql, attempt: at, of, .. }) = attempt.next(refused(writes())) else {
        panic!("not failed")
    };
    assert_eq!((sql.as_str(), at, of), ("DELETE 2", 2, 2));
}

#[test]
fn a_model_looks_at_more_twice_which_is_no_attempt() {
    let mut attempt = Attempt::new(vec![remote("m")], 1, 1);
    asked(&mut attempt, Event::Started);
    assert_eq!(attempt.next(look("a.b")), Step::Detail(vec!["a.b".to_owned()]));
    let Step::Ask { prompt, .. } = attempt.next(Event::Detailed("table a.b".to_owned())) else { panic!("not asked") };
    assert_eq!((prompt.messages.len(), prompt.task), (3, Task::Statement { may_look: true }));
    assert_eq!(prompt.messages[1], Message::Look(vec!["a.b".to_owned()]));
    attempt.next(look("a.c"));
    let Step::Ask { prompt, .. } = attempt.next(Event::Detailed("table a.c".to_owned())) else { panic!("not asked") };
    assert_eq!((prompt.messages.len(), prompt.task), (5, Task::Statement { may_look: false }));
    assert_eq!(attempt.next(drafted("SELECT 1")), Step::Judge("SELECT 1".to_owned()));
    let Step::Done(answered) = attempt.next(Event::Stood(ResultShape::default())) else { panic!("not done") };
    assert_eq!((answered.attempts, answered.calls.len()), (1, 3));
}

#[test]
fn what_no_draft_can_cure_ends_the_question() {
    let mut attempt = Attempt::new(vec![remote("m")], 3, 1);
    asked(&mut attempt, Event::Started);
    attempt.next(drafted("SELECT 1"));
    let canceled = Error::Server(crate::error::Failure { sqlstate: "57014".into(), ..Default::default() });
    assert!(matches!(attempt.next(refused(canceled)), Step::Failed(Error::Draft { .. })));
}

#[test]
fn a_kept_draft_is_judged_before_anybody_is_asked_and_forgotten_where_it_falls() {
    let mut attempt = Attempt::new(vec![remote("m")], 3, 1);
    let event = untaught(&mut attempt);
    attempt.next(event);
    attempt.next(Event::PromptWritten(prompt()));
    let kept = Kept { sql: "SELECT old".into(), model: "gpt".into() };
    assert_eq!(attempt.next(Event::Recalled(Some(kept))), Step::Judge("SELECT old".into()));
    let Step::Ask { prompt, .. } = attempt.next(refused(writes())) else { panic!("not asked") };
    assert_eq!(prompt.messages.len(), 1, "what fell was not this model's draft");
    attempt.next(drafted("SELECT new"));
    let Step::Done(answered) = attempt.next(Event::Stood(ResultShape::default())) else { panic!("not done") };
    assert_eq!((answered.source, answered.attempts), (Source::Model("m".to_owned()), 2));
}

#[test]
fn the_next_model_is_asked_where_one_does_not_know_or_its_draft_falls() {
    let silent =
        || Error::Silent { abstention: reader::Abstention::Ambiguous { readings: vec![] }, suggestions: vec![] };
    let mut attempt = Attempt::new(vec![Writer::Builtin, remote("m")], 3, 1);
    let event = untaught(&mut attempt);
    attempt.next(event);
    assert!(matches!(asked(&mut attempt, Event::Drafted(Err(silent()))), Step::Ask { model: 1, .. }));
    let late = Error::ModelTimedOut { model: "m".to_owned(), seconds: 1.0 };
    let Step::Failed(Error::ChainFailed { earlier, .. }) = attempt.next(failed(late)) else { panic!("not failed") };
    assert!(earlier[0].starts_with("builtin: "), "{earlier:?}");

    let mut attempt = Attempt::new(vec![Writer::Builtin, remote("m")], 3, 1);
    let event = untaught(&mut attempt);
    attempt.next(event);
    attempt.next(Event::Drafted(Ok(draft("SELECT 1"))));
    assert!(matches!(asked(&mut attempt, refused(writes())), Step::Ask { model: 1, .. }));
}

#[test]
fn every_call_is_counted_also_one_that_failed() {
    let late = Error::ModelTimedOut { model: "a".to_owned(), seconds: 1.0 };
    let mut attempt = Attempt::new(vec![remote("a"), remote("b")], 3, 1);
    asked(&mut attempt, Event::Started);
    assert!(matches!(attempt.next(failed(late)), Step::Ask { model: 1, .. }));
    attempt.next(drafted("SELECT 1"));
    let Step::Done(answered) = attempt.next(Event::Stood(ResultShape::default())) else { panic!("not done") };
    let calls: Vec<_> = answered.calls.iter().map(|call| (call.model.as_str(), call.failure.is_some())).collect();
    assert_eq!(calls, [("a", true), ("b", false)]);
    assert_eq!(answered.calls[1].usage, usage());
}

#[test]
fn a_chain_of_no_model_fails() {
    assert_eq!(Attempt::new(Vec::new(), 3, 1).next(Event::Started), Step::Failed(Error::NoModel));
}

fn verified(sql: &str) -> Event {
    let (by, on) = ("ada".to_owned(), "2026-11-21".to_owned());
    let (sql, question) = (sql.to_owned(), "taught".to_owned());
    Event::Verified(Some(Verified { id: 1, is_own: true, sql, by, on, question, note: None, corrected: Vec::new() }))
}

#[test]
fn a_verified_pair_answers_before_any_model() {
    let mut attempt = Attempt::new(vec![Writer::Builtin], 3, 1);
    attempt.next(Event::Started);
    let Step::Judge(sql) = attempt.next(verified("SELECT 1")) else { panic!("not judged") };
    assert_eq!(sql, "-- verified by ada on 2026-11-21: taught\nSELECT 1");
    let Step::Done(answered) = attempt.next(Event::Stood(ResultShape::default())) else { panic!("not done") };
    assert_eq!(answered.source, Source::Verified { by: "ada".to_owned(), on: "2026-11-21".to_owned() });
}

#[test]
fn a_pair_that_may_not_run_is_not_there_and_one_that_fails_is() {
    let mut attempt = Attempt::new(vec![Writer::Builtin], 3, 1);
    attempt.next(Event::Started);
    attempt.next(verified("SELECT 1"));
    assert_eq!(attempt.next(refused(writes())), Step::Read);
    let mut attempt = Attempt::new(vec![Writer::Builtin], 3, 1);
    attempt.next(Event::Started);
    attempt.next(verified("SELECT 1"));
    let slow = Error::QueryTimedOut { milliseconds: 5 };
    assert_eq!(attempt.next(refused(slow.clone())), Step::Failed(slow));
}

#[test]
fn a_model_whose_drafts_do_not_stand_hands_over_with_what_was_tried() {
    let mut attempt = Attempt::new(vec![remote("small"), remote("large")], 1, 1);
    asked(&mut attempt, Event::Started);
    attempt.next(drafted("DELETE 1"));
    let Step::Ask { model: 1, prompt, .. } = attempt.next(refused(writes())) else { panic!("not handed over") };
    assert_eq!(prompt.messages.len(), 3, "the draft and the reason are told");
    attempt.next(drafted("DELETE 2"));
    let Step::Failed(Error::ChainFailed { last, earlier }) = attempt.next(refused(writes())) else {
        panic!("not failed")
    };
    assert!(matches!(*last, Error::Draft { attempt: 1, of: 1, .. }));
    assert!(earlier[0].starts_with("small: "), "{earlier:?}");
}

#[test]
fn a_question_back_is_for_the_next_model_and_else_for_whoever_asked() {
    let asks = || Error::Clarify { model: "small".to_owned(), question: "which year?".to_owned() };
    let mut attempt = Attempt::new(vec![remote("small"), remote("large")], 3, 1);
    asked(&mut attempt, Event::Started);
    let Step::Ask { model: 1, prompt, .. } = attempt.next(failed(asks())) else { panic!("not handed over") };
    assert!(matches!(prompt.messages.last(), Some(Message::User(text)) if text.contains("which year?")));
    attempt.next(drafted("SELECT 1"));
    assert!(matches!(attempt.next(Event::Stood(ResultShape::default())), Step::Done(_)));
    // A large model that can't be reached leaves the small one's question.
    let mut attempt = Attempt::new(vec![remote("small"), remote("large")], 3, 1);
    asked(&mut attempt, Event::Started);
    attempt.next(failed(asks()));
    let late = Error::ModelTimedOut { model: "large".to_owned(), seconds: 1.0 };
    assert_eq!(attempt.next(failed(late)), Step::Failed(asks()));
}

/// Brings an attempt with several drafts at once to its first request.
fn asked_for_several(chain: Vec<Writer>, max_attempts: u32) -> Attempt {
    let mut attempt = Attempt::new(chain, max_attempts, 3);
    assert!(matches!(asked(&mut attempt, Event::Started), Step::Ask { drafts: 3, .. }));
    attempt
}

#[test]
fn the_result_of_most_drafts_answers() {
    let mut attempt = asked_for_several(vec![remote("m")], 3);
    assert_eq!(attempt.next(several(&["SELECT a", "SELECT b", "SELECT c"])), Step::Try("SELECT a".to_owned()));
    assert_eq!(attempt.next(tried("SELECT a", Ok(1))), Step::Try("SELECT b".to_owned()));
    assert_eq!(attempt.next(tried("SELECT b", Ok(2))), Step::Try("SELECT c".to_owned()));
    assert_eq!(attempt.next(tried("SELECT c", Ok(2))), Step::Choose("SELECT b".to_owned()));
    let Step::Done(answered) = attempt.next(Event::Stood(ResultShape::default())) else { panic!("not done") };
    assert_eq!((answered.attempts, answered.calls.len()), (3, 3));
    assert_eq!(answered.notes, ["2 of 3 drafts of model \"m\" agree on this answer"]);
}

#[test]
fn where_none_of_several_drafts_stands_one_is_mended() {
    let mut attempt = asked_for_several(vec![remote("m")], 2);
    attempt.next(several(&["DELETE a", "DELETE b"]));
    assert_eq!(attempt.next(tried("DELETE a", Err(writes()))), Step::Try("DELETE b".to_owned()));
    assert_eq!(attempt.next(tried("DELETE b", Err(writes()))), Step::Choose("DELETE a".to_owned()));
    let Step::Ask { drafts: 1, prompt, .. } = attempt.next(refused(writes())) else { panic!("not mended") };
    assert!(matches!(&prompt.messages[1], Message::Assistant(sql) if sql == "DELETE a"));
    attempt.next(drafted("DELETE c"));
    assert!(matches!(attempt.next(refused(writes())), Step::Failed(Error::Draft { attempt: 2, of: 2, .. })));
    // What all wrote is not tried apart, and mended like a single draft.
    let mut attempt = asked_for_several(vec![remote("m")], 2);
    assert_eq!(attempt.next(several(&["DELETE a"; 3])), Step::Judge("DELETE a".to_owned()));
    assert!(matches!(attempt.next(refused(writes())), Step::Ask { drafts: 1, .. }));
}

#[test]
fn drafts_that_do_not_agree_are_a_question_back() {
    let mut attempt = asked_for_several(vec![remote("small"), remote("large")], 1);
    attempt.next(several(&["SELECT a", "SELECT b"]));
    attempt.next(tried("SELECT a", Ok(1)));
    let Step::Ask { model: 1, prompt, drafts: 3 } = attempt.next(tried("SELECT b", Ok(2))) else {
        panic!("not handed over")
    };
    assert!(matches!(prompt.messages.last(), Some(Message::User(text)) if text.contains("1. reads 1 2. reads 2")));
    attempt.next(several(&["SELECT c", "SELECT d"]));
    attempt.next(tried("SELECT c", Ok(3)));
    let Step::Failed(Error::ChainFailed { last, .. }) = attempt.next(tried("SELECT d", Ok(4))) else {
        panic!("not failed")
    };
    let readings = vec!["reads 3".to_owned(), "reads 4".to_owned()];
    assert_eq!(*last, Error::Undecided { model: "large".to_owned(), readings });
}

#[test]
fn a_look_of_some_is_not_needed_where_others_have_a_draft() {
    let look = || reply(Ok(Proposal::Look(vec!["a.b".to_owned()])));
    let mut attempt = asked_for_several(vec![remote("m")], 1);
    let step = attempt.next(Event::Proposed(vec![look(), reply(Ok(Proposal::Draft(draft("SELECT 1"))))]));
    assert_eq!(step, Step::Judge("SELECT 1".to_owned()));
    let mut attempt = asked_for_several(vec![remote("m")], 1);
    let step = attempt.next(Event::Proposed(vec![look(), look(), Replied::failed(writes())]));
    assert_eq!(step, Step::Detail(vec!["a.b".to_owned()]));
    assert!(matches!(attempt.next(Event::Detailed(String::new())), Step::Ask { drafts: 3, .. }));
}
