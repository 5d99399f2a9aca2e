//! The demo shop as the catalog shows it, built by hand for the tests of the builtin model.

use schema::{Column, ForeignKey, Relation, RelationKind, Snapshot};

/// `name type` with `!` for NOT NULL.
pub fn column(spec: &str) -> Column {
    let (name, data_type) = spec.split_once(' ').unwrap();
    let (data_type, not_null) = data_type.strip_suffix('!').map_or((data_type, false), |data_type| (data_type, true));
    let category = match data_type {
        "text" | "email_address" => 'S',
        "boolean" => 'B',
        "date" | "timestamp with time zone" => 'D',
        "order_status" | "payment_method" => 'E',
        _ => 'N',
    };
    Column { name: name.into(), data_type: data_type.into(), category, not_null, ..Column::default() }
}

pub fn relation(name: &str, columns: &[&str], primary_key: &[&str], references: &[(&str, &str)]) -> Relation {
    let foreign_key = |(column, relation): &(&str, &str)| ForeignKey {
        columns: vec![(*column).into()],
        schema: "public".into(),
        relation: (*relation).into(),
        referenced: vec!["id".into()],
    };
    Relation {
        schema: "public".into(),
        name: name.into(),
        visible: true,
        columns: columns.iter().map(|spec| column(spec)).collect(),
        primary_key: primary_key.iter().map(|name| (*name).into()).collect(),
        foreign_keys: references.iter().map(foreign_key).collect(),
        ..Relation::default()
    }
}

pub fn snapshot(relations: Vec<Relation>) -> Snapshot {
    Snapshot { search_path: vec!["public".into()], relations: relations.into(), ..Snapshot::default() }
}

fn set(relation: &mut Relation, name: &str, change: impl FnOnce(&mut Column)) {
    change(relation.columns.iter_mut().find(|column| column.name == name).unwrap());
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).into()).collect()
}

pub fn shop() -> Snapshot {
    let mut customers = relation(
        "customers",
        &[
            "id integer!",
            "name text!",
            "email email_address!",
            "city text!",
            "country text!",
            "signed_up date!",
            "newsletter boolean!",
        ],
        &["id"],
        &[],
    );
    set(&mut customers, "name", |c| c.common_values = strings(&["Rosa Novak", "Leo Adler"]));
    set(&mut customers, "city", |c| {
        c.common_values = strings(&["Oslo", "Lyon", "Berlin", "Hamburg", "Paris", "Munich"])
    });
    set(&mut customers, "country", |c| c.common_values = strings(&["Germany", "France", "Norway", "Spain", "Italy"]));
    set(&mut customers, "signed_up", |c| c.comment = Some("day the account was opened".into()));
    let categories = relation(
        "categories",
        &["id integer!", "name text!", "parent_id integer"],
        &["id"],
        &[("parent_id", "categories")],
    );
    let mut products = relation(
        "products",
        &[
            "id integer!",
            "category_id integer!",
            "name text!",
            "price numeric(10,2)!",
            "stock integer!",
            "discontinued boolean!",
        ],
        &["id"],
        &[("category_id", "categories")],
    );
    set(&mut products, "price", |c| c.comment = Some("current list price in euros".into()));
    set(&mut products, "stock", |c| c.comment = Some("pieces in the warehouse".into()));
    snapshot([vec![categories, customers], orders(), vec![products], visits()].concat())
}

/// The shop with the names of its categories.
pub fn shop_with_values() -> Snapshot {
    let mut shop = shop();
    shop.relations.edit(|all| {
        let categories = all.iter_mut().find(|relation| relation.name == "categories").unwrap();
        let name = categories.columns.iter_mut().find(|column| column.name == "name").unwrap();
        name.common_values = ["Electronics", "Phones", "Laptops", "Novels"].map(String::from).into();
    });
    shop
}

fn orders() -> Vec<Relation> {
    let mut orders = relation(
        "orders",
        &[
            "id integer!",
            "customer_id integer!",
            "ordered_at timestamp with time zone!",
            "status order_status!",
            "shipping numeric(8,2)!",
            "total numeric(12,2)!",
        ],
        &["id"],
        &[("customer_id", "customers")],
    );
    set(&mut orders, "status", |c| {
        c.labels = strings(&["new", "paid", "shipped", "delivered", "cancelled", "returned"])
    });
    set(&mut orders, "shipping", |c| c.comment = Some("shipping fee in euros".into()));
    set(&mut orders, "total", |c| {
        c.comment = Some("what the customer pays in euros, shipping included: the revenue of the order".into());
    });
    let items = relation(
        "order_items",
        &[
            "order_id integer!",
            "line integer!",
            "product_id integer!",
            "quantity integer!",
            "unit_price numeric(10,2)!",
            "amount numeric(12,2)",
        ],
        &["order_id", "line"],
        &[("order_id", "orders"), ("product_id", "products")],
    );
    let mut payments = relation(
        "payments",
        &[
            "id integer!",
            "order_id integer!",
            "method payment_method!",
            "paid_at timestamp with time zone!",
            "amount numeric(12,2)!",
        ],
        &["id"],
        &[("order_id", "orders")],
    );
    set(&mut payments, "method", |c| c.labels = strings(&["card", "paypal", "invoice", "bank transfer"]));
    vec![orders, items, payments]
}

fn visits() -> Vec<Relation> {
    let mut reviews = relation(
        "reviews",
        &["product_id integer!", "customer_id integer!", "rating integer!", "written_on date!", "body text"],
        &["product_id", "customer_id"],
        &[("product_id", "products"), ("customer_id", "customers")],
    );
    set(&mut reviews, "rating", |c| c.comment = Some("stars, 1 to 5".into()));
    set(&mut reviews, "body", |c| c.common_values = strings(&["Does what it should.", "Would buy it again."]));
    let mut page_views = relation(
        "page_views",
        &["viewed_at timestamp with time zone!", "product_id integer!", "customer_id integer", "seconds integer!"],
        &[],
        &[("product_id", "products"), ("customer_id", "customers")],
    );
    page_views.kind = RelationKind::PartitionedTable;
    let mut ratings = relation(
        "product_ratings",
        &["product_id integer", "product text", "review_count bigint", "average_rating numeric"],
        &[],
        &[],
    );
    ratings.kind = RelationKind::View;
    vec![page_views, ratings, reviews]
}
