//! Services: whether they run, are started by themselves, and where they listen as far as that is told. Where its SSH server listens is not asked
//! for: the same answer has the keys of the host in it.

use super::{Look, flag, list, number, text, texts};
use crate::question;
use model::fact::FactKind;
use reading::found::Fields;
use serde_json::Value;

const KIND: FactKind = FactKind::TrueNasService;
/// Ports that are fixed by the protocol and by TrueNAS, and what is not known of the others.
const FIXED: [(&str, &str, &str); 2] = [
    (
        "cifs",
        "tcp/0.0.0.0:445",
        "at least at this port; NetBIOS and WS-Discovery, and to which addresses it is bound, are not asked",
    ),
    (
        "nfs",
        "tcp/0.0.0.0:2049",
        "at least at this port; rpcbind, mountd, statd, lockd and RDMA, and to which addresses it is bound, are not asked",
    ),
];

pub(super) fn services(look: &mut Look<'_>) {
    let portals = look.answer(KIND, question::PORTALS).map(|answer| {
        let mut sockets = Vec::new();
        let lost = super::each(&answer, |row| {
            sockets.extend(portal(row)?);
            Some(())
        });
        look.judge(KIND, question::PORTALS, lost);
        sockets
    });
    let question = question::SERVICES;
    if let Some(answer) = look.answer(KIND, question) {
        let lost = super::each(&answer, |row| {
            let name = row.get("service").and_then(text)?;
            let fixed = FIXED.iter().find(|(own, ..)| *own == name);
            let sockets = match name.as_str() {
                "iscsitarget" => portals.clone(),
                _ => fixed.map(|(_, socket, _)| vec![(*socket).to_owned()]),
            };
            let running = row.get("state").and_then(text)? == "RUNNING";
            let fields = Fields::default()
                .set("running", Some(running))
                .set("enabled", Some(flag(row, "enable")?))
                .set("sockets", sockets.map(list))
                .set("partly", fixed.map(|(.., partly)| *partly));
            look.found.add(KIND, name, fields, question.method);
            Some(())
        });
        look.judge(KIND, question, lost);
    }
    let question = question::WEB;
    if let Some(answer) = look.answer(KIND, question) {
        let fields = web(&answer);
        let lost = usize::from(fields.is_none());
        if let Some(fields) = fields {
            look.found.add(KIND, "web", fields, question.method);
        }
        look.judge(KIND, question, Some(lost));
    }
}

fn socket(address: &str, port: i64) -> String {
    match address {
        six if six.contains(':') => format!("tcp/[{six}]:{port}"),
        four => format!("tcp/{four}:{port}"),
    }
}

fn portal(row: &Value) -> Option<Vec<String>> {
    let listen = row.get("listen")?.as_array()?;
    let sockets = listen.iter().map(|at| {
        let address = at.get("ip").and_then(text)?;
        Some(socket(&address, number(at, "port")?))
    });
    sockets.collect()
}

/// The web interface: it has no service of its own and always runs.
fn web(answer: &Value) -> Option<Fields> {
    let (secure, plain) = (number(answer, "ui_httpsport")?, number(answer, "ui_port")?);
    let mut addresses = texts(answer, "ui_address")?;
    addresses.extend(texts(answer, "ui_v6address")?);
    let of = |port: i64| addresses.iter().map(move |at| socket(at, port));
    let sockets = of(secure).chain(of(plain)).collect();
    Some(
        Fields::default()
            .set("running", Some(true))
            .set("enabled", Some(true))
            .set("sockets", Some(list(sockets)))
            .set("networks", Some(list(texts(answer, "ui_allowlist")?))),
    )
}
