//! Questions whose words leave open what is meant, each beside one that does not: the first are not answered.

use crate::lattice::stored_values::NoValues;
use crate::tests::shop_fixture::{relation, shop, snapshot};
use schema::Snapshot;

/// A company that ships what is ordered, with invoices and suppliers; stations with the state of each minute; films and
/// who reviewed them.
fn company() -> Snapshot {
    let customers = relation("customers", &["id integer!", "name text!"], &["id"], &[]);
    let orders = ["id integer!", "customer_id integer!", "date_placed date!"];
    let orders = relation("orders", &orders, &["id"], &[("customer_id", "customers")]);
    let products = relation("products", &["id integer!", "name text!"], &["id"], &[]);
    let items = ["id integer!", "order_id integer!", "product_id integer!", "quantity integer!", "rebate numeric"];
    let items = relation("order_items", &items, &["id"], &[("order_id", "orders"), ("product_id", "products")]);
    let suppliers = ["product_id integer!", "supplier integer!"];
    let suppliers =
        relation("product_suppliers", &suppliers, &["product_id", "supplier"], &[("product_id", "products")]);
    let invoices = ["invoice_number integer!", "invoice_date date!", "details text"];
    let invoices = relation("invoices", &invoices, &["invoice_number"], &[]);
    let shipments = ["id integer!", "order_id integer!", "invoice_number integer!", "shipment_date date!"];
    let keys = [("order_id", "orders"), ("invoice_number", "invoices")];
    let mut shipments = relation("shipments", &shipments, &["id"], &keys);
    shipments.foreign_keys[1].referenced = vec!["invoice_number".into()];
    let stations = relation("stations", &["id integer!", "name text!"], &["id"], &[]);
    let status = ["station_id integer!", "bikes_available integer!", "noted_at timestamp with time zone!"];
    let status = relation("status", &status, &[], &[("station_id", "stations")]);
    let films = ["id integer!", "title text!"];
    let mut films = relation("films", &films, &["id"], &[]);
    films.columns[1].common_values = vec!["Solaris".into()];
    let mut reviewers = relation("reviewers", &["id integer!", "name text!"], &["id"], &[]);
    reviewers.columns[1].common_values = vec!["Brittany Harris".into()];
    let ratings = ["film_id integer!", "reviewer_id integer!", "stars integer"];
    let ratings = relation("ratings", &ratings, &[], &[("film_id", "films"), ("reviewer_id", "reviewers")]);
    snapshot(vec![
        customers, films, invoices, items, orders, suppliers, products, ratings, reviewers, shipments, stations, status,
    ])
}

/// Customers with their cards, and staff of several ranks.
fn staff() -> Snapshot {
    let mut staff = relation("staff", &["id integer!", "name text!", "rank text!"], &["id"], &[]);
    staff.columns[2].common_values = vec!["Professor".into(), "Lecturer".into()];
    let cards = ["card_id integer!", "customer_id integer!", "card_number text!"];
    let cards = relation("customers_cards", &cards, &["card_id"], &[("customer_id", "customers")]);
    let customers = relation("customers", &["id integer!", "name text!"], &["id"], &[]);
    snapshot(vec![customers, cards, staff])
}

/// Subscriptions that end, with what they bring in every month.
fn subscriptions() -> Snapshot {
    let plans = relation("plan", &["id integer!", "name text!"], &["id"], &[]);
    let subs = ["id integer!", "plan_id integer!", "started_on date!", "ended_on date", "fee numeric!", "mrr numeric!"];
    let mut subs = relation("subs", &subs, &["id"], &[("plan_id", "plan")]);
    subs.comment = Some("subscriptions".into());
    subs.columns[3].comment = Some("empty while the subscription is running".into());
    subs.columns[5].comment = Some("monthly recurring revenue in EUR".into());
    snapshot(vec![plans, subs])
}

fn asked(question: &str, snapshot: &Snapshot) -> String {
    let read = crate::read(question, snapshot, &NoValues, &crate::never).unwrap();
    read.map(|reading| reading.sql.replace('\n', " ")).unwrap_or_default()
}

#[test]
fn what_was_not_spoken_of_is_not_referred_to() {
    let company = company();
    for open in ["how many ratings are in these films", "show the name of the products in these orders"] {
        assert_eq!(asked(open, &company), "", "{open}");
    }
    assert!(!asked("how many ratings are there", &company).is_empty());
    assert_eq!(asked("list the dates placed of the orders placed by the customer", &company), "");
    assert!(!asked("list the names of the customers with orders", &company).is_empty());
}

#[test]
fn what_is_told_is_not_asked_for() {
    let company = company();
    assert_eq!(asked("list the titles of all films in Solaris", &company), "");
    assert!(asked("list the ids of the films with the title Solaris", &company).contains("title = 'Solaris'"));
}

