//! What has to be observed of a host to compare it with its declaration.

use crate::render;
use model::fact::{FactKind, FactPath, Scope};
use model::lab::{Host, Lab, Manage, Managed};
use model::value::Value;

/// The scope for comparing `host`; the kinds that say who can get in are always listed whole.
pub fn of_host(_lab: &Lab, name: &str, host: &Host, owned: &crate::Owned) -> Scope {
    let mut scope = Scope::default();
    scope.collections.extend([
        FactKind::Host,
        FactKind::Sshd,
        FactKind::User,
        FactKind::Key,
        FactKind::Sudoer,
        FactKind::Listener,
        FactKind::Package,
        FactKind::Route,
    ]);
    scope.collections.extend(FactKind::DOCKER);
    let mut known = Vec::new();
    let mut add = |kind, key: String| scope.add(FactPath::new(kind, key));
    for path in crate::news::WATCHED {
        add(FactKind::File, path.to_owned());
    }
    for path in host.files.keys() {
        add(FactKind::File, path.clone());
    }
    for unit in host.units.keys() {
        add(FactKind::Unit, unit.clone());
    }
    for key in host.sysctl.keys() {
        add(FactKind::Sysctl, key.clone());
        add(FactKind::Sysctl, format!("{key}{}", render::AT_BOOT));
    }
    for user in host.users.keys() {
        add(FactKind::File, crate::resource::sudo_file(user));
    }
    for (user, declared) in &host.users {
        for line in &declared.keys {
            if let Some(print) = crate::key_fingerprint(&line.value) {
                let options = ("options", crate::key_options(&line.value));
                let path = FactPath::new(FactKind::Key, format!("{user}/{print}"));
                known.push((path, Value::map([options])));
            }
        }
    }
    add(FactKind::File, render::SSHD_DROPIN.to_owned());
    add(FactKind::File, render::SYSCTL_FILE.to_owned());
    if let Some(firewall) = &host.firewall {
        add(FactKind::Nft, format!("inet/{}", firewall.table.value));
        add(FactKind::File, render::nft_file(&firewall.table.value));
    }
    for (keyword, value) in &host.sshd {
        let value = render::sshd_effective(keyword, &value.value);
        scope.knows(FactPath::new(FactKind::Sshd, keyword), Value::from(value));
    }
    for (key, value) in &host.sysctl {
        for name in [key.clone(), format!("{key}{}", render::AT_BOOT)] {
            let path = FactPath::new(FactKind::Sysctl, name);
            scope.knows(path, Value::from(value.value.as_str()));
        }
    }
    for (path, value) in known {
        scope.knows(path, value);
    }
    // Ours that may have left the declaration.
    for thing in owned.get(name).into_iter().flatten() {
        if let Some(path) = FactPath::parse(thing) {
            scope.add(path);
        }
    }
    if host.mode(Managed::Packages) == Manage::Ignore && host.packages.is_empty() {
        scope.collections.remove(&FactKind::Package);
    }
    scope
}
