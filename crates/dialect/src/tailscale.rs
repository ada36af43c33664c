//! Tailscale, as its daemon tells of itself, of others and of what it lets in.
//!
//! Three answers: `status`, `prefs` (what this machine offers) and `serve` (what it shows to the tailnet, and by Funnel to everybody). Each may
//! be unknown without the others. Which of its routes the tailnet approves is told by `status` alone.

use crate::Told;
use crate::json::{NoTexts, flag, texts, word};
use crate::lines::{Instance, instances};
use crate::told::{list, plain};
use jiff::Timestamp;
use model::value::Value;
use serde_json::Value as Json;

/// So many peers are kept.
const MOST: usize = 1000;
/// Tailscale's own control server.
const OWN: &str = "https://controlplane.tailscale.com";
/// Routes that are a way to everything: an exit node.
const EXIT: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// Takes apart what the observer script told.
pub fn read(text: &str) -> Told {
    let mut told = Told::default();
    for instance in instances(text, &mut told) {
        match instance.runs {
            "host" => one(&instance, &mut told),
            "stopped" => {
                let about = [("runs", "stopped")];
                let key = told.free("self");
                told.present(key, Value::map(about));
            }
            _ => {
                let key = told.free("self");
                told.unknown(key, instance.why().unwrap_or("it was not asked"));
            }
        }
    }
    told
}

fn one(of: &Instance<'_>, told: &mut Told) {
    let own = told.free("self");
    if !of.texts.contains_key("status") {
        return told.unknown(own, of.why().unwrap_or("it was not asked"));
    }
    let status = match answer(of, "status") {
        Ok(status) => status,
        Err(why) => return told.unknown(own, &why),
    };
    let Some(state) = word(&status, "BackendState") else {
        return told.unknown(own, "it does not say in which state it is");
    };
    let mut about = vec![
        ("runs", Value::from("host")),
        ("state", Value::from(state.as_str())),
    ];
    about.extend(word(&status, "Version").map(|v| ("version", Value::from(v))));
    if let Some(me) = status.get("Self").filter(|s| s.is_object()) {
        about.extend(named(me).map(|n| ("name", Value::from(n))));
        let addresses = sorted(me, "TailscaleIPs", told);
        about.extend(addresses.map(|a| ("addresses", list(a))));
        let approved = sorted(me, "PrimaryRoutes", told);
        let approved = approved.map(|r| list(r.into_iter().filter(|r| !is_exit(r))));
        about.extend(approved.map(|a| ("approved", a)));
        let tags = sorted(me, "Tags", told);
        about.extend(tags.map(|t| ("tags", list(t))));
        about.extend(expiry(me, &state, told));
    }
    let uses = status.get("ExitNodeStatus").is_some_and(Json::is_object);
    about.push(("uses_exit", Value::Bool(uses)));
    match answer(of, "prefs") {
        Ok(prefs) if prefs.is_object() => about.extend(offers(&prefs, told)),
        Ok(_) => told.gap("what this machine offers: its answer is no map"),
        Err(why) => told.gap(format!("what this machine offers: {why}")),
    }
    told.present(own, Value::map(about));
    if let Some(why) = of.why_of("") {
        told.gap(why);
    }
    peers(&status, told);
    match answer(of, "serve") {
        Ok(serve) => served(&serve, None, told),
        Err(why) => told.gap(format!("what this machine serves: {why}")),
    }
}

/// What the machine offers and how, by its preferences.
fn offers(prefs: &Json, told: &mut Told) -> Vec<(&'static str, Value)> {
    let mut found = Vec::new();
    if let Some(routes) = sorted(prefs, "AdvertiseRoutes", told) {
        let exit = routes.iter().any(|r| is_exit(r));
        let others = routes.into_iter().filter(|r| !is_exit(r));
        found.extend([("routes", list(others)), ("exit", Value::Bool(exit))]);
    }
    found.extend(server(prefs).map(|s| ("server", Value::from(s))));
    let flags = [
        ("ssh", "RunSSH"),
        ("shields", "ShieldsUp"),
        ("accepts_routes", "RouteAll"),
    ];
    found.extend(
        flags
            .into_iter()
            .filter_map(|(to, of)| Some((to, Value::Bool(flag(prefs, of)?)))),
    );
    found
}

