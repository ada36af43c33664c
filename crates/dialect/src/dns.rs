//! Name servers: Pi-hole, AdGuard Home, unbound and dnsmasq, each by its own files, told in one form.

use crate::Told;
use crate::lines::{Instance, instances};
use crate::server::Server;
use crate::{adguard, dnsmasq, pihole, unbound};

/// What an instance is set to; `None` if no file of it was found, or if it was not read whole.
type Read = fn(&Instance<'_>) -> Option<Result<Server, String>>;

/// Takes apart what the observer script told.
pub fn read(text: &str) -> Told {
    let mut told = Told::default();
    for instance in instances(text, &mut told) {
        let (name, read): (&str, Read) = match instance.product {
            "adguard" => ("adguard", adguard::server),
            "unbound" => ("unbound", unbound::server),
            "dnsmasq" => ("dnsmasq", dnsmasq::server),
            _ => ("pihole", pihole::server),
        };
        let key = told.free(name);
        match (instance.why(), read(&instance)) {
            (Some(why), None) => told.unknown(key, why),
            (None, None) => told.unknown(key, "its configuration was not found"),
            (_, Some(Err(why))) => told.unknown(key, &why),
            (why, Some(Ok(server))) => {
                if let Some(why) = why.map(ToOwned::to_owned).or_else(|| server.gap.clone()) {
                    told.gap(format!("{key}: {why}"));
                }
                server.put(&instance, &key, &mut told);
            }
        }
    }
    told
}
