//! A directory that is kept true by changes is the one that would be built anew.

mod common;

use common::{Draw, ask_with, directory, drawn};
use linking::{Context, Directory, Options, Relation};
use std::collections::BTreeMap;

const QUESTIONS: [&str; 7] = [
    "orders of customers in Berlin",
    "price and quantity of each product",
    "employees hired by department",
    "customer address and ship date",
    "data base status",
    "total payments per store and region",
    "ticker prices of clients",
];

fn assert_same(changed: &mut Directory, catalog: &BTreeMap<u32, Relation>, step: &str) {
    let relations: Vec<Relation> = catalog.values().cloned().collect();
    let mut built = directory(&relations);
    let options = Options::default();
    let context = Context { explained: 20, ..Context::new(&options) };
    assert_eq!(changed.len(), built.len(), "{step}");
    for question in QUESTIONS {
        let wanted = ask_with(question, &mut built, &context);
        assert_eq!(ask_with(question, changed, &context), wanted, "{question} {step}");
    }
}

#[test]
fn any_changes_in_any_order_equal_a_rebuild() {
    for seed in 0..8 {
        let mut draw = Draw(seed);
        let mut catalog = BTreeMap::new();
        let mut changed = Directory::default();
        for step in 0..120 {
            let oid = u32::try_from(draw.below(60)).expect("small");
            if draw.below(3) == 0 {
                assert_eq!(changed.remove(oid), catalog.remove(&oid).is_some());
            } else {
                let relation = drawn(oid, &mut draw);
                changed.upsert(&relation);
                catalog.insert(oid, relation);
            }
            if step % 20 == 19 {
                assert_same(&mut changed, &catalog, &format!("seed {seed} step {step}"));
            }
        }
        for oid in 0..60 {
            changed.remove(oid);
        }
        assert!(changed.is_empty());
        assert_same(&mut changed, &BTreeMap::new(), "emptied");
    }
}

/// In the middle of its changes, an index is written and read, and goes on as it would have.
#[test]
fn what_was_written_and_read_is_kept_true_as_well() {
    let mut draw = Draw(9);
    let mut catalog = BTreeMap::new();
    let mut changed = Directory::default();
    for step in 0..120 {
        let oid = u32::try_from(draw.below(60)).expect("small");
        if draw.below(3) == 0 {
            assert_eq!(changed.remove(oid), catalog.remove(&oid).is_some());
        } else {
            let relation = drawn(oid, &mut draw);
            changed.upsert(&relation);
            catalog.insert(oid, relation);
        }
        if step % 15 == 14 {
            let bytes = postcard::to_stdvec(&changed).expect("written");
            changed = postcard::from_bytes(&bytes).expect("read");
            assert_same(&mut changed, &catalog, &format!("step {step}"));
            assert!(postcard::from_bytes::<Directory>(&bytes[..bytes.len() / 2]).is_err(), "half of it is none");
        }
    }
}

#[test]
fn names_are_told_and_usage_changes_in_place() {
    let mut draw = Draw(3);
    let mut relation = drawn(7, &mut draw);
    let mut changed = directory(std::slice::from_ref(&relation));
    let (schema, name, columns) = changed.names(7).expect("known");
    assert_eq!((schema, name), (relation.schema.as_str(), relation.name.as_str()));
    assert!(columns.eq(relation.columns.iter().map(|column| column.name.as_str())));
    assert!(changed.names(8).is_none() && !changed.contains(8));
    relation.usage.reads = 77;
    changed.set_usage(7, relation.usage);
    assert_same(&mut changed, &BTreeMap::from([(7, relation)]), "after new statistics");
}

#[test]
fn memory_is_bounded() {
    let mut draw = Draw(1);
    let mut relations = Vec::new();
    for oid in 0..600 {
        let mut relation = drawn(oid, &mut draw);
        relation.name = format!("{}_{}", relation.name, draw.below(500));
        let columns = (0..10).map(|_| drawn(0, &mut draw).columns[0].clone());
        relation.columns = columns.collect();
        relations.push(relation);
    }
    let mut built = directory(&relations);
    // Ten columns each, many with comments and labels.
    let bytes = built.bytes();
    assert!(bytes < 600 * 1400, "{bytes}");
    // What comes and goes leaves nothing for ever, not even its words.
    let letters = |mut number: u32| {
        let mut text = String::new();
        while number > 0 {
            text.push(char::from(b'a' + u8::try_from(number % 26).expect("a letter")));
            number /= 26;
        }
        text
    };
    for round in 0..8 {
        for oid in 10_000..10_600 {
            let mut relation = drawn(oid, &mut draw);
            relation.name = letters(1_000_000 + round * 1000 + oid);
            relation.comment = Some(letters(3_000_000 + round * 1000 + oid));
            built.upsert(&relation);
        }
        (10_000..10_600).for_each(|oid| assert!(built.remove(oid)));
        built.refresh(&mut common::go_on).expect("never interrupted");
    }
    assert!(built.bytes() < bytes * 2, "{} after {bytes}", built.bytes());
}
