//! SOPS and age files of the lab tree: read a value, change one, change the recipients.

use crate::Vault;
use crate::age_file::{self, Closed};
use crate::disk::{self, Unread};
use crate::error::{Problem, Refusal};
use crate::identity::{Identities, bare};
use model::secret::{Secret, SecretRef};
use secrets::policy::{Policy, PolicyError, policy};
use secrets::sops::{
    self, DataKey, Document, Format, Metadata, Opened, Recipient, SopsError, Stamp,
};
use std::path::Path;
use zeroize::Zeroizing;

/// What is known of where a secret is kept, without decrypting it.
#[derive(Debug, Clone, Default)]
pub struct Described {
    /// For whom it is encrypted; none where the file does not say.
    pub recipients: Option<Vec<String>>,
    /// When a value of the file was last changed, as the file says.
    pub last_modified: Option<String>,
}

/// A file that was written.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Which, as the reference names it.
    pub file: String,
    /// It was not there before.
    pub created: bool,
    /// The key was there before.
    pub replaced: bool,
    /// For whom it is encrypted.
    pub recipients: Vec<String>,
}

/// What changing recipients did.
#[derive(Debug, Clone)]
pub struct Rekeyed {
    /// Which file, as the reference names it.
    pub file: String,
    /// New recipients.
    pub added: Vec<String>,
    /// Recipients that are none any more.
    pub removed: Vec<String>,
}

impl Vault {
    pub(crate) fn sops(&self, file: &str, key: &[String]) -> Result<Secret, Problem> {
        let loaded = self.load(file)?;
        let path = self.wanted(&loaded.document, key);
        let opened = loaded.open(file, &self.identities())?;
        opened.get(&path).map_err(|e| about(file, &e))
    }

