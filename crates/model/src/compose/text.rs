//! Text of the user that may be a secret.

use serde::{Serialize, Serializer};
use std::fmt;

/// What is shown in the place of a hidden text.
const HIDDEN: &str = "[hidden]";

/// Free text; when it looks like a secret, neither `Debug` nor JSON show it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    text: String,
    hidden: bool,
}

impl Text {
    /// Text that may be shown.
    pub fn open(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            hidden: false,
        }
    }

    /// Text that may not be shown.
    pub fn hidden(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            hidden: true,
        }
    }

    /// It looks like a secret.
    pub fn is_hidden(&self) -> bool {
        self.hidden
    }

    /// The text itself, to be judged and never printed where [`Text::is_hidden`].
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What may be printed.
    pub fn shown(&self) -> &str {
        if self.hidden { HIDDEN } else { &self.text }
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.shown(), f)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn hidden_text_is_not_shown() {
        let secret = Text::hidden("hunter2");
        assert_eq!(format!("{secret:?}"), "\"[hidden]\"");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"[hidden]\"");
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(Text::open("plain").shown(), "plain");
    }
}
