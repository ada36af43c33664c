//! Lines of `fstab(5)`: six fields with blanks between them, `#` for comments.

use diag::{Span, Spanned};
use model::document::{Document, MountLine, Word};

/// A line of a file.
pub(super) fn line(line: &Spanned<String>) -> Option<MountLine> {
    let mut fields = fields(line).into_iter();
    let (spec, point, kind) = (fields.next()?, fields.next()?, fields.next()?);
    if spec.value.starts_with('#') {
        return None;
    }
    let options = fields.next().map(|o| options(&o)).unwrap_or_default();
    Some(MountLine {
        spec,
        point,
        kind,
        options,
        dump: fields.next(),
        pass: fields.next(),
        span: line.span,
    })
}

/// Whether a text is nothing but such lines, whatever its file is called.
pub(super) fn is_table(text: &str) -> bool {
    let lines = text.lines().map(str::trim);
    let mut rows = lines
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .peekable();
    rows.peek().is_some() && rows.all(is_row)
}

/// A device or the like, where it is mounted, a type of file system and options; two numbers may follow.
fn is_row(row: &str) -> bool {
    const SPECS: [&str; 8] = [
        "/dev/",
        "UUID=",
        "LABEL=",
        "PARTUUID=",
        "PARTLABEL=",
        "ID=",
        "//",
        "/",
    ];
    const KERNEL: [&str; 6] = ["tmpfs", "proc", "sysfs", "devpts", "none", "overlay"];
    let fields: Vec<&str> = row.split_whitespace().collect();
    let [spec, point, kind, ..] = fields.as_slice() else {
        return false;
    };
    let of =
        SPECS.iter().any(|s| spec.starts_with(s)) || KERNEL.contains(spec) || spec.contains(":/");
    let at = point.starts_with('/') || ["none", "swap"].contains(point);
    let typed = kind.starts_with(|c: char| c.is_ascii_lowercase())
        && kind
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-,".contains(c));
    let numbers = fields.iter().skip(4).all(|n| n.parse::<u8>().is_ok());
    of && at && typed && numbers && fields.len() <= 6
}

/// Lines that commands append: `echo '…' >> /etc/fstab` and `echo '…' | tee -a /etc/fstab`.
pub(super) fn appended(document: &mut Document) {
    let is_table = |w: &Word| w.known() == Some("/etc/fstab");
    for (n, command) in document.commands.iter().enumerate() {
        let next = document.commands.get(n + 1);
        let teed = next.is_some_and(|c| {
            c.piped
                && c.words.iter().any(|w| w.text == "tee")
                && c.words.last().is_some_and(is_table)
        });
        let redirected = command
            .redirects
            .iter()
            .any(|r| r.operator == ">>" && is_table(&r.target));
        let says = matches!(command.program(), Some("echo" | "printf"));
        let Some(word) = command
            .words
            .last()
            .filter(|_| says && (teed || redirected))
        else {
            continue;
        };
        // Quotes around the word are left out of the place, so that the fields lie where they are written.
        let (start, end) = (word.span.start as usize, word.span.end as usize);
        let quote = usize::from(end - start == word.text.len() + 2);
        let span = Span::new(word.span.source, start + quote, end - quote);
        document
            .mounts
            .extend(line(&Spanned::new(word.text.clone(), span)));
    }
}

fn fields(line: &Spanned<String>) -> Vec<Spanned<String>> {
    let blank = |c: char| c == ' ' || c == '\t';
    parts(line, blank)
}

fn options(field: &Spanned<String>) -> Vec<Spanned<String>> {
    parts(field, |c| c == ',')
}

fn parts(of: &Spanned<String>, separator: impl Fn(char) -> bool + Copy) -> Vec<Spanned<String>> {
    let base = of.span.start as usize;
    let mut at = 0;
    let mut out = Vec::new();
    for part in of.value.split_inclusive(separator) {
        let body = part.trim_end_matches(separator);
        if !body.is_empty() {
            let span = Span::new(of.span.source, base + at, base + at + body.len());
            out.push(Spanned::new(body.to_owned(), span));
        }
        at += part.len();
    }
    out
}