    pub(crate) fn age(&self, file: &str) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let path = self.path(file);
        let bytes = disk::read(&path).map_err(|e| e.about(format_args!("the age file {file}")))?;
        let identities = self.identities();
        age_file::open(&bytes, &identities).map_err(|closed| match closed {
            Closed::Foreign => {
                let what = format!("{file} is not encrypted to any key that is here");
                no_key(Problem::new(what), &identities)
            }
            Closed::Passphrase => Problem::new(format!("{file} is encrypted with a passphrase"))
                .help("encrypt it to a key: age -r age1… FILE"),
            Closed::Damaged => {
                Problem::new(format!("{file} is no age file, or is damaged or cut off"))
                    .help("take the last good one from the history of the lab tree")
            }
        })
    }

    /// What can be said of a reference without decrypting anything.
    ///
    /// # Errors
    /// The file is not there, or not what it should be.
    pub fn describe(&self, reference: &SecretRef) -> Result<Described, Problem> {
        let SecretRef::Sops { file, key } = reference else {
            return Ok(Described::default());
        };
        let document = self.load(file)?.document;
        let path = self.wanted(&document, key);
        document.find(&path).map_err(|e| about(file, &e))?;
        let Metadata {
            recipients,
            last_modified,
            ..
        } = document.metadata();
        Ok(Described {
            recipients: Some(recipients.iter().map(|r| r.public.clone()).collect()),
            last_modified: Some(last_modified.clone()),
        })
    }

    /// Keeps a value where a reference says; the file is made if it is not there.
    ///
    /// # Errors
    /// It cannot be kept there, or the file cannot be decrypted here.
    pub fn set(
        &self,
        reference: &SecretRef,
        value: &Secret,
        now: jiff::Timestamp,
    ) -> Result<Changed, Problem> {
        match reference {
            SecretRef::Sops { file, key } => self.set_sops(file, key, value, Stamp::of(now)),
            SecretRef::Age(file) => self.set_age(file, value),
            SecretRef::File(_) | SecretRef::Env(_) | SecretRef::Command(_) => {
                let what = format!("{reference} is kept by somebody else; nothing was written");
                Err(Problem::refused(Refusal::Usage, what)
                    .help("change it there, or declare it as {sops: FILE, key: KEY}"))
            }
        }
    }

    fn set_sops(
        &self,
        file: &str,
        key: &[String],
        value: &Secret,
        stamp: Stamp,
    ) -> Result<Changed, Problem> {
        let path = self.writable(file)?;
        let random = &mut random;
        let before = match disk::read(&path) {
            Ok(bytes) => bytes,
            Err(Unread::Missing) => return self.create_sops(file, key, value, stamp),
            Err(other) => return Err(other.about(file)),
        };
        let loaded = self.load(file)?;
        let wanted = self.wanted(&loaded.document, key);
        let replaced = loaded.document.find(&wanted).is_ok();
        let recipients = loaded.document.metadata().recipients.iter();
        let recipients = recipients.map(|r| r.public.clone()).collect();
        let opened = loaded.open(file, &self.identities())?;
        let text = opened
            .set(&wanted, value, stamp, random)
            .map_err(|e| about(file, &e))?;
        self.proven(file, &text, &wanted, value)?;
        disk::replace(&path, Some(&before), text.as_bytes())?;
        Ok(Changed {
            file: file.to_owned(),
            created: false,
            replaced,
            recipients,
        })
    }

    fn create_sops(
        &self,
        file: &str,
        key: &[String],
        value: &Secret,
        stamp: Stamp,
    ) -> Result<Changed, Problem> {
        let format = Format::of_name(file).map_err(|e| about(file, &e))?;
        let Policy {
            recipients,
            selection,
        } = self.policy(file)?;
        let (data, sealed) = fresh(&recipients)?;
        let wanted = match key {
            [] if format == Format::Json => sops::Path::of(&[sops::BINARY]),
            key => sops::Path::of(key),
        };
        let to = (&data, sealed.as_slice());
        let text = sops::create(format, &wanted, value, to, &selection, stamp, &mut random)
            .map_err(|e| about(file, &e))?;
        if recipients.iter().any(|r| self.identities().has(r)) {
            self.proven(file, &text, &wanted, value)?;
        }
        let path = self.writable(file)?;
        disk::replace(&path, None, text.as_bytes())?;
        Ok(Changed {
            file: file.to_owned(),
            created: true,
            replaced: false,
            recipients,
        })
    }

    fn set_age(&self, file: &str, value: &Secret) -> Result<Changed, Problem> {
        let path = self.writable(file)?;
        let before = match disk::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(Unread::Missing) => None,
            Err(other) => return Err(other.about(file)),
        };
        let Policy { recipients, .. } = self.policy(file)?;
        let line = Zeroizing::new(format!("{}\n", value.expose()));
        let text = age_file::seal(line.as_bytes(), &recipients)?;
        disk::replace(
            &path,
            before.as_ref().map(|b| b.as_slice()),
            text.as_bytes(),
        )?;
        let there = before.is_some();
        Ok(Changed {
            file: file.to_owned(),
            created: !there,
            replaced: there,
            recipients,
        })
    }

    /// Encrypts a SOPS file for the recipients that `.sops.yaml` names; nothing if they are the same.
    ///
    /// # Errors
    /// The file cannot be decrypted here, or its new recipients would shut out whoever changes them.
    pub fn rekey(&self, file: &str, lock_out: bool) -> Result<Option<Rekeyed>, Problem> {
        let path = self.writable(file)?;
        let before = disk::read(&path).map_err(|e| e.about(file))?;
        let wanted = self.policy(file)?.recipients;
        let loaded = self.load(file)?;
        let current: Vec<String> = loaded
            .document
            .metadata()
            .recipients
            .iter()
            .map(|r| r.public.clone())
            .collect();
        let missing = |from: &[String], of: &[String]| -> Vec<String> {
            let has = |r: &String| from.iter().any(|f| bare(f) == bare(r));
            of.iter().filter(|r| !has(r)).cloned().collect()
        };
        let (added, removed) = (missing(&current, &wanted), missing(&wanted, &current));
        if added.is_empty() && removed.is_empty() {
            return Ok(None);
        }
        let identities = self.identities();
        let opened = loaded.open(file, &identities)?;
        if !lock_out && !wanted.iter().any(|r| identities.has(r)) {
            let what =
                format!("no key that is here could read {file} any more; nothing was written");
            return Err(Problem::refused(Refusal::Safety, what)
                .help("name your own recipient in .sops.yaml, or insist with --lock-out"));
        }
        let (data, sealed) = fresh(&wanted)?;
        let text = opened
            .rekey((&data, &sealed), &mut random)
            .map_err(|e| about(file, &e))?;
        // The new text must open with the new key before the old one goes.
        let document = parse(file, &text)?;
        document.open(data).map_err(|e| about(file, &e))?;
        disk::replace(&path, Some(&before), text.as_bytes())?;
        Ok(Some(Rekeyed {
            file: file.to_owned(),
            added,
            removed,
        }))
    }

    /// The creation rule for a file: of the nearest `.sops.yaml` above it, inside the lab tree.
    fn policy(&self, file: &str) -> Result<Policy, Problem> {
        const NAME: &str = ".sops.yaml";
        let help = "write .sops.yaml at the root of the lab tree: creation_rules: [{age: age1…}]";
        let path = self.path(file);
        let folders = path.ancestors().skip(1);
        let inside = folders.take_while(|f| f.starts_with(&self.root));
        for folder in inside {
            let place = folder.join(NAME);
            let bytes = match disk::read(&place) {
                Ok(bytes) => bytes,
                Err(Unread::Missing) => continue,
                Err(other) => return Err(other.about(place.display())),
            };
            let text = std::str::from_utf8(&bytes).unwrap_or_default();
            let below = path
                .strip_prefix(folder)
                .unwrap_or(&path)
                .display()
                .to_string();
            return policy(text, &below).map_err(|e| {
                let problem = Problem::new(format!("{}: {e}", shown(&self.root, &place)));
                match e {
                    PolicyError::NoRule(_) | PolicyError::NoRules => problem.help(help),
                    PolicyError::Unreadable(_) | PolicyError::Rule { .. } => problem,
                }
            });
        }
        Err(Problem::new(format!(
            "nothing says for whom {file} is encrypted: there is no {NAME} above it"
        ))
        .help(help))
    }

    /// A document that cannot be read back would be a loss.
    fn proven(
        &self,
        file: &str,
        text: &str,
        path: &sops::Path,
        value: &Secret,
    ) -> Result<(), Problem> {
        let loaded = Loaded {
            document: parse(file, text)?,
        };
        let read = loaded
            .open(file, &self.identities())?
            .get(path)
            .map_err(|e| about(file, &e))?;
        match read.expose() == value.expose() {
            true => Ok(()),
            false => Err(Problem::new(format!(
                "{file} would not read back as written; nothing was written"
            ))),
        }
    }

    fn load(&self, file: &str) -> Result<Loaded, Problem> {
        let path = self.path(file);
        let bytes = disk::read(&path).map_err(|e| e.about(format_args!("the SOPS file {file}")))?;
        let text =
            std::str::from_utf8(&bytes).map_err(|_| Problem::new(format!("{file} is no text")))?;
        Ok(Loaded {
            document: parse(file, text)?,
        })
    }

    /// The path that a reference means; a file without keys has one.
    fn wanted(&self, document: &Document, key: &[String]) -> sops::Path {
        let only = sops::Path::of(&[sops::BINARY]);
        match key {
            [] if document.paths() == [only.clone()] => only,
            key => sops::Path::of(key),
        }
    }
}

