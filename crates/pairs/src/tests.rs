//! Pairs taught and asked, without a server: the constants are told by hand.

use crate::*;
use prose::outline::Comparison;

const TODAY: &str = "2026-11-21";

fn today() -> Day {
    Day::parse(TODAY).expect("a day")
}

fn column(relation: &str, name: &str) -> Column {
    Column { schema: "public".into(), relation: relation.into(), name: name.into() }
}

/// Constants by the text that begins at them.
fn constants_of(sql: &str, known: &[(&str, char, Option<Column>, Comparison)]) -> Constants {
    let mut constants = Constants::new();
    for (text, category, column, comparison) in known {
        let compared = Compared { category: *category, column: column.clone(), comparison: Some(*comparison) };
        for (at, _) in sql.match_indices(text) {
            constants.insert(at, compared.clone());
        }
    }
    constants
}

fn revenue() -> (Pattern, &'static str) {
    let sql = "SELECT sum(o.total) AS revenue FROM orders o JOIN customers c ON c.id = o.customer_id \
               WHERE o.ordered_at >= DATE '2025-01-01' AND o.ordered_at < '2026-01-01' AND c.country = 'Germany'";
    let constants = constants_of(
        sql,
        &[
            ("'2025-01-01'", 'D', Some(column("orders", "ordered_at")), Comparison::GreaterOrEqual),
            ("'2026-01-01'", 'D', Some(column("orders", "ordered_at")), Comparison::Less),
            ("'Germany'", 'S', Some(column("customers", "country")), Comparison::Equal),
        ],
    );
    (Pattern::learn("revenue in 2025 in Germany", sql, &constants, today()).expect("teachable"), sql)
}

/// What a question asks of a pattern, every value taken as it was said.
fn asked(pattern: &Pattern, sql: &str, question: &str) -> Option<String> {
    let question = Question::new(question)?;
    let fits = pattern.fits(&question, today(), &|word| ["county", "store"].contains(&word));
    let [fit] = fits.as_slice() else { return None };
    pattern.filled(sql, &Values { texts: fit.said.clone(), time: fit.time })
}

#[test]
fn literals_that_stand_in_the_question_are_holes() {
    let (pattern, sql) = revenue();
    assert_eq!(pattern.key(), "revenue in {value} {time}");
    assert_eq!(pattern.words(), ["in", "revenue"]);
    let past = asked(&pattern, sql, "revenue of the last month in France");
    assert_eq!(past, None, "the last month may be the past 30 days");
    let filled = asked(&pattern, sql, "Please show me the revenue in New Caledonia last month?").expect("the same");
    assert!(
        filled.contains("DATE '2026-10-01' AND o.ordered_at < '2026-11-01' AND c.country = 'New Caledonia'"),
        "{filled}"
    );
    let filled = asked(&pattern, sql, "revenu for France in Q1 2024").expect("misspelt, and another preposition");
    assert!(filled.contains("DATE '2024-01-01' AND o.ordered_at < '2024-04-01' AND c.country = 'France'"), "{filled}");
    assert!(pattern.skeleton(sql).ends_with("c.country = '?'"));
}

#[test]
fn what_carries_meaning_is_not_the_same() {
    let (pattern, sql) = revenue();
    for other in [
        "revenue in Germany",
        "revenue in 2025",
        "revenue since 2025 in Germany",
        "revenue in 2025 by Germany",
        "revenue not in Germany in 2025",
        "average revenue in Germany in 2025",
        "revenue in Germany in 2025 and in 2024",
        "revenues in Germany in 2025",
        "in Germany revenue in 2025",
        "",
        "?",
    ] {
        assert_eq!(asked(&pattern, sql, other), None, "{other}");
    }
}

