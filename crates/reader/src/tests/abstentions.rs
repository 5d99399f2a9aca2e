//! Questions on which the reader must abstain, and random ones on which it must not panic.

use crate::lattice::stored_values::NoValues;
use crate::tests::shop_fixture::{relation, shop, snapshot};
use crate::{Abstention, Reading};
use schema::Snapshot;

fn read(question: &str, snapshot: &Snapshot) -> Result<Reading, Abstention> {
    crate::read(question, snapshot, &NoValues, &crate::never).unwrap()
}

fn unknown(question: &str, snapshot: &Snapshot) -> Vec<String> {
    match read(question, snapshot) {
        Err(Abstention::Unknown { words, .. }) => words,
        other => panic!("{question}: {other:?}"),
    }
}

fn ambiguous(question: &str, snapshot: &Snapshot) -> Vec<String> {
    match read(question, snapshot) {
        Err(Abstention::Ambiguous { readings }) => readings,
        other => panic!("{question}: {other:?}"),
    }
}

#[test]
fn unknown_words_are_named() {
    let shop = shop();
    for (question, words) in [
        ("how many unicorns", vec!["unicorns"]),
        ("top 5 customers by happiness", vec!["happiness"]),
        ("customers besides unicorns", vec!["unicorns"]),
        ("customers from Atlantis", vec!["Atlantis"]),
        ("Wie viele Kunden gibt es?", vec!["Wie", "viele", "Kunden", "gibt", "es"]),
        ("🦄 orders", vec!["🦄"]),
        ("how many orders; DROP TABLE orders; --", vec!["DROP", "TABLE"]),
        ("orders in March", vec!["March"]),
    ] {
        assert_eq!(unknown(question, &shop), words, "{question}");
    }
}

#[test]
fn a_misspelt_word_is_taken_for_the_one_known_word_near_it() {
    for (question, summary) in [
        (
            "how many custmers are from Berlin",
            "count of customers where customers.city is Berlin; custmers taken for customers",
        ),
        (
            "how mnay orders were canceled",
            "count of orders where orders.status is cancelled; mnay taken for many, canceled taken for cancelled",
        ),
        (
            "number of custmers per contry",
            "count of customers per customers.country; custmers taken for customers, contry taken for country",
        ),
        (
            "totl shiping per month",
            "sum of orders.shipping per month of orders.ordered_at; totl taken for total, shiping taken for shipping",
        ),
    ] {
        assert_eq!(read(question, &shop()).map(|reading| reading.summary).as_deref(), Ok(summary), "{question}");
    }
}

/// A participle may be all of a constraint.
#[test]
fn a_state_that_is_not_stored_is_not_passed_over() {
    let shop = shop();
    for question in [
        "customers with published reviews",
        "revenue from guided customers",
        "how many orders were climbed",
        "how many products were published",
        "show me all rented products",
    ] {
        let read = read(question, &shop);
        assert!(read.is_err(), "{question}: {read:?}");
    }
    for question in ["how many orders were placed", "how many orders were shipped", "how many orders were made in 2025"]
    {
        assert!(read(question, &shop).is_ok(), "{question}");
    }
}

/// What is taken for a word that says nothing vanishes, and with it a constraint.
#[test]
fn another_word_is_no_misspelt_word_of_the_language() {
    for question in
        ["whale customers", "ounce products", "booth orders", "how many booth orders", "show me stall orders"]
    {
        let read = read(question, &shop());
        assert!(matches!(read, Err(Abstention::Unknown { .. })), "{question}: {read:?}");
    }
    // Swapped letters are a slip, and a word with a letter too few that asks for something is used.
    for question in ["orders form customers", "lowst price of products", "averge price of products", "numebr of orders"]
    {
        assert!(read(question, &shop()).is_ok(), "{question}");
    }
}

#[test]
fn a_misspelt_word_without_a_reading_is_met_with_the_real_name() {
    let Err(Abstention::Unknown { nearest, .. }) = read("custmers besides Custmers", &shop()) else { panic!("read") };
    assert!(nearest.iter().any(|one| one.word == "custmers" && one.name == "customers"), "{nearest:?}");
    // Proper names and short words are not corrected.
    for question in ["customers from Berlni", "oders frm Berlin"] {
        assert!(matches!(read(question, &shop()), Err(Abstention::Unknown { .. })), "{question}");
    }
}

