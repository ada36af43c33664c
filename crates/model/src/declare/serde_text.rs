//! Values as text in serialised form.

/// Serialises values by [`Display`](std::fmt::Display) and reads them back by [`Value`](super::Value).
macro_rules! serde_as_text {
    ($($name:ty),+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(d)?;
                <$name as $crate::declare::Value>::parse(&text)
                    .map_err(|_| serde::de::Error::custom(format!("'{text}' is not what it should be")))
            }
        }
    )+};
}
pub(crate) use serde_as_text;
