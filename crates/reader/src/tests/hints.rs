//! Questions that say of whom or when, but not what they ask for: what can be asked of these is suggested.

use crate::Prepared;
use crate::lattice::stored_values::NoValues;
use crate::never;
use crate::tests::shop_fixture::{column, relation, shop_with_values, snapshot};
use schema::Snapshot;

fn suggestions(question: &str, snapshot: &Snapshot) -> Vec<String> {
    let prepared = Prepared::new(snapshot, &never).unwrap();
    let reader = prepared.reader(&never);
    let abstention = reader.read(question, &NoValues).unwrap().expect_err(question);
    let found = reader.suggestions(question, &abstention, &NoValues, &mut |_, _| Ok(true)).unwrap();
    let found: Vec<String> = found.into_iter().map(|one| one.question).collect();
    for text in &found {
        assert!(reader.read(text, &NoValues).unwrap().is_ok(), "{question}: {text} is not answered");
    }
    found
}

/// A shop that knows who supplies what.
fn shop_with_suppliers() -> Snapshot {
    let mut categories = relation("categories", &["id integer!", "name text!"], &["id"], &[]);
    categories.columns[1].common_values = vec!["Laptops".into(), "Phones".into()];
    let suppliers = relation("suppliers", &["id integer!", "name text!", "city text!"], &["id"], &[]);
    let mut products = relation(
        "products",
        &["id integer!", "name text!", "price numeric!", "category_id integer!", "supplier_id integer!"],
        &["id"],
        &[("category_id", "categories"), ("supplier_id", "suppliers")],
    );
    products.columns.push(column("stock integer!"));
    snapshot(vec![categories, suppliers, products])
}

#[test]
fn what_can_be_asked_of_a_value_is_suggested() {
    let shop = shop_with_values();
    for (question, near) in [
        ("show me the numbers for Germany", "revenue in Germany"),
        ("numbers for Germany", "customers in Germany"),
        ("how are we doing in Germany", "revenue in Germany"),
        ("give me the figures for laptops", "revenue for laptops"),
        ("who supplies our laptops", "products of laptops"),
        ("what about Rosa Novak", "orders of Rosa Novak"),
    ] {
        let found = suggestions(question, &shop);
        assert!(found.iter().any(|text| text == near), "{question}: {found:?}");
    }
}

#[test]
fn those_who_do_what_a_verb_tells_are_suggested() {
    let shop = shop_with_suppliers();
    for question in ["who supplies our laptops", "which firm supplied the phones"] {
        let found = suggestions(question, &shop);
        assert!(found.iter().any(|text| text.contains("supplier")), "{question}: {found:?}");
    }
}

#[test]
fn where_more_than_values_is_named_that_is_kept() {
    let shop = shop_with_values();
    let found = suggestions("happy customers in Germany", &shop);
    assert!(found.iter().all(|text| text.contains("customers") && !text.contains("revenue")), "{found:?}");
    let found = suggestions("returned zzz in Germany", &shop);
    assert!(found.iter().all(|text| !text.contains("cancelled")), "{found:?}");
}
