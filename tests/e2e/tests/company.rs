//! A company's words and answers over a model outside the server: what its requests tell of them, question by question.

use nl2sql_e2e::double::Reply;
use nl2sql_e2e::fixture::Fixture;
use nl2sql_e2e::session::quote;

/// What the golden test teaches, and its forty questions.
const COMPANY: &str = include_str!("../../pg_regress/sql/company.sql");
/// What is told of them: a line for each question, with the terms and the pairs of its request, or that there is none; then
/// those for [`NEAR`].
const TOLD: &str = include_str!("../sql/company.txt");

/// Near to what was taught, and not the same.
const NEAR: [&str; 8] = [
    "bestsellers of regulars in 2025",
    "conversion per quarter",
    "payment mix of whales by country",
    "which products lead the rating league",
    "delivery problems by city",
    "how loyal are newsletter readers",
    "what voices are there about tea",
    "shelf warmers of the backlog",
];

fn questions() -> Vec<&'static str> {
    let lines = COMPANY.lines().filter_map(|line| line.strip_prefix("    ('"));
    lines.filter_map(|line| line.trim_end_matches([',', ';']).strip_suffix("')")).collect()
}

fn lessons() -> &'static str {
    let after = COMPANY.split_once("-- A company teaches").expect("the golden test teaches").1;
    let (_, after) = after.split_once('\n').expect("lines");
    after.split_once("-- The same questions again.").expect("and asks").0
}

/// What stands in double quotes, or after the dash, on the lines of a section of a prompt.
fn listed(prompt: &str, section: &str) -> Vec<String> {
    let Some((_, after)) = prompt.split_once(section) else { return Vec::new() };
    let lines = after.lines().skip(1).take_while(|line| line.starts_with("- ") || line.starts_with("  "));
    let names = lines.filter_map(|line| line.strip_prefix("- "));
    names.map(|name| name.split("\": ").next().unwrap_or_default().trim_matches('"').to_owned()).collect()
}

#[test]
fn a_model_is_told_just_the_pairs_and_terms_of_each_of_forty_questions() {
    let mut fixture = Fixture::shop("company");
    fixture.double.answer("*", Reply::sql("SELECT 1 AS n"));
    fixture.session.run(lessons());
    let questions = questions();
    assert_eq!(questions.len(), 40);
    let mut told = String::new();
    for question in questions.into_iter().chain(NEAR) {
        fixture.double.clear();
        fixture.session.run(&format!("SELECT nl_ask({})", quote(question)));
        let line = match fixture.double.chats().as_slice() {
            [] => "verified".to_owned(),
            [chat] => {
                let prompt = chat.conversation();
                let terms = listed(&prompt, "Terms that people here use").join(", ");
                let pairs = listed(&prompt, "Verified examples: ").join(", ");
                format!("terms: {terms}; pairs: {pairs}")
            }
            more => panic!("{question} took {} requests", more.len()),
        };
        told.push_str(&format!("{question} | {line}\n"));
    }
    assert_eq!(told, TOLD, "{told}");
}
