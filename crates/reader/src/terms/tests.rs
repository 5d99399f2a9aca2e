//! Terms on two schemas: questions that say them, and how they are read.

use super::*;
use crate::lattice::stored_values::NoValues;
use crate::tests::saas_fixture::saas;
use crate::tests::shop_fixture::shop;
use crate::{Abstention, Prepared, Reading, never};

fn term(text: &str, meaning: Meaning) -> Term {
    Term { text: text.to_owned(), meaning }
}

fn filter(text: &str, relation: &str, sql: &str) -> Term {
    term(text, Meaning::Filter { schema: "public".into(), relation: relation.into(), sql: sql.into() })
}

fn measure(text: &str, relation: &str, sql: &str) -> Term {
    term(text, Meaning::Measure { schema: "public".into(), relation: relation.into(), sql: sql.into() })
}

fn of_the_shop() -> Vec<Term> {
    let bought = "EXISTS ( SELECT FROM public.orders WHERE (orders.customer_id = nl2sql_row.id))";
    vec![
        term("turnover", Meaning::Words("revenue".into())),
        filter("active customer", "customers", bought),
        filter("VIP", "customers", "(nl2sql_row.id < 100)"),
        filter("Benelux", "customers", "(nl2sql_row.country = ANY ('{Belgium,Netherlands}'::text[]))"),
        measure("AOV", "orders", "(sum(nl2sql_row.total) / (count(*))::numeric)"),
        measure("net revenue", "orders", "sum((nl2sql_row.total - nl2sql_row.shipping))"),
    ]
}

fn read(question: &str, snapshot: &Snapshot, terms: &[Term]) -> Result<Reading, Abstention> {
    let prepared = Prepared::new(snapshot, &never).unwrap();
    let terms = Terms::new(terms, snapshot);
    prepared.reader(&never).with_terms(&terms).read(question, &NoValues).unwrap()
}

#[rustfmt::skip]
const SHOP: &[(&str, &str)] = &[
    ("turnover per month in 2025", "sum of orders.total per month of orders.ordered_at where orders.ordered_at is in 2025"),
    ("active customers", "all customers where \"active customer\""),
    ("how many active customers", "count of customers where \"active customer\""),
    ("active customers in Germany by city", "count of customers per customers.city where \"active customer\" and customers.country is Germany"),
    ("VIPs by country", "count of customers per customers.country where \"VIP\""),
    ("number of vip customers", "count of customers where \"VIP\""),
    ("revenue in Benelux in 2025", "sum of orders.total (with customers) where \"Benelux\" and orders.ordered_at is in 2025"),
    ("customers in Benelux", "all customers where \"Benelux\""),
    ("AOV", "\"AOV\""),
    ("AOV per month in 2025", "\"AOV\" per month of orders.ordered_at where orders.ordered_at is in 2025"),
    ("AOV by country", "\"AOV\" per customers.country"),
    ("AOV in Benelux", "\"AOV\" (with customers) where \"Benelux\""),
    ("what is the AOV of cancelled orders", "\"AOV\" where orders.status is cancelled"),
    ("net revenue by country in 2025", "\"net revenue\" per customers.country where orders.ordered_at is in 2025"),
    ("AOV of active customers by city", "\"AOV\" per customers.city where \"active customer\""),
];

