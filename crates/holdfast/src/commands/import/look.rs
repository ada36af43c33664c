//! Looking at the sources. Nothing is changed there, and nothing is kept here.

use super::source::Source;
use crate::cli::ImportArgs;
use crate::commands::init::compose;
use crate::commands::init::place::Place;
use crate::exit::Stop;
use crate::secrets;
use crate::tree::Tree;
use adopt::{Extent, Found, Interface, Sort, Stack, Way};
use anyhow::Result;
use drivers::linux::LinuxDriver;
use drivers::linux::transport::{LocalTransport, SshOptions, SshTransport, Transport};
use jiff::Timestamp;
use model::declare::{OptExt as _, Value as _};
use model::fact::{FactKind, NativeIdentity, Scope, TargetFacts};
use model::id::{Kind, ObjectRef};
use model::lab::api::{Api, Fingerprint, TokenName};
use model::realm::Real;
use model::secret::{Redactor, SecretRef};
use plan::driver::Driver as _;
use proxmox::ApiTarget;
use proxmox::pve::{PveDriver, meet};
use reading::https::{Limits, Trust};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use vault::{Surroundings, Vault};

/// What the sources told.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) found: Found,
    /// What was seen of live targets, each with what shows who it is.
    pub(super) seen: Vec<(Who, TargetFacts)>,
}

/// Who was seen.
pub(super) enum Who {
    Machine(NativeIdentity),
    /// The interface at this URL.
    Interface(String),
}

/// Everything that looking needs.
pub(super) struct Looking<'a> {
    pub(super) args: &'a ImportArgs,
    pub(super) place: &'a Place,
    pub(super) tree: Option<&'a Tree>,
}

