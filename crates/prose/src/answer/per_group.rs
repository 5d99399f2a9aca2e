//! The first rows of each group: the most expensive product in each category.

use super::columns::{Column, Role, spoken, top_select};
use super::leaders::tie_of;
use super::{Told, nouns, numbers, sentence};
use crate::outline::{Body, EntryKind, Expr, FromItem, Select, SortKey};

/// More groups than these are not told.
const MOST_GROUPS: usize = 10;

/// The columns that say what a row of a group is.
struct Roles<'t> {
    group: &'t Column,
    name: &'t Column,
    by: &'t Column,
    descending: bool,
}

impl Told<'_> {
    /// The sentence, where the statement takes the first rows of each group by a window function.
    pub(super) fn first_of_each_group(&self) -> Option<Vec<String>> {
        let roles = self.roles()?;
        let mut groups: Vec<(&String, Vec<usize>)> = Vec::new();
        for (row, group) in roles.group.labels.iter().enumerate() {
            match groups.iter_mut().find(|(other, _)| *other == group) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((group, vec![row])),
            }
        }
        let each = spoken(&roles.group.name);
        let each = each.strip_suffix(" name").unwrap_or(&each);
        let tie = tie_of(each);
        let told = |(group, rows): &(&String, Vec<usize>)| {
            let first = rows.first().copied().unwrap_or_default();
            let (name, by) =
                (self.cell(roles.name, first), roles.by.labels.get(first).map(|_| self.cell(roles.by, first)));
            let is = if *group == groups[0].0 { " is" } else { "" };
            format!("{tie} {group}{is} {name} ({})", by.unwrap_or_default())
        };
        let mut parts: Vec<String> = groups.iter().take(MOST_GROUPS).map(told).collect();
        if groups.len() > MOST_GROUPS {
            parts.push(format!("{} more are in the list", numbers::exact((groups.len() - MOST_GROUPS) as f64)));
        }
        if let Some(last) = parts.last_mut().filter(|_| groups.len() > 1) {
            last.insert_str(0, "and ");
        }
        let extreme = match (&roles.by.role, roles.descending) {
            (Role::Period(..), true) => "latest",
            (Role::Period(..), false) => "earliest",
            (_, true) => "highest",
            (_, false) => "lowest",
        };
        let is_price = roles.by.name.ends_with("price") && !matches!(roles.by.role, Role::Period(..));
        let name = spoken(&roles.name.name);
        let what = name.strip_suffix(" name").unwrap_or("row");
        let best = match roles.descending {
            true if is_price => format!("the most expensive {what}"),
            false if is_price => format!("the cheapest {what}"),
            _ => format!("the {what} with the {extreme} {}", roles.by.noun),
        };
        let first = sentence(&format!("{best} {}", parts.join(", ")));
        let most = groups.iter().map(|(_, rows)| rows.len()).max().unwrap_or_default();
        let all = numbers::exact(self.facts.rows.len() as f64);
        let whole =
            (most > 1).then(|| format!("The list has the first {most} of each {each}, {all} {}.", nouns::plural(what)));
        Some(whole.into_iter().chain([first]).collect())
    }

    fn roles(&self) -> Option<Roles<'_>> {
        let ranked = ranked_rows(top_select(&self.facts)?)?;
        let window = ranked.columns.iter().find_map(|output| match &output.value {
            Expr::Window(window) if !window.partition.is_empty() => Some(window),
            _ => None,
        })?;
        // A column of the answer that shows a value of the rows which are ranked.
        let showing = |value: &Expr| {
            let output = ranked.columns.iter().find(|output| output.value == *value)?;
            self.columns.iter().find(|column| column.name == output.name)
        };
        let SortKey { value, descending, .. } = window.order.first()?;
        let labels = || window.partition.iter().filter_map(showing);
        let group = labels().find(|column| column.role == Role::Label).or_else(|| labels().next())?;
        let by = showing(value)?;
        let is_other = |column: &&Column| column.name != group.name && column.name != by.name;
        let mut others = self.columns.iter().filter(is_other);
        let is_name = |column: &&Column| column.role == Role::Label && column.name.ends_with("name");
        let name = others.clone().find(is_name).or_else(|| others.next())?;
        Some(Roles { group, name, by, descending: *descending })
    }
}

/// The subquery in FROM that all rows come from.
fn ranked_rows(select: &Select) -> Option<&Select> {
    match select.from.as_slice() {
        [FromItem::Entry { kind: EntryKind::Subquery(query), .. }] => match &query.body {
            Body::Select(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}
