//! A router is asked by plain http.

use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};

pub(crate) const RULE: Rule = Rule {
    id: "sec-openwrt-clear",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A router is asked by plain http, so that the password travels in clear text.",
    rationale: "Whoever is on the way reads the password of the login and everything that is told, and can then ask for himself; nothing says who answered, so that a forward that is there may be missing from what is told.",
    example: "devices: {gw: {kind: router, openwrt: {url: 'http://192.168.10.1', user: holdfast, password: {env: GW_PASSWORD}, clear_text: true}}}",
    controls: &[
        "CIS v8 12.3",
        "NIST CSF 2.0 PR.DS-02",
        "ISO 27001:2022 A.8.20",
    ],
    mend: Mend::DisplayOnly("the router's web server has to speak https first"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, device) in &ctx.lab.devices {
        let Some(openwrt) = &device.openwrt else {
            continue;
        };
        let url = openwrt.url.known();
        if !url.is_some_and(|url| url.0.starts_with("http://")) {
            continue;
        }
        let d = RULE
            .finding(format!("device '{name}' is asked by plain http"))
            .at(openwrt.span, "")
            .help("install the package luci-ssl (or libustream-mbedtls and px5g-mbedtls) there, then write https:// and the certificate's fingerprint");
        out.add(ObjectRef::new(Kind::Device, name), d);
    }
}
