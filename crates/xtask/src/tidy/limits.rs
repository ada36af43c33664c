//! Sizes, tests apart: a function has at most 70 code lines, a file 600, a crate 15,000. Comments and blank lines do not count.
//! What is larger today is listed in `RATCHET` with its size and may only shrink.

use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use syn::spanned::Spanned as _;
use syn::visit::Visit;

const FUNCTION: usize = 70;
const FILE: usize = 600;
const CRATE: usize = 15_000;

/// `(function or file, code lines)`: known exceptions, which may shrink and never grow.
const RATCHET: &[(&str, usize)] = &[];

pub(crate) fn check(root: &Path, files: &[PathBuf], complaints: &mut Vec<String>) -> Result<()> {
    let mut crates: BTreeMap<String, usize> = BTreeMap::new();
    for file in files {
        let text = std::fs::read_to_string(file)?;
        let shown = file.strip_prefix(root)?.display().to_string();
        let syntax = syn::parse_file(&text).with_context(|| format!("cannot parse {shown}"))?;
        let code: Vec<bool> = text.lines().map(is_code).collect();
        let is_test = shown.contains("/tests/") || shown.ends_with("/tests.rs");
        let tests_at = test_module(&syntax).unwrap_or(code.len());
        let size = code.iter().take(tests_at).filter(|c| **c).count();
        if !is_test {
            complain(&shown, size, FILE, complaints);
            let name = shown.split('/').nth(1).unwrap_or_default().to_owned();
            *crates.entry(name).or_default() += size;
        }
        let tests = is_test || shown.contains("/testkit/") || shown.ends_with("tests.rs");
        if !tests {
            let mut functions = Functions {
                code: &code,
                file: &shown,
                tests_at,
                complaints,
            };
            functions.visit_file(&syntax);
        }
    }
    for (name, size) in crates {
        complain(&format!("crate {name}"), size, CRATE, complaints);
    }
    Ok(())
}

fn complain(what: &str, size: usize, limit: usize, complaints: &mut Vec<String>) {
    let allowed = RATCHET
        .iter()
        .find(|(w, _)| *w == what)
        .map_or(limit, |(_, n)| *n);
    if size > allowed {
        complaints.push(format!("{what} has {size} code lines, at most {allowed}"));
    }
}

fn is_code(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with("//")
}

/// First line of the file's own test module, counted from 0.
fn test_module(file: &syn::File) -> Option<usize> {
    file.items.iter().find_map(|item| match item {
        syn::Item::Mod(m) if m.ident == "tests" && m.content.is_some() => {
            Some(m.span().start().line.saturating_sub(1))
        }
        _ => None,
    })
}

struct Functions<'a> {
    code: &'a [bool],
    file: &'a str,
    tests_at: usize,
    complaints: &'a mut Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, name: &syn::Ident, block: &syn::Block) {
        let (start, end) = (block.span().start().line, block.span().end().line);
        if start > self.tests_at {
            return;
        }
        let body = self
            .code
            .get(start..end.saturating_sub(1))
            .unwrap_or_default();
        let size = body.iter().filter(|c| **c).count();
        complain(
            &format!("{}: fn {name}", self.file),
            size,
            FUNCTION,
            self.complaints,
        );
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, node: &'ast syn::ItemFn) {
        self.measure(&node.sig.ident, &node.block);
        syn::visit::visit_item_fn(self, node);
    }

    fn visit_impl_item_fn(&mut self, node: &'ast syn::ImplItemFn) {
        self.measure(&node.sig.ident, &node.block);
        syn::visit::visit_impl_item_fn(self, node);
    }
}
