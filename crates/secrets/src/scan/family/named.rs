//! Any file.

use super::Family;

pub(super) const FAMILY: Family = Family {
    name: "any text",
    files: &[],
    what: "values under names such as `password`, `DB_PASS`, `apiKey` (YAML and JSON read as such, other text by lines; of Markdown without its marks, and by the columns of tables; also in escaped quotes), passwords in URLs and beside names (`user:password@tcp(host)`), headers (`Authorization: Bearer …`), tokens of known shape (also to join K3s), signed tokens (JWT), hashes of passwords",
    shapes: &[],
    read: None,
};
