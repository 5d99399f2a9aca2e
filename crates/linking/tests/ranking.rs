//! What is found for questions about small catalogs.

mod common;

use common::{ask, ask_with, directory, go_on, oids, relation};
use linking::{Context, FoundValue, Interrupted, Options, Place, Relation, Usage, rank};

fn shop() -> Vec<Relation> {
    let mut relations = vec![
        relation(1, "shop.customers: id, name, email, city"),
        relation(2, "shop.orders: id, customer_id, ordered_at, total"),
        relation(3, "shop.order_items: order_id, product_id, quantity, unit_price"),
        relation(4, "shop.products: id, title, category, price"),
        relation(5, "hr.employees: id, first_name, last_name, salary, department_id"),
        relation(6, "hr.departments: id, name, floor"),
        relation(7, "web.page_views: id, url, viewed_at"),
    ];
    relations[1].references = vec![1];
    relations[2].references = vec![2, 4];
    relations[4].references = vec![6];
    relations
}

#[test]
fn names_columns_synonyms_and_short_forms() {
    let mut directory = directory(&shop());
    for (question, first) in [
        ("how many customers are there", 1),
        ("clients by town", 1),
        ("average salary", 5),
        ("staff per dept", 5),
        ("the floor of each department", 6),
        ("what does a product cost", 4),
        ("which pages were viewed", 7),
        ("emploees", 5),
    ] {
        assert_eq!(oids(&ask(question, &mut directory)).first(), Some(&first), "{question}");
    }
    assert!(ask("and of the", &mut directory).is_empty());
    assert!(ask("", &mut directory).is_empty());
}

#[test]
fn what_joins_two_relations_comes_with_them() {
    let mut directory = directory(&shop());
    let ranked = ask("products bought by customers in Berlin", &mut directory);
    let mut first = oids(&ranked)[..4].to_vec();
    first.sort_unstable();
    assert_eq!(first, [1, 2, 3, 4]);
    let options = Options::default();
    let context = Context { explained: 10, ..Context::new(&options) };
    let ranked = ask_with("products of customers", &mut directory, &context);
    let items = ranked.iter().find(|one| one.oid == 3).expect("between them");
    assert!(items.neighbours.iter().any(|near| &*near.asked == "customers" && near.oid == 1), "{:?}", items.neighbours);
}

#[test]
fn reasons_name_words_columns_and_values() {
    let mut relations = shop();
    relations[0].columns[3].values = vec!["Berlin".to_owned(), "New York".to_owned()];
    let mut directory = directory(&relations);
    let ranked = ask("customers of new york", &mut directory);
    let one = &ranked[0];
    assert_eq!(one.oid, 1);
    assert_eq!(one.columns().first().map(|(column, _)| *column), Some(3));
    let reason = one.matches.iter().find(|one| one.place == Place::Value).expect("a value");
    assert_eq!((&*reason.asked, reason.column), ("new york", Some(3)));
    let reason = one.matches.iter().find(|one| one.place == Place::Name).expect("a name");
    assert_eq!((&*reason.asked, &*reason.found, reason.column), ("customers", "customers", None));
    // What a look-up in the database found is as good.
    let found = [FoundValue { phrase: "Main St".to_owned(), oid: 7, column: 1 }];
    let options = Options::default();
    let context = Context { values: &found, ..Context::new(&options) };
    assert_eq!(oids(&ask_with("who is in Main St", &mut directory, &context)), [7]);
}

#[test]
fn comments_name_what_terse_names_hide() {
    let mut relations = vec![
        relation(1, "crm.acc: aid, nm, ctry | customers and prospects"),
        relation(2, "crm.doc: did, aid, net \"amount without tax\" | invoices sent: the revenue of the company"),
        relation(3, "crm.ppl: eid, unit, pay \"yearly salary\" | employees, headcount is those without a leaving date"),
        relation(4, "crm.misc: mid, txt | notes that sometimes mention customers, revenue or headcount"),
        relation(5, "web.customer_revenue_page_views: id, url"),
    ];
    relations[1].references = vec![1];
    let mut directory = directory(&relations);
    for (question, first) in [("revenue", 2), ("what is our headcount", 3), ("salary", 3), ("all customers", 1)] {
        assert_eq!(oids(&ask(question, &mut directory)).first(), Some(&first), "{question}");
    }
}

