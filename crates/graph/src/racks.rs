//! Heights of what stands in racks.

/// Units of a form factor: `2U`, `2 U`, `2RU`, and `2HE`, as data sheets in German have it.
pub fn units(form: &str) -> Option<u32> {
    let digits = form.trim_start_matches(|c: char| !c.is_ascii_digit());
    let (number, unit) = digits.split_at(digits.find(|c: char| !c.is_ascii_digit())?);
    let unit = unit.split_whitespace().next().unwrap_or_default();
    let known = ["u", "ru", "he"].contains(&unit.to_ascii_lowercase().as_str());
    // What begins with a word (`rack 2U`) says it, too; `SFF 8 bays` does not.
    known.then(|| number.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::units;

    #[test]
    fn forms_of_data_sheets() {
        for (form, high) in [
            ("2U", Some(2)),
            ("2 U", Some(2)),
            ("rack 1RU", Some(1)),
            ("4HE", Some(4)),
            ("SFF 8 bays", None),
            ("tower", None),
        ] {
            assert_eq!(units(form), high, "{form}");
        }
    }
}
