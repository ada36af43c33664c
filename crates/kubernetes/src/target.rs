//! Where an API server is, and as whom it is asked.

use model::id::ObjectRef;
use model::secret::SecretRef;
use reading::https::{Address, Scheme, Trust};

/// Port of the API server where the URL has none.
const PORT: u16 = 6443;

/// Where an API server is, and as whom it is asked.
#[derive(Debug, Clone)]
pub struct KubernetesTarget {
    /// The cluster.
    pub object: ObjectRef,
    /// `https://HOST[:PORT]`.
    pub url: String,
    /// Where the bearer token is had.
    pub token: SecretRef,
    /// Who may answer.
    pub trust: Trust,
}

/// The address in a URL. A token is never sent in clear text.
pub(crate) fn address(url: &str) -> Option<Address> {
    Address::of(url, PORT).filter(|a| a.scheme == Scheme::Https)
}
