//! Dockerfiles: `ENV NAME VALUE` and `ARG`, as they had it before `=`.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "Dockerfile",
    files: &[
        "Dockerfile",
        "Dockerfile.*",
        "*.Dockerfile",
        "Containerfile",
        "Containerfile.*",
    ],
    what: "values of `ENV` and `ARG` that are named as secrets",
    shapes: &[Shape {
        parts: &[" "],
        shape: r"(?mi)^[ \t]*(?:ENV|ARG)[ \t]+(?P<n>[A-Z_][A-Z0-9_.-]*)[ \t]+([^\s=][^\r\n]*?)[ \t\r]*$",
        reach: Reach::Here,
        what: What::Named,
    }],
    read: None,
};

/// `Dockerfile`, `Dockerfile.web`, `web.Dockerfile`, `Containerfile`.
pub(in crate::scan) fn is_dockerfile(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let mut parts = name.split('.');
    parts.any(|part| part == "dockerfile" || part == "containerfile")
}
