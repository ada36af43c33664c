//! What is shared by iSCSI: targets, with their extents and who may take them. Logins and passwords (`iscsi.auth`) are not asked for.

use super::{Look, flag, list, number, text, texts, word};
use crate::question;
use model::fact::FactKind;
use reading::found::Fields;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const KIND: FactKind = FactKind::TrueNasShare;

/// What targets lead to.
struct Below {
    extents: BTreeMap<i64, Extent>,
    /// Extents by target.
    luns: BTreeMap<i64, Vec<i64>>,
    initiators: BTreeMap<i64, Vec<String>>,
}

struct Extent {
    path: String,
    enabled: bool,
    locked: Option<bool>,
    read_only: Option<bool>,
}

pub(super) fn shares(look: &mut Look<'_>) {
    let extents = rows(look, question::EXTENTS, extent);
    let luns = rows(look, question::LUNS, |row| {
        Some((number(row, "target")?, number(row, "extent")?))
    });
    let initiators = rows(look, question::INITIATORS, |row| {
        Some((number(row, "id")?, texts(row, "initiators")?))
    });
    let (Some(extents), Some(luns), Some(initiators)) = (extents, luns, initiators) else {
        return;
    };
    let mut below = Below {
        extents: extents.into_iter().collect(),
        luns: BTreeMap::new(),
        initiators: initiators.into_iter().collect(),
    };
    for (target, extent) in luns {
        below.luns.entry(target).or_default().push(extent);
    }
    let question = question::TARGETS;
    if let Some(answer) = look.answer(KIND, question) {
        let lost = super::each(&answer, |row| {
            let (key, fields) = target(row, &below)?;
            look.found.add(KIND, key, fields, question.method);
            Some(())
        });
        look.judge(KIND, question, lost);
    }
}

/// The rows of a list that are understood; nothing if it was not told.
fn rows<T>(
    look: &mut Look<'_>,
    question: question::Question,
    one: impl Fn(&Value) -> Option<T>,
) -> Option<Vec<T>> {
    let answer = look.answer(KIND, question)?;
    let mut all = Vec::new();
    let lost = super::each(&answer, |row| {
        all.push(one(row)?);
        Some(())
    });
    look.judge(KIND, question, lost);
    lost.map(|_| all)
}

fn extent(row: &Value) -> Option<(i64, Extent)> {
    // A volume is told as `zvol/tank/vm`, by some releases in `disk` alone.
    let path = word(row, "path")?.filter(|p| !p.is_empty());
    let path = path.or(word(row, "disk")?)?;
    Some((
        number(row, "id")?,
        Extent {
            path,
            enabled: flag(row, "enabled")?,
            locked: flag(row, "locked"),
            read_only: flag(row, "ro"),
        },
    ))
}

fn target(row: &Value, below: &Below) -> Option<(String, Fields)> {
    let name = row.get("name").and_then(text)?;
    let luns = below.luns.get(&number(row, "id")?);
    let extents: Option<Vec<&Extent>> = luns
        .into_iter()
        .flatten()
        .map(|id| below.extents.get(id))
        .collect();
    let extents = extents?;
    let (mut auth, mut initiators) = (BTreeSet::new(), BTreeSet::new());
    let mut is_open = false;
    for group in row.get("groups")?.as_array()? {
        auth.insert(group.get("authmethod").and_then(text)?.to_lowercase());
        let own = match group.get("initiator") {
            None | Some(Value::Null) => None,
            Some(id) => Some(below.initiators.get(&id.as_i64()?)?),
        };
        is_open |= own.is_none_or(|list| list.is_empty());
        initiators.extend(own.into_iter().flatten().cloned());
    }
    if is_open {
        initiators.clear();
    }
    let of = |all: BTreeSet<String>| list(all.into_iter().collect());
    let paths = extents.iter().map(|e| e.path.clone()).collect();
    let any = |flag: fn(&Extent) -> Option<bool>| extents.iter().find_map(|e| flag(e));
    let fields = Fields::default()
        .set("paths", Some(list(paths)))
        .set("enabled", Some(extents.iter().any(|e| e.enabled)))
        .set("locked", any(|e| e.locked.filter(|l| *l)))
        .set("read_only", any(|e| e.read_only.filter(|r| !*r)))
        .set("networks", Some(list(texts(row, "auth_networks")?)))
        .set("initiators", Some(of(initiators)))
        .set("auth", Some(of(auth)));
    Some((format!("iscsi/{name}"), fields))
}
