//! Worlds before management: what a bare host is turned into, so that there is something to observe and to protect.

use std::path::PathBuf;

use crate::access;
use crate::error::TwinError;
use crate::host::Host;

const SMALLEST: &str = include_str!("../seed/smallest.sh");

/// The private key of the user `anna` on a host that has been seeded.
pub fn anna_key(host: &Host) -> PathBuf {
    host.state_dir().join("anna_ed25519")
}

/// Turns a bare host into the world of `examples/smallest`: the users `admin` and `anna`; PostgreSQL with the database
/// `shop` (table `orders`, 1000 rows) on 127.0.0.1; 200 files in `/srv/documents`; a second disk's directory at
/// `/mnt/backup`; a forgotten web server on port 8081. Running it again changes nothing.
pub fn smallest(host: &Host) -> Result<(), TwinError> {
    let public = access::key_pair(&anna_key(host), "anna@laptop")?;
    host.run(&["sh", "-euc", SMALLEST, "seed", &public])
        .map(drop)
}
