//! Settings as programs in PHP have them: Nextcloud, WordPress.

use super::{Family, Reach, Shape, What};

pub(super) const FAMILY: Family = Family {
    name: "PHP",
    files: &["*.php"],
    what: "`'dbpassword' => '…'`, `define('DB_PASSWORD', '…')`",
    shapes: &[
        Shape {
            parts: &["=>"],
            shape: r#"["'](?P<n>[A-Za-z_][[:word:]\x{80}-\x{10FFFF}.-]*)["'][ \t]*=>[ \t]*(?:'([^'\n]+)'|"([^"\n]+)")"#,
            reach: Reach::Any,
            what: What::Named,
        },
        Shape {
            parts: &["define"],
            shape: r#"\bdefine[ \t]*\([ \t]*["'](?P<n>[[:word:]\x{80}-\x{10FFFF}]+)["'][ \t]*,[ \t]*(?:'([^'\n]+)'|"([^"\n]+)")"#,
            reach: Reach::Any,
            what: What::Named,
        },
    ],
    read: None,
};
