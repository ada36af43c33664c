//! Users, their tokens and second factors, roles and access control lists.

use std::collections::{BTreeMap, BTreeSet};

/// Privileges of the role that reads everything and changes nothing.
pub(crate) const AUDITOR: &[&str] = &[
    "Datastore.Audit",
    "Mapping.Audit",
    "Pool.Audit",
    "SDN.Audit",
    "Sys.Audit",
    "VM.Audit",
];

/// Further privileges that an administrator has.
const MORE: &[&str] = &[
    "Datastore.Allocate",
    "Permissions.Modify",
    "Sys.Modify",
    "Sys.PowerMgmt",
    "User.Modify",
    "VM.Allocate",
    "VM.Backup",
    "VM.PowerMgmt",
    "VM.Snapshot",
];

/// An API token.
#[derive(Debug, Clone, Default)]
pub struct Token {
    /// Its secret.
    pub secret: String,
    /// It has rights of its own, within those of its user.
    pub separated: bool,
    /// When it stops to work; 0 never.
    pub expires: i64,
}

/// A second factor.
#[derive(Debug, Clone)]
pub struct Tfa {
    /// Its id.
    pub id: String,
    /// `totp`, `webauthn`, `recovery`.
    pub kind: String,
    /// It is asked for.
    pub enabled: bool,
}

/// A user, `NAME@REALM`.
#[derive(Debug, Clone, Default)]
pub struct User {
    /// Password, if one can be used.
    pub password: Option<String>,
    /// May log in.
    pub enabled: bool,
    /// When the account ends; 0 never.
    pub expires: i64,
    /// Groups that the user is in.
    pub groups: BTreeSet<String>,
    /// Tokens by name.
    pub tokens: BTreeMap<String, Token>,
    /// Second factors.
    pub tfa: Vec<Tfa>,
}

/// Whose an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A user's.
    User,
    /// A group's.
    Group,
    /// A token's.
    Token,
}

impl Whose {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Whose::User => "user",
            Whose::Group => "group",
            Whose::Token => "token",
        }
    }
}

/// An entry of the access control list.
#[derive(Debug, Clone)]
pub struct Acl {
    /// `/`, `/vms`, `/vms/100`.
    pub path: String,
    /// Whose it is.
    pub whose: Whose,
    /// Name of the user, group or token.
    pub who: String,
    /// Role.
    pub role: String,
    /// Holds for what lies below as well.
    pub propagate: bool,
}

/// A session of somebody who gave a password.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user: String,
    pub(crate) csrf: String,
    pub(crate) until: i64,
}

/// Who may what.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// By `NAME@REALM`.
    pub users: BTreeMap<String, User>,
    /// Privileges by role.
    pub roles: BTreeMap<String, BTreeSet<String>>,
    /// The entries.
    pub acl: Vec<Acl>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) logins: u64,
}

impl Access {
    /// root alone, and the roles that the product brings.
    pub(crate) fn with_root(password: &str) -> Self {
        let set = |names: &[&str]| {
            names
                .iter()
                .map(|n| (*n).to_owned())
                .collect::<BTreeSet<_>>()
        };
        let root = User {
            password: Some(password.to_owned()),
            enabled: true,
            ..User::default()
        };
        let all = [AUDITOR, MORE].concat();
        Self {
            users: BTreeMap::from([("root@pam".to_owned(), root)]),
            roles: BTreeMap::from([
                ("Administrator".to_owned(), set(&all)),
                ("PVEAuditor".to_owned(), set(AUDITOR)),
                ("NoAccess".to_owned(), BTreeSet::new()),
            ]),
            ..Self::default()
        }
    }

    /// Adds a user without password and with one token that has rights of its own; both have `role` on `path` and below.
    pub fn add_token(&mut self, name: &str, secret: &str, path: &str, role: &str) {
        let (user, token) = name.split_once('!').unwrap_or((name, "observe"));
        let of = self.users.entry(user.to_owned()).or_insert_with(|| User {
            enabled: true,
            ..User::default()
        });
        of.tokens.insert(
            token.to_owned(),
            Token {
                secret: secret.to_owned(),
                separated: true,
                expires: 0,
            },
        );
        self.grant(path, Whose::User, user, role);
        self.grant(path, Whose::Token, &format!("{user}!{token}"), role);
    }

    /// Adds an entry that holds below as well.
    pub fn grant(&mut self, path: &str, whose: Whose, who: &str, role: &str) {
        self.acl.push(Acl {
            path: path.to_owned(),
            whose,
            who: who.to_owned(),
            role: role.to_owned(),
            propagate: true,
        });
    }

    /// From now on every ticket is too old.
    pub fn expire_tickets(&mut self) {
        self.sessions.values_mut().for_each(|s| s.until = i64::MIN);
    }
}
