//! The first rows of each group: the most expensive product in each category.

use super::columns::{Column, Role, spoken, spoken_relation, top_select};
use super::leaders::tie_of;
use super::question_words::are_people;
use super::{Told, nouns, numbers, sentence};
use crate::outline::{Body, EntryKind, Expr, FromItem, Select, SortKey};

/// More groups than these are not told.
const MOST_GROUPS: usize = 10;

/// The columns that say what a row of a group is.
struct Roles<'t> {
    group: &'t Column,
    /// What else tells groups apart whose names are alike.
    key: Option<&'t Column>,
    name: &'t Column,
    by: &'t Column,
    descending: bool,
    /// What one group is: `category`.
    each: String,
    /// What one row is: `product`.
    what: String,
}

/// The rows of one group, in their order.
struct Group {
    name: String,
    key: Option<String>,
    rows: Vec<usize>,
}

impl Roles<'_> {
    fn is_by_time(&self) -> bool {
        matches!(self.by.role, Role::Period(..))
    }

    /// What is said of the first row: `the most expensive product`.
    fn best(&self) -> String {
        let is_price = self.by.name.ends_with("price");
        let what = &self.what;
        match (self.is_by_time(), self.descending) {
            (true, true) => format!("the latest {what}"),
            (true, false) => format!("the earliest {what}"),
            (false, true) if is_price => format!("the most expensive {what}"),
            (false, false) if is_price => format!("the cheapest {what}"),
            (false, true) if self.by.noun == "spending" => format!("the {what} who spent the most"),
            (false, false) if self.by.noun == "spending" => format!("the {what} who spent the least"),
            (false, true) => format!("the {what} with the highest {}", self.by.noun),
            (false, false) => format!("the {what} with the lowest {}", self.by.noun),
        }
    }

    /// What stands before the name of a group: `in Cycling`, `of Ada`.
    fn tie(&self) -> &'static str {
        if are_people(&self.each) { "of" } else { tie_of(&self.each) }
    }

    /// Where a row stands among all, by what they are sorted by.
    fn place(&self, row: usize) -> Option<f64> {
        match &self.by.role {
            Role::Period(_, days) => days.get(row).copied().flatten().map(|day| day.days() as f64),
            _ => self.by.numbers.get(row).copied().flatten(),
        }
    }

    fn groups(&self) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        for (row, name) in self.group.labels.iter().enumerate() {
            let key = self.key.and_then(|column| column.labels.get(row)).cloned();
            match groups.iter_mut().find(|group| group.name == *name && group.key == key) {
                Some(group) => group.rows.push(row),
                None => groups.push(Group { name: name.clone(), key, rows: vec![row] }),
            }
        }
        let names: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
        for group in &mut groups {
            if let Some(key) =
                group.key.as_ref().filter(|_| names.iter().filter(|name| **name == group.name).count() > 1)
            {
                group.name = format!("{} (id {key})", group.name);
            }
        }
        groups
    }
}

