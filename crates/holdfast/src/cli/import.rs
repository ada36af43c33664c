//! The command line of `import`.

use clap::Args;
use std::path::PathBuf;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// Where to look: `local` (this machine), `ssh://[USER@]HOST[:PORT]`, `docker://` or `docker://[USER@]HOST[:PORT]`, `pve://HOST[:PORT]`, a Compose file or a folder with some, an Ansible inventory,
    /// a Terraform state.
    #[arg(value_name = "SOURCE", required = true)]
    pub(crate) sources: Vec<String>,
    /// The lab tree that gets what is new, or the folder of a new one.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) into: PathBuf,
    /// Write it. Without this, what would be written is shown, and nothing is.
    #[arg(long)]
    pub(crate) write: bool,
    /// Name of a new lab; that of its folder if not given.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Machines of this name are one in all sources, which nothing else shows; again for each.
    #[arg(long, value_name = "NAME")]
    pub(crate) same: Vec<String>,
    /// pve: the API token to ask with, without its secret.
    #[arg(long, value_name = "USER@REALM!TOKEN")]
    pub(crate) token: Option<String>,
    /// pve: where the token's secret is had: `file:PATH`, `env:NAME` or `command:PROGRAM ARGUMENT …`.
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) secret: Option<String>,
    /// pve: SHA-256 of the certificate that answers, as `pvenode cert info` shows it.
    #[arg(long, value_name = "SHA256", conflicts_with = "ca")]
    pub(crate) fingerprint: Option<String>,
    /// pve: who may sign that certificate, as a PEM file below the lab tree.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<String>,
}