#[test]
fn numbers_and_intervals_are_holes() {
    let sql = "SELECT name FROM customers WHERE seen > now() - interval '30 days' AND age >= 18.5 LIMIT 5";
    let constants = constants_of(
        sql,
        &[
            ("'30 days'", 'T', None, Comparison::Greater),
            ("18.5", 'N', Some(column("customers", "age")), Comparison::GreaterOrEqual),
            ("5", 'N', None, Comparison::Equal),
        ],
    );
    let pattern = Pattern::learn("top five customers over 18.5 in the last 30 days", sql, &constants, today()).unwrap();
    assert_eq!(pattern.key(), "top {number} customers over {number} in last {number} days");
    let filled = asked(&pattern, sql, "top 10 customers over 21 in the last 7 days").expect("the same");
    assert_eq!(filled, "SELECT name FROM customers WHERE seen > now() - interval '7 days' AND age >= 21 LIMIT 10");
    assert_eq!(
        asked(&pattern, sql, "top 10.5 customers over 21 in the last 7 days"),
        None,
        "LIMIT takes whole numbers"
    );
    assert_eq!(asked(&pattern, sql, "top ten customers over old in the last 7 days"), None);
}

#[test]
fn a_year_is_filled_by_years_alone() {
    let sql = "SELECT count(*) FROM orders WHERE extract(year FROM ordered_at) = 2025";
    let constants = constants_of(sql, &[("2025", 'N', None, Comparison::Equal)]);
    let pattern = Pattern::learn("how many orders in 2025", sql, &constants, today()).unwrap();
    assert_eq!(asked(&pattern, sql, "how many orders last year").unwrap(), sql);
    assert_eq!(asked(&pattern, sql, "how many orders in 2023").unwrap(), sql.replace("2025", "2023"));
    assert_eq!(asked(&pattern, sql, "how many orders last month"), None);
    assert_eq!(asked(&pattern, sql, "how many orders 2024").unwrap(), sql.replace("2025", "2024"));
}

#[test]
fn times_that_are_not_all_accounted_for_stay() {
    let cases = [
        // The year before stands in no question.
        ("growth in 2025", "SELECT f(DATE '2024-01-01', DATE '2025-01-01', DATE '2026-01-01')"),
        // A column would still be called so.
        ("orders in 2025", "SELECT count(*) AS orders_2025 FROM o WHERE d >= '2025-01-01' AND d < '2026-01-01'"),
        ("orders in 2025", "SELECT count(*) FROM orders_2025 WHERE d >= '2025-01-01' AND d < '2026-01-01'"),
        // There is no end.
        ("orders in 2025", "SELECT count(*) FROM o WHERE d >= '2025-01-01'"),
    ];
    for (question, sql) in cases {
        let pattern = Pattern::learn(question, sql, &Constants::new(), today()).unwrap();
        assert!(pattern.key().ends_with("in 2025"), "{}", pattern.key());
        assert_eq!(asked(&pattern, sql, question).as_deref(), Some(sql));
        assert_eq!(asked(&pattern, sql, &question.replace("2025", "2024")), None);
    }
}

#[test]
fn one_side_of_time_and_single_days() {
    let sql = "SELECT count(*) FROM o WHERE d::date = '2025-03-05'";
    let constants = constants_of(sql, &[("'2025-03-05'", 'D', None, Comparison::Equal)]);
    let pattern = Pattern::learn("orders on 2025-03-05", sql, &constants, today()).unwrap();
    assert_eq!(asked(&pattern, sql, "orders yesterday").unwrap(), sql.replace("2025-03-05", "2026-11-20"));
    assert_eq!(asked(&pattern, sql, "orders last month"), None, "no day is a month");
    let sql = "SELECT count(*) FROM o WHERE d >= '2025-01-01 00:00:00'";
    let constants = constants_of(sql, &[("'2025", 'D', None, Comparison::GreaterOrEqual)]);
    let pattern = Pattern::learn("orders since 2025", sql, &constants, today()).unwrap();
    assert_eq!(asked(&pattern, sql, "orders since March 2024").unwrap(), sql.replace("2025-01-01", "2024-03-01"));
    assert_eq!(asked(&pattern, sql, "orders in 2024"), None);
    let sql = "SELECT count(*) FROM o WHERE d BETWEEN '2025-03-01' AND '2025-03-31 23:59:59'";
    let constants = constants_of(
        sql,
        &[("'2025-03-01'", 'D', None, Comparison::GreaterOrEqual), ("'2025-03-31", 'D', None, Comparison::LessOrEqual)],
    );
    let pattern = Pattern::learn("orders in March 2025", sql, &constants, today()).unwrap();
    let filled = asked(&pattern, sql, "orders in february 2024").unwrap();
    assert!(filled.ends_with("BETWEEN '2024-02-01' AND '2024-02-29 23:59:59'"), "{filled}");
}

