//! Installed packages.

use super::Whole;
use super::frame::Sections;
use super::gather::{Gathered, listed_by};
use model::fact::FactKind;
use model::kleene::Reason;

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/package.sh")],
    calls: &["package package"],
    read: gather,
};

/// A package of another architecture than the host's is named `NAME:ARCHITECTURE`, as apt does.
fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Package;
    let Some(section) = to.section(kind, sections, "package") else {
        return;
    };
    let text = section.text();
    let mut lines = text.lines();
    let native = lines
        .next()
        .and_then(|l| l.strip_prefix("native "))
        .unwrap_or_default();
    let mut any = false;
    for line in lines.filter(|l| !l.is_empty()) {
        let fields: Vec<&str> = line.split('|').collect();
        let [status, name, architecture, version] = fields.as_slice() else {
            to.incomplete(
                kind,
                Reason::new("dpkg-query printed a line that is not understood"),
            );
            continue;
        };
        // The second letter is what is, see dpkg-query(1); the first is what is wanted.
        if status.as_bytes().get(1) == Some(&b'i') {
            any = true;
            let foreign = !matches!(*architecture, "all" | "") && *architecture != native;
            let key = if foreign {
                format!("{name}:{architecture}")
            } else {
                (*name).to_owned()
            };
            to.present(kind, key, *version, "dpkg-query");
        }
    }
    if !any {
        to.incomplete(kind, Reason::new("dpkg-query printed no installed package"));
    }
    to.complete(kind, &listed_by("dpkg-query -W"));
}
