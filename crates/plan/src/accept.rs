//! Differences taken over: which edit of the lab tree declares what is there, or puts up with it.
//!
//! Only texts of the lab tree and of facts meet here; nothing is written. What a host does not tell (the content of a file, what was
//! hidden) is never made up: then there is no edit, and a sentence says what can be done instead.

mod product;
mod tailnet;
mod way;

use crate::{Context, Difference, How};
use diag::{Edit, Span};
use jiff::civil::Date;
use model::cron::{Place, place};
use model::fact::{FactKind, FactPath, Seen, TargetFacts};

use model::lab::{DRIFT, Host};
use model::value::Value;

/// Who says that a difference is right, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reasons<'a> {
    /// Why.
    pub reason: Option<&'a str>,
    /// Who answers for it.
    pub owner: Option<&'a str>,
    /// When it is looked at again.
    pub until: Option<Date>,
}

/// How one difference is taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taking {
    /// By this edit of the lab tree.
    Edit(Edit),
    /// By these lines at the end of its root file.
    AtEnd(String),
    /// The accepted state of the host takes it in.
    Keep,
    /// It is not; what can be done instead.
    Not(String),
}

/// What hides a value that is not shown.
const HIDDEN: &str = "[redacted ";

/// How a difference is taken into the declaration, or into the accepted state.
pub fn declare(ctx: &Context<'_>, difference: &Difference, with: Reasons<'_>) -> Taking {
    let not = |why: &str| Taking::Not(why.to_owned());
    if difference.how == How::Unknown {
        return not("what is not known cannot be accepted");
    }
    if let Some(taking) = product::declare(ctx, difference) {
        return taking;
    }
    if let Some(taking) = way::declare(ctx, difference) {
        return taking;
    }
    let name = difference.target.name.as_str();
    let host = ctx.lab.machine(name);
    let facts = ctx.facts.targets.get(name);
    let is_machine = difference.target == ctx.lab.machine_ref(name);
    let (true, Some(host), Some(facts)) = (is_machine, host, facts) else {
        return not(
            "only what is declared of hosts can be changed so far; --waive puts up with it",
        );
    };
    let on = On { host, facts };
    let (path, how) = (&difference.path, difference.how);
    let key = path.key.as_str();
    match (path.kind, how) {
        (FactKind::User, How::Undeclared) => on.user(key),
        (FactKind::User, How::Missing) => gone(host.users.get(key).map(|u| u.span)),
        (FactKind::User, _) => on.shell(key),
        (FactKind::Key, How::Undeclared) => on.key(key),
        (FactKind::Key, How::Missing) => on.no_key(key),
        (FactKind::Package, How::Missing) => {
            let listed = host.packages.iter().find(|p| p.value == key);
            gone_or_kept(listed.map(|p| p.span))
        }
        (FactKind::Package, _) if is_new(difference) => Taking::Keep,
        (FactKind::Package, _) => match host.packages.last() {
            Some(last) => Taking::Edit(Edit::append(last.span, key)),
            None => below(host.span, format!("packages: [{key}]")),
        },
        (FactKind::Unit, _) => on.unit(key, how),
        (FactKind::Sshd, _) if !host.sshd.contains_key(key) => Taking::Keep,
        (FactKind::File, How::Missing) if host.files.contains_key(key) => {
            gone(host.files.get(key).map(|f| f.span))
        }
        (FactKind::File, _)
            if crate::news::WATCHED.contains(&key) && !host.files.contains_key(key) =>
        {
            Taking::Keep
        }
        (FactKind::File, How::Differs) if host.files.contains_key(key) => not(
            "contents of files are not read from hosts; write the new content into the lab tree, or --waive",
        ),
        (FactKind::Sysctl, How::Differs) => on.sysctl(path),
        (FactKind::Route, How::Differs) => on.route(),
        (FactKind::Listener, How::Undeclared) => on.listener(key, with),
        (FactKind::Listener, How::Missing) => on.no_listener(key),
        (FactKind::Cron, How::Undeclared) => on.cron(path),
        (FactKind::Cron, How::Missing) => on.no_cron(difference),
        (FactKind::Traefik, _) => {
            not("it is written by hand, as an exposure of the service; or --waive")
        }
        _ => not("the lab tree has no words for it; make it as declared with apply, or --waive"),
    }
}

