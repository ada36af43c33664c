//! Units: enabled or not, running or not.

use super::word;
use crate::linux::script::Script;
use plan::driver::Refusal;

pub(super) fn set(
    unit: &str,
    enabled: Option<bool>,
    active: Option<bool>,
) -> Result<Script, Refusal> {
    word("unit name", unit, ".@:_-\\")?;
    let mut body = String::from(
        "[ \"$(systemctl show -p LoadState --value -- \"$HF_UNIT\")\" != not-found ] || systemctl daemon-reload\n\
         case $(systemctl show -p LoadState --value -- \"$HF_UNIT\") in\n\
         not-found) hf_refuse invalid \"there is no unit $HF_UNIT\" ;;\nesac\n\
         [ \"$(systemctl show -p NeedDaemonReload --value -- \"$HF_UNIT\")\" != yes ] || systemctl daemon-reload\n",
    );
    match enabled {
        Some(true) => body.push_str("systemctl -q enable -- \"$HF_UNIT\"\n"),
        Some(false) => body.push_str("systemctl -q disable -- \"$HF_UNIT\"\n"),
        None => {}
    }
    match active {
        Some(true) => body.push_str("systemctl start -- \"$HF_UNIT\"\n"),
        Some(false) => body.push_str("systemctl stop -- \"$HF_UNIT\"\n"),
        None => {}
    }
    Ok(Script::new(body).value("HF_UNIT", unit))
}
