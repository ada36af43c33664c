//! `extends`: a service that begins as a copy of another one, of this file or of another.

use super::cx::Cx;
use super::load::{self, Scope};
use super::merge;
use super::path::{clean, join};
use super::value::{Map, Value};
use super::{relative, unique};
use crate::suggest::{did_you_mean, quote};
use diag::{Diagnostic, Span};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A longer chain than anybody writes; keeps the walk shallow.
const MAX_CHAIN: usize = 32;

/// The services of one file.
struct Services {
    path: String,
    map: Map,
    /// What the file resets in each service, as paths in it.
    cleared: BTreeMap<String, Vec<Vec<String>>>,
}

/// What is reset of services, out of all that is, as paths from the top of a file.
fn by_service(cleared: &[Vec<String>]) -> BTreeMap<String, Vec<Vec<String>>> {
    let mut out: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for place in cleared {
        if let [section, service, rest @ ..] = place.as_slice()
            && section == "services"
        {
            let places = out.entry(service.clone()).or_default();
            places.push(rest.to_vec());
        }
    }
    out
}

struct Extender<'c, 'a> {
    cx: &'c mut Cx<'a>,
    scope: &'c Scope,
    files: BTreeMap<String, Option<Rc<Services>>>,
    /// Services already done, by file and name.
    done: BTreeMap<(String, String), Map>,
    chain: Vec<(String, String, Span)>,
}

/// Replaces every service that extends another by the whole of it.
pub(super) fn apply(
    cx: &mut Cx<'_>,
    scope: &Scope,
    path: &str,
    project: &mut Map,
    cleared: &[Vec<String>],
) {
    let Some(services) = project.get("services").and_then(|e| e.value.as_map()) else {
        return;
    };
    if !services.values().any(|e| e.value.get("extends").is_some()) {
        return;
    }
    let own = Rc::new(Services {
        path: path.to_owned(),
        map: services.clone(),
        cleared: by_service(cleared),
    });
    let mut extender = Extender {
        cx,
        scope,
        files: BTreeMap::from([(path.to_owned(), Some(Rc::clone(&own)))]),
        done: BTreeMap::new(),
        chain: Vec::new(),
    };
    let mut result = services.clone();
    for (name, entry) in &mut result {
        if entry.value.get("extends").is_some()
            && let Some(whole) = extender.service(&own, name)
            && let Some(map) = entry.value.as_map_mut()
        {
            *map = whole;
        }
    }
    if let Some(entry) = project.get_mut("services")
        && let Some(map) = entry.value.as_map_mut()
    {
        *map = result;
    }
}

impl Extender<'_, '_> {
    /// The whole of a service; `None` if it is no map or a limit is passed.
    fn service(&mut self, file: &Rc<Services>, name: &str) -> Option<Map> {
        let id = (file.path.clone(), name.to_owned());
        if let Some(done) = self.done.get(&id) {
            return Some(done.clone());
        }
        let mut own = file.map.get(name)?.value.as_map()?.clone();
        if let Some(base) = self.base(file, name, &own) {
            let weight = base.values().map(|e| e.value.weight()).sum();
            let at = own.get("extends").map(|e| e.key);
            if !self.cx.spend(weight, at) {
                return None;
            }
            let mut whole = base;
            own.remove("extends");
            merge::service(self.cx, &mut whole, own);
            unique::service(self.cx, name, &mut whole);
            own = whole;
        }
        own.remove("extends");
        self.done.insert(id, own.clone());
        Some(own)
    }

    /// The whole of the service that `name` extends.
    fn base(&mut self, file: &Rc<Services>, name: &str, own: &Map) -> Option<Map> {
        let extends = &own.get("extends")?.value;
        let wanted = match extends.as_text() {
            Some(_) => Some(extends),
            None => extends.get("service"),
        };
        let Some((wanted, span)) = wanted.and_then(|w| Some((w.as_text()?.to_owned(), w.span)))
        else {
            let message = format!("service {} extends something, and no service", quote(name));
            let d = Diagnostic::invalid("compose-value", message)
                .at(extends.span, "no service is named")
                .help("name it: 'extends: {service: NAME}', with 'file: PATH' if it is in another file");
            self.cx.report(d);
            return None;
        };
        let from = match extends.get("file").and_then(Value::as_text) {
            Some(path) => self.file(path, span)?,
            None => Rc::clone(file),
        };
        if !from.map.contains_key(&wanted) {
            let known = from.map.keys().map(String::as_str);
            let meant = self.cx.nearest(&wanted, known);
            let d = not_found(name, &wanted, span, &from.path);
            self.cx.report(match meant {
                Some(word) => d.fix(did_you_mean(span, word)),
                None => d,
            });
            return None;
        }
        let link = (file.path.clone(), name.to_owned(), span);
        if let Some(first) = self
            .chain
            .iter()
            .position(|l| (&l.0, &l.1) == (&link.0, &link.1))
        {
            let cycle = self.chain.get(first..).unwrap_or_default();
            let names: Vec<&str> = cycle.iter().map(|l| l.1.as_str()).chain([name]).collect();
            let message = format!(
                "services extend each other in a circle: {}",
                names.join(" → ")
            );
            self.cx.report(
                Diagnostic::invalid("compose-cycle", message).at(span, "extends itself in the end"),
            );
            return None;
        }
        if self.chain.len() >= MAX_CHAIN {
            let message = format!("more than {MAX_CHAIN} services extend each other in a row");
            self.cx
                .report(Diagnostic::invalid("yaml-limit", message).at(span, "not followed"));
            return None;
        }
        self.chain.push(link);
        let base = self.service(&from, &wanted);
        self.chain.pop();
        let mut base = base?;
        self.reset(&from, file, name, &mut base);
        Some(base)
    }

    /// Takes away what the extending file resets, and what the extended one does.
    fn reset(&self, from: &Rc<Services>, file: &Rc<Services>, name: &str, base: &mut Map) {
        for services in [from, file] {
            for place in services.cleared.get(name).into_iter().flatten() {
                merge::clear(base, place);
            }
        }
    }

    fn file(&mut self, path: &str, at: Span) -> Option<Rc<Services>> {
        let path = match relative::unmark(path) {
            (path, true) => clean(path),
            (path, false) => join(&self.scope.dir, path),
        };
        if let Some(known) = self.files.get(&path) {
            return known.clone();
        }
        let loaded = load::for_extends(self.cx, self.scope, &path, at);
        let services = loaded.and_then(|(mut project, cleared)| {
            let section = project.remove("services");
            let map = section.and_then(|e| e.value.as_map().cloned());
            if map.is_none() {
                let message = format!("{} has no services to extend", quote(&path));
                self.cx
                    .report(Diagnostic::invalid("compose-reference", message).at(at, "named here"));
            }
            Some(Rc::new(Services {
                path: path.clone(),
                map: map?,
                cleared: by_service(&cleared),
            }))
        });
        self.files.insert(path, services.clone());
        services
    }
}

fn not_found(name: &str, wanted: &str, span: Span, path: &str) -> Diagnostic {
    let message = format!(
        "service {} extends {}, but {} has no such service",
        quote(name),
        quote(wanted),
        quote(path)
    );
    Diagnostic::invalid("compose-reference", message).at(span, "no such service")
}
