//! The forms of business questions on two schemas: each with its reading, and questions like them that have none.

use super::saas_fixture::saas;
use super::shop_fixture::shop;
use super::{Abstention, Reading};
use crate::stored_values::NoValues;
use schema::Snapshot;

fn read(question: &str, snapshot: &Snapshot) -> Result<Reading, Abstention> {
    super::read(question, snapshot, &NoValues, &super::never).unwrap()
}

/// Questions and how they are read, in plain words.
#[rustfmt::skip]
const SHOP: &[(&str, &str)] = &[
    ("how many customers do we have",
     "count of customers"),
    ("What's our total revenue to date?",
     "sum of orders.total"),
    ("avg order value",
     "average of orders.total"),
    ("average order value by country",
     "average of orders.total per customers.country"),
    ("median order total, please",
     "median of orders.total"),
    ("95th percentile of order total",
     "percentile 95 of orders.total"),
    ("what is our inventory worth",
     "sum of products.price × products.stock"),
    ("orders between 100 and 200 euros",
     "all orders where orders.total is between 100 and 200"),
    ("orders over 5000 from Paris",
     "all orders (with customers) where orders.total > 5000 and customers.city is Paris"),
    ("products that still have stock",
     "all products where products.stock > 0"),
    ("which products are out of stock but not discontinued?",
     "all products where products.stock <= 0 and products.discontinued is false"),
    ("how many orders were placed on a weekend?",
     "count of orders where weekday of orders.ordered_at >= 6"),
    ("number of customers per country",
     "count of customers per customers.country"),
    ("orders by status",
     "count of orders per orders.status"),
    ("revenue by payment method",
     "sum of payments.amount per payments.method"),
    ("units sold per category",
     "sum of order_items.quantity per categories.name, categories.id (with products)"),
    ("revenue by category in 2025",
     "sum of order_items.amount per categories.name, categories.id (with products, orders) where orders.ordered_at is in 2025"),
    ("revenue per city, highest first",
     "sum of orders.total per customers.city by sum of orders.total, the largest first"),
    ("new customers per month in 2025",
     "count of customers per month of customers.signed_up where customers.signed_up is in 2025"),
    ("How many orders came in during the last 30 days?",
     "count of orders where orders.ordered_at is last 30 days"),
    ("revenue in the last 90 days by country",
     "sum of orders.total per customers.country where orders.ordered_at is last 90 days"),
    ("orders by hour of the day",
     "count of orders per hour of orders.ordered_at"),
    ("quarterly revenue 2025",
     "sum of orders.total per quarter of orders.ordered_at where orders.ordered_at is 2025"),
    ("how much money did we take in payments last month?",
     "sum of payments.amount where payments.paid_at is last month"),
    ("reviews of the past 3 months by number of stars",
     "count of reviews per reviews.rating where reviews.written_on is past 3 months"),
    ("What did we turn over in December last year?",
     "sum of orders.total where orders.ordered_at is December last year"),
    ("revenue last month vs the month before",
     "sum of orders.total where orders.ordered_at is last month, sum of orders.total where orders.ordered_at is the month before, (sum of orders.total where orders.ordered_at is last month) less (sum of orders.total where orders.ordered_at is the month before) where (orders.ordered_at is last month or orders.ordered_at is the month before)"),
    ("compare 2024 and 2025 revenue",
     "sum of orders.total where orders.ordered_at is 2024, sum of orders.total where orders.ordered_at is 2025, (sum of orders.total where orders.ordered_at is 2025) less (sum of orders.total where orders.ordered_at is 2024) where (orders.ordered_at is 2024 or orders.ordered_at is 2025)"),
    ("by how many percent did revenue grow from 2024 to 2025",
     "growth to (sum of orders.total where orders.ordered_at is 2025) from (sum of orders.total where orders.ordered_at is 2024), sum of orders.total where orders.ordered_at is 2024, sum of orders.total where orders.ordered_at is 2025, (sum of orders.total where orders.ordered_at is 2025) less (sum of orders.total where orders.ordered_at is 2024) where (orders.ordered_at is 2024 or orders.ordered_at is 2025)"),
    ("number of orders this month compared to last month",
     "count of orders where orders.ordered_at is this month, count of orders where orders.ordered_at is last month, (count of orders where orders.ordered_at is this month) less (count of orders where orders.ordered_at is last month) where (orders.ordered_at is this month or orders.ordered_at is last month)"),
    ("Did we sell more units in Germany or in France in 2025?",
     "sum of order_items.quantity per customers.country (with orders) where customers.country is Germany or France and orders.ordered_at is in 2025"),
    ("average order value of newsletter subscribers versus everybody else",
     "average of orders.total per customers.newsletter"),
    ("new customers this year vs last year",
     "count of customers where customers.signed_up is this year, count of customers where customers.signed_up is last year, (count of customers where customers.signed_up is this year) less (count of customers where customers.signed_up is last year) where (customers.signed_up is this year or customers.signed_up is last year)"),
    ("which products sold fewer units in 2025 than in 2024",
     "(sum of order_items.quantity where orders.ordered_at is in 2025) less (sum of order_items.quantity where orders.ordered_at is in 2024) per products.name, products.id (with orders) having (sum of order_items.quantity where orders.ordered_at is in 2025) less (sum of order_items.quantity where orders.ordered_at is in 2024) < 0"),
    ("products that cost more than the average product",
     "all products where products.price > the average of products.price"),
    ("repeat purchase rate",
     "(count of customers where count of its orders > 1) / (count of customers) where there is some orders"),
    ("what percentage of customers get the newsletter",
     "(count of customers where customers.newsletter is true) / (count of customers)"),
    ("share of returned orders by category",
     "(number of different values of orders.id where orders.status is returned) / (number of different values of orders.id) per categories.name, categories.id (with order_items, products)"),
    ("cancellation rate per month in 2025",
     "(count of orders where orders.status is cancelled) / (count of orders) per month of orders.ordered_at where orders.ordered_at is in 2025"),
    ("each country's share of revenue",
     "sum of orders.total, share of all in sum of orders.total per customers.country"),
    ("What fraction of our products has never been reviewed?",
     "(count of products where there is no reviews) / (count of products)"),
    ("average number of items per order",
     "(count of order_items) / (number of different values of order_items.order_id)"),
    ("top 10 products by revenue",
     "top 10 order_items per products.name, products.id by sum of order_items.amount"),
    ("best selling category",
     "top 1 order_items per categories.name, categories.id (with products) by sum of order_items.quantity"),
    ("our 5 biggest customers in Germany by revenue",
     "top 5 orders per customers.name, customers.id by sum of orders.total where customers.country is Germany"),
    ("most expensive product in each category",
     "top 1 products.id, products.category_id, products.name, products.stock, products.discontinued, categories.name, categories.id of products by products.price, within each categories.name, categories.id"),
    ("top 3 products by revenue in each category",
     "top 3 order_items per products.name, products.id, categories.name, categories.id by sum of order_items.amount, within each categories.name, categories.id"),
    ("what's our second most expensive product?",
     "number 2 of products by products.price, the largest first"),
    ("who placed the biggest order in Spain",
     "top 1 customers.name of orders by orders.total where customers.country is Spain"),
    ("which products did customers from Oslo buy in 2025",
     "all products where there is some order_items with orders with customers with orders.ordered_at is in 2025 and customers.city is Oslo"),
    ("what did Rosa Novak buy",
     "all products where there is some order_items with orders with customers with customers.name is Rosa Novak"),
    ("running total of revenue by month in 2025",
     "sum of orders.total, running total of sum of orders.total per month of orders.ordered_at where orders.ordered_at is in 2025"),
    ("month on month revenue growth in 2025",
     "sum of orders.total, growth of sum of orders.total over the one before per month of orders.ordered_at where orders.ordered_at is in 2025"),
    ("how many customers placed their very first order in each month of 2025",
     "number of different values of orders.customer_id per month of orders.ordered_at where orders is the first of its orders.customer_id and orders.ordered_at is of 2025"),
    ("rank the countries by revenue",
     "sum of orders.total, rank by sum of orders.total per customers.country by sum of orders.total, the largest first"),
    ("latest order of every customer in Norway",
     "top 1 orders.id, orders.customer_id, orders.status, orders.shipping, orders.total, customers.name, customers.id of orders by orders.ordered_at where customers.country is Norway, within each customers.name, customers.id"),
    ("in every country, which customer has spent the most?",
     "top 1 orders per customers.name, customers.id, customers.country by sum of orders.total, within each customers.country"),
    ("which products haven't sold in 90 days",
     "all products where there is no order_items with orders with orders.ordered_at is in 90 days"),
    ("products we have never sold",
     "all products where there is no order_items with orders"),
    ("customers with orders but no reviews",
     "all customers where there is some orders and there is no reviews"),
    ("who ordered in 2024 but not in 2025",
     "all customers where there is some orders with orders.ordered_at is in 2024 and there is no orders with orders.ordered_at is in 2025"),
    ("number of orders and revenue per month in 2025",
     "count of orders, sum of orders.total per month of orders.ordered_at where orders.ordered_at is in 2025"),
    ("revenue, number of orders and average order value by country this year",
     "sum of orders.total, count of orders, average of orders.total per customers.country where orders.ordered_at is this year"),
    ("how many orders and how many different customers did we have last month?",
     "count of orders, number of different values of orders.customer_id where orders.ordered_at is last month"),
    ("units sold, revenue and average rating for each category",
     "categories.name, sum of order_items.quantity of its products with order_items, sum of order_items.amount of its products with order_items, average of reviews.rating of its products with reviews of categories where there is some products with order_items and there is some products with order_items and there is some products with reviews"),
    ("orders year to date",
     "all orders where orders.ordered_at is year to date"),
    ("top 3 customers by revenue in each country in the last 90 days",
     "top 3 customers.id, customers.name, customers.email, customers.city, customers.country, customers.signed_up, customers.newsletter of customers by sum of its orders.total where orders.ordered_at is last 90 days, within each customers.country"),
    ("revenue by country and month",
     "sum of orders.total per customers.country, month of orders.ordered_at"),
    ("orders in the last 2 weeks",
     "all orders where orders.ordered_at is last 2 weeks"),
    ("orders that are older than 30 days",
     "all orders where orders.ordered_at is older than 30 days"),
];

