//! Fingerprints of public keys.

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER};
use model::digest::Digest;

/// `SHA256:…` as `ssh-keygen -l` prints it: the unpadded base64 of the SHA-256 of the key blob. `None` if the line holds no key.
/// Options before the key type are skipped.
pub fn key_fingerprint(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words
        .iter()
        .position(|w| w.starts_with("ssh-") || w.starts_with("ecdsa-") || w.starts_with("sk-"))?;
    let blob = BASE64.decode(words.get(at + 1)?.as_bytes()).ok()?;
    let raw = HEXLOWER.decode(Digest::of(blob).0.as_bytes()).ok()?;
    Some(format!("SHA256:{}", BASE64_NOPAD.encode(&raw)))
}

/// The options before the key's type, as they are written; empty if there are none.
pub(crate) fn key_options(line: &str) -> &str {
    let line = line.trim();
    if ["ssh-", "ecdsa-", "sk-"]
        .iter()
        .any(|t| line.starts_with(t))
    {
        return "";
    }
    // They end at the first blank outside of quotes; within them `\"` is a quote.
    let (mut quoted, mut escaped) = (false, false);
    let end = line.find(|c: char| {
        let ends = !quoted && c.is_whitespace();
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    line.get(..end.unwrap_or(line.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_ssh_keygen() {
        // `ssh-keygen -lf` printed this fingerprint for this key.
        let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github";
        let want = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU";
        assert_eq!(key_fingerprint(line).as_deref(), Some(want));
        assert_eq!(
            key_fingerprint(&format!("no-pty,command=\"x\" {line}")).as_deref(),
            Some(want)
        );
        let options = "no-pty,command=\"ssh-x \\\" b\"";
        assert_eq!(key_options(&format!("{options} {line}")), options);
        assert_eq!(key_options(line), "");
        for bad in ["", "ssh-ed25519", "ssh-ed25519 !!!", "hello world"] {
            assert_eq!(key_fingerprint(bad), None);
        }
    }
}
