//! How the interfaces of a twin are, and where.

use crate::{Interface, interface_at, place, token};
use serde_json::{Value, json};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use twin::{Engine, Host};
use twinplan::{Design, InterfaceTwin, Simulated};

/// Where a product is asked from this machine.
pub fn url(host: &Host, product: Simulated) -> String {
    format!("https://{}:{}", host.address(), product.port())
}

/// Where an interface is in the twin.
pub fn addresses(design: &Design, interface: &InterfaceTwin) -> Vec<IpAddr> {
    let machine = design.machines.iter().find(|m| m.name == interface.machine);
    let router = design.router_of(&interface.of);
    let links = match interface.product {
        Simulated::OpenWrt => router.map(|r| &r.links),
        _ => machine.map(|m| &m.links),
    };
    let all = links.into_iter().flatten();
    all.filter_map(|l| Some(l.address.as_ref()?.ip)).collect()
}

/// How an interface is.
#[derive(Debug, Clone)]
pub struct Served {
    /// The interface.
    pub of: InterfaceTwin,
    /// Where it is for this machine; `None` where it does not run.
    pub here: Option<Interface>,
    /// Where it is in the twin.
    pub inside: Vec<String>,
    /// Where the secrets lie: of the token, and of root where somebody can log in.
    pub secrets: [PathBuf; 2],
}

impl Served {
    /// For programs.
    pub fn json(&self) -> Value {
        let here = self.here.as_ref();
        let product = self.of.product;
        let root = (product == Simulated::ProxmoxVe).then_some(&self.secrets[1]);
        json!({
            "of": self.of.of.to_string(), "on": self.of.machine, "product": product, "simulated": true,
            "url": here.map(|h| &h.url), "inside": self.inside, "fingerprint": here.map(|h| &h.fingerprint),
            "token": token(product), "token_secret_file": self.secrets[0], "root_password_file": root,
        })
    }
}

/// How all interfaces are.
pub fn look(design: &Design, engine: &Engine, owner: &str) -> Vec<Served> {
    let of = |interface: &InterfaceTwin| {
        let host = Host::attach(engine, owner, &place(interface)).ok();
        let dir = host.as_ref().map(Host::state_dir).unwrap_or_default();
        let inside = addresses(design, interface).into_iter();
        let inside = inside.map(|ip| SocketAddr::from((ip, interface.product.port())));
        let runs = host.as_ref().is_some_and(Host::is_served);
        Served {
            of: interface.clone(),
            here: interface_at(&dir).filter(|_| runs),
            inside: inside.map(|a| format!("https://{a}")).collect(),
            secrets: ["api-token", "api-password"].map(|f| dir.join(f)),
        }
    };
    design.interfaces.iter().map(of).collect()
}
