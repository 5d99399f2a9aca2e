//! Threads on two schemas: each question with how the whole is read, or `?` where it is asked back.

use crate::stored_values::NoValues;
use crate::tests::saas_fixture::saas;
use crate::tests::shop_fixture::shop;
use crate::{Abstention, Followed, Interrupted, Prepared, never};
use schema::Snapshot;

#[rustfmt::skip]
const SHOP: &[&[(&str, &str)]] = &[
    &[("revenue per month in 2025", "sum of orders.total per month of orders.ordered_at where orders.ordered_at is in 2025"),
      ("only Germany", "sum of orders.total per month of orders.ordered_at (with customers) where orders.ordered_at is in 2025 and customers.country is Germany"),
      ("and by category?", "sum of order_items.amount per categories.name, categories.id (with products, orders, customers) where orders.ordered_at is in 2025 and customers.country is Germany"),
      ("what about 2024", "sum of order_items.amount per categories.name, categories.id (with products, orders, customers) where orders.ordered_at is in 2024 and customers.country is Germany"),
      ("top 3 instead", "top 3 order_items per categories.name, categories.id (with products, orders, customers) by sum of order_items.amount where orders.ordered_at is in 2024 and customers.country is Germany"),
      ("as a share", "top 3 share of all in sum of order_items.amount per categories.name, categories.id (with products, orders, customers) by sum of order_items.amount where orders.ordered_at is in 2024 and customers.country is Germany"),
      ("why is december so low", "?")],
    &[("top 5 customers by revenue", "top 5 customers by sum of its orders.total"),
      ("only Germany", "top 5 customers by sum of its orders.total where customers.country is Germany"),
      ("in 2025", "top 5 customers by sum of its orders.total where orders.ordered_at is in 2025 where customers.country is Germany"),
      ("bottom 10", "bottom 10 customers by sum of its orders.total where orders.ordered_at is in 2025 where customers.country is Germany"),
      ("and by number of orders?", "bottom 10 customers by count of its orders where orders.ordered_at is in 2025 where customers.country is Germany"),
      ("what about France?", "bottom 10 customers by count of its orders where orders.ordered_at is in 2025 where customers.country is France"),
      ("as a share", "?")],
    &[("customers in Berlin", "all customers where customers.city is Berlin"),
      ("what about Hamburg", "all customers where customers.city is Hamburg"),
      ("with newsletter", "all customers where customers.city is Hamburg and customers.newsletter is true"),
      ("how many", "count of customers where customers.city is Hamburg and customers.newsletter is true"),
      ("by country", "count of customers per customers.country where customers.city is Hamburg and customers.newsletter is true"),
      ("everything", "?")],
    &[("orders over 100", "all orders where orders.total > 100"),
      ("only cancelled ones", "all orders where orders.status is cancelled and orders.total > 100"),
      ("in 2025", "all orders where orders.status is cancelled and orders.total > 100 and orders.ordered_at is in 2025"),
      ("by month", "count of orders per month of orders.ordered_at where orders.status is cancelled and orders.total > 100 and orders.ordered_at is in 2025"),
      ("also by country", "count of orders per month of orders.ordered_at, customers.country where orders.status is cancelled and orders.total > 100 and orders.ordered_at is in 2025"),
      ("the top two", "top 2 orders per month of orders.ordered_at, customers.country by count of orders where orders.status is cancelled and orders.total > 100 and orders.ordered_at is in 2025"),
      ("all of them", "count of orders per month of orders.ordered_at, customers.country where orders.status is cancelled and orders.total > 100 and orders.ordered_at is in 2025")],
    // Of the rows, or of the number that is shown? Beside which other value? Neither is guessed.
    &[("number of orders per customer", "count of orders per customers.name, customers.id"),
      ("only over 5", "?"),
      ("Germany too", "?"),
      ("and the weather", "?"),
      ("what about", "?"),
      ("what about France", "count of orders per customers.name, customers.id where customers.country is France")],
    // The month before the one that was spoken of, and no year after a month.
    &[("returned orders in December 2025 by country", "count of orders per customers.country where orders.status is returned and orders.ordered_at is December 2025"),
      ("the previous month", "count of orders per customers.country where orders.status is returned and orders.ordered_at is November 2025"),
      ("a year earlier", "count of orders per customers.country where orders.status is returned and orders.ordered_at is November 2024"),
      ("the previous year", "?"),
      ("what about last month", "count of orders per customers.country where orders.status is returned and orders.ordered_at is last month"),
      ("the month before", "?")],
    // These ten, and not the first ten of France.
    &[("top 10 customers by revenue in 2025", "top 10 customers by sum of its orders.total where orders.ordered_at is in 2025"),
      ("only those from France", "?"),
      ("orders of those customers", "?"),
      ("only from France", "top 10 customers by sum of its orders.total where orders.ordered_at is in 2025 where customers.country is France")],
    &[("revenue by month in 2025", "sum of orders.total per month of orders.ordered_at where orders.ordered_at is in 2025"),
      ("which month was best?", "top 1 orders per month of orders.ordered_at by sum of orders.total where orders.ordered_at is in 2025"),
      ("and the worst?", "bottom 1 orders per month of orders.ordered_at by sum of orders.total where orders.ordered_at is in 2025"),
      ("which country was best?", "?"),
      ("compared to 2024", "?")],
    &[("revenue by country in 2025", "sum of orders.total per customers.country where orders.ordered_at is in 2025"),
      ("without returned orders", "sum of orders.total per customers.country where orders.ordered_at is in 2025 and orders.status is not returned"),
      ("sort by revenue", "sum of orders.total per customers.country by sum of orders.total where orders.ordered_at is in 2025 and orders.status is not returned"),
      ("in the first half of 2025", "sum of orders.total per customers.country by sum of orders.total where orders.ordered_at is first half of 2025 and orders.status is not returned")],
    &[("revenue by country in 2025", "sum of orders.total per customers.country where orders.ordered_at is in 2025"),
      ("compared to 2024", "sum of orders.total where orders.ordered_at is in 2025, sum of orders.total where orders.ordered_at is 2024, (sum of orders.total where orders.ordered_at is in 2025) less (sum of orders.total where orders.ordered_at is 2024) per customers.country where (orders.ordered_at is in 2025 or orders.ordered_at is 2024)")],
    // An order with several products of a category is one order of it.
    &[("number of orders by country in 2025", "count of orders per customers.country where orders.ordered_at is in 2025"),
      ("by category instead", "number of different orders per categories.name, categories.id (with order_items, products) where orders.ordered_at is in 2025"),
      ("what about 2024", "number of different orders per categories.name, categories.id (with order_items, products) where orders.ordered_at is in 2024")],
    &[("revenue by category in 2025", "sum of order_items.amount per categories.name, categories.id (with products, orders) where orders.ordered_at is in 2025"),
      ("and the number of orders", "number of different orders per categories.name, categories.id (with order_items, products) where orders.ordered_at is in 2025")],
    // What can be read by itself begins anew, unless it begins like a continuation.
    &[("revenue by country", "sum of orders.total per customers.country"),
      ("how many customers", "count of customers"),
      ("and the revenue", "sum of orders.total"),
      ("per country", "sum of orders.total per customers.country")],
];

