//! Observing by products' own interfaces, beside the hosts: which are meant, and with which handles.

use crate::exit::Stop;
use crate::output::words::did_you_mean;
use crate::twins;
use crate::world::World;
use anyhow::Result;
use drivers::nut::NutDriver;
use drivers::snmp::{SnmpDriver, SnmpTarget};
use engine::drivers::Drivers;
use jiff::Timestamp;
use kubernetes::{KubernetesDriver, KubernetesTarget};
use model::declare::{OptExt as _, Value as _};
use model::fact::{Facts, Scope, TargetFacts};
use model::id::Kind;
use model::lab::Reach;
use model::lab::api::{Api, Fingerprint};
use model::lab::openwrt::OpenWrt;
use model::lab::truenas::TrueNas;
use model::realm::{Realm, RealmTag};
use model::secret::{Secret, SecretRef};
use model::units::text::LabPath;
use openwrt::{OpenWrtDriver, OpenWrtTarget};
use plan::driver::{Driver, Properties};
use plan::interface::{self, By, Interface};
use proxmox::ApiTarget;
use proxmox::pbs::PbsDriver;
use proxmox::pve::PveDriver;
use reading::https::{Limits, Trust};
use reading::told::SecretSource;
use std::collections::{BTreeMap, BTreeSet};
use truenas::{TrueNasDriver, TrueNasTarget};

