//! Everyday wordings of the shop's questions, each with its reading, beside some like them that leave open what is meant.

use crate::lattice::stored_values::NoValues;
use crate::tests::shop_fixture::shop_with_values;
use schema::Snapshot;

fn told(question: &str, snapshot: &Snapshot) -> String {
    let read = crate::read(question, snapshot, &NoValues, &crate::never).unwrap();
    read.map_or_else(|silence| format!("? {silence:?}"), |reading| reading.summary)
}

fn sql(question: &str, snapshot: &Snapshot) -> String {
    let read = crate::read(question, snapshot, &NoValues, &crate::never).unwrap();
    read.map(|reading| reading.sql.replace('\n', " ")).unwrap_or_default()
}

#[rustfmt::skip]
const READ: &[(&str, &str)] = &[
    ("revenue by country sorted by revenue",
     "sum of orders.total per customers.country by sum of orders.total"),
    ("which month of 2025 had the highest revenue",
     "top 1 orders per month of orders.ordered_at by sum of orders.total where orders.ordered_at is in 2025"),
    ("which month in 2025 had the most orders",
     "top 1 orders per month of orders.ordered_at by count of orders where orders.ordered_at is in 2025"),
    ("On which weekday do we get most orders?",
     "top 1 orders per weekday of orders.ordered_at by count of orders"),
    ("what was our best month in 2025",
     "top 1 orders per month of orders.ordered_at by sum of orders.total where orders.ordered_at is in 2025"),
    ("best selling categories",
     "sum of order_items.quantity per categories.name, categories.id (with products) by sum of order_items.quantity, the largest first"),
    ("best selling product categories last year",
     "sum of order_items.quantity per categories.name, categories.id (with products, orders) by sum of order_items.quantity, the largest first where orders.ordered_at is last year"),
    ("which product categories sold best last year",
     "sum of order_items.quantity per categories.name, categories.id (with products, orders) by sum of order_items.quantity, the largest first where orders.ordered_at is last year"),
    ("most viewed products in 2025",
     "count of page_views per products.name, products.id by count of page_views, the largest first where page_views.viewed_at is in 2025"),
    ("5 least reviewed products",
     "bottom 5 reviews per products.name, products.id by count of reviews"),
    ("revenue in 2024 and 2025",
     "sum of orders.total per year of orders.ordered_at where orders.ordered_at is in 2024 and 2025"),
    ("revenue by country in 2024 and 2025",
     "sum of orders.total per customers.country, year of orders.ordered_at where orders.ordered_at is in 2024 and 2025"),
    ("orders in January and February 2025",
     "all orders where orders.ordered_at is in January and February 2025"),
    ("number of orders in January, February and April 2025",
     "count of orders per month of orders.ordered_at where (orders.ordered_at is January or orders.ordered_at is February or orders.ordered_at is April 2025)"),
    ("revenue in the first half of 2025",
     "sum of orders.total where orders.ordered_at is first half of 2025"),
    ("when was the last order",
     "maximum of orders.ordered_at"),
    ("when did we get our first customer",
     "minimum of customers.signed_up"),
    ("how much did Rosa Novak spend in 2025",
     "sum of orders.total per customers.name, customers.id where customers.name is Rosa Novak and orders.ordered_at is in 2025"),
    ("customers who have spent more than 50000",
     "all customers where sum of orders.total of its orders > 50000"),
    ("which customers spent more than 20000 in 2025",
     "all customers where sum of orders.total of its orders where orders.ordered_at is in 2025 > 20000"),
    ("customers from France with revenue over 20000 in 2025",
     "all customers where customers.country is France and sum of orders.total of its orders where orders.ordered_at is in 2025 > 20000"),
    ("how many customers ordered more than once in 2025",
     "count of customers where count of its orders where orders.ordered_at is in 2025 > 1"),
    ("customers who ordered at least three times",
     "all customers where count of its orders >= 3"),
    ("Which customers signed up in 2024 but have never ordered anything?",
     "all customers where customers.signed_up is in 2024 and there is no orders"),
    ("Which products have fewer than 10 pieces in stock and are not discontinued?",
     "all products where products.stock < 10 and products.discontinued is false"),
    ("products rated below 3",
     "all products where average of its reviews.rating < 3"),
    ("products with an average rating of at least 4",
     "all products where average of its reviews.rating >= 4"),
    ("best rated products with at least 10 reviews",
     "products.name, average of its reviews.rating of products by average of its reviews.rating, the largest first where count of its reviews >= 10 and there is some reviews"),
    ("orders that are neither cancelled nor returned",
     "all orders where orders.status is not cancelled or returned"),
    ("number of orders excluding cancelled and returned",
     "count of orders where orders.status is not cancelled or returned"),
    ("revenue in 2025 excluding cancelled and returned orders",
     "sum of orders.total where orders.ordered_at is in 2025 and orders.status is not cancelled or returned"),
    ("customers not from Germany or France",
     "all customers where customers.country is not Germany or France"),
    ("revenue without Germany and France",
     "sum of orders.total where there is no customers with customers.country is Germany or France"),
    ("top 10 customers by number of orders in Germany in 2025",
     "top 10 orders per customers.name, customers.id by count of orders where customers.country is Germany and orders.ordered_at is in 2025"),
    ("top 10 products by page views in 2025",
     "top 10 page_views per products.name, products.id by count of page_views where page_views.viewed_at is in 2025"),
    ("which product has the worst rating",
     "bottom 1 products by average of its reviews.rating"),
    ("worst rated product",
     "bottom 1 products by average of its reviews.rating"),
    ("best rated products",
     "products.name, average of its reviews.rating of products by average of its reviews.rating, the largest first where there is some reviews"),
    ("top 10 products by page views",
     "top 10 page_views per products.name, products.id by count of page_views"),
    ("top 5 customers by orders",
     "top 5 orders per customers.name, customers.id by count of orders"),
    ("customers named Weber",
     "all customers where customers.name does contain Weber"),
    ("top 5 prodcuts by revenu",
     "top 5 order_items per products.name, products.id by sum of order_items.amount; prodcuts taken for products, revenu taken for revenue"),
    ("how many products are there in each category, including the empty ones",
     "categories.name, categories.id, count of its products of categories"),
    ("customers who ordered only once",
     "all customers where count of its orders = 1"),
];