#[rustfmt::skip]
const SAAS: &[&[(&str, &str)]] = &[
    &[("how many accounts", "count of acct"),
      ("by plan", "number of different acct per pln.nm, pln.id (with sub)"),
      ("the best 2", "top 2 acct per pln.nm, pln.id (with sub) by number of different acct")],
];

fn check(snapshot: &Snapshot, threads: &[&[(&str, &str)]]) {
    let prepared = Prepared::new(snapshot, &never).unwrap();
    let reader = prepared.reader(&never);
    for thread in threads {
        let mut before: Option<String> = None;
        for (question, wanted) in *thread {
            match reader.read_in_thread(question, before.as_deref(), &NoValues).unwrap() {
                Ok(Followed { reading, meaning, .. }) => {
                    assert_eq!(reading.summary, *wanted, "{question}, after {before:?}: {meaning}");
                    before = Some(meaning);
                }
                Err(abstention) => assert_eq!("?", *wanted, "{question}, after {before:?}: {abstention:?}"),
            }
        }
    }
}

#[test]
fn threads_are_read() {
    check(&shop(), SHOP);
    check(&saas(), SAAS);
}

#[test]
fn what_has_no_place_is_asked_back() {
    let shop = shop();
    let prepared = Prepared::new(&shop, &never).unwrap();
    let reader = prepared.reader(&never);
    let read = |question: &str, before: &str| reader.read_in_thread(question, Some(before), &NoValues).unwrap();
    let unplaced = read("what about the weather?", "revenue by country");
    let Err(Abstention::Unplaced { words, before }) = unplaced else { panic!("{unplaced:?}") };
    assert_eq!((words.as_str(), before.as_str()), ("the weather", "revenue by country"));
    // What was asked before is gone from the schema.
    assert!(matches!(read("only Germany", "spaceships per planet"), Err(Abstention::Unplaced { .. })));
}

#[test]
fn a_thread_can_be_interrupted() {
    let shop = shop();
    let calls = std::cell::Cell::new(0_u32);
    let most = std::cell::Cell::new(u32::MAX);
    let interrupt = || {
        calls.set(calls.get() + 1);
        if calls.get() > most.get() { Err(Interrupted) } else { Ok(()) }
    };
    let prepared = Prepared::new(&shop, &never).unwrap();
    let reader = prepared.reader(&interrupt);
    let read = || reader.read_in_thread("only Germany", Some("revenue per month"), &NoValues);
    calls.set(0);
    assert!(read().unwrap().is_ok());
    let all = calls.get();
    for allowed in [0, 1, all / 2, all - 1] {
        calls.set(0);
        most.set(allowed);
        assert_eq!(read(), Err(Interrupted), "{allowed} of {all}");
    }
}
