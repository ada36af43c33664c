//! Tables of facts about products: the same YAML, the same complaints, no lab.

use crate::lower::table;
use crate::sink::Sink;
use crate::yaml;
use diag::{Diagnostic, SourceSet};
use model::declare::OptExt as _;
use model::knowledge::{FORMAT, Product, Table};

/// Reads the table in every source, with everything that is wrong about them.
pub fn knowledge(sources: &SourceSet) -> (Vec<Table>, Vec<Diagnostic>) {
    let mut sink = Sink::default();
    let mut tables = Vec::new();
    for text in yaml::parse_all(sources, &mut sink) {
        let Some(root) = &text.root else {
            let message = format!("there is no table of facts in {}", text.path);
            sink.report(Diagnostic::invalid("missing-key", message));
            continue;
        };
        let Some(table) = table::read(root, &mut sink) else {
            continue;
        };
        if let Some(format) = &table.format.0
            && format.value() != Some(&FORMAT)
        {
            let message = format!("this program knows tables of facts of format {FORMAT} only");
            let d = Diagnostic::invalid("format-version", message).at(format.span, "another one");
            sink.report(d);
            continue;
        }
        for (name, product) in &table.products {
            complete(&name.0, product, &mut sink);
        }
        tables.push(table);
    }
    (tables, sink.finish(sources))
}

/// A release of which nothing is said is a slip; a fact without source or day cannot be: both keys are needed.
fn complete(name: &str, product: &Product, sink: &mut Sink) {
    for (version, release) in &product.releases {
        if let (Some(ends), Some(extended)) = (release.ends.known(), release.extended.known())
            && extended < ends
        {
            let message =
                format!("the extended support of {name} {version} ends before the regular one");
            sink.report(
                Diagnostic::invalid("invalid-value", message)
                    .at(release.span, format!("{extended} is before {ends}")),
            );
        }
    }
}
