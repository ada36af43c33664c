//! Backup jobs, what they cover, and backups now.

use crate::call::{Call, Refused};
use crate::state::Job;
use crate::task::Work;
use serde_json::{Map, Value, json};

type Answered = Result<Value, Refused>;

pub(crate) fn jobs(call: &mut Call<'_>) -> Answered {
    let row = |(id, job): (&String, &Job)| {
        let mut row: Map<String, Value> = job.fields.clone().into_iter().collect();
        row.insert("id".to_owned(), json!(id));
        row.insert("type".to_owned(), json!("vzdump"));
        Value::Object(row)
    };
    Ok(call.state.jobs.iter().map(row).collect())
}

fn listed(text: Option<&Value>, id: u32) -> bool {
    let text = text.and_then(Value::as_str).unwrap_or_default();
    text.split([',', ' ', ';']).any(|t| t.parse() == Ok(id))
}

/// A job counts whether it is enabled or not, as with the product.
fn covers(call: &Call<'_>, job: &Job, id: u32, node: &str) -> bool {
    let text = |key: &str| job.fields.get(key).and_then(Value::as_str);
    if text("node").is_some_and(|n| n != node) {
        return false;
    }
    if let Some(pool) = text("pool") {
        return call.state.pools.get(pool).is_some_and(|m| m.contains(&id));
    }
    match job.fields.get("all").and_then(Value::as_u64) {
        Some(1) => !listed(job.fields.get("exclude"), id),
        _ => listed(job.fields.get("vmid"), id),
    }
}

pub(crate) fn uncovered(call: &mut Call<'_>) -> Answered {
    let bare = call.state.guests.iter().filter(|(id, guest)| {
        !call
            .state
            .jobs
            .values()
            .any(|job| covers(call, job, **id, &guest.node))
            && call.may(&format!("/vms/{id}"), &["VM.Audit"])
    });
    Ok(bare
        .map(|(id, guest)| json!({"vmid": id, "type": guest.kind.word(), "name": guest.name()}))
        .collect())
}

pub(crate) fn vzdump(call: &mut Call<'_>) -> Answered {
    let (node, id) = (call.arg("node").to_owned(), call.arg("vmid").to_owned());
    let storage = call
        .args
        .get("storage")
        .cloned()
        .unwrap_or_else(|| "local".to_owned());
    if !call.may(&format!("/vms/{id}"), &["VM.Backup"]) {
        return Err(Refused::new(
            403,
            format!("Permission check failed (/vms/{id}, VM.Backup)"),
        ));
    }
    let guest = id
        .parse()
        .ok()
        .and_then(|n: u32| call.state.guests.get_mut(&n))
        .filter(|g| g.node == node);
    let Some(guest) = guest else {
        return Err(Refused::new(500, format!("unable to find VM '{id}'")));
    };
    super::guest::lock(guest, "backup")?;
    let who = call.who.clone();
    Ok(json!(call.state.begin(
        &node,
        "vzdump",
        &id,
        &who,
        60,
        Work::Backup { storage }
    )))
}
