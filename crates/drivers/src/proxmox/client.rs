//! Asking the API: who is asked, as whom, and how much is waited for and taken.

use super::error::ApiError;
use super::http::{self, Reply, Timed};
use super::tls::{self, Met, Trust};
use model::lab::api::Fingerprint;
use model::secret::{Secret, mask};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use serde_json::Value;
use std::io::Write as _;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// Longest text of the other side that is repeated.
const TEXT: usize = 200;

/// Which product answers, where they differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Product {
    /// Proxmox VE.
    Ve,
    /// Proxmox Backup Server.
    Backup,
}

impl Product {
    /// Port of the API where the URL has none.
    fn port(self) -> u16 {
        match self {
            Product::Ve => 8006,
            Product::Backup => 8007,
        }
    }

    /// The value of the header that says who asks, without the secret at its end.
    fn authorization(self, token: &str) -> String {
        match self {
            Product::Ve => format!("PVEAPIToken={token}="),
            Product::Backup => format!("PBSAPIToken={token}:"),
        }
    }
}

/// What is waited for and taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For one answer.
    pub request: Duration,
    /// For a whole observation.
    pub whole: Duration,
    /// Bytes of one answer.
    pub bytes: usize,
    /// Questions at once.
    pub parallel: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            whole: Duration::from_secs(60),
            bytes: 16 << 20,
            parallel: 4,
        }
    }
}

type Stream = StreamOwned<ClientConnection, Timed>;

/// A connection to one API for one observation.
pub(crate) struct Client {
    product: Product,
    host: String,
    port: u16,
    name: ServerName<'static>,
    tls: Arc<ClientConfig>,
    trust: Trust,
    met: Met,
    token: String,
    secret: Secret,
    limits: Limits,
    until: Instant,
    idle: Mutex<Vec<Stream>>,
}

impl Client {
    /// `url` is `https://HOST[:PORT]`.
    pub(crate) fn new(
        product: Product,
        url: &str,
        token: &str,
        secret: Secret,
        trust: &Trust,
        limits: Limits,
    ) -> Result<Self, ApiError> {
        let setup = |why: String| ApiError::Setup(why);
        let (host, port) = address(url, product.port())
            .ok_or_else(|| setup(format!("'{url}' is not https://HOST:PORT")))?;
        let name = ServerName::try_from(host.clone())
            .map_err(|_| setup(format!("'{host}' is no host")))?;
        if secret.expose().chars().any(|c| !c.is_ascii_graphic()) {
            return Err(setup(
                "the token's secret has characters that no token has".to_owned(),
            ));
        }
        let (tls, met) = tls::config(trust)?;
        Ok(Self {
            product,
            host,
            port,
            name,
            tls,
            trust: trust.clone(),
            met,
            token: token.to_owned(),
            secret,
            limits,
            until: Instant::now() + limits.whole,
            idle: Mutex::default(),
        })
    }

