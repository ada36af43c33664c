//! Routers that the controller reaches: one that answers itself has a wire and a lease, as hosts have.

use std::net::Ipv4Addr;

use crate::engine::Engine;
use crate::error::TwinError;
use crate::fabric::{Fabric, Part};
use crate::host::{Host, HostSpec};
use crate::image::ImageRef;
use crate::lease::Lease;
use crate::wire;

/// What the controller is asked and answers goes no further, and nothing else leaves by its wire.
const CLOSED: &str = "table inet controller\ndelete table inet controller\ntable inet controller {\n\tchain forward {\n\t\ttype filter hook forward priority -200; policy accept;\n\t\tiifname \"eth0\" drop\n\t\toifname \"eth0\" drop\n\t}\n}\n";

/// The name of a router among hosts: none of them ends so.
pub fn reached_name(router: &str) -> String {
    let start: String = router.chars().take(39).collect();
    format!("{start}-")
}

impl Fabric {
    /// Lays the controller's wire to a router that is there, if none lies, and gives what it is reached by.
    pub fn reach(
        &self,
        engine: &Engine,
        image: &ImageRef,
        router: &str,
    ) -> Result<Host, TwinError> {
        let name = reached_name(router);
        let pid = self.pid_of(Part::Router, router)?;
        let host = match Host::attach(engine, self.owner(), &name) {
            Ok(host) => host,
            Err(TwinError::NoSuchHost { .. }) => {
                let mut spec = HostSpec::new(self.owner(), &name, image);
                spec.router = Some(router.to_owned());
                Host::leased(engine, &spec)?
            }
            Err(other) => return Err(other),
        };
        if self.wire(host.lease(), router, &pid)? {
            // What answered in a namespace that is gone is reached by nobody.
            host.end_server()?;
        }
        Ok(host)
    }

    /// Lays the wire if none lies; says whether it did.
    fn wire(&self, lease: &Lease, router: &str, pid: &str) -> Result<bool, TwinError> {
        let is_new = !self.has_interface(pid, "eth0")?;
        if is_new {
            // What is left of one that was here before.
            wire::disconnect(lease)?;
            wire::connect(lease, pid)?;
            wire::seal(lease)?;
        }
        self.load(router, CLOSED)?;
        let own = lease.address;
        let mut batch = format!("link set eth0 up\naddress replace {own}/32 dev eth0\n");
        let peers: [Ipv4Addr; 2] = [lease.controller, lease.vantage];
        for peer in peers {
            batch.push_str(&format!(
                "route replace {peer}/32 dev eth0 scope link src {own}\n"
            ));
        }
        self.ip(pid, &batch)?;
        Ok(is_new)
    }
}
