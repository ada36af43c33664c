//! Answers as they come: numbers or texts of numbers, truth as 0 and 1, more fields than are known, fewer than are hoped for.
//!
//! What is missing or of another type is `None`, never a default: somebody must be able to say that it is not known.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A field that may be missing or be something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lax<T>(pub Option<T>);

impl<T> Default for Lax<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: FromJson> Deserialize<'de> for Lax<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(from)?;
        Ok(Self(T::from_json(&value)))
    }
}

/// What a JSON value can be taken for.
pub trait FromJson: Sized {
    /// The value, if it is one.
    fn from_json(value: &Value) -> Option<Self>;
}

impl FromJson for i64 {
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            // Sizes come as 1.5e+10 from some versions; whole they are all the same.
            Value::Number(n) => n.as_i64().or_else(|| {
                let float = n
                    .as_f64()
                    .filter(|f| f.fract() == 0.0 && f.abs() < 9.0e15)?;
                format!("{float:.0}").parse().ok()
            }),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl FromJson for bool {
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(b) => Some(*b),
            Value::Number(n) => match n.as_i64() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
            Value::String(text) => match text.as_str() {
                "0" | "" => Some(false),
                "1" => Some(true),
                _ => None,
            },
            _ => None,
        }
    }
}

impl FromJson for String {
    fn from_json(value: &Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(n) => Some(n.to_string()),
            _ => None,
        }
    }
}

impl FromJson for Value {
    fn from_json(value: &Value) -> Option<Self> {
        (!value.is_null()).then(|| value.clone())
    }
}

/// The rows of a list, and how many of them are not what a row is.
pub fn rows<T: DeserializeOwned>(list: &Value) -> Option<(Vec<T>, usize)> {
    let list = list.as_array()?;
    let rows: Vec<T> = list
        .iter()
        .filter_map(|row| T::deserialize(row).ok())
        .collect();
    let lost = list.len() - rows.len();
    Some((rows, lost))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_and_truth_in_all_their_forms() {
        let numbers = [json!(4), json!("4"), json!(4.0), json!(" 4 ")];
        assert!(numbers.iter().all(|v| i64::from_json(v) == Some(4)));
        let none = [
            json!(null),
            json!("four"),
            json!(4.5),
            json!([4]),
            json!({}),
            json!(true),
        ];
        assert!(none.iter().all(|v| i64::from_json(v).is_none()));
        let truth = [json!(1), json!("1"), json!(true)];
        assert!(truth.iter().all(|v| bool::from_json(v) == Some(true)));
        let none = [json!(null), json!(2), json!("maybe"), json!([])];
        assert!(none.iter().all(|v| bool::from_json(v).is_none()));
    }
}
