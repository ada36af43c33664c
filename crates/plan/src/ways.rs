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
    "/bin",
    "/boot",
    "/etc/apparmor.d",
    "/etc/bash.bashrc",
    "/etc/cloud",
    "/etc/crypttab",
    "/etc/csh.cshrc",
    "/etc/csh.login",
    "/etc/default/grub",
    "/etc/default/networking",
    "/etc/default/nftables",
    "/etc/default/ssh",
    "/etc/default/ufw",
    "/etc/dhcp",
    "/etc/doas.conf",
    "/etc/environment",
    "/etc/environment.d",
    "/etc/firewalld",
    "/etc/fstab",
    "/etc/group",
    "/etc/gshadow",
    "/etc/holdfast",
    "/etc/grub.d",
    "/etc/hosts.allow",
    "/etc/hosts.deny",
    "/etc/initramfs-tools",
    "/etc/iproute2",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/login.defs",
    "/etc/modprobe.d",
    "/etc/modules",
    "/etc/modules-load.d",
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
    "/etc/sysctl.conf",
    "/etc/sysctl.d",
    "/etc/systemd/network",
    "/etc/systemd/system.conf",
    "/etc/systemd/system.conf.d",
    "/etc/udev",
    "/etc/ufw",
    "/etc/wireguard",
    "/etc/zsh",
    "/lib",
    "/lib32",
    "/lib64",
    "/run/nologin",
    "/sbin",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/sbin",
];

/// What a login shell reads before it does anything, wherever the home directory is: an `exit` there ends every login.
const OF_LOGINS: &[&str] = &[
    ".bash_login",
    ".bash_logout",
    ".bash_profile",
    ".bashrc",
    ".cshrc",
    ".kshrc",
    ".login",
    ".login_conf",
    ".mkshrc",
    ".pam_environment",
    ".profile",
    ".rhosts",
    ".shosts",
    ".ssh",
    ".tcshrc",
    ".zlogin",
    ".zprofile",
    ".zshenv",
    ".zshrc",
];

/// Last parts of kernel settings that can keep a host from answering, or from starting what a login needs.
const SETTINGS: &[&str] = &[
    "arp_filter",
    "arp_ignore",
    "disable_ipv4",
    "disable_ipv6",
    "disable_policy",
    "disable_xfrm",
    "drop_gratuitous_arp",
    "file-max",
    "min_free_kbytes",
    "modules_disabled",
    "nr_hugepages",
    "nr_open",
    "overcommit_memory",
    "pid_max",
    "threads-max",
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
        || path.split('/').any(|part| OF_LOGINS.contains(&part))
        || of_unit
}

/// Whether a kernel setting can shut everybody out.
pub(crate) fn is_setting(key: &str) -> bool {
    SETTINGS.contains(&key.rsplit('.').next().unwrap_or(key))
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
            "/etc/default/ssh",
            "/home/admin/.bashrc",
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
            "/usr/local/bin/tool",
        ] {
            assert!(!is_path(path), "{path}");
        }
    }

    #[test]
    fn settings_that_silence_a_host_are_told_from_the_rest() {
        for key in ["net.ipv4.conf.all.arp_ignore", "kernel.pid_max"] {
            assert!(is_setting(key), "{key}");
        }
        for key in [
            "net.ipv4.tcp_syncookies",
            "net.ipv4.conf.all.accept_redirects",
        ] {
            assert!(!is_setting(key), "{key}");
        }
    }
}