#[rustfmt::skip]
const SAAS: &[(&str, &str)] = &[
    ("MRR by plan",
     "sum of sub.mrr per pln.nm, pln.id"),
    ("revenue by country",
     "sum of inv.amt per acct.ctry"),
    ("revenue per plan",
     "sum of inv_ln.qty × inv_ln.u_price per pln.nm, pln.id"),
    ("top 5 accounts by revenue",
     "top 5 acct by sum of its inv.amt"),
    ("average invoice value",
     "average of inv.amt"),
    ("headcount per department",
     "count of emp per dept.nm, dept.id"),
    ("average salary by department",
     "average of emp.sal per dept.nm, dept.id"),
    ("tickets per priority",
     "count of tkt per tkt.prio"),
    ("number of open tickets",
     "count of tkt where tkt.st is open"),
    ("what percentage of tickets are closed",
     "(count of tkt where tkt.st is closed) / (count of tkt)"),
    ("how many users signed up last month",
     "count of usr where usr.cre_ts is last month"),
    ("tickets opened in the last 30 days",
     "all tkt where tkt.opened_ts is last 30 days"),
    ("accounts per sales rep",
     "count of acct per emp.nm, emp.id, emp by acct.own_emp_id"),
    ("customers who never paid",
     "all acct where there is no inv with pmt"),
    ("new accounts per month",
     "count of acct per month of acct.cre_dt"),
    ("each plan's share of MRR",
     "sum of sub.mrr, share of all in sum of sub.mrr per pln.nm, pln.id"),
    ("month over month revenue growth",
     "sum of inv.amt, growth of sum of inv.amt over the one before per month of inv.iss_dt"),
    ("running total of revenue by month",
     "sum of inv.amt, running total of sum of inv.amt per month of inv.iss_dt"),
    ("average number of users per account",
     "(count of usr) / (number of different values of usr.acct_id)"),
    ("average number of seats per subscription",
     "average of sub.seats"),
    ("latest invoice of every account",
     "top 1 inv.id, inv.acct_id, inv.due_dt, inv.amt, acct.nm, acct.id of inv by inv.iss_dt, within each acct.nm, acct.id"),
    ("payments by method",
     "count of pmt per pmt.meth"),
    ("tickets by weekday",
     "count of tkt per weekday of tkt.opened_ts"),
    ("revenue last month vs the month before",
     "sum of inv.amt where inv.iss_dt is last month, sum of inv.amt where inv.iss_dt is the month before, (sum of inv.amt where inv.iss_dt is last month) less (sum of inv.amt where inv.iss_dt is the month before) where (inv.iss_dt is last month or inv.iss_dt is the month before)"),
    ("accounts without a subscription",
     "all acct where there is no sub"),
    ("who has the highest salary",
     "top 1 emp by emp.sal"),
    ("total seats by plan",
     "sum of sub.seats per pln.nm, pln.id"),
    ("which account has the most users",
     "top 1 acct by count of its usr"),
    ("top 2 accounts by revenue in each country",
     "top 2 acct.id, acct.nm, acct.ctry, acct.own_emp_id, acct.csm_emp_id, acct.cre_dt of acct by sum of its inv.amt, within each acct.ctry"),
];

