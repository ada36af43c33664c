//! A conversation with one agent: single values and columns of tables, with one deadline for all of it and limits on what arrives.

use super::error::SnmpError;
use super::target::Login;
use async_snmp::{
    Auth, AuthProtocol, Client, Oid, PrivProtocol, ResponseShapePolicy, Retry, UsmConfig, Value,
    WalkMethod, WalkOptions,
};
use core::future::Future;
use model::lab::snmp::{SnmpAgent, SnmpAuth, SnmpPrivacy};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};

/// Rows of one column; a large switch has some hundreds of interfaces and some thousands of hardware addresses.
const ROWS: usize = 8_192;
/// Bytes of values in all of a look.
const BYTES: usize = 4 << 20;
/// Rows that are asked for at once. Agents cut off what does not fit into a datagram.
const AT_ONCE: u32 = 20;
/// One question, until it is asked again: agents of small switches take their time.
const ONE: Duration = Duration::from_secs(3);
const AGAIN: u32 = 2;

/// What is behind the last number of a column, and the value there.
pub(super) type Row = (Vec<u32>, Value);

/// An agent that answered.
pub(super) struct Agent {
    runtime: Option<Runtime>,
    client: Client,
    name: String,
    patience: Duration,
    until: Instant,
    hint: &'static str,
    read: usize,
}

