//! Observing a host: one script, one round trip, one answer taken apart into facts.
//!
//! [`script`] and [`parse`] are pure; [`observe`] merely sends the one and hands the answer to the other. Each kind of fact has a
//! module here with its part of the script beside it in `sh/`. The script writes nothing on the target.
//!
//! The rule of every reader: *absent* is said only by a part of the script that ended well and looked at the right place with
//! enough rights. Where the account has them only for the observer script, that one is asked; see [`observer`]. A missing tool, a refused permission, an answer that was cut off or cannot be understood make *unknown*.

mod address;
mod certificate;
mod chain;
mod cron;
mod disk;
mod docker;
mod dpkg;
mod file;
mod frame;
mod gather;
mod host;
mod incremental;
mod key;
mod listener;
mod mount;
mod nft;
pub mod observer;
mod package;
mod patch;
mod pool;
mod properties;
mod redact;
mod restic;
mod route;
mod smart;
mod source;
mod sshd;
mod sudoer;
mod sysctl;
mod timer;
mod timers;
mod told;
mod traefik;
mod unit;
mod units;
mod user;
mod wireguard;
mod words;

use crate::linux::transport::{RunOptions, Transport, nonce};
use frame::{Section, Sections};
use gather::Gathered;
use jiff::Timestamp;
use model::fact::{FactKind, Scope, Seen, TargetFacts};
use model::id::ObjectRef;
use model::kleene::Reason;
use model::secret::Redactor;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// One question to a target.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    /// What to look at.
    pub(crate) scope: &'a Scope,
    /// A number that nobody on the target can guess.
    pub(crate) nonce: &'a str,
    /// Hides what must not be kept.
    pub(crate) redactor: &'a Redactor,
}

/// Observes `scope` on `target`. Never fails: what could not be read is unknown, with the reason.
pub(crate) fn observe(
    transport: &Transport,
    target: ObjectRef,
    scope: &Scope,
    now: Timestamp,
    timeout: Duration,
    redactor: &Redactor,
) -> TargetFacts {
    let nonce = match nonce() {
        Ok(nonce) => nonce,
        Err(e) => return TargetFacts::unreachable(target, now, format!("no random number: {e}")),
    };
    let request = Request {
        scope,
        nonce: &nonce,
        redactor,
    };
    match transport.run(
        script(&request).as_bytes(),
        RunOptions::new(timeout).any_privilege(),
    ) {
        Ok(done) => {
            let mut facts = parse(target, &done.stdout, &request, now, done.took);
            if done.status != 0 {
                facts.errors.push(format!(
                    "the observing script ended with status {}",
                    done.status
                ));
            }
            facts
        }
        Err(error) if error.partial_output().is_empty() => {
            TargetFacts::unreachable(target, now, error.to_string())
        }
        Err(error) => {
            let mut facts = parse(target, error.partial_output(), &request, now, timeout);
            facts.errors.insert(0, error.to_string());
            facts
        }
    }
}

/// Lines of `authorized_keys` by `ACCOUNT/FINGERPRINT`, for a declaration that is to be written. They are public, but for what their
/// options may hold: the caller keeps those only that an observation shows whole.
pub(crate) fn authorized_keys(
    transport: &Transport,
    timeout: Duration,
) -> Result<BTreeMap<String, String>, String> {
    let nonce = nonce().map_err(|e| format!("no random number: {e}"))?;
    let mut scope = Scope::default();
    scope.collections.insert(FactKind::Key);
    let request = Request {
        scope: &scope,
        nonce: &nonce,
        // Nothing of this request becomes a fact.
        redactor: &Redactor::new([0; 32]),
    };
    let options = RunOptions::new(timeout).any_privilege();
    let done = transport.run(script(&request).as_bytes(), options);
    let done = done.map_err(|e| e.to_string())?;
    let sections = Sections::read(&done.stdout, &nonce);
    let section = sections.get("key").map_err(|r| r.to_string())?;
    Ok(key::lines(&section.text()))
}

/// A part of the script that lists a whole kind: the shell text, and the calls that make its sections.
struct Whole {
    sh: &'static [&'static str],
    calls: &'static [&'static str],
    read: fn(&Sections<'_>, &mut Gathered),
}

