//! Whether something that is referred to is there yet.

use crate::context::called;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::service::Status;

/// Why an object is not there, if it is not.
pub fn away(lab: &Lab, object: &ObjectRef) -> Option<&'static str> {
    let name = object.name.as_str();
    if let Some(why) = lab.apart.why.get(object) {
        return word(why.status);
    }
    let status = match object.kind {
        Kind::Service => lab.services.get(name)?.status.known(),
        Kind::Document => lab.documents.get(name)?.status.known(),
        _ => None,
    }?;
    word(*status)
}

/// `device 'r', which is retired`.
pub fn called_away(lab: &Lab, object: &ObjectRef) -> Option<String> {
    let status = away(lab, object)?;
    Some(format!("{}, which is {status}", called(object)))
}

fn word(status: Status) -> Option<&'static str> {
    match status {
        Status::Running => None,
        Status::Planned | Status::Retired => Some(status.word()),
    }
}

/// Letters and digits in lower case, one blank between words: what makes two texts the same.
pub fn plain(text: &str) -> String {
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
