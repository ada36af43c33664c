//! The key under which free text is hidden: made once, kept in a file of mode 0600, never shown or sent.

use crate::error::StoreError;
use crate::files::{self, PRIVATE};
use crate::random;
use crate::store::Store;
use data_encoding::HEXLOWER;
use model::realm::RealmTag;
use model::secret::Redactor;
use zeroize::Zeroizing;

const FILE: &str = "redaction-key";

impl<R: RealmTag> Store<R> {
    /// Hides free text under this store's key; the key is made when it is asked for first.
    ///
    /// # Errors
    /// [`StoreError::Malformed`], or what the system refuses.
    pub fn redactor(&self) -> Result<Redactor, StoreError> {
        let path = self.path(FILE);
        let _one_at_a_time = self.small_files();
        let Some(text) = files::read(&path)?.map(Zeroizing::new) else {
            let key = random::bytes::<32>()?;
            let text = Zeroizing::new(format!("{}\n", HEXLOWER.encode(&key)));
            files::write_atomic(&path, text.as_bytes(), PRIVATE)?;
            return Ok(Redactor::new(key));
        };
        let key = HEXLOWER.decode(text.trim_ascii()).ok().map(Zeroizing::new);
        let key = key.and_then(|k| <[u8; 32]>::try_from(k.as_slice()).ok());
        key.map(Redactor::new).ok_or(StoreError::Malformed {
            path,
            message: "is not a key of 64 hexadecimal digits".to_owned(),
            help: "remove the file: a new key is made, and what is hidden is shown as changed once",
        })
    }
}
