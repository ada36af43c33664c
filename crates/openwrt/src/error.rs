//! Why a call got no answer that can be used.

use crate::question::Question;
use reading::https::ApiError;

/// Access denied, as uhttpd tells it before rpcd is asked.
const DENIED: i64 = -32002;
/// No such object, as uhttpd tells it.
const NO_OBJECT: i64 = -32000;

/// What went wrong with one call. None of it has the password or the session in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UbusError {
    /// There was no answer.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// ubus says no, by its status or that of JSON-RPC.
    #[error("{code} {}", meaning(*.code))]
    Status { code: i64 },
}

impl UbusError {
    pub(crate) fn garbage(why: &str) -> Self {
        Self::Api(ApiError::Garbage(why.to_owned()))
    }

    /// With what to do about it.
    pub(crate) fn of(&self, question: Question) -> String {
        let said = format!("{}: {self}", question.shown());
        match self {
            Self::Status { code: 6 | DENIED } => format!("{said}; {}", grant(question)),
            Self::Status {
                code: 3 | 4 | NO_OBJECT,
            } if question.object == "luci-rpc" => {
                format!("{said}; only routers with LuCI tell leases (package rpcd-mod-luci)")
            }
            Self::Status { .. } | Self::Api(_) => said,
        }
    }
}

/// What has to be granted for a question.
pub(crate) fn grant(question: Question) -> String {
    let uci = question.config.map(|c| format!(" and uci '{c}'"));
    format!(
        "the login's ACL has to grant ubus '{} {}'{} (`holdfast access LAB` prints it)",
        question.object,
        question.method,
        uci.unwrap_or_default()
    )
}

/// The names of ubus (`ubusmsg.h`) and of uhttpd.
fn meaning(code: i64) -> &'static str {
    match code {
        1 => "invalid command",
        2 => "invalid argument",
        3 => "method not found",
        4 => "not found",
        5 => "no data",
        6 => "permission denied",
        7 => "timeout",
        8 => "not supported",
        9 => "unknown error",
        10 => "connection failed",
        -32700 => "parse error",
        -32600 => "invalid request",
        -32601 => "method not found",
        -32602 => "invalid parameters",
        -32603 => "internal error",
        NO_OBJECT => "object not found",
        -32001 => "session not found",
        DENIED => "access denied",
        -32003 => "ubus request timed out",
        _ => "which is no code of ubus",
    }
}
