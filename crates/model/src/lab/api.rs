//! Products that are reached by an interface of their own: where it is, who answers there, and as whom one asks.

use crate::declare::{
    Declare, Form, Need, Opt, Pattern, Place, SECRET_IN_CLEAR, Says, Shape, Value, ValueForm,
    Wrong, entity, serde_as_text, words,
};
use crate::secret::SecretRef;
use crate::units::text::{LabPath, Url};
use diag::Spanned;
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// Products whose interface is read.
    pub enum ApiProduct("api-product", "a product whose interface is read") {
        /// Proxmox VE, at port 8006.
        ProxmoxVe = "proxmox-ve",
        /// Proxmox Backup Server, at port 8007.
        ProxmoxBackupServer = "proxmox-backup-server",
        /// Kubernetes, at port 6443.
        Kubernetes = "kubernetes",
    }
}

entity! {
    /// The interface of a product, by HTTPS: for Proxmox VE a node's port 8006, for Proxmox Backup Server port 8007, for Kubernetes port 6443 of a node of its control plane.
    pub struct Api {
        /// What answers there, where the kind of the cluster, the operating system (`os`) or port 8007 does not say it.
        product: Opt<ApiProduct>,
        /// Where it is: `https://192.168.10.11:8006`.
        url: Need<Url>,
        /// The API token to ask with, `holdfast@pve!observe`; one that may read and nothing else. Kubernetes has no names of tokens.
        token: Opt<TokenName>,
        /// Where the token's secret is had, for Kubernetes the bearer token of a service account; never the secret itself.
        secret: Option<SecretFrom>,
        /// SHA-256 of the certificate that answers, as `pvenode cert info` and browsers show it.
        fingerprint: Opt<Fingerprint>,
        /// Certificates of who may sign the one that answers, as a PEM file below the lab tree: `pve-root-ca.pem`.
        ca: Opt<LabPath>,
    }
}

/// An API token's name, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenName(pub String);

impl Value for TokenName {
    const FORM: ValueForm = ValueForm {
        name: "token-name",
        doc: "The name of an API token, `USER@REALM!TOKEN`, without its secret.",
        what: "the name of an API token such as holdfast@pve!observe",
        examples: &["holdfast@pve!observe"],
        pattern: Pattern::Regex("^[^\\s:/=!@]+@[A-Za-z][A-Za-z0-9._-]+![A-Za-z][A-Za-z0-9._-]+$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        if text.contains('=') {
            let says = Says::Whole("the token has its secret in clear text".to_owned());
            let mut wrong = Wrong::saying(SECRET_IN_CLEAR, says);
            wrong.help = Some("write the name alone, and say in 'secret' where the rest is had; then make a new token: this one stays in the history".to_owned());
            return Err(wrong);
        }
        let word = |t: &str| {
            t.len() > 1
                && t.starts_with(|c: char| c.is_ascii_alphabetic())
                && t.chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
        };
        let user = |t: &str| {
            !t.is_empty()
                && !t.contains(|c: char| c.is_whitespace() || c.is_control() || ":/!@".contains(c))
        };
        let parts = text
            .split_once('!')
            .and_then(|(who, token)| Some((who.rsplit_once('@')?, token)));
        match parts {
            Some(((name, realm), token)) if user(name) && word(realm) && word(token) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(Wrong::of::<Self>()),
        }
    }
}

impl fmt::Display for TokenName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

serde_as_text!(TokenName);

/// SHA-256 of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Value for Fingerprint {
    const FORM: ValueForm = ValueForm {
        name: "fingerprint",
        doc: "SHA-256 of a certificate: 32 bytes in hexadecimal, with or without ':'.",
        what: "a SHA-256 fingerprint: 64 hexadecimal digits, with or without ':'",
        examples: &["9A:3C:…"],
        pattern: Pattern::Regex("^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$"),
    };

    fn parse(text: &str) -> Result<Self, Wrong> {
        let digits: String = text.split(':').collect();
        let pairs = !text.contains(':') || text.split(':').all(|p| p.len() == 2);
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes());
        let bytes = bytes.ok().filter(|_| pairs).and_then(|b| b.try_into().ok());
        bytes.map(Self).ok_or_else(Wrong::of::<Self>)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self.0.iter().map(|b| format!("{b:02X}")).collect();
        f.write_str(&pairs.join(":"))
    }
}

serde_as_text!(Fingerprint);

entity! {
    /// Where a secret is had: one of the three.
    pub struct SecretPlace {
        /// A file on the controller: its first line.
        file: Opt<String>,
        /// An environment variable of the controller.
        env: Opt<String>,
        /// A program on the controller with its arguments: what it prints.
        command: Vec<Spanned<String>>,
    }
}

/// Where a secret is had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretFrom(pub SecretRef);

/// What may be written.
const FORMS: &str =
    "write one of: {file: ~/.config/holdfast/NAME}, {env: NAME}, {command: [PROGRAM, ARGUMENT]}";

impl Declare for SecretFrom {
    fn read(at: &mut dyn Place) -> Option<Self> {
        let known = ["file", "env", "command"];
        let keys = at.keys();
        let one = keys.len() == 1 && keys.iter().all(|k| known.contains(k));
        let what = match at.form() {
            Form::Map if one => {
                let mut place = None;
                at.record(&mut |record| place = Some(SecretPlace::of(record)));
                return place.and_then(|p| p.reference()).map(Self);
            }
            Form::Nothing => "has no value",
            Form::Map => "is not a reference to a secret",
            Form::Text | Form::List => "is a secret in clear text",
        };
        // Whatever stands here may be the secret itself.
        let mut wrong = Wrong::saying(SECRET_IN_CLEAR, Says::Whole(what.to_owned()));
        wrong.help = Some(FORMS.to_owned());
        at.wrong("", wrong);
        None
    }

    fn shape() -> Shape {
        Shape::Record(SecretPlace::record, &[])
    }
}

impl SecretPlace {
    fn reference(self) -> Option<SecretRef> {
        let said = |text: Opt<String>| text.and_then(|t| t.value().cloned());
        let words: Vec<String> = self.command.into_iter().map(|w| w.value).collect();
        said(self.file)
            .map(SecretRef::File)
            .or(said(self.env).map(SecretRef::Env))
            .or((!words.is_empty()).then_some(SecretRef::Command(words)))
    }
}
