//! The questions: each has a flag of the same name, one line that says why it is asked, and an example.

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Name of the lab.
    Name,
    /// Who answers for it.
    Owner,
    /// The machines, with their addresses if they are known.
    Hosts,
    /// The machine that has the shared storage.
    Storage,
    /// Their operating system.
    Os,
    /// The network they stand in.
    Network,
    /// The way out of it.
    Gateway,
    /// The account to log in as.
    Login,
    /// Memory of each.
    Memory,
    /// Disks of each.
    Disks,
    /// What must not be lost.
    Data,
    /// The copy at home.
    Second,
    /// The copy elsewhere.
    Away,
    /// Where the key of the copies is when the lab is gone.
    Escrow,
    /// How much may be lost.
    Loss,
    /// How long it may be away.
    Back,
    /// Time for the lab.
    Hours,
    /// Compose projects.
    Compose,
    /// A firewall of Holdfast's own.
    Firewall,
}

/// A question.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// What is asked for.
    pub key: Key,
    /// The flag that answers it, and its short name in the dialogue.
    pub flag: &'static str,
    /// What is asked, without a question mark.
    pub what: &'static str,
    /// Why, in the rest of the line.
    pub why: &'static str,
    /// An answer as it could be.
    pub example: &'static str,
}

macro_rules! questions {
    ($($key:ident $flag:literal: $what:literal, $why:literal, $example:literal;)*) => {
        /// All questions, in the order in which they are asked.
        pub const QUESTIONS: &[Question] = &[$(Question {
            key: Key::$key,
            flag: $flag,
            what: $what,
            why: $why,
            example: $example,
        }),*];
    };
}

questions! {
    Name "name": "Name of the lab", "it heads every report", "home";
    Owner "owner": "Who answers for it", "every way in and every exception names a person", "anna";
    Hosts "host": "Machines, with addresses if known", "everything else stands on them", "pve1=192.168.1.11, pve2=192.168.1.12";
    Storage "storage": "Machine with the shared storage, or none", "what all machines need fails for all of them", "nas=192.168.1.20";
    Os "os": "Operating system of the machines", "ends of support and updates follow from it", "proxmox-ve";
    Network "network": "Network that they stand in", "addresses are checked against it", "192.168.1.0/24";
    Gateway "gateway": "Router of that network", "it is the way out for updates and copies", "192.168.1.1";
    Login "login": "Account that ssh logs in as", "Holdfast looks by your own ssh, nothing is installed", "admin";
    Memory "memory": "Memory of each machine", "whether everything fits is computed from it", "16GiB";
    Disks "disk": "Disks of each machine, with sizes", "a disk is what fails first", "nvme0=1TB, hdd0=4TB";
    Data "data": "Folders that cannot be had again", "they get copies and restore drills", "photos=/srv/photos, papers=/srv/papers";
    Second "second": "Second copy at home: a folder on another disk, or a restic location", "it helps against mistakes and a dead disk", "/mnt/backup/restic";
    Away "away": "Copy away from home: a restic location", "it helps against fire and theft", "sftp:box:/home/lab";
    Escrow "escrow": "Where the copies' password is when the lab is gone", "without it no copy opens", "printed, with the household's papers";
    Loss "rpo": "How much work may be lost at most", "copies must run more often than that", "24h";
    Back "rto": "How long it may be away when a machine dies", "buying another one has to fit in", "14d";
    Hours "hours": "Time for the lab", "no objective may promise more than there are hours for", "5h/week";
    Compose "compose": "Compose files, or folders with some, in this folder", "they become stacks and stay as they are", "stacks";
    Firewall "firewall": "Shut every port that is not listed, by a firewall of Holdfast's", "list what you use first: `holdfast ports`", "no";
}

impl Key {
    /// Its question.
    pub fn question(self) -> &'static Question {
        let found = QUESTIONS.iter().find(|q| q.key == self);
        // Every key has a row above; a test holds it.
        found.unwrap_or(&QUESTIONS[0])
    }
}
