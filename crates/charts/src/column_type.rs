//! The types of columns, as far as charts tell them apart.

use schema::ResultColumn;

/// PostgreSQL's types as far as charts tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    Number,
    /// `interval`.
    Interval,
    /// `date`, `timestamp` and `timestamptz`.
    Timestamp,
    /// `time` and `timetz`: they have an order, but no place on a calendar.
    TimeOfDay,
    Boolean,
    /// Types whose values can label something: strings, enums, ranges, network addresses and uuid.
    Text,
    /// Types that are only shown in tables: arrays, composites, json, bytea and geometry.
    Other,
}

impl ColumnType {
    /// The type of a column. A domain counts as its base type, whose category it has.
    pub fn of(column: &ResultColumn) -> Self {
        let type_name = column.type_name.as_str();
        match column.category {
            // These are in the category of numbers, but name objects: adding them up makes no sense.
            'N' if type_name == "oid" || type_name.starts_with("reg") => Self::Text,
            'N' => Self::Number,
            'T' => Self::Interval,
            'D' if type_name == "time" || type_name.starts_with("time ") || type_name.starts_with("time(") => {
                Self::TimeOfDay
            }
            'D' => Self::Timestamp,
            'B' => Self::Boolean,
            'S' | 'E' | 'R' | 'I' | 'X' => Self::Text,
            'U' if type_name == "uuid" => Self::Text,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_recognized_by_category_and_name() {
        for (name, category, column_type) in [
            ("numeric(10,2)", 'N', ColumnType::Number),
            ("money", 'N', ColumnType::Number),
            ("oid", 'N', ColumnType::Text),
            ("regclass", 'N', ColumnType::Text),
            ("interval", 'T', ColumnType::Interval),
            ("timestamp(3) without time zone", 'D', ColumnType::Timestamp),
            ("birthday", 'D', ColumnType::Timestamp),
            ("time without time zone", 'D', ColumnType::TimeOfDay),
            ("time(3) with time zone", 'D', ColumnType::TimeOfDay),
            ("boolean", 'B', ColumnType::Boolean),
            ("int4range", 'R', ColumnType::Text),
            ("uuid", 'U', ColumnType::Text),
            ("jsonb", 'U', ColumnType::Other),
            ("text[]", 'A', ColumnType::Other),
        ] {
            let column = ResultColumn { name: "c".into(), type_name: name.into(), type_oid: 0, modifier: -1, category };
            assert_eq!(ColumnType::of(&column), column_type, "{name}");
        }
    }
}
