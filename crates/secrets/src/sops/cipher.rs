//! One value: `ENC[AES256_GCM,data:…,iv:…,tag:…,type:…]`, AES-256 in GCM with a nonce of 32 bytes, bound to its path.

use aes_gcm::aead::consts::U32;
use aes_gcm::aead::generic_array::GenericArray;
use aes_gcm::aes::Aes256;
use aes_gcm::{AeadInPlace as _, AesGcm, KeyInit as _};
use data_encoding::BASE64;
use zeroize::Zeroizing;

/// The key of all values of one document; only its recipients can have it.
pub struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    /// From what a recipient decrypted; none if it has the wrong length.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|key| Self(Zeroizing::new(key)))
    }

    /// The bytes, for whoever encrypts them to recipients.
    pub fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    fn cipher(&self) -> AesGcm<Aes256, U32> {
        AesGcm::new(GenericArray::from_slice(self.0.as_slice()))
    }
}

/// Fills a buffer with bytes that nobody can foresee.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

/// An encrypted value, taken apart.
pub(super) struct Sealed {
    data: Vec<u8>,
    iv: [u8; 32],
    tag: [u8; 16],
    pub(super) kind: String,
}

/// Whether a text has the form of an encrypted value.
pub(super) fn looks_sealed(text: &str) -> bool {
    text.starts_with("ENC[AES256_GCM,")
}

impl Sealed {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let inner = text
            .strip_prefix("ENC[AES256_GCM,")
            .ok_or("it is not of the form ENC[AES256_GCM,…]")?;
        let inner = inner.strip_suffix(']').ok_or("it breaks off")?;
        let part = |name: &str| {
            let mut parts = inner.split(',');
            parts
                .find_map(|p| p.strip_prefix(name)?.strip_prefix(':'))
                .ok_or("a part of it is missing")
        };
        let bytes = |name: &str| {
            let text = part(name)?;
            BASE64
                .decode(text.as_bytes())
                .map_err(|_| "a part of it is not base64")
        };
        Ok(Self {
            data: bytes("data")?,
            iv: bytes("iv")?
                .try_into()
                .map_err(|_| "its nonce has the wrong length")?,
            tag: bytes("tag")?
                .try_into()
                .map_err(|_| "its tag has the wrong length")?,
            kind: part("type")?.to_owned(),
        })
    }

    /// The value, if it was encrypted with this key for this place.
    pub(super) fn open(&self, key: &DataKey, bound: &str) -> Option<Zeroizing<Vec<u8>>> {
        let mut data = Zeroizing::new(self.data.clone());
        let iv = GenericArray::from_slice(&self.iv);
        let tag = GenericArray::from_slice(&self.tag);
        let cipher = key.cipher();
        cipher
            .decrypt_in_place_detached(iv, bound.as_bytes(), &mut data, tag)
            .ok()?;
        Some(data)
    }
}

/// Encrypts a value for a place; nothing stays nothing, as sops has it.
pub(super) fn seal(
    value: &[u8],
    kind: &str,
    key: &DataKey,
    bound: &str,
    random: Random<'_>,
) -> String {
    if value.is_empty() {
        return String::new();
    }
    let mut iv = [0_u8; 32];
    random(&mut iv);
    let mut data = value.to_vec();
    let nonce = GenericArray::from_slice(&iv);
    // GCM refuses only texts of more than 64 GiB.
    let Ok(tag) = key
        .cipher()
        .encrypt_in_place_detached(nonce, bound.as_bytes(), &mut data)
    else {
        return String::new();
    };
    format!(
        "ENC[AES256_GCM,data:{},iv:{},tag:{},type:{kind}]",
        BASE64.encode(&data),
        BASE64.encode(&iv),
        BASE64.encode(&tag)
    )
}