/// It was told from the accepted state, and not from the declaration.
fn is_new(difference: &Difference) -> bool {
    difference.cause.is_none() && difference.declared == "not there"
}

/// How a difference is put up with until a day.
pub fn waive(ctx: &Context<'_>, difference: &Difference, with: Reasons<'_>) -> Taking {
    if difference.how == How::Unknown {
        return Taking::Not("what is not known cannot be waived".to_owned());
    }
    let (Some(reason), Some(owner), Some(until)) = (with.reason, with.owner, with.until) else {
        let why = "a waiver needs --reason, --owner and --until";
        return Taking::Not(why.to_owned());
    };
    let waiver = format!(
        "{{drift: {}, object: {}, reason: {}, owner: {}, expires: {until}}}",
        scalar(&difference.path.to_string()),
        difference.target,
        scalar(reason),
        scalar(owner)
    );
    let clash = format!("{DRIFT}{}", difference.path);
    if ctx.lab.waivers.iter().any(|w| {
        w.id.value == clash
            && w.object
                .as_ref()
                .is_some_and(|o| o.value == difference.target.to_string())
    }) {
        let why = "there is a waiver of it that is not in force; mend that one";
        return Taking::Not(why.to_owned());
    }
    match ctx.lab.waivers.last() {
        Some(last) => Taking::Edit(Edit::beside(last.span, waiver)),
        None => Taking::AtEnd(format!("\nwaivers:\n  - {waiver}\n")),
    }
}

fn gone(span: Option<Span>) -> Taking {
    match span {
        Some(span) => Taking::Edit(Edit::remove(span)),
        None => Taking::Not("where it is declared was not found".to_owned()),
    }
}

/// What is not declared was accepted before.
fn gone_or_kept(span: Option<Span>) -> Taking {
    span.map_or(Taking::Keep, |span| Taking::Edit(Edit::remove(span)))
}

fn below(key: Span, entry: String) -> Taking {
    Taking::Edit(Edit::under(key, entry))
}

/// A text as YAML takes it for that text on one line.
pub fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-@+=".contains(c);
    let word = text.chars().all(|c| plain(c) || c == ' ' || c == ':')
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "yes" | "no" | "on" | "off" | "true" | "false" | "null" | "y" | "n"
        );
    match word {
        true => text.to_owned(),
        false => quoted(text),
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

struct On<'a> {
    host: &'a Host,
    facts: &'a TargetFacts,
}

