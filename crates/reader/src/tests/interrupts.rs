//! A reading ends as soon as its caller says so, and asks often enough to be told.

use crate::lattice::stored_values::{Match, NoValues, ValueLookup};
use crate::tests::shop_fixture::shop;
use crate::{Interrupted, never, read};
use std::cell::Cell;

/// A check that says no after so many calls, and counts them.
fn calls(question: &str, allowed: usize) -> (bool, usize) {
    let calls = Cell::new(0);
    let interrupt = || {
        calls.set(calls.get() + 1);
        if calls.get() > allowed { Err(Interrupted) } else { Ok(()) }
    };
    let result = read(question, &shop(), &NoValues, &interrupt);
    (result.is_err(), calls.get())
}

#[test]
fn a_reading_ends_at_the_first_interrupt_wherever_it_is() {
    for question in ["top 5 customers by revenue", "how many custmers are from Berlin"] {
        let (interrupted, all) = calls(question, usize::MAX);
        assert!(!interrupted);
        assert!(all > 50, "{question}: asked only {all} times");
        for allowed in (0..all).step_by(1 + all / 200) {
            assert_eq!(calls(question, allowed), (true, allowed + 1), "{question}");
        }
    }
}

#[test]
fn a_long_search_asks_while_it_goes_on() {
    let (_, short) = calls("customers", usize::MAX);
    let (_, long) = calls(&"customers from Berlin or Hamburg with orders and ".repeat(8), usize::MAX);
    assert!(long > 2 * short, "{short} {long}");
}

#[test]
fn an_interrupted_look_up_ends_the_reading() {
    struct Cancelled;
    impl ValueLookup for Cancelled {
        fn find(&self, _: &[String]) -> Result<Vec<Match>, Interrupted> {
            Err(Interrupted)
        }
    }
    assert_eq!(read("customers from Atlantis", &shop(), &Cancelled, &never), Err(Interrupted));
}
