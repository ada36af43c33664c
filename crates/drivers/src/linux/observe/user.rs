//! Accounts. Where only the state of their passwords is out of sight, they are listed without `password`, and as incomplete.

use super::Whole;
use super::frame::Sections;
use super::gather::{Gathered, listed_by};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use std::collections::BTreeMap;

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/user.sh")],
    calls: &[
        "user user",
        "user-password user_password",
        "user-group user_group",
    ],
    read: gather,
};

/// Shells that let nobody in, by their whole paths: anything may be called `nologin` elsewhere. `sync`, `halt` and `shutdown` are
/// those of accounts of old.
const NO_LOGIN: [&str; 12] = [
    "/usr/sbin/nologin",
    "/sbin/nologin",
    "/usr/bin/nologin",
    "/bin/nologin",
    "/usr/bin/false",
    "/bin/false",
    "/usr/bin/sync",
    "/bin/sync",
    "/usr/sbin/halt",
    "/sbin/halt",
    "/usr/sbin/shutdown",
    "/sbin/shutdown",
];

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::User;
    let Some(section) = to.section(kind, sections, "user") else {
        return;
    };
    let passwords = passwords(sections, to);
    let groups = groups(sections, to);
    let text = section.text();
    let mut seen_any = false;
    for line in text.lines().filter(|l| !l.is_empty()) {
        if let Some(sources) = line.strip_prefix("nss ") {
            only_local(sources, kind, to);
        } else if let Some((name, mut value)) = line.strip_prefix("u ").and_then(account) {
            seen_any = true;
            let gid = value.iter().find(|(n, _)| *n == "gid");
            let member = gid.map_or_else(Vec::new, |(_, gid)| member_of(&groups, name, gid));
            if !member.is_empty() {
                value.push(("groups", Value::from(member.join(" "))));
            }
            match passwords.get(name) {
                Some(state) => value.push(("password", Value::from(*state))),
                None => to.incomplete(
                    kind,
                    Reason::new(format!("the password state of {name} is not known")),
                ),
            }
            to.present(kind, name, Value::map(value), "getent passwd, passwd -S");
        } else {
            to.incomplete(
                kind,
                Reason::new("getent passwd printed a line that is not understood"),
            );
        }
    }
    if !seen_any {
        to.incomplete(kind, Reason::new("getent passwd printed no account"));
    }
    to.complete(kind, &listed_by("getent passwd as root"));
}

/// Name services beside local files are not obliged to list all that they know.
pub(super) fn only_local(sources: &str, kind: FactKind, to: &mut Gathered) {
    let local = |s: &&str| matches!(*s, "files" | "compat" | "systemd" | "db");
    if let Some(other) = sources
        .split_whitespace()
        .find(|s| !local(s) && !s.starts_with('['))
    {
        to.incomplete(
            kind,
            Reason::new(format!(
                "the name service '{other}' need not list all it knows"
            )),
        );
    }
}

fn account(line: &str) -> Option<(&str, Vec<(&'static str, Value)>)> {
    let fields: Vec<&str> = line.split(':').collect();
    let [name, uid, gid, home, shell] = fields.as_slice() else {
        return None;
    };
    let whole_name =
        !name.is_empty() && !name.starts_with(['+', '-']) && !name.contains('\u{fffd}');
    whole_name.then_some(())?;
    // An empty field stands for /bin/sh, see passwd(5).
    let login = !NO_LOGIN.contains(shell);
    let value = vec![
        ("uid", Value::from(uid.parse::<i64>().ok()?)),
        ("gid", Value::from(gid.parse::<i64>().ok()?)),
        ("home", Value::from(*home)),
        ("shell", Value::from(*shell)),
        ("login", Value::from(login)),
    ];
    Some((name, value))
}

/// The states by account, from `passwd -S`.
fn passwords<'a>(sections: &Sections<'a>, to: &mut Gathered) -> BTreeMap<&'a str, &'static str> {
    let section = match sections.get("user-password") {
        Ok(section) => section,
        Err(reason) => {
            to.incomplete(
                FactKind::User,
                Reason::new(format!("the password states are not known: {reason}")),
            );
            return BTreeMap::new();
        }
    };
    let lines = section
        .body
        .split(|b| *b == b'\n')
        .filter_map(|l| std::str::from_utf8(l).ok());
    let state = |word: &str| match word {
        "L" | "LK" => Some("locked"),
        "P" | "PS" => Some("set"),
        "NP" => Some("empty"),
        _ => None,
    };
    lines
        .filter_map(|l| l.split_once(' '))
        .filter_map(|(name, word)| Some((name, state(word)?)))
        .collect()
}

/// `NAME`, gid and members of every group, from `getent group`.
fn groups(sections: &Sections<'_>, to: &mut Gathered) -> Vec<(String, Value, Vec<String>)> {
    let kind = FactKind::User;
    let text = match sections.get("user-group") {
        Ok(section) => section.text(),
        Err(reason) => {
            to.incomplete(
                kind,
                Reason::new(format!("the groups are not known: {reason}")),
            );
            return Vec::new();
        }
    };
    let mut found = Vec::new();
    for line in text.lines().filter(|l| !l.is_empty()) {
        if let Some(sources) = line.strip_prefix("nss ") {
            only_local(sources, kind, to);
            continue;
        }
        let fields: Vec<&str> = line.split(':').collect();
        match fields.as_slice() {
            [name, gid, members] if name.starts_with("g ") && gid.parse::<i64>().is_ok() => {
                let gid = Value::from(gid.parse::<i64>().unwrap_or(-1));
                let members = members.split(',').filter(|m| !m.is_empty());
                found.push((
                    name.trim_start_matches("g ").to_owned(),
                    gid,
                    members.map(str::to_owned).collect(),
                ));
            }
            _ => to.incomplete(
                kind,
                Reason::new("getent group printed a line that is not understood"),
            ),
        }
    }
    found
}

/// The groups of an account, but the one that is its own by name.
fn member_of<'a>(
    groups: &'a [(String, Value, Vec<String>)],
    name: &str,
    gid: &Value,
) -> Vec<&'a str> {
    let is = |(group, id, members): &&(String, Value, Vec<String>)| {
        group != name && (id == gid || members.iter().any(|m| m == name))
    };
    let mut names: Vec<&str> = groups.iter().filter(is).map(|(g, ..)| g.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_is_known_by_its_path() {
        for (shell, login) in [
            ("/usr/sbin/nologin", false),
            ("/bin/false", false),
            ("/bin/sync", false),
            ("/opt/nologin", true),
            ("nologin", true),
            ("", true),
            ("/bin/bash", true),
        ] {
            let line = format!("eve:0:0:/:{shell}");
            let (_, value) = account(&line).unwrap();
            assert_eq!(
                Value::map(value).field("login"),
                Some(&Value::from(login)),
                "{shell}"
            );
        }
    }
}
