//! Reads the json text of a row into its values. Every digit and every duplicate key is kept, and nested values stay
//! text, because a tree of `serde_json::Value` would change both.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::CellText;

/// The values of a json array or object, in the order in which they are written.
pub fn values(json: &str) -> Result<Vec<CellText>, serde_json::Error> {
    let Row(raw) = serde_json::from_str(json)?;
    raw.into_iter().map(value).collect()
}

fn value(raw: &RawValue) -> Result<CellText, serde_json::Error> {
    match raw.get() {
        "null" => Ok(None),
        text if text.starts_with('"') => serde_json::from_str(text).map(Some),
        text => Ok(Some(text.to_owned())),
    }
}

struct Row<'de>(Vec<&'de RawValue>);

impl<'de> Deserialize<'de> for Row<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RowVisitor).map(Self)
    }
}

struct RowVisitor;

impl<'de> Visitor<'de> for RowVisitor {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = array.next_element()? {
            values.push(value);
        }
        Ok(values)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some((_, value)) = object.next_entry::<IgnoredAny, _>()? {
            values.push(value);
        }
        Ok(values)
    }
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn digits_duplicates_and_nested_values_survive() {
        let some = |text: &str| Some(text.to_owned());
        let expected =
            vec![some("12345678901234567890.1200"), None, some("a\"b\n"), some("true"), some("{\"x\": [1]}")];
        assert_eq!(values(r#"[12345678901234567890.1200, null, "a\"b\n", true, {"x": [1]}]"#).unwrap(), expected);
        assert_eq!(
            values(r#"{"n":12345678901234567890.1200,"n":null,"n":"a\"b\n","b":true,"j":{"x": [1]}}"#).unwrap(),
            expected
        );
        assert_eq!(values("[]").unwrap(), []);
        assert!(values("3").is_err() && values("[1").is_err() && values(r#"["\ud800"]"#).is_err());
    }
}
