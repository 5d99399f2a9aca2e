//! What can be asked: example questions of the caller's own schema, each read and judged before it is told, and help by topic.

use std::time::{Duration, Instant};

use reader::{Example, Form};

use super::follow_ups::follow_ups;
use crate::error::Error;
use crate::glossary;
use crate::grounding::values::Lookup;
use crate::grounding::{self, Context, Extent};
use crate::guard;
use crate::model::builtin::Asker;
use crate::model::{BUILTIN, builtin};
use crate::pg::running::sandbox::sandboxed;
use crate::settings::Settings;
use prose::outline::Outline;

/// So many questions are told where nobody says how many.
pub const DEFAULT_EXAMPLES: usize = 10;
/// No more questions are told at once.
pub const MAX_EXAMPLES: usize = 100;
/// So many stand on the first page, and on that of a topic.
const ON_A_PAGE: usize = 10;
/// After so long, no more examples are looked for, nor questions that go on from one.
const MOST_TIME: Duration = Duration::from_secs(3);
/// So many questions about a table are made to see by what it can be grouped.
const PAGE: usize = 6;
/// More tables are not listed on a page.
const MAX_TABLES: usize = 40;

const MORE: &str = "SELECT * FROM nl_examples(30) gives more questions, SELECT nl_sql('…') how one is read.";
const TOPICS: &str = "groups, time, ranking, filters, tables, models, privileges";

/// Up to so many questions that the caller can ask, and that are answered.
pub fn examples(most: usize, settings: &Settings) -> Result<Vec<String>, Error> {
    let guide = Guide::new(settings)?;
    Ok(guide.examples(most.min(MAX_EXAMPLES), &|_| true)?.into_iter().map(|example| example.question).collect())
}

/// Questions that may come after one, and that are answered: the same of another year or by something else, then others about the
/// relation that its statement reads first.
pub fn next_questions(asked: &str, outline: &Outline, most: usize, settings: &Settings) -> Result<Vec<String>, Error> {
    let Some((_, relation)) = outline.relations.first() else { return Ok(Vec::new()) };
    let started = Instant::now();
    let context = grounding::link(asked, &settings.scope(), Extent::of(settings.prompt.budget), true)?;
    let about = builtin::table_page(&context, relation, PAGE, &|sql| is_approved(sql, settings))?;
    let examples = about.map(|page| page.examples).unwrap_or_default();
    let grouped = examples.iter().filter_map(|example| example.question.split_once(" per "));
    let mut groups: Vec<String> = grouped.map(|(_, group)| group.to_owned()).collect();
    groups.retain(|group| !group.contains(' '));
    groups.dedup();
    let values = Lookup::new(&context);
    let said = |text: &str| glossary::said(text, &|sql| is_approved(sql, settings));
    let approve = |sql: &str| Ok(started.elapsed() < MOST_TIME && is_approved(sql, settings)?);
    let asker = Asker { said: &said, approve: &approve };
    let mut found = Vec::new();
    for question in follow_ups(asked, &groups) {
        // One is left for another kind of question.
        if found.len() + 1 < most && asker.is_answered(&question, &context, &values)? {
            found.push(question);
        }
    }
    let is_asked = |question: &String| plain(question) == plain(asked);
    let others = examples.into_iter().map(|example| example.question).filter(|question| !is_asked(question));
    found.extend(others.take(most - found.len()));
    Ok(found)
}

/// A question as others ask the same.
fn plain(question: &str) -> String {
    question.trim().trim_end_matches('?').to_lowercase().replace(" by ", " per ")
}

/// One page on a topic, or on a table by its name; without either, what there is.
pub fn help(topic: Option<&str>, settings: &Settings) -> Result<String, Error> {
    let topic = topic.map(|topic| topic.trim().to_lowercase()).filter(|topic| !topic.is_empty());
    let Some(topic) = topic else { return Guide::new(settings)?.overview() };
    match topic.as_str() {
        "models" | "model" => Ok(models(settings)),
        "privileges" | "privilege" => Ok(PRIVILEGES.to_owned()),
        _ => Guide::new(settings)?.on(&topic),
    }
}

/// The schema as the caller sees it, with who judges the SQL of examples.
struct Guide<'s> {
    settings: &'s Settings,
    context: Context,
    values: Lookup,
}

impl<'s> Guide<'s> {
    fn new(settings: &'s Settings) -> Result<Self, Error> {
        let context = grounding::link("", &settings.scope(), Extent::of(settings.prompt.budget), true)?;
        let values = Lookup::new(&context);
        Ok(Self { settings, context, values })
    }

    fn examples(&self, most: usize, wanted: &dyn Fn(Form) -> bool) -> Result<Vec<Example>, Error> {
        // Judging waits a little for each table that somebody has locked, so that all of them together may take long.
        let started = Instant::now();
        let approve = |sql: &str| Ok(started.elapsed() < MOST_TIME && is_approved(sql, self.settings)?);
        let said = |text: &str| glossary::said(text, &|sql| is_approved(sql, self.settings));
        let asker = Asker { said: &said, approve: &approve };
        builtin::examples(&self.context, &self.values, most, wanted, &asker)
    }

    fn overview(&self) -> Result<String, Error> {
        let examples = self.examples(ON_A_PAGE, &|_| true)?;
        if examples.is_empty() {
            return Ok(
                "There is no example: you may read no table in the schemas that questions are about, or none that is quickly\n\
                       read and says enough by its names.\n\
                       nl_help('privileges') tells what you need."
                    .to_owned(),
            );
        }
        let mut lines = vec![
            "Ask in English, in the words of your tables, columns and values:".to_owned(),
            String::new(),
            "    SELECT nl_ask('…');         the rows".to_owned(),
            "    SELECT nl_sql('…');         the SQL and how the question was read; nothing runs".to_owned(),
            "    SELECT nl_plot('…');        a chart".to_owned(),
            String::new(),
            "Questions that are answered here:".to_owned(),
            String::new(),
        ];
        lines.extend(questions(&examples));
        lines.push(String::new());
        lines.push(format!("nl_help(topic) tells more. Topics: {TOPICS}, or the name of a table."));
        lines.push(MORE.to_owned());
        Ok(lines.join("\n"))
    }

