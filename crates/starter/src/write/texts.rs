//! What is no YAML: the runbook, the README, what git leaves out.

use crate::answers::Answers;
use crate::question::Key;

/// Where the runbook stands.
pub(super) const RUNBOOK: &str = "docs/runbooks/restore.md";

/// Clear text stays out: passwords, identities, what Compose reads its own from. What is encrypted is kept, since a restore starts
/// with a clone of the tree.
pub(super) const GITIGNORE: &str = "\
# Secrets in clear text stay out of the tree; it says where they are kept.
*.env
*.pass
*.key
*.agekey
keys.txt
# Encrypted ones are kept: *.age anywhere, and what sops encrypts below secrets/. Put nothing else there:
# `holdfast secret scan` finds what is not encrypted.
!/secrets/**/*.env
.env
";

/// Tells VS Code which files the schema is of, so that a new one needs no line at its top.
pub(super) const EDITOR: &str = r#"{
  "yaml.schemas": {
    "./holdfast.schema.json": ["holdfast.yaml", "lab/**/*.yaml", "lab/**/*.yml"]
  }
}
"#;

pub(super) fn runbook(answers: &Answers) -> String {
    let data = answers.data();
    let first = data.first().map_or("household", |(name, _)| name.as_str());
    let escrow = match answers.get(Key::Escrow) {
        Some(place) => format!("When that is gone: {place}."),
        None => "Where else it is kept, nobody wrote down yet: decide it, and say so in `lab/people.yaml`.".to_owned(),
    };
    let (owner, file) = (answers.owner(), super::people::password_file(answers));
    format!(
        "\
# Restore

For {owner}, or whoever has this page when {owner} is away.

## Where the keys are

The copies open with one password. It is read from `{file}` on the machine that runs Holdfast.
{escrow}

## One folder or database

To a new directory beside the damaged one; look at it before anything is replaced.

```sh
holdfast restore . --dataset {first} --to /var/tmp/restored --on real
```

## The machine is gone

1. Get a machine, and install its operating system.
2. Get this tree from where it is pushed to, and the password from where it is kept.
3. Tell Holdfast about the new machine: `holdfast access enrol . --on real`.
4. Restore the data as above, what the household misses most first.
5. Write down how long it took. `holdfast prove .` shows whether that is what was promised.

## For practice

A restore that nobody tried is a hope. This restores in isolation, asks the data, and measures.

```sh
holdfast drill . --on real
```
"
    )
}

pub(super) fn readme(answers: &Answers) -> String {
    let name = answers.get(Key::Name).unwrap_or("home");
    format!(
        "\
# {name}

What this lab is, as Holdfast reads it. The files work without it, too.

| file | what |
|---|---|
| `holdfast.yaml` | name, owner, profile |
| `lab/network.yaml` | place, uplinks, networks |
| `lab/machines.yaml` | machines, cluster, pools |
| `lab/data.yaml` | what must not be lost, and its copies |
| `lab/people.yaml` | people, objectives, where secrets are kept |
| `lab/services.yaml` | stacks, services, documents |
| `docs/runbooks/restore.md` | how to get data back, and where the keys are |

    holdfast check .                     what is wrong or impossible on paper; --unknown lists what nobody stated
    holdfast show summary .              what is declared, as tables
    holdfast access enrol . --on real    bind a declared host to the machine that answers
    holdfast drift . --on real           declared against observed; changes nothing

Editors complete and check the YAML by `holdfast.schema.json`; `holdfast schema > holdfast.schema.json` renews it.
"
    )
}
