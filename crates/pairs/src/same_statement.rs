//! Whether two statements say the same, but for how they are written.
//!
//! Aliases, names of output columns, the order of conditions, where a condition of an inner join stands, the sides of an equality,
//! and an order of rows that no LIMIT depends on do not count; nor do the columns that a plain list of rows shows. Everything else
//! does: statements that come to the same in another way are told apart, so that what is learned from them is never a guess.

use std::cell::RefCell;
use std::collections::HashMap;

use prose::outline::{
    AggregateCall, Body, Comparison, Distinct, EntryKind, Expr, FromItem, Grouping, JoinType, Outline, Query, Select,
    SortKey,
};

/// Whether two statements are the same query.
pub fn same_statement(one: &Outline, other: &Outline) -> bool {
    let numbers = Numbers::default();
    let [one, other] = [one, other].map(|outline| Writer::of(outline, &numbers).query(&outline.query));
    one.is_some() && one == other
}

/// A number for each different part that was written. What holds a part holds its number, so that no text grows with the depth of
/// a statement.
#[derive(Default)]
struct Numbers(RefCell<HashMap<String, usize>>);

impl Numbers {
    fn of(&self, written: String) -> String {
        let mut numbers = self.0.borrow_mut();
        let next = numbers.len();
        numbers.entry(written).or_insert(next).to_string()
    }
}

/// Writes the parts of an outline in one way. `None`: a part that is not compared, as it is rare and has many forms.
struct Writer<'n> {
    /// For each entry a name that does not depend on its alias.
    names: Vec<String>,
    numbers: &'n Numbers,
}

type Text = Option<String>;

impl<'n> Writer<'n> {
    fn of(outline: &Outline, numbers: &'n Numbers) -> Self {
        let of = |at: usize| outline.entries.get(at).map(|entry| (&entry.relation, entry.scope));
        let name = |at: usize| {
            // The second entry of a relation in one FROM clause is another row of it.
            let earlier = (0..at).filter(|other| of(*other) == of(at)).count();
            let relation = of(at).and_then(|(relation, _)| relation.as_ref());
            let text = relation.map_or_else(|| "?".to_owned(), |(schema, name)| format!("{schema:?}.{name:?}"));
            let depth = of(at).map_or(0, |(_, scope)| self::depth(outline, scope));
            format!("{text}#{depth}#{earlier}")
        };
        Self { names: (0..outline.entries.len()).map(name).collect(), numbers }
    }

    fn query(&self, query: &Query) -> Text {
        let Body::Select(select) = &query.body else { return None };
        if !query.ctes.is_empty() || query.with_ties || query.offset.is_some() {
            return None;
        }
        let (mut relations, mut conditions) = (Vec::new(), Vec::new());
        for item in &select.from {
            self.from(item, &mut relations, &mut conditions)?;
        }
        self.conditions(select.filter.iter(), &mut conditions)?;
        let (mut groups, mut having) = (Vec::new(), Vec::new());
        for grouping in &select.grouping {
            let Grouping::By(values) = grouping else { return None };
            groups.extend(self.all(values)?);
        }
        self.conditions(select.having.iter(), &mut having)?;
        let distinct = match &select.distinct {
            Distinct::No => "",
            Distinct::Rows => "distinct",
            Distinct::On(_) => return None,
        };
        let outputs = if is_list(select) { vec!["rows".to_owned()] } else { self.outputs(select)? };
        let order = match &query.limit {
            // What breaks ties after the first key is a matter of taste.
            Some(limit) => vec![self.value(limit)?, self.sorted(&query.order)?.into_iter().next()?],
            None => Vec::new(),
        };
        let mut parts = [relations, conditions, groups, having, outputs];
        parts.iter_mut().for_each(|part| part.sort());
        Some(self.numbers.of(format!("query({parts:?} {distinct} {order:?})")))
    }

    fn outputs(&self, select: &Select) -> Option<Vec<String>> {
        select.columns.iter().map(|column| self.value(&column.value)).collect()
    }

