//! Absolute paths as lists of parts, without looking at any file system.

/// The parts of a plain absolute path; `None` if it is relative or has `.`, `..`, control characters or nothing in it.
pub(crate) fn parts(path: &str) -> Option<Vec<&str>> {
    let rest = path.strip_prefix('/')?;
    if path.chars().any(char::is_control) {
        return None;
    }
    let parts: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    let plain = parts.iter().all(|p| !matches!(*p, "" | "." | ".."));
    plain.then_some(parts)
}

/// Whether one of two paths is the other or lies in it. Paths that are not plain overlap with everything.
pub(crate) fn overlap(a: &str, b: &str) -> bool {
    match (parts(a), parts(b)) {
        (Some(a), Some(b)) => a.iter().zip(&b).all(|(x, y)| x == y),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping() {
        for (a, b, want) in [
            ("/srv/documents", "/srv/documents", true),
            ("/srv/documents", "/srv/documents/", true),
            ("/srv/documents/x", "/srv/documents", true),
            ("/srv", "/srv/documents", true),
            ("/srv/documents-2", "/srv/documents", false),
            ("/srv/../srv/documents-2", "/tmp/x", true),
            ("relative", "/tmp/x", true),
            ("/srv//x", "/tmp/x", true),
            ("/", "/tmp/x", true),
            ("/tmp/y", "/tmp/x", false),
        ] {
            assert_eq!(overlap(a, b), want, "{a} {b}");
            assert_eq!(overlap(b, a), want, "{b} {a}");
        }
    }
}
