//! A Compose project that the lab takes up.

/// A project, as far as a first tree needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Name of its stack.
    pub name: String,
    /// Its file, seen from the folder of the lab tree.
    pub file: String,
    /// The name that Compose gives it.
    pub project: Option<String>,
    /// The container that people use: one that publishes a port, rather no database, rather the one that is named like the project.
    pub service: Option<String>,
    /// A port that it publishes, as `8080` or `53/udp`.
    pub port: Option<String>,
}
