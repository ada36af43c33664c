//! What is known of products: when they end, what they run on, where they keep data. Every fact has a source and a day.
//!
//! The table is data, not code: it is embedded, and a newer one can be installed. See `docs/formats/knowledge.md`.

use crate::declare::{Need, Opt, OptExt as _, entity, words};
use crate::units::percent::Percent;
use crate::units::text::{AbsolutePath, Name, Prose, Url};
use crate::weakness::Weaknesses;
use diag::Spanned;
use jiff::civil::Date;
use litemap::LiteMap;

/// The version of the table's format.
pub const FORMAT: u32 = 1;

words! {
    /// What installs software on a system.
    pub enum PackageManager("package-manager", "a package manager, or 'none'") {
        /// Debian and what comes from it.
        Apt = "apt",
        /// Alpine, newer OpenWrt.
        Apk = "apk",
        /// Older OpenWrt.
        Opkg = "opkg",
        /// Fedora and its kin.
        Dnf = "dnf",
        /// Arch.
        Pacman = "pacman",
        /// SUSE.
        Zypper = "zypper",
        /// The system is an image that is replaced as a whole.
        None = "none",
    }
}

entity! {
    /// A table of facts.
    pub struct Table {
        /// Version of the format: 1.
        format: Need<u32>,
        /// Products by the name that a lab uses for them.
        products: LiteMap<Name, Product>,
    }

    /// A product.
    pub struct Product {
        /// What people call it.
        title: Need<String>,
        /// Other names that labs use for it.
        names: Vec<Spanned<Name>>,
        /// Its container images, without registry and tag; a `*` at the end stands for any rest.
        images: Vec<Spanned<String>>,
        /// Where the facts stand that name no source of their own.
        source: Need<Url>,
        /// When somebody looked there.
        checked: Need<Date>,
        /// Its releases, by the beginning of their version.
        releases: LiteMap<Name, Release>,
        /// What the extended support of its releases is.
        extended: Opt<Prose>,
        /// It is given up as a whole.
        ended: Option<Ended>,
        /// Another product whose facts hold for it where it has none: Kubernetes for K3s.
        based_on: Opt<Name>,
        /// What it does not run on.
        platform: Option<Platform>,
        /// What installs software on it; for operating systems.
        packages: Option<Packages>,
        /// Where its image keeps data; for databases.
        data: Option<Data>,
        /// How it treats the firewall of the machine that it runs on; for container engines.
        firewall: Option<Behaviour>,
        /// What it does unless it is told otherwise; for storage.
        defaults: Option<Defaults>,
    }

    /// A release; a bare date is the end of its support.
    pub struct Release or ends {
        /// The last day of regular support.
        ends: Opt<Date>,
        /// The last day of extended support.
        extended: Opt<Date>,
        /// Where that stands.
        source: Opt<Url>,
        /// When somebody looked there.
        checked: Opt<Date>,
    }

    /// The end of a product.
    pub struct Ended {
        /// Since when, at the latest.
        on: Need<Date>,
        /// What happened.
        how: Opt<Prose>,
        /// What to use instead.
        instead: Opt<Prose>,
        /// Where that stands.
        source: Opt<Url>,
        /// When somebody looked there.
        checked: Opt<Date>,
    }

    /// What a product does not run on.
    pub struct Platform {
        /// Operating systems that it does not support, as products of the table.
        not: Vec<Spanned<Name>>,
        /// What it wants instead.
        wants: Opt<Prose>,
        /// Where that stands.
        source: Opt<Url>,
        /// When somebody looked there.
        checked: Opt<Date>,
    }

    /// What installs software on an operating system.
    pub struct Packages or manager {
        /// The package manager.
        manager: Opt<PackageManager>,
        /// Other ones of older or newer releases.
        releases: LiteMap<Name, ReleaseManager>,
        /// How it is updated.
        update: Opt<Prose>,
        /// Where that stands.
        source: Opt<Url>,
        /// When somebody looked there.
        checked: Opt<Date>,
    }

    /// The package manager of a release.
    pub struct ReleaseManager or manager {
        /// The package manager.
        manager: Opt<PackageManager>,
    }

    /// Where a database's image keeps data.
    pub struct Data {
        /// Folders in the container.
        folders: Vec<Spanned<AbsolutePath>>,
        /// How a consistent copy is had.
        dump: Opt<Prose>,
        /// Where that stands.
        source: Opt<Url>,
        /// When somebody looked there.
        checked: Opt<Date>,
    }

    /// What a storage does unless it is told otherwise.
    pub struct Defaults {
        /// How many times it keeps what it is given.
        replicas: Opt<u32>,
        /// From how full on it warns.
        near_full: Opt<Percent>,
        /// Where that stands.
        source: Opt<Url>,
        /// When somebody looked there.
        checked: Opt<Date>,
    }

    /// How a product behaves.
    pub struct Behaviour {
        /// In words.
        does: Need<Prose>,
        /// Where that stands.
        source: Opt<Url>,
        /// When somebody looked there.
        checked: Opt<Date>,
    }
}