/// What is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chosen<'a> {
    /// Everything.
    All,
    /// One host or guest, and its own interface.
    Host(&'a str),
    /// One cluster's interface.
    Cluster(&'a str),
}

impl<'a> Chosen<'a> {
    pub(crate) fn of(host: Option<&'a str>, cluster: Option<&'a str>) -> Self {
        match (host, cluster) {
            (_, Some(cluster)) => Self::Cluster(cluster),
            (Some(host), None) => Self::Host(host),
            (None, None) => Self::All,
        }
    }

    fn means(self, interface: &Interface<'_>) -> bool {
        match self {
            Self::All => true,
            Self::Host(name) => {
                let own = [Kind::Host, Kind::Guest].contains(&interface.object.kind);
                own && interface.object.name == name
            }
            Self::Cluster(name) => {
                interface.object.kind == Kind::Cluster && interface.object.name == name
            }
        }
    }
}

impl<R: RealmTag> World<R> {
    /// The drivers of hosts; none where no host can be logged in to and a router, a cluster or an appliance is asked all the same.
    pub(crate) fn drivers_beside_interfaces(&self, only: Option<&str>) -> Result<Drivers<R>> {
        let mut all = interface::all(&self.tree.lab).into_iter();
        let is_asked = match only {
            Some(name) => self.told_of_ways_in().contains(name),
            None => all.any(|i| i.tells_ways_in()) && !self.some_way(),
        };
        match is_asked {
            true => Ok(Drivers::new(self.tag.clone())),
            false => self.drivers(only),
        }
    }

    /// Hosts that nothing leads to, and of whose ways in an interface tells.
    pub(crate) fn told_of_ways_in(&self) -> BTreeSet<String> {
        let lab = &self.tree.lab;
        let all = interface::all(lab).into_iter();
        let names = all.filter(Interface::tells_ways_in).flat_map(|i| i.members);
        let silent = names.filter(|n| lab.hosts.get(*n).is_some_and(|h| self.no_way_to(h)));
        silent.map(str::to_owned).collect()
    }

    /// Looks at the routers, clusters and appliances alone that tell of ways in.
    pub(crate) fn look_at_ways_in(&self, chosen: Chosen<'_>) -> Result<Facts> {
        let mut drivers = Drivers::new(self.tag.clone());
        let (mut scopes, mut unusable) = (BTreeMap::new(), BTreeMap::new());
        let all = self.chosen(chosen)?.into_iter();
        for interface in all.filter(Interface::tells_ways_in) {
            self.put(&interface, &mut drivers, &mut scopes, &mut unusable);
        }
        let mut facts = self.ask(&mut drivers, &scopes)?;
        facts.targets.extend(unusable);
        Ok(facts)
    }

    /// Puts the handle of an interface among the drivers, or why there is none among what cannot be used; what the driver says of itself.
    fn put(
        &self,
        interface: &Interface<'_>,
        drivers: &mut Drivers<R>,
        scopes: &mut BTreeMap<String, Scope>,
        unusable: &mut BTreeMap<String, TargetFacts>,
    ) -> Option<Properties> {
        match self.handle(interface) {
            Ok((driver, scope)) => {
                let properties = driver.properties();
                drivers.insert_as(interface.key(), driver);
                scopes.insert(interface.key(), scope);
                Some(properties)
            }
            Err(why) => {
                let object = interface.object.clone();
                let facts = TargetFacts::unreachable(object, Timestamp::now(), why);
                unusable.insert(interface.key(), facts);
                None
            }
        }
    }

    /// Looks at what is chosen, hosts and interfaces at once. `of_hosts` says what is asked of hosts. Beside the facts stands what the
    /// drivers of interfaces say of themselves.
    pub(crate) fn look_around(
        &self,
        chosen: Chosen<'_>,
        of_hosts: impl Fn(Option<&str>) -> Result<BTreeMap<String, Scope>>,
    ) -> Result<(Facts, Vec<Properties>)> {
        let interfaces = self.chosen(chosen)?;
        let mut drivers = Drivers::new(self.tag.clone());
        let mut scopes = BTreeMap::new();
        let aside = matches!(chosen, Chosen::All) && (self.some_way() || !interfaces.is_empty());
        for name in self.by_hand(chosen, &interfaces)? {
            let (_, host) = *self
                .machines(Some(&name))?
                .first()
                .ok_or_else(|| Stop::usage(format!("no host is called {name}")))?;
            // What is not in this realm has no handle, and is said to be missing when all are asked.
            if self.absent_here(&name).is_none() && !(aside && self.no_way_to(host)) {
                drivers.insert(Box::new(self.driver(&name, host)?));
            }
            scopes.extend(of_hosts(Some(&name))?);
        }
        let mut unusable = BTreeMap::new();
        let mut properties = Vec::new();
        for interface in &interfaces {
            properties.extend(self.put(interface, &mut drivers, &mut scopes, &mut unusable));
        }
        let mut facts = self.ask(&mut drivers, &scopes)?;
        facts.targets.extend(unusable);
        Ok((facts, properties))
    }

    fn chosen(&self, chosen: Chosen<'_>) -> Result<Vec<Interface<'_>>> {
        let lab = &self.tree.lab;
        let all = interface::all(lab);
        if let Chosen::Cluster(name) = chosen {
            if !lab.clusters.contains_key(name) {
                let known: Vec<&str> = lab.clusters.keys().map(String::as_str).collect();
                let stop = Stop::usage(format!(
                    "no cluster is called {name}; declared are: {}",
                    known.join(", ")
                ));
                return Err(match did_you_mean(name, known) {
                    Some(question) => stop.help(question),
                    None => stop,
                }
                .into());
            }
            if !all.iter().any(|i| chosen.means(i)) {
                let help = format!(
                    "add `api: {{url: https://ADDRESS:8006, token: USER@REALM!TOKEN, secret: …, fingerprint: …}}` to cluster {name}, or for Kubernetes `api: {{url: https://ADDRESS:6443, secret: …, ca: …}}`"
                );
                return Err(Stop::usage(format!(
                    "nothing says where the interface of cluster {name} is"
                ))
                .help(help)
                .into());
            }
        }
        Ok(all.into_iter().filter(|i| chosen.means(i)).collect())
    }

    /// Hosts to be looked at by themselves: all but those that nothing leads to and of which an interface tells.
    fn by_hand(&self, chosen: Chosen<'_>, interfaces: &[Interface<'_>]) -> Result<Vec<String>> {
        let only = match chosen {
            Chosen::All => None,
            Chosen::Host(name) => Some(name),
            Chosen::Cluster(_) => return Ok(Vec::new()),
        };
        let covered: BTreeSet<&str> = interfaces
            .iter()
            .flat_map(|i| i.members.iter().copied())
            .collect();
        let hosts = self.machines(only)?.into_iter();
        let hosts =
            hosts.filter(|(name, host)| host.reach != Reach::Unknown || !covered.contains(name));
        Ok(hosts.map(|(name, _)| name.to_owned()).collect())
    }

    /// A handle with what it is asked for, or why there is none.
    fn handle(&self, interface: &Interface<'_>) -> Result<(Box<dyn Driver<R>>, Scope), String> {
        if let Some(why) = self.absent_here(&interface.key()) {
            return Err(format!("not in twin: {why}"));
        }
        match interface.by {
            By::Nut(ups) => {
                let driver = NutDriver::new(&self.tag, interface.object.clone(), ups.clone());
                let driver = match self.patience {
                    Some(patience) => driver.with_patience(patience),
                    None => driver,
                };
                Ok((Box::new(driver), drivers::nut::scope()))
            }
            By::Snmp(snmp) => {
                let target = SnmpTarget::of(&interface.object, snmp)?;
                let driver = SnmpDriver::new(&self.tag, target, self.secret_source());
                let driver = match self.patience {
                    Some(patience) => driver.with_patience(patience),
                    None => driver,
                };
                Ok((Box::new(driver), drivers::snmp::scope()))
            }
            By::OpenWrt(openwrt) => {
                let (target, secrets) = self.router(interface, openwrt)?;
                let driver = OpenWrtDriver::new(&self.tag, target, secrets, self.limits());
                Ok((Box::new(driver), openwrt::scope()))
            }
            By::TrueNas(truenas) => {
                let target = self.appliance(interface, truenas)?;
                let secrets = self.secret_source();
                let driver = TrueNasDriver::new(&self.tag, target, secrets, self.limits());
                Ok((Box::new(driver), truenas::scope()))
            }
            By::Pve(api) => {
                let (target, secrets) = self.target(interface, api)?;
                let redactor = self.store.redactor().map_err(|e| e.to_string())?;
                let driver = PveDriver::new(&self.tag, target, secrets, redactor, self.limits());
                let mut scope = proxmox::pve::scope();
                interface::paths(&self.tree.lab, interface)
                    .into_iter()
                    .for_each(|path| scope.add(path));
                Ok((Box::new(driver), scope))
            }
            By::Pbs(api) => {
                let (target, secrets) = self.target(interface, api)?;
                let driver = PbsDriver::new(&self.tag, target, secrets, self.limits());
                Ok((Box::new(driver), proxmox::pbs::scope()))
            }
            By::Kubernetes(api) => {
                let target = self.api_server(interface, api)?;
                let secrets = self.secret_source();
                let driver = KubernetesDriver::new(&self.tag, target, secrets, self.limits());
                Ok((Box::new(driver), kubernetes::scope()))
            }
            By::Other(_) => Err(format!(
                "no driver reads the interface of this product: add `product: proxmox-ve` or `product: proxmox-backup-server` to `api` of {} if it is one of them; Kubernetes is asked where a cluster of that kind is declared",
                interface.object
            )),
        }
    }

    /// What is waited for and taken: less than usual, if somebody says so.
    fn limits(&self) -> Limits {
        let usual = Limits::default();
        match self.patience {
            None => usual,
            Some(patience) => Limits {
                request: usual.request.min(patience),
                whole: patience,
                ..usual
            },
        }
    }

    /// Where an API is, as whom it is asked, and how the secret is had.
    fn target(
        &self,
        interface: &Interface<'_>,
        api: &Api,
    ) -> Result<(ApiTarget, SecretSource), String> {
        if let Realm::Twin(twin) = self.realm() {
            return self.target_in_twin(&twin, interface);
        }
        let missing = |key: &str, example: &str| {
            format!(
                "nothing says its {key}: add `{key}: {example}` to `api` of {}",
                interface.object
            )
        };
        let (port, user, file) = match interface.by {
            By::Pbs(_) => (8007, "holdfast@pbs!observe", "pbs-token"),
            _ => (8006, "USER@REALM!TOKEN", "pve-token"),
        };
        let url = api
            .url
            .known()
            .ok_or_else(|| missing("url", &format!("https://ADDRESS:{port}")))?;
        let token = api.token.known().ok_or_else(|| missing("token", user))?;
        let secret = api
            .secret
            .as_ref()
            .ok_or_else(|| missing("secret", &format!("{{file: ~/.config/holdfast/{file}}}")))?;
        let target = ApiTarget {
            object: interface.object.clone(),
            url: url.0.clone(),
            token: token.0.clone(),
            secret: secret.0.clone(),
            trust: self.trust(interface, api)?,
        };
        Ok((target, self.secret_source()))
    }

    /// Where that is which stands in for a product in a twin. What the lab declares of the real one is not looked at.
    fn target_in_twin(
        &self,
        twin: &str,
        interface: &Interface<'_>,
    ) -> Result<(ApiTarget, SecretSource), String> {
        let design = twinplan::design(&self.tree.lab, &Default::default());
        let found = design.interfaces.iter().find(|i| i.of == interface.object);
        let found = found.ok_or("not in twin: no simulator stands in for this product")?;
        let (there, file) = twins::interface(twin, &self.lock.lab, found, &self.hints)?;
        let fingerprint = Fingerprint::parse(&there.fingerprint)
            .map_err(|_| "its certificate has no fingerprint".to_owned())?;
        let target = ApiTarget {
            object: interface.object.clone(),
            url: there.url,
            token: there.token,
            secret: SecretRef::File(String::new()),
            trust: Trust::Fingerprint(fingerprint),
        };
        let secret = Box::new(move |_: &SecretRef| {
            let text = std::fs::read_to_string(&file);
            text.map(Secret::new)
                .map_err(|e| format!("{}: {e}", file.display()))
        });
        Ok((target, secret))
    }

    /// Where a router is, as whom it is asked, and who may answer.
    fn router(
        &self,
        interface: &Interface<'_>,
        openwrt: &OpenWrt,
    ) -> Result<(OpenWrtTarget, SecretSource), String> {
        let object = &interface.object;
        if let Realm::Twin(twin) = self.realm() {
            let (there, secrets) = self.target_in_twin(&twin, interface)?;
            let target = OpenWrtTarget {
                object: there.object,
                url: there.url,
                user: there.token,
                password: there.secret,
                trust: there.trust,
            };
            return Ok((target, secrets));
        }
        let missing = |key: &str, example: &str| {
            format!("nothing says its {key}: add `{key}: {example}` to `openwrt` of {object}")
        };
        let url = openwrt.url.known();
        let url = url.ok_or_else(|| missing("url", "https://ADDRESS"))?;
        let user = openwrt.user.known();
        let user = user.ok_or_else(|| missing("user", "holdfast"))?;
        let example = format!("{{file: ~/.config/holdfast/{}-password}}", object.name);
        let password = openwrt.password.as_ref();
        let password = password.ok_or_else(|| missing("password", &example))?;
        let is_clear = url.0.starts_with("http://");
        let trust = match (openwrt.fingerprint.known(), openwrt.ca.known()) {
            _ if is_clear && openwrt.clear_text.known() == Some(&true) => Trust::Clear,
            _ if is_clear => {
                return Err(format!(
                    "by {url} the password would travel in clear text: let its web server speak https (packages luci-ssl or libustream-mbedtls and px5g-mbedtls), or say `clear_text: true` in `openwrt` of {object}"
                ));
            }
            (Some(pinned), _) => Trust::Fingerprint(pinned.clone()),
            (None, Some(path)) => self.authority(path)?,
            (None, None) => {
                return Err(format!(
                    "nothing says whom to trust: add `fingerprint:` or `ca:` to `openwrt` of {object}; `holdfast access LAB` says how it is shown"
                ));
            }
        };
        let target = OpenWrtTarget {
            object: object.clone(),
            url: url.0.clone(),
            user: user.0.to_string(),
            password: password.0.clone(),
            trust,
        };
        Ok((target, self.secret_source()))
    }

    /// Where an API server is, and who may answer. Its tokens have no names: each says itself whose it is.
    fn api_server(&self, interface: &Interface<'_>, api: &Api) -> Result<KubernetesTarget, String> {
        let object = &interface.object;
        let missing = |key: &str, example: &str| {
            format!("nothing says its {key}: add `{key}: {example}` to `api` of {object}")
        };
        if let Some(token) = api.token.known() {
            return Err(format!(
                "its token is declared as {token}, and those of Kubernetes have no names: take `token` out of `api` of {object}"
            ));
        }
        let url = api.url.known();
        let url = url.ok_or_else(|| missing("url", "https://ADDRESS:6443"))?;
        let example = format!("{{file: ~/.config/holdfast/{}-token}}", object.name);
        let secret = api.secret.as_ref();
        let secret = secret.ok_or_else(|| missing("secret", &example))?;
        Ok(KubernetesTarget {
            object: object.clone(),
            url: url.0.clone(),
            token: secret.0.clone(),
            trust: self.trust(interface, api)?,
        })
    }

    /// Where an appliance is, as whom it is asked, and who may answer.
    fn appliance(
        &self,
        interface: &Interface<'_>,
        truenas: &TrueNas,
    ) -> Result<TrueNasTarget, String> {
        let object = &interface.object;
        let missing = |key: &str, example: &str| {
            format!("nothing says its {key}: add `{key}: {example}` to `truenas` of {object}")
        };
        let url = truenas.url.known();
        let url = url.ok_or_else(|| missing("url", "https://ADDRESS"))?;
        let user = truenas.user.known();
        let user = user.ok_or_else(|| missing("user", "holdfast"))?;
        let example = format!("{{file: ~/.config/holdfast/{}-key}}", object.name);
        let key = truenas.key.as_ref();
        let key = key.ok_or_else(|| missing("key", &example))?;
        let trust = match (truenas.fingerprint.known(), truenas.ca.known()) {
            (Some(pinned), _) => Trust::Fingerprint(pinned.clone()),
            (None, Some(path)) => self.authority(path)?,
            (None, None) => {
                return Err(format!(
                    "nothing says whom to trust: add `fingerprint:` or `ca:` to `truenas` of {object}; `holdfast access LAB` says how it is shown"
                ));
            }
        };
        if !url.0.starts_with("https://") {
            return Err(format!(
                "{url} is not https://ADDRESS: TrueNAS revokes a key that comes by plain http, and nothing is asked by it"
            ));
        }
        Ok(TrueNasTarget {
            object: object.clone(),
            url: url.0.clone(),
            user: user.0.to_string(),
            key: key.0.clone(),
            trust,
        })
    }

    fn authority(&self, path: &LabPath) -> Result<Trust, String> {
        let file = self.tree.root.join(&path.0);
        let read = std::fs::read_to_string(&file);
        read.map(Trust::Authority)
            .map_err(|e| format!("cannot read 'ca', {}: {e}", file.display()))
    }

    fn trust(&self, interface: &Interface<'_>, api: &Api) -> Result<Trust, String> {
        match (api.fingerprint.known(), api.ca.known()) {
            (Some(pinned), _) => Ok(Trust::Fingerprint(pinned.clone())),
            (None, Some(path)) => self.authority(path),
            (None, None) => Err(format!(
                "nothing says whom to trust: add `fingerprint:` or `ca:` to `api` of {}; {} prints it",
                interface.object,
                match interface.by {
                    By::Pbs(_) => "on the server, `proxmox-backup-manager cert info`",
                    By::Kubernetes(_) =>
                        "`kubectl get configmap kube-root-ca.crt -o jsonpath='{.data.ca\\.crt}'`",
                    _ =>
                        "on the node, `openssl x509 -noout -sha256 -fingerprint -in /etc/pve/local/pve-ssl.pem`",
                }
            )),
        }
    }
}
