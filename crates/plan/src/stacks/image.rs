//! Whether a container was started from the declared image.
//!
//! A name without registry is Docker Hub's, one without tag means `latest`. A declared digest is compared with those that the
//! registry gave the image, since a tag may have moved.

use model::compose::{Image, Project, Service};
use model::value::Value;

/// What comparing images gave.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is, or none is declared.
    Same,
    /// It is what stands in for the declared one in a twin.
    StandIn,
    /// It is another one.
    Other { declared: String, observed: String },
    /// That cannot be told.
    Unknown { declared: String, why: String },
}

/// Compares the image of a container with that of its service.
pub(super) fn compare(project: &Project, service: &Service, value: &Value, twin: bool) -> Verdict {
    let Some(image) = &service.image else {
        // Built where it runs: its name is Compose's own.
        return Verdict::Same;
    };
    let wanted = &image.value;
    let declared = format!("image {}", wanted.reference);
    if !project.is_settled(image.span) {
        let why = "a variable in it has no value here".to_owned();
        return Verdict::Unknown { declared, why };
    }
    let text = |f: &str| value.field(f).and_then(Value::as_text).unwrap_or_default();
    if twin && text("stand_in") == wanted.reference {
        return Verdict::StandIn;
    }
    let observed = Image::parse(text("image"));
    let has_digest = |d: &String| observed.digest.as_ref() == Some(d) || known(value, d);
    let same = match &wanted.digest {
        Some(digest) => has_digest(digest),
        None => whole(wanted) == whole(&observed),
    };
    match same {
        true => Verdict::Same,
        false => Verdict::Other {
            declared,
            observed: format!("image {}", seen(value, &observed)),
        },
    }
}

/// The engine knows the image under this digest.
fn known(value: &Value, digest: &str) -> bool {
    let Some(Value::List(all)) = value.field("digests") else {
        return false;
    };
    let is = |v: &Value| {
        v.as_text()
            .and_then(|t| t.rsplit_once('@'))
            .is_some_and(|(_, d)| d == digest)
    };
    all.iter().any(is)
}

/// What is shown of an image that is another one: its name, and the digest where that is what differs.
fn seen(value: &Value, observed: &Image) -> String {
    let first = match value.field("digests") {
        Some(Value::List(all)) => all.first().and_then(Value::as_text),
        _ => None,
    };
    let digest = first.and_then(|d| d.rsplit_once('@')).map(|(_, d)| d);
    match (&observed.digest, digest) {
        (None, Some(digest)) => format!("{}@{digest}", observed.reference),
        _ => observed.reference.clone(),
    }
}

/// Registry, name and tag with what is left out filled in.
fn whole(image: &Image) -> (String, String, String) {
    let registry = match image.registry.as_deref() {
        None | Some("index.docker.io") => "docker.io",
        Some(other) => other,
    };
    let name = match (registry, image.name.contains('/')) {
        ("docker.io", false) => format!("library/{}", image.name),
        _ => image.name.clone(),
    };
    let tag = image.tag.clone().unwrap_or("latest".to_owned());
    (registry.to_owned(), name, tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_and_without_what_goes_without_saying() {
        for (one, other, same) in [
            ("nginx", "docker.io/library/nginx:latest", true),
            ("grafana/loki:3", "docker.io/grafana/loki:3", true),
            ("nginx:1.27", "nginx:1.28", false),
            ("ghcr.io/a/b:1", "a/b:1", false),
            ("host:5000/a", "host:5000/a:latest", true),
        ] {
            let is = whole(&Image::parse(one)) == whole(&Image::parse(other));
            assert_eq!(is, same, "{one} {other}");
        }
    }
}
