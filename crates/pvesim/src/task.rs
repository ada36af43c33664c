//! Tasks: what takes time runs as one, under a UPID, with a log, by the virtual clock.

use crate::state::{Kind, State};

/// What a task does when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Work {
    Start,
    Stop { gently: bool },
    Reboot,
    Snapshot(String),
    Backup { storage: String },
    Nothing,
}

/// A task.
#[derive(Debug, Clone)]
pub struct Task {
    /// Its name.
    pub upid: String,
    /// Where it runs.
    pub node: String,
    /// `qmstart`, `vzdump`.
    pub kind: String,
    /// What it is about: the number of a guest.
    pub id: String,
    /// Who started it.
    pub user: String,
    /// When it began.
    pub start: i64,
    /// When it ended.
    pub end: Option<i64>,
    /// How it ended: `OK`, or what went wrong.
    pub exit: Option<String>,
    /// Its log.
    pub log: Vec<String>,
    pub(crate) until: i64,
    pub(crate) work: Work,
}

impl State {
    /// Begins a task that takes `seconds`.
    pub(crate) fn begin(
        &mut self,
        node: &str,
        kind: &str,
        id: &str,
        user: &str,
        seconds: i64,
        work: Work,
    ) -> String {
        let number = 1000 + self.tasks.len();
        let (pid, pstart) = (
            format!("{number:08X}"),
            format!("{:08X}", 2000 + self.tasks.len()),
        );
        let upid = format!(
            "UPID:{node}:{pid}:{pstart}:{:08X}:{kind}:{id}:{user}:",
            self.now
        );
        self.tasks.push(Task {
            upid: upid.clone(),
            node: node.to_owned(),
            kind: kind.to_owned(),
            id: id.to_owned(),
            user: user.to_owned(),
            start: self.now,
            end: None,
            exit: None,
            log: vec![format!("{kind} {id} begins")],
            until: self.now + if self.immediate { 0 } else { seconds },
            work,
        });
        upid
    }

    /// Adds a task that has ended so.
    pub fn ended(&mut self, node: &str, kind: &str, id: &str, exit: &str) -> String {
        let upid = self.begin(node, kind, id, "root@pam", 0, Work::Nothing);
        let now = self.now;
        if let Some(task) = self.tasks.last_mut() {
            task.end = Some(now);
            task.exit = Some(exit.to_owned());
            task.log.push(format!("TASK {exit}"));
        }
        upid
    }

    /// Time passes: tasks whose time has come end, and what they do is done.
    pub fn pass(&mut self, seconds: i64) {
        self.now += seconds;
        for at in 0..self.tasks.len() {
            let Some(task) = self.tasks.get(at) else {
                break;
            };
            if task.end.is_some() || task.until > self.now {
                continue;
            }
            let (id, work, until) = (task.id.parse().unwrap_or(0), task.work.clone(), task.until);
            let exit = match self.carry_out(id, &work, until) {
                Ok(()) => "OK".to_owned(),
                Err(why) => why,
            };
            if let Some(task) = self.tasks.get_mut(at) {
                task.end = Some(until);
                let word = if exit == "OK" {
                    "TASK OK".to_owned()
                } else {
                    format!("TASK ERROR: {exit}")
                };
                task.log.push(word);
                task.exit = Some(exit);
            }
        }
    }

    fn carry_out(&mut self, id: u32, work: &Work, at: i64) -> Result<(), String> {
        if *work == Work::Nothing {
            return Ok(());
        }
        if !self.guests.contains_key(&id) {
            return Err(format!("Configuration file for guest {id} does not exist"));
        }
        let running = match work {
            Work::Start => self.machines.start(id).map(|()| Some(true))?,
            Work::Stop { gently } => self.machines.stop(id, *gently).map(|()| Some(false))?,
            Work::Reboot => {
                self.machines.stop(id, true)?;
                self.machines.start(id).map(|()| Some(true))?
            }
            Work::Snapshot(_) | Work::Backup { .. } | Work::Nothing => None,
        };
        let Some(guest) = self.guests.get_mut(&id) else {
            return Ok(());
        };
        guest.config.remove("lock");
        guest.running = running.unwrap_or(guest.running);
        if let Work::Snapshot(name) = work {
            guest.snapshots.insert(name.clone(), at);
        }
        if let Work::Backup { storage } = work {
            let kind = if guest.kind == Kind::Qemu {
                "qemu"
            } else {
                "lxc"
            };
            let volid = format!("{storage}:backup/vzdump-{kind}-{id}-{at}.tar.zst");
            let volume = serde_json::json!({"volid": volid, "format": "tar.zst", "size": 1_000_000, "ctime": at, "vmid": id, "content": "backup", "subtype": kind});
            let into = self.storages.get_mut(storage);
            into.ok_or_else(|| format!("storage '{storage}' does not exist"))?
                .volumes
                .push(volume);
        }
        Ok(())
    }
}