#[test]
fn a_column_named_like_a_relation_is_no_trap() {
    let user = relation("user", &["id integer!", "name text!", "order text"], &["id"], &[]);
    let order =
        relation("order", &["id integer!", "user_id integer!", "total numeric!"], &["id"], &[("user_id", "user")]);
    let shop = snapshot(vec![user, order]);
    let counted = concat!(
        "SELECT \"user\".name, \"user\".id, count(*) AS count FROM \"order\" JOIN \"user\" ON \"user\".id = \"order\".user_id ",
        "GROUP BY \"user\".name, \"user\".id ORDER BY count DESC, \"user\".name, \"user\".id"
    );
    for question in ["orders per user", "orders by user"] {
        let sql = read(question, &shop).map(|reading| reading.sql.replace('\n', " "));
        assert_eq!(sql.as_deref(), Ok(counted), "{question}");
    }
}

#[test]
fn what_is_half_understood_is_not_answered() {
    let shop = shop();
    let mut answered = String::new();
    for question in [
        "",
        "   ?!",
        "total orders",
        "orders orders orders",
        "42",
        "customers in 2024",
        "orders cancelled in 2024",
        "total payments",
        "total payments per month in 2025",
        "customers from Berlin and France",
        "products by price",
        "customers by name",
        "top customers by revenue",
        "total price of products",
        "sum of customer id",
        "average revenue per customer",
        "products in Berlin",
        "orders between 2025 and 2024",
        "top -5 customers by revenue",
        "show order 17",
        "payments without invoice",
        "top 0 customers by revenue",
        "customers in Berlin from Hamburg",
        // Words that vanish take a constraint with them.
        "orders of customer 2025",
        "stock in 2025",
        "orders only by card",
        "customers without a running order",
        "show me the numbers for last quarter",
    ] {
        if let Ok(reading) = read(question, &shop) {
            answered += &format!("\n{question}\n  {}", reading.sql.replace('\n', " "));
        }
    }
    assert!(answered.is_empty(), "{answered}");
}

#[test]
fn equal_readings_are_all_shown() {
    let shop = shop();
    assert_eq!(ambiguous("average amount", &shop), ["average of order_items.amount", "average of payments.amount"]);
    let parcels = relation(
        "parcels",
        &["id integer!", "packed_at date!", "sent_at date!", "origin_id integer!", "target_id integer!"],
        &["id"],
        &[("origin_id", "depots"), ("target_id", "depots")],
    );
    let depots = relation("depots", &["id integer!", "name text!"], &["id"], &[]);
    let post = snapshot(vec![parcels, depots]);
    assert_eq!(
        ambiguous("parcels per depot", &post),
        [
            "count of parcels per depots.name, depots.id, depots by parcels.origin_id",
            "count of parcels per depots.name, depots.id, depots by parcels.target_id"
        ]
    );
    assert_eq!(ambiguous("parcels in 2024", &post).len(), 2);
    assert!(read("parcels sent in 2024", &post).is_ok());
}

#[test]
fn an_empty_value_is_not_the_greatest() {
    let mut shop = shop();
    shop.relations.edit(|relations| {
        for column in relations.iter_mut().flat_map(|relation| relation.columns.iter_mut()) {
            column.not_null = false;
        }
    });
    assert!(read("5 most expensive products", &shop).unwrap().sql.contains("price DESC NULLS LAST"));
}

#[test]
fn odd_names_are_quoted_and_qualified() {
    let mut one = relation(
        "Order",
        &["ID integer!", "price numeric!", "customer_id integer!"],
        &["ID"],
        &[("customer_id", "tbl_clients")],
    );
    one.visible = false;
    one.columns[1].name = "Unit Price".into();
    let two = relation("tbl_clients", &["id integer!", "first_name text!", "last_name text!"], &["id"], &[]);
    let odd = snapshot(vec![one, two]);
    let sql = |question: &str| read(question, &odd).map(|reading| reading.sql.replace('\n', " ")).unwrap();
    assert_eq!(
        sql("orders with unit price over 1,000"),
        concat!(
            "SELECT \"ID\", \"Unit Price\", customer_id FROM public.\"Order\" ",
            "WHERE \"Unit Price\" > 1000 ORDER BY \"ID\""
        )
    );
    assert_eq!(
        sql("orders per client"),
        concat!(
            "SELECT tbl_clients.first_name, tbl_clients.last_name, tbl_clients.id, count(*) AS count ",
            "FROM public.\"Order\" JOIN tbl_clients ON tbl_clients.id = \"Order\".customer_id ",
            "GROUP BY tbl_clients.first_name, tbl_clients.last_name, tbl_clients.id ",
            "ORDER BY count DESC, tbl_clients.first_name, tbl_clients.last_name, tbl_clients.id"
        )
    );
}