impl On<'_> {
    fn value(&self, kind: FactKind, key: &str) -> Option<Value> {
        match self.facts.seen(&FactPath::new(kind, key)) {
            Seen::Present(value) => Some(value),
            Seen::Absent | Seen::Unknown(_) => None,
        }
    }

    fn user(&self, name: &str) -> Taking {
        let value = self.value(FactKind::User, name);
        if value
            .as_ref()
            .is_some_and(|v| crate::resource::is_second_root(name, v))
        {
            let why = "it is root by another name, which no declaration makes right; --waive puts up with it";
            return Taking::Not(why.to_owned());
        }
        let shell = value.as_ref().and_then(|v| v.field("shell")?.as_text());
        let about = match shell.filter(|s| *s != "/bin/bash") {
            Some(shell) => format!("{{shell: {}}}", scalar(shell)),
            None => "{}".to_owned(),
        };
        let entry = format!("{name}: {about}");
        match self
            .host
            .users
            .values()
            .map(|u| u.span)
            .max_by_key(|s| s.start)
        {
            Some(last) => Taking::Edit(Edit::beside(last, entry)),
            None => below(self.host.span, format!("users:\n  {entry}")),
        }
    }

    fn shell(&self, name: &str) -> Taking {
        let declared = self.host.users.get(name).and_then(|u| u.shell.as_ref());
        let value = self.value(FactKind::User, name);
        let shell = value.as_ref().and_then(|v| v.field("shell")?.as_text());
        match (declared, shell) {
            (Some(declared), Some(shell)) if declared.value != shell => {
                Taking::Edit(Edit::replace(declared.span, scalar(shell)))
            }
            _ => {
                Taking::Not("the lab tree has no words for it; --waive puts up with it".to_owned())
            }
        }
    }

    fn key(&self, key: &str) -> Taking {
        let user = key.split_once('/').map_or("", |(user, _)| user);
        let Some(declared) = self.host.users.get(user) else {
            return Taking::Not(format!("account {user} is not declared; accept that first"));
        };
        let value = self.value(FactKind::Key, key);
        let text = |f: &str| {
            let text = value.as_ref().and_then(|v| v.field(f)?.as_text());
            text.unwrap_or_default().to_owned()
        };
        let (public, options) = (text("public"), text("options"));
        if public.is_empty() || options.contains(HIDDEN) || options.contains(" or ") {
            let why = "the key's whole line is not known; copy it into the lab tree";
            return Taking::Not(why.to_owned());
        }
        let comment = Some(text("comment")).filter(|c| !c.contains(HIDDEN));
        let parts = [options, public, comment.unwrap_or_default()];
        let parts: Vec<String> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        let line = scalar(&parts.join(" "));
        match declared.keys.last() {
            Some(last) => Taking::Edit(Edit::append(last.span, line)),
            None => below(declared.span, format!("keys: [{line}]")),
        }
    }

    /// The first declared key of the account that is not on the host.
    fn no_key(&self, key: &str) -> Taking {
        let (user, print) = key.split_once('/').unwrap_or((key, ""));
        let mut keys = self.host.users.get(user).into_iter().flat_map(|u| &u.keys);
        let line = keys.find(|k| crate::key_fingerprint(&k.value).as_deref() == Some(print));
        gone(line.map(|l| l.span))
    }

    fn unit(&self, name: &str, how: How) -> Taking {
        let Some(declared) = self.host.units.get(name) else {
            return Taking::Keep;
        };
        if how == How::Missing {
            return gone(Some(declared.span));
        }
        let value = self.value(FactKind::Unit, name);
        let is = |f: &str| value.as_ref().and_then(|v| v.field(f).cloned());
        let active = is("active").and_then(|v| v.as_bool());
        let enabled = is("enabled").map(|v| v.as_text() == Some("enabled"));
        let pairs = [(&declared.active, active), (&declared.enabled, enabled)];
        let mut other = pairs.into_iter().filter_map(|(declared, is)| {
            let (declared, is) = (declared.as_ref()?, is?);
            (declared.value != is).then(|| Edit::replace(declared.span, is.to_string()))
        });
        match other.next() {
            Some(edit) => Taking::Edit(edit),
            None => {
                Taking::Not("the lab tree has no words for it; --waive puts up with it".to_owned())
            }
        }
    }

    fn sysctl(&self, path: &FactPath) -> Taking {
        let value = self.value(FactKind::Sysctl, &path.key);
        let text = value.as_ref().and_then(Value::as_text);
        match (self.host.sysctl.get(&path.key), text) {
            (Some(declared), Some(text)) if !text.contains(HIDDEN) => {
                let number = text.chars().all(|c| c.is_ascii_digit());
                let text = if number {
                    text.to_owned()
                } else {
                    scalar(text)
                };
                Taking::Edit(Edit::replace(declared.span, text))
            }
            _ => Taking::Not("it is not declared by itself; --waive puts up with it".to_owned()),
        }
    }

    fn route(&self) -> Taking {
        let value = self.value(FactKind::Route, "default");
        let via = value.as_ref().and_then(Value::as_text);
        let via = via.and_then(|v| v.strip_prefix("via ")?.split(' ').next());
        match (&self.host.default_route, via) {
            (Some(declared), Some(via)) => Taking::Edit(Edit::replace(declared.span, via)),
            _ => Taking::Not("there is no route by an address".to_owned()),
        }
    }

    fn listener(&self, key: &str, with: Reasons<'_>) -> Taking {
        let Some((protocol, address, port)) = crate::resource::socket(key) else {
            return Taking::Not("its address is not understood".to_owned());
        };
        let (Some(why), Some(owner)) = (with.reason, with.owner) else {
            let why =
                "a way in needs --reason and --owner (and --until for its next review), or --waive";
            return Taking::Not(why.to_owned());
        };
        let mut parts = vec![format!("port: {port}/{protocol}")];
        if !matches!(address, "0.0.0.0" | "::" | "*") && !address.contains('%') {
            parts.push(format!("listen: {}", scalar(address)));
        }
        parts.push(format!("why: {}", scalar(why)));
        parts.push(format!("owner: {}", scalar(owner)));
        parts.extend(with.until.map(|day| format!("review: {day}")));
        let way = format!("{{{}}}", parts.join(", "));
        let last = self.host.exposures.iter().max_by_key(|e| e.span.start);
        match last {
            Some(last) => Taking::Edit(Edit::beside(last.span, way)),
            None => below(self.host.span, format!("exposures:\n  - {way}")),
        }
    }

    fn no_listener(&self, key: &str) -> Taking {
        let way = self
            .host
            .exposures
            .iter()
            .find(|e| key == format!("{}/*:{}", e.protocol.word(), e.port.value));
        gone(way.map(|e| e.span))
    }

    fn cron(&self, path: &FactPath) -> Taking {
        let Some(value) = self.value(FactKind::Cron, &path.key) else {
            return Taking::Not("it is not there any more".to_owned());
        };
        if let Some(Place::Script(_)) = place(&path.key) {
            return self.cron_file(&path.key, None);
        }
        let file = path.key.rsplit_once(':').map_or("", |(file, _)| file);
        let text = |f: &str| value.field(f).and_then(Value::as_text).unwrap_or_default();
        let line = match (value.field("sets"), place(file)) {
            (Some(_), _) => format!("{}={}", text("sets"), text("to")),
            (None, Some(Place::System)) => [text("when"), text("user"), text("command")].join(" "),
            _ => [text("when"), text("command")].join(" "),
        };
        self.cron_file(file, Some(scalar(&line)))
    }

    fn cron_file(&self, file: &str, line: Option<String>) -> Taking {
        let declared = self.host.cron.get(file);
        let list = line.clone().unwrap_or_default();
        match (declared.and_then(|f| f.lines.last()), line) {
            (Some(last), Some(line)) => Taking::Edit(Edit::append(last.span, line)),
            (None, _) if declared.is_some() => Taking::Not(format!(
                "{file} is declared without lines; add the line there"
            )),
            _ => {
                let entry = format!("{file}: [{list}]");
                match self
                    .host
                    .cron
                    .values()
                    .map(|f| f.span)
                    .max_by_key(|s| s.start)
                {
                    Some(last) => Taking::Edit(Edit::beside(last, entry)),
                    None => below(self.host.span, format!("cron:\n  {entry}")),
                }
            }
        }
    }

    fn no_cron(&self, difference: &Difference) -> Taking {
        let Some(file) = self.host.cron.get(&difference.path.key) else {
            return Taking::Keep;
        };
        let line = file.lines.iter().find(|l| {
            let value = crate::news::cron_value(&difference.path.key, &l.value);
            value.is_some_and(|v| crate::news::cron_shown(&v) == difference.declared)
        });
        let others = file.lines.len() > 1;
        gone(
            line.filter(|_| others)
                .map_or(Some(file.span), |l| Some(l.span)),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_yaml_would_take_for_something_else_stand_in_quotes() {
        for (text, want) in [
            ("/bin/zsh", "/bin/zsh"),
            ("moving in March", "moving in March"),
            ("file:/etc/motd", "file:/etc/motd"),
            ("no", "\"no\""),
            ("0 3 * * * root x", "\"0 3 * * * root x\""),
            ("a: b", "\"a: b\""),
            ("say \"x\" # y", "\"say \\\"x\\\" # y\""),
            ("a\nb", "\"a b\""),
        ] {
            assert_eq!(scalar(text), want);
        }
    }
}