/// A part of the script that looks at single paths.
struct ByPath {
    sh: &'static str,
    /// The shell command for a key, or why no such thing can be looked at.
    call: fn(&str) -> Result<String, Reason>,
    read: fn(&Section<'_>) -> Result<Seen, Reason>,
    source: &'static str,
}

enum Part {
    Whole(Whole),
    /// Single ones with more about each, and all of them if the kind is asked for whole.
    Both(Whole, ByPath),
    ByPath(ByPath),
    Restic,
    /// One section for all kinds that an engine tells.
    Docker,
    /// Several facts of each path.
    Traefik,
    /// Another driver's: it is not looked for here.
    Elsewhere,
}

fn part(kind: FactKind) -> Part {
    match kind {
        FactKind::Host => Part::Whole(host::PART),
        FactKind::Sshd => Part::Whole(sshd::PART),
        FactKind::User => Part::Whole(user::PART),
        FactKind::Key => Part::Whole(key::PART),
        FactKind::Sudoer => Part::Whole(sudoer::PART),
        FactKind::Listener => Part::Whole(listener::PART),
        FactKind::Package => Part::Whole(package::PART),
        FactKind::Source => Part::Whole(source::PART),
        FactKind::Route => Part::Whole(route::PART),
        FactKind::Patch => Part::Whole(patch::PART),
        FactKind::DockerEngine
        | FactKind::DockerContainer
        | FactKind::DockerImage
        | FactKind::DockerNetwork
        | FactKind::DockerVolume => Part::Docker,
        FactKind::File => Part::ByPath(file::PART),
        FactKind::Unit => Part::Both(units::PART, unit::PART),
        FactKind::Cron => Part::Whole(cron::PART),
        FactKind::Chain => Part::Whole(chain::PART),
        FactKind::Address => Part::Whole(address::PART),
        FactKind::WireGuard => Part::Whole(wireguard::PART),
        FactKind::Cloudflared => Part::Whole(told::CLOUDFLARED),
        FactKind::Tailscale => Part::Whole(told::TAILSCALE),
        FactKind::Dns => Part::Whole(told::DNS),
        FactKind::Certificate => Part::Whole(certificate::PART),
        FactKind::Mount => Part::Whole(mount::PART),
        FactKind::Disk => Part::Whole(disk::PART),
        FactKind::Smart => Part::Whole(smart::PART),
        FactKind::Pool => Part::Whole(pool::PART),
        FactKind::Timer => Part::Both(timers::PART, timer::PART),
        FactKind::Sysctl => Part::ByPath(sysctl::PART),
        FactKind::Nft => Part::ByPath(nft::PART),
        FactKind::Archive | FactKind::Repository => Part::Restic,
        FactKind::Traefik => Part::Traefik,
        _ => Part::Elsewhere,
    }
}

/// How a kind is listed whole and how single ones are looked at, as far as the scope asks for it.
fn parts(kind: FactKind, scope: &Scope) -> (Option<Whole>, Option<ByPath>) {
    match part(kind) {
        Part::Whole(whole) => (Some(whole), None),
        Part::ByPath(single) => (None, Some(single)),
        Part::Both(whole, single) => {
            let all = scope.collections.contains(&kind);
            (all.then_some(whole), Some(single))
        }
        Part::Restic | Part::Docker | Part::Traefik | Part::Elsewhere => (None, None),
    }
}

/// Every kind that a scope touches, in the order of their parts; the slow ones are last, so that they cannot cost the others.
fn kinds(scope: &Scope) -> Vec<FactKind> {
    let (slow, quick): (Vec<_>, Vec<_>) = scope.kinds().into_iter().partition(|k| {
        matches!(
            k,
            FactKind::Patch
                | FactKind::Mount
                | FactKind::Smart
                | FactKind::Pool
                | FactKind::DockerEngine
                | FactKind::DockerContainer
                | FactKind::DockerImage
                | FactKind::DockerNetwork
                | FactKind::DockerVolume
                | FactKind::WireGuard
                | FactKind::Traefik
                | FactKind::Tailscale
                | FactKind::Archive
                | FactKind::Repository
        )
    });
    quick.into_iter().chain(slow).collect()
}

fn keys(scope: &Scope, kind: FactKind) -> impl Iterator<Item = (String, &str)> {
    let of_kind = scope.paths.iter().filter(move |p| p.kind == kind);
    of_kind
        .enumerate()
        .map(move |(i, p)| (format!("{}.{i}", kind.word()), p.key.as_str()))
}

/// The script that looks at everything in the request.
pub(crate) fn script(request: &Request<'_>) -> String {
    let mut texts: Vec<&'static str> =
        vec![include_str!("sh/prelude.sh"), include_str!("sh/host.sh")];
    let mut calls = String::from("section meta meta\nsection host host\n");
    let mut add = |text: &'static str| {
        if !texts.contains(&text) {
            texts.push(text);
        }
    };
    let (mut restic_done, mut docker_done) = (false, false);
    for kind in kinds(request.scope) {
        let (whole, by_path) = parts(kind, request.scope);
        if let Some(part) = by_path {
            add(part.sh);
            for (name, key) in keys(request.scope, kind) {
                if let Ok(call) = askable(key).and_then(|()| (part.call)(key)) {
                    let _ = writeln!(calls, "section {name} {call}");
                }
            }
        }
        if let Some(part) = whole {
            if incremental::is_kept(kind, request.scope) {
                add(incremental::SH);
            }
            part.sh.iter().for_each(|text| add(text));
            for call in part.calls {
                let call = incremental::call(kind, call, request.scope);
                let _ = writeln!(calls, "section {call}");
            }
        }
        match part(kind) {
            Part::Whole(_) | Part::ByPath(_) | Part::Both(..) => {}
            Part::Restic => {
                add(restic::SH);
                if !restic_done {
                    calls.push_str(&restic::calls(request.scope));
                }
                restic_done = true;
            }
            Part::Docker => {
                add(docker::SH);
                if !docker_done {
                    calls.push_str("section docker docker_engine\n");
                }
                docker_done = true;
            }
            Part::Traefik => {
                add(traefik::SH);
                calls.push_str(&traefik::calls(request));
            }
            Part::Elsewhere => {}
        }
    }
    if texts.contains(&incremental::SH) {
        calls.push_str("section settled settled\n");
    }
    observer::around(request, &texts.concat(), &calls)
}