impl Looking<'_> {
    /// Asks one source.
    pub(super) fn at(&self, text: &str, source: &Source, to: &mut Gathered) -> Result<()> {
        match source {
            Source::Linux(way) => self.linux(text, way, Extent::Whole, to),
            Source::Docker(way) => self.linux(text, way, Extent::Engine, to),
            Source::Pve(url) => self.pve(text, url, to),
            Source::Compose(path) => self.compose(path, to),
            Source::File(path) => super::file::read(path, to),
        }
    }

    fn linux(&self, source: &str, way: &Way, extent: Extent, to: &mut Gathered) -> Result<()> {
        let transport = match way {
            Way::Local => Transport::Local(LocalTransport::new()),
            Way::Ssh {
                destination,
                user,
                port,
            } => Transport::Ssh(SshTransport::new(SshOptions {
                destination: destination.clone(),
                user: user.clone(),
                port: *port,
                config_file: std::env::var_os("HOLDFAST_SSH_CONFIG").map(PathBuf::from),
                isolate: false,
            })?),
        };
        let target = ObjectRef::new(Kind::Host, "import");
        let no_secrets =
            Box::new(|_: &SecretRef| Err("import needs no secret of a host".to_owned()));
        let mut driver = LinuxDriver::new(Real, target, transport, None, no_secrets, redactor()?);
        let scope = match extent {
            Extent::Engine => containers(),
            _ => everything(),
        };
        let facts = driver.observe(&scope, Timestamp::now());
        let Some(identity) = facts.identity.clone() else {
            let why = facts
                .errors
                .first()
                .map_or("it did not answer", String::as_str);
            let stop = Stop::environment(format!("{source}: {why}"));
            return Err(match why.contains("host key is known") {
                true => stop.help("connect once by `ssh`, compare the key with the machine's console, then import again"),
                false => stop.help("nothing was written; leave this source out to import the others"),
            }
            .into());
        };
        let keys = match extent {
            Extent::Engine => Ok(BTreeMap::new()),
            _ => driver.authorized_keys(),
        };
        if let Err(why) = &keys {
            to.found
                .say(Sort::Unseen, source, format!("authorised keys: {why}"));
        }
        to.found.extend(adopt::linux::read(&adopt::linux::Looked {
            source,
            way,
            facts: &facts,
            keys: &keys.unwrap_or_default(),
            extent,
        }));
        to.seen.push((Who::Machine(identity), facts));
        Ok(())
    }

    fn pve(&self, source: &str, url: &str, to: &mut Gathered) -> Result<()> {
        let asked = match self.declared(url) {
            Some(api) if self.args.token.is_none() => Asked::of(api, self.place),
            _ => self.by_flags(url),
        }?;
        let root = self.place.folder().to_path_buf();
        let vault = Vault::of(Real, Surroundings::here(), root, &[]);
        let source_of = Box::new(move |reference: &SecretRef| {
            vault.get(reference).map_err(|p| secrets::said(&p))
        });
        let target = ApiTarget {
            object: ObjectRef::new(Kind::Cluster, "import"),
            url: asked.interface.url.clone(),
            token: asked.interface.token.clone(),
            secret: asked.secret,
            trust: asked.trust,
        };
        let mut driver = PveDriver::new(&Real, target, source_of, redactor()?, Limits::default());
        let facts = driver.observe(&proxmox::pve::scope(), Timestamp::now());
        if facts.identity.is_none() {
            let why = facts
                .errors
                .first()
                .map_or("it did not answer", String::as_str);
            let stop = Stop::environment(format!("{source}: {why}"));
            return Err(stop
                .help("nothing was written; leave this source out to import the others")
                .into());
        }
        to.found.extend(adopt::pve::read(&adopt::pve::Looked {
            source,
            interface: &asked.interface,
            facts: &facts,
        }));
        to.seen
            .push((Who::Interface(asked.interface.url.clone()), facts));
        Ok(())
    }

    /// The declared interface at this place.
    fn declared(&self, url: &str) -> Option<&Api> {
        let all = plan::interface::all(&self.tree?.lab);
        let is = |api: &Api| {
            api.url
                .known()
                .is_some_and(|u| u.0.trim_end_matches('/') == url)
        };
        all.into_iter().filter_map(|i| i.api()).find(|api| is(api))
    }

    fn by_flags(&self, url: &str) -> Result<Asked> {
        let args = self.args;
        let missing = |what: &str, example: &str| {
            Stop::usage(format!("pve:// needs --{what}")).help(format!(
                "e.g. --{what} {example}; `holdfast access` prints the commands that make a token which may only look"
            ))
        };
        let token = args.token.as_deref();
        let token = token.ok_or_else(|| missing("token", "'holdfast@pve!observe'"))?;
        let token = TokenName::parse(token).map_err(|_| {
            Stop::usage("--token is no name of a token (it is not repeated here, because it may hold the secret)")
                .help("it is USER@REALM!TOKEN, without the secret")
        })?;
        let secret = args.secret.as_deref();
        let secret =
            secret.ok_or_else(|| missing("secret", "file:~/.config/holdfast/pve-token"))?;
        let secret = reference(secret)?;
        let (trust, said) = match (&args.fingerprint, &args.ca) {
            (Some(text), _) => {
                let print = Fingerprint::parse(text).map_err(|_| {
                    Stop::usage("--fingerprint is no SHA-256 of a certificate").help(
                        "it has 64 hexadecimal digits; on the node, `pvenode cert info` shows it",
                    )
                })?;
                (
                    Trust::Fingerprint(print.clone()),
                    format!("fingerprint: \"{print}\""),
                )
            }
            (None, Some(path)) => {
                let file = self.place.folder().join(path);
                let text = std::fs::read_to_string(&file);
                let text =
                    text.map_err(|e| Stop::usage(format!("--ca {}: {e}", file.display())))?;
                (
                    Trust::Authority(text),
                    format!("ca: {}", starter::yaml::scalar(path)),
                )
            }
            (None, None) => return Err(nobody_known(url).into()),
        };
        Ok(Asked {
            interface: Interface {
                url: url.to_owned(),
                token: token.0,
                secret: written(&secret),
                trust: said,
            },
            secret,
            trust,
        })
    }

    fn compose(&self, path: &std::path::Path, to: &mut Gathered) -> Result<()> {
        let shown = path.display().to_string();
        let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let found = compose::find(&whole.to_string_lossy(), self.place)
            .map_err(|why| Stop::usage(format!("{shown}: {why}")))?;
        for why in found.left_out {
            to.found.say(Sort::LeftOut, &shown, why);
        }
        let stacks = found.projects.into_iter().map(|p| Stack {
            name: p.name,
            from: BTreeSet::from([shown.clone()]),
            file: p.file,
            project: p.project,
            service: p.service,
            port: p.port,
            engine: None,
        });
        to.found.stacks.extend(stacks);
        Ok(())
    }
}

/// How an interface is asked.
struct Asked {
    interface: Interface,
    secret: SecretRef,
    trust: Trust,
}

