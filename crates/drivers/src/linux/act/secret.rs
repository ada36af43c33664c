//! Secrets: handed over in the script's own bytes, written to a file of mode 0600, saved nowhere else.

use super::absolute;
use crate::linux::script::Script;
use model::secret::Secret;
use plan::driver::Refusal;

pub(super) fn put(path: &str, secret: Option<&Secret>) -> Result<Script, Refusal> {
    absolute(path)?;
    let Some(secret) = secret else {
        return Err(Refusal::Invalid("the secret was not obtained".to_owned()));
    };
    Ok(Script::new(
        "case $HF_PATH in /etc/holdfast/secrets/*) mkdir -p -m 700 /etc/holdfast/secrets ;; esac\n\
         hf_real=$(hf_resolve \"$HF_PATH\") || hf_pass \"$hf_real\" $?\n\
         hf_ordinary \"$hf_real\"\n\
         case $(hf_print \"$hf_real\") in\nabsent | file\\ *) ;;\n*) hf_refuse invalid \"$HF_PATH is not a file\" ;;\nesac\n\
         hf_data_secret > \"$HF_TMP/secret\"\n\
         chmod 600 \"$HF_TMP/secret\"\n\
         hf_place \"$HF_TMP/secret\" \"$hf_real\" || hf_fail \"$HF_PATH cannot be written\"\n\
         cmp -s \"$HF_TMP/secret\" \"$hf_real\" || hf_fail \"$HF_PATH does not read back as written\"",
    )
    .value("HF_PATH", path)
    .data("secret", secret.expose()))
}
