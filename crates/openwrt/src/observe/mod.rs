//! Observing a router: each question by itself, so that what one right withholds leaves the others known.
//!
//! rpcd answers a question whole or not at all. A list counts as whole only if it was answered *and* the login was told that it has the
//! right: whatever else answers with an empty list proves nothing.

mod dhcp;
mod firewall;
mod network;
mod section;
mod system;

use crate::error::{UbusError, grant};
use crate::question::{self, Question};
use crate::ubus::Ubus;
use model::fact::{FactKind, Scope};
use model::kleene::Reason;
use reading::found::Found;
use serde_json::Value;

/// Longest text that is kept; what is longer is no name and no address.
const TEXT: usize = 256;

/// Asks for everything in the scope.
pub(crate) fn observe(ubus: &Ubus, scope: &Scope) -> Found {
    let asked = scope.kinds();
    let mut found = Found::by("ubus");
    let mut look = Look {
        ubus,
        found: &mut found,
    };
    let parts: [(FactKind, Question, Part); 8] = [
        (FactKind::OpenWrt, question::BOARD, system::board),
        (FactKind::OpenWrt, question::SYSTEM, system::system),
        (
            FactKind::OpenWrtInterface,
            question::INTERFACES,
            network::interfaces,
        ),
        (FactKind::OpenWrtVlan, question::DEVICES, network::vlans),
        (
            FactKind::OpenWrtFirewall,
            question::FIREWALL,
            firewall::zones,
        ),
        (
            FactKind::OpenWrtForward,
            question::FIREWALL,
            firewall::forwards,
        ),
        (FactKind::OpenWrtDhcp, question::DHCP, dhcp::configured),
        (FactKind::OpenWrtLease, question::LEASES, dhcp::leases),
    ];
    let mut last: Option<(Question, Result<Value, Reason>)> = None;
    for (kind, question, part) in parts {
        if !asked.contains(&kind) {
            continue;
        }
        let answer = match last.take() {
            Some((before, answer)) if before == question => answer,
            _ => look.ask(question),
        };
        look.part(kind, question, &answer, part);
        last = Some((question, answer));
    }
    if asked.contains(&FactKind::OpenWrtForward) {
        look.upnp();
    }
    found.only(&asked, scope);
    found
}

/// Reads an answer; how many rows of it are not understood, or nothing if it is not what it should be.
type Part = fn(&Value, &mut Found, &str) -> Option<usize>;

struct Look<'a> {
    ubus: &'a Ubus,
    found: &'a mut Found,
}

impl Look<'_> {
    fn ask(&self, question: Question) -> Result<Value, Reason> {
        let answer = self.ubus.ask(question);
        answer.map_err(|why| Reason::new(why.of(question)))
    }

    /// Where UPnP is on, whoever is inside opens ports, which the configuration does not tell.
    fn upnp(&mut self) {
        let kind = FactKind::OpenWrtForward;
        let shown = question::UPNP.shown();
        match self.ubus.ask(question::UPNP) {
            // No such configuration: miniupnpd is not installed.
            Err(UbusError::Status { code: 4 }) if self.ubus.may(question::UPNP) => {}
            Err(why) => {
                let why = Reason::new(why.of(question::UPNP));
                self.found.errors.push(why.to_string());
                self.found.complete(kind, Err(why));
            }
            Ok(answer) => match section::sections(&answer) {
                Some((all, 0)) => {
                    let mut own = all.iter().filter(|s| s.sort == "upnpd");
                    if own.any(|s| s.is("enabled", true) != Some(false)) {
                        let why = "UPnP is on: ports that machines inside have opened by it are not asked for";
                        self.found.partial(kind, why);
                    }
                }
                _ => self
                    .found
                    .partial(kind, format!("{shown}: the answer is not understood")),
            },
        }
    }

    fn part(
        &mut self,
        kind: FactKind,
        question: Question,
        answer: &Result<Value, Reason>,
        part: Part,
    ) {
        let shown = question.shown();
        let value = match answer {
            Ok(value) => value,
            Err(why) => {
                self.found.errors.push(why.to_string());
                return self.found.complete(kind, Err(why.clone()));
            }
        };
        let proof = match part(value, self.found, &shown) {
            None => Err(format!("{shown}: the answer is not understood")),
            Some(0) if self.ubus.may(question) => {
                Ok(format!("{shown} was answered, and the login may ask it"))
            }
            Some(0) => Err(format!(
                "{shown} was answered to a login that has no right to it, which proves nothing; {}",
                grant(question)
            )),
            Some(lost) => Err(format!("{shown}: {lost} rows are not understood")),
        };
        self.found.complete(kind, proof.map_err(Reason::new));
    }
}

/// A text that can be a name or an address: short, and without what terminals obey.
fn text(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    is_clean(text).then(|| text.to_owned())
}

fn is_clean(text: &str) -> bool {
    !text.is_empty() && text.len() <= TEXT && !text.chars().any(char::is_control)
}

/// Texts as a value.
fn list(texts: impl IntoIterator<Item = String>) -> model::value::Value {
    let texts = texts.into_iter().map(model::value::Value::from);
    model::value::Value::List(texts.collect())
}