impl Asked {
    fn of(api: &Api, place: &Place) -> Result<Self> {
        let lacking = |what: &str| Stop::usage(format!("`api` in the lab tree has no {what}"));
        let url = api.url.known().ok_or_else(|| lacking("url"))?;
        let token = api.token.known().ok_or_else(|| lacking("token"))?;
        let secret = api.secret.as_ref().ok_or_else(|| lacking("secret"))?;
        let (trust, said) = match (api.fingerprint.known(), api.ca.known()) {
            (Some(print), _) => (
                Trust::Fingerprint(print.clone()),
                format!("fingerprint: \"{print}\""),
            ),
            (None, Some(ca)) => {
                let file = place.folder().join(&ca.0);
                let text = std::fs::read_to_string(&file);
                let text =
                    text.map_err(|e| Stop::usage(format!("cannot read {}: {e}", file.display())))?;
                (
                    Trust::Authority(text),
                    format!("ca: {}", starter::yaml::scalar(&ca.0)),
                )
            }
            (None, None) => return Err(lacking("fingerprint or ca").into()),
        };
        Ok(Self {
            interface: Interface {
                url: url.0.trim_end_matches('/').to_owned(),
                token: token.0.clone(),
                secret: written(&secret.0),
                trust: said,
            },
            secret: secret.0.clone(),
            trust,
        })
    }
}

/// Who answers, for a person to compare; nothing was sent there.
fn nobody_known(url: &str) -> Stop {
    match meet(url) {
        Ok(print) => Stop::usage(format!("nothing says whom to trust at {url}; a certificate with this fingerprint answers:\n  {print}"))
            .help(format!("compare it with `pvenode cert info` on the node; if it is the same, add --fingerprint {print}")),
        Err(why) => Stop::environment(format!("{url}: {why}")),
    }
}

/// `file:PATH`, `env:NAME`, `command:PROGRAM ARGUMENT …`. Whatever else stands there may be the secret.
fn reference(text: &str) -> Result<SecretRef> {
    let wrong = || {
        Stop::usage("--secret is no reference (it is not repeated here, because it may be the secret itself)")
            .help("write file:PATH, env:NAME or command:PROGRAM ARGUMENT …; an argument of a program can be read by everybody on the machine")
    };
    let (kind, rest) = text.split_once(':').ok_or_else(wrong)?;
    if rest.trim().is_empty() || rest.chars().any(char::is_control) {
        return Err(wrong().into());
    }
    match kind {
        "file" => Ok(SecretRef::File(rest.to_owned())),
        "env" if rest.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
            Ok(SecretRef::Env(rest.to_owned()))
        }
        "command" => Ok(SecretRef::Command(
            rest.split_whitespace().map(str::to_owned).collect(),
        )),
        _ => Err(wrong().into()),
    }
}

/// As the language has it.
fn written(secret: &SecretRef) -> String {
    use starter::yaml::{list, scalar};
    match secret {
        SecretRef::File(path) => format!("{{file: {}}}", scalar(path)),
        SecretRef::Env(name) => format!("{{env: {}}}", scalar(name)),
        SecretRef::Command(words) => {
            format!("{{command: {}}}", list(words.iter().map(String::as_str)))
        }
        SecretRef::Sops { .. } | SecretRef::Age(_) => "unknown".to_owned(),
    }
}

/// Hides free text under a key that nobody keeps.
fn redactor() -> Result<Redactor> {
    let mut key = [0; 32];
    store::Random::fill(&mut store::SystemRandom, &mut key)?;
    Ok(Redactor::new(key))
}

/// Who it is, and what its engine runs.
fn containers() -> Scope {
    let mut scope = Scope::default();
    scope.collections.insert(FactKind::Host);
    scope.collections.extend(FactKind::DOCKER);
    scope
}

/// What every host is looked at for: the same as of one that declares nothing.
fn everything() -> Scope {
    let mut sources = diag::SourceSet::default();
    sources.add(
        "holdfast.yaml",
        "format: 1\nlab: import\nhosts: {import: {reach: local}}\n",
    );
    let (lab, _) = lang::analyze(&sources);
    let owned = plan::Owned::new();
    let hosts = lab.hosts.iter();
    let mut tunnels = Scope::default();
    tunnels.collections.insert(FactKind::WireGuard);
    tunnels.collections.insert(FactKind::Tailscale);
    tunnels.collections.insert(FactKind::Disk);
    hosts
        .map(|(name, host)| plan::scope::of_host(&lab, name, host, &owned))
        .fold(tunnels, Scope::union)
}