    /// Adds the relations of an item, and the conditions of its inner joins.
    fn from(&self, item: &FromItem, relations: &mut Vec<String>, conditions: &mut Vec<String>) -> Option<()> {
        match item {
            FromItem::Entry { sampled: true, .. } | FromItem::Entry { lateral: true, .. } => None,
            FromItem::Entry { entry, kind: EntryKind::Table | EntryKind::View, .. } => {
                relations.push(self.names.get(*entry)?.clone());
                Some(())
            }
            FromItem::Entry { kind: EntryKind::Subquery(query), .. } => {
                relations.push(self.query(query)?);
                Some(())
            }
            FromItem::Entry { .. } => None,
            FromItem::Join { kind: JoinType::Inner, left, right, on } => {
                self.from(left, relations, conditions)?;
                self.from(right, relations, conditions)?;
                self.conditions(on.iter(), conditions)
            }
            FromItem::Join { kind, left, right, on } => {
                let mut sides = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
                self.from(left, &mut sides[0].0, &mut sides[0].1)?;
                self.from(right, &mut sides[1].0, &mut sides[1].1)?;
                let mut matched = Vec::new();
                self.conditions(on.iter(), &mut matched)?;
                sides.iter_mut().for_each(|side| (side.0.sort(), side.1.sort()).1);
                matched.sort();
                relations.push(self.numbers.of(format!("{kind:?}({sides:?} {matched:?})")));
                Some(())
            }
        }
    }

    /// Adds what all has to hold.
    fn conditions<'e>(&self, values: impl Iterator<Item = &'e Expr>, into: &mut Vec<String>) -> Option<()> {
        for value in values {
            match value {
                Expr::And(parts) => self.conditions(parts.iter(), into)?,
                one => into.push(self.value(one)?),
            }
        }
        Some(())
    }

    fn all<'e>(&self, values: impl IntoIterator<Item = &'e Expr>) -> Option<Vec<String>> {
        values.into_iter().map(|value| self.value(value)).collect()
    }

    fn sorted(&self, keys: &[SortKey]) -> Option<Vec<String>> {
        keys.iter().map(|key| Some(format!("{} {}", self.value(&key.value)?, key.descending))).collect()
    }

    fn value(&self, value: &Expr) -> Text {
        self.written(value).map(|written| self.numbers.of(written))
    }

    fn written(&self, value: &Expr) -> Text {
        let of_all = |name: &str, values: &[Expr]| Some(format!("{name}({:?})", self.all(values)?));
        let in_any_order = |name: &str, mut values: Vec<String>| {
            values.sort();
            Some(format!("{name}({values:?})"))
        };
        match value {
            Expr::Column { entry: Some(entry), name } => Some(format!("{}.{name:?}", self.names.get(*entry)?)),
            Expr::Row(entry) => Some(format!("row {}", self.names.get(*entry)?)),
            Expr::Constant { text, category, .. } => {
                Some(format!("{category}:{:?}", text.as_deref().map(|text| whole_day(text, *category))))
            }
            Expr::Call { name, args } => of_all(&format!("call {name}"), args),
            Expr::Operator { symbol, args } => of_all(symbol, args),
            Expr::Compare { comparison, sides, .. } => {
                let (one, other) = (self.value(&sides.0)?, self.value(&sides.1)?);
                let (one, other, comparison) =
                    if one <= other { (one, other, *comparison) } else { (other, one, mirrored(*comparison)) };
                Some(format!("{comparison:?}({one}, {other})"))
            }
            Expr::And(_) => {
                let mut parts = Vec::new();
                self.conditions([value].into_iter(), &mut parts)?;
                in_any_order("and", parts)
            }
            Expr::Or(values) => in_any_order("or", self.all(values)?),
            Expr::Between { value, bounds } => {
                Some(format!("between({}, {}, {})", self.value(value)?, self.value(&bounds.0)?, self.value(&bounds.1)?))
            }
            Expr::In { value, list } => {
                let value = self.value(value)?;
                in_any_order(&format!("{value} in"), self.all(list)?)
            }
            Expr::Any { symbol, values, of, all } => {
                Some(format!("any({symbol} {all} {:?} {})", self.all(values)?, self.value(of)?))
            }
            Expr::Aggregate(call) => self.aggregate(call),
            rare => self.rare_value(rare),
        }
    }

    fn rare_value(&self, value: &Expr) -> Text {
        match value {
            Expr::Case { arms, otherwise, value } => {
                let arms = self.all(arms.iter().flat_map(|(condition, result)| [condition, result]))?;
                let [value, otherwise] = [value, otherwise].map(|one| self.all(one.iter().map(|one| &**one)));
                Some(format!("case({:?} {arms:?} {:?})", value?, otherwise?))
            }
            Expr::CaseTest => Some("case test".to_owned()),
            Expr::Subquery(query) => Some(format!("value {}", self.query(query)?)),
            Expr::ArrayOf(query) => Some(format!("array {}", self.query(query)?)),
            Expr::Exists(query) => Some(format!("exists {}", self.query(query)?)),
            Expr::Cast { value, type_name, .. } if keeps_the_value(value, type_name) => self.written(value),
            Expr::Cast { value, type_name, .. } => Some(format!("cast({} {type_name})", self.value(value)?)),
            Expr::Array(values) => Some(format!("array({:?})", self.all(values)?)),
            Expr::Tuple(values) => Some(format!("tuple({:?})", self.all(values)?)),
            Expr::Element { value, indexes } => {
                Some(format!("element({} {:?})", self.value(value)?, self.all(indexes)?))
            }
            Expr::Field { value, name } => Some(format!("field({} {name:?})", self.value(value)?)),
            Expr::Is { value, truth } => Some(format!("is({} {truth:?})", self.value(value)?)),
            Expr::IsNull(inner) => Some(format!("null({})", self.value(inner)?)),
            Expr::Not(inner) => Some(format!("not({})", self.value(inner)?)),
            Expr::Like { value, pattern, kind } => {
                Some(format!("like({kind:?} {} {})", self.value(value)?, self.value(pattern)?))
            }
            // The others are written by `written`, or have too many forms.
            _ => None,
        }
    }

    fn aggregate(&self, call: &AggregateCall) -> Text {
        let filter = self.all(&call.filter)?;
        let (direct, args, order) = (self.all(&call.direct_args)?, self.all(&call.args)?, self.sorted(&call.order)?);
        Some(format!("aggregate({} {direct:?} {args:?} {} {filter:?} {order:?})", call.name, call.distinct))
    }
}

