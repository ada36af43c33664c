//! `sops`: what Holdfast writes, read by the real sops, and what sops then changes, read by Holdfast. The program is `$SOPS`, or
//! `sops`.

use anyhow::{Result, bail};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A value with everything that some format has to quote.
const VALUE: &str = "a \"b\" 'c' \\ d: # {e} ü $f";
/// File, keys, and how sops names the place.
const PLACES: [(&str, &str, &str); 8] = [
    (
        "all.yaml",
        "postgres.password",
        r#"["postgres"]["password"]"#,
    ),
    ("all.yaml", "postgres.added", r#"["postgres"]["added"]"#),
    ("all.yaml", "list.0", r#"["list"][0]"#),
    ("all.json", "s", r#"["s"]"#),
    ("all.env", "B", r#"["B"]"#),
    ("only.yaml", "b", r#"["b"]"#),
    ("made.yaml", "db.password", r#"["db"]["password"]"#),
    ("made.json", "db.password", r#"["db"]["password"]"#),
];

struct Stage {
    holdfast: PathBuf,
    lab: PathBuf,
    key: PathBuf,
}

/// Goes both ways for every place, before and after the recipients change.
pub(crate) fn run(root: &Path) -> Result<()> {
    let kept = root.join("crates/holdfast/tests/it/secret/sops");
    let lab = std::env::temp_dir().join(format!("holdfast-sops-{}", std::process::id()));
    std::fs::create_dir_all(lab.join("secrets"))?;
    let mut text = "format: 1\nlab: t\nsecrets:\n".to_owned();
    for (number, (file, key, _)) in PLACES.iter().enumerate() {
        if !file.starts_with("made") {
            std::fs::copy(kept.join(file), lab.join("secrets").join(file))?;
        }
        text.push_str(&format!(
            "  s{number}: {{in: sops, from: {{sops: secrets/{file}, key: {key}}}}}\n"
        ));
    }
    std::fs::write(lab.join("holdfast.yaml"), text)?;
    let both = [public(&kept, "one")?, public(&kept, "two")?];
    let rules = |to: &str| {
        std::fs::write(
            lab.join(".sops.yaml"),
            format!("creation_rules: [{{age: '{to}'}}]\n"),
        )
    };
    rules(&both.join(","))?;
    let stage = Stage {
        holdfast: super::compose_corpus::build(root)?,
        lab: lab.clone(),
        key: kept.join("one.key"),
    };
    for number in 0..PLACES.len() {
        stage.holdfast(&["set", &format!("s{number}")], VALUE)?;
    }
    stage.compare("written here")?;
    rules(&both[0])?;
    stage.holdfast(&["rekey"], "")?;
    stage.compare("rekeyed here")?;
    for (file, _, place) in PLACES {
        let file = format!("secrets/{file}");
        stage.sops(&["set", &file, place, "\"by sops\""])?;
    }
    stage.holdfast(&["check"], "")?;
    println!(
        "{} places: read by sops as written and as rekeyed here, and read here as changed by sops",
        PLACES.len()
    );
    std::fs::remove_dir_all(lab)?;
    Ok(())
}

impl Stage {
    fn compare(&self, when: &str) -> Result<()> {
        for (file, key, place) in PLACES {
            let file = format!("secrets/{file}");
            let read = self.sops(&["decrypt", "--extract", place, &file])?;
            if read != VALUE {
                bail!("{when}: sops reads something else as {key} of {file}");
            }
        }
        Ok(())
    }

    fn holdfast(&self, words: &[&str], input: &str) -> Result<String> {
        let mut command = Command::new(&self.holdfast);
        command.arg("secret").args(words).arg(&self.lab);
        self.ended(command, input)
    }

    fn sops(&self, words: &[&str]) -> Result<String> {
        let mut command = Command::new(std::env::var_os("SOPS").unwrap_or("sops".into()));
        command.args(words);
        self.ended(command, "")
    }

    fn ended(&self, mut command: Command, input: &str) -> Result<String> {
        command
            .current_dir(&self.lab)
            .env("SOPS_AGE_KEY_FILE", &self.key);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(mut pipe) = child.stdin.take() {
            pipe.write_all(input.as_bytes())?;
        }
        let Output {
            status,
            stdout,
            stderr,
        } = child.wait_with_output()?;
        if !status.success() {
            bail!(
                "{command:?} ended with {status}: {}{}",
                String::from_utf8_lossy(&stdout),
                String::from_utf8_lossy(&stderr)
            );
        }
        Ok(String::from_utf8(stdout)?)
    }
}

fn public(kept: &Path, name: &str) -> Result<String> {
    let text = std::fs::read_to_string(kept.join(format!("{name}.key")))?;
    match text.lines().find_map(|l| l.strip_prefix("# public key: ")) {
        Some(key) => Ok(key.to_owned()),
        None => bail!("{name}.key says no public key"),
    }
}
