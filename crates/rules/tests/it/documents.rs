//! What only the bytes of a document show.

use crate::support::check;

fn messages(file: &str, text: &str) -> Vec<String> {
    let lab = format!("format: 1\nlab: x\ndocuments: {{doc: {file}}}\n# file: {file}\n{text}");
    let (findings, _) = check(&lab, None);
    let encoding = findings.into_iter().filter(|d| d.code == "doc-encoding");
    encoding
        .map(|d| format!("{}: {}", d.message, d.notes.join("; ")))
        .collect()
}

#[test]
fn line_ends_and_byte_order_marks_are_seen() {
    assert!(messages("a.md", "# A\r\n\r\nb\r\n").is_empty());
    assert_eq!(
        messages("a.md", "# A\r\n\nb\n"),
        ["document 'doc' has two kinds of line ends: 1 lines end in CR LF, 2 in LF"]
    );
    assert_eq!(
        messages("a.sh", "#!/bin/sh\r\nls\r\n"),
        [
            "document 'doc' is read by a Linux machine, but has line ends of Windows: 2 lines end in CR LF, 0 in LF"
        ]
    );
    assert_eq!(messages("a.md", "\u{feff}# A\n").len(), 1);
}
