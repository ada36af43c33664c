//! The facts about products that this program brings along; one file per family of products.

/// The embedded tables: name and text. Whoever runs rules reads them into [`model::knowledge::Knowledge`].
pub const EMBEDDED: &[(&str, &str)] = &[
    (
        "appliance.yaml",
        include_str!("../knowledge/appliance.yaml"),
    ),
    (
        "application.yaml",
        include_str!("../knowledge/application.yaml"),
    ),
    (
        "container.yaml",
        include_str!("../knowledge/container.yaml"),
    ),
    ("database.yaml", include_str!("../knowledge/database.yaml")),
    (
        "kubernetes.yaml",
        include_str!("../knowledge/kubernetes.yaml"),
    ),
    ("linux.yaml", include_str!("../knowledge/linux.yaml")),
    ("windows.yaml", include_str!("../knowledge/windows.yaml")),
];