/// When its key ends; `false` where it never does, which is told by leaving the time out. Whoever is not logged in leaves it out, too: then it is not
/// known.
fn expiry(me: &Json, state: &str, told: &mut Told) -> Vec<(&'static str, Value)> {
    let expired = ("expired", Value::Bool(flag(me, "Expired") == Some(true)));
    let never = (state == "Running").then_some(Value::Bool(false));
    let until = match me.get("KeyExpiry") {
        None | Some(Json::Null) => never,
        Some(time) => {
            let time = time.as_str().and_then(|t| t.parse::<Timestamp>().ok());
            let Some(time) = time else {
                told.gap("when its key ends is no time that can be read");
                return vec![expired];
            };
            // The zero of Go is long before 1970.
            match time.as_second() {
                s if s > 0 => Some(Value::Int(s)),
                _ => never,
            }
        }
    };
    let until = until.map(|until| ("until", until));
    std::iter::once(expired).chain(until).collect()
}

/// The control server, without a slash at its end; Tailscale's own has two names, and none where nothing was set.
fn server(prefs: &Json) -> Option<String> {
    let url = word(prefs, "ControlURL")?;
    let url = url.trim_end_matches('/').to_ascii_lowercase();
    Some(match url.as_str() {
        "" | "https://login.tailscale.com" => OWN.to_owned(),
        _ => url,
    })
}

fn peers(status: &Json, told: &mut Told) {
    let all = match status.get("Peer") {
        None | Some(Json::Null) => return,
        Some(Json::Object(all)) => all,
        Some(_) => return told.gap("its peers are no map"),
    };
    if all.len() > MOST {
        return told.gap("there are more peers than are kept");
    }
    for peer in all.values() {
        let Some(name) = named(peer) else {
            told.gap("a peer has no name");
            continue;
        };
        let mut about = Vec::new();
        let addresses = sorted(peer, "TailscaleIPs", told);
        about.extend(addresses.map(|a| ("addresses", list(a))));
        about.extend(word(peer, "OS").map(|o| ("os", Value::from(o))));
        about.extend(flag(peer, "Online").map(|b| ("online", Value::Bool(b))));
        about.extend(flag(peer, "ExitNodeOption").map(|b| ("exit", Value::Bool(b))));
        for (to, of) in [("routes", "PrimaryRoutes"), ("tags", "Tags")] {
            let found = sorted(peer, of, told);
            if let Some(found) = found.filter(|f| !f.is_empty()) {
                about.push((to, list(found)));
            }
        }
        let key = told.free(&format!("peer/{name}"));
        told.present(key, Value::map(about));
    }
}

