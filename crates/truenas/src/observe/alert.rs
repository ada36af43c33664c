//! Alerts that the appliance shows: level and class. Their own words may hold anything that a program has said and are not kept; the title of the class
//! says what it is.

use super::{Look, flag, text, time};
use crate::question;
use model::fact::{FactKind, Seen};
use model::value::Value as Known;
use reading::found::{Fields, Found};
use serde_json::Value;
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::TrueNasAlert;

pub(super) fn all(answer: &Value, found: &mut Found, source: &str) -> Option<usize> {
    super::each(answer, |row| {
        let id = row.get("id").or(row.get("uuid")).and_then(text)?;
        let fields = Fields::default()
            .set("level", Some(row.get("level").and_then(text)?))
            .set("class", row.get("klass").and_then(text))
            .set("since", time(row.get("datetime")))
            .set("last", time(row.get("last_occurrence")))
            .set("dismissed", Some(flag(row, "dismissed")?));
        found.add(KIND, id, fields, source);
        Some(())
    })
}

/// What classes are called. Without that alerts stay as whole as they are.
pub(super) fn titles(look: &mut Look<'_>) {
    let alerts = look.found.facts.iter();
    if !alerts.into_iter().any(|(path, _)| path.kind == KIND) {
        return;
    }
    let answer = match look.rpc.ask(question::CLASSES) {
        Ok(answer) => answer,
        Err(why) => return look.found.errors.push(why.of(question::CLASSES)),
    };
    let categories = answer.as_array().into_iter().flatten();
    let classes = categories.filter_map(|c| c.get("classes")?.as_array());
    let titles: BTreeMap<String, String> = classes
        .flatten()
        .filter_map(|c| Some((text(c.get("id")?)?, text(c.get("title")?)?)))
        .collect();
    for (path, fact) in &mut look.found.facts {
        if path.kind != KIND {
            continue;
        }
        if let Seen::Present(Known::Map(map)) = &mut fact.seen {
            let class = map.get("class").and_then(Known::as_text);
            if let Some(title) = class.and_then(|class| titles.get(class)) {
                map.insert("title".to_owned(), title.as_str().into());
            }
        }
    }
}
