//! Shapes that many sections of a Compose file share.

use super::rule::{Keys, Names, Naming, Rule, Scalars};

/// Text alone: a number or truth value must be put in quotes.
pub(super) const TEXT: Rule = Rule::Scalar(Scalars::TEXT);

/// `true`, `false`, or text that a variable may have come from.
pub(super) const FLAG: Rule = Rule::Scalar(Scalars::BOOL.or(Scalars::TEXT));

/// A whole number, or text such as a size with its unit.
pub(super) const WHOLE: Rule = Rule::Scalar(Scalars::INT.or(Scalars::TEXT));

/// A number, or text such as a size with its unit.
pub(super) const NUMBER: Rule = Rule::Scalar(Scalars::NUMBER.or(Scalars::TEXT));

/// A list of texts.
pub(super) const TEXTS: Rule = Rule::List(&TEXT);

/// A list of texts in which none stands twice.
pub(super) const DIFFERENT_TEXTS: Rule = Rule::Set(&TEXT);

/// One text, or a list of them.
pub(super) const TEXT_OR_TEXTS: Rule = Rule::Either(&[TEXT, TEXTS]);

/// A command: a line, its words, or nothing for that of the image.
pub(super) const COMMAND: Rule =
    Rule::Either(&[Rule::Scalar(Scalars::TEXT.or(Scalars::NULL)), TEXTS]);

/// A map of any names with any values.
const ANY_MAP: Rule = Rule::Names(&Names {
    name: Naming::Anything,
    of: Rule::Any,
    other: None,
});

/// Pairs, as a map or as a list of `NAME=VALUE`: labels, variables, arguments, kernel parameters.
pub(super) const PAIRS: Rule = Rule::Either(&[
    Rule::Names(&Names {
        name: Naming::NotEmpty,
        of: Rule::Scalar(
            Scalars::TEXT
                .or(Scalars::NUMBER)
                .or(Scalars::BOOL)
                .or(Scalars::NULL),
        ),
        other: None,
    }),
    DIFFERENT_TEXTS,
]);

/// Pairs of texts, as a map only.
pub(super) const TEXT_MAP: Rule = Rule::Names(&Names {
    name: Naming::OneLine,
    of: TEXT,
    other: None,
});

/// Options for the driver of a network or volume.
pub(super) const DRIVER_OPTIONS: Rule = Rule::Names(&Names {
    name: Naming::OneLine,
    of: NUMBER,
    other: Some(Rule::Any),
});

/// Hosts that are known without a name server: `HOST=ADDRESS`, or a map of hosts to one address or several.
pub(super) const HOSTS: Rule = Rule::Either(&[
    Rule::Names(&Names {
        name: Naming::NotEmpty,
        of: TEXT_OR_TEXTS,
        other: None,
    }),
    DIFFERENT_TEXTS,
]);

/// Limits by their name: one number for both, or the soft and the hard one.
/// What Compose takes for names of other than small letters is only that it is a number or a map.
pub(super) const ULIMITS: Rule = Rule::Names(&Names {
    name: Naming::Letters,
    of: Rule::Either(&[WHOLE, Rule::Keys(&ULIMIT)]),
    other: Some(Rule::Either(&[WHOLE, ANY_MAP])),
});

static ULIMIT: Keys = Keys {
    known: &[("soft", WHOLE), ("hard", WHOLE)],
    required: &["soft", "hard"],
    ..Keys::NONE
};

/// Secrets or configs that are granted to a service or a build: by name, or with the place that they are put at.
pub(super) const GRANTS: Rule = Rule::List(&Rule::Either(&[TEXT, Rule::Keys(&GRANT)]));

static GRANT: Keys = Keys {
    known: &[
        ("source", TEXT),
        ("target", TEXT),
        ("uid", TEXT),
        ("gid", TEXT),
        ("mode", NUMBER),
    ],
    ..Keys::NONE
};

/// A command that is run in a container: by `post_start`, `pre_stop` and the watch action `sync+exec`.
pub(super) static HOOK: Keys = Keys {
    known: &[
        ("command", COMMAND),
        ("user", TEXT),
        ("privileged", FLAG),
        ("working_dir", TEXT),
        ("environment", PAIRS),
    ],
    ..Keys::NONE
};

/// What may be said of a wanted device, in a reservation or by `gpus`.
pub(super) const DEVICE_REQUEST: &[(&str, Rule)] = &[
    ("capabilities", DIFFERENT_TEXTS),
    ("driver", TEXT),
    ("count", WHOLE),
    ("device_ids", DIFFERENT_TEXTS),
    ("options", PAIRS),
];