/// How many queries stand around a scope.
fn depth(outline: &Outline, mut scope: usize) -> usize {
    let mut depth = 0;
    // The scope around has the lower number.
    while let Some(around) = outline.scopes.get(scope).copied().flatten().filter(|around| *around < scope) {
        (scope, depth) = (around, depth + 1);
    }
    depth
}

/// Whether a statement lists rows and computes nothing of them: which columns it shows is a matter of taste.
fn is_list(select: &Select) -> bool {
    let is_plain = |value: &Expr| matches!(value, Expr::Column { .. } | Expr::Row(_));
    select.grouping.is_empty()
        && select.distinct == Distinct::No
        && select.having.is_none()
        && select.columns.iter().all(|column| is_plain(&column.value))
}

/// Whether a cast changes nothing that is seen: the server adds such casts where types differ, and writes them out.
fn keeps_the_value(value: &Expr, type_name: &str) -> bool {
    let is_whole_day = || matches!(value, Expr::Call { name, .. } if name == "date_trunc");
    match type_name {
        "numeric" | "double precision" | "bigint" | "text" => true,
        "timestamp with time zone" | "timestamp without time zone" => matches!(value, Expr::Constant { .. }),
        "date" => is_whole_day() || matches!(value, Expr::Constant { category: 'D', .. }),
        _ => false,
    }
}

/// A time that is the beginning of a day is that day.
fn whole_day(text: &str, category: char) -> &str {
    match text.split_once(" 00:00:00") {
        Some((day, rest)) if category == 'D' && (rest.is_empty() || rest.starts_with(['+', '-'])) => day,
        _ => text,
    }
}

