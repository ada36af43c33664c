//! One file per kind of resource: how declared and observed are compared, and which step mends a difference.

mod builder;
mod exposure;
mod file;
mod firewall;
mod key;
mod package;
mod route;
mod sshd;
mod sudo;
mod sudoers;
mod sysctl;
mod unit;
mod user;
mod whole;

use crate::{Comparison, Context};
use builder::On;
use model::fact::TargetFacts;
use model::lab::Host;

pub(crate) use builder::describe_file;
pub(crate) use exposure::{is_loopback, serves, socket, unseen};
pub(crate) use key::other_options;
pub(crate) use sudo::{strange as strange_sudo, sudo_file, whole_sudo};
pub(crate) use user::{is_login_user, is_second_root};

/// Compares one host with its declaration, in the order in which differences are mended: what others need first, ways in last.
pub fn compare_host(
    ctx: &Context<'_>,
    name: &str,
    host: &Host,
    facts: &TargetFacts,
) -> Vec<Comparison> {
    let on = On {
        ctx,
        name,
        host,
        facts,
    };
    let mut found = Vec::new();
    found.extend(package::compare(&on));
    found.extend(user::compare(&on));
    found.extend(file::compare(&on));
    found.extend(sysctl::compare(&on));
    found.extend(unit::compare(&on));
    found.extend(sudo::compare(&on));
    found.extend(key::compare(&on));
    found.extend(sshd::compare(&on));
    found.extend(firewall::compare(&on));
    found.extend(route::compare(&on));
    found.extend(exposure::compare(&on));
    let untold = whole::compare(&on, &found);
    found.extend(untold);
    found
}
