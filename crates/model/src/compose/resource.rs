//! What services share: networks, volumes, configs, secrets; and what has no type here.

use super::Text;
use diag::{Span, Spanned};
use serde::Serialize;
use std::collections::BTreeMap;

/// A network.
#[derive(Debug, Clone, Serialize)]
pub struct Network {
    /// Where it is declared.
    pub span: Span,
    /// Its name at the engine, if it is given one.
    pub name: Option<Spanned<String>>,
    /// Made outside of this project.
    pub external: bool,
    /// Driver.
    pub driver: Option<Spanned<String>>,
    /// Options of the driver.
    pub driver_opts: BTreeMap<String, Spanned<Text>>,
    /// No way out.
    pub internal: Option<Spanned<bool>>,
    /// Other containers may join.
    pub attachable: Option<Spanned<bool>>,
    /// IPv6 is on.
    pub enable_ipv6: Option<Spanned<bool>>,
    /// Address pools.
    pub pools: Vec<Pool>,
    /// Labels.
    pub labels: BTreeMap<String, Spanned<Text>>,
    /// `x-…` keys.
    pub extensions: BTreeMap<String, Spanned<Extra>>,
}

/// Addresses of a network.
#[derive(Debug, Clone, Serialize)]
pub struct Pool {
    /// Subnet as written.
    pub subnet: Option<Spanned<String>>,
    /// Gateway as written.
    pub gateway: Option<Spanned<String>>,
    /// Range that containers get addresses from.
    pub ip_range: Option<Spanned<String>>,
    /// Addresses that the engine gives to nobody, by what has them.
    pub aux_addresses: BTreeMap<String, Spanned<String>>,
}

/// A named volume.
#[derive(Debug, Clone, Serialize)]
pub struct Volume {
    /// Where it is declared.
    pub span: Span,
    /// Its name at the engine, if it is given one.
    pub name: Option<Spanned<String>>,
    /// Made outside of this project.
    pub external: bool,
    /// Driver.
    pub driver: Option<Spanned<String>>,
    /// Options of the driver.
    pub driver_opts: BTreeMap<String, Spanned<Text>>,
    /// Labels.
    pub labels: BTreeMap<String, Spanned<Text>>,
    /// `x-…` keys.
    pub extensions: BTreeMap<String, Spanned<Extra>>,
}

/// A config, or a secret.
#[derive(Debug, Clone, Serialize)]
pub struct Config {
    /// Where it is declared.
    pub span: Span,
    /// Its name at the engine, if it is given one.
    pub name: Option<Spanned<String>>,
    /// Where its content comes from.
    pub source: ConfigSource,
    /// Labels.
    pub labels: BTreeMap<String, Spanned<Text>>,
    /// `x-…` keys.
    pub extensions: BTreeMap<String, Spanned<Extra>>,
}

/// Where the content of a config or secret comes from.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfigSource {
    /// A file, relative to the project.
    File(Spanned<String>),
    /// A variable of the environment.
    Environment(Spanned<String>),
    /// Written in the Compose file.
    Content(Spanned<Text>),
    /// Made outside of this project.
    External,
    /// A driver knows.
    Driver(Spanned<String>),
    /// Not said, which is an error.
    Unknown,
}

/// Something that has no type here: the value of an `x-…` key, or of a key without a meaning.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Extra {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(Text),
    /// A list.
    List(Vec<Spanned<Extra>>),
    /// A map.
    Map(BTreeMap<String, Spanned<Extra>>),
}

/// A variable that the files refer to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// It had a value.
    pub set: bool,
    /// Somewhere it is used without a default.
    pub bare: bool,
    /// Somewhere it must have a value.
    pub required: bool,
    /// Where it is used.
    pub places: Vec<Span>,
}