#[test]
fn what_was_understood_is_told_in_the_words_of_the_question() {
    let Err(Abstention::Unknown { understood, .. }) = read("Revenue in  Oslo\tfrom unicorns per contry", &shop())
    else {
        panic!("read");
    };
    let told: Vec<String> = understood.iter().map(|one| format!("{} = {}", one.words, one.names.join(", "))).collect();
    assert_eq!(told, ["Revenue = orders.total", "Oslo = a value of customers.city"]);
}

#[test]
fn names_that_look_alike_are_told_with_their_schemas() {
    let artist = |schema: &str, columns: &[&str]| {
        let mut artist = relation("artist", columns, &["id"], &[]);
        artist.schema = schema.to_owned();
        artist.visible = schema == "public";
        artist
    };
    let both = snapshot(vec![
        artist("music", &["id integer!", "name text!"]),
        artist("public", &["id integer!", "name text!"]),
    ]);
    assert_eq!(ambiguous("how many artists", &both), ["count of public.artist", "count of music.artist"]);
    let one = snapshot(vec![artist("music", &["id integer!", "name text!"])]);
    assert_eq!(read("how many artists", &one).map(|reading| reading.summary), Ok("count of artist".to_owned()));
}

#[test]
fn long_questions_are_not_read() {
    let shop = shop();
    let nothing = Abstention::NoParse { understood: Vec::new(), read_words: 0, unread: String::new() };
    for text in ["orders ", "Berlin and ", "ä'\u{301}\u{0}", "((((", "'", "name, ", "by month and "] {
        assert_eq!(read(&text.repeat(100_000 / text.len()), &shop).as_ref(), Err(&nothing), "{text}");
    }
    for text in ["Berlin and ", "ä'\u{301}\u{0}", "((((", "name, ", "by month and ", "orders "] {
        let answer = read(&text.repeat(70), &shop);
        assert!(matches!(answer, Err(Abstention::NoParse { .. })), "{text}: {answer:?}");
    }
    assert_eq!(unknown(&"'".repeat(70), &shop), vec!["'"; 70]);
    // A run of digits without an end is one word, and no number.
    for length in [70, 100_000] {
        assert_eq!(unknown(&"9".repeat(length), &shop), ["9".repeat(length)]);
    }
}

/// A small linear congruential generator: the same questions on every run.
struct Dice(u64);

impl Dice {
    fn byte(&mut self) -> u8 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0.to_be_bytes()[0]
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        words[usize::try_from(self.0 >> 33).unwrap() % words.len()]
    }
}

#[test]
fn no_text_in_any_writing_makes_it_panic() {
    let shop = shop();
    let mut dice = Dice(7);
    let scripts = [
        "how many ",
        "注文は何件",
        "заказы ",
        "طلبات ",
        "🦄",
        "\u{0}",
        "ǆ",
        "İ",
        "ß",
        "\u{301}",
        "'",
        "\"",
        "“",
        "n't ",
        "-",
        "9",
        ".",
        ",",
        "(",
        "%",
        "\\",
        " ",
        "\n",
        "orders",
        "both",
        "not",
    ];
    for round in 0..4000 {
        let question: String = (0..1 + round % 40).map(|_| dice.pick(&scripts)).collect();
        let _ = read(&question, &shop);
        let bytes: Vec<u8> = (0..round % 60).map(|_| dice.byte()).collect();
        let _ = read(&String::from_utf8_lossy(&bytes), &shop);
    }
}

#[test]
fn nothing_panics_and_every_answer_is_one_statement() {
    let shop = shop();
    let words: Vec<&str> = concat!(
        "how many|number of|average|total|highest|top|bottom|5|three|most expensive|newest|which|list|show me|the|all|with|",
        "where|from|in|by|per|for each|month|2024|March 2025|last month|between|and|or|not|without|over|at least|10|,|is|are|",
        "has|have|the most|fewest|lowest|customers|customer|orders|products|reviews|payments|page views|order items|",
        "categories|revenue|sales|total|price|stock|rating|stars|status|city|country|name|newsletter|discontinued|cancelled|",
        "Berlin|France|card|bank transfer|signed up|ordered|amount|quantity|monthly|placed|are there|of|'x'|<|=|ß|\u{130}"
    )
    .split('|')
    .collect();
    let mut dice = Dice(20_250_101);
    let mut answered = 0;
    for round in 0..6000 {
        let question: Vec<&str> = (0..1 + round % 9).map(|_| dice.pick(&words)).collect();
        if let Ok(reading) = read(&question.join(" "), &shop) {
            answered += 1;
            assert!(reading.sql.starts_with("SELECT ") && !reading.sql.contains(';'), "{question:?}");
            assert!(!reading.summary.contains('\n'));
        }
    }
    assert!(answered > 50, "{answered}");
}
