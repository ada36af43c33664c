//! A connection to one API: where it is, who may answer, and how much is waited for and taken.

use super::error::ApiError;
use super::http::{self, Reply, Timed};
use super::tls::{self, Met, Trust};
use model::lab::api::Fingerprint;
use model::secret::{Secret, mask};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest text of the other side that is repeated.
const TEXT: usize = 200;

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

/// How it is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// By TLS.
    Https,
    /// In clear text.
    Http,
}

/// Where an API answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// How.
    pub scheme: Scheme,
    /// Name or address, without brackets.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl Address {
    /// Of `SCHEME://HOST[:PORT]` and nothing behind it; `usual` is the port where none is said.
    pub fn of(url: &str, usual: u16) -> Option<Self> {
        let (scheme, rest) = match url.strip_prefix("https://") {
            Some(rest) => (Scheme::Https, rest),
            None => (Scheme::Http, url.strip_prefix("http://")?),
        };
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
        (!host.is_empty()).then(|| Self {
            scheme,
            host: host.to_owned(),
            port,
        })
    }

    /// `HOST:PORT`, as URLs and the `Host` of a request have it.
    pub fn shown(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

enum Stream {
    Tls(Box<StreamOwned<ClientConnection, Timed>>),
    Clear(Timed),
}

impl Stream {
    fn stop_at(&mut self, until: Instant) {
        match self {
            Stream::Tls(stream) => stream.sock.stop_at(until),
            Stream::Clear(stream) => stream.stop_at(until),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Tls(stream) => stream.read(buffer),
            Stream::Clear(stream) => stream.read(buffer),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tls(stream) => stream.write(bytes),
            Stream::Clear(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Tls(stream) => stream.flush(),
            Stream::Clear(stream) => stream.flush(),
        }
    }
}

/// A connection of which one end stays open: what goes over it is no HTTP any more. Reading and writing stop at an instant.
pub struct Line(Stream);

impl Line {
    /// Until when is waited from now on.
    pub fn stop_at(&mut self, until: Instant) {
        self.0.stop_at(until);
    }
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Until when one answer is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// The instant.
    pub until: Instant,
    /// It is that at which all questions together end.
    whole: bool,
}

/// The client's side of TLS, and under which name the other side is known.
struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

/// A connection to one API for one observation.
pub struct Connection {
    address: Address,
    tls: Option<Tls>,
    trust: Trust,
    met: Met,
    limits: Limits,
    until: Instant,
    idle: Mutex<Vec<Stream>>,
}

impl Connection {
    /// Connects when something is asked. Time runs from now on.
    ///
    /// # Errors
    /// What is declared cannot be used: no host, no certificates, or an address that does not fit whom to trust.
    pub fn new(address: Address, trust: &Trust, limits: Limits) -> Result<Self, ApiError> {
        let setup = |why: String| ApiError::Setup(why);
        let name = ServerName::try_from(address.host.clone())
            .map_err(|_| setup(format!("'{}' is no host", address.host)))?;
        let met = Met::default();
        let tls = match (address.scheme, tls::config(trust, &met)?) {
            (Scheme::Https, Some(config)) => Some(Tls { config, name }),
            (Scheme::Http, None) => None,
            (Scheme::Https, None) => {
                return Err(setup("nothing says whom to trust".to_owned()));
            }
            (Scheme::Http, Some(_)) => {
                return Err(setup("there are no certificates by http".to_owned()));
            }
        };
        Ok(Self {
            address,
            tls,
            trust: trust.clone(),
            met,
            limits,
            until: Instant::now() + limits.whole,
            idle: Mutex::default(),
        })
    }

    /// Where it leads.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// What is waited for and taken.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The certificate that answered last.
    pub fn met(&self) -> Option<Fingerprint> {
        self.met
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The answer to a request that changes nothing and so may be sent twice. `hide` is what no message may repeat.
    ///
    /// # Errors
    /// There is no whole answer; what its status means is for the caller.
    pub fn send(&self, request: &[u8], hide: &[&Secret]) -> Result<Reply, ApiError> {
        let patience = self.patience();
        let until = patience.until;
        let waited = |error: ApiError| self.waited(error, patience, hide);
        let kept = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        if let Some(stream) = kept {
            // The other side may have closed it meanwhile; asking changes nothing, so it can be done again.
            match self.ask(stream, request, until) {
                Err(ApiError::Broken(_)) => {}
                answer => return answer.map_err(waited),
            }
        }
        let stream = self.connect(until).map_err(waited)?;
        self.ask(stream, request, until).map_err(waited)
    }

    /// Until when an answer is waited for that is asked for now.
    pub fn patience(&self) -> Patience {
        let own = Instant::now() + self.limits.request;
        Patience {
            until: self.until.min(own),
            whole: self.until < own,
        }
    }

    /// An error with how long was waited, and without what no message may repeat.
    pub fn waited(&self, error: ApiError, patience: Patience, hide: &[&Secret]) -> ApiError {
        match error {
            ApiError::Timeout(_) if patience.whole => ApiError::Whole(self.limits.whole.as_secs()),
            ApiError::Timeout(_) => ApiError::Timeout(self.limits.request.as_secs()),
            ApiError::Broken(why) => ApiError::Broken(clean(&why, hide)),
            other => other,
        }
    }

    /// A connection for something else than one question and its answer. Who is there is known before anything is said.
    ///
    /// # Errors
    /// Nobody answers, or somebody who is not trusted.
    pub fn line(&self, patience: Patience) -> Result<Line, ApiError> {
        self.connect(patience.until).map(Line)
    }

    fn connect(&self, until: Instant) -> Result<Stream, ApiError> {
        let failed = |why: String| ApiError::Connect {
            address: self.address.shown(),
            why,
        };
        let addresses = (self.address.host.as_str(), self.address.port).to_socket_addrs();
        let mut last = failed("the name has no address".to_owned());
        for address in addresses.map_err(|e| failed(e.to_string()))? {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ApiError::Timeout(0));
            }
            match TcpStream::connect_timeout(&address, left) {
                Ok(tcp) => return self.greet(tcp, until),
                Err(e) if e.kind() == io::ErrorKind::TimedOut => last = ApiError::Timeout(0),
                Err(e) => last = failed(e.to_string()),
            }
        }
        Err(last)
    }

    /// The TLS handshake, so that nothing is said before it is known who listens.
    fn greet(&self, tcp: TcpStream, until: Instant) -> Result<Stream, ApiError> {
        let _ = tcp.set_nodelay(true);
        let timed = Timed::new(tcp, until);
        let Some(tls) = &self.tls else {
            return Ok(Stream::Clear(timed));
        };
        let connection = ClientConnection::new(Arc::clone(&tls.config), tls.name.clone());
        let connection = connection.map_err(|e| ApiError::Setup(e.to_string()))?;
        let mut stream = StreamOwned::new(connection, timed);
        while stream.conn.is_handshaking() {
            stream
                .conn
                .complete_io(&mut stream.sock)
                .map_err(|e| self.untrusted(&e))?;
        }
        Ok(Stream::Tls(Box::new(stream)))
    }

    fn untrusted(&self, error: &io::Error) -> ApiError {
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

    fn ask(&self, mut stream: Stream, request: &[u8], until: Instant) -> Result<Reply, ApiError> {
        stream.stop_at(until);
        stream.write_all(request).map_err(|e| http::broken(&e))?;
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
}

/// A text of the other side, short, on one line, and without the secrets, should it have said those.
pub fn clean(text: &str, hide: &[&Secret]) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let masked = mask(&line, hide);
    masked.trim().chars().take(TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_of_two_schemes_and_nothing_else() {
        use Scheme::{Http, Https};
        let rows = [
            ("https://192.0.2.11:8006", Some((Https, "192.0.2.11", 8006))),
            (
                "https://pve1.home.arpa",
                Some((Https, "pve1.home.arpa", 443)),
            ),
            (
                "https://[2001:db8::1]:443/",
                Some((Https, "2001:db8::1", 443)),
            ),
            ("http://192.0.2.1:80", Some((Http, "192.0.2.1", 80))),
            ("ftp://192.0.2.11:8006", None),
            ("https://192.0.2.11:8006/api2", None),
            ("https://user@192.0.2.11", None),
            ("https://:8006", None),
            ("https://pve1:port", None),
        ];
        for (url, expected) in rows {
            let expected = expected.map(|(scheme, host, port)| Address {
                scheme,
                host: host.to_owned(),
                port,
            });
            assert_eq!(Address::of(url, 443), expected, "{url}");
        }
        let shown = |url| Address::of(url, 443).map(|a| a.shown());
        assert_eq!(
            shown("https://[2001:db8::1]").as_deref(),
            Some("[2001:db8::1]:443")
        );
        assert_eq!(shown("http://pve1:80").as_deref(), Some("pve1:80"));
    }

    #[test]
    fn nothing_is_asked_by_http_unless_that_is_said() {
        let pinned = Trust::Fingerprint(Fingerprint([0; 32]));
        let rows = [
            ("http://192.0.2.1", &pinned, false),
            ("https://192.0.2.1", &Trust::Clear, false),
            ("http://192.0.2.1", &Trust::Clear, true),
            ("https://192.0.2.1", &pinned, true),
        ];
        for (url, trust, can) in rows {
            let address = Address::of(url, 443).expect("an address");
            let made = Connection::new(address, trust, Limits::default());
            assert_eq!(made.is_ok(), can, "{url} {trust:?}");
        }
    }
}
