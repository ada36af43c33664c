//! What git says of files that may have a secret in them. Its repository may be anybody's: git starts, fetches and waits for nothing that the repository's settings ask for.

use model::secret::InGit;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// What the settings of a repository could have git start, fetch or wait for: none of it.
const HARMLESS: [&str; 6] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "log.showSignature=false",
    "protocol.allow=never",
    "submodule.recurse=false",
];
/// What a check waits for git, which is asked about a few files.
const PATIENCE: Duration = Duration::from_secs(5);
/// So many names fit on any command line.
const MOST_NAMES: usize = 500;

/// Git in a folder. Whatever passwords stand in the environment of the binary are no concern of it, and it starts nothing.
pub fn command(root: &Path) -> Command {
    let mut git = Command::new("git");
    git.env_clear();
    git.stdin(Stdio::null());
    let set = [
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
    ];
    git.envs(set);
    for setting in HARMLESS {
        git.args(["-c", setting]);
    }
    for name in ["PATH", "HOME", "XDG_CONFIG_HOME"] {
        git.envs(std::env::var_os(name).map(|value| (name, value)));
    }
    git.arg("-C").arg(root);
    git
}

/// What came of asking git.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// What it printed.
    Said(Vec<u8>),
    /// It could not be started, or ended with an error: there may be no repository.
    Failed,
    /// It was stopped, since it did not end.
    Late,
}

/// What git says, if it says so in time: a pipe that has the name of one of its files lets it wait for ever.
pub fn answer(mut git: Command, patience: Duration) -> Answer {
    let started = git.stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut git) = started else {
        return Answer::Failed;
    };
    let Some(mut says) = git.stdout.take() else {
        return Answer::Failed;
    };
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut all = Vec::new();
        let done = says.read_to_end(&mut all).map(|_| all);
        // Nobody may wait for it any more.
        let _ = tell.send(done);
    });
    let all = told.recv_timeout(patience);
    if all.is_err() {
        let _ = git.kill();
    }
    let is_good = git.wait().is_ok_and(|ended| ended.success());
    match all {
        Err(_) => Answer::Late,
        Ok(Ok(all)) if is_good => Answer::Said(all),
        Ok(_) => Answer::Failed,
    }
}

/// Of each of these files below a folder, whether git keeps it. Only what is asked about is looked at, however large the tree is.
pub fn keeping<'f>(root: &Path, files: &BTreeSet<&'f str>) -> BTreeMap<&'f str, InGit> {
    // Beside the tree may be another repository, and in it as well.
    let is_another = |file: &str| {
        let folders = Path::new(file).ancestors().skip(1);
        let mut below = folders.filter(|f| !f.as_os_str().is_empty());
        file.starts_with("../")
            || file.starts_with('/')
            || below.any(|folder| root.join(folder).join(".git").exists())
    };
    let (outside, inside): (Vec<&str>, Vec<&str>) = files.iter().partition(|f| is_another(f));
    let mut out = BTreeMap::new();
    for some in inside.chunks(MOST_NAMES) {
        match listed(root, some) {
            Some(known) => out.extend(known),
            None => out.extend(some.iter().map(|file| (*file, one(root, file)))),
        }
    }
    out.extend(outside.into_iter().map(|file| (file, one(root, file))));
    out
}

/// Asked by itself in its own folder: it may be in a repository of its own.
fn one(root: &Path, file: &str) -> InGit {
    let path = root.join(file);
    let (Some(folder), Some(name)) = (path.parent(), path.file_name().and_then(|n| n.to_str()))
    else {
        return InGit::Unknown;
    };
    let known = listed(folder, &[name]).and_then(|known| known.get(name).copied());
    known.unwrap_or_else(|| {
        let folder = folder.canonicalize();
        let above = |folder: &Path| folder.ancestors().any(|f| f.join(".git").exists());
        match folder {
            Ok(folder) if !above(&folder) => InGit::NoRepository,
            _ => InGit::Unknown,
        }
    })
}

/// Those that git lists are kept, or would be; it ignores the others.
fn listed<'f>(folder: &Path, files: &[&'f str]) -> Option<BTreeMap<&'f str, InGit>> {
    let mut git = command(folder);
    // A name is a name, whatever signs it has.
    git.env("GIT_LITERAL_PATHSPECS", "1");
    git.args([
        "ls-files",
        "-z",
        "-t",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
    ]);
    git.args(files);
    let Answer::Said(said) = answer(git, PATIENCE) else {
        return None;
    };
    // `H name`, `? name`
    let said = said.split(|b| *b == 0).filter_map(|line| {
        let line = std::str::from_utf8(line).ok()?;
        line.split_once(' ').map(|(tag, name)| (name, tag))
    });
    let said: BTreeMap<&str, &str> = said.collect();
    let of = |file: &&'f str| {
        let is = match said.get(file) {
            Some(&"?") => InGit::New,
            Some(_) => InGit::Kept,
            None => InGit::Ignored,
        };
        (*file, is)
    };
    Some(files.iter().map(of).collect())
}
