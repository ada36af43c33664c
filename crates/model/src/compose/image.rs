//! The name of an image, in its parts.

use serde::Serialize;

/// `registry/name:tag@digest`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// As written.
    pub reference: String,
    /// Host of the registry, if it is written; Docker Hub else.
    pub registry: Option<String>,
    /// Path within the registry.
    pub name: String,
    /// Tag, if written; `latest` is meant else.
    pub tag: Option<String>,
    /// Digest, if pinned: `sha256:…`.
    pub digest: Option<String>,
}

impl Image {
    /// Takes a reference apart as Docker does; never fails, since what is odd stays in the name.
    pub fn parse(reference: &str) -> Self {
        let (rest, digest) = match reference.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.to_owned())),
            None => (reference, None),
        };
        // A colon behind the last slash begins the tag; before it, it belongs to the registry's port.
        let slash = rest.rfind('/').map_or(0, |n| n + 1);
        let tag_at = rest.rfind(':').filter(|n| *n >= slash);
        let (path, tag) = match tag_at {
            Some(n) => (
                rest.get(..n).unwrap_or(rest),
                rest.get(n + 1..).map(str::to_owned),
            ),
            None => (rest, None),
        };
        let (registry, name) = match path.split_once('/') {
            Some((first, name)) if first.contains(['.', ':']) || first == "localhost" => {
                (Some(first.to_owned()), name)
            }
            _ => (None, path),
        };
        Self {
            reference: reference.to_owned(),
            registry,
            name: name.to_owned(),
            tag,
            digest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Image;

    #[test]
    fn parts() {
        for (text, registry, name, tag, digest) in [
            ("nginx", None, "nginx", None, None),
            ("nginx:1.27", None, "nginx", Some("1.27"), None),
            ("library/nginx", None, "library/nginx", None, None),
            ("ghcr.io/a/b:v1", Some("ghcr.io"), "a/b", Some("v1"), None),
            ("host:5000/a", Some("host:5000"), "a", None, None),
            ("localhost/a:b", Some("localhost"), "a", Some("b"), None),
            ("a:1@sha256:ff", None, "a", Some("1"), Some("sha256:ff")),
            ("", None, "", None, None),
        ] {
            let image = Image::parse(text);
            assert_eq!(image.registry.as_deref(), registry, "{text}");
            assert_eq!(image.name, name, "{text}");
            assert_eq!(image.tag.as_deref(), tag, "{text}");
            assert_eq!(image.digest.as_deref(), digest, "{text}");
        }
    }
}