#[test]
fn values_that_are_not_sure_stay_words() {
    // Compared with two columns, said twice, compared with no column, and named in the result.
    let both = "SELECT 1 FROM t WHERE a = 'x1' OR b = 'x1'";
    let constants = constants_of(both, &[("'x1'", 'S', None, Comparison::Equal)]);
    assert_eq!(Pattern::learn("rows of x1", both, &constants, today()).unwrap().key(), "rows of x1");
    let alias = "SELECT count(*) AS germany FROM c WHERE country = 'Germany'";
    let constants = constants_of(alias, &[("'Germany'", 'S', Some(column("c", "country")), Comparison::Equal)]);
    assert_eq!(
        Pattern::learn("customers in Germany", alias, &constants, today()).unwrap().key(),
        "customers in germany"
    );
    let number = "SELECT 1 FROM t WHERE a > 5 LIMIT 5";
    let constants = constants_of(number, &[("5", 'N', None, Comparison::Equal)]);
    assert_eq!(Pattern::learn("top 5 rows", number, &constants, today()).unwrap().key(), "top 5 rows");
}

#[test]
fn questions_without_words_are_not_taught() {
    let none = Constants::new();
    for question in ["", "?!", "please", "2025"] {
        assert_eq!(Pattern::learn(question, "SELECT 2025", &none, today()), Err(Unteachable::NoWords), "{question}");
    }
    let long = "word ".repeat(MAX_WORDS + 1);
    assert_eq!(Pattern::learn(&long, "SELECT 1", &none, today()), Err(Unteachable::TooLong));
}

#[test]
fn misspelt_words_are_only_those_that_nobody_knows() {
    let pattern = Pattern::learn("customers by country", "SELECT 1", &Constants::new(), today()).unwrap();
    assert!(asked(&pattern, "SELECT 1", "custmers by contry").is_some());
    for (written, meant) in
        [("contry", "country"), ("contury", "country"), ("countrry", "country"), ("coumtry", "country")]
    {
        let (written, meant) = (spellings(written), spellings(meant));
        assert!(written.iter().any(|one| meant.contains(one)), "{written:?} {meant:?}");
    }
    assert_eq!(spellings("orde"), ["orde"]);
    assert!(asked(&pattern, "SELECT 1", "customers by county").is_none(), "a county is something else");
    assert!(asked(&pattern, "SELECT 1", "customer by country").is_none(), "one is not many");
}

#[test]
fn a_value_cannot_leave_its_literal() {
    let sql = "SELECT 1 FROM c WHERE country = 'Germany'";
    let constants = constants_of(sql, &[("'Germany'", 'S', Some(column("c", "country")), Comparison::Equal)]);
    let pattern = Pattern::learn("customers in Germany", sql, &constants, today()).unwrap();
    let filled = |text: &str| pattern.filled(sql, &Values { texts: vec![text.into()], time: None });
    assert_eq!(filled("x' OR '1'='1").as_deref(), Some("SELECT 1 FROM c WHERE country = 'x'' OR ''1''=''1'"));
    assert_eq!(filled("x\\"), None);
    assert_eq!(pattern.filled(sql, &Values { texts: vec![], time: None }), None);
}

#[test]
fn patterns_are_kept_as_json() {
    let (pattern, _) = revenue();
    let kept = serde_json::to_string(&pattern).expect("json");
    assert_eq!(serde_json::from_str::<Pattern>(&kept).expect("the same"), pattern);
}

