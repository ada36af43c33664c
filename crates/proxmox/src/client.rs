//! Asking the API of a Proxmox product: as whom, and where in the answer what stands.

use model::lab::api::Fingerprint;
use model::secret::Secret;
use reading::https::{Address, ApiError, Connection, Limits, Reply, Scheme, Trust};
use reading::wire;
use serde_json::Value;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

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

/// A connection to one API for one observation.
pub(crate) struct Client {
    product: Product,
    connection: Connection,
    token: String,
    secret: Secret,
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
        let address = Address::of(url, product.port())
            .filter(|a| a.scheme == Scheme::Https)
            .ok_or_else(|| setup(format!("'{url}' is not https://HOST:PORT")))?;
        if secret.expose().chars().any(|c| !c.is_ascii_graphic()) {
            return Err(setup(
                "the token's secret has characters that no token has".to_owned(),
            ));
        }
        Ok(Self {
            product,
            connection: Connection::new(address, trust, limits)?,
            token: token.to_owned(),
            secret,
        })
    }

    /// `HOST:PORT`.
    pub(crate) fn address(&self) -> String {
        self.connection.address().shown()
    }

    /// The certificate that answered last.
    pub(crate) fn met(&self) -> Option<Fingerprint> {
        self.connection.met()
    }

    /// `data` of the answer to `GET /api2/json{path}`.
    pub(crate) fn get(&self, path: &str) -> Result<Value, ApiError> {
        let reply = self.reply(path)?;
        if reply.status != 200 {
            return Err(reply.refused(&self.why(&reply), &[&self.secret]));
        }
        let garbage = |why: &str| ApiError::Garbage(why.to_owned());
        match wire::json(&reply.body).map_err(ApiError::Garbage)? {
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
            for _ in 0..self
                .connection
                .limits()
                .parallel
                .clamp(1, paths.len().max(1))
            {
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
        let request = Zeroizing::new(format!(
            "GET /api2/json{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: {}{}\r\nAccept: application/json\r\nUser-Agent: holdfast\r\n\r\n",
            self.address(),
            self.product.authorization(&self.token),
            self.secret.expose(),
        ));
        self.connection.send(request.as_bytes(), &[&self.secret])
    }
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
    fn an_address_is_https_and_its_port_the_products() {
        let client = |product, url| {
            let secret = Secret::new("s".to_owned());
            let trust = Trust::Fingerprint(Fingerprint([0; 32]));
            Client::new(product, url, "", secret, &trust, Limits::default())
        };
        let rows = [
            (Product::Ve, "https://pve1", Some("pve1:8006")),
            (Product::Backup, "https://pbs", Some("pbs:8007")),
            (Product::Ve, "https://pve1:443", Some("pve1:443")),
            (
                Product::Ve,
                "https://[2001:db8::5]",
                Some("[2001:db8::5]:8006"),
            ),
            (Product::Ve, "http://pve1", None),
        ];
        for (product, url, expected) in rows {
            let made = client(product, url).ok().map(|c| c.address());
            assert_eq!(made.as_deref(), expected, "{url}");
        }
        assert_eq!(segment("a@b/.."), "a%40b%2F..");
    }
}
