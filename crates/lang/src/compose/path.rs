//! Places in the tree, and paths of files; both as text only.

/// A pattern of a place in the tree: `*` stands for any one step.
pub(super) type Pattern = &'static [&'static str];

/// The step into a list, whatever the position.
pub(super) const ITEM: &str = "[]";

/// Whether a place is meant by a pattern.
pub(super) fn matches(place: &[String], pattern: Pattern) -> bool {
    place.len() == pattern.len()
        && place
            .iter()
            .zip(pattern)
            .all(|(step, wanted)| *wanted == "*" || step == wanted)
}

/// A place for messages: `services.web.ports`.
pub(super) fn show(place: &[String]) -> String {
    place.join(".").replace(".[", "[")
}

/// `path`, seen from the folder `dir`; both relative to the project or absolute.
pub(crate) fn join(dir: &str, path: &str) -> String {
    if path.starts_with('/') || path.starts_with('~') || dir.is_empty() || dir == "." {
        return clean(path);
    }
    clean(&format!("{dir}/{path}"))
}

/// The folder of a file.
pub(crate) fn parent(path: &str) -> String {
    match path.rfind('/') {
        Some(0) => "/".to_owned(),
        Some(n) => path.get(..n).unwrap_or("").to_owned(),
        None => ".".to_owned(),
    }
}

/// The last step of a path.
pub(crate) fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A path of the tree as it is seen from one of its folders.
pub(crate) fn back(folder: &str, path: &str) -> String {
    let up = match folder {
        "." => 0,
        _ => folder.split('/').count(),
    };
    match path.strip_prefix(folder).and_then(|p| p.strip_prefix('/')) {
        Some(below) => below.to_owned(),
        None => format!("{}{path}", "../".repeat(up)),
    }
}

/// The shortest form, by its text alone.
pub(super) fn clean(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => match steps.last() {
                Some(last) if *last != ".." => {
                    steps.pop();
                }
                _ if absolute => {}
                _ => steps.push(".."),
            },
            _ => steps.push(step),
        }
    }
    let joined = steps.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (dir, path, expected) in [
            (".", "./a/../b", "b"),
            ("x", "a", "x/a"),
            ("x/y", "../../../a", "../a"),
            ("x", "/etc/../a", "/a"),
            ("", "", "."),
        ] {
            assert_eq!(join(dir, path), expected, "{dir} {path}");
        }
        assert_eq!(back("x/y", "x/y/z"), "z");
        assert_eq!(back("x/y", "x/z"), "../../x/z");
        assert_eq!(back(".", "z"), "z");
        assert_eq!(name("a/b"), "b");
        assert_eq!(parent("a/b/c.yaml"), "a/b");
        assert_eq!(parent("c.yaml"), ".");
        assert_eq!(parent("/c.yaml"), "/");
    }
}
