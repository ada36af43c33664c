//! DOT: for Graphviz and what reads its language.

use crate::diagram::model::{Diagram, Hue, Node, Shape, Stroke, Sure};
use crate::diagram::print::theme::LIGHT;
use diag::render::turns_text;

/// A drawing in the language of Graphviz.
pub fn dot(diagram: &Diagram) -> String {
    let ink = LIGHT.ink;
    let mut out = format!(
        "digraph {} {{\n  rankdir=LR; fontname=\"Helvetica\"; labelloc=t; label={};\n  \
         node [shape=box, style=\"rounded,filled\", fontname=\"Helvetica\", fontsize=11, fontcolor=\"{ink}\"];\n  \
         edge [fontname=\"Helvetica\", fontsize=9, color=\"{}\"];\n",
        quoted(&diagram.lab),
        quoted(&format!("{}: {}", diagram.lab, diagram.view.title())),
        LIGHT.wire,
    );
    for (g, group) in diagram.groups.iter().enumerate() {
        let nodes = diagram.nodes.iter().enumerate();
        let own: Vec<_> = nodes.filter(|(_, n)| n.group == Some(g)).collect();
        if own.is_empty() {
            continue;
        }
        out.push_str(&format!(
            "  subgraph cluster_{g} {{\n    label={};\n",
            quoted(&group.title)
        ));
        own.into_iter()
            .for_each(|(n, node)| out.push_str(&declared(n, node, "    ")));
        out.push_str("  }\n");
    }
    let nodes = diagram.nodes.iter().enumerate();
    nodes
        .filter(|(_, n)| n.group.is_none())
        .for_each(|(n, node)| out.push_str(&declared(n, node, "  ")));
    for edge in &diagram.edges {
        let style = match edge.stroke {
            Stroke::Solid => "solid".to_owned(),
            Stroke::Dashed => "dashed".to_owned(),
            Stroke::Dotted => "dotted".to_owned(),
            Stroke::Loop => format!("bold, color=\"{0}\", fontcolor=\"{0}\"", LIGHT.alarm),
        };
        let label = diagram.label(edge);
        let head = if edge.arrow { "normal" } else { "none" };
        out.push_str(&format!(
            "  n{} -> n{} [style={style}, arrowhead={head}, label={}];\n",
            edge.from,
            edge.to,
            quoted(&label)
        ));
    }
    permitted(diagram, &mut out);
    notes(diagram, &mut out);
    out.push_str("}\n");
    out
}

/// What must be said, as a sheet without lines.
fn notes(diagram: &Diagram, out: &mut String) {
    let lines: Vec<String> = diagram.notes.iter().flat_map(|n| folded(n)).collect();
    if !lines.is_empty() {
        out.push_str(&format!(
            "  notes [shape=note, style=\"\", color=\"{}\", fontcolor=\"{}\", label={}];\n",
            LIGHT.border,
            LIGHT.soft,
            quoted(&lines.join("\n"))
        ));
    }
}

/// A text in lines, which Graphviz does not make by itself; what is to be copied stays whole.
fn folded(text: &str) -> Vec<String> {
    const LONG: usize = 80;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= LONG => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn declared(n: usize, node: &Node, indent: &str) -> String {
    let mut lines = vec![node.title.clone()];
    lines.extend(node.lines.iter().cloned());
    lines.extend(node.rows.iter().map(|r| format!("{} {}", r.text, r.detail)));
    lines.extend(node.chips.iter().map(|c| format!("{} {}", c.name, c.text)));
    let hue = Hue::ALL.iter().position(|h| *h == node.hue);
    let (strong, tint) = hue
        .and_then(|h| LIGHT.hues.get(h).copied())
        .unwrap_or_default();
    let mut more = format!("color=\"{strong}\", fillcolor=\"{tint}\"");
    if node.shape == Shape::Joint {
        more.push_str(", shape=ellipse");
    }
    if node.sure != Sure::Known {
        more.push_str(", style=\"rounded,filled,dashed\"");
    }
    format!(
        "{indent}n{n} [label={}, {more}];\n",
        quoted(&lines.join("\n"))
    )
}

/// Who may talk to whom, as a second set of nodes.
fn permitted(diagram: &Diagram, out: &mut String) {
    let Some(matrix) = &diagram.matrix else {
        return;
    };
    out.push_str(&format!(
        "  subgraph cluster_flows {{\n    label={};\n",
        quoted(&matrix.title)
    ));
    for (n, name) in matrix.ends().iter().enumerate() {
        out.push_str(&format!(
            "    f{n} [label={}, shape=ellipse];\n",
            quoted(name)
        ));
    }
    out.push_str("  }\n");
    for (from, to, ports) in matrix.permitted() {
        out.push_str(&format!("  f{from} -> f{to} [label={}];\n", quoted(ports)));
    }
}

/// A quoted string; line breaks are centred lines.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() || turns_text(c) => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
