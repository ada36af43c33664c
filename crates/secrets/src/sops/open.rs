//! Opening a document: every value is decrypted and counted, the MAC compared; only then can a value be had.

use super::cipher::{DataKey, Sealed, looks_sealed};
use super::error::SopsError;
use super::tree::Path;
use super::{Document, Leaf, scalar};
use data_encoding::HEXUPPER;
use model::secret::Secret;
use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

/// What the MAC begins with where only encrypted values are counted (sops 3.9).
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0xb,
    0xb, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// A document with its data key; its MAC was right.
pub struct Opened {
    pub(super) document: Document,
    pub(super) key: DataKey,
}

/// A value in clear text: its bytes and its type.
type Plain = (Zeroizing<Vec<u8>>, String);

impl Document {
    /// Checks the whole document.
    ///
    /// # Errors
    /// A value cannot be decrypted, or the MAC is wrong.
    pub fn open(self, key: DataKey) -> Result<Opened, SopsError> {
        let counted = self.count(&key)?;
        let sealed = Sealed::parse(&self.metadata.mac)
            .map_err(|why| SopsError::Metadata(format!("has a MAC that cannot be read: {why}")))?;
        let written = sealed.open(&key, &self.metadata.last_modified);
        if written.ok_or(SopsError::Mac)?.as_slice() != counted.as_bytes() {
            return Err(SopsError::Mac);
        }
        Ok(Opened {
            document: self,
            key,
        })
    }

    /// SHA-512 over all values in the order of the text, as sops prints it.
    pub(super) fn count(&self, key: &DataKey) -> Result<String, SopsError> {
        let only_encrypted = self.metadata.selection.mac_only_encrypted;
        let mut hash = Sha512::new();
        if only_encrypted {
            hash.update(ONLY_ENCRYPTED);
        }
        for leaf in self.leaves() {
            let encrypted = self.metadata.selection.which.covers(&leaf.path);
            let value = self.value(&leaf, key)?;
            if let Some((bytes, _)) = value
                && (encrypted || !only_encrypted)
            {
                hash.update(&bytes);
            }
        }
        Ok(HEXUPPER.encode(&hash.finalize()))
    }

    /// The bytes of a value and its type; none for null.
    pub(super) fn value(&self, leaf: &Leaf<'_>, key: &DataKey) -> Result<Option<Plain>, SopsError> {
        let text = leaf.scalar.text.as_str();
        let clear = |text: String| (Zeroizing::new(text.into_bytes()), "str".to_owned());
        if !self.metadata.selection.which.covers(&leaf.path) {
            return Ok(scalar::counted(leaf.scalar, self.format).map(clear));
        }
        // Nothing and null are left as they are.
        if text.is_empty() || scalar::counted(leaf.scalar, self.format).is_none() {
            let null = leaf.scalar.plain;
            return Ok((!null).then(|| clear(String::new())));
        }
        if !looks_sealed(text) {
            return Err(SopsError::Clear(leaf.path.clone()));
        }
        let sealed = Sealed::parse(text).map_err(|why| SopsError::Damaged {
            path: leaf.path.clone(),
            why,
        })?;
        let bytes = sealed
            .open(key, &leaf.path.bound())
            .ok_or_else(|| SopsError::Tampered(leaf.path.clone()))?;
        Ok(Some((bytes, sealed.kind)))
    }
}

impl Opened {
    /// The document.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// One value.
    ///
    /// # Errors
    /// Nothing is there, or something that is not text.
    pub fn get(&self, path: &Path) -> Result<Secret, SopsError> {
        let leaf = self.document.leaf(path)?;
        let value = self.document.value(&leaf, &self.key)?;
        let (bytes, _) = value.ok_or_else(|| SopsError::Empty(path.clone()))?;
        let text = std::str::from_utf8(&bytes).map_err(|_| SopsError::NotText(path.clone()))?;
        match text.is_empty() {
            true => Err(SopsError::Empty(path.clone())),
            false => Ok(Secret::new(text.to_owned())),
        }
    }
}
