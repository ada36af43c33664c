//! Where a router is, and as whom it is asked.

use model::fact::NativeIdentity;
use model::id::ObjectRef;
use model::secret::SecretRef;
use reading::https::{Address, Trust};

/// Where a router is, and as whom it is asked.
#[derive(Debug, Clone)]
pub struct OpenWrtTarget {
    /// The device.
    pub object: ObjectRef,
    /// `https://HOST[:PORT]`.
    pub url: String,
    /// The login of rpcd.
    pub user: String,
    /// Where its password is had.
    pub password: SecretRef,
    /// Who may answer.
    pub trust: Trust,
}

/// The address in a URL.
pub(crate) fn address(url: &str) -> Option<Address> {
    let usual = if url.starts_with("http://") { 80 } else { 443 };
    Address::of(url, usual)
}

/// Who answers there, as far as that can be told: a router has no number of its own that a login may see.
pub fn identity(url: &str) -> NativeIdentity {
    let at = address(url).map_or_else(|| url.to_owned(), |a| a.shown());
    NativeIdentity {
        machine_id: format!("openwrt:{at}"),
        host_key: "unknown".to_owned(),
        realm_marker: None,
    }
}