impl Told<'_> {
    /// The sentence, where the statement takes the first rows of each group by a window function.
    pub(super) fn first_of_each_group(&self) -> Option<Vec<String>> {
        let roles = self.roles()?;
        let groups = roles.groups();
        if groups.len() > MOST_GROUPS && groups.iter().all(|group| group.rows.len() == 1) && !self.is_cut {
            return Some(vec![self.many_groups_with_one(&roles, &groups)?]);
        }
        let told = |(at, group): (usize, &Group)| {
            let first = group.rows.first().copied().unwrap_or_default();
            let is = if at == 0 { format!(" {}", self.be()) } else { String::new() };
            let row = format!("{}{}", self.row_of_group(&roles, first), self.equals(&roles, group));
            format!("{} {}{is} {row} ({})", roles.tie(), group.name, self.cell(roles.by, first))
        };
        let mut parts: Vec<String> = groups.iter().enumerate().take(MOST_GROUPS).map(told).collect();
        if groups.len() > MOST_GROUPS {
            parts.push(format!("{} more are in the list", numbers::exact((groups.len() - MOST_GROUPS) as f64)));
        }
        if let Some(last) = parts.last_mut().filter(|_| groups.len() > 1) {
            last.insert_str(0, "and ");
        }
        let first = sentence(&format!("{} {}", roles.best(), parts.join(", ")));
        Some(self.several_of_each(&roles, &groups).into_iter().chain([first]).collect())
    }

    /// Who else comes first in a group: `, equal with Flex`.
    fn equals(&self, roles: &Roles, group: &Group) -> String {
        let place = group.rows.first().and_then(|first| roles.place(*first));
        // Two of one day may be of different hours.
        let equal = |row: &&usize| place.is_some() && !roles.is_by_time() && roles.place(**row) == place;
        match group.rows.iter().skip(1).filter(equal).collect::<Vec<_>>().as_slice() {
            [] => String::new(),
            [one] => format!(", equal with {}", self.row_of_group(roles, **one)),
            several => format!(", equal with {} others", numbers::exact(several.len() as f64)),
        }
    }

    /// `The list has the top 3 products in each category, 24 in all.`
    fn several_of_each(&self, roles: &Roles, groups: &[Group]) -> Option<String> {
        let most = groups.iter().map(|group| group.rows.len()).max().filter(|most| *most > 1)?;
        let all_alike = groups.iter().all(|group| group.rows.len() == most);
        let top = match (all_alike, roles.is_by_time(), roles.descending) {
            (false, ..) => "up to",
            (true, true, true) => "the latest",
            (true, true, false) => "the earliest",
            (true, false, true) => "the top",
            (true, false, false) => "the lowest",
        };
        let (what, tie, each) = (nouns::plural(&roles.what), roles.tie(), &roles.each);
        let all = numbers::exact(self.facts.rows.len() as f64);
        Some(format!("The list has {top} {} {what} {tie} each {each}, {all} in all.", numbers::exact(most as f64)))
    }

    /// Groups that are too many to be read out: `The list has the latest order of each of 39 customers, from 18 January 2026
    /// (Felix Schmidt) to 22 November 2026 (Ada Haas).`
    fn many_groups_with_one(&self, roles: &Roles, groups: &[Group]) -> Option<String> {
        let mut places: Vec<(f64, &Group)> =
            groups.iter().filter_map(|group| Some((roles.place(group.rows.first().copied()?)?, group))).collect();
        places.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        // Of several that come at the same end none is the one.
        let alone = |place: f64| places.iter().filter(|(other, _)| *other == place).count() == 1;
        let told = |(place, group): &(f64, &Group)| {
            let row = group.rows.first().copied().unwrap_or_default();
            let name = group.key.as_ref().and_then(|key| group.name.strip_suffix(&format!(" (id {key})")));
            let name = match (name, &group.key) {
                (Some(name), Some(key)) => format!("{name}, id {key}"),
                _ => group.name.clone(),
            };
            let by = self.cell(roles.by, row);
            if alone(*place) { format!("{by} ({name})") } else { by }
        };
        let ends = match places.as_slice() {
            [first, .., last] if first.0 < last.0 => format!(", from {} to {}", told(first), told(last)),
            _ => String::new(),
        };
        let (best, tie, many) = (roles.best(), roles.tie(), numbers::exact(groups.len() as f64));
        Some(format!("The list has {best} {tie} each of {many} {}{ends}.", nouns::plural(&roles.each)))
    }

    /// The row by its name, or by its number: `order 1152`.
    fn row_of_group(&self, roles: &Roles, row: usize) -> String {
        match roles.name.role {
            Role::Identifier => {
                format!("{} {}", roles.what, roles.name.labels.get(row).map_or("", String::as_str))
            }
            _ => self.cell(roles.name, row),
        }
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
        let relation = |of: &Column| {
            let output = ranked.columns.iter().find(|output| output.name == of.name)?;
            let Expr::Column { entry: Some(entry), .. } = &output.value else { return None };
            Some(words::singular(&spoken_relation(&self.facts.outline.entries.get(*entry)?.name)))
        };
        // `category` of `category_name`; of `name` alone, what it is the name of.
        let row_of = |of: &Column| {
            let name = spoken(&of.name);
            let called = name.strip_suffix(" name").or_else(|| name.strip_suffix(" id")).map(str::to_owned);
            let says_nothing = matches!(name.as_str(), "name" | "id" | "title" | "label");
            called.or_else(|| relation(of).filter(|_| says_nothing))
        };
        let labels = || window.partition.iter().filter_map(showing);
        let group = labels().find(|column| column.role == Role::Label).or_else(|| labels().next())?;
        let by = showing(value)?;
        let is_other = |column: &&Column| column.name != group.name && column.name != by.name;
        let mut others = self.columns.iter().filter(is_other);
        let is_name = |column: &&Column| column.role == Role::Label && column.name.ends_with("name");
        let name = others.clone().find(is_name).or_else(|| others.next())?;
        let key = labels().find(|column| column.name != group.name && column.role == Role::Identifier);
        let each = row_of(group).unwrap_or_else(|| spoken(&group.name));
        let what = row_of(name).unwrap_or_else(|| "row".to_owned());
        Some(Roles { group, key, name, by, descending: *descending, each, what })
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
