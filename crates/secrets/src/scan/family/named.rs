//! Any file.

use super::Family;

pub(super) const FAMILY: Family = Family {
    name: "any text",
    files: &[],
    what: "values under names such as `password`, `DB_PASS`, `apiKey` (YAML and JSON read as such, other text by lines), passwords in URLs and beside names (`user:password@tcp(host)`), headers (`Authorization: Bearer …`), tokens of known shape, signed tokens (JWT), hashes of passwords",
    shapes: &[],
    read: None,
};