impl Agent {
    /// Finds the agent and asks it for something that all of them have.
    pub(super) fn open(
        at: &SnmpAgent,
        login: &Login,
        patience: Duration,
    ) -> Result<Self, SnmpError> {
        let until = Instant::now() + patience;
        let name = at.to_string();
        let unreachable = |why: String| SnmpError::Unreachable {
            agent: name.clone(),
            why,
        };
        let hint = match login {
            Login::Community(_) => ", as one does that knows another community",
            // It does say so, in a report that is not signed and so may be anybody's.
            Login::User { .. } => {
                ", as one does to whom the user, a passphrase or a protocol is wrong"
            }
        };
        let auth = auth(login)?;
        let found = (at.host.as_str(), at.port).to_socket_addrs();
        let found: Vec<SocketAddr> = found.map_err(|e| unreachable(e.to_string()))?.collect();
        let mut last = unreachable("the name has no address".to_owned());
        for (tried, address) in found.iter().enumerate() {
            let rest = u32::try_from(found.len() - tried).unwrap_or(u32::MAX);
            let share = until.saturating_duration_since(Instant::now()) / rest;
            let setup = |e: &dyn std::fmt::Display| SnmpError::Setup(e.to_string());
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = runtime.map_err(|e| setup(&e))?;
            let retry = Retry::fixed(AGAIN, Duration::ZERO).map_err(|e| setup(&e))?;
            let client = Client::builder(*address, auth.clone())
                .request_timeout(ONE.min(share / (AGAIN + 2)))
                .retry(retry)
                .response_shape_policy(ResponseShapePolicy::Strict)
                .construction_timeout(share);
            let client = runtime.block_on(client.connect());
            let client = match client {
                Ok(client) => client,
                Err(e) => {
                    last = SnmpError::of(&name, patience.as_secs(), hint, &e);
                    continue;
                }
            };
            let mut agent = Self {
                runtime: Some(runtime),
                client,
                name: name.clone(),
                patience,
                until: Instant::now() + share,
                hint,
                read: 0,
            };
            match agent.scalars(&[super::mib::SYS_UPTIME]) {
                Ok(_) => {
                    agent.until = until;
                    return Ok(agent);
                }
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    /// Single values; what it does not have, or does not show, is none.
    pub(super) fn scalars(&mut self, all: &[&[u32]]) -> Result<Vec<Option<Value>>, SnmpError> {
        let asked: Vec<Oid> = all.iter().map(|arcs| Oid::from_slice(arcs)).collect();
        let client = self.client.clone();
        let answer = self.run(client.get_many(&asked))?;
        let answer = answer.map_err(|e| self.error(&e))?;
        let mut values = Vec::new();
        for (bind, asked) in answer.varbinds.into_iter().zip(&asked) {
            if bind.oid != *asked {
                return Err(self.garbage(&format!("{asked} is answered by {}", bind.oid)));
            }
            self.count(&bind.value)?;
            values.push(Some(bind.value).filter(|v| !v.is_exception()));
        }
        match values.len() == asked.len() {
            true => Ok(values),
            false => Err(self.garbage("an answer is shorter than the question")),
        }
    }

    /// All rows of a column. One that is hidden has none, as one that is empty.
    pub(super) fn column(&mut self, column: &[u32]) -> Result<Vec<Row>, SnmpError> {
        let base = Oid::from_slice(column);
        let options = WalkOptions {
            method: WalkMethod::GetBulk,
            max_repetitions: AT_ONCE,
            result_limit: Some(ROWS),
            ..WalkOptions::default()
        };
        let walk = self.client.walk_with(base.clone(), options);
        let mut walk = walk.map_err(|e| self.error(&e))?;
        let mut rows = Vec::new();
        while let Some(next) = self.run(walk.next())? {
            let bind = next.map_err(|e| self.error(&e))?;
            self.count(&bind.value)?;
            let Some(index) = bind.oid.arcs().get(column.len()..) else {
                return Err(self.garbage(&format!("{} is not below {base}", bind.oid)));
            };
            rows.push((index.to_vec(), bind.value));
        }
        Ok(rows)
    }

    /// The one place that waits: for what is left of the time for all.
    fn run<F: Future>(&self, asked: F) -> Result<F::Output, SnmpError> {
        let left = self.until.saturating_duration_since(Instant::now());
        let Some(runtime) = self.runtime.as_ref().filter(|_| !left.is_zero()) else {
            return Err(self.timeout());
        };
        let answer = runtime.block_on(async { tokio::time::timeout(left, asked).await });
        answer.map_err(|_| self.timeout())
    }

    fn count(&mut self, value: &Value) -> Result<(), SnmpError> {
        self.read += value.as_bytes().map_or(16, <[u8]>::len);
        match self.read > BYTES {
            false => Ok(()),
            true => Err(SnmpError::TooMuch {
                agent: self.name.clone(),
                what: format!("{BYTES} bytes"),
            }),
        }
    }

    fn timeout(&self) -> SnmpError {
        SnmpError::Timeout {
            agent: self.name.clone(),
            seconds: self.patience.as_secs(),
            hint: self.hint,
        }
    }

    fn error(&self, error: &async_snmp::Error) -> SnmpError {
        SnmpError::of(&self.name, self.patience.as_secs(), self.hint, error)
    }

    fn garbage(&self, why: &str) -> SnmpError {
        SnmpError::Garbage {
            agent: self.name.clone(),
            why: why.chars().take(200).collect(),
        }
    }
}

impl Drop for Agent {
    /// Nothing of it is waited for.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn auth(login: &Login) -> Result<Auth, SnmpError> {
    match login {
        Login::Community(community) => Ok(Auth::v2c(community.expose().as_bytes())),
        Login::User {
            name,
            auth: (hash, auth),
            privacy: (cipher, privacy),
        } => {
            let config = UsmConfig::new(name.clone().into_bytes()).auth_priv(
                protocol(*hash),
                auth.expose(),
                hiding(*cipher),
                privacy.expose(),
            );
            // It says what is too short, and never what it is.
            let wrong = |e| SnmpError::Setup(format!("SNMP user {name}: {e}"));
            config.map(Auth::from).map_err(wrong)
        }
    }
}

fn protocol(hash: SnmpAuth) -> AuthProtocol {
    match hash {
        SnmpAuth::Md5 => AuthProtocol::Md5,
        SnmpAuth::Sha1 => AuthProtocol::Sha1,
        SnmpAuth::Sha224 => AuthProtocol::Sha224,
        SnmpAuth::Sha256 => AuthProtocol::Sha256,
        SnmpAuth::Sha384 => AuthProtocol::Sha384,
        SnmpAuth::Sha512 => AuthProtocol::Sha512,
    }
}

fn hiding(cipher: SnmpPrivacy) -> PrivProtocol {
    match cipher {
        SnmpPrivacy::Aes128 => PrivProtocol::Aes128,
        SnmpPrivacy::Aes256 => PrivProtocol::Aes256Reeder,
        SnmpPrivacy::Aes256Blumenthal => PrivProtocol::Aes256Blumenthal,
    }
}
