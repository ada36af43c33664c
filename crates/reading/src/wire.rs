//! Answers as they come: numbers or texts of numbers, truth as 0 and 1, more fields than are known, fewer than are hoped for.
//!
//! What is missing or of another type is `None`, never a default: somebody must be able to say that it is not known.

use model::secret::Secret;
use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::fmt;

/// Shorter ones may stand in an answer by chance.
const TELLING: usize = 8;

/// An answer has one of these secrets in it.
pub fn repeats(answer: &Value, secrets: &[&Secret]) -> bool {
    let has = |text: &str| {
        let mut telling = secrets.iter().map(|s| s.expose());
        telling.any(|s| s.len() >= TELLING && text.contains(s))
    };
    match answer {
        Value::String(text) => has(text),
        Value::Array(list) => list.iter().any(|v| repeats(v, secrets)),
        Value::Object(map) => map.iter().any(|(k, v)| has(k) || repeats(v, secrets)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A body as JSON. One that has a key twice with different values says two things and so none; which of them holds would be chance.
///
/// # Errors
/// Why it is none, in words for people.
pub fn json(body: &[u8]) -> Result<Value, String> {
    let error = match serde_json::from_slice(body) {
        Ok(Once(value)) => return Ok(value),
        Err(error) => error,
    };
    if error.is_data() {
        // The only thing of the data that is not taken.
        return Err("it has a key twice, with different values".to_owned());
    }
    let start = body.iter().find(|b| !b.is_ascii_whitespace());
    Err(match start {
        Some(b'<') => "it is a web page and no JSON; is it the address of the API?".to_owned(),
        None => "it is empty and no JSON".to_owned(),
        Some(_) => "it is no JSON".to_owned(),
    })
}

/// A value in which no map has a key twice, with different values.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(OnceVisitor).map(Self)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_string<E>(self, it: String) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut of: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(value)) = of.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut of: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Once(value))) = of.next_entry::<String, Once>()? {
            let said = map.entry(key).or_insert_with(|| value.clone());
            if *said != value {
                return Err(A::Error::custom("twice"));
            }
        }
        Ok(Value::Object(map))
    }
}

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

/// A flag of which only one value is written: where nothing stands it has the other, and of something that is no truth value nobody knows.
pub fn flag_or(given: Option<&Lax<bool>>, absent: bool) -> Option<bool> {
    given.map_or(Some(absent), |flag| flag.0)
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
    fn a_body_that_is_no_json_is_told_by_what_it_is() {
        let good = r#" {"a": [1, -2, 1.5e10, null, true, "x\u00e9"], "b": {"a": {}}} "#;
        let plain: Value = serde_json::from_str(good).unwrap();
        assert_eq!(super::json(good.as_bytes()), Ok(plain));
        let twice = json!({"a": {"b": 1}});
        let said = br#"{"a": {"b": 1, "b": 1}, "a": {"b": 1}}"#;
        assert_eq!(super::json(said), Ok(twice));
        let deep = "[".repeat(100_000);
        let rows = [
            (r#"{"data": [], "data": [1]}"#, "twice"),
            (r#"{"data": [{"status": "up", "status": "down"}]}"#, "twice"),
            ("\n<!DOCTYPE html><html>", "a web page"),
            ("", "empty"),
            (" \n", "empty"),
            (deep.as_str(), "it is no JSON"),
            ("{} {}", "it is no JSON"),
            ("{\"a\": NaN}", "it is no JSON"),
        ];
        for (body, expected) in rows {
            let why = super::json(body.as_bytes()).unwrap_err();
            assert!(why.contains(expected), "{body:.60}: {why}");
        }
        assert!(super::json(b"\"\xff\"").is_err());
    }

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
