//! References, typed by the kinds of objects that they may mean.

use super::{Names, Scalar, Shape, Value, Wrong};
use crate::id::{Kind, ObjectRef};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Parts of objects that have names and can be referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `HOST/DISK`.
    Disk,
    /// `HOST/NIC`.
    Nic,
    /// `DEVICE/PORT`.
    Port,
    /// `SITE/UPLINK`.
    Uplink,
    /// `SITE/FEED`.
    Feed,
}

impl Part {
    /// All of them.
    pub const ALL: [Part; 5] = [Part::Disk, Part::Nic, Part::Port, Part::Uplink, Part::Feed];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Part::Disk => "disk",
            Part::Nic => "nic",
            Part::Port => "port",
            Part::Uplink => "uplink",
            Part::Feed => "feed",
        }
    }

    /// What it is a part of.
    pub fn owner(self) -> Kind {
        match self {
            Part::Disk | Part::Nic => Kind::Host,
            Part::Port => Kind::Device,
            Part::Uplink | Part::Feed => Kind::Site,
        }
    }

    /// The keys below its owner that lead to the map of these parts.
    pub fn path(self) -> &'static [&'static str] {
        match self {
            Part::Disk => &["hardware", "disks"],
            Part::Nic => &["hardware", "nics"],
            Part::Port => &["ports"],
            Part::Uplink => &["uplinks"],
            Part::Feed => &["power", "feeds"],
        }
    }

    /// Its bit in a set; above those of kinds.
    pub const fn bit(self) -> u64 {
        1 << (48 + self as u64)
    }
}

/// Sets of kinds, to be joined by `|`.
pub mod set {
    use super::Part;
    use crate::id::Kind;

    macro_rules! sets {
        ($($name:ident = $of:path),* $(,)?) => {
            $(
                #[doc = concat!("`", stringify!($of), "`")]
                pub const $name: u64 = $of.bit();
            )*
        };
    }

    sets! {
        TIER = Kind::Tier, SITE = Kind::Site, NETWORK = Kind::Network, HOST = Kind::Host, DATASET = Kind::Dataset,
        REPOSITORY = Kind::Repository, BACKUP = Kind::Backup, UPS = Kind::Ups, DEVICE = Kind::Device,
        CLUSTER = Kind::Cluster, POOL = Kind::Pool, ZONE = Kind::Zone, DNS_ZONE = Kind::DnsZone, GUEST = Kind::Guest, STACK = Kind::Stack,
        SERVICE = Kind::Service, SNAPSHOT = Kind::Snapshot, REPLICATION = Kind::Replication, JOB = Kind::Job,
        SECRET = Kind::Secret, PERSON = Kind::Person, ALERT = Kind::Alert, CHANNEL = Kind::Channel,
        PROBE = Kind::Probe, WINDOW = Kind::Window, COST = Kind::Cost,
        SUBSCRIPTION = Kind::Subscription, ASSET = Kind::Asset, PHASE = Kind::Phase,
        REQUIREMENT = Kind::Requirement, RISK = Kind::Risk, SPOF = Kind::Spof, DOCUMENT = Kind::Document,
        METRIC = Kind::Metric,
        DISK = Part::Disk, NIC = Part::Nic, PORT = Part::Port, UPLINK = Part::Uplink, FEED = Part::Feed,
    }

    /// Whatever runs software or could.
    pub const MACHINE: u64 = HOST | GUEST;
    /// What exists, as opposed to what is said of it (risks, costs, alerts and so on).
    pub const THING: u64 = ANY
        & !(ALERT | CHANNEL | PROBE | WINDOW | COST | SUBSCRIPTION | ASSET | PHASE | REQUIREMENT)
        & !(RISK | SPOF | DOCUMENT | METRIC);
    /// Every kind of object; no parts.
    pub const ANY: u64 = (1 << Kind::ALL.len()) - 1;
}

/// What a reference means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The object.
    pub object: ObjectRef,
    /// The name of the part of it that is meant.
    pub part: Option<String>,
}

impl Target {
    /// A whole object.
    pub fn whole(kind: Kind, name: impl Into<String>) -> Self {
        let object = ObjectRef::new(kind, name);
        Self { object, part: None }
    }