/// Questions that are like these, but have no reading that is sure.
const SILENT: &[&str] = &[
    "conversion rate",
    "profit margin per product",
    "revenue by customer gender",
    "average age of our customers",
    "how many active customers do we have",
    "products by price",
    "customers by name",
    "running total of revenue",
    "share of revenue",
    "what percentage of customers",
    "growth",
    "compare revenue",
    "new customers",
    "best selling",
    "rank the countries",
    "customers who never laughed",
    "revenue last month vs",
    "which products sold fewer units in 2025",
    "low stock products",
    "what sold well lately",
    "how are we doing",
    "top customers by revenue",
    "orders over 2024",
];

fn check(snapshot: &Snapshot, questions: &[(&str, &str)]) {
    let mut wrong = String::new();
    for (question, summary) in questions {
        let read = read(question, snapshot);
        if read.as_ref().map(|reading| reading.summary.as_str()) != Ok(*summary) {
            wrong += &format!("\n{question}\n  wanted {summary}\n  read   {read:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn forms_are_read_on_the_shop() {
    check(&shop(), SHOP);
}

#[test]
fn forms_are_read_on_a_terse_schema() {
    check(&saas(), SAAS);
}

#[test]
fn what_only_looks_like_a_form_is_not_answered() {
    let shop = shop();
    let answered: Vec<String> = SILENT
        .iter()
        .filter_map(|question| read(question, &shop).ok().map(|reading| format!("{question}: {}", reading.summary)))
        .collect();
    assert!(answered.is_empty(), "{answered:#?}");
}