#[test]
fn beginnings_that_a_schema_shares_say_nothing() {
    let names = ["sbcustomer", "sbticker", "sbdailyprice", "sbtransaction"];
    let glued: Vec<Relation> =
        (1..).zip(names).map(|(oid, name)| relation(oid, &format!("broker.{name}: {name}id, x{oid}"))).collect();
    let mut others = glued.clone();
    others.push(relation(9, "other.my_customer: id, y"));
    assert_eq!(oids(&ask("customers", &mut directory(&others))).first(), Some(&1));
    let named: Vec<Relation> = (1..)
        .zip(["customer", "ticker", "price", "transaction"])
        .map(|(oid, name)| relation(oid, &format!("broker.zz_{name}: id, x{oid}")))
        .chain([relation(9, "other.my_customer: id, y")])
        .collect();
    assert_eq!(oids(&ask("customers", &mut directory(&named))).first(), Some(&1));
}

#[test]
fn glued_words_and_initials() {
    let relations = [
        relation(1, "a.address: address_id, street"),
        relation(2, "a.ship: ship_id, street"),
        relation(3, "a.list: shipaddress, remark"),
        relation(4, "a.figures: id, mrr"),
    ];
    let mut directory = directory(&relations);
    assert_eq!(oids(&ask("monthly recurring revenue", &mut directory)).first(), Some(&4));
    let ranked = ask("ship address", &mut directory);
    let found = ranked.iter().find(|one| one.oid == 3).expect("the glued column");
    assert!(found.matches.iter().any(|one| &*one.found == "shipaddress"));
}

#[test]
fn search_path_and_privileges() {
    let relations = [
        relation(1, "a.customers: id, name"),
        relation(2, "b.customers: id, name"),
        relation(3, "b.secrets: id, customer_id"),
    ];
    let mut directory = directory(&relations);
    let visible = ["b".to_owned()];
    let options = Options::default();
    let context = Context { visible: &visible, ..Context::new(&options) };
    assert_eq!(oids(&ask_with("customers", &mut directory, &context)).first(), Some(&2));
    let readable = |oid: u32, _: u32| oid == 1;
    let context = Context { visible: &visible, readable: Some(&readable), explained: 9, ..Context::new(&options) };
    let ranked = ask_with("customers", &mut directory, &context);
    assert_eq!(oids(&ranked), [1]);
    assert!(ranked[0].neighbours.is_empty());
}

#[test]
fn hidden_columns_speak_for_nothing_and_groups_are_told() {
    let mut relations =
        vec![relation(1, "a.staff: id, salary"), relation(2, "a.posts: id, salary"), relation(3, "a.pay: id, salary")];
    relations[2].group = 7;
    let mut directory = directory(&relations);
    let readable = |_: u32, group: u32| group == 0;
    let hidden = |oid: u32, column: u16| oid == 1 && column == 1;
    let options = Options::default();
    let context = Context { readable: Some(&readable), hidden: Some(&hidden), ..Context::new(&options) };
    let ranked = ask_with("salary", &mut directory, &context);
    assert_eq!(oids(&ranked).first(), Some(&2));
    assert!(ranked.iter().all(|one| one.oid != 3 && (one.oid == 2 || one.matches.is_empty())), "{ranked:?}");
}

#[test]
fn neighbours_are_what_keys_join() {
    let directory = directory(&shop());
    let [orders, items] = [2, 3];
    assert!(
        directory.neighbours(items).any(|oid| oid == orders),
        "{:?}",
        directory.neighbours(items).collect::<Vec<_>>()
    );
    assert_eq!(directory.neighbours(99).count(), 0);
}

