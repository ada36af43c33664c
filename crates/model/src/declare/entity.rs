//! The macro that defines records.

/// Defines a record: a struct whose fields are the keys, with their documentation. A key that is a word of Rust is written
/// `r#for`. Every record has a `span`, the place where it is named or begins. `pub struct Smoke or http { … }`: a text in place
/// of the map stands for the value of `http`; with `needs http | tcp: "…"` behind it one of those keys must be there. `cores: Opt<u32> where above_zero`: none is a slip. Lists in `apart { … }` behind it are no keys: what was
/// written and does not count.
///
/// ```ignore
/// entity! {
///     /// Redundancy group over devices.
///     pub struct Pool {
///         /// What manages it.
///         kind: Need<PoolKind>,
///         /// Its devices, `host/disk`.
///         devices: Vec<Spanned<Ref<{ set::DISK }>>>,
///     }
/// }
/// ```
macro_rules! entity {
    (@read) => { $crate::declare::Field::field };
    (@read above_zero) => { $crate::declare::above_zero };
    ($(
        $(#[doc = $doc:literal])*
        pub struct $name:ident $(or $short:ident)? $(needs $($either:ident)|+: $form:literal)? {
            $( $(#[doc = $field_doc:literal])* $field:ident : $type:ty $(where $above:ident)? ),* $(,)?
        }
        $(apart { $( $(#[doc = $own_doc:literal])* $own:ident : $own_type:ty ),* $(,)? })?
    )*) => {$(
        $(#[doc = $doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            /// Where it is declared.
            pub span: diag::Span,
            $( $(#[doc = $field_doc])* pub $field: $type, )*
            $($(
                $(#[doc = $own_doc])*
                #[serde(default, skip_serializing_if = "Vec::is_empty")]
                pub $own: $own_type,
            )*)?
        }

        impl $name {
            /// Reads the keys; whoever owns the map may read others.
            pub fn of(record: &mut dyn $crate::declare::Record) -> Self {
                let read = Self {
                    span: record.span(),
                    $( $field: $crate::declare::entity!(@read $($above)?)(
                        record,
                        $crate::declare::key(stringify!($field)),
                    ), )*
                    $( $( $own: Default::default(), )* )?
                };
                $( record.none_of(&[$(stringify!($either)),+], $form); )?
                read
            }

            /// How it is written.
            pub fn record() -> $crate::declare::RecordShape {
                $crate::declare::RecordShape {
                    name: stringify!($name),
                    doc: $crate::declare::prose(concat!($($doc, "\n"),*)),
                    fields: vec![$( $crate::declare::FieldShape {
                        key: $crate::declare::key(stringify!($field)),
                        doc: $crate::declare::prose(concat!($($field_doc, "\n"),*)),
                        need: <$type as $crate::declare::Field>::NEED,
                        above_zero: false $( || stringify!($above) == "above_zero" )?,
                        shape: <$type as $crate::declare::Field>::shape(),
                    } ),*],
                    either: &[$( &[$(stringify!($either)),+] )?],
                }
            }
        }

        impl $crate::declare::Declare for $name {
            $(
                fn repeats() -> $crate::declare::Repeats {
                    $crate::declare::of_short(|record: &Self| &record.$short)
                }
            )?

            fn read(at: &mut dyn $crate::declare::Place) -> Option<Self> {
                $( if $crate::declare::is_scalar(at) {
                    let key = $crate::declare::key(stringify!($short));
                    return Some(Self::of(&mut $crate::declare::Short { at, key }));
                } )?
                let mut out = None;
                at.record(&mut |record| out = Some(Self::of(record)));
                out
            }

            fn shape() -> $crate::declare::Shape {
                $crate::declare::Shape::Record(Self::record, &[$(stringify!($short))?])
            }
        }
    )*};
}
pub(crate) use entity;