    fn parse(text: &str) -> Option<Self> {
        let (kind, rest) = text.split_once('/')?;
        let (name, part) = match rest.split_once('/') {
            Some((name, part)) => (name, Some(part.to_owned())),
            None => (rest, None),
        };
        let object = ObjectRef::parse(&format!("{kind}/{name}"))?;
        Some(Self { object, part })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.object.fmt(f)?;
        self.part.iter().try_for_each(|part| write!(f, "/{part}"))
    }
}

/// A reference to one of the kinds in `SET`; bare when unique among them, else `kind/name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref<const SET: u64>(pub Target);

impl<const SET: u64> Ref<SET> {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.0.object.kind
    }

    /// Its bare name.
    pub fn name(&self) -> &str {
        &self.0.object.name
    }

    /// The part of it, for references to parts.
    pub fn part(&self) -> Option<&str> {
        self.0.part.as_deref()
    }
}

impl<const SET: u64> fmt::Display for Ref<SET> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const SET: u64> Scalar for Ref<SET> {
    const NAMES: bool = true;

    fn scalar(text: &str, names: &dyn Names) -> Result<Self, Wrong> {
        names.resolve(SET, text).map(Self)
    }

    fn shape() -> Shape {
        Shape::Ref(SET)
    }
}

impl<const SET: u64> Serialize for Ref<SET> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de, const SET: u64> Deserialize<'de> for Ref<SET> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let wrong = || serde::de::Error::custom(format!("'{text}' is not KIND/NAME"));
        Target::parse(&text).map(Self).ok_or_else(wrong)
    }
}

/// The words for the kinds and parts of a set, in order.
pub fn ref_words(set: u64) -> Vec<&'static str> {
    let kinds = Kind::ALL
        .iter()
        .filter(|k| set & k.bit() != 0)
        .map(|k| k.word());
    let parts = Part::ALL
        .iter()
        .filter(|p| set & p.bit() != 0)
        .map(|p| p.word());
    kinds.chain(parts).collect()
}

/// A word such as `internet`, or else something that needs the names of the lab.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Or<W, R> {
    /// The word.
    Word(W),
    /// The reference.
    Ref(R),
}

impl<W: Value, R: Scalar> Scalar for Or<W, R> {
    const NAMES: bool = R::NAMES;

    fn scalar(text: &str, names: &dyn Names) -> Result<Self, Wrong> {
        if let Ok(word) = W::parse(text) {
            return Ok(Self::Word(word));
        }
        let read = R::scalar(text, names).map(Self::Ref);
        read.map_err(|mut wrong| {
            // A number is no slip of a word: what is wrong with it is said of the number.
            let number = !R::NAMES && text.starts_with(|c: char| c.is_ascii_digit());
            if !number {
                wrong.known.extend(Wrong::of::<W>().known);
            }
            wrong
        })
    }

    fn shape() -> Shape {
        Shape::Any(vec![Shape::Value(W::FORM), R::shape()])
    }
}

/// A reference where one can be meant, else text in people's words.
///
/// `kind/name` is always a reference, so that a slip in it is found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum About<const SET: u64> {
    /// The object.
    Ref(Ref<SET>),
    /// In words.
    Text(String),
}

impl<const SET: u64> Scalar for About<SET> {
    const NAMES: bool = true;

    fn scalar(text: &str, names: &dyn Names) -> Result<Self, Wrong> {
        match names.resolve(SET, text) {
            Ok(target) => Ok(Self::Ref(Ref(target))),
            // `owner/part` with one letter wrong is a slip as well, and so is one word where only a person can be meant.
            Err(wrong) if is_reference(text) || is_slip(SET, text) && wrong.meant.is_some() => {
                Err(wrong)
            }
            Err(_) => Ok(Self::Text(text.to_owned())),
        }
    }

    fn shape() -> Shape {
        Shape::Any(vec![Shape::Ref(SET), Shape::Value(String::FORM)])
    }
}

fn is_slip(set: u64, text: &str) -> bool {
    let part = text.contains('/') && !text.contains(' ');
    let word = text
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    part || (set == set::PERSON && word)
}

fn is_reference(text: &str) -> bool {
    let kind = text.split_once('/').map(|(kind, _)| kind);
    !text.contains(' ') && kind.is_some_and(|word| Kind::ALL.iter().any(|k| k.word() == word))
}
