//! How an OpenWrt router is asked by its API: where its web server answers, who may answer there, and as whom one asks.

use super::api::{Fingerprint, SecretFrom};
use crate::declare::{Need, Opt, entity};
use crate::units::text::{LabPath, Name, Url};

entity! {
    /// An OpenWrt router by ubus over HTTPS (`uhttpd-mod-ubus`), with a login of rpcd that may look and nothing else.
    pub struct OpenWrt {
        /// Where its web server is: `https://192.168.10.1`.
        url: Need<Url>,
        /// The login of rpcd; one that may read and nothing else.
        user: Opt<Name>,
        /// Where its password is had; never the password itself.
        password: Option<SecretFrom>,
        /// SHA-256 of the certificate that answers, as browsers show it.
        fingerprint: Opt<Fingerprint>,
        /// Certificates of who may sign the one that answers, as a PEM file below the lab tree.
        ca: Opt<LabPath>,
        /// It is asked by plain http, because nothing else answers there: the password and all answers travel in clear text.
        clear_text: Opt<bool>,
    }
}
