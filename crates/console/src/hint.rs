//! Commands that are hinted at, so that they work when they are copied: with the lab tree and the realm that the user named.

use model::id::RunId;
use model::realm::Realm;
use std::path::Path;

/// Which lab and which realm the user means.
#[derive(Debug, Clone)]
pub struct Hints {
    lab: String,
    realm: Realm,
}

impl Hints {
    /// For the commands that are shown: the lab as it was named, and the realm.
    pub fn new(lab: &Path, realm: Realm) -> Self {
        let lab = quoted(&lab.display().to_string());
        Self { lab, realm }
    }

    /// A verb, with words that belong to it: `holdfast runs list LAB --on real`.
    pub fn command(&self, words: &str) -> String {
        format!("holdfast {words} {} --on {}", self.lab, self.realm)
    }

    /// What takes a run back.
    pub fn undo(&self, run: &RunId) -> String {
        format!("holdfast undo {run} --lab {} --on {}", self.lab, self.realm)
    }

    /// What goes on with an interrupted run.
    pub fn resume(&self, run: &RunId) -> String {
        self.command(&format!("runs resume {run}"))
    }

    /// What takes an interrupted run back.
    pub fn unwind(&self, run: &RunId) -> String {
        self.command(&format!("runs unwind {run}"))
    }

    /// What starts a twin of the lab.
    pub fn twin_up(&self, name: &str) -> String {
        format!("holdfast twin up {} --name {name}", self.lab)
    }

    /// A command that does not say which lab and realm, made whole.
    pub fn whole(&self, command: &str) -> String {
        let realm = format!(" --on {}", self.realm);
        let bare = command.replacen(&realm, "", 1);
        match bare.strip_prefix("holdfast ") {
            Some(words) if !words.contains(" --on ") => self.command(words),
            _ => command.to_owned(),
        }
    }
}

/// As a shell takes it for one word.
pub fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@%:".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_can_be_copied() {
        let hints = Hints::new(Path::new("/home/anna/my lab"), Realm::Real);
        assert_eq!(
            hints.command("runs list"),
            "holdfast runs list '/home/anna/my lab' --on real"
        );
        let hints = Hints::new(Path::new("."), Realm::Twin("a".to_owned()));
        let run = RunId("R1".to_owned());
        assert_eq!(hints.resume(&run), "holdfast runs resume R1 . --on twin:a");
        assert_eq!(hints.undo(&run), "holdfast undo R1 --lab . --on twin:a");
        for text in [
            "holdfast drill --dataset shop",
            "holdfast drill --dataset shop --on twin:a",
        ] {
            assert_eq!(
                hints.whole(text),
                "holdfast drill --dataset shop . --on twin:a"
            );
        }
        assert_eq!(hints.whole("look yourself"), "look yourself");
    }
}
