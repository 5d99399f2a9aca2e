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

/// A county with what hangs together over something else: budgets and endowments of schools, employees of departments and
/// their managers, events of parties.
fn county() -> Snapshot {
    let referring = |name: &str, columns: &[&str], key: &str, to: (&str, &str)| {
        let mut made = relation(name, columns, &[key], &[to]);
        made.foreign_keys[0].referenced = vec![to.0.into()];
        made
    };
    let school = relation("school", &["school_id integer!", "school_name text!"], &["school_id"], &[]);
    let budget = ["budget_id integer!", "school_id integer!", "year integer", "level_number integer"];
    let budget = referring("budget", &budget, "budget_id", ("school_id", "school"));
    let endowment = ["endowment_id integer!", "school_id integer!", "amount integer"];
    let endowment = referring("endowment", &endowment, "endowment_id", ("school_id", "school"));
    let party = relation("party", &["party_id integer!", "party_name text!"], &["party_id"], &[]);
    let event = ["event_id integer!", "party_id integer!", "event_name text!"];
    let event = referring("party_events", &event, "event_id", ("party_id", "party"));
    let department = ["department_id integer!", "department_name text!", "manager_id integer"];
    let department = relation("departments", &department, &["department_id"], &[]);
    let employee = ["employee_id integer!", "last_name text!", "department_id integer"];
    let employee = referring("employees", &employee, "employee_id", ("department_id", "departments"));
    let review = relation("review", &["review_id integer!", "rank integer", "month text"], &["review_id"], &[]);
    snapshot(vec![budget, department, employee, endowment, event, party, review, school])
}

fn asked(question: &str, snapshot: &Snapshot) -> String {
    let read = crate::read(question, snapshot, &NoValues, &crate::never).unwrap();
    read.map(|reading| reading.sql.replace('\n', " ")).unwrap_or_default()
}

fn sql(question: &str) -> String {
    asked(question, &theatre())
}

#[test]
fn what_shares_only_an_owner_is_no_part_of_it() {
    let county = county();
    assert_eq!(asked("number of budgets whose amount is greater than 3000", &county), "");
    assert!(asked("number of endowments whose amount is greater than 3000", &county).contains("amount > 3000"));
}

#[test]
fn a_verb_says_which_key_is_meant() {
    let county = county();
    assert_eq!(asked("show all employees who manage a department", &county), "");
    assert!(!asked("show all employees who work in a department", &county).is_empty());
}

#[test]
fn a_relation_is_called_by_its_own_words_before_others() {
    let counted = asked("number of events for each party", &county());
    assert!(counted.contains("party_events") && counted.contains("count("), "{counted}");
}

/// A company whose employees refer to their managers, with what comments tell of dates and of rows that do not count.
fn company() -> Snapshot {
    let mut employee = relation(
        "emp",
        &["id integer!", "first_name text!", "last_name text!", "manager_id integer", "salary numeric"],
        &["id"],
        &[("manager_id", "emp")],
    );
    employee.comment = Some("employees".into());
    let mut account = relation("acct", &["id integer!", "name text!", "country text!", "gone boolean!"], &["id"], &[]);
    account.comment = Some("customers: companies that buy from us".into());
    account.columns[2].common_values = vec!["Spain".into()];
    account.columns[3].comment = Some("true means the account no longer counts as a customer".into());
    let ticket = ["id integer!", "acct_id integer!", "agent_id integer", "opened_on date!", "closed_on date"];
    let mut ticket = relation("tickets", &ticket, &["id"], &[("acct_id", "acct"), ("agent_id", "emp")]);
    ticket.columns[4].comment = Some("empty while the ticket is open".into());
    snapshot(vec![account, employee, ticket])
}

#[test]
fn rows_refer_to_others_of_their_relation() {
    let company = company();
    let without = asked("employees without a manager", &company);
    assert!(without.contains("NOT EXISTS") && without.contains(".manager_id"), "{without}");
    let grouped = asked("number of employees per manager", &company);
    assert!(grouped.contains("JOIN emp AS emp_2") && grouped.contains("last_name"), "{grouped}");
    let counted = asked("managers with more than 3 employees", &company);
    assert!(counted.contains("> 3") && counted.contains("manager_id"), "{counted}");
    assert_eq!(asked("who manages the employees", &company), "");
}

#[test]
fn rows_are_compared_with_those_they_refer_to() {
    let company = company();
    for (question, operator) in [
        ("employees who earn more than their manager", ">"),
        ("how many employees earn more than their manager", ">"),
        ("employees who earn less than their manager", "<"),
        ("employees with a higher salary than their manager", ">"),
    ] {
        let sql = asked(question, &company);
        assert!(sql.contains(&format!("emp.salary {operator} emp_2.salary")), "{question}: {sql}");
    }
    assert_eq!(asked("employees who earn more than their friend", &company), "");
}

#[test]
fn a_key_is_called_by_its_role() {
    let company = company();
    let without = asked("tickets without an agent", &company);
    assert!(without.contains("agent_id"), "{without}");
    assert!(asked("number of tickets per agent", &company).contains("emp.last_name"));
}

#[test]
fn a_missing_date_tells_a_state() {
    let company = company();
    for question in ["open tickets", "how many tickets are open", "how many tickets are still open"] {
        assert!(asked(question, &company).contains("closed_on IS NULL"), "{question}");
    }
    assert!(!asked("how many tickets are there", &company).contains("closed_on"));
}

#[test]
fn what_does_not_count_is_left_out_where_it_is_named() {
    let company = company();
    let named = asked("tickets of customers in Spain", &company);
    assert!(named.contains("NOT acct.gone"), "{named}");
    assert!(!asked("how many tickets are there", &company).contains("gone"));
}

#[test]
fn a_share_of_rows_is_told_for_groups_alone() {
    let company = company();
    let shares = asked("share of customers by country", &company);
    assert!(shares.contains("sum(count(*)) OVER") && shares.contains("GROUP BY country"), "{shares}");
    assert_eq!(asked("share of customers", &company), "");
}

#[test]
fn what_has_a_sequence_of_its_own_is_not_sorted_by_size_or_letters() {
    let county = county();
    assert_eq!(asked("find the highest rank of all reviews", &county), "");
    assert!(asked("find the average rank of all reviews", &county).contains("avg(rank)"));
    assert_eq!(asked("number of reviews per month ordered by month", &county), "");
}

#[test]
fn what_a_question_leaves_open_is_not_answered() {
    let county = county();
    assert_eq!(asked("show the names of the schools which are involved in", &county), "");
    assert!(!asked("show the names of the schools", &county).is_empty());
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
