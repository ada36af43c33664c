//! SVG: one file with nothing from elsewhere, text that can be selected, titles to point at; the same bytes for the same drawing.

use super::theme::{Theme, style};
use crate::diagram::layout::{TooLarge, lay};
use crate::diagram::metrics::Weight;
use crate::diagram::model::Diagram;
use crate::diagram::scene::{Anchor, Mark, Seg};
use diag::render::turns_text;
use std::fmt::Write as _;

/// The first words of every drawing; by them an older one is known again.
pub const SIGN: &str = "<!-- drawn by holdfast graph -->";

/// A drawing as SVG, if it is not too large for one.
pub fn svg(diagram: &Diagram, theme: Theme) -> Result<String, TooLarge> {
    let scene = lay(diagram)?;
    let (w, h) = (scene.width, scene.height);
    // On a small screen a drawing is moved about rather than made too small to be read.
    let least = (w * 0.75).round();
    let title = format!("{} · {}", diagram.lab, diagram.view.title());
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{SIGN}\n<svg xmlns=\"http://www.w3.org/2000/svg\" \
         role=\"img\" aria-labelledby=\"title desc\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" \
         style=\"max-width:max(100%,{least}px);height:auto\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"desc\">{}</desc>\n<style>\n{}</style>\n",
        escaped(&title),
        escaped(&diagram.summary),
        style(theme),
    );
    for mark in &scene.marks {
        write(&mut out, mark);
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn write(out: &mut String, mark: &Mark) {
    // Writing to a string cannot fail.
    let _ = match mark {
        Mark::Group {
            id,
            class,
            detail,
            marks,
        } => {
            let id = if id.is_empty() {
                String::new()
            } else {
                format!(" id=\"{id}\"")
            };
            out.push_str(&format!("<g{id} class=\"{class}\">"));
            if !detail.is_empty() {
                out.push_str(&format!("<title>{}</title>", escaped(detail)));
            }
            out.push('\n');
            marks.iter().for_each(|m| write(out, m));
            writeln!(out, "</g>")
        }
        Mark::Rect {
            x,
            y,
            w,
            h,
            r,
            class,
        } => {
            let [x, y, w, h, r] = [x, y, w, h, r].map(|v| short(*v));
            let round = if r == 0.0 {
                String::new()
            } else {
                format!(" rx=\"{r}\"")
            };
            writeln!(
                out,
                "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"{round}/>"
            )
        }
        Mark::Text { .. } => text(out, mark),
        Mark::Path { path, class } => {
            writeln!(out, "<path class=\"{class}\" d=\"{}\"/>", data(path))
        }
        Mark::Dot { x, y, r, class } => {
            let [x, y, r] = [x, y, r].map(|v| short(*v));
            writeln!(
                out,
                "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>"
            )
        }
    };
}

fn text(out: &mut String, mark: &Mark) -> std::fmt::Result {
    let Mark::Text {
        x,
        y,
        text,
        size,
        weight,
        class,
        anchor,
    } = mark
    else {
        return Ok(());
    };
    if text.is_empty() {
        return Ok(());
    }
    let bold = if *weight == Weight::Bold { " b" } else { "" };
    let middle = match anchor {
        Anchor::Start => "",
        Anchor::Middle => " m",
        Anchor::End => " e",
    };
    let [x, y] = [x, y].map(|v| short(*v));
    let text = escaped(text);
    writeln!(
        out,
        "<text class=\"{class}{bold}{middle}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\">{text}</text>"
    )
}

/// The `d` of a path.
fn data(path: &[Seg]) -> String {
    let at = |(x, y): &(f64, f64)| format!("{} {}", short(*x), short(*y));
    let each = path.iter().map(|seg| match seg {
        Seg::Move(a) => format!("M{}", at(a)),
        Seg::Line(a) => format!("L{}", at(a)),
        Seg::Round(a, b) => format!("Q{} {}", at(a), at(b)),
        Seg::Close => "Z".to_owned(),
    });
    each.collect()
}

/// A length with at most one digit after the point.
fn short(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Text that is no markup; letters that XML does not know are left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || turns_text(c) || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}
