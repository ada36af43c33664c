//! The texts that a host is given: sshd drop-in, sysctl file, firewall table.

use model::declare::OptExt as _;
use model::lab::{Exposure, Firewall, Host, Lab};
use std::fmt::Write as _;

/// The drop-in that holds the declared sshd keywords. `00-` because sshd takes the first value it reads.
pub const SSHD_DROPIN: &str = "/etc/ssh/sshd_config.d/00-holdfast.conf";
/// The file that holds the declared kernel settings.
pub const SYSCTL_FILE: &str = "/etc/sysctl.d/90-holdfast.conf";

/// Ends the key of the fact that says what a kernel setting will be at the next boot: `net.ipv4.ip_forward@boot`.
pub const AT_BOOT: &str = "@boot";

/// Where the table of this name is kept for the next boot.
pub fn nft_file(table: &str) -> String {
    format!("/etc/holdfast/nft/{table}.nft")
}

/// The sshd drop-in, one keyword a line.
pub fn sshd_dropin(host: &Host) -> String {
    let mut text = "# Written by holdfast from the lab tree; edits are drift.\n".to_owned();
    for (keyword, value) in &host.sshd {
        let _ = writeln!(text, "{keyword} {}", value.value);
    }
    text
}

/// The sysctl file, one setting a line.
pub fn sysctl_file(host: &Host) -> String {
    let mut text = "# Written by holdfast from the lab tree; edits are drift.\n".to_owned();
    for (key, value) in &host.sysctl {
        let _ = writeln!(text, "{key} = {}", value.value);
    }
    text
}

/// What `sshd -T` prints for a declared value: it has one spelling where the manual allows several.
pub fn sshd_effective(keyword: &str, value: &str) -> String {
    match (keyword, value) {
        ("permitrootlogin", "prohibit-password") => "without-password".to_owned(),
        (_, "true") => "yes".to_owned(),
        (_, "false") => "no".to_owned(),
        _ => value.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

/// The whole table: default deny on input; established, loopback, ICMP and the declared exposures pass.
pub fn nft_table(lab: &Lab, host: &Host, firewall: &Firewall) -> String {
    let mut text = format!("table inet {} {{\n", firewall.table.value);
    text.push_str("\tchain input {\n");
    text.push_str("\t\ttype filter hook input priority filter; policy drop;\n");
    text.push_str("\t\tct state established,related accept\n");
    text.push_str("\t\tct state invalid drop\n");
    text.push_str("\t\tiifname \"lo\" accept\n");
    text.push_str("\t\tmeta l4proto { icmp, ipv6-icmp } accept\n");
    for exposure in &host.exposures {
        if let Some(rule) = exposure_rule(lab, exposure) {
            let _ = writeln!(text, "\t\t{rule}");
        }
    }
    for rule in &firewall.rules {
        let _ = writeln!(text, "\t\t{}", rule.value.trim());
    }
    text.push_str("\t}\n}\n");
    text
}

/// One accept rule; none for what is reachable from this machine only.
fn exposure_rule(lab: &Lab, exposure: &Exposure) -> Option<String> {
    let source = match exposure.from.as_ref().map(|f| f.value.as_str()) {
        Some("loopback") => return None,
        None | Some("any") => String::new(),
        Some(network) => {
            // A network without a subnet opens nothing: the exposure stays closed rather than open to all.
            let subnet = lab.networks.get(network)?.subnet.known()?;
            let family = if subnet.contains(':') { "ip6" } else { "ip" };
            format!("{family} saddr {subnet} ")
        }
    };
    Some(format!(
        "{source}{} dport {} accept",
        exposure.protocol.word(),
        exposure.port.value
    ))
}
