//! The disks of the machine: what the kernel and udev tell of them.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::Gathered;
use model::fact::FactKind;
use model::kleene::Reason;
use model::value::Value;
use std::collections::BTreeMap;

pub(super) const SH: &str = include_str!("sh/disk.sh");

pub(super) const PART: Whole = Whole {
    sh: &[SH],
    calls: &["disk disks"],
    read: gather,
};

const KIND: FactKind = FactKind::Disk;
/// The kernel counts in sectors of 512 bytes, whatever those of the disk are.
const SECTOR: i64 = 512;

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let Some(section) = to.section(KIND, sections, "disk") else {
        return;
    };
    let text = section.text();
    let mut open: Option<(&str, BTreeMap<&str, &str>)> = None;
    for line in text.lines() {
        match line.split_once(' ') {
            Some(("d", name)) => {
                put(open.replace((name, BTreeMap::new())), to);
            }
            // udev's word comes last and is cut off less.
            Some((item, value)) => {
                if let Some((_, items)) = &mut open {
                    items.insert(item, value.trim());
                }
            }
            None => {}
        }
    }
    put(open, to);
    match text.lines().last() {
        Some("all") => to.complete(KIND, "/sys/block was read to its end"),
        _ => to.incomplete(KIND, Reason::new("the list did not come to its end")),
    }
}

fn put(disk: Option<(&str, BTreeMap<&str, &str>)>, to: &mut Gathered) {
    let Some((name, items)) = disk else { return };
    let flag = |item: &str| items.get(item).map(|v| *v == "1");
    let text = |item: &str| {
        let text = plain(items.get(item)?);
        (!text.is_empty()).then(|| Value::from(text))
    };
    let sectors = items.get("sectors").and_then(|v| v.parse::<i64>().ok());
    let size = sectors.and_then(|s| s.checked_mul(SECTOR));
    let mut value: Vec<(&'static str, Value)> = Vec::new();
    value.extend(size.map(|s| ("size", Value::Int(s))));
    value.extend(flag("rotational").map(|f| ("rotational", Value::Bool(f))));
    if flag("removable") == Some(true) {
        value.push(("removable", Value::Bool(true)));
    }
    value.extend(text("model").map(|v| ("model", v)));
    value.extend(text("serial").map(|v| ("serial", v)));
    value.extend(text("wwn").map(|v| ("wwn", v)));
    value.extend(text("bus").map(|v| ("bus", v)));
    to.present(KIND, plain(name), Value::map(value), "/sys/block, udev");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path to an NVMe disk is no disk of its own.
    #[test]
    fn hidden_paths_are_no_disks() {
        let folder = tempfile::tempdir().unwrap();
        for (name, hidden) in [
            ("nvme0c0n1", Some("1\n")),
            ("nvme0n1", Some("0\n")),
            ("sda", None),
        ] {
            let at = folder.path().join(name);
            std::fs::create_dir_all(at.join("device")).unwrap();
            for (item, text) in hidden
                .map(|h| ("hidden", h))
                .into_iter()
                .chain([("size", "8\n")])
            {
                std::fs::write(at.join(item), text).unwrap();
            }
        }
        let text = format!("{SH}\nin_container() {{ return 1; }}\ndisks; disk_names");
        let text = text.replace("/sys/block", &folder.path().display().to_string());
        let ran = std::process::Command::new("sh")
            .args(["-c", &text])
            .output()
            .unwrap();
        let said = String::from_utf8(ran.stdout).unwrap();
        let want = "d nvme0n1\nsectors 8\nd sda\nsectors 8\nall\nnvme0n1\nsda\n";
        assert_eq!(said, want);
    }
}
