//! Kernel settings by name.

use super::ByPath;
use super::frame::{Section, quote};
use model::fact::Seen;
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: ByPath = ByPath {
    sh: include_str!("sh/sysctl.sh"),
    call: |key| match key.strip_suffix(AT_BOOT) {
        Some(name) => path(name).map(|_| format!("boot_setting {}", quote(name))),
        None => path(key).map(|path| format!("kernel_setting {}", quote(&path))),
    },
    read,
    source: "/proc/sys",
};

/// Ends the key of what the files of `sysctl.d` set at boot.
const AT_BOOT: &str = plan::render::AT_BOOT;

/// As sysctl(8): dots part the name, and a slash stands for a dot within a part (`net.ipv4.conf.eth0/5.forwarding`).
fn path(key: &str) -> Result<String, Reason> {
    let swapped: String = key
        .chars()
        .map(|c| match c {
            '.' => '/',
            '/' => '.',
            c => c,
        })
        .collect();
    if swapped
        .split('/')
        .any(|part| matches!(part, "" | "." | ".."))
    {
        return Err(Reason::new("this is no name of a kernel setting"));
    }
    Ok(format!("/proc/sys/{swapped}"))
}

fn read(section: &Section<'_>) -> Result<Seen, Reason> {
    let text = section.text();
    if text == "absent\n" {
        return Ok(Seen::Absent);
    }
    let value = text
        .strip_prefix("value ")
        .ok_or_else(|| Reason::new("the answer is not understood"))?;
    let words: Vec<&str> = value.split_whitespace().collect();
    Ok(Seen::Present(Value::from(words.join(" "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_below_proc_sys() {
        assert_eq!(
            path("net.ipv4.conf.eth0/5.forwarding").as_deref(),
            Ok("/proc/sys/net/ipv4/conf/eth0.5/forwarding")
        );
        for bad in ["", ".", "a..b", "kernel.//.x", "net."] {
            assert!(path(bad).is_err(), "{bad}");
        }
    }
}