/// The comparison with its sides exchanged.
pub(crate) fn mirrored(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Less => Comparison::Greater,
        Comparison::LessOrEqual => Comparison::GreaterOrEqual,
        Comparison::Greater => Comparison::Less,
        Comparison::GreaterOrEqual => Comparison::LessOrEqual,
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prose::outline::{OutputColumn, Place, RangeTableEntry};

    fn column(entry: usize, name: &str) -> Expr {
        Expr::Column { entry: Some(entry), name: name.to_owned() }
    }

    fn number(text: &str) -> Expr {
        Expr::Constant { text: Some(text.to_owned()), category: 'N', at: Place(None) }
    }

    fn compare(comparison: Comparison, one: Expr, other: Expr) -> Expr {
        Expr::Compare { comparison, category: 'N', sides: Box::new((one, other)) }
    }

    /// The rows of customers (0) joined with orders (1), under these aliases.
    fn statement(aliases: [&str; 2], on: Option<Expr>, filter: Vec<Expr>, shown: Vec<Expr>) -> Outline {
        let entry = |name: &str, alias: &str| RangeTableEntry {
            alias: alias.to_owned(),
            relation: Some(("public".to_owned(), name.to_owned())),
            ..RangeTableEntry::default()
        };
        let item =
            |entry: usize| Box::new(FromItem::Entry { entry, kind: EntryKind::Table, sampled: false, lateral: false });
        let from = vec![FromItem::Join { kind: JoinType::Inner, left: item(0), right: item(1), on }];
        let columns = shown.into_iter().map(|value| OutputColumn { value, name: aliases.concat() }).collect();
        let select = Select { from, filter: Some(Expr::And(filter)), columns, ..Select::default() };
        let query = Query { body: Body::Select(Box::new(select)), ..Query::default() };
        let entries = vec![entry("customers", aliases[0]), entry("orders", aliases[1])];
        Outline { query, entries, scopes: vec![None], relations: Vec::new() }
    }

    fn sum() -> Expr {
        Expr::Aggregate(Box::new(AggregateCall {
            name: "sum".to_owned(),
            args: vec![column(1, "total")],
            ..AggregateCall::default()
        }))
    }

    #[test]
    fn the_way_of_writing_does_not_count() {
        let key = || compare(Comparison::Equal, column(0, "id"), column(1, "customer_id"));
        let turned = || compare(Comparison::Equal, column(1, "customer_id"), column(0, "id"));
        let large = || compare(Comparison::Greater, column(1, "total"), number("5"));
        let cast = Expr::Cast { value: Box::new(number("5")), type_name: "numeric".to_owned(), category: 'N' };
        let small = compare(Comparison::Less, cast, column(1, "total"));
        let one = statement(["c", "o"], Some(key()), vec![large()], vec![sum()]);
        assert!(same_statement(&one, &statement(["x", "y"], None, vec![small, turned()], vec![sum()])));
        // A list shows what whoever wrote it likes to see.
        let names = statement(["c", "o"], Some(key()), vec![large()], vec![column(0, "name")]);
        let cities = statement(["c", "o"], Some(key()), vec![large()], vec![column(0, "city")]);
        assert!(same_statement(&names, &cities));
        assert!(!same_statement(&names, &one));
    }

    #[test]
    fn deep_statements_are_soon_compared() {
        let deep = |innermost: &str, depth: usize| {
            let plus = |value, _| Expr::Operator { symbol: "+".to_owned(), args: vec![column(0, "a\"b"), value] };
            let value = (0..depth).fold(column(0, innermost), plus);
            let within = |value, _| Expr::Or(vec![compare(Comparison::Greater, value, number("0")), column(0, "c")]);
            statement(["c", "o"], None, vec![(0..depth).fold(value, within)], vec![sum()])
        };
        assert!(same_statement(&deep("x", 100), &deep("x", 100)));
        assert!(!same_statement(&deep("x", 100), &deep("y", 100)));
        assert!(!same_statement(&deep("x", 100), &deep("x", 99)));
    }

    #[test]
    fn everything_else_does() {
        let large = |number| compare(Comparison::Greater, column(1, "total"), number);
        let one = statement(["c", "o"], None, vec![large(number("5"))], vec![sum()]);
        for other in [
            vec![large(number("6"))],
            vec![large(number("5")), large(number("5"))],
            vec![compare(Comparison::GreaterOrEqual, column(1, "total"), number("5"))],
            vec![compare(Comparison::Greater, column(0, "total"), number("5"))],
            Vec::new(),
        ] {
            assert!(!same_statement(&one, &statement(["c", "o"], None, other, vec![sum()])));
        }
        assert!(!same_statement(&Outline::default(), &Outline::default()), "nothing is known of these");
    }
}
