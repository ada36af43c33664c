//! What decides who gets into a host, besides what Holdfast changes under commit-confirm.
//!
//! A plain file or unit is not reverted by the host itself, so a mistake in one of these would shut its owner out for good.

/// Units that carry a way in, or that load what may close one. Instances (`wg-quick@wg0.service`) go by their template.
const UNITS: &[&str] = &[
    "NetworkManager",
    "connman",
    "dbus",
    "dhcpcd",
    "firewalld",
    "ifup@",
    "ifupdown",
    "netfilter-persistent",
    "networking",
    "nftables",
    "openvpn",
    "openvpn@",
    "shorewall",
    "ssh",
    "ssh@",
    "sshd",
    "sshd@",
    "systemd-logind",
    "systemd-networkd",
    "systemd-nspawn@",
    "tailscaled",
    "ufw",
    "wg-quick@",
    "zerotier-one",
];

/// Files, and folders with everything below, that logins, networks or the start of the machine rest on.
const PATHS: &[&str] = &[
    "/boot",
    "/etc/apparmor.d",
    "/etc/cloud",
    "/etc/default/grub",
    "/etc/doas.conf",
    "/etc/firewalld",
    "/etc/fstab",
    "/etc/group",
    "/etc/gshadow",
    "/etc/holdfast",
    "/etc/hosts.allow",
    "/etc/hosts.deny",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/login.defs",
    "/etc/netplan",
    "/etc/network",
    "/etc/NetworkManager",
    "/etc/nftables.conf",
    "/etc/nftables.d",
    "/etc/nologin",
    "/etc/nsswitch.conf",
    "/etc/pam.conf",
    "/etc/pam.d",
    "/etc/passwd",
    "/etc/profile",
    "/etc/profile.d",
    "/etc/securetty",
    "/etc/security",
    "/etc/shadow",
    "/etc/shells",
    "/etc/ssh",
    "/etc/sudo.conf",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/systemd/network",
    "/etc/ufw",
    "/etc/wireguard",
    "/run/nologin",
];

/// Whether a unit carries a way in.
pub(crate) fn is_unit(name: &str) -> bool {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let template = stem.find('@').map_or(stem, |at| &stem[..=at]);
    UNITS.contains(&template) || stem.starts_with("holdfast-revert")
}

/// Whether a file decides who gets in, or whether the machine starts.
pub(crate) fn is_path(path: &str) -> bool {
    let below = |folder: &str| {
        path.strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let of_unit = path
        .split('/')
        .skip_while(|part| *part != "systemd")
        .any(|part| is_unit(part.strip_suffix(".d").unwrap_or(part)));
    PATHS.iter().any(|folder| below(folder))
        || path.split('/').any(|part| part == ".ssh")
        || of_unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_in_are_told_from_the_rest() {
        for unit in [
            "ssh.service",
            "ssh.socket",
            "wg-quick@wg0.service",
            "holdfast-revert-boot.service",
        ] {
            assert!(is_unit(unit), "{unit}");
        }
        for unit in [
            "cron.service",
            "sshguard-metrics.service",
            "postgresql@15-main.service",
        ] {
            assert!(!is_unit(unit), "{unit}");
        }
        for path in [
            "/etc/ssh/sshd_config",
            "/etc/passwd",
            "/root/.ssh/authorized_keys",
            "/etc/systemd/system/ssh.service.d/override.conf",
            "/etc/systemd/system/networking.service",
        ] {
            assert!(is_path(path), "{path}");
        }
        for path in [
            "/etc/motd",
            "/etc/sshguard/whitelist",
            "/etc/systemd/system/app.service",
            "/etc/passwd.txt",
        ] {
            assert!(!is_path(path), "{path}");
        }
    }
}
