//! Installed packages.

use super::Whole;
use super::dpkg::{State, half, unready};
use super::frame::Sections;
use super::gather::{Gathered, listed_by};
use model::fact::{FactKind, Seen};
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
        let state = State::of(status);
        if state == State::Gone {
            continue;
        }
        any = true;
        let foreign = !matches!(*architecture, "all" | "") && *architecture != native;
        let key = if foreign {
            format!("{name}:{architecture}")
        } else {
            (*name).to_owned()
        };
        // Neither there as it has to be, nor not there.
        let seen = match state {
            State::Unready => Seen::Unknown(unready(&key)),
            State::Half => Seen::Unknown(half(&key)),
            State::Installed | State::Gone => Seen::Present((*version).into()),
        };
        to.put(kind, key, seen, "dpkg-query");
    }
    if !any {
        to.incomplete(kind, Reason::new("dpkg-query printed no installed package"));
    }
    to.complete(kind, &listed_by("dpkg-query -W"));
}

#[cfg(test)]
mod tests {
    use super::super::{Request, parse};
    use model::fact::{Completeness, FactKind, FactPath, Scope, Seen};
    use model::id::{Kind, ObjectRef};
    use model::secret::Redactor;
    use std::time::Duration;

    #[test]
    fn a_package_that_was_not_configured_is_neither_there_nor_missing() {
        let mut scope = Scope::default();
        scope.collections.insert(FactKind::Package);
        let request = Request {
            scope: &scope,
            nonce: "7",
            redactor: &Redactor::new([0; 32]),
        };
        for (status, want) in [
            ("ii ", "present"),
            ("iW ", "present"),
            ("it ", "present"),
            (
                "iF ",
                "dpkg has unpacked nginx and not configured it: `dpkg --configure -a` does",
            ),
            ("iU ", "dpkg has unpacked nginx"),
            ("iHR", "dpkg has nginx half installed"),
            ("iiR", "dpkg has nginx half installed"),
            ("rc ", "absent"),
            ("un ", "absent"),
        ] {
            let body = format!("native amd64\nii |bash|amd64|5.2\n{status}|nginx|amd64|1.22");
            let output = format!("\n@begin 7 package\n{body}\n@end 7 package 0 \n");
            let target = ObjectRef::new(Kind::Host, "web");
            let at = jiff::Timestamp::UNIX_EPOCH;
            let facts = parse(target, output.as_bytes(), &request, at, Duration::ZERO);
            let said = match facts.seen(&FactPath::new(FactKind::Package, "nginx")) {
                Seen::Present(_) => "present".to_owned(),
                Seen::Absent => "absent".to_owned(),
                Seen::Unknown(why) => why.0,
            };
            assert!(said.contains(want), "{status}: {said}");
            let whole = &facts.collections[&FactKind::Package];
            assert!(matches!(whole, Completeness::Yes(_)), "{status}: {whole:?}");
        }
    }
}