/// What is shown to the tailnet, and by Funnel to everybody. Sessions in the foreground and services are configurations of the same form; a service
/// has a name and addresses of its own, which are not those of the machine.
fn served(serve: &Json, service: Option<&str>, told: &mut Told) {
    if !is_serve(serve) {
        return told.gap("what this machine serves: its answer has a form that is not known here");
    }
    let is_public = |at: &str| {
        let all = serve.get("AllowFunnel");
        all.and_then(|f| f.get(at)).and_then(Json::as_bool) == Some(true)
    };
    let object = |name: &str| {
        serve
            .get(name)
            .and_then(Json::as_object)
            .into_iter()
            .flatten()
    };
    for (at, web) in object("Web") {
        let handlers = web.get("Handlers").and_then(Json::as_object);
        let to = handlers.into_iter().flatten().map(|(path, to)| {
            let target = word(to, "Proxy").unwrap_or_else(|| "files or text".to_owned());
            plain(&format!("{path} {target}"))
        });
        let port = at.rsplit_once(':').map_or("", |(_, p)| p);
        let handler = serve.get("TCP").and_then(|t| t.get(port));
        let tls = handler.and_then(|h| h.get("HTTPS")).and_then(Json::as_bool);
        let value = [
            ("to", list(to)),
            ("public", Value::Bool(is_public(at))),
            ("tls", Value::Bool(tls == Some(true))),
        ];
        let key = told.free(&format!("serve/{}", plain(at)));
        told.present(key, Value::map(value));
    }
    for (port, handler) in object("TCP") {
        let Some(target) = word(handler, "TCPForward") else {
            continue;
        };
        let end = format!(":{port}");
        let own = service.map(plain).unwrap_or_default();
        let mut funnels = object("AllowFunnel").filter(|(at, _)| at.ends_with(&end));
        let public = funnels.any(|(_, open)| open.as_bool() == Some(true));
        let tls = word(handler, "TerminateTLS").is_some_and(|t| !t.is_empty());
        let value = [
            ("to", list([plain(&target)])),
            ("public", Value::Bool(public)),
            ("tls", Value::Bool(tls)),
        ];
        let key = told.free(&format!("serve/{own}{}", plain(&end)));
        told.present(key, Value::map(value));
    }
    for (_, inner) in object("Foreground") {
        one_level(inner, None, told);
    }
    for (name, inner) in object("Services") {
        one_level(inner, Some(name), told);
    }
    // Of such a service the machine takes whatever comes, at every port.
    if let Some(service) = service.filter(|_| flag(serve, "Tun") == Some(true)) {
        let value = [
            ("to", list(["all of this machine".to_owned()])),
            ("public", Value::Bool(false)),
            ("tls", Value::Bool(false)),
        ];
        let key = told.free(&format!("serve/{}:*", plain(service)));
        told.present(key, Value::map(value));
    }
}

/// It has the form in which everything that is served is seen: what is read past would seem to be closed.
fn is_serve(serve: &Json) -> bool {
    let part = |name: &str| serve.get(name).is_none_or(|p| p.is_null() || p.is_object());
    let parts = ["Web", "TCP", "AllowFunnel", "Foreground", "Services"];
    let mut funnels = serve
        .get("AllowFunnel")
        .and_then(Json::as_object)
        .into_iter()
        .flatten();
    serve.is_null()
        || (serve.is_object()
            && parts.into_iter().all(part)
            && funnels.all(|(_, open)| open.is_boolean()))
}

/// None of them holds more of them.
fn one_level(inner: &Json, service: Option<&str>, told: &mut Told) {
    let nested = ["Foreground", "Services"];
    match nested
        .iter()
        .any(|n| inner.get(*n).is_some_and(Json::is_object))
    {
        true => told.gap("what this machine serves is nested deeper than is known here"),
        false => served(inner, service, told),
    }
}

/// One of the answers.
fn answer(of: &Instance<'_>, which: &str) -> Result<Json, String> {
    if let Some(why) = of.why_of(which) {
        return Err(why.to_owned());
    }
    match of.status.get(which).copied() {
        Some("0") => {}
        Some("124") => return Err("it did not answer within 10 s".to_owned()),
        Some(status) => {
            return Err(format!(
                "asking for {which} ended with status {}",
                plain(status)
            ));
        }
        None => return Err(format!("the answer about {which} did not come to its end")),
    }
    let text = of.texts.get(which).map(String::as_str).unwrap_or_default();
    // Nothing is served: older ones print nothing.
    if text.trim().is_empty() && which == "serve" {
        return Ok(Json::Null);
    }
    serde_json::from_str(text).map_err(|_| format!("the answer about {which} is no JSON"))
}

/// The name in the tailnet, else that of the machine.
fn named(node: &Json) -> Option<String> {
    let dns = word(node, "DNSName").map(|n| n.trim_end_matches('.').to_ascii_lowercase());
    dns.filter(|n| !n.is_empty())
        .or_else(|| word(node, "HostName").filter(|n| !n.is_empty()))
}

fn is_exit(route: &str) -> bool {
    EXIT.contains(&route)
}

/// Texts of a list, in order, or that they are not understood.
fn sorted(node: &Json, name: &str, told: &mut Told) -> Option<Vec<String>> {
    match texts(node, name) {
        Ok(mut found) => {
            found.sort();
            Some(found)
        }
        Err(NoTexts) => {
            told.gap(format!("its '{name}' is no list of texts"));
            None
        }
    }
}