/// The same texts at every run: a linear congruential generator (Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn text(&mut self, pieces: &[&str]) -> String {
        (0..self.below(14)).map(|_| pieces[self.below(pieces.len())]).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn any_text_is_taken() {
    let said = [
        "revenue",
        "in",
        "2025",
        "last month",
        "'",
        "\"Köln\"",
        "5",
        "1,000",
        "東京",
        "since",
        "Q1 2024",
        "é",
        "--",
        "$$",
        "top",
        "31 December",
        "between",
        "and",
        "Germany's",
        "0",
        "''",
    ];
    let written = [
        "SELECT",
        "'2025-01-01'",
        "'2026-01-01'",
        "2025",
        "5",
        "'Köln'",
        "\"",
        "'",
        "$$",
        "/*",
        "E'\\'",
        "FROM ä",
        "'5 days'",
        "1e9",
        "..",
        "'2025-12-31 23:59'",
        "U&'",
        "AS revenue_2025",
    ];
    let mut random = Random(1);
    for _ in 0..20_000 {
        let (question, sql) = (random.text(&said), random.text(&written));
        let comparisons = [Comparison::Equal, Comparison::GreaterOrEqual, Comparison::Less];
        let constants: Constants = (0..sql.len())
            .map(|at| {
                let category = ['S', 'N', 'T', 'D'][at % 4];
                let column = (at % 3 > 0).then(|| column("t", "c"));
                (at, Compared { category, column, comparison: Some(comparisons[at % 3]) })
            })
            .collect();
        let Ok(pattern) = Pattern::learn(&question, &sql, &constants, today()) else { continue };
        // What was taught asks the same as itself, and gives the SQL as it was.
        let own = asked(&pattern, &sql, &question);
        assert!(own.as_ref().is_none_or(|own| *own == sql), "{question}\n{sql}\n{own:?}");
        let _ = asked(&pattern, &sql, &random.text(&said));
        let _ = (pattern.key(), pattern.skeleton(&sql));
    }
}

#[test]
fn a_pair_is_found_by_two_of_its_words() {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let found = shapes(&words("revenu in city"));
    for shape in ["city revenu", " city", " revenu", " in", "city reven"] {
        assert!(found.iter().any(|one| one == shape), "{shape}");
    }
    // Words of grammar find those pairs alone that have no others.
    assert!(!found.iter().any(|one| one == "city in"));
    assert!(shapes(&words("how many")).contains(&"how many".to_owned()));
    assert!(shapes(&[]).is_empty());
}

/// Twenty values of one to six words each could be laid over seventy words in more ways than can be counted.
#[test]
fn many_values_in_a_long_question_are_soon_told_not_to_fit() {
    let words: Vec<String> = (b'a'..=b't').map(|letter| format!("{0}x{0}", char::from(letter))).collect();
    let values: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let sql = format!("SELECT count(*) AS n FROM t WHERE a IN ({})", values.join(", "));
    let known: Vec<_> =
        values.iter().map(|value| (value.as_str(), 'S', Some(column("t", "a")), Comparison::Equal)).collect();
    let taught = format!("frobnicate {} zapped", words.join(" "));
    let pattern = Pattern::learn(&taught, &sql, &constants_of(&sql, &known), today()).expect("teachable");
    assert_eq!(pattern.holes.len(), 20);
    let long = |end: &str| {
        let middle: Vec<String> = (0..70).map(|number| format!("w{number}")).collect();
        format!("frobnicate {} zapped{end}", middle.join(" "))
    };
    assert_eq!(asked(&pattern, &sql, &long(" indeed")), None);
    assert_eq!(asked(&pattern, &sql, &long("")), None, "it fits in more than one way");
    let same = taught.replace("axa", "Z9");
    assert!(asked(&pattern, &sql, &same).is_some_and(|filled| filled.contains("'Z9'")));
}

/// Whoever says whether a word is known may look through all names of a schema.
#[test]
fn a_word_is_asked_about_once() {
    let letters = || (b'a'..=b'j').map(char::from);
    let values: Vec<String> = letters().map(|letter| format!("'{0}x{0}'", letter)).collect();
    let sql = format!("SELECT count(*) AS n FROM t WHERE a IN ({})", values.join(", "));
    let known: Vec<_> =
        values.iter().map(|value| (value.as_str(), 'S', Some(column("t", "a")), Comparison::Equal)).collect();
    let told: Vec<String> = letters().map(|letter| format!("{0}x{0} frobnicate", letter)).collect();
    let taught = told.join(" ");
    let pattern = Pattern::learn(&taught, &sql, &constants_of(&sql, &known), today()).expect("teachable");
    assert_eq!(pattern.holes.len(), 10);
    let long = "frobnicatee frobnicates ".repeat(30);
    let question = Question::new(&long).expect("short enough");
    let asked = std::cell::Cell::new(0);
    let is_known = |_: &str| {
        asked.set(asked.get() + 1);
        false
    };
    pattern.fits(&question, today(), &is_known);
    assert!((1..=2).contains(&asked.get()), "{}", asked.get());
}
