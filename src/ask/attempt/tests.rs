//! Whole ways through the state machine, with events made by hand.

use super::*;
use wire::{Message, Task};

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

fn drafted(sql: &str) -> Event {
    Event::Proposed { proposal: Ok(Proposal::Draft(draft(sql))), usage: usage(), took: Duration::from_millis(7) }
}

fn look(relation: &str) -> Event {
    let proposal = Ok(Proposal::Look(vec![relation.to_owned()]));
    Event::Proposed { proposal, usage: usage(), took: Duration::from_millis(7) }
}

fn failed(error: Error) -> Event {
    Event::Proposed { proposal: Err(error), usage: Usage::default(), took: Duration::ZERO }
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
    let mut attempt = Attempt::new(vec![Writer::Builtin], 3);
    let event = untaught(&mut attempt);
    assert_eq!(attempt.next(event), Step::Read);
    assert_eq!(attempt.next(Event::Drafted(Ok(draft("SELECT 1")))), Step::Judge("SELECT 1".to_owned()));
    let Step::Done(answered) = attempt.next(Event::Stood(ResultShape::default())) else { panic!("not done") };
    assert_eq!((answered.source, answered.attempts, answered.calls.len()), (Source::Builtin, 1, 0));
}

#[test]
fn a_remote_draft_is_repaired_until_its_attempts_are_used_up() {
    let mut attempt = Attempt::new(vec![remote("m")], 2);
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
    let mut attempt = Attempt::new(vec![remote("m")], 1);
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
    let mut attempt = Attempt::new(vec![remote("m")], 3);
    asked(&mut attempt, Event::Started);
    attempt.next(drafted("SELECT 1"));
    let canceled = Error::Server(crate::error::Failure { sqlstate: "57014".into(), ..Default::default() });
    assert!(matches!(attempt.next(refused(canceled)), Step::Failed(Error::Draft { .. })));
}

#[test]
fn a_kept_draft_is_judged_before_anybody_is_asked_and_forgotten_where_it_falls() {
    let mut attempt = Attempt::new(vec![remote("m")], 3);
    let event = untaught(&mut attempt);
    attempt.next(event);
    attempt.next(Event::PromptWritten(prompt()));
    assert_eq!(attempt.next(Event::Recalled(Some("SELECT old".into()))), Step::Judge("SELECT old".into()));
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
    let mut attempt = Attempt::new(vec![Writer::Builtin, remote("m")], 3);
    let event = untaught(&mut attempt);
    attempt.next(event);
    assert!(matches!(asked(&mut attempt, Event::Drafted(Err(silent()))), Step::Ask { model: 1, .. }));
    let late = Error::ModelTimedOut { model: "m".to_owned(), seconds: 1.0 };
    let Step::Failed(Error::ChainFailed { earlier, .. }) = attempt.next(failed(late)) else { panic!("not failed") };
    assert!(earlier[0].starts_with("builtin: "), "{earlier:?}");

    let mut attempt = Attempt::new(vec![Writer::Builtin, remote("m")], 3);
    let event = untaught(&mut attempt);
    attempt.next(event);
    attempt.next(Event::Drafted(Ok(draft("SELECT 1"))));
    assert!(matches!(asked(&mut attempt, refused(writes())), Step::Ask { model: 1, .. }));
}

#[test]
fn every_call_is_counted_also_one_that_failed() {
    let late = Error::ModelTimedOut { model: "a".to_owned(), seconds: 1.0 };
    let mut attempt = Attempt::new(vec![remote("a"), remote("b")], 3);
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
    assert_eq!(Attempt::new(Vec::new(), 3).next(Event::Started), Step::Failed(Error::NoModel));
}

fn verified(sql: &str) -> Event {
    let (by, on) = ("ada".to_owned(), "2026-11-21".to_owned());
    let (sql, question) = (sql.to_owned(), "taught".to_owned());
    Event::Verified(Some(Verified { id: 1, is_own: true, sql, by, on, question, note: None, corrected: Vec::new() }))
}

#[test]
fn a_verified_pair_answers_before_any_model() {
    let mut attempt = Attempt::new(vec![Writer::Builtin], 3);
    attempt.next(Event::Started);
    let Step::Judge(sql) = attempt.next(verified("SELECT 1")) else { panic!("not judged") };
    assert_eq!(sql, "-- verified by ada on 2026-11-21: taught\nSELECT 1");
    let Step::Done(answered) = attempt.next(Event::Stood(ResultShape::default())) else { panic!("not done") };
    assert_eq!(answered.source, Source::Verified { by: "ada".to_owned(), on: "2026-11-21".to_owned() });
}

#[test]
fn a_pair_that_may_not_run_is_not_there_and_one_that_fails_is() {
    let mut attempt = Attempt::new(vec![Writer::Builtin], 3);
    attempt.next(Event::Started);
    attempt.next(verified("SELECT 1"));
    assert_eq!(attempt.next(refused(writes())), Step::Read);
    let mut attempt = Attempt::new(vec![Writer::Builtin], 3);
    attempt.next(Event::Started);
    attempt.next(verified("SELECT 1"));
    let slow = Error::QueryTimedOut { milliseconds: 5 };
    assert_eq!(attempt.next(refused(slow.clone())), Step::Failed(slow));
}