#[test]
fn everyday_wordings_are_read() {
    let shop = shop_with_values();
    let told: Vec<(&str, String)> = READ.iter().map(|(question, _)| (*question, told(question, &shop))).collect();
    let wrong: Vec<String> = told
        .iter()
        .zip(READ)
        .filter(|((_, told), (_, wanted))| told != wanted)
        .map(|((question, told), _)| format!("    (\"{question}\",\n     \"{told}\"),"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn what_everyday_wordings_leave_open_is_not_read() {
    let shop = shop_with_values();
    for question in [
        // By which date?
        "customers who ordered in 2024 and 2025",
        "orders cancelled in 2024 and 2025",
        // In pieces or in orders?
        "most ordered products",
        "orders of those customers",
        "when was the last product",
    ] {
        assert_eq!(sql(question, &shop), "", "{question}");
    }
}

#[test]
fn one_of_several_opinions_is_tested_where_that_is_said() {
    let shop = shop_with_values();
    let any = sql("products that received any rating below 3", &shop);
    assert!(any.is_empty() || any.contains("reviews.rating < 3"), "{any}");
    assert!(sql("products rated below 3", &shop).contains("reviews.average < 3"));
}

#[test]
fn what_sold_the_most_and_what_nobody_bought() {
    let shop = shop_with_values();
    let best = told("best selling product last month", &shop);
    for question in ["which product sold the most last month", "which product sold most last month"] {
        assert_eq!(told(question, &shop), best, "{question}");
    }
    let least = sql("which products sold the least in 2025", &shop);
    assert!(least.contains("sum(order_items.quantity)") && !least.contains("DESC"), "{least}");
    assert!(!told("which customer sold the most", &shop).contains("quantity"));
    let never = sql("products that were never ordered", &shop);
    assert!(never.contains("NOT EXISTS"), "{never}");
    for question in ["products nobody ordered", "which products has nobody ordered", "products that nobody ordered"] {
        let read = sql(question, &shop);
        assert!(read.is_empty() || read == never, "{question}: {read}");
    }
    assert_eq!(sql("products nobody ordered", &shop), never);
    let newest = told("newest customers", &shop);
    assert_eq!(told("who are our newest customers", &shop), newest);
}
