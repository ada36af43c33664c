//! Accounts: made with a locked password; removed without their home directory.

use super::{absolute, word};
use crate::linux::script::Script;
use plan::driver::Refusal;

pub(super) fn add(name: &str, shell: &str) -> Result<Script, Refusal> {
    word("login name", name, "_.-")?;
    absolute(shell)?;
    // `!` admits no password and leaves keys working.
    Ok(Script::new(
        "[ -x \"$HF_SHELL\" ] || hf_refuse invalid \"there is no shell $HF_SHELL\"\n\
         hf_entry=$(getent passwd -- \"$HF_LOGIN\") || hf_entry=\n\
         if [ -n \"$hf_entry\" ]; then\n\
         [ \"${hf_entry##*:}\" = \"$HF_SHELL\" ] || hf_refuse invalid \"$HF_LOGIN exists with another shell\"\n\
         exit 0\nfi\n\
         useradd -m -s \"$HF_SHELL\" -p '!' -- \"$HF_LOGIN\" || hf_fail \"useradd fails\"",
    )
    .value("HF_LOGIN", name)
    .value("HF_SHELL", shell))
}

pub(super) fn remove(name: &str) -> Result<Script, Refusal> {
    word("login name", name, "_.-")?;
    Ok(Script::new(
        "hf_id=$(id -u -- \"$HF_LOGIN\" 2>/dev/null) || exit 0\n\
         [ \"$hf_id\" -ge 1000 ] || hf_refuse invalid \"$HF_LOGIN is an account of the system\"\n\
         userdel -- \"$HF_LOGIN\" || hf_fail \"userdel fails\"",
    )
    .value("HF_LOGIN", name))
}
