//! What the installed packages were built from: lists of weaknesses are by source package.

use super::Whole;
use super::dpkg::{State, half};
use super::frame::Sections;
use super::gather::{Gathered, listed_by};
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/sources.sh")],
    calls: &["source sources"],
    read: gather,
};

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Source;
    let Some(section) = to.section(kind, sections, "source") else {
        return;
    };
    let text = section.text();
    if text.trim() == "none" {
        return to.complete(kind, "there is no database of dpkg");
    }
    let mut sources: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.is_empty()) {
        let fields: Vec<&str> = line.split('|').collect();
        let [status, package, source, version] = fields.as_slice() else {
            let why = "dpkg-query printed a line that is not understood";
            to.incomplete(kind, Reason::new(why));
            continue;
        };
        // What is not configured may run all the same.
        match State::of(status) {
            State::Installed | State::Unready => {}
            State::Gone => continue,
            State::Half => to.incomplete(kind, half(package)),
        }
        if source.is_empty() || version.is_empty() {
            let why = format!("dpkg-query does not say what {package} was built from");
            to.incomplete(kind, Reason::new(why));
            continue;
        }
        let packages = sources.entry(format!("{source} {version}")).or_default();
        packages.insert(*package);
    }
    if sources.is_empty() {
        let why = "dpkg-query printed no installed package";
        to.incomplete(kind, Reason::new(why));
    }
    for (key, packages) in sources {
        let packages: Vec<Value> = packages.into_iter().map(Value::from).collect();
        let value = Value::map([("packages", Value::List(packages))]);
        to.present(kind, key, value, "dpkg-query");
    }
    to.complete(kind, &listed_by("dpkg-query -W"));
}

#[cfg(test)]
mod tests {
    use super::super::{Request, parse};
    use model::fact::{Completeness, FactKind, Scope, TargetFacts};
    use model::id::{Kind, ObjectRef};
    use model::secret::Redactor;
    use std::time::Duration;

    fn read(body: &str) -> TargetFacts {
        let mut scope = Scope::default();
        scope.collections.insert(FactKind::Source);
        let request = Request {
            scope: &scope,
            nonce: "7",
            redactor: &Redactor::new([0; 32]),
        };
        let output = format!("\n@begin 7 source\n{body}\n@end 7 source 0 \n");
        let target = ObjectRef::new(Kind::Host, "web");
        let at = jiff::Timestamp::UNIX_EPOCH;
        parse(target, output.as_bytes(), &request, at, Duration::ZERO)
    }

    #[test]
    fn packages_stand_under_what_they_were_built_from() {
        let facts = read(
            "ii |openssh-client|openssh|1:9.2p1-2+deb12u3\nii |openssh-server|openssh|1:9.2p1-2+deb12u3\nrc |nginx|nginx|1.22.1-9\nhi |bash|bash|5.2.15-2",
        );
        let shown: Vec<String> = facts
            .items(FactKind::Source)
            .map(|(key, value)| format!("{key}: {value}"))
            .collect();
        assert_eq!(
            shown,
            [
                "bash 5.2.15-2: packages=[bash]",
                "openssh 1:9.2p1-2+deb12u3: packages=[openssh-client, openssh-server]"
            ]
        );
        let whole = &facts.collections[&FactKind::Source];
        assert!(matches!(whole, Completeness::Yes(_)), "{whole:?}");
    }

    #[test]
    fn what_is_unpacked_has_files_on_the_disk() {
        for status in ["iU", "iF", "iW", "it", "ii", "hi", "pi"] {
            let facts = read(&format!("{status} |bash|bash|5.2.15-2"));
            let whole = &facts.collections[&FactKind::Source];
            assert!(matches!(whole, Completeness::Yes(_)), "{status}: {whole:?}");
            assert_eq!(facts.items(FactKind::Source).count(), 1, "{status}");
        }
        for status in ["iHR", "rH", "i?", "i"] {
            let facts = read(&format!("{status}|bash|bash|5.2.15-2"));
            let whole = &facts.collections[&FactKind::Source];
            assert!(matches!(whole, Completeness::No(_)), "{status}: {whole:?}");
            assert_eq!(facts.items(FactKind::Source).count(), 1, "{status}");
        }
        for status in ["rc ", "un ", "pn "] {
            let facts = read(&format!("ii |bash|bash|5.2.15-2\n{status}|nginx|nginx|1"));
            let whole = &facts.collections[&FactKind::Source];
            assert!(matches!(whole, Completeness::Yes(_)), "{status}: {whole:?}");
            assert_eq!(facts.items(FactKind::Source).count(), 1, "{status}");
        }
    }

    #[test]
    fn without_dpkg_there_are_none() {
        let facts = read("none");
        let whole = &facts.collections[&FactKind::Source];
        assert!(matches!(whole, Completeness::Yes(_)), "{whole:?}");
        assert_eq!(facts.items(FactKind::Source).count(), 0);
    }

    #[test]
    fn what_is_not_understood_may_be_missing() {
        for body in ["", "ii |bash", "ii |bash||"] {
            let facts = read(body);
            let whole = &facts.collections[&FactKind::Source];
            assert!(matches!(whole, Completeness::No(_)), "{body}: {whole:?}");
        }
    }
}
