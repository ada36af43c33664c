//! Drawings as text: SVG as laid out, Mermaid and DOT to be laid out by others.

pub(crate) mod dot;
pub(crate) mod mermaid;
pub(crate) mod svg;
pub(crate) mod theme;
