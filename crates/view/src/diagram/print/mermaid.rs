//! Mermaid: for READMEs and wikis that draw it themselves.

use crate::diagram::model::{Diagram, Hue, Node, Shape, Stroke, Sure};
use crate::diagram::print::theme::LIGHT;
use diag::render::turns_text;

/// A drawing as a Mermaid flowchart.
pub fn mermaid(diagram: &Diagram) -> String {
    let mut out = format!(
        "%% {}: {}\nflowchart LR\n",
        quoted(&diagram.lab),
        diagram.view.title()
    );
    for (g, group) in diagram.groups.iter().enumerate() {
        let nodes = diagram.nodes.iter().enumerate();
        let own: Vec<_> = nodes.filter(|(_, n)| n.group == Some(g)).collect();
        if own.is_empty() {
            continue;
        }
        out.push_str(&format!("  subgraph g{g}[\"{}\"]\n", quoted(&group.title)));
        own.into_iter()
            .for_each(|(n, node)| out.push_str(&declared(n, node, "    ")));
        out.push_str("  end\n");
    }
    let nodes = diagram.nodes.iter().enumerate();
    nodes
        .filter(|(_, n)| n.group.is_none())
        .for_each(|(n, node)| out.push_str(&declared(n, node, "  ")));
    for edge in &diagram.edges {
        let line = match (edge.stroke, edge.arrow) {
            (Stroke::Solid, true) => "-->",
            (Stroke::Solid, false) => "---",
            (Stroke::Dashed | Stroke::Dotted, true) => "-.->",
            (Stroke::Dashed | Stroke::Dotted, false) => "-.-",
            (Stroke::Loop, _) => "==>",
        };
        let label = quoted(&diagram.label(edge));
        let label = if label.is_empty() {
            label
        } else {
            format!("|\"{label}\"|")
        };
        out.push_str(&format!("  n{} {line}{label} n{}\n", edge.from, edge.to));
    }
    permitted(diagram, &mut out);
    notes(diagram, &mut out);
    looks(diagram, &mut out);
    out
}

fn declared(n: usize, node: &Node, indent: &str) -> String {
    let mut lines = vec![format!("<b>{}</b>", quoted(&node.title))];
    lines.extend(node.lines.iter().map(|l| quoted(l)));
    lines.extend(
        node.rows
            .iter()
            .map(|r| quoted(&format!("{} {}", r.text, r.detail))),
    );
    lines.extend(
        node.chips
            .iter()
            .map(|c| quoted(&format!("{} {}", c.name, c.text))),
    );
    let text = lines.join("<br/>");
    let (open, close) = match node.shape {
        Shape::Card | Shape::Lane => ("[", "]"),
        Shape::Joint => ("([", "])"),
    };
    format!("{indent}n{n}{open}\"{text}\"{close}\n")
}

/// Who may talk to whom, as a second set of nodes.
fn permitted(diagram: &Diagram, out: &mut String) {
    let Some(matrix) = &diagram.matrix else {
        return;
    };
    out.push_str(&format!(
        "  subgraph flows[\"{}\"]\n",
        quoted(&matrix.title)
    ));
    let ends = matrix.ends();
    for (n, name) in ends.iter().enumerate() {
        out.push_str(&format!("    f{n}([\"{}\"])\n", quoted(name)));
    }
    for (from, to, ports) in matrix.permitted() {
        out.push_str(&format!("    f{from} -->|\"{}\"| f{to}\n", quoted(ports)));
    }
    out.push_str("  end\n");
}

/// What must be said, as a box without lines.
fn notes(diagram: &Diagram, out: &mut String) {
    if diagram.notes.is_empty() {
        return;
    }
    let lines: Vec<String> = diagram.notes.iter().map(|n| quoted(n)).collect();
    out.push_str(&format!("  notes[\"{}\"]\n", lines.join("<br/>")));
    let (page, soft, border) = (LIGHT.page, LIGHT.soft, LIGHT.border);
    out.push_str(&format!(
        "  style notes fill:{page},stroke:{border},color:{soft},text-align:left\n"
    ));
}

fn looks(diagram: &Diagram, out: &mut String) {
    let edges = diagram.edges.iter().enumerate();
    let loops: Vec<String> = edges
        .filter(|(_, e)| e.stroke == Stroke::Loop)
        .map(|(n, _)| n.to_string())
        .collect();
    if !loops.is_empty() {
        let alarm = LIGHT.alarm;
        out.push_str(&format!(
            "  linkStyle {} stroke:{alarm},color:{alarm}\n",
            loops.join(",")
        ));
    }
    for (hue, (strong, tint)) in Hue::ALL.iter().zip(LIGHT.hues) {
        let of = |n: &Node| n.hue == *hue;
        if !diagram.nodes.iter().any(of) {
            continue;
        }
        let word = hue.word();
        let ink = LIGHT.ink;
        out.push_str(&format!(
            "  classDef {word} fill:{tint},stroke:{strong},color:{ink}\n"
        ));
        let own = diagram.nodes.iter().enumerate().filter(|(_, n)| of(n));
        let ids: Vec<String> = own.map(|(n, _)| format!("n{n}")).collect();
        out.push_str(&format!("  class {} {word}\n", ids.join(",")));
    }
    let unsure = diagram
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, n)| n.sure != Sure::Known);
    let ids: Vec<String> = unsure.map(|(n, _)| format!("n{n}")).collect();
    if !ids.is_empty() {
        out.push_str("  classDef unsure stroke-dasharray:4 3\n");
        out.push_str(&format!("  class {} unsure\n", ids.join(",")));
    }
}

/// Text inside of quotation marks: entities as Mermaid writes them.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("#quot;"),
            '#' => out.push_str("#35;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            // `%%{init: …}%%` is a directive anywhere in the text, in labels and comments too.
            '%' => out.push_str("#37;"),
            c if c.is_control() || turns_text(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
