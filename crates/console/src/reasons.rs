//! What holds of many machines for one reason, said once.

/// Names by reason: reasons in the order in which they are first given, names as they come.
pub fn fold<'a>(
    said: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut out: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, why) in said {
        match out.iter_mut().find(|(known, _)| *known == why) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => out.push((why, vec![name])),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn a_reason_is_said_once_with_all_its_names() {
        let said = [
            ("a", "silence"),
            ("b", "refused"),
            ("c", "silence"),
            ("c", "silence"),
        ];
        assert_eq!(
            fold(said),
            [("silence", vec!["a", "c"]), ("refused", vec!["b"])]
        );
    }
}