/// A shell cannot be asked for what holds a NUL.
fn askable(key: &str) -> Result<(), Reason> {
    if key.contains('\0') {
        Err(Reason::new("the name holds a NUL byte"))
    } else {
        Ok(())
    }
}

/// Takes the answer apart. Any bytes are accepted; what is missing or damaged becomes unknown.
pub(crate) fn parse(
    target: ObjectRef,
    output: &[u8],
    request: &Request<'_>,
    now: Timestamp,
    took: Duration,
) -> TargetFacts {
    let mut sections = Sections::read(output, request.nonce);
    let mut gathered = Gathered::default();
    let asked = kinds(request.scope);
    let taken = incremental::take(&asked, request.scope, &mut sections, &mut gathered);
    for kind in asked {
        let (whole, by_path) = parts(kind, request.scope);
        // What was asked for by its path is told more exactly, and what came first stays.
        if let Some(part) = by_path {
            for (name, key) in keys(request.scope, kind) {
                let seen = askable(key)
                    .and_then(|()| (part.call)(key))
                    .and_then(|_| sections.get(&name))
                    .and_then(|section| (part.read)(section))
                    .unwrap_or_else(Seen::Unknown);
                gathered.put(kind, key, seen, part.source);
            }
        }
        if let Some(part) = whole.filter(|_| !taken.settled.contains(&kind)) {
            (part.read)(&sections, &mut gathered);
        }
        match part(kind) {
            Part::Whole(_) | Part::ByPath(_) | Part::Both(..) => {}
            Part::Restic => restic::read(kind, request.scope, &sections, &mut gathered),
            Part::Docker => docker::read(kind, &sections, &mut gathered),
            Part::Traefik => traefik::read(request, &sections, &mut gathered),
            Part::Elsewhere => {
                gathered.incomplete(kind, Reason::new("a Linux host does not tell"));
            }
        }
        if request.scope.collections.contains(&kind) && !gathered.collections.contains_key(&kind) {
            gathered.incomplete(
                kind,
                Reason::new("only single ones are looked at, not all of them"),
            );
        }
    }
    if !runs_as_root(&sections) {
        gathered.without_root();
    }
    redact::all(&mut gathered, request.scope, request.redactor);
    let readings = incremental::readings(taken, request.scope, &sections, now, &gathered);
    let observer = sections.get("observer").map(|s| s.text().into_owned());
    let complaint = observer.ok().and_then(|state| observer::complaint(&state));
    let mut errors: Vec<String> = complaint.into_iter().collect();
    let identity = host::identity(&sections)
        .map_err(|reason| errors.push(format!("identity: {reason}")))
        .ok();
    TargetFacts {
        target,
        at: now,
        took_ms: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        identity,
        facts: gathered.facts,
        collections: gathered.collections,
        errors,
        readings,
    }
}

fn runs_as_root(sections: &Sections<'_>) -> bool {
    sections
        .get("meta")
        .is_ok_and(|section| section.body == b"uid 0\n")
}

#[cfg(test)]
mod tests;
