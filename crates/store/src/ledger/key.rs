//! The signing key of a controller: an ed25519 seed in a file of mode 0600.

use crate::error::{StoreError, at};
use crate::files::{self, PRIVATE};
use crate::random;
use data_encoding::HEXLOWER;
use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use zeroize::Zeroizing;

/// Makes a key and writes it to `path`.
pub(crate) fn create(path: &Path) -> Result<SigningKey, StoreError> {
    let seed = Zeroizing::new(random::bytes::<32>()?);
    let text = Zeroizing::new(format!("{}\n", HEXLOWER.encode(&*seed)));
    files::write_atomic(path, text.as_bytes(), PRIVATE)?;
    Ok(SigningKey::from_bytes(&seed))
}

/// Reads the key; `None` if there is no file. A file that others may read or write is refused.
pub(crate) fn load(path: &Path) -> Result<Option<SigningKey>, StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(StoreError::io("open", path, e)),
    };
    let mode = file
        .metadata()
        .map_err(at("read", path))?
        .permissions()
        .mode()
        & 0o7777;
    if mode & 0o077 != 0 {
        let path = path.to_path_buf();
        return Err(StoreError::KeyExposed { path, mode });
    }
    let mut text = Zeroizing::new(String::new());
    file.read_to_string(&mut text).map_err(at("read", path))?;
    let seed = HEXLOWER
        .decode(text.trim().as_bytes())
        .ok()
        .map(Zeroizing::new);
    let seed = seed
        .and_then(|s| <[u8; 32]>::try_from(s.as_slice()).ok())
        .map(Zeroizing::new);
    let seed = seed.ok_or_else(|| StoreError::Malformed {
        path: path.to_path_buf(),
        message: "is not a signing key of 64 hexadecimal digits".to_owned(),
        help: "bring it back from a backup; without it a new ledger has to be begun",
    })?;
    Ok(Some(SigningKey::from_bytes(&seed)))
}

/// Name of a writer: the first 16 bytes of the SHA-256 of its public key, in hexadecimal.
pub(crate) fn fingerprint(key: &VerifyingKey) -> String {
    let digest = Sha256::digest(key.as_bytes());
    HEXLOWER.encode(digest.get(..16).unwrap_or(&digest))
}

/// Reads `writer.pub`; `None` if there is no file.
pub(crate) fn load_public(path: &Path) -> Result<Option<VerifyingKey>, StoreError> {
    let Some(text) = files::read(path)? else {
        return Ok(None);
    };
    let bytes = HEXLOWER.decode(text.trim_ascii()).ok();
    let bytes = bytes.and_then(|b| <[u8; 32]>::try_from(b.as_slice()).ok());
    let key = bytes.and_then(|b| VerifyingKey::from_bytes(&b).ok());
    let key = key.ok_or_else(|| StoreError::Malformed {
        path: path.to_path_buf(),
        message: "is not a public key of 64 hexadecimal digits".to_owned(),
        help: "the same key is in the first record of the chain; bring the file back from a backup",
    })?;
    Ok(Some(key))
}
