//! The macro that defines lists of words.

/// Defines an enum whose values are words, each with its meaning.
macro_rules! words {
    ($(
        $(#[doc = $doc:literal])*
        pub enum $name:ident($key:literal, $what:literal) {
            $( $(#[doc = $word_doc:literal])* $variant:ident = $word:literal ),* $(,)?
        }
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[doc = $word_doc])* $variant, )*
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in the lab tree.
            pub fn word(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )*
                }
            }
        }

        impl $crate::declare::Value for $name {
            const FORM: $crate::declare::ValueForm = $crate::declare::ValueForm {
                name: $key,
                doc: concat!($($doc),*),
                what: $what,
                examples: &[],
                pattern: $crate::declare::Pattern::Words(&[
                    $( ($word, concat!($($word_doc),*)) ),*
                ]),
            };

            fn parse(text: &str) -> Result<Self, $crate::declare::Wrong> {
                let found = Self::ALL.iter().find(|w| w.word() == text);
                found.copied().ok_or_else($crate::declare::Wrong::of::<Self>)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        $crate::declare::serde_as_text!($name);
    )*};
}
pub(crate) use words;