    fn on(&self, topic: &str) -> Result<String, Error> {
        let (text, forms): (&str, &[Form]) = match topic {
            "groups" | "group" | "totals" => (GROUPS, &[Form::PerGroup, Form::Total, Form::Average, Form::Share]),
            "time" | "dates" => (TIME, &[Form::PerTime, Form::Recent]),
            "ranking" | "top" => (RANKING, &[Form::Ranking]),
            "filters" | "filter" => (FILTERS, &[Form::Filter, Form::Without, Form::Count]),
            "tables" => return self.tables(),
            _ => return self.on_table(topic),
        };
        let examples = self.examples(ON_A_PAGE, &|form| forms.contains(&form))?;
        let mut lines = vec![text.to_owned(), String::new()];
        lines.extend(questions(&examples));
        lines.extend([String::new(), MORE.to_owned()]);
        Ok(lines.join("\n"))
    }

    fn tables(&self) -> Result<String, Error> {
        let known = &self.context.snapshot.relations;
        let mut lines = vec!["Tables and views that you may ask about:".to_owned(), String::new()];
        lines.extend(builtin::table_lines(&self.context, MAX_TABLES)?.into_iter().map(|line| format!("    {line}")));
        if self.context.total > known.len().min(MAX_TABLES) {
            lines.push(format!("    … {} in all", self.context.total));
        }
        lines.extend([String::new(), "nl_help('…') with the name of one tells its columns.".to_owned()]);
        Ok(lines.join("\n"))
    }

    fn on_table(&self, name: &str) -> Result<String, Error> {
        // In a large schema, the table may not be among those that an empty question is about.
        let extent = Extent::of(self.settings.prompt.budget);
        let context = grounding::link(name, &self.settings.scope(), extent, true)?;
        let page = builtin::table_page(&context, name, ON_A_PAGE, &|sql| is_approved(sql, self.settings))?;
        let Some(builtin::TablePage { columns, examples }) = page else { return Err(Error::NoHelp(name.to_owned())) };
        let mut lines = vec![format!("Columns of {name} that you may read:"), String::new()];
        lines.extend(columns.into_iter().map(|line| format!("    {line}")));
        lines.extend([String::new(), "Questions that are answered:".to_owned(), String::new()]);
        lines.extend(questions(&examples));
        Ok(lines.join("\n"))
    }
}

/// Whether the guard lets the statement run for the caller; what ends all work is an error.
pub fn is_approved(sql: &str, settings: &Settings) -> Result<bool, Error> {
    match sandboxed(settings.bounds, |sandbox| guard::approve(sandbox, sql, None, settings).map(drop)) {
        Ok(()) => Ok(true),
        Err(error) if error.ends_the_question() => Err(error),
        Err(_) => Ok(false),
    }
}

fn questions(examples: &[Example]) -> impl Iterator<Item = String> {
    examples.iter().map(|example| format!("    {}", example.question))
}

fn models(settings: &Settings) -> String {
    let chain = settings.models.join(", ");
    let now = if settings.models.iter().all(|name| name == BUILTIN) {
        "Questions are answered by the builtin model alone: rules, no network, nothing leaves the server. It answers what it\n\
         fully understands and is silent on the rest."
    } else {
        "The models are asked in this order; the next one where one does not know or can't be reached."
    };
    format!(
        "nl2sql.model is '{chain}'.\n{now}\n\n\
         To connect a model that takes freer wording, a superuser or an owner of the wrapper says:\n\n    \
         CREATE SERVER gpt FOREIGN DATA WRAPPER nl2sql\n        \
         OPTIONS (provider 'openai', endpoint 'https://api.openai.com/v1', model '…');\n    \
         CREATE USER MAPPING FOR PUBLIC SERVER gpt OPTIONS (api_key_file '…');\n    \
         GRANT USAGE ON FOREIGN SERVER gpt TO …;\n    \
         SET nl2sql.model = 'builtin, gpt';\n\n\
         nl_prompt('…') shows what a model would be told, nl_health() which models can be reached."
    )
}

const PRIVILEGES: &str = "\
Questions are answered as you: with your privileges on tables and columns, your row-level security, your search_path.
What you may not read does not exist for your questions.

    GRANT USAGE ON SCHEMA … TO …;      lets a role ask about a schema
    GRANT SELECT ON … TO …;            and about a table, or about the columns that are named

nl_help('tables') lists what you may ask about. nl_check('SELECT …') tells why a statement is refused.
A superuser narrows questions to some schemas with nl2sql.schemas.";

const GROUPS: &str = "\
A number for each of something: number of, total, average, lowest, highest … per, by or for each …
Name the column, or the table that rows belong to:";

const TIME: &str = "\
Per day, week, month, quarter or year; restricted by: in 2025, in March 2025, on 2025-03-31, since 2024, before May 2025,
between 2024 and 2025, today, yesterday, this month, last quarter. Name the date where a table has several:";

const RANKING: &str = "\
Top 5 … by …, the 3 most expensive …, … with the most …, … with the lowest …:";

const FILTERS: &str = "\
A value in its place (customers in Berlin), a comparison (over 100, at least 3, between 10 and 20, above average),
or, not, without, with more than 20 …:";
