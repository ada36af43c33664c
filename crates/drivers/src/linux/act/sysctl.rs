//! Kernel settings of the running system.

use super::word;
use crate::linux::script::Script;
use plan::driver::Refusal;

pub(super) fn set(key: &str, value: &str) -> Result<Script, Refusal> {
    word("sysctl name", key, "._-/")?;
    if key.contains("..") || value.chars().any(char::is_control) {
        return Err(Refusal::Invalid(format!(
            "'{key}' cannot be set to '{value}'"
        )));
    }
    Ok(Script::new(
        "sysctl -n -e -- \"$HF_KEY\" > /dev/null\n\
         [ -n \"$(sysctl -N -e -- \"$HF_KEY\")\" ] || hf_refuse invalid \"this kernel has no $HF_KEY\"\n\
         sysctl -q -w -- \"$HF_KEY=$HF_VALUE\" || hf_fail \"the kernel rejects $HF_KEY=$HF_VALUE\"",
    )
    .value("HF_KEY", key)
    .value("HF_VALUE", value))
}
