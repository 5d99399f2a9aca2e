//! Questions and the exact SQL they must give; each statement was run against the demo shop.

use super::shop_fixture::shop;
use crate::stored_values::NoValues;
use schema::Snapshot;

/// A question and its SQL, with spaces for line ends.
#[rustfmt::skip]
const ANSWERS: &[(&str, &str)] = &[
    ("how many orders are there",
     "SELECT count(*) AS count FROM orders"),
    ("Number of customers?",
     "SELECT count(*) AS count FROM customers"),
    ("how many customers are from Berlin",
     "SELECT count(*) AS count FROM customers WHERE city = 'Berlin'"),
    ("how many products are discontinued",
     "SELECT count(*) AS count FROM products WHERE discontinued"),
    ("how many products are not discontinued",
     "SELECT count(*) AS count FROM products WHERE NOT discontinued"),
    ("how many orders were cancelled",
     "SELECT count(*) AS count FROM orders WHERE status = 'cancelled'"),
    ("How many cancelled orders were placed in 2024?",
     "SELECT count(*) AS count FROM orders WHERE status = 'cancelled' AND ordered_at >= DATE '2024-01-01' AND ordered_at < DATE '2025-01-01'"),
    ("average price of products",
     "SELECT avg(price) AS average_price FROM products"),
    ("what is the total of all orders",
     "SELECT sum(total) AS total FROM orders"),
    ("highest price",
     "SELECT max(price) AS highest_price FROM products"),
    ("lowest rating",
     "SELECT min(rating) AS lowest_rating FROM reviews"),
    ("total amount of payments by bank transfer in March 2025",
     "SELECT sum(amount) AS total_amount FROM payments WHERE method = 'bank transfer' AND paid_at >= DATE '2025-03-01' AND paid_at < DATE '2025-04-01'"),
    ("list customers",
     "SELECT id, name, email, city, country, signed_up, newsletter FROM customers ORDER BY id"),
    ("show the names of customers in Berlin",
     "SELECT name FROM customers WHERE city = 'Berlin' ORDER BY id"),
    ("customers' names",
     "SELECT name FROM customers ORDER BY id"),
    ("which customers are from France",
     "SELECT id, name, email, city, country, signed_up, newsletter FROM customers WHERE country = 'France' ORDER BY id"),
    ("customers from Berlin or Hamburg with newsletter",
     "SELECT id, name, email, city, country, signed_up, newsletter FROM customers WHERE city IN ('Berlin', 'Hamburg') AND newsletter ORDER BY id"),
    ("customers in Berlin, Germany",
     "SELECT id, name, email, city, country, signed_up, newsletter FROM customers WHERE city = 'Berlin' AND country = 'Germany' ORDER BY id"),
    ("products with a price between 10 and 20 and stock under 10",
     "SELECT id, category_id, name, price, stock, discontinued FROM products WHERE price BETWEEN 10 AND 20 AND stock < 10 ORDER BY id"),
    ("products cheaper than 20",
     "SELECT id, category_id, name, price, stock, discontinued FROM products WHERE price < 20 ORDER BY id"),
    ("reviews with at least 4 stars",
     "SELECT product_id, customer_id, rating, written_on, body FROM reviews WHERE rating >= 4 ORDER BY product_id, customer_id"),
    ("customers who signed up after 2024-05-01",
     "SELECT id, name, email, city, country, signed_up, newsletter FROM customers WHERE signed_up >= DATE '2024-05-02' ORDER BY id"),
    ("orders since 2024 from customers in Berlin",
     "SELECT orders.id, orders.customer_id, orders.ordered_at, orders.status, orders.shipping, orders.total FROM orders JOIN customers ON customers.id = orders.customer_id WHERE orders.ordered_at >= DATE '2024-01-01' AND customers.city = 'Berlin' ORDER BY orders.id"),
    ("orders last month",
     "SELECT id, customer_id, ordered_at, status, shipping, total FROM orders WHERE ordered_at >= date_trunc('month', current_date) - interval '1 month' AND ordered_at < date_trunc('month', current_date) ORDER BY id"),
    ("orders where status is not cancelled and total > 500",
     "SELECT id, customer_id, ordered_at, status, shipping, total FROM orders WHERE status <> 'cancelled' AND total > 500 ORDER BY id"),
    ("products where name is \"Foo's\"",
     "SELECT id, category_id, name, price, stock, discontinued FROM products WHERE name = 'Foo''s' ORDER BY id"),
    ("show me the orders of Rosa Novak",
     "SELECT orders.id, orders.customer_id, orders.ordered_at, orders.status, orders.shipping, orders.total FROM orders JOIN customers ON customers.id = orders.customer_id WHERE customers.name = 'Rosa Novak' ORDER BY orders.id"),
    ("top 5 customers by revenue",
     "SELECT customers.name, coalesce(orders.total, 0) AS revenue FROM customers LEFT JOIN (SELECT orders.customer_id, sum(orders.total) AS total FROM orders GROUP BY orders.customer_id) AS orders ON orders.customer_id = customers.id ORDER BY revenue DESC, customers.id LIMIT 5"),
    ("top 5 customers in Berlin by revenue in 2024",
     "SELECT customers.name, coalesce(orders.total, 0) AS revenue FROM customers LEFT JOIN (SELECT orders.customer_id, sum(orders.total) AS total FROM orders WHERE orders.ordered_at >= DATE '2024-01-01' AND orders.ordered_at < DATE '2025-01-01' GROUP BY orders.customer_id) AS orders ON orders.customer_id = customers.id WHERE customers.city = 'Berlin' ORDER BY revenue DESC, customers.id LIMIT 5"),
    ("top 3 countries by number of orders",
     "SELECT customers.country, count(*) AS count FROM customers JOIN orders ON customers.id = orders.customer_id GROUP BY customers.country ORDER BY count DESC, customers.country LIMIT 3"),
    ("top 10 products by average rating",
     "SELECT products.name, reviews.average AS average_rating FROM products LEFT JOIN (SELECT reviews.product_id, avg(reviews.rating) AS average FROM reviews GROUP BY reviews.product_id) AS reviews ON reviews.product_id = products.id ORDER BY average_rating DESC NULLS LAST, products.id LIMIT 10"),
    ("5 most expensive products",
     "SELECT id, category_id, name, price, stock, discontinued FROM products ORDER BY price DESC, id LIMIT 5"),
    ("the 3 products with the lowest stock",
     "SELECT id, category_id, name, price, stock, discontinued FROM products ORDER BY stock, id LIMIT 3"),
    ("newest customer",
     "SELECT id, name, email, city, country, signed_up, newsletter FROM customers ORDER BY signed_up DESC, id LIMIT 1"),
    ("which customer has the most orders",
     "SELECT customers.name, coalesce(orders.count, 0) AS count FROM customers LEFT JOIN (SELECT orders.customer_id, count(*) AS count FROM orders GROUP BY orders.customer_id) AS orders ON orders.customer_id = customers.id ORDER BY count DESC, customers.id LIMIT 1"),
    ("which customer has the fewest orders in 2024",
     "SELECT customers.name, coalesce(orders.count, 0) AS count FROM customers LEFT JOIN (SELECT orders.customer_id, count(*) AS count FROM orders WHERE orders.ordered_at >= DATE '2024-01-01' AND orders.ordered_at < DATE '2025-01-01' GROUP BY orders.customer_id) AS orders ON orders.customer_id = customers.id ORDER BY count, customers.id LIMIT 1"),
    ("bottom 3 customers by revenue",
     "SELECT customers.name, coalesce(orders.total, 0) AS revenue FROM customers LEFT JOIN (SELECT orders.customer_id, sum(orders.total) AS total FROM orders GROUP BY orders.customer_id) AS orders ON orders.customer_id = customers.id ORDER BY revenue, customers.id LIMIT 3"),
    ("which month has the highest revenue",
     "SELECT date_trunc('month', ordered_at)::date AS month, sum(total) AS revenue FROM orders GROUP BY date_trunc('month', ordered_at) ORDER BY revenue DESC NULLS LAST, month LIMIT 1"),
    ("orders per month",
     "SELECT date_trunc('month', ordered_at)::date AS month, count(*) AS count FROM orders GROUP BY date_trunc('month', ordered_at) ORDER BY month"),
    ("monthly revenue",
     "SELECT date_trunc('month', ordered_at)::date AS month, sum(total) AS revenue FROM orders GROUP BY date_trunc('month', ordered_at) ORDER BY month"),
    ("quantity per month",
     "SELECT date_trunc('month', orders.ordered_at)::date AS month, sum(order_items.quantity) AS total_quantity FROM order_items JOIN orders ON orders.id = order_items.order_id GROUP BY date_trunc('month', orders.ordered_at) ORDER BY month"),
    ("number of orders by country and status",
     "SELECT customers.country, orders.status, count(*) AS count FROM orders JOIN customers ON customers.id = orders.customer_id GROUP BY customers.country, orders.status ORDER BY count DESC, customers.country, orders.status"),
    ("average rating per product",
     "SELECT products.name, products.id, avg(reviews.rating) AS average_rating FROM reviews JOIN products ON products.id = reviews.product_id GROUP BY products.name, products.id ORDER BY average_rating DESC NULLS LAST, products.name, products.id"),
    ("orders per customer",
     "SELECT customers.name, customers.id, count(*) AS count FROM orders JOIN customers ON customers.id = orders.customer_id GROUP BY customers.name, customers.id ORDER BY count DESC, customers.name, customers.id"),
    ("order items per order",
     "SELECT orders.id, count(*) AS count FROM order_items JOIN orders ON orders.id = order_items.order_id GROUP BY orders.id ORDER BY count DESC, orders.id"),
    ("total amount by payment method",
     "SELECT method, sum(amount) AS total_amount FROM payments GROUP BY method ORDER BY total_amount DESC NULLS LAST, method"),
    ("number of page views by country",
     "SELECT customers.country, count(*) AS count FROM page_views JOIN customers ON customers.id = page_views.customer_id GROUP BY customers.country ORDER BY count DESC, customers.country"),
    ("amount by category",
     "SELECT categories.name, categories.id, sum(order_items.amount) AS total_amount FROM order_items JOIN products ON products.id = order_items.product_id JOIN categories ON categories.id = products.category_id GROUP BY categories.name, categories.id ORDER BY total_amount DESC NULLS LAST, categories.name, categories.id"),
    ("what was the revenue last quarter",
     "SELECT sum(total) AS revenue FROM orders WHERE ordered_at >= date_trunc('quarter', current_date) - interval '3 months' AND ordered_at < date_trunc('quarter', current_date)"),
    ("how many customers signed up per month in Berlin",
     "SELECT date_trunc('month', signed_up)::date AS month, count(*) AS count FROM customers WHERE city = 'Berlin' GROUP BY date_trunc('month', signed_up) ORDER BY month"),
    ("orders with total over -5 and shipping = 0",
     "SELECT id, customer_id, ordered_at, status, shipping, total FROM orders WHERE total > -5 AND shipping = 0 ORDER BY id"),
    ("customers without any orders",
     "SELECT customers.id, customers.name, customers.email, customers.city, customers.country, customers.signed_up, customers.newsletter FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customers.id = orders.customer_id) ORDER BY customers.id"),
    ("names of customers who have at least 3 orders",
     "SELECT customers.name FROM customers LEFT JOIN (SELECT orders.customer_id, count(*) AS count FROM orders GROUP BY orders.customer_id) AS orders ON orders.customer_id = customers.id WHERE coalesce(orders.count, 0) >= 3 ORDER BY customers.id"),
    ("customers who never ordered",
     "SELECT customers.id, customers.name, customers.email, customers.city, customers.country, customers.signed_up, customers.newsletter FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customers.id = orders.customer_id) ORDER BY customers.id"),
    ("how many customers have an order",
     "SELECT count(*) AS count FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE customers.id = orders.customer_id)"),
    ("products with a price above the average price",
     "SELECT id, category_id, name, price, stock, discontinued FROM products WHERE price > (SELECT avg(price) AS value FROM products) ORDER BY id"),
    ("average and maximum price of products",
     "SELECT avg(price) AS average_price, max(price) AS highest_price FROM products"),
    ("names of customers whose name starts with 'A'",
     "SELECT name FROM customers WHERE name ILIKE 'A%' ORDER BY id"),
    ("how many different cities are there",
     "SELECT count(DISTINCT city) AS count FROM customers"),
    ("which country has the most customers",
     "SELECT country, count(*) AS count FROM customers GROUP BY country ORDER BY count DESC, country LIMIT 1"),
    ("countries with more than 3 customers",
     "SELECT country FROM customers GROUP BY country HAVING count(*) > 3 ORDER BY country"),
    ("number of orders for each status",
     "SELECT status, count(*) AS count FROM orders GROUP BY status ORDER BY count DESC, status"),
    ("customers from Berlin who have no reviews",
     "SELECT customers.id, customers.name, customers.email, customers.city, customers.country, customers.signed_up, customers.newsletter FROM customers WHERE customers.city = 'Berlin' AND NOT EXISTS (SELECT 1 FROM reviews WHERE customers.id = reviews.customer_id) ORDER BY customers.id"),
    ("list the names and cities of all customers, sorted by city in descending order",
     "SELECT name, city FROM customers ORDER BY city DESC, id"),
    ("show the product with the highest price",
     "SELECT id, category_id, name, price, stock, discontinued FROM products ORDER BY price DESC, id LIMIT 1"),
    ("what is the most common city of customers",
     "SELECT city FROM customers GROUP BY city ORDER BY count(*) DESC, city LIMIT 1"),
    ("countries of customers in both Berlin and Hamburg",
     "SELECT country FROM customers WHERE city = 'Berlin' INTERSECT SELECT country FROM customers WHERE city = 'Hamburg'"),
    ("customers from Berlin or with newsletter",
     "SELECT id, name, email, city, country, signed_up, newsletter FROM customers WHERE (city = 'Berlin' OR newsletter) ORDER BY id"),
    ("name and email of each customer ordered by name",
     "SELECT name, email FROM customers ORDER BY name, id"),
];

fn read(question: &str, snapshot: &Snapshot) -> Result<super::Reading, super::Abstention> {
    super::read(question, snapshot, &NoValues, &super::never).unwrap()
}

#[test]
fn questions_have_their_sql() {
    let shop = shop();
    let mut wrong = String::new();
    for (question, sql) in ANSWERS {
        let read = read(question, &shop).map(|reading| reading.sql.replace("\n  AND", " AND").replace('\n', " "));
        if read.as_deref() != Ok(*sql) {
            wrong += &format!("\n{question}\n  wanted {sql}\n  read   {read:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn readings_say_how_they_read() {
    let shop = shop();
    for (question, summary) in [
        ("top 5 customers by revenue", "top 5 customers by sum of its orders.total"),
        ("names of customers in Berlin", "customers.name of customers where customers.city is Berlin"),
        ("orders per month", "count of orders per month of orders.ordered_at"),
        ("products that are not discontinued", "all products where products.discontinued is false"),
        ("which customer has the fewest orders", "bottom 1 customers by count of its orders"),
    ] {
        assert_eq!(read(question, &shop).map(|reading| reading.summary).as_deref(), Ok(summary), "{question}");
    }
}
