//! What several keys take.

use super::super::schema::{Keys, Names, Rule, Scalars};

pub(super) const TEXT: Rule = Rule::Scalar(Scalars::TEXT);
pub(super) const BOOL: Rule = Rule::Scalar(Scalars::BOOL);
pub(super) const NUMBER: Rule = Rule::Scalar(Scalars::NUMBER);
pub(super) const NOTHING: Rule = Rule::Scalar(Scalars::NULL);
pub(super) const FLAG: Rule = Rule::Scalar(Scalars::BOOL.or(Scalars::TEXT));
pub(super) const WHOLE: Rule = Rule::Scalar(Scalars::INT.or(Scalars::TEXT));
pub(super) const AMOUNT: Rule = Rule::Scalar(Scalars::NUMBER.or(Scalars::TEXT));
pub(super) const TEXT_OR_NULL: Rule = Rule::Scalar(Scalars::TEXT.or(Scalars::NULL));
pub(super) const OPTION: Rule = Rule::Scalar(Scalars::TEXT.or(Scalars::NUMBER).or(Scalars::NULL));
pub(super) const PLAIN: Rule = Rule::Scalar(
    Scalars::TEXT
        .or(Scalars::NUMBER)
        .or(Scalars::NULL)
        .or(Scalars::BOOL),
);

pub(super) fn any_name(name: &str) -> bool {
    !name.is_empty()
}

pub(super) fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

pub(super) fn is_lower(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase())
}

pub(super) static ANYTHING: Names = Names {
    name: any_name,
    of: Rule::Any,
    open: true,
};

pub(super) static DRIVER_OPTS: Names = Names {
    name: any_name,
    of: AMOUNT,
    open: true,
};

pub(super) const HOOK: Rule = Rule::Keys(&HOOK_KEYS);

pub(super) static HOOK_KEYS: Keys = Keys {
    known: &[
        ("command", COMMAND),
        ("environment", PAIRS),
        ("privileged", FLAG),
        ("user", TEXT),
        ("working_dir", TEXT),
    ],
    required: &[],
};

pub(super) const COMMAND: Rule = Rule::Either(&[NOTHING, TEXT, Rule::List(&TEXT)]);

pub(super) const ULIMITS: Rule = Rule::Names(&ULIMIT_NAMES);

pub(super) static ULIMIT_NAMES: Names = Names {
    name: is_lower,
    of: Rule::Either(&[WHOLE, Rule::Keys(&ULIMIT)]),
    open: true,
};

pub(super) static ULIMIT: Keys = Keys {
    known: &[("hard", WHOLE), ("soft", WHOLE)],
    required: &["soft", "hard"],
};

pub(super) const GRANTS: Rule = Rule::List(&Rule::Either(&[TEXT, Rule::Keys(&GRANT)]));

pub(super) static GRANT: Keys = Keys {
    known: &[
        ("gid", TEXT),
        ("mode", AMOUNT),
        ("source", TEXT),
        ("target", TEXT),
        ("uid", TEXT),
    ],
    required: &[],
};

pub(super) const EXTRA_HOSTS: Rule = Rule::Either(&[Rule::Names(&HOST_NAMES), Rule::Set(&TEXT)]);

pub(super) static HOST_NAMES: Names = Names {
    name: any_name,
    of: Rule::Either(&[TEXT, Rule::List(&TEXT)]),
    open: false,
};

pub(super) const TEXT_OR_SET: Rule = Rule::Either(&[TEXT, TEXT_SET]);

pub(super) const TEXT_SET: Rule = Rule::Set(&TEXT);

pub(super) const PAIRS: Rule = Rule::Either(&[Rule::Names(&PAIR_NAMES), Rule::Set(&TEXT)]);

pub(super) static PAIR_NAMES: Names = Names {
    name: any_name,
    of: PLAIN,
    open: false,
};
