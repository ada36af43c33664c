//! The variables that a project is read with, and the environment files of its services.

use super::cx::{Cx, unreadable};
use super::dotenv::{self, Bad, Environment};
use super::value::{Kind, Map, Value};
use diag::{Diagnostic, Spanned};
use model::compose::EnvFile;
use std::collections::BTreeMap;

/// Reports a line of an environment file; its text is not shown, since such files hold secrets.
pub(super) fn report(cx: &mut Cx<'_>, bad: &Bad) {
    let message = format!("the environment file cannot be read: {}", bad.message);
    cx.sink.secret(bad.span);
    cx.report(Diagnostic::invalid("compose-env-file", message).at(bad.span, "here"));
}

/// The caller's variables, and those of the environment files where the caller says nothing.
pub(super) fn of_project(
    cx: &mut Cx<'_>,
    given: &Environment,
    files: Option<&[String]>,
) -> Environment {
    let mut own = Environment::new();
    let default = [".env".to_owned()];
    for path in files.unwrap_or(&default) {
        match cx.text(path) {
            Ok(id) => {
                let text = cx.source(id);
                let look_up = |name: &str| given.get(name).or_else(|| own.get(name)).cloned();
                match dotenv::parse(id, &text, &look_up) {
                    Ok(set) => own.extend(set),
                    Err(bad) => report(cx, &bad),
                }
            }
            Err(why) if files.is_some() => {
                cx.report(unreadable("environment file", path, why.as_deref(), None));
            }
            Err(_) => {}
        }
    }
    own.extend(given.iter().map(|(k, v)| (k.clone(), v.clone())));
    own
}

/// Reads the environment files of one service; only an active one needs them.
pub(super) fn of_service(
    cx: &mut Cx<'_>,
    environment: &Environment,
    service: &Map,
    active: bool,
) -> Vec<EnvFile> {
    let Some(Kind::Seq(items)) = service.get("env_file").map(|e| &e.value.kind) else {
        return Vec::new();
    };
    let mut set: BTreeMap<String, String> = BTreeMap::new();
    let mut files = Vec::new();
    for item in items {
        let Some(path) = item.get("path") else {
            continue;
        };
        let Some(text) = path.as_text() else { continue };
        let required = match item.get("required").map(|r| &r.kind) {
            Some(Kind::Bool(b)) => *b,
            Some(Kind::Text(t)) => super::interpolate::boolean(t).unwrap_or_else(|| {
                let message = "'required' of an environment file is not true or false";
                let d = Diagnostic::invalid("compose-value", message);
                let at = item.get("required").map_or(path.span, |r| r.span);
                cx.report(d.at(at, "not true or false"));
                true
            }),
            _ => true,
        };
        let mut file = EnvFile {
            path: Spanned::new(text.to_owned(), path.span),
            required,
            found: false,
            sets: BTreeMap::new(),
        };
        let need = Need { required, active };
        let read = read(cx, environment, &set, item, text, need);
        if let Some(own) = read {
            file.found = true;
            let judged = own
                .iter()
                .map(|(k, v)| (k.clone(), super::secret::judge(k, v)));
            file.sets = judged.collect();
            set.extend(own);
        }
        files.push(file);
    }
    files
}

/// Label files must be there; what they say is not part of the model.
pub(super) fn label_files(cx: &mut Cx<'_>, service: &Map) {
    let items = service.get("label_file").and_then(|e| e.value.as_seq());
    for item in items.unwrap_or_default() {
        let Some(path) = item.as_text() else { continue };
        if let Err(why) = cx.text(path) {
            cx.report_lack(unreadable(
                "label file",
                path,
                why.as_deref(),
                Some(item.span),
            ));
        }
    }
}

/// Whether a file must be there, and whether its service runs at all.
#[derive(Clone, Copy)]
struct Need {
    required: bool,
    active: bool,
}

fn read(
    cx: &mut Cx<'_>,
    environment: &Environment,
    before: &BTreeMap<String, String>,
    item: &Value,
    path: &str,
    need: Need,
) -> Option<Environment> {
    let at = item.get("path").map(|p| p.span);
    let id = match cx.text(path) {
        Ok(id) => id,
        Err(None) if !need.required => return None,
        Err(why) => {
            if need.active {
                cx.report_lack(unreadable("environment file", path, why.as_deref(), at));
            }
            return None;
        }
    };
    let format = item.get("format");
    if let Some(format) = format.filter(|_| need.active) {
        let message = format!(
            "the format {} of an environment file is not known",
            crate::suggest::quote(&format.print().unwrap_or_default())
        );
        cx.report(Diagnostic::invalid("compose-value", message).at(format.span, "unknown format"));
        return None;
    }
    let text = cx.source(id);
    let look_up = |name: &str| before.get(name).or_else(|| environment.get(name)).cloned();
    match dotenv::parse(id, &text, &look_up) {
        Ok(set) => Some(set),
        Err(bad) if need.active => {
            report(cx, &bad);
            None
        }
        Err(_) => None,
    }
}
