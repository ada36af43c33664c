//! Age files, binary or armored, to and from age and ssh-ed25519 keys.

use crate::error::Problem;
use crate::identity::Identities;
use age::armor::{ArmoredReader, ArmoredWriter, Format};
use std::io::{Read as _, Write as _};
use std::str::FromStr as _;
use zeroize::Zeroizing;

/// Why a text was not decrypted.
pub(crate) enum Closed {
    /// It is encrypted to other keys.
    Foreign,
    /// It is encrypted with a passphrase.
    Passphrase,
    /// It is damaged, or no age file.
    Damaged,
}

pub(crate) fn open(bytes: &[u8], identities: &Identities) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let decryptor =
        age::Decryptor::new_buffered(ArmoredReader::new(bytes)).map_err(|_| Closed::Damaged)?;
    if decryptor.is_scrypt() {
        return Err(Closed::Passphrase);
    }
    let keys = identities.held.iter().map(|held| held.key.identity());
    let mut reader = decryptor.decrypt(keys).map_err(|e| match e {
        age::DecryptError::NoMatchingKeys => Closed::Foreign,
        _ => Closed::Damaged,
    })?;
    let mut out = Zeroizing::new(Vec::with_capacity(bytes.len()));
    reader.read_to_end(&mut out).map_err(|_| Closed::Damaged)?;
    Ok(out)
}

/// Encrypts to recipients, armored.
pub(crate) fn seal(secret: &[u8], recipients: &[String]) -> Result<String, Problem> {
    let read: Vec<Box<dyn age::Recipient>> = recipients
        .iter()
        .map(|r| recipient(r))
        .collect::<Result<_, _>>()?;
    let failed = |what: String| Problem::new(format!("cannot encrypt: {what}"));
    let each = read.iter().map(|r| -> &dyn age::Recipient { r.as_ref() });
    let encryptor = age::Encryptor::with_recipients(each).map_err(|e| failed(e.to_string()))?;
    let written = (|| {
        let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(secret)?;
        writer.finish()?.finish()
    })();
    let bytes = written.map_err(|e: std::io::Error| failed(e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| failed(e.to_string()))
}

fn recipient(text: &str) -> Result<Box<dyn age::Recipient>, Problem> {
    if let Ok(key) = age::x25519::Recipient::from_str(text) {
        return Ok(Box::new(key));
    }
    if text.starts_with("ssh-ed25519 ")
        && let Ok(key) = age::ssh::Recipient::from_str(text)
    {
        return Ok(Box::new(key));
    }
    let short: String = text.chars().take(24).collect();
    let help = "recipients begin with 'age1' or 'ssh-ed25519 '; age-keygen -y KEYFILE prints one";
    // Somebody may have put the identity where its public key belongs.
    let what = match text.to_ascii_uppercase().starts_with("AGE-SECRET-KEY") {
        true => "a private key stands where a recipient belongs".to_owned(),
        false => format!("'{short}…' is no age recipient that is understood"),
    };
    Err(Problem::new(what).help(help))
}