    /// `HOST:PORT`.
    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The certificate that answered last.
    pub(crate) fn met(&self) -> Option<Fingerprint> {
        self.met
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// `data` of the answer to `GET /api2/json{path}`.
    pub(crate) fn get(&self, path: &str) -> Result<Value, ApiError> {
        let reply = self.reply(path)?;
        if reply.status != 200 {
            let reason = self.clean(&self.why(&reply));
            return Err(ApiError::Refused {
                status: reply.status,
                reason,
            });
        }
        let garbage = |why: &str| ApiError::Garbage(why.to_owned());
        let body: Value =
            serde_json::from_slice(&reply.body).map_err(|_| garbage("it is no JSON"))?;
        match body {
            Value::Object(mut map) => map
                .remove("data")
                .ok_or_else(|| garbage("it has no 'data'")),
            _ => Err(garbage("it is no map")),
        }
    }

    /// Why the product refuses: Proxmox VE says it in the status line, Proxmox Backup Server in a body that is plain text.
    fn why(&self, reply: &Reply) -> String {
        let body = match self.product {
            Product::Ve => None,
            Product::Backup => std::str::from_utf8(&reply.body).ok(),
        };
        let text = body.map(str::trim).filter(|b| !b.is_empty());
        text.map_or_else(|| reply.reason.clone(), str::to_owned)
    }

    /// Several at once, in the order in which they are asked for.
    pub(crate) fn all(&self, paths: &[String]) -> Vec<Result<Value, ApiError>> {
        let next = Mutex::new(0..paths.len());
        let done = Mutex::new(vec![None; paths.len()]);
        let work = || {
            loop {
                let at = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((at, path)) = at.and_then(|at| Some((at, paths.get(at)?))) else {
                    return;
                };
                let answer = self.get(path);
                if let Some(place) = done
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .get_mut(at)
                {
                    *place = Some(answer);
                }
            }
        };
        std::thread::scope(|threads| {
            for _ in 0..self.limits.parallel.clamp(1, paths.len().max(1)) {
                threads.spawn(work);
            }
        });
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        let missing = || Err(ApiError::Broken("it was not asked".to_owned()));
        done.into_iter()
            .map(|d| d.unwrap_or_else(missing))
            .collect()
    }

    fn reply(&self, path: &str) -> Result<Reply, ApiError> {
        let until = self.until.min(Instant::now() + self.limits.request);
        let waited = |error: ApiError| match error {
            ApiError::Timeout(_) => ApiError::Timeout(self.limits.request.as_secs()),
            ApiError::Broken(why) => ApiError::Broken(self.clean(&why)),
            other => other,
        };
        let kept = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        if let Some(stream) = kept {
            // The other side may have closed it meanwhile; asking changes nothing, so it can be done again.
            match self.ask(stream, path, until) {
                Err(ApiError::Broken(_)) => {}
                answer => return answer.map_err(waited),
            }
        }
        let stream = self.connect(until).map_err(waited)?;
        self.ask(stream, path, until).map_err(waited)
    }

    fn connect(&self, until: Instant) -> Result<Stream, ApiError> {
        let failed = |why: String| ApiError::Connect {
            address: format!("{}:{}", self.host, self.port),
            why,
        };
        let addresses = (self.host.as_str(), self.port).to_socket_addrs();
        let mut last = failed("the name has no address".to_owned());
        for address in addresses.map_err(|e| failed(e.to_string()))? {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ApiError::Timeout(0));
            }
            match TcpStream::connect_timeout(&address, left) {
                Ok(tcp) => return self.greet(tcp, until),
                Err(e) if e.kind() == std::io::ErrorKind::TimedOut => last = ApiError::Timeout(0),
                Err(e) => last = failed(e.to_string()),
            }
        }
        Err(last)
    }

    /// The TLS handshake, so that nothing is said before it is known who listens.
    fn greet(&self, tcp: TcpStream, until: Instant) -> Result<Stream, ApiError> {
        let _ = tcp.set_nodelay(true);
        let connection = ClientConnection::new(Arc::clone(&self.tls), self.name.clone());
        let connection = connection.map_err(|e| ApiError::Setup(e.to_string()))?;
        let mut stream = StreamOwned::new(connection, Timed::new(tcp, until));
        while stream.conn.is_handshaking() {
            stream
                .conn
                .complete_io(&mut stream.sock)
                .map_err(|e| self.untrusted(&e))?;
        }
        Ok(stream)
    }

    fn untrusted(&self, error: &std::io::Error) -> ApiError {
        let tls = error
            .get_ref()
            .and_then(|e| e.downcast_ref::<rustls::Error>());
        match (tls, &self.trust, self.met()) {
            (
                Some(rustls::Error::InvalidCertificate(_)),
                Trust::Fingerprint(pinned),
                Some(found),
            ) => ApiError::Trust(format!(
                "the certificate's fingerprint is {found}, declared is {pinned}"
            )),
            (Some(rustls::Error::InvalidCertificate(why)), Trust::Authority(_), Some(found)) => {
                ApiError::Trust(format!(
                    "the certificate {found} is not one that 'ca' vouches for under this name: {why:?}"
                ))
            }
            (Some(other), ..) => ApiError::Broken(format!("no TLS: {other}")),
            (None, ..) => http::broken(error),
        }
    }

    fn ask(&self, mut stream: Stream, path: &str, until: Instant) -> Result<Reply, ApiError> {
        stream.sock.stop_at(until);
        let request = Zeroizing::new(format!(
            "GET /api2/json{path} HTTP/1.1\r\nHost: {}:{}\r\nAuthorization: {}{}\r\nAccept: application/json\r\nUser-Agent: holdfast\r\n\r\n",
            self.host,
            self.port,
            self.product.authorization(&self.token),
            self.secret.expose(),
        ));
        stream
            .write_all(request.as_bytes())
            .map_err(|e| http::broken(&e))?;
        stream.flush().map_err(|e| http::broken(&e))?;
        let reply = http::read(&mut stream, self.limits.bytes)?;
        if reply.keep {
            self.idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(stream);
        }
        Ok(reply)
    }

    /// A text of the other side, short, on one line, and without the secret, should it have said that.
    fn clean(&self, text: &str) -> String {
        let line: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let masked = mask(&line, &[&self.secret]);
        masked.trim().chars().take(TEXT).collect()
    }
}

fn address(url: &str, usual: u16) -> Option<(String, u16)> {
    let rest = url.strip_prefix("https://")?;
    let authority = rest.split('/').next().filter(|a| !a.is_empty())?;
    let outside = rest.strip_prefix(authority)?;
    if !matches!(outside, "" | "/") || authority.contains('@') {
        return None;
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(six) => {
            let (host, port) = six.split_once(']')?;
            (host, port.strip_prefix(':'))
        }
        None => authority
            .split_once(':')
            .map_or((authority, None), |(h, p)| (h, Some(p))),
    };
    let port = port.map_or(Some(usual), |p| p.parse().ok())?;
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

/// A part of a path, escaped.
pub(crate) fn segment(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes()
        .map(|b| {
            if plain(b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_and_nothing_else() {
        let rows = [
            ("https://192.0.2.11:8006", Some(("192.0.2.11", 8006))),
            ("https://pve1.home.arpa", Some(("pve1.home.arpa", 8006))),
            ("https://[2001:db8::1]:443/", Some(("2001:db8::1", 443))),
            ("http://192.0.2.11:8006", None),
            ("https://192.0.2.11:8006/api2", None),
            ("https://user@192.0.2.11", None),
            ("https://:8006", None),
            ("https://pve1:port", None),
        ];
        for (url, expected) in rows {
            assert_eq!(
                address(url, 8006),
                expected.map(|(h, p)| (h.to_owned(), p)),
                "{url}"
            );
        }
        assert_eq!(
            address("https://pbs", Product::Backup.port()),
            Some(("pbs".to_owned(), 8007))
        );
        assert_eq!(segment("a@b/.."), "a%40b%2F..");
    }
}
