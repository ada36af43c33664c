//! The pattern of calendar expressions, for the JSON Schema. What it refuses the reader refuses; the reader knows more, such as that
//! a range ends behind its beginning.

/// A list of numbers, ranges and steps, as a field of a cron line has it.
macro_rules! field {
    ($number:expr) => {
        field!($number, "-")
    };
    ($number:expr, $to:literal) => {
        concat!(
            "(\\*|",
            $number,
            "(",
            $to,
            $number,
            ")?)(/0*[1-9][0-9]?)?",
            "(,(\\*|",
            $number,
            "(",
            $to,
            $number,
            ")?)(/0*[1-9][0-9]?)?)*"
        )
    };
}

/// An hour.
macro_rules! hour {
    () => {
        "0*(1?[0-9]|2[0-3])"
    };
}

/// A minute.
macro_rules! minute {
    () => {
        "0*[1-5]?[0-9]"
    };
}

/// A day of the month.
macro_rules! date {
    () => {
        "0*([1-9]|[12][0-9]|3[01])"
    };
}

/// A time of day, or a window of it, as systemd has them.
macro_rules! time {
    () => {
        concat!(
            field!(hour!(), "\\.\\."),
            ":",
            field!(minute!(), "\\.\\."),
            "(:00?)?(\\.\\.0*(1?[0-9]|2[0-4]):",
            minute!(),
            ")?"
        )
    };
}

/// A day of the week by its name, in letters of any case.
macro_rules! day {
    () => {
        "([Mm][Oo][Nn]([Dd][Aa][Yy])?|[Tt][Uu][Ee]([Ss][Dd][Aa][Yy])?|[Ww][Ee][Dd]([Nn][Ee][Ss][Dd][Aa][Yy])?|[Tt][Hh][Uu]([Rr][Ss][Dd][Aa][Yy])?|[Ff][Rr][Ii]([Dd][Aa][Yy])?|[Ss][Aa][Tt]([Uu][Rr][Dd][Aa][Yy])?|[Ss][Uu][Nn]([Dd][Aa][Yy])?)"
    };
}

/// Days of the week, as systemd lists them.
macro_rules! days {
    () => {
        concat!(
            day!(),
            "(\\.\\.",
            day!(),
            ")?(,",
            day!(),
            "(\\.\\.",
            day!(),
            ")?)*"
        )
    };
}

/// A word, a cron line of five fields, or days, a date and a time in the form of systemd.
pub(super) const CALENDAR: &str = concat!(
    "^\\s*(minutely|hourly|daily|weekly|monthly|quarterly|yearly|annually|semiannually|",
    field!(minute!()),
    "\\s+",
    field!(hour!()),
    "\\s+",
    field!(date!()),
    "\\s+",
    field!(
        "(0*([1-9]|1[0-2])|[Jj][Aa][Nn]|[Ff][Ee][Bb]|[Mm][Aa][Rr]|[Aa][Pp][Rr]|[Mm][Aa][Yy]|[Jj][Uu][NnLl]|[Aa][Uu][Gg]|[Ss][Ee][Pp]|[Oo][Cc][Tt]|[Nn][Oo][Vv]|[Dd][Ee][Cc])"
    ),
    "\\s+",
    field!(
        "(0*[0-7]|[Ss][Uu][Nn]|[Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt])"
    ),
    "|",
    days!(),
    "|(",
    days!(),
    "\\s+)?((\\*-)?",
    field!("0*([1-9]|1[0-2])", "\\.\\."),
    "-",
    field!(date!(), "\\.\\."),
    "(\\s+",
    time!(),
    ")?|",
    time!(),
    "))\\s*$"
);