#[test]
fn what_is_done_the_most_often_is_counted_by_its_records() {
    let company = company();
    let ordered = asked("what is the id of the product that was ordered the most often", &company);
    assert!(!ordered.contains("product_suppliers"), "{ordered}");
}

#[test]
fn an_order_is_shipped_on_the_date_of_its_shipment() {
    let company = company();
    let shipped = asked("find the id of the order which is shipped most recently", &company);
    assert!(!shipped.contains("date_placed"), "{shipped}");
    assert!(asked("which order was placed most recently", &company).contains("date_placed"));
}

#[test]
fn a_number_is_that_of_the_thing_which_has_it() {
    let company = company();
    let dated = asked("find the invoice numbers which are created before 1989-09-03", &company);
    assert!(!dated.contains("shipment"), "{dated}");
    let shipped = asked("invoice numbers of shipments before 1989-09-03", &company);
    assert!(shipped.contains("shipment_date"), "{shipped}");
}

#[test]
fn a_state_of_many_times_is_not_the_state() {
    let company = company();
    assert_eq!(asked("names of all stations that have more than 10 bikes available", &company), "");
    let ever = asked("names of the stations that have ever had more than 10 bikes available", &company);
    assert!(ever.contains("bikes_available > 10"), "{ever}");
}

#[test]
fn a_group_is_left_out_and_no_row_of_it() {
    let company = company();
    let question = "find the average stars for each film that is not reviewed by Brittany Harris";
    assert_eq!(asked(question, &company), "");
    assert!(asked("find the average stars for each film", &company).contains("avg(ratings.stars)"));
}

#[test]
fn parts_are_not_averaged_for_their_whole() {
    let company = company();
    assert_eq!(asked("find the average quantity per order", &company), "");
    assert!(asked("find the average quantity per product", &company).contains("avg("));
    assert!(asked("find the total quantity per order", &company).contains("sum("));
}

#[test]
fn few_may_be_none_where_something_was_done() {
    let company = company();
    assert_eq!(asked("names of the customers who have placed two or less orders", &company), "");
    assert!(asked("names of the customers with at most 2 orders", &company).contains("<= 2"));
    assert!(asked("names of the customers who have placed at least 2 orders", &company).contains(">= 2"));
}

#[test]
fn numbers_of_things_are_counted() {
    let staff = staff();
    let cards = asked("show all customer ids and the number of cards owned by each customer", &staff);
    assert!(!cards.contains("card_number"), "{cards}");
    assert!(asked("show the card numbers of all customers cards", &staff).contains("card_number"));
}

#[test]
fn kinds_that_there_are_come_once() {
    let staff = staff();
    assert_eq!(asked("what ranks do we have for staff", &staff), "SELECT DISTINCT rank FROM staff");
    assert!(!asked("what is the rank of each staff", &staff).contains("DISTINCT"));
}

#[test]
fn what_recurs_is_added_up_while_it_runs() {
    let subscriptions = subscriptions();
    assert!(asked("MRR by plan", &subscriptions).contains("ended_on IS NULL"));
    assert!(asked("total MRR", &subscriptions).contains("ended_on IS NULL"));
    assert!(!asked("total fee by plan", &subscriptions).contains("ended_on"));
    let ended = asked("total MRR of subscriptions that ended in 2024", &subscriptions);
    assert!(!ended.contains("ended_on IS NULL"), "{ended}");
}

#[test]
fn nothing_is_told_of_groups_of_which_nothing_is_known() {
    let company = company();
    let average = asked("average stars per reviewer", &company);
    assert!(average.contains("HAVING avg(ratings.stars) IS NOT NULL"), "{average}");
    assert!(!asked("average quantity per product", &company).contains("HAVING"));
}

#[test]
fn values_that_are_denied_together_are_denied_each() {
    let shop = shop();
    for open in [
        "orders excluding cancelled and returned",
        "number of orders except cancelled and returned",
        "customers not from Germany and France",
        "revenue without Germany and France",
    ] {
        let sql = asked(open, &shop);
        assert!(!sql.contains("= 'returned'") && !sql.contains("= 'France'"), "{open}: {sql}");
    }
    assert!(asked("orders that are not cancelled", &shop).contains("<> 'cancelled'"));
    assert!(asked("customers from Germany without orders", &shop).contains("country = 'Germany'"));
}

#[test]
fn nobody_is_meant_who_was_not_spoken_of() {
    let shop = shop();
    for open in ["how many orders did they make", "their orders", "show their email", "how many reviews did they write"]
    {
        assert_eq!(asked(open, &shop), "", "{open}");
    }
    assert!(asked("which customers are there? Give me their names", &shop).contains("name"));
}

#[test]
fn people_have_the_highest_total_with_all_that_is_theirs() {
    let shop = shop();
    for open in ["customer with the highest total", "which customer has the highest total"] {
        assert!(!asked(open, &shop).contains("ORDER BY orders.total"), "{open}: {}", asked(open, &shop));
    }
}

