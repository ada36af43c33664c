//! The login of an OpenWrt router: an account without a shell, a login of rpcd, and an access group that may read what is asked and nothing else.

use crate::{Part, Recipe, keep_in, kept};
use console::hint::quoted;
use model::declare::OptExt as _;
use model::lab::openwrt::OpenWrt;
use plan::interface::Interface;

/// The login where the lab names none.
const USER: &str = "holdfast";

pub(super) fn recipe(interface: &Interface<'_>, of: &OpenWrt, tree: &str) -> Recipe {
    let name = &interface.object.name;
    let user = of.user.known().map_or(USER, |u| u.0.as_str());
    let keep = match of.password.as_ref() {
        Some(from) => kept(&from.0, &format!("device/{name}/password"), tree),
        None => keep_in(&format!("~/.config/holdfast/{name}-password")),
    };
    let is_pinned = of.fingerprint.known().is_some() || of.ca.known().is_some();
    let trust = (!is_pinned && of.clear_text.known() != Some(&true)).then(|| {
        format!(
            "# then, in the lab tree: openwrt of {}: fingerprint: what sha256sum printed",
            interface.object
        )
    });
    let here = std::iter::once(keep).chain(trust);
    Recipe {
        object: interface.object.to_string(),
        product: "OpenWrt",
        parts: vec![
            Part {
                place: "as root on the router".to_owned(),
                commands: on_router(user),
            },
            Part {
                place: "on this machine".to_owned(),
                commands: here.chain([format!("holdfast observe {tree} --on real")]).collect(),
            },
            Part {
                place: "to take it away, on the router".to_owned(),
                commands: vec![
                    format!("uci delete rpcd.{USER} && uci commit rpcd"),
                    format!("rm /usr/share/rpcd/acl.d/{}.json", ::openwrt::GROUP),
                    format!("sed -i '/^{user}:/d' /etc/passwd /etc/shadow && /etc/init.d/rpcd restart"),
                ],
            },
        ],
        unknown: vec!["wireless networks, what the configuration `network` says beyond what is running, and ports that UPnP opened: rpcd grants configurations as a whole, and those have keys in them".to_owned()],
    }
}

fn on_router(user: &str) -> Vec<String> {
    let group = ::openwrt::GROUP;
    let acl = ::openwrt::acl().to_string();
    let quoted_user = quoted(user);
    vec![
        "opkg install uhttpd-mod-ubus rpcd-mod-luci   # both come with LuCI; from 25.12 on: apk add".to_owned(),
        format!("printf '%s\\n' {} > /usr/share/rpcd/acl.d/{group}.json", quoted(&acl)),
        format!("echo '{user}:x:7117:7117:{user}:/var:/bin/false' >> /etc/passwd"),
        format!("echo '{user}:*:0:0:99999:7:::' >> /etc/shadow && passwd {quoted_user}   # asks for a new password, twice"),
        format!("uci set rpcd.{USER}=login && uci set rpcd.{USER}.username={quoted_user} && uci set rpcd.{USER}.password='$p${user}'"),
        format!("uci add_list rpcd.{USER}.read={group} && uci add_list rpcd.{USER}.read=unauthenticated && uci commit rpcd"),
        "/etc/init.d/rpcd restart".to_owned(),
        "sha256sum /etc/uhttpd.crt   # the fingerprint; of a file that begins with BEGIN: sed /-----/d /etc/uhttpd.crt | base64 -d | sha256sum".to_owned(),
    ]
}
