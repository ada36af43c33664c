//! Packages, by apt from the host's own sources; nothing else is removed on the way.

use super::word;
use crate::linux::script::Script;
use plan::driver::Refusal;

const INSTALLED: &str = "hf_installed() { [ \"$(dpkg-query -W -f '${db:Status-Status}' -- \"$HF_PACKAGE\" 2>/dev/null)\" = installed ]; }\n\
     export DEBIAN_FRONTEND=noninteractive\n";
const OPTIONS: &str = "-q -y -o DPkg::Lock::Timeout=60 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold";

pub(super) fn install(name: &str) -> Result<Script, Refusal> {
    word("package name", name, "+.-:")?;
    Ok(Script::new(format!(
        "{INSTALLED}hf_installed && exit 0\n\
         apt-get {OPTIONS} --no-install-recommends --no-remove install -- \"$HF_PACKAGE\" > /dev/null\n\
         hf_installed || hf_fail \"$HF_PACKAGE is not installed\""
    ))
    .value("HF_PACKAGE", name))
}

pub(super) fn remove(name: &str) -> Result<Script, Refusal> {
    word("package name", name, "+.-:")?;
    // What would take others with it is not what was asked for.
    Ok(Script::new(format!(
        "{INSTALLED}hf_installed || exit 0\n\
         hf_plan=$(apt-get -s {OPTIONS} remove -- \"$HF_PACKAGE\" 2>&1) || hf_refuse invalid \"apt cannot remove it: $(printf '%s\\n' \"$hf_plan\" | tail -n 1)\"\n\
         hf_others=$(printf '%s\\n' \"$hf_plan\" | awk -v p=\"${{HF_PACKAGE%%:*}}\" '$1 == \"Remv\" && $2 != p {{ print $2 }}')\n\
         [ -z \"$hf_others\" ] || hf_refuse invalid \"removing it would remove as well: $(echo $hf_others)\"\n\
         apt-get {OPTIONS} remove -- \"$HF_PACKAGE\" > /dev/null\n\
         ! hf_installed || hf_fail \"$HF_PACKAGE is still installed\""
    ))
    .value("HF_PACKAGE", name))
}