#[test]
fn terms_are_used_like_names_of_the_schema() {
    let shop = shop();
    let mut wrong = Vec::new();
    for (question, wanted) in SHOP {
        match read(question, &shop, &of_the_shop()) {
            Ok(reading) if reading.summary == *wanted => {}
            Ok(reading) => wrong.push(format!("{question}\n   {}\n   {}", reading.summary, reading.sql)),
            Err(abstention) => wrong.push(format!("{question}\n   {abstention:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_sql_of_a_term_is_written_for_the_row_at_hand() {
    let sql = |question: &str, term: &str| {
        let terms: Vec<Term> = of_the_shop().into_iter().filter(|one| one.text == term).collect();
        read(question, &shop(), &terms).unwrap().sql
    };
    assert_eq!(
        sql("AOV by country", "AOV"),
        "SELECT customers.country, (sum(orders.total) / (count(*))::numeric) AS aov\nFROM orders\n\
         JOIN customers ON customers.id = orders.customer_id\nGROUP BY customers.country\n\
         ORDER BY aov DESC NULLS LAST, customers.country"
    );
    // The subquery of the term reads orders, and the row is a customer's.
    assert_eq!(
        sql("revenue of active customers", "active customer"),
        "SELECT sum(orders.total) AS revenue\nFROM orders\nJOIN customers AS customers_row ON customers_row.id = orders.customer_id\n\
         WHERE (EXISTS ( SELECT FROM public.orders WHERE (orders.customer_id = customers_row.id)))"
    );
}

#[test]
fn a_noun_may_be_defined_in_the_plural() {
    let whales = [filter("big whales", "customers", "(nl2sql_row.id < 100)")];
    for question in ["how many big whales are there", "big whales in Germany by city"] {
        let reading = read(question, &shop(), &whales).unwrap();
        assert!(reading.summary.contains("where \"big whales\""), "{}", reading.summary);
    }
}

#[test]
fn synonyms_give_way_to_what_they_stand_for() {
    let terms = Terms::new(&of_the_shop(), &shop());
    for (question, wanted) in [
        ("Turnover of VIPs, please", "revenue of VIP customers, please"),
        ("customers named \"turnover\"", "customers named \"turnover\""),
        ("vip customers", "vip customers"),
        ("turnovers", "revenue"),
        ("", ""),
    ] {
        assert_eq!(terms.spelled_out(question), wanted);
    }
}

/// Anybody may define synonyms that stand for each other eight times over.
#[test]
fn long_chains_of_synonyms_end_early() {
    let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap());
    let name = |number: usize| format!("zq{}{}k", letter(number / 26), letter(number));
    let eight_of_the_next = |number| term(&name(number), Meaning::Words([name(number + 1).as_str(); 8].join(" ")));
    let terms = Terms::new(&(0..45).map(eight_of_the_next).collect::<Vec<_>>(), &shop());
    assert_eq!(terms.spelled_out(&name(44)), [name(45).as_str(); 8].join(" "));
    // What the next ones stand for has more words than a synonym may have.
    assert_eq!(terms.spelled_out(&name(7)).split(' ').count(), 64);
    let all = (0..45).map(name).collect::<Vec<_>>().join(" ");
    assert!(terms.spelled_out(&all).split(' ').count() <= 45 * 64);
}

#[test]
fn a_synonym_may_stand_for_another_and_for_other_terms() {
    let mut terms = of_the_shop();
    terms.push(term("takings", Meaning::Words("turnover".into())));
    terms.push(term("sales", Meaning::Words("net revenue".into())));
    terms.push(term("big spender", Meaning::Words("VIPs".into())));
    terms.push(term("net takings", Meaning::Words("net revenue".into())));
    // Two that stand for each other end somewhere, and one that stands for more of the same is said once.
    terms.push(term("earnings", Meaning::Words("income".into())));
    terms.push(term("income", Meaning::Words("earnings".into())));
    terms.push(term("revenue", Meaning::Words("gross revenue".into())));
    let terms = Terms::new(&terms, &shop());
    for (question, wanted) in [
        ("takings in 2025", "gross revenue in 2025"),
        ("sales by country", "net revenue by country"),
        ("net takings", "net revenue"),
        ("big spenders by country", "VIP customers by country"),
        ("earnings", "earnings"),
        ("gross revenue", "gross revenue"),
        ("revenue", "gross revenue"),
        // Words of a longer term are its own.
        ("net revenue in 2025", "net revenue in 2025"),
    ] {
        assert_eq!(terms.spelled_out(question), wanted);
    }
    let terms = [term("takings", Meaning::Words("AOV".into())), of_the_shop().remove(4)];
    assert_eq!(read("takings by country", &shop(), &terms).unwrap().summary, "\"AOV\" per customers.country");
}

/// A term that was said and can't be used as it was defined is not passed over for another meaning of its words.
#[test]
fn no_other_meaning_stands_in_for_a_term() {
    let shop = shop();
    assert!(read("revenue by category", &shop, &[]).is_ok());
    let revenue = [measure("revenue", "orders", "sum((nl2sql_row.total - nl2sql_row.shipping))")];
    assert_eq!(read("revenue by country", &shop, &revenue).unwrap().summary, "\"revenue\" per customers.country");
    assert!(read("AOV over 100", &shop, &of_the_shop()).is_err(), "of large orders, or a large AOV?");
    assert!(read("AOV of orders with total over 100", &shop, &of_the_shop()).is_ok());
    for question in ["revenue by category", "products with revenue over 100"] {
        assert!(read(question, &shop, &revenue).is_err(), "{question}");
    }
}

/// A measure that somebody defined works in every form that a column's sum does.
#[test]
fn a_defined_measure_takes_every_form() {
    let shop = shop();
    let revenue = [measure("revenue", "orders", "sum((nl2sql_row.total - nl2sql_row.shipping))")];
    for question in [
        "total revenue",
        "total revenue in 2025",
        "what was our total revenue per month in 2025",
        "revenue this year vs last year",
        "revenue last month compared to the month before",
        "compare 2024 and 2025 revenue",
        "by how many percent did revenue grow from 2024 to 2025",
        "monthly revenue in 2025",
        "top 5 customers by revenue",
        "top 3 cities by revenue in 2025",
        "which country has the highest revenue",
        "revenue and number of orders by country",
        "share of revenue by country",
        "each country's share of revenue",
        "running total of revenue by month in 2025",
        "month on month revenue growth in 2025",
        "revenue in Germany vs France",
        "how much revenue did we have in 2025",
    ] {
        let read = read(question, &shop, &revenue);
        assert!(read.as_ref().is_ok_and(|read| read.summary.contains("\"revenue\"")), "{question}: {read:?}");
    }
    let compared = read("AOV this year vs last year", &shop, &of_the_shop()).unwrap().sql;
    assert_eq!(compared.matches("FILTER (WHERE").count(), 8, "{compared}");
    for question in ["share of AOV by country", "running total of AOV by month", "total AOV"] {
        assert!(read(question, &shop, &of_the_shop()).is_err(), "{question}");
    }
}

#[test]
fn terms_work_on_any_schema_and_in_threads() {
    let saas = saas();
    let terms = [
        filter("paying account", "acct", "(nl2sql_row.id > 0)"),
        term("client", Meaning::Words("account".into())),
        // Of a relation that the snapshot does not have.
        filter("ghost", "ghosts", "true"),
    ];
    assert_eq!(read("how many clients", &saas, &terms).unwrap().summary, "count of acct");
    let prepared = Prepared::new(&saas, &never).unwrap();
    let terms = Terms::new(&terms, &saas);
    let reader = prepared.reader(&never).with_terms(&terms);
    let followed = reader.read_in_thread("and by plan", Some("how many clients"), &NoValues).unwrap().unwrap();
    assert_eq!(followed.meaning, "how many clients by plan");
}
