//! Tasks as they are listed.

use super::record;
use crate::call::{Call, Refused};
use crate::task::Task;
use serde_json::{Value, json};

type Answered = Result<Value, Refused>;

fn visible(call: &Call<'_>, task: &Task) -> bool {
    let user = call.who.split('!').next().unwrap_or_default();
    task.user.split('!').next() == Some(user)
        || call.may(&format!("/nodes/{}", task.node), &["Sys.Audit"])
}

fn common(task: &Task) -> [(&'static str, Value); 8] {
    let hex = |nth: usize| {
        let text = task.upid.split(':').nth(nth).unwrap_or_default();
        json!(u64::from_str_radix(text, 16).unwrap_or(0))
    };
    [
        ("upid", json!(task.upid)),
        ("node", json!(task.node)),
        ("pid", hex(2)),
        ("pstart", hex(3)),
        ("starttime", json!(task.start)),
        ("type", json!(task.kind)),
        ("id", json!(task.id)),
        ("user", json!(task.user)),
    ]
}

fn with(task: &Task, more: [(&str, Value); 2]) -> Value {
    let mut row = record(common(task));
    if let (Some(map), Value::Object(more)) = (row.as_object_mut(), record(more)) {
        map.extend(more);
    }
    row
}

pub(crate) fn list(call: &mut Call<'_>) -> Answered {
    let (errors, limit) = (call.flag("errors"), call.arg("limit").parse().unwrap_or(50));
    let since: i64 = call.arg("since").parse().unwrap_or(i64::MIN);
    let active = call.arg("source") == "active";
    let here = call
        .state
        .tasks
        .iter()
        .rev()
        .filter(|t| t.node == call.arg("node") && t.start >= since);
    let wanted = here.filter(|t| {
        t.end.is_none() == active && (!errors || t.exit.as_deref().is_some_and(|e| e != "OK"))
    });
    let seen = wanted.filter(|t| visible(call, t)).take(limit);
    Ok(seen
        .map(|t| with(t, [("endtime", json!(t.end)), ("status", json!(t.exit))]))
        .collect())
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a Task, Refused> {
    let upid = call.arg("upid");
    let found = call.state.tasks.iter().find(|t| t.upid == upid);
    let found = found.ok_or_else(|| Refused::argument("upid", "no such task"))?;
    match visible(call, found) {
        true => Ok(found),
        false => Err(Refused::new(
            403,
            format!("Permission check failed (/nodes/{}, Sys.Audit)", found.node),
        )),
    }
}

pub(crate) fn status(call: &mut Call<'_>) -> Answered {
    let task = find(call)?;
    let word = if task.end.is_some() {
        "stopped"
    } else {
        "running"
    };
    Ok(with(
        task,
        [("status", json!(word)), ("exitstatus", json!(task.exit))],
    ))
}

pub(crate) fn log(call: &mut Call<'_>) -> Answered {
    let start: usize = call.arg("start").parse().unwrap_or(0);
    let limit: usize = call.arg("limit").parse().unwrap_or(50);
    let lines = find(call)?.log.iter().enumerate().skip(start).take(limit);
    Ok(lines
        .map(|(n, line)| json!({"n": n + 1, "t": line}))
        .collect())
}
