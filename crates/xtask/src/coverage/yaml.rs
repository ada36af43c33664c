//! Any YAML text as plain data; scalars stay texts.

use anyhow::{Context as _, Result, bail};
use saphyr_parser::{Event, Parser};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A list or map that is not at its end.
struct Open {
    anchor: usize,
    items: Vec<Value>,
    map: bool,
}

/// The documents of a text.
pub(super) fn read(text: &str) -> Result<Vec<Value>> {
    let mut documents = Vec::new();
    let mut stack: Vec<Open> = Vec::new();
    let mut anchors: BTreeMap<usize, Value> = BTreeMap::new();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, _) = event?;
        let (anchor, value) = match event {
            Event::MappingStart(anchor, _) => {
                stack.push(Open::new(anchor, true));
                continue;
            }
            Event::SequenceStart(anchor, _) => {
                stack.push(Open::new(anchor, false));
                continue;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let open = stack.pop().context("an end without a start")?;
                (open.anchor, open.close())
            }
            Event::Scalar(text, _, anchor, _) => (anchor, Value::String(text.into_owned())),
            Event::Alias(anchor) => match anchors.get(&anchor) {
                Some(value) => (0, value.clone()),
                None => bail!("an alias names what is not there"),
            },
            Event::StreamEnd => break,
            _ => continue,
        };
        if anchor > 0 {
            anchors.insert(anchor, value.clone());
        }
        match stack.last_mut() {
            Some(open) => open.items.push(value),
            None => documents.push(value),
        }
    }
    Ok(documents)
}

impl Open {
    fn new(anchor: usize, map: bool) -> Self {
        let items = Vec::new();
        Self { anchor, items, map }
    }

    fn close(self) -> Value {
        if !self.map {
            return Value::Array(self.items);
        }
        let mut map = Map::new();
        let mut items = self.items.into_iter();
        while let (Some(key), Some(value)) = (items.next(), items.next()) {
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            map.insert(key, value);
        }
        Value::Object(map)
    }
}
