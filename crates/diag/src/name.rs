//! Names of settings: which of them are named as secrets.
//!
//! A name is words: `DB_PASSWORD_OLD`, `adminPassword2` and `spring.mail.pass` are three of two or three words each. One of them
//! says that it is a secret; what follows it says whether it is the secret itself or something about it. The scanner of clear text and
//! the mask of excerpts ask the same; the mask also asks what a misspelt name was meant to be.

mod kind;
mod lists;
mod ordinary;
mod slip;
mod words;

pub use slip::misspelt;

/// How surely a name is that of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// It is the name of a password, which may also be a number.
    Password,
    /// It is the name of another secret.
    Secret,
    /// It has a word behind the secret's that is not known: `TOKEN_GITHUB`, `token_bucket`.
    Perhaps,
}

/// Whether a setting of this name is a secret; `None` if it is not.
pub fn naming(name: &str) -> Option<Naming> {
    kind::of(&words::words(name))
}

#[cfg(test)]
mod tests {
    use super::{Naming, naming};

    #[test]
    fn names_of_secrets() {
        for name in [
            "PASS",
            "pass",
            "Passwd",
            "DB_PWD",
            "PWD_OLD",
            "DB_PASSWORD_OLD",
            "DB_PASSWORD2",
            "adminPassword",
            "rootpass",
            "PASSWORD_1",
            "db-pw",
            "DBPW",
            "MYSQL_PW",
            "mysqlpw2",
            "spring.mail.password",
        ] {
            assert_eq!(naming(name), Some(Naming::Password), "{name}");
        }
        for name in [
            "SECRET_KEY_BASE",
            "JWT_SECRET",
            "api-key",
            "apiKey",
            "PRESHARED_KEY",
            "clientSecret",
            "TOKEN_HEX",
            "APP_KEY",
            "wifi_psk",
            "SECRET_BASE64",
            "WLAN-Schlüssel",
            "API-SCHLÜSSEL",
            "AUTHKEY",
            "TS_AUTHKEY",
            "ENCRYPTIONKEY",
            "NB_SETUP_KEY",
            "WG_PRIVATE",
            "wg-private",
            "lamp_local_key",
            "localkey",
            "VAULT_UNSEAL_KEY",
            "UNSEAL_KEY_1",
            "unsealKey",
            "netzwerkschluessel",
            "B2_APPLICATION_KEY",
            "OVH_CONSUMER_KEY",
            "VAPID_PRIVATE",
            "LLDAP_KEY_SEED",
            "DUO_SKEY",
            "DBROOT",
            "PLEX_CLAIM",
            "REDISCLI_AUTH",
            "MNEMONIC",
            "WALLET_SEED_PHRASE",
        ] {
            assert_eq!(naming(name), Some(Naming::Secret), "{name}");
        }
        assert_eq!(naming("admin_passwords"), Some(Naming::Password));
        for name in [
            "TOKEN_GITHUB",
            "PASSWORD_POSTGRES",
            "token_bucket",
            "RCLONE_CONFIG_B2_KEY",
            "EASYDNS_KEY",
            "HOMEPAGE_VAR_SONARR_KEY",
            "BOUNCER_KEY_traefik",
            "NONCE_SALT",
            "passwordsalt",
            "GH_PAT",
            "LDAP_BIND_CREDENTIALS",
            "HURRICANE_TOKENS",
        ] {
            assert_eq!(naming(name), Some(Naming::Perhaps), "{name}");
        }
    }

    #[test]
    fn names_of_something_else() {
        for name in [
            "",
            "key",
            "ssh_key",
            "Schlüssel",
            "Hausschlüssel",
            "PASSWORD_FILE",
            "existingSecret",
            "existingSecretPasswordKey",
            "sensor.password_age",
            "secretName",
            "TS_AUTHKEY_FILE",
            "private",
            "WG_PRIVATE_FILE",
            "UNSEAL_KEY_FILE",
            "unseal_keys",
            "rootpw_file",
            "sudpw",
            "local",
            "bypass",
            "max_tokens",
            "OVH_APPLICATION_KEY",
            "B2_APPLICATION_KEY_ID",
            "RCLONE_CONFIG_NAS_KEY_FILE",
            "VAPID_PUBLIC_KEY",
            "SSH_HOST_KEY",
            "RECAPTCHA_SITE_KEY",
            "GPG_KEY",
            "HostKey",
            "KEY_SEED_FILE",
            "RANDOM_SEED",
            "salt_master",
            "pat",
            "LoadCredential",
            "PUSHOVER_USER_ID",
            "compass",
            "PasswordAuthentication",
            "token_ttl",
            "ACCESS_KEY_ID",
            "password_hash",
            "passenger",
            "tokenizer",
            "passthrough",
            "secrets",
            "keyboard",
        ] {
            assert_eq!(naming(name), None, "{name}");
        }
    }
}
