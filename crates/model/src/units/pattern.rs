//! Parts of the patterns of addresses and ports, for the JSON Schema: whatever they refuse is refused by the readers beside them. What
//! depends on more than one part, such as which end of a range is the larger, only the readers know.

/// A port, 1 to 65535.
macro_rules! port {
    () => {
        "0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
    };
}

/// An address of version 4.
macro_rules! v4 {
    () => {
        "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}"
    };
}

/// An address of version 6: its groups, not how many of them `::` stands for.
macro_rules! v6 {
    () => {
        "([0-9a-fA-F]{0,4}:){2,8}([0-9a-fA-F]{0,4}|[0-9]{1,3}(\\.[0-9]{1,3}){3})"
    };
}

/// An address.
macro_rules! address {
    () => {
        concat!(
            "(",
            $crate::units::pattern::v4!(),
            "|",
            $crate::units::pattern::v6!(),
            ")"
        )
    };
}

/// The lengths of a prefix, by version.
macro_rules! prefix {
    (v4) => {
        "/0*([12]?[0-9]|3[0-2])"
    };
    (v6) => {
        "/0*([1-9]?[0-9]|1[01][0-9]|12[0-8])"
    };
}

pub(crate) use {address, port, prefix, v4, v6};
