//! Files: written whole or removed, after what is there has been saved.

use super::absolute;
use crate::linux::script::Script;
use model::plan::FilePut;
use plan::driver::Refusal;

/// Secrets are not kept anywhere else than where they belong.
const SECRETS: &str = "/etc/holdfast/secrets/";

pub(super) fn put(put: &FilePut) -> Result<Script, Refusal> {
    absolute(&put.path)?;
    let mode_fits =
        (3..=4).contains(&put.mode.len()) && put.mode.bytes().all(|b| (b'0'..=b'7').contains(&b));
    if !mode_fits {
        return Err(Refusal::Invalid(format!("'{}' is not a mode", put.mode)));
    }
    Ok(Script::new(
        "case $HF_PATH in /etc/holdfast/*) mkdir -p -m 700 -- \"${HF_PATH%/*}\" || hf_fail \"cannot make ${HF_PATH%/*}\" ;; esac\n\
         hf_real=$(hf_resolve \"$HF_PATH\") || hf_pass \"$hf_real\" $?\n\
         hf_data_content | base64 -w0 | hf_stage \"$HF_TMP/content\" \"$HF_MODE\" \"$HF_OWNER\" \"$HF_GROUP\"\n\
         hf_swap \"$hf_real\" \"$HF_TMP/content\"",
    )
    .value("HF_PATH", &put.path)
    .value("HF_MODE", &put.mode)
    .value("HF_OWNER", &put.owner)
    .value("HF_GROUP", &put.group)
    .data("content", &put.content))
}

pub(super) fn remove(path: &str) -> Result<Script, Refusal> {
    absolute(path)?;
    let body = if path.starts_with(SECRETS) {
        "[ -d \"${HF_PATH%/*}\" ] || exit 0\n\
         hf_real=$(hf_resolve \"$HF_PATH\") || hf_pass \"$hf_real\" $?\n\
         case $(hf_print \"$HF_PATH\") in absent | file\\ *) ;; *) hf_refuse invalid \"$HF_PATH is not a file\" ;; esac\n\
         if [ -e \"$HF_PATH\" ]; then hf_place '' \"$HF_PATH\" || hf_fail \"$HF_PATH cannot be removed\"; fi"
    } else {
        "hf_real=$(hf_resolve \"$HF_PATH\") || hf_pass \"$hf_real\" $?\n\
         hf_swap \"$hf_real\" ''"
    };
    Ok(Script::new(body).value("HF_PATH", path))
}
