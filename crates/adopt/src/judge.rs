//! Whether the texts are good: the language reads them, what was seen is compared with them, nothing in them looks like a secret.

use crate::draft::Draft;
use crate::write::{About, Text, texts};
use diag::{Class, Diagnostic, Severity, SourceSet};
use jiff::Timestamp;
use lang::compose::{Loaded, Loader};
use model::fact::{FactKind, Facts, TargetFacts};
use model::id::Kind;
use model::lab::Managed;
use model::realm::Realm;
use plan::{Difference, How, Owned};
use secrets::scan::{Grade, Leak, Scanner};
use std::collections::BTreeMap;

/// What is thought of the texts.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The texts, with lists that cannot be exact marked as such.
    pub texts: Vec<Text>,
    /// Why they cannot be written: a fault of this program, or of the tree that they would join.
    pub wrong: Vec<Diagnostic>,
    /// All sources, to show where.
    pub sources: SourceSet,
    /// How what was seen differs from what would be declared.
    pub drift: Vec<Difference>,
}

/// What was seen by the name of its target: hosts by their names, interfaces as `cluster/NAME` or `host/NAME`.
pub type Seen = BTreeMap<String, TargetFacts>;

/// Writes the texts and reads them again, until lists that hold more than can be declared are marked.
pub fn judge(
    draft: &mut Draft,
    about: &About<'_>,
    before: &SourceSet,
    seen: &Seen,
    files: &dyn Loader,
    now: Timestamp,
) -> Verdict {
    let facts = Facts {
        format: model::fact::FORMAT,
        realm: Realm::Real,
        targets: seen.clone(),
    };
    // Each round marks at least one list of one host.
    loop {
        let verdict = once(draft, about, before, &facts, files, now);
        if !relax(draft, &verdict.drift) {
            return verdict;
        }
    }
}

fn once(
    draft: &Draft,
    about: &About<'_>,
    before: &SourceSet,
    facts: &Facts,
    files: &dyn Loader,
    now: Timestamp,
) -> Verdict {
    let texts = texts(draft, about);
    let mut sources = SourceSet::default();
    for (_, source) in before.iter() {
        sources.add(source.path.clone(), source.text.clone());
    }
    let (projects, own): (Vec<&Text>, Vec<&Text>) =
        texts.iter().partition(|t| t.path.starts_with("stacks/"));
    for text in own {
        sources.add(text.path.clone(), text.text.clone());
    }
    let (lab, said) = lang::analyze(&sources);
    let loader = Over { projects, files };
    let stacks = lang::stacks(&lab, sources, &loader);
    let sources = stacks.sources;
    // What is wrong with files that were there is theirs.
    let written = |d: &Diagnostic| {
        let at = d.primary.as_ref().and_then(|l| sources.get(l.span.source));
        at.is_some_and(|s| loader.text(&s.path).is_some())
    };
    let ours = stacks.diagnostics.into_iter().filter(written);
    let mut wrong: Vec<Diagnostic> = said
        .into_iter()
        .chain(ours)
        .filter(|d| d.class == Class::Invalid && d.severity == Severity::Error)
        .collect();
    wrong.extend(leaks(draft, &texts));
    let owned = Owned::new();
    let ctx = plan::Context {
        lab: &lab,
        sources: &sources,
        facts,
        owned: &owned,
        now,
    };
    let drift = [
        plan::planner::drift(&ctx),
        plan::guests::drift(&ctx),
        plan::wireguard::drift(&ctx),
        plan::tunnels::of_tailnets(&ctx),
        plan::stacks::drift(&ctx, &stacks.projects).differences,
    ]
    .concat();
    Verdict {
        texts,
        wrong,
        sources,
        drift,
    }
}

/// Compose files that are to be written, over those that are there.
struct Over<'a> {
    projects: Vec<&'a Text>,
    files: &'a dyn Loader,
}

impl Over<'_> {
    fn text(&self, path: &str) -> Option<&str> {
        let mut all = self.projects.iter();
        all.find(|t| t.path == path).map(|t| t.text.as_str())
    }
}

impl Loader for Over<'_> {
    fn load(&self, path: &str) -> Loaded {
        match self.text(path) {
            Some(text) => Loaded::Text(text.to_owned()),
            None => self.files.load(path),
        }
    }

    fn list(&self, folder: &str) -> Vec<String> {
        self.files.list(folder)
    }
}

/// The last net: what looks like a secret is written nowhere, wherever it came from.
fn leaks(draft: &Draft, texts: &[Text]) -> Vec<Diagnostic> {
    let clusters = draft.clusters.values().chain(draft.alone.values());
    // The name of a token, which its owner gave on the command line, stands under the key `token`.
    let names: Vec<&str> = clusters
        .filter_map(|c| c.api.as_ref().map(|a| a.token.as_str()))
        .collect();
    let scanner = Scanner::default();
    let mut out = Vec::new();
    for text in texts {
        let found = scanner.scan(&text.path, &text.text).into_iter();
        let named = |span: &std::ops::Range<usize>| {
            text.text
                .get(span.clone())
                .is_some_and(|t| names.contains(&t))
        };
        let clear = |l: &Leak| l.grade == Grade::Clear && !named(&l.span);
        for leak in found.filter(clear) {
            let message = format!("{} would hold what looks like {}", text.path, leak.what);
            out.push(Diagnostic::invalid("secret-in-clear", message));
        }
    }
    out
}

/// Marks lists of new hosts in which there is more than was declared. Whether one was.
fn relax(draft: &mut Draft, drift: &[Difference]) -> bool {
    let mut changed = false;
    for difference in drift
        .iter()
        .filter(|d| matches!(d.how, How::Undeclared | How::Differs))
    {
        let host = difference.target.kind == Kind::Host;
        let machine = draft.hosts.get_mut(&difference.target.name);
        let Some(machine) = machine.filter(|_| host) else {
            continue;
        };
        let (list, what) = match difference.path.kind {
            FactKind::User => (Managed::Users, "accounts"),
            FactKind::Sudoer => (Managed::Sudoers, "grants"),
            FactKind::Key => (Managed::Keys, "keys"),
            FactKind::Listener => (Managed::Listeners, "ports"),
            _ => continue,
        };
        if difference.how == How::Undeclared && !machine.more.contains_key(&list) {
            let text = format!(
                "there are {what} that the language cannot say: {}",
                difference.path.key
            );
            machine.more.insert(list, text);
            changed = true;
        }
    }
    changed
}