/// Where a fact stands, and when somebody looked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The address.
    pub source: String,
    /// The day.
    pub checked: Date,
}

impl Product {
    /// What people call it.
    pub fn title(&self) -> &str {
        self.title.known().map_or("", String::as_str)
    }

    /// This product, with the facts of another table that it has none of.
    fn with_facts_of(mut self, other: Product) -> Self {
        let (source, checked) = (&other.source.0, &other.checked.0);
        macro_rules! own {
            ($fact:expr) => {{
                let mut fact = $fact;
                if fact.source.is_none() {
                    fact.source.clone_from(source);
                }
                if fact.checked.is_none() {
                    fact.checked.clone_from(checked);
                }
                fact
            }};
        }
        for (name, release) in other.releases {
            self.releases.entry(name).or_insert_with(|| own!(release));
        }
        macro_rules! fill {
            ($($key:ident)*) => {$(
                if self.$key.is_none() {
                    self.$key = other.$key.map(|fact| own!(fact));
                }
            )*};
        }
        fill!(ended platform packages data firewall defaults);
        for item in other.images {
            if !self.images.iter().any(|i| i.value == item.value) {
                self.images.push(item);
            }
        }
        for item in other.names {
            if !self.names.iter().any(|i| i.value == item.value) {
                self.names.push(item);
            }
        }
        self.extended = self.extended.or(other.extended);
        self.based_on = self.based_on.or(other.based_on);
        self
    }

    /// Where a fact stands that may have a source and a day of its own.
    pub fn origin(&self, source: &Opt<Url>, checked: &Opt<Date>) -> Origin {
        let source = source.known().or(self.source.known());
        let checked = checked.known().or(self.checked.known());
        Origin {
            source: source.map(ToString::to_string).unwrap_or_default(),
            checked: checked.copied().unwrap_or_default(),
        }
    }

    /// The release that a version belongs to: the longest one that begins it; of `7`, which moves, the newest of 7.x, or the one that lasts longest.
    pub fn release(&self, version: &str) -> Option<(&str, &Release)> {
        let begins = |release: &str| begins_version(version, release);
        let hits = self.releases.iter().filter(|(name, _)| begins(&name.0));
        let longest = hits.max_by_key(|(name, _)| name.0.len());
        let major = version.strip_prefix('v').unwrap_or(version);
        let major = major.split(['-', '+']).next().unwrap_or(major);
        let minor = |name: &str| -> Option<Vec<u32>> {
            let rest = name.strip_prefix(major)?.strip_prefix('.')?;
            rest.split('.').map(|n| n.parse().ok()).collect()
        };
        let newest = || {
            let of_major = self.releases.iter();
            let of_major = of_major.filter_map(|(name, r)| Some((minor(&name.0)?, (name, r))));
            // Where a vendor has short-lived releases in between, the major alone means the one that lasts: `mongo:7` is 7.0.
            let ends = |r: &Release| r.ends.known().copied();
            let newest = of_major.clone().max_by(|a, b| a.0.cmp(&b.0))?.1;
            let lasting = of_major
                .max_by_key(|(_, (_, r))| ends(r))
                .map(|(_, hit)| hit);
            match ends(newest.1) {
                Some(_) => lasting,
                None => Some(newest),
            }
        };
        longest
            .or_else(newest)
            .map(|(name, release)| (name.0.as_str(), release))
    }

