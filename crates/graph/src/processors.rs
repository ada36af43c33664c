//! Who made a processor, by its model.

/// Makers of processors whose instruction sets differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Maker {
    /// AMD.
    Amd,
    /// Any with an ARM core.
    Arm,
    /// Intel.
    Intel,
}

impl Maker {
    /// As people write it.
    pub fn word(self) -> &'static str {
        match self {
            Maker::Amd => "AMD",
            Maker::Arm => "ARM",
            Maker::Intel => "Intel",
        }
    }
}

/// Parts of model names.
const MARKS: &[(&str, Maker)] = &[
    ("amd", Maker::Amd),
    ("ryzen", Maker::Amd),
    ("epyc", Maker::Amd),
    ("athlon", Maker::Amd),
    ("opteron", Maker::Amd),
    ("threadripper", Maker::Amd),
    ("intel", Maker::Intel),
    ("xeon", Maker::Intel),
    ("celeron", Maker::Intel),
    ("pentium", Maker::Intel),
    ("atom", Maker::Intel),
    ("arm", Maker::Arm),
    ("cortex", Maker::Arm),
    ("bcm2", Maker::Arm),
    ("rk35", Maker::Arm),
    ("ampere", Maker::Arm),
    ("apple", Maker::Arm),
];

/// The maker of a model such as `i5-8500` or `Ryzen 7 5825U`, if it can be told.
pub fn maker(model: &str) -> Option<Maker> {
    let text = model.to_lowercase();
    let marked = MARKS.iter().find(|(mark, _)| text.contains(mark));
    if let Some((_, maker)) = marked {
        return Some(*maker);
    }
    // `i5-8500`, `Core i3 13100`, `Core Ultra 7`, `N100`, `E5-2680 v4`.
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .any(|word| {
            let (letter, digits) = word.split_at(word.len().min(1));
            let number = digits.chars().all(|c| c.is_ascii_digit());
            matches!(
                (letter, digits.len()),
                ("i" | "e", 1) | ("n", 2..=4) | ("j", 4)
            ) && number
                || word == "ultra"
        })
        .then_some(Maker::Intel)
}

#[cfg(test)]
mod tests {
    use super::{Maker, maker};

    #[test]
    fn makers() {
        for model in [
            "i5-8500",
            "Intel 12-Core",
            "Core i3-13100",
            "N100",
            "Xeon E-2224",
            "J4125",
            "Core Ultra 7 155H",
        ] {
            assert_eq!(maker(model), Some(Maker::Intel), "{model}");
        }
        for model in ["Ryzen 7 5825U", "AMD EPYC 7302"] {
            assert_eq!(maker(model), Some(Maker::Amd), "{model}");
        }
        assert_eq!(maker("BCM2712"), Some(Maker::Arm));
        assert_eq!(maker("something"), None);
    }
}
