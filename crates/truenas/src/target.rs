//! Where an appliance is, and as whom it is asked.

use model::fact::NativeIdentity;
use model::id::ObjectRef;
use model::secret::SecretRef;
use reading::https::{Address, Scheme, Trust};

/// Where an appliance is, and as whom it is asked.
#[derive(Debug, Clone)]
pub struct TrueNasTarget {
    /// The host or guest.
    pub object: ObjectRef,
    /// `https://HOST[:PORT]`.
    pub url: String,
    /// The user that the key belongs to.
    pub user: String,
    /// Where the key is had.
    pub key: SecretRef,
    /// Who may answer.
    pub trust: Trust,
}

/// The address in a URL; there is none by plain http.
pub(crate) fn address(url: &str) -> Option<Address> {
    Address::of(url, 443).filter(|a| a.scheme == Scheme::Https)
}

/// Who answers there, as far as that can be told.
pub fn identity(url: &str) -> NativeIdentity {
    let at = address(url).map_or_else(|| url.to_owned(), |a| a.shown());
    NativeIdentity {
        machine_id: format!("truenas:{at}"),
        host_key: "unknown".to_owned(),
        realm_marker: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_travels_by_plain_http() {
        assert!(address("https://192.0.2.1").is_some());
        for url in ["http://192.0.2.1", "ws://192.0.2.1", "192.0.2.1"] {
            assert!(address(url).is_none(), "{url}");
        }
    }
}
