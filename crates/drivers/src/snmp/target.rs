//! Where an agent is, as whom it is asked, and what makes such a user on the device.

use model::declare::OptExt as _;
use model::id::ObjectRef;
use model::lab::snmp::{Snmp, SnmpAgent, SnmpAuth, SnmpPrivacy};
use model::secret::{Secret, SecretRef};

/// Where an agent is, and where it is had what it is asked with.
#[derive(Debug, Clone)]
pub struct SnmpTarget {
    /// The device.
    pub object: ObjectRef,
    /// Its agent.
    pub at: SnmpAgent,
    /// As whom it is asked.
    pub login: Login<SecretRef>,
}

/// As whom an agent is asked.
#[derive(Debug, Clone)]
pub enum Login<S = Secret> {
    /// Version 2c.
    Community(S),
    /// Version 3 with authentication and privacy.
    User {
        /// The user.
        name: String,
        /// What proves who asks.
        auth: (SnmpAuth, S),
        /// What hides what is said.
        privacy: (SnmpPrivacy, S),
    },
}

impl SnmpTarget {
    /// As it is declared.
    ///
    /// # Errors
    /// What is missing for that, or said twice.
    pub fn of(object: &ObjectRef, snmp: &Snmp) -> Result<Self, String> {
        let missing = |key: &str, example: &str| {
            format!("nothing says its {key}: add `{key}: {example}` to `snmp` of {object}")
        };
        let at = snmp.at.known().ok_or_else(|| missing("at", "ADDRESS"))?;
        let login = match (&snmp.community, snmp.user.known()) {
            (Some(_), Some(_)) => {
                return Err(format!(
                    "`snmp` of {object} has a user of version 3 and a community of version 2c: keep one of them"
                ));
            }
            (Some(community), None) => Login::Community(community.0.clone()),
            (None, None) => return Err(missing("user", "holdfast")),
            (None, Some(user)) => {
                let place =
                    |what: &str| format!("{{file: ~/.config/holdfast/{}-{what}}}", object.name);
                let auth = snmp.auth.as_ref();
                let auth = auth.ok_or_else(|| missing("auth", &place("auth")))?;
                let privacy = snmp.privacy.as_ref();
                let privacy = privacy.ok_or_else(|| missing("privacy", &place("privacy")))?;
                Login::User {
                    name: user.0.to_string(),
                    auth: (hash(snmp), auth.0.clone()),
                    privacy: (cipher(snmp), privacy.0.clone()),
                }
            }
        };
        Ok(Self {
            object: object.clone(),
            at: at.clone(),
            login,
        })
    }
}

fn hash(snmp: &Snmp) -> SnmpAuth {
    snmp.auth_protocol
        .known()
        .copied()
        .unwrap_or(SnmpAuth::Sha256)
}

fn cipher(snmp: &Snmp) -> SnmpPrivacy {
    let said = snmp.privacy_protocol.known().copied();
    said.unwrap_or(SnmpPrivacy::Aes128)
}

/// What makes a user that may read. Each maker has other words for the same: those of net-snmp are the nearest to the standard's own.
pub fn commands(snmp: &Snmp) -> Vec<String> {
    if snmp.community.is_some() {
        return vec![
            "# SNMP version 2c with a community of its own that may read (RO), from this machine only; not `public`, and no second one that may write".to_owned(),
        ];
    }
    let user = snmp.user.known().map_or("holdfast", |u| u.0.as_str());
    let hash = match hash(snmp) {
        SnmpAuth::Md5 => "MD5",
        SnmpAuth::Sha1 => "SHA",
        SnmpAuth::Sha224 => "SHA-224",
        SnmpAuth::Sha256 => "SHA-256",
        SnmpAuth::Sha384 => "SHA-384",
        SnmpAuth::Sha512 => "SHA-512",
    };
    let cipher = match cipher(snmp) {
        SnmpPrivacy::Aes128 => "AES",
        SnmpPrivacy::Aes256 | SnmpPrivacy::Aes256Blumenthal => "AES-256",
    };
    vec![
        format!(
            "# SNMP version 3: user {user}, security level authPriv, {hash} and {cipher}, each with a passphrase of its own of 8 characters or more"
        ),
        "# its group: a read view of all (1), or of 1.3.6.1.2.1 and 1.0.8802; no write view; versions 1 and 2c off".to_owned(),
        "# where it is net-snmp, with snmpd stopped; it asks for both passphrases:".to_owned(),
        format!("net-snmp-create-v3-user -ro -a {hash} -x {cipher} {user}"),
    ]
}
