//! Commands in lines of which nobody says what they are: fences without a language, and indented text. They may be commands, what a program
//! says, or anything else.

use super::shell::commands;
use diag::Spanned;
use model::document::{Command, Place, Word};

/// Programs by which such lines show themselves to be commands: those that work on machines and their data.
const PROGRAMS: [&str; 83] = [
    "apk",
    "apt",
    "apt-get",
    "blkdiscard",
    "borg",
    "btrfs",
    "ceph",
    "chmod",
    "chown",
    "cp",
    "cryptsetup",
    "curl",
    "dd",
    "dnf",
    "docker",
    "docker-compose",
    "dropdb",
    "etcdctl",
    "fdisk",
    "find",
    "flux",
    "git",
    "helm",
    "ip",
    "iptables",
    "journalctl",
    "k3s",
    "kubectl",
    "lvcreate",
    "lvextend",
    "lvremove",
    "lvs",
    "mariadb",
    "mdadm",
    "mkdir",
    "mkfs",
    "mkswap",
    "mount",
    "mv",
    "mysql",
    "mysqldump",
    "nft",
    "opkg",
    "parted",
    "pct",
    "pg_dump",
    "pg_dumpall",
    "pg_restore",
    "ping",
    "podman",
    "proxmox-backup-client",
    "psql",
    "pvecm",
    "pvesh",
    "pvesm",
    "pveum",
    "pvremove",
    "qm",
    "qmrestore",
    "rclone",
    "restic",
    "rm",
    "rsync",
    "scp",
    "sgdisk",
    "shred",
    "smartctl",
    "ssh",
    "ssh-copy-id",
    "systemctl",
    "tailscale",
    "tar",
    "uci",
    "ufw",
    "umount",
    "velero",
    "vgremove",
    "vzdump",
    "wg",
    "wget",
    "wipefs",
    "zfs",
    "zpool",
];
/// Programs with which people begin, and which no rule looks at: what follows them may be what they say.
const PLAIN: [&str; 36] = [
    "awk", "blkid", "cat", "cd", "crontab", "df", "du", "echo", "export", "fuser", "grep", "head",
    "hostname", "id", "less", "ls", "lsblk", "lsof", "nano", "nproc", "passwd", "printf", "ps",
    "pwd", "sed", "sleep", "source", "su", "tail", "tee", "touch", "uname", "uptime", "vi", "vim",
    "whoami",
];
/// Programs that run others, with what they do that for.
const WRAPPERS: [&str; 12] = [
    "command", "doas", "env", "exec", "ionice", "nice", "nohup", "setsid", "stdbuf", "sudo",
    "time", "timeout",
];
/// Folders of programs.
const FOLDERS: [&str; 6] = [
    "/usr/local/sbin/",
    "/usr/local/bin/",
    "/usr/sbin/",
    "/usr/bin/",
    "/sbin/",
    "/bin/",
];
/// What follows the name of a program in a sentence or a table about it: `docker is …`, `git | a program`.
const ABOUT: [&str; 18] = [
    "|", "=", "-", "->", "=>", ":", "is", "are", "was", "has", "can", "cannot", "could", "will",
    "must", "should", "and", "or",
];

/// If the first line is a command, all that begin with the name of a program. The others may be what a program says.
pub(super) fn untold(lines: &[Spanned<String>], place: Place) -> Vec<Command> {
    let text = || lines.iter().map(|l| l.value.trim());
    let first = text().find(|l| !l.is_empty() && !l.starts_with('#') && !is_set(l));
    let has = |word: &str| text().any(|l| l.split([' ', ';']).any(|w| w == word));
    if !first.is_some_and(|line| begins(line, has)) {
        return Vec::new();
    }
    let mut found = commands(lines, place);
    found.retain(|command| {
        let words: Vec<&str> = command.words.iter().map(said).collect();
        of_program(&words).is_some_and(|at| !is_about(&words, at))
    });
    found
}

/// Nothing for what is only known when it is run.
fn said(word: &Word) -> &str {
    word.known().unwrap_or_default()
}

/// `DISK=/dev/sdb` alone, which says nothing of what follows.
fn is_set(line: &str) -> bool {
    is_assignment(line) && !line.contains(' ')
}

/// A line that begins as a command does; `has` says whether a word stands anywhere in the lines.
fn begins(line: &str, has: impl Fn(&str) -> bool) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let words: &[&str] = match words.as_slice() {
        ["for", _, "in", ..] => return has("do"),
        ["while" | "until", ..] => return has("do"),
        ["if", ..] => return has("then"),
        ["{" | "(" | "!", rest @ ..] => rest,
        all => all,
    };
    let at = words.iter().take_while(|w| is_assignment(w)).count();
    let words = words.get(at..).unwrap_or_default();
    match (of_program(words), words.first()) {
        (Some(at), _) => !is_about(words, at),
        (None, Some(first)) => PLAIN.contains(&bare(first)) && !is_about(words, 0),
        (None, None) => false,
    }
}

/// Which word is the program that is looked at, behind those that run it with their options: `sudo -u root nice -n 10 rm`.
fn of_program(words: &[&str]) -> Option<usize> {
    let (mut wrapped, mut option) = (false, false);
    for (at, word) in words.iter().enumerate() {
        if is_program(word) {
            return Some(at);
        }
        let digit = |c: char| c.is_ascii_digit();
        match *word {
            w if WRAPPERS.contains(&bare(w)) => (wrapped, option) = (true, false),
            w if wrapped && w.starts_with('-') => option = w != "--",
            // What an option takes, and what some of them take without one: `timeout 10`, `env A=1`.
            w if wrapped && (option || w.starts_with(digit) || is_assignment(w)) => option = false,
            _ => return None,
        }
    }
    None
}

fn is_program(word: &str) -> bool {
    let name = bare(word);
    let of_mkfs = name.strip_prefix("mkfs.");
    let of_mkfs = of_mkfs.is_some_and(|kind| kind.chars().all(|c| c.is_ascii_alphanumeric()));
    of_mkfs || PROGRAMS.contains(&name)
}

/// A sentence or a row of a table about a program.
fn is_about(words: &[&str], at: usize) -> bool {
    words.get(at + 1).is_some_and(|next| ABOUT.contains(next))
}

/// The name of a program without the folder that it is in.
fn bare(word: &str) -> &str {
    let mut names = FOLDERS
        .iter()
        .filter_map(|folder| word.strip_prefix(folder));
    names.next().unwrap_or(word)
}

/// `NAME=value`
pub(super) fn is_assignment(text: &str) -> bool {
    let name = text.split_once('=').map(|(name, _)| name);
    let plain = |n: &str| n.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    name.is_some_and(|n| n.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && plain(n))
}
