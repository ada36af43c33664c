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
    Owner "owner": "Who answers for it", "every way in names a person", "anna";
    Hosts "host": "Machines, with addresses if known", "all else stands on them", "pve1=192.168.1.11, pve2=192.168.1.12";
    Storage "storage": "Machine with the shared storage, or none", "it fails for all", "nas=192.168.1.20";
    Os "os": "Operating system of the machines", "its support ends one day", "proxmox-ve";
    Network "network": "Network that they stand in", "addresses are checked against it", "192.168.1.0/24";
    Gateway "gateway": "Router of that network", "updates and copies go out there", "192.168.1.1";
    Login "login": "Account that ssh logs in as", "Holdfast looks by your own ssh", "admin";
    Memory "memory": "Memory of each machine", "whether all fits is computed from it", "16GiB";
    Disks "disk": "Disks of each machine, with sizes", "a disk is what fails first", "nvme0=1TB, hdd0=4TB";
    Data "data": "Folders that cannot be had again", "they get copies and drills", "photos=/srv/photos, papers=/srv/papers";
    Second "second": "Second copy, at home", "for mistakes and a dead disk", "/mnt/usb/restic on the machine itself, or sftp:nas:/backup";
    Away "away": "Third copy, away from home", "for fire and theft", "sftp:box:/home/lab";
    Escrow "escrow": "Where the password of the copies is, too", "none opens without it", "printed, with the household's papers";
    Loss "rpo": "How much work may be lost", "copies run more often than that", "24h";
    Back "rto": "How long until a dead machine is replaced", "buying takes days", "14d";
    Hours "hours": "Time for the lab", "no promise may need more of it", "5h/week";
    Compose "compose": "Compose files or folders, in this folder", "they become stacks", "stacks";
    Firewall "firewall": "Shut all ports but those listed", "first see `holdfast ports`", "no";
}

impl Key {
    /// Its question.
    pub fn question(self) -> &'static Question {
        let found = QUESTIONS.iter().find(|q| q.key == self);
        // Every key has a row above; a test holds it.
        found.unwrap_or(&QUESTIONS[0])
    }
}