    /// It is the image of this product.
    pub fn is_image(&self, name: &str) -> bool {
        self.images.iter().any(|i| match i.value.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => i.value == name,
        })
    }
}

/// Whether a version is of a release: equal up to a dot, or to what is no digit. A leading `v` does not count.
pub fn begins_version(version: &str, release: &str) -> bool {
    let version = version.strip_prefix('v').unwrap_or(version).to_lowercase();
    version
        .strip_prefix(&release.to_lowercase())
        .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// Everything that is known of products.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Knowledge {
    /// Products by name.
    pub products: LiteMap<String, Product>,
    /// Weaknesses that are known to be exploited; `None` if no list of them was taken.
    pub weaknesses: Option<Weaknesses>,
}

impl Knowledge {
    /// Nothing is known.
    pub const NONE: Knowledge = Knowledge {
        products: LiteMap::new(),
        weaknesses: None,
    };

    /// Adds a table. A product that was checked later wins, fact by fact; what only the other one says stays, with its own
    /// source and day.
    pub fn add(&mut self, table: Table) {
        for (name, product) in table.products {
            let merged = match self.products.remove(&name.0) {
                Some(known) if known.checked.known() > product.checked.known() => {
                    known.with_facts_of(product)
                }
                Some(known) => product.with_facts_of(known),
                None => product,
            };
            self.products.insert(name.0, merged);
        }
    }

    /// The product that a lab calls so; capital letters, which people write and /etc/os-release does not, make no other product.
    pub fn named(&self, name: &str) -> Option<(&str, &Product)> {
        let is = |(key, product): &(&String, &Product)| {
            let same = |known: &str| known.eq_ignore_ascii_case(name);
            same(key) || product.names.iter().any(|n| same(&n.value.0))
        };
        let hit = self.products.iter().find(is);
        hit.map(|(key, product)| (key.as_str(), product))
    }

    /// The product that a name means, and the version that the name ends in: `windows-10`, `debian12`.
    pub fn named_with_version<'n>(
        &self,
        name: &'n str,
    ) -> Option<(&str, &Product, Option<&'n str>)> {
        if let Some((key, product)) = self.named(name) {
            return Some((key, product, None));
        }
        let at = name.rfind(|c: char| !c.is_ascii_digit() && c != '.')? + 1;
        let (start, version) = name.split_at_checked(at)?;
        let start = start.trim_end_matches(['-', '_', ' ']);
        let (key, product) = self.named(start)?;
        (!version.is_empty()).then_some((key, product, Some(version)))
    }

    /// The product that an image is, by its name without registry and tag.
    pub fn of_image(&self, image: &str) -> Option<(&str, &Product)> {
        let image = image.strip_prefix("library/").unwrap_or(image);
        let hit = self.products.iter().find(|(_, p)| p.is_image(image));
        hit.map(|(key, product)| (key.as_str(), product))
    }
}

#[cfg(test)]
mod tests {
    use super::begins_version;

    #[test]
    fn versions_belong_to_releases() {
        for (version, release, is) in [
            ("8.2", "8", true),
            ("8", "8", true),
            ("80", "8", false),
            ("v1.33.4+k3s1", "1.33", true),
            ("1.3", "1.33", false),
            ("14-alpine", "14", true),
            ("22H2", "22h2", true),
        ] {
            assert_eq!(begins_version(version, release), is, "{version} {release}");
        }
    }
}
