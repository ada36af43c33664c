//! How much work a check is, counted instead of timed: allocations of the reader and of every rule at two sizes of the generated lab.
//!
//! A rule that looks at everything for everything shows here on any machine and however busy it is, if it makes a text or a list for each
//! look, as nearly all do.

use super::lab::{self, Size};
use allocation_counter::measure;
use diag::SourceSet;
use lang::compose::{Loaded, Loader};
use rules::{Context, Findings, RULES};
use std::path::{Path, PathBuf};

const SMALL: Size = Size {
    hosts: 100,
    services: 600,
};
/// Four sites of the size of the small one.
const LARGE: Size = Size {
    hosts: 400,
    services: 2_400,
};
/// What may come on top of growth by the size: sorting, and lists that grow by doubling.
const SLACK: f64 = 1.5;
/// Fewer allocations than this say nothing.
const FEW: f64 = 2_000.0;

struct Tree {
    _folder: tempfile::TempDir,
    root: PathBuf,
    sources: SourceSet,
}

fn tree(size: Size) -> Tree {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_path_buf();
    lab::write(&root, size).unwrap();
    let mut sources = SourceSet::default();
    let mut add = |path: &str| {
        sources.add(path, std::fs::read_to_string(root.join(path)).unwrap());
    };
    add("holdfast.yaml");
    let names = std::fs::read_dir(root.join("lab")).unwrap();
    let mut names: Vec<String> = names
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names.iter().for_each(|n| add(&format!("lab/{n}")));
    Tree {
        _folder: folder,
        root,
        sources,
    }
}

struct Disk<'a>(&'a Path);

impl Loader for Disk<'_> {
    fn load(&self, path: &str) -> Loaded {
        std::fs::read_to_string(self.0.join(path)).map_or(Loaded::Missing, Loaded::Text)
    }
}

/// Runs something on so many threads; counting sees only its own thread, so it wants one.
fn on<T: Send>(threads: usize, run: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build().unwrap().install(run)
}

/// Allocations of the reader, then of each rule. What rules share is there before the first one is counted.
fn work(size: Size) -> Vec<(&'static str, f64)> {
    let tree = tree(size);
    on(1, || {
        let mut read = None;
        let count = |info: allocation_counter::AllocationInfo| info.count_total as f64;
        let reading = measure(|| read = Some(lang::analyze(&tree.sources)));
        let (lab, said) = read.unwrap();
        assert!(said.is_empty(), "{said:?}");
        let stacks = lang::stacks(&lab, tree.sources.clone(), &Disk(&tree.root));
        assert!(!stacks.projects.is_empty());
        let ctx = Context {
            projects: &stacks.projects,
            ..Context::new(&lab, "2026-11-21".parse().unwrap())
        };
        assert!(!rules::check(&ctx).is_empty());
        let rules = RULES.iter().map(|rule| {
            let mut found = Findings::default();
            (rule.id, count(measure(|| (rule.run)(&ctx, &mut found))))
        });
        std::iter::once(("the reader", count(reading)))
            .chain(rules)
            .collect()
    })
}

#[test]
fn four_times_the_lab_is_four_times_the_work() {
    let grown = (LARGE.hosts / SMALL.hosts) as f64;
    let (small, large) = (work(SMALL), work(LARGE));
    let mut beyond = Vec::new();
    for ((what, few), (_, many)) in small.into_iter().zip(large) {
        if many > few.max(FEW) * grown * SLACK {
            beyond.push(format!("{what}: {few} allocations, then {many}"));
        }
    }
    assert!(beyond.is_empty(), "{beyond:#?}");
}

#[test]
fn one_thread_and_several_say_the_same() {
    let tree = tree(SMALL);
    let said = |threads: usize| {
        on(threads, || {
            let (lab, mut said) = lang::analyze(&tree.sources);
            let ctx = Context::new(&lab, "2026-11-21".parse().unwrap());
            said.extend(rules::check(&ctx));
            (diag::render::json(&said, &tree.sources), format!("{lab:?}"))
        })
    };
    let alone = said(1);
    assert!(alone.0.contains("\"code\""));
    for threads in [2, 3, 7] {
        assert!(said(threads) == alone, "{threads} threads say otherwise");
    }
}