/// Stays with a state that is called as what happens to all of them.
fn stays() -> Snapshot {
    let columns =
        ["id integer!", "state text!", "channel text!", "nights integer!", "check_in date!", "check_out date!"];
    let mut bookings = relation("bookings", &columns, &["id"], &[]);
    bookings.columns[1].common_values = vec!["booked".into(), "cancelled".into()];
    snapshot(vec![bookings])
}

/// What is carried, by what it weighs and costs, and trips of drivers who were hired at some time.
fn carrier() -> Snapshot {
    let drivers = relation("drivers", &["id integer!", "name text!", "hired_on date!"], &["id"], &[]);
    let trips = ["id integer!", "driver_id integer!", "departed_at date!", "km integer!"];
    let trips = relation("trips", &trips, &["id"], &[("driver_id", "drivers")]);
    let loads = ["id integer!", "weight_kg numeric!", "amount numeric!"];
    snapshot(vec![drivers, relation("loads", &loads, &["id"], &[]), trips])
}

#[test]
fn what_weighs_so_much_need_not_cost_it() {
    let carrier = carrier();
    assert!(
        asked("loads over 500 kg", &carrier).contains("weight_kg > 500"),
        "{}",
        asked("loads over 500 kg", &carrier)
    );
    assert!(asked("trips over 300 km", &carrier).contains("km > 300"), "{}", asked("trips over 300 km", &carrier));
    assert!(asked("loads over 500 euros", &carrier).contains("amount > 500"));
    assert!(!asked("loads over 500 feet", &carrier).contains("amount"));
}

#[test]
fn who_was_hired_then_is_no_trip_of_then() {
    let hired = asked("trips of drivers hired in 2023", &carrier());
    assert!(hired.contains("hired_on >= DATE '2023-01-01'") && !hired.contains("departed_at >="), "{hired}");
    let departed = asked("trips of drivers in 2023", &carrier());
    assert!(!departed.contains("hired_on"), "{departed}");
}

#[test]
fn all_that_is_booked_is_no_state() {
    let stays = stays();
    let nights = asked("nights booked per channel", &stays);
    assert!(!nights.contains("state = 'booked'"), "{nights}");
    assert!(asked("booked bookings", &stays).contains("state = 'booked'"));
    assert!(asked("nights of cancelled bookings per channel", &stays).contains("state = 'cancelled'"));
}

#[test]
fn verbs_of_two_words_tell_their_dates() {
    let both = asked("bookings checked in and checked out in 2025", &stays());
    let within = |column: &str| both.contains(&format!("{column} >= DATE '2025-01-01'"));
    assert!(within("check_in") && within("check_out"), "{both}");
}

#[test]
fn a_single_opinion_makes_no_best_product() {
    let shop = shop();
    for open in ["which product has the worst rating", "product with the highest rating"] {
        let sql = asked(open, &shop);
        assert!(sql.is_empty() || sql.contains("avg("), "{open}: {sql}");
    }
}

#[test]
fn who_ordered_last_is_told_by_orders() {
    let shop = shop();
    for open in ["which customer ordered most recently", "which customer was the last to order"] {
        assert!(!asked(open, &shop).contains("ORDER BY customers.signed_up"), "{open}");
        assert!(!asked(open, &shop).contains("ORDER BY signed_up"), "{open}");
    }
    assert!(asked("which customer signed up most recently", &shop).contains("signed_up DESC"));
}

#[test]
fn the_most_expensive_order_is_the_one_that_costs_most() {
    let shop = shop();
    for question in ["most expensive order", "5 cheapest orders", "most expensive order of each customer"] {
        let sql = asked(question, &shop);
        assert!(!sql.contains("BY shipping") && !sql.contains("BY orders.shipping"), "{question}: {sql}");
        assert!(sql.contains("total"), "{question}: {sql}");
    }
    assert!(asked("most expensive product", &shop).contains("ORDER BY price DESC"));
}

#[test]
fn the_best_of_those_who_rate_are_not_told_by_what_they_gave() {
    let shop = shop();
    for open in ["best customers", "worst customers", "best countries", "who are our best customers"] {
        assert_eq!(asked(open, &shop), "", "{open}");
    }
    assert!(asked("best rated products", &shop).contains("avg("));
    assert!(asked("top 3 customers by average rating", &shop).contains("avg("));
}

#[test]
fn what_is_not_yet_so_may_have_passed_it() {
    let shop = shop();
    for open in
        ["orders that have not been shipped yet", "orders not yet delivered", "orders that are not delivered yet"]
    {
        assert_eq!(asked(open, &shop), "", "{open}");
    }
    assert!(asked("orders that are not cancelled", &shop).contains("<> 'cancelled'"));
    assert!(asked("bookings that are not cancelled yet", &stays()).contains("cancelled"));
}
