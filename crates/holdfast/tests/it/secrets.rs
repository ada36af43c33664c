//! No secret comes out: canaries in the places where secrets lie, and a search for them wherever Holdfast writes or speaks.

mod canary;
mod field;
mod sampler;
mod tree;
mod verbs;

use canary::Hit;
use field::{Field, IN_ENVIRONMENT, OWN_KEYS, PLANTED};
use sampler::Sampler;
use std::collections::BTreeSet;
use std::process::{Child, Command, Stdio};

/// Where a canary may lie beside the place that it was planted in.
struct Permitted {
    canary: &'static str,
    /// How the place begins.
    place: &'static str,
    /// Why it may.
    #[allow(dead_code, reason = "for the reader")]
    why: &'static str,
}

const fn permitted(canary: &'static str, place: &'static str, why: &'static str) -> Permitted {
    Permitted { canary, place, why }
}

/// All of them. A place that is not listed is a leak, and one that is listed and not used is struck off.
const PERMITTED: &[Permitted] = &[
    permitted(
        "password of a repository, from a file",
        "/etc/holdfast/secrets/usb",
        "where it was handed over to: the timer needs it when no controller is there; mode 0600 in a folder of mode 0700",
    ),
    permitted(
        "password of a repository, from a command",
        "/etc/holdfast/secrets/second",
        "as above",
    ),
    permitted(
        "password of a repository, from a SOPS file",
        "/etc/holdfast/secrets/third",
        "as above",
    ),
    permitted(
        "password of a repository, from the environment",
        "rig:processes/environment.holdfast",
        "whoever started the binary put it there; its children do not get it",
    ),
    permitted(
        "the user's own RESTIC_PASSWORD",
        "rig:processes/environment.holdfast",
        "as above",
    ),
    permitted(
        "file that is overwritten",
        "/var/lib/holdfast/saved/",
        "what undo puts back; it stays on the host, in folders that only root can enter",
    ),
    permitted(
        "content of a file that is backed up",
        "/srv/restored-documents/",
        "the restore that was asked for",
    ),
    permitted("row of a table", "/srv/restored-shop/", "as above"),
    permitted(
        "value of SetEnv",
        "rig:processes/environment.",
        "sshd itself gives it to every login, so also to Holdfast's",
    ),
    permitted(
        "argument of a listener",
        "rig:processes/arguments.python3",
        "the listener itself",
    ),
    permitted(
        "Environment of a unit",
        "rig:processes/environment.python3",
        "the unit itself",
    ),
    permitted(
        "password in fstab",
        "/run/systemd/generator/mnt-nas.mount",
        "systemd's own reading of fstab",
    ),
    permitted("declared content", "rig:lab/", "the lab tree declares it"),
    permitted(
        "declared content",
        "/etc/motd",
        "it is declared to be there",
    ),
    permitted(
        "declared content",
        "rig:data/",
        "what the tree declares is no secret: a journal holds the plan; so the search sees journals",
    ),
    permitted(
        "declared content",
        "rig:said/",
        "a plan shows what it will write; so the search sees output",
    ),
    permitted(
        "declared content",
        "/var/lib/holdfast/saved/",
        "a later change saved it, as any file",
    ),
    permitted(
        "decoy among arguments",
        "rig:processes/arguments.sh",
        "so the search sees arguments of processes",
    ),
    permitted(
        "decoy in an environment",
        "rig:processes/environment.sh",
        "so the search sees environments of processes",
    ),
];

#[test]
fn canaries_stay_where_they_were_put() {
    let mut field = Field::planted();
    let sampler = Sampler::start();
    let mut decoy = decoy(&field);
    verbs::all(&field);
    sampler.finish(&field.rig.path("processes"));
    drop(decoy.stdin.take());
    decoy.wait().unwrap();
    field.add_own_keys();
    let mut hits = field.on_controller();
    hits.extend(field.on_host());
    nothing_leaked(&hits);
    everything_is_searched(&hits);
    what_is_kept_is_private(&field);
}

fn nothing_leaked(hits: &BTreeSet<Hit>) {
    let leaks: Vec<String> = hits
        .iter()
        .filter(|hit| !is_planted(hit) && !PERMITTED.iter().any(|p| fits(p, hit)))
        .map(|hit| format!("{} is in {}", hit.canary, hit.place))
        .collect();
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
}

fn fits(permitted: &Permitted, hit: &Hit) -> bool {
    permitted.canary == hit.canary && hit.place.starts_with(permitted.place)
}

fn is_planted(hit: &Hit) -> bool {
    let planted =
        |(name, place): &(&str, &str)| *name == hit.canary && hit.place.starts_with(place);
    let own = |(name, file): &(&str, &str)| {
        *name == hit.canary
            && hit.place.starts_with("rig:data/")
            && hit.place.ends_with(&format!("/real/{file}"))
    };
    PLANTED.iter().any(planted) || OWN_KEYS.iter().any(own)
}

/// A search that finds nothing proves something only if it finds what is there.
fn everything_is_searched(hits: &BTreeSet<Hit>) {
    let names = PLANTED
        .iter()
        .map(|(n, _)| n)
        .chain(IN_ENVIRONMENT)
        .chain(OWN_KEYS.iter().map(|(n, _)| n));
    for name in names {
        assert!(
            hits.iter().any(|h| h.canary == *name),
            "{name} was planted and is not found"
        );
    }
    for (name, place) in PLANTED
        .iter()
        .filter(|(n, _)| *n != "file that is overwritten")
    {
        let found = hits
            .iter()
            .any(|h| h.canary == *name && h.place.starts_with(place));
        assert!(found, "{name} is not found in {place}");
    }
    for permitted in PERMITTED {
        let used = hits.iter().any(|hit| fits(permitted, hit));
        assert!(
            used,
            "{} need not be permitted in {}",
            permitted.canary, permitted.place
        );
    }
}

/// Modes of everything that keeps a secret.
fn what_is_kept_is_private(field: &Field) {
    let open = "find /etc/holdfast/secrets /var/lib/holdfast/saved /var/lib/holdfast/dumps -maxdepth 0 -perm /077 2>/dev/null; \
        find /etc/holdfast/secrets -type f ! -perm 600; find /etc/holdfast/secrets /var/lib/holdfast ! -user root | head";
    assert_eq!(field.rig.host.exec_sh(open).unwrap(), "");
    let left = "ls -d /run/holdfast-work /var/lib/holdfast/dumps/* 2>/dev/null || :";
    assert_eq!(
        field.rig.host.exec_sh(left).unwrap(),
        "",
        "working files stay behind"
    );
    let mut find = Command::new("find");
    find.arg(field.rig.path("data"))
        .args(["-type", "f", "-perm", "/077"]);
    let open = String::from_utf8(find.output().unwrap().stdout).unwrap();
    assert_eq!(open, "", "files of the store that others can read");
}

/// A process that does what Holdfast must not, to see that it would be seen; it lives as long as its standard input.
fn decoy(field: &Field) -> Child {
    let mut decoy = Command::new("sh");
    decoy.args(["-c", "read line", field.flock.text("decoy among arguments")]);
    decoy.env("DECOY", field.flock.text("decoy in an environment"));
    decoy.stdin(Stdio::piped()).spawn().unwrap()
}
