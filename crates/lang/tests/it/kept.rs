//! What an edited text must keep, and why it is refused.

use lang::{Lost, kept, readable};

/// `[old|new]` in a text is one edit.
fn judged(marked: &str) -> Result<(), Lost> {
    let (mut before, mut after, mut edits) = (String::new(), String::new(), Vec::new());
    let mut rest = marked;
    while let Some((plain, (old, new, behind))) = rest.split_once('«').map(|(plain, edit)| {
        let (edit, behind) = edit.split_once('»').unwrap();
        let (old, new) = edit.split_once('|').unwrap();
        (plain, (old, new, behind))
    }) {
        before.push_str(plain);
        after.push_str(plain);
        let (from, to) = (before.len(), after.len());
        before.push_str(old);
        after.push_str(new);
        edits.push((from..before.len(), to..after.len()));
        rest = behind;
    }
    kept(
        &format!("{before}{rest}"),
        &format!("{after}{rest}"),
        &edits,
    )
}

#[test]
fn an_edit_changes_what_it_is_about_and_nothing_else() {
    for (marked, want) in [
        ("a: «1|2»\nb: 3\n", Ok(())),
        ("a: «1|2» # why\nb: «3|4»\n", Ok(())),
        ("a:\n«  - 1\n|»  - 2\n", Ok(())),
        ("a: [«1, |»2]\n", Ok(())),
        ("a: {b: 1«|, c: 2»}\n", Ok(())),
        ("a:\n  b: 1«|\n  c: 2»\nd: 3\n", Ok(())),
        ("\u{feff}a: «1|2»\r\nb: 3\r\n", Ok(())),
        ("«ohst|hosts»: {web: {a: 1}}\n", Ok(())),
        // An indent is about what its line belongs to, and about no other line.
        ("a:\n  b:\n«|  »  c: 1\n  d: 2\n", Ok(())),
        ("a:\n  b:\n«|  »  c:\n«|  »    d: 1\n", Ok(())),
        ("a:\n  b:\n«|  »  c:\n    d: 1\n", Err(Lost::Others)),
        ("a:\n  b: 1\n«|  »  c: 2\n", Err(Lost::Syntax)),
        // An alias has the place of what it stands for.
        ("a: &n 1\nb: «*n|2»\n", Err(Lost::Others)),
        // An item becomes text of the line above, and a text that could be read breaks off.
        ("b: 1\n«a:\n|»  - 1\n", Err(Lost::Others)),
        ("a: {b: 1«|}»}\nc: 2\n", Err(Lost::Syntax)),
        ("a: [«1, |» 2«]|»\n", Err(Lost::Syntax)),
        // A value goes, comes or moves into another map.
        ("a: [1,«| #» 2,\n 3]\n", Err(Lost::Others)),
        ("a:\n  b: 1\n«|z:\n»  c: 2\n", Err(Lost::Others)),
        // Somebody else uses it.
        ("a: &n «1|2»\nb: *n\n", Err(Lost::Shared)),
        ("a: &n {x: 1«|, y: 2»}\nb: *n\n", Err(Lost::Shared)),
        ("a: &n {x: «1|2»}\nb: {<<: *n}\n", Err(Lost::Shared)),
    ] {
        assert_eq!(judged(marked), want, "{marked}");
    }
    // What was broken before may be mended in part.
    assert_eq!(judged("a: 1\nb:\n«\t|  »c: 2\n"), Ok(()));
    assert!(readable("a: 1\n") && readable("") && !readable("a: [\n"));
}