#[test]
fn use_settles_what_words_leave_open() {
    let mut relations: Vec<Relation> =
        (1..=4).map(|oid| relation(oid, &format!("s{oid}.orders: id, c{oid}"))).collect();
    relations[0].usage = Usage { rows: Some(0.0), ..Usage::default() };
    relations[2].usage.reads = 100_000;
    relations[3].usage.asked = 100;
    let mut directory = directory(&relations);
    assert_eq!(oids(&ask("orders", &mut directory)), [4, 3, 2, 1]);
    directory.set_usage(1, Usage { rows: Some(10.0), reads: 1_000_000, asked: 1000 });
    assert_eq!(oids(&ask("orders", &mut directory)).first(), Some(&1));
}

#[test]
fn a_flood_of_look_alikes_leaves_room() {
    let mut relations = shop();
    for oid in 100..1600 {
        relations.push(relation(oid, &format!("flood.customers_{oid}: id, name, email, city")));
    }
    for oid in 2000..3500 {
        relations.push(relation(oid, &format!("flood{}.orders: id, customer_id, ordered_at, total", oid % 500)));
    }
    let mut directory = directory(&relations);
    let options = Options::default();
    let context = Context { limit: 60, ..Context::new(&options) };
    let found = oids(&ask_with("names of customers who ordered a product and its price", &mut directory, &context));
    for oid in 1..=4 {
        assert!(found.contains(&oid), "{oid} is not among {found:?}");
    }
}

#[test]
fn a_callback_ends_the_work() {
    let relations: Vec<Relation> =
        (1..3000).map(|oid| relation(oid, &format!("s.orders_{oid}: id, customer"))).collect();
    let mut directory = directory(&relations);
    let mut calls = 0;
    let mut count = || {
        calls += 1;
        Ok(())
    };
    let options = Options::default();
    let context = Context::new(&options);
    rank("customers with orders", &mut directory, &context, &mut count).expect("never interrupted");
    assert!(calls > 10, "{calls}");
    for end in 0..calls {
        let mut left = end;
        let mut stop = || {
            left -= 1;
            if left < 0 { Err(Interrupted) } else { Ok(()) }
        };
        assert_eq!(rank("customers with orders", &mut directory, &context, &mut stop), Err(Interrupted), "at {end}");
    }
    let mut never = || Err(Interrupted);
    assert!(linking::Directory::build(relations, &mut never).is_err());
    assert!(rank("customers with orders", &mut directory, &context, &mut go_on).is_ok());
}

#[test]
fn anything_may_be_asked_and_named() {
    let odd = [
        relation(1, "s.\u{1F984}: \u{0}, _, , ß, İstanbul"),
        relation(2, "s.Müller_Straße: größe, 名前, id"),
        relation(3, &format!("s.{}: {}", "x".repeat(63), "aé".repeat(31))),
    ];
    let mut directory = directory(&odd);
    for question in ["名前", "größe der Straße", "🦄'\"''\"s", "'", &"word ".repeat(5000), "İSTANBUL", "a\u{0}b", "ǅ'S"]
    {
        ask(question, &mut directory);
    }
    assert_eq!(oids(&ask("Größe", &mut directory)).first(), Some(&2));
}

/// Whoever makes tables can make some that have every word of a question in each of a thousand columns.
#[test]
fn wide_relations_full_of_the_words_of_a_question_are_soon_explained() {
    let words: Vec<String> = ('a'..='t').map(|letter| format!("{letter}{letter}x")).collect();
    let columns: Vec<String> = (0..1500).map(|at| format!("{}_{at}", words.join("_"))).collect();
    let columns = columns.join(", ");
    let wide: Vec<_> = (1..=20).map(|oid| relation(oid, &format!("s.t{oid}: {columns}"))).collect();
    let mut directory = directory(&wide);
    let ranked = ask(&words.join(" "), &mut directory);
    assert_eq!(ranked.len(), 20);
    assert!(ranked.iter().all(|one| (500..=1000).contains(&one.matches.len()) && one.columns().len() <= 1000));
}