/// A document that was read.
struct Loaded {
    document: Document,
}

impl Loaded {
    fn open(self, file: &str, identities: &Identities) -> Result<Opened, Problem> {
        let meta = self.document.metadata();
        if meta.recipients.is_empty() {
            return Err(about(file, &SopsError::NoAge(meta.others.clone())));
        }
        let mut damaged = false;
        let mut key = None;
        for recipient in &meta.recipients {
            match age_file::open(recipient.sealed.as_bytes(), identities) {
                Ok(bytes) => {
                    key = Some(
                        DataKey::from_bytes(&bytes)
                            .ok_or_else(|| about(file, &SopsError::DataKey))?,
                    );
                    break;
                }
                Err(Closed::Foreign) => {}
                Err(Closed::Damaged | Closed::Passphrase) => damaged = true,
            }
        }
        let Some(key) = key else {
            if damaged {
                return Err(about(file, &SopsError::DataKey)
                    .help("take the last good one from the history of the lab tree"));
            }
            let to: Vec<&str> = meta.recipients.iter().map(|r| r.public.as_str()).collect();
            let what = format!(
                "{file} is encrypted to {}, whose key is not here",
                to.join(", ")
            );
            return Err(no_key(Problem::new(what), identities));
        };
        self.document.open(key).map_err(|e| about(file, &e))
    }
}

fn parse(file: &str, text: &str) -> Result<Document, Problem> {
    let format = Format::of_name(file).map_err(|e| about(file, &e))?;
    Document::parse(format, text).map_err(|e| about(file, &e))
}

fn about(file: &str, error: &SopsError) -> Problem {
    let problem = Problem::new(format!("{file}: {error}"));
    match error {
        SopsError::Mac | SopsError::Tampered(_) => problem.help(
            "look at what changed it: git log -p FILE; sops --ignore-mac -d shows it nevertheless",
        ),
        SopsError::LeftClear(_) | SopsError::NotOne { .. } | SopsError::Unsupported(_) => Problem {
            refused: Some(Refusal::Usage),
            ..problem
        },
        SopsError::NotSops => problem.help("encrypt it: sops encrypt --in-place FILE"),
        _ => problem,
    }
}

/// What is missing is a key: says where one was looked for.
fn no_key(problem: Problem, identities: &Identities) -> Problem {
    let places = match identities.places.as_slice() {
        [] => format!("no key was found: {}", identities.without.join("; ")),
        places => format!("keys were found in {}", places.join(", ")),
    };
    problem.help(places)
}

/// A new data key, and the same for each recipient.
fn fresh(recipients: &[String]) -> Result<(DataKey, Vec<Recipient>), Problem> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    random(bytes.as_mut_slice());
    let sealed = recipients.iter().map(|public| {
        let sealed = age_file::seal(bytes.as_slice(), std::slice::from_ref(public))?;
        Ok(Recipient {
            public: public.clone(),
            sealed,
        })
    });
    let sealed = sealed.collect::<Result<Vec<_>, Problem>>()?;
    let key =
        DataKey::from_bytes(bytes.as_slice()).ok_or_else(|| Problem::new("no random bytes"))?;
    Ok((key, sealed))
}

/// Bytes of the system's generator, which does not fail once it has begun (getrandom(2)).
#[allow(
    clippy::expect_used,
    reason = "without random bytes nothing can be encrypted, and nothing was written yet"
)]
fn random(bytes: &mut [u8]) {
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|r| !r.is_empty()) {
        let flags = rustix::rand::GetRandomFlags::empty();
        filled += rustix::rand::getrandom(rest, flags).expect("the system gives no random bytes");
    }
}

fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .display()
        .to_string()
}
