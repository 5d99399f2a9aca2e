//! Schemas whose owner wants the questions of others to take long: legal, and as large as the extension reads them.

use std::cell::Cell;

use crate::bounds::MOST_MEANINGS;
use crate::lattice::Lattice;
use crate::stored_values::NoValues;
use crate::tests::shop_fixture::{relation, shop};
use crate::{Interrupted, Prepared, never};
use schema::{Relation, Snapshot};

/// The most columns a table has.
const WIDE: usize = 1_600;

/// The shop beside these tables.
fn beside_the_shop(tables: Vec<Relation>) -> Snapshot {
    let mut shop = shop();
    shop.relations.edit(|all| all.splice(0..0, tables).for_each(drop));
    shop
}

fn wide(tables: usize, column: impl Fn(usize) -> String) -> Vec<Relation> {
    let specs: Vec<String> = (0..WIDE).map(column).collect();
    let specs: Vec<&str> = specs.iter().map(String::as_str).collect();
    (0..tables).map(|number| relation(&format!("w{number}"), &specs, &[], &[])).collect()
}

fn with_labels(mut tables: Vec<Relation>, labels: &[String]) -> Vec<Relation> {
    tables.iter_mut().flat_map(|table| &mut table.columns).for_each(|column| column.labels = labels.to_vec());
    tables
}

/// Each column has 200 labels that are one word but for punctuation.
fn labels_of_one_word(tables: usize) -> Vec<Relation> {
    let marks: Vec<char> = "-.'_~!+/:;=^|)(*?#%&@,".chars().collect();
    let place = |at: usize| ("Football".split_at(1 + at % 7), marks[at / 7 % marks.len()], marks[at / 154]);
    let spelled = |((one, two), mark, other): ((&str, &str), char, char)| format!("{one}{mark}{other}{two}");
    let labels: Vec<String> = (0..200).map(|at| spelled(place(at))).collect();
    with_labels(wide(tables, |at| format!("c{at} order_status")), &labels)
}

/// Each column is meant at each of twelve ends.
fn words_of_one_letter(tables: usize) -> Vec<Relation> {
    wide(tables, |at| format!("b_d_e_f_g_h_j_k_l_n_o_q_{at} integer"))
}

/// All columns have one name, but for words that say nothing, and a value that ends in it.
fn values_that_end_in_a_column(tables: usize) -> Vec<Relation> {
    let stops = ["of", "the", "and", "in", "for", "to", "by", "per", "from"];
    let county = |at: usize| {
        let word = |place: u32| stops[at / 9_usize.pow(place) % 9];
        format!("{}_{}_{}_{}_county integer", word(3), word(2), word(1), word(0))
    };
    let labels = ["Sonoma".to_owned(), "Sonoma County".to_owned()];
    let stored = with_labels(wide(tables, |at| format!("z{at} order_status")), &labels);
    let stored = stored.into_iter().map(|table| Relation { name: format!("{}_z", table.name), ..table });
    wide(tables, county).into_iter().chain(stored).collect()
}

/// Tables that are all called alike, with keys that may mean each of them.
fn look_alikes(tables: usize) -> Vec<Relation> {
    let of = |number: usize| {
        let name = format!("order_item_{number}");
        relation(&name, &["id integer!", "order_item_id integer", "name text", "item_name text"], &["id"], &[])
    };
    (0..tables).map(of).collect()
}

/// Each with a question that means as much as can be.
fn hostile() -> Vec<(&'static str, Snapshot, &'static str)> {
    vec![
        ("labels", beside_the_shop(labels_of_one_word(2)), "how many orders of Football"),
        ("letters", beside_the_shop(words_of_one_letter(3)), "how many orders with b d e f g h j k l n o q"),
        ("endings", beside_the_shop(values_that_end_in_a_column(2)), "how many orders in Sonoma County"),
        ("alike", beside_the_shop(look_alikes(3_000)), "order item names of order items by order item id"),
    ]
}

#[test]
fn a_word_means_a_bounded_number_of_things() {
    for (name, snapshot, question) in hostile() {
        let prepared = Prepared::new(&snapshot, &never).unwrap();
        let reader = prepared.reader(&never);
        let words = words::split(question, 80);
        let lattice = Lattice::new(question, words, &reader.schema, reader.names, &NoValues).unwrap();
        let cells = || (0..lattice.len()).map(|at| lattice.cell(at));
        let most = cells().map(|cell| cell.columns.len().max(cell.values.len()).max(cell.relations.len())).max();
        assert!(most.unwrap() <= 2 * MOST_MEANINGS, "{name}: {most:?}");
        assert!(most.unwrap() >= MOST_MEANINGS, "{name} is not hostile: {most:?}");
    }
}

/// How often a reading looks for interrupts, up to where it is ended.
fn looks(snapshot: &Snapshot, question: &str, most: usize) -> (bool, usize) {
    let looks = Cell::new(0);
    let interrupt = || {
        looks.set(looks.get() + 1);
        if looks.get() > most { Err(Interrupted) } else { Ok(()) }
    };
    let prepared = Prepared::new(snapshot, &never).unwrap();
    let read = prepared.reader(&interrupt).read(question, &NoValues);
    (read.is_err(), looks.get())
}

/// Between two looks is the work of one column, or of one meaning and those it is compared with.
#[test]
fn a_reading_looks_for_interrupts_at_each_column_and_meaning() {
    const MOST: usize = 60_000;
    for (name, snapshot, question) in hostile() {
        let columns: usize = snapshot.relations.iter().map(|relation| relation.columns.len()).sum();
        let (ended, looks) = looks(&snapshot, question, MOST);
        assert!(looks >= columns, "{name}: {looks} looks at {columns} columns");
        assert!(!ended || looks == MOST + 1, "{name}: {looks} looks");
    }
}

#[test]
fn names_of_a_stranger_change_no_answer_beside_them() {
    let alone = crate::read("revenue by category", &shop(), &NoValues, &never).unwrap().unwrap();
    for (name, snapshot, _) in hostile() {
        let beside = crate::read("revenue by category", &snapshot, &NoValues, &never).unwrap().unwrap();
        assert_eq!(beside.sql, alone.sql, "{name}");
    }
}
