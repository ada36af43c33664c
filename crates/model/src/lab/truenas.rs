//! How TrueNAS is asked by its API: where its web server answers, who may answer there, and as whom one asks.

use super::api::{Fingerprint, SecretFrom};
use crate::declare::{Need, Opt, entity};
use crate::units::text::{LabPath, Name, Url};

entity! {
    /// TrueNAS 25.04 or later by its API over TLS, with the key of a user that may look and nothing else.
    pub struct TrueNas {
        /// Where its web server is: `https://192.168.10.20`. Over plain http TrueNAS revokes the key, so that nothing is asked by it.
        url: Need<Url>,
        /// The user that the key belongs to; one that may read and nothing else.
        user: Opt<Name>,
        /// Where the API key is had; never the key itself.
        key: Option<SecretFrom>,
        /// SHA-256 of the certificate that answers, as browsers show it.
        fingerprint: Opt<Fingerprint>,
        /// Certificates of who may sign the one that answers, as a PEM file below the lab tree.
        ca: Opt<LabPath>,
    }
}
