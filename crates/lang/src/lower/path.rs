//! Paths on hosts and on the controller.

use super::cx::{Cx, Slot};
use super::scalar;
use crate::suggest::{did_you_mean, quote};
use diag::Diagnostic;

/// An absolute, normalised path on a host.
pub(super) fn absolute(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    check_absolute(cx, &slot.to_string(), slot.node.head(), &text).then_some(text)
}

/// Reports a path that is not absolute and normalised.
pub(super) fn check_absolute(cx: &mut Cx<'_>, what: &str, at: diag::Span, text: &str) -> bool {
    let shown = quote(text);
    if text.chars().any(char::is_control) {
        let message = format!("{what}: {shown} holds a line feed or another control character");
        cx.report(Diagnostic::invalid("invalid-path", message).at(at, "not a path"));
        return false;
    }
    if !text.starts_with('/') {
        let d = Diagnostic::invalid(
            "invalid-path",
            format!("{what}: {shown} is not an absolute path"),
        )
        .at(at, "must begin with '/'");
        cx.report(d);
        return false;
    }
    if text.split('/').any(|part| part == "..") {
        let d = Diagnostic::invalid("invalid-path", format!("{what}: {shown} goes up by '..'"))
            .at(at, "write the path itself");
        cx.report(d);
        return false;
    }
    let parts = text.split('/').filter(|p| !p.is_empty() && *p != ".");
    let normal = format!("/{}", parts.collect::<Vec<_>>().join("/"));
    if normal != text {
        let d = Diagnostic::invalid(
            "invalid-path",
            format!("{what}: {shown} is not in its shortest form"),
        )
        .at(at, "")
        .fix(did_you_mean(at, &normal));
        cx.report(d);
        return false;
    }
    true
}

/// A path below a folder: relative, without `..`.
pub(super) fn relative(cx: &mut Cx<'_>, slot: &Slot<'_>) -> Option<String> {
    let text = scalar::text(cx, slot)?;
    let parts = || text.split('/');
    if parts().any(|p| p.is_empty() || p == "." || p == "..") {
        cx.bad(
            "invalid-path",
            slot,
            &text,
            "is not a path below the folder, such as notes/readme.txt",
        );
        return None;
    }
    Some(text)
}
