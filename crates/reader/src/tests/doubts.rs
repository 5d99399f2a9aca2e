//! Questions in which a word is easily taken for something else: each with the reading that stands, or none.

use crate::lattice::stored_values::NoValues;
use crate::tests::shop_fixture::{relation, snapshot};
use schema::Snapshot;

/// A theatre with its staff, and what is easily mixed up: rows that hold counts, the same name in several tables, tables
/// that only tie others together.
fn theatre() -> Snapshot {
    let mut hall = relation(
        "hall",
        &["hall_id integer!", "hall_name text!", "seats integer!", "floor_type text", "color_code text", "city text"],
        &["hall_id"],
        &[],
    );
    hall.columns[3].common_values = vec!["Parquet".into(), "Stone".into()];
    let color = relation("color", &["code text!", "color_description text"], &["code"], &[]);
    hall.foreign_keys = relation("x", &[], &[], &[("color_code", "color")]).foreign_keys;
    hall.foreign_keys[0].referenced = vec!["code".into()];
    let mut play = relation(
        "play",
        &["play_id integer!", "title text!", "play_description text", "hall_id integer!", "num_of_acts integer"],
        &["play_id"],
        &[("hall_id", "hall")],
    );
    play.foreign_keys[0].referenced = vec!["hall_id".into()];
    let mut visitor = relation(
        "visitor",
        &["id integer!", "first_name text!", "last_name text!", "city text", "age integer"],
        &["id"],
        &[],
    );
    visitor.columns[1].common_values = vec!["Linda".into()];
    let mut donor =
        relation("donor", &["id integer!", "visitor_id integer!", "city text"], &["id"], &[("visitor_id", "visitor")]);
    donor.columns[2].common_values = vec!["Oslo".into()];
    let entry = relation("entries_per_day", &["day text", "count integer"], &[], &[]);
    snapshot(vec![color, donor, entry, hall, play, visitor])
}

fn sql(question: &str) -> String {
    let read = crate::read(question, &theatre(), &NoValues, &crate::never).unwrap();
    read.map(|reading| reading.sql.replace('\n', " ")).unwrap_or_default()
}

#[test]
fn what_holds_counts_is_added_up_and_other_numbers_are_not_counted() {
    assert_eq!(
        sql("how many Stone seats are there"),
        "SELECT sum(seats) AS count FROM hall WHERE floor_type = 'Stone'"
    );
    assert!(!sql("how many different seats are there").contains("sum("));
    assert!(!sql("how many Linda ages are there").contains("count("));
}

#[test]
fn kinds_are_listed_once_and_what_tells_rows_apart_is_not() {
    assert_eq!(sql("show all floor types"), "SELECT DISTINCT floor_type FROM hall");
    assert!(!sql("show all hall names").contains("DISTINCT"));
    assert!(!sql("show the floor types of all halls").contains("DISTINCT"));
}

#[test]
fn the_first_name_is_no_superlative() {
    let listed = sql("show the city of the visitor with first name Linda");
    assert!(listed.contains("first_name = 'Linda'") && !listed.contains("LIMIT"), "{listed}");
    assert!(sql("the first 2 visitors by age").contains("LIMIT 2"));
}

#[test]
fn an_item_that_is_said_in_short_belongs_to_the_one_before() {
    assert_eq!(sql("what is the color code and description of the hall Parquet"), "");
    assert!(sql("what is the title and description of the play").contains("play_description"));
}

#[test]
fn a_place_is_that_of_the_rows_at_hand() {
    let listed = sql("first names of visitors in Oslo");
    assert!(listed.contains("city = 'Oslo'") && !listed.contains("donor"), "{listed}");
    assert!(sql("visitors who are donors in Oslo").contains("donor"));
}

#[test]
fn the_country_is_no_pronoun() {
    assert_eq!(sql("number of visitors from the US by city"), "");
    assert!(!sql("show us all visitors").is_empty());
}

#[test]
fn one_number_has_no_names_beside_it() {
    assert_eq!(sql("How many visitors are there? Give me the first name."), "");
    assert!(!sql("Which visitors are there? Give me the first name.").is_empty());
}

#[test]
fn an_article_begins_another_name() {
    assert!(!sql("count the number of plays the hall has").contains("FROM hall"));
}
