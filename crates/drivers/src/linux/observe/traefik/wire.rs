//! What the API prints, as far as it is read. Every field may be missing or null: versions differ.

use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// Null is as good as missing.
fn or_default<'de, D, T>(d: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(d)?.unwrap_or_default())
}

/// `/api/version`.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Version {
    #[serde(default, rename = "Version", deserialize_with = "or_default")]
    pub(super) version: String,
}

/// One of `/api/entrypoints`.
#[derive(Debug, Deserialize)]
pub(super) struct Entry {
    pub(super) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) address: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) http: EntryHttp,
}

/// What an entry point does by default.
#[derive(Debug, Default, Deserialize)]
pub(super) struct EntryHttp {
    #[serde(default)]
    pub(super) tls: serde_json::Value,
}

/// One of `/api/http/routers` and the like.
#[derive(Debug, Deserialize)]
pub(super) struct Router {
    pub(super) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) rule: String,
    #[serde(default, rename = "entryPoints", deserialize_with = "or_default")]
    pub(super) entry_points: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) service: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) middlewares: Vec<String>,
    #[serde(default)]
    pub(super) tls: serde_json::Value,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status: String,
    #[serde(default, rename = "error", deserialize_with = "or_default")]
    pub(super) errors: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) provider: String,
}

/// One of `/api/http/services` and the like.
#[derive(Debug, Deserialize)]
pub(super) struct Service {
    pub(super) name: String,
    #[serde(default, rename = "type", deserialize_with = "or_default")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) status: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) provider: String,
    #[serde(default, rename = "serverStatus", deserialize_with = "or_default")]
    pub(super) servers: BTreeMap<String, String>,
}
