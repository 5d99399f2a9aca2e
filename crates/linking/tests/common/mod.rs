//! Small catalogs made by hand, and a larger one made of drawn words.

#![allow(dead_code, reason = "not every test file needs all of it")]

use linking::{Column, Context, Directory, Interrupted, Options, Ranked, Relation, Usage, rank};

pub fn go_on() -> Result<(), Interrupted> {
    Ok(())
}

/// `schema.name: column, column "comment", ...`, and a comment after a `|`.
pub fn relation(oid: u32, text: &str) -> Relation {
    let (head, comment) = text.split_once('|').map_or((text, None), |(head, comment)| (head, Some(comment)));
    let (name, columns) = head.split_once(':').expect("schema.name: columns");
    let (schema, name) = name.trim().split_once('.').expect("schema.name");
    let column = |text: &str| {
        let (name, comment) = text.split_once('"').map_or((text, None), |(name, comment)| (name, Some(comment)));
        Column {
            name: name.trim().to_owned(),
            comment: comment.map(|comment| comment.trim().trim_end_matches('"').to_owned()),
            ..Column::default()
        }
    };
    Relation {
        oid,
        schema: schema.to_owned(),
        name: name.to_owned(),
        comment: comment.map(|comment| comment.trim().to_owned()),
        columns: columns.split(',').map(column).collect(),
        primary_key: vec![0],
        usage: Usage { rows: Some(1000.0), ..Usage::default() },
        ..Relation::default()
    }
}

pub fn directory(relations: &[Relation]) -> Directory {
    Directory::build(relations.iter().cloned(), &mut go_on).expect("never interrupted")
}

pub fn ask(question: &str, directory: &mut Directory) -> Vec<Ranked> {
    let options = Options::default();
    ask_with(question, directory, &Context::new(&options))
}

pub fn ask_with(question: &str, directory: &mut Directory, context: &Context<'_>) -> Vec<Ranked> {
    rank(question, directory, context, &mut go_on).expect("never interrupted")
}

pub fn oids(ranked: &[Ranked]) -> Vec<u32> {
    ranked.iter().map(|one| one.oid).collect()
}

/// Numbers that look drawn, the same in every run.
pub struct Draw(pub u64);

impl Draw {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    pub fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const WORDS: [&str; 40] = [
    "customer",
    "orders",
    "order",
    "item",
    "product",
    "price",
    "city",
    "country",
    "invoice",
    "payment",
    "employee",
    "dept",
    "salary",
    "hire",
    "date",
    "code",
    "name",
    "status",
    "type",
    "amount",
    "qty",
    "sbcustomer",
    "sbticker",
    "sborder",
    "sbprice",
    "custaddress",
    "address",
    "cust",
    "ship",
    "shipdate",
    "account",
    "region",
    "store",
    "staff",
    "loc",
    "cat",
    "customercity",
    "data",
    "base",
    "database",
];

/// A relation of drawn names in one of a few schemas.
pub fn drawn(oid: u32, draw: &mut Draw) -> Relation {
    let schema = draw.of(&["sales", "hr", "store_data"]);
    let name = format!("{}_{}", draw.of(&WORDS), draw.of(&WORDS));
    let columns: Vec<String> = (0..draw.below(6) + 1)
        .map(|number| match draw.below(4) {
            0 => format!("{}_id", draw.of(&WORDS)),
            1 => format!("{}{}", draw.of(&WORDS), draw.of(&WORDS)),
            2 => draw.of(&WORDS).to_owned(),
            _ => format!("c{number}_{} \"the {} of a {}\"", draw.of(&WORDS), draw.of(&WORDS), draw.of(&WORDS)),
        })
        .collect();
    let mut relation = relation(oid, &format!("{schema}.{name}: {}", columns.join(",")));
    if draw.below(3) == 0 {
        relation.comment = Some(format!("{} and {} of the {}", draw.of(&WORDS), draw.of(&WORDS), draw.of(&WORDS)));
    }
    relation.references = (0..draw.below(3)).map(|_| u32::try_from(draw.below(60)).expect("small")).collect();
    if let Some(column) = relation.columns.first_mut().filter(|_| draw.below(3) == 0) {
        column.values = vec!["Berlin".to_owned(), draw.of(&WORDS).to_uppercase()];
        column.labels = vec![draw.of(&WORDS).to_owned()];
    }
    relation.usage.rows = [None, Some(0.0), Some(50.0)][draw.below(3)];
    relation
}
