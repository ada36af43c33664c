//! Observing an appliance: each question by itself, so that what one role withholds leaves the others known.
//!
//! The middleware answers a question whole or not at all. A list counts as whole only if it was answered, each of its rows was understood, *and* a
//! role was told at the login that grants the question: whatever else answers with an empty list proves nothing.

mod address;
mod alert;
mod certificate;
mod dataset;
mod disk;
mod iscsi;
mod pool;
mod service;
mod share;
mod system;
mod task;

use crate::error::grant;
use crate::question::{self, Question};
use crate::rpc::Rpc;
use model::fact::{FactKind, Scope};
use model::kleene::Reason;
use reading::found::Found;
use serde_json::Value;

/// Longest text that is kept; what is longer is no name and no path.
const TEXT: usize = 1_000;

/// Reads an answer; how many rows of it are not understood, or nothing if it is not what it should be.
type Part = fn(&Value, &mut Found, &str) -> Option<usize>;

/// What each kind is made of, in the order in which it is asked.
const PARTS: [(FactKind, Question, Part); 16] = [
    (FactKind::TrueNas, question::SYSTEM, system::system),
    (FactKind::TrueNas, question::REBOOT, system::reboot),
    (FactKind::TrueNas, question::UPDATE, system::update),
    (FactKind::Pool, question::POOLS, pool::pools),
    (FactKind::Pool, question::BOOT, pool::boot),
    (FactKind::Disk, question::DISKS, disk::disks),
    (FactKind::TrueNasDataset, question::DATASETS, dataset::all),
    (FactKind::TrueNasTask, question::SNAPSHOTS, task::snapshots),
    (
        FactKind::TrueNasTask,
        question::REPLICATIONS,
        task::replications,
    ),
    (FactKind::TrueNasTask, question::CLOUD, task::cloud),
    (FactKind::TrueNasTask, question::SCRUBS, task::scrubs),
    (FactKind::TrueNasShare, question::SMB, share::smb),
    (FactKind::TrueNasShare, question::NFS, share::nfs),
    (FactKind::Address, question::INTERFACES, address::all),
    (
        FactKind::Certificate,
        question::CERTIFICATES,
        certificate::all,
    ),
    (FactKind::TrueNasAlert, question::ALERTS, alert::all),
];

/// Asks for everything in the scope.
pub(crate) fn observe(rpc: &mut Rpc, scope: &Scope) -> Found {
    let asked = scope.kinds();
    let mut found = Found::by("TrueNAS");
    let mut look = Look {
        rpc,
        found: &mut found,
    };
    if asked.contains(&FactKind::TrueNas) {
        look.login();
    }
    for (kind, question, part) in PARTS {
        if asked.contains(&kind) {
            look.part(kind, question, part);
        }
    }
    if asked.contains(&FactKind::TrueNasShare) {
        iscsi::shares(&mut look);
    }
    if asked.contains(&FactKind::TrueNasService) {
        service::services(&mut look);
    }
    if asked.contains(&FactKind::TrueNasAlert) {
        alert::titles(&mut look);
    }
    pool::untold(look.found);
    found.only(&asked, scope);
    found
}

struct Look<'a> {
    rpc: &'a mut Rpc,
    found: &'a mut Found,
}

impl Look<'_> {
    /// As whom was asked, and with which roles.
    fn login(&mut self) {
        system::login(self.rpc.user(), self.rpc.roles(), self.found);
    }

    fn part(&mut self, kind: FactKind, question: Question, part: Part) {
        if let Some(answer) = self.answer(kind, question) {
            let lost = part(&answer, self.found, question.method);
            self.judge(kind, question, lost);
        }
    }

    /// The answer, if there is one; else the kind is not whole.
    fn answer(&mut self, kind: FactKind, question: Question) -> Option<Value> {
        match self.rpc.ask(question) {
            Ok(answer) => Some(answer),
            Err(why) => {
                let why = Reason::new(why.of(question));
                self.found.errors.push(why.to_string());
                self.found.complete(kind, Err(why));
                None
            }
        }
    }

    /// Whether an answer of which so many rows were not understood is all.
    fn judge(&mut self, kind: FactKind, question: Question, lost: Option<usize>) {
        let shown = question.method;
        let proof = match lost {
            None => Err(format!("{shown}: the answer is not understood")),
            Some(0) if self.rpc.may(question) => Ok(format!(
                "{shown} was answered, and the key's user has a role that may ask it"
            )),
            Some(0) => Err(format!(
                "{shown} was answered to a user of whom no role was told that may ask it, which proves nothing; {}",
                grant(question)
            )),
            Some(lost) => Err(format!("{shown}: {lost} rows are not understood")),
        };
        self.found.complete(kind, proof.map_err(Reason::new));
    }
}

/// Each row of a list is read; how many are not understood.
fn each(answer: &Value, mut one: impl FnMut(&Value) -> Option<()>) -> Option<usize> {
    let rows = answer.as_array()?;
    Some(rows.iter().filter(|row| one(row).is_none()).count())
}

/// A text without characters that terminals obey.
fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|t| is_clean(t)).map(str::to_owned)
}

fn is_clean(text: &str) -> bool {
    text.len() <= TEXT && !text.chars().any(char::is_control)
}

/// A text, or nothing where `null` or nothing stands. What is something else is not understood.
fn word(of: &Value, key: &str) -> Option<Option<String>> {
    match of.get(key) {
        None | Some(Value::Null) => Some(None),
        Some(value) => text(value).map(Some),
    }
}

fn flag(of: &Value, key: &str) -> Option<bool> {
    of.get(key).and_then(Value::as_bool)
}

fn number(of: &Value, key: &str) -> Option<i64> {
    of.get(key).and_then(Value::as_i64)
}

/// A list of texts, which may be left out; nothing if it is something else.
fn texts(of: &Value, key: &str) -> Option<Vec<String>> {
    match of.get(key) {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(value) => value.as_array()?.iter().map(text).collect(),
    }
}

fn list(items: Vec<String>) -> model::value::Value {
    model::value::Value::List(items.into_iter().map(Into::into).collect())
}

/// A time as the middleware writes it, `{"$date": MILLISECONDS}`, in seconds.
fn time(value: Option<&Value>) -> Option<i64> {
    let milliseconds = value?.get("$date")?.as_i64()?;
    Some(milliseconds.div_euclid(1_000))
}

/// `00 3 * * 7`, of the five fields of a schedule.
fn schedule(of: &Value) -> Option<String> {
    cron(of.get("schedule")?)
}

/// The same of such a map.
fn cron(cron: &Value) -> Option<String> {
    let fields = ["minute", "hour", "dom", "month", "dow"];
    let fields: Option<Vec<String>> = fields
        .iter()
        .map(|field| cron.get(field).and_then(text))
        .collect();
    fields.map(|f| f.join(" "))
}
