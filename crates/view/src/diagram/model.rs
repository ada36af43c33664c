//! A drawing before it is laid out: nodes with what stands in them, groups, and lines between them.
//!
//! What a line says stands in the row where it ends, never beside the line: so no label can collide with anything.

use serde::Serialize;
use std::collections::BTreeSet;

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// Switches, ports, cables.
    L2,
    /// Networks, addresses, routers, permitted flows.
    L3,
    /// Disks, pools, data, who uses it, and where the copies are.
    Storage,
    /// Where electricity comes from and where it goes.
    Power,
    /// What needs what.
    Dependencies,
    /// What stands where in a rack.
    Rack,
}

impl View {
    /// All of them.
    pub const ALL: [View; 6] = [
        View::L2,
        View::L3,
        View::Storage,
        View::Power,
        View::Dependencies,
        View::Rack,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            View::L2 => "l2",
            View::L3 => "l3",
            View::Storage => "storage",
            View::Power => "power",
            View::Dependencies => "dependencies",
            View::Rack => "rack",
        }
    }

    /// The view of a word.
    ///
    /// Not everybody counts the layers of a network.
    pub fn parse(word: &str) -> Option<Self> {
        const ALSO: [(&str, View); 6] = [
            ("cabling", View::L2),
            ("cables", View::L2),
            ("networks", View::L3),
            ("network", View::L3),
            ("needs", View::Dependencies),
            ("racks", View::Rack),
        ];
        let own = Self::ALL.into_iter().find(|v| v.word() == word);
        own.or_else(|| ALSO.iter().find(|(w, _)| *w == word).map(|(_, v)| *v))
    }

    /// What it shows, in a few words.
    pub const fn title(self) -> &'static str {
        match self {
            View::L2 => "cabling and VLANs",
            View::L3 => "networks, addresses and flows",
            View::Storage => "storage and copies",
            View::Power => "power",
            View::Dependencies => "what needs what",
            View::Rack => "racks",
        }
    }
}

/// A colour with a meaning in one drawing; the legend says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "a colour needs no words")]
pub enum Hue {
    Violet,
    Blue,
    Teal,
    Green,
    Amber,
    Orange,
    Pink,
    Red,
    Grey,
}

impl Hue {
    /// All of them.
    pub const ALL: [Hue; 9] = [
        Hue::Violet,
        Hue::Blue,
        Hue::Teal,
        Hue::Green,
        Hue::Amber,
        Hue::Orange,
        Hue::Pink,
        Hue::Red,
        Hue::Grey,
    ];
    /// Those that tell zones or tiers apart; red and grey mean something by themselves.
    pub(crate) const PLAIN: [Hue; 7] = [
        Hue::Violet,
        Hue::Blue,
        Hue::Teal,
        Hue::Green,
        Hue::Amber,
        Hue::Orange,
        Hue::Pink,
    ];

    /// Its word, for style sheets.
    pub const fn word(self) -> &'static str {
        match self {
            Hue::Violet => "violet",
            Hue::Blue => "blue",
            Hue::Teal => "teal",
            Hue::Green => "green",
            Hue::Amber => "amber",
            Hue::Orange => "orange",
            Hue::Pink => "pink",
            Hue::Red => "red",
            Hue::Grey => "grey",
        }
    }

    /// The n-th of those that tell things apart.
    pub(crate) fn nth(n: usize) -> Self {
        Self::PLAIN
            .get(n % Self::PLAIN.len())
            .copied()
            .unwrap_or(Hue::Grey)
    }
}

/// How sure a node or line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sure {
    /// Declared.
    Known,
    /// Declared for later.
    Planned,
    /// Rests on an assumption.
    Assumed,
    /// Nobody said.
    Unknown,
}

/// What a node looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// A box.
    Card,
    /// A wide box with what is in it as small cards.
    Lane,
    /// A small joint of lines.
    Joint,
}

/// Part of a node that lines can end at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What it is called.
    pub text: String,
    /// What is said of it.
    pub detail: String,
}

impl Row {
    /// What it is called, without what is said behind a dot.
    pub(crate) fn name(&self) -> &str {
        self.text.split(" · ").next().unwrap_or(&self.text)
    }
}

/// A small card in a lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chip {
    /// What it is, as a reference.
    pub of: String,
    /// Its name.
    pub name: String,
    /// Its address.
    pub text: String,
    /// What more there is to it.
    pub detail: String,
    /// How sure it is.
    pub sure: Sure,
}

/// Something that is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Unique in the drawing; a reference where it is one object.
    pub id: String,
    /// The objects that it stands for, as references.
    pub of: BTreeSet<String>,
    /// Its name.
    pub title: String,
    /// What is said of it.
    pub lines: Vec<String>,
    /// Parts that lines can end at.
    pub rows: Vec<Row>,
    /// What is in it.
    pub chips: Vec<Chip>,
    /// Its look.
    pub shape: Shape,
    /// Its colour.
    pub hue: Hue,
    /// What the colour means; empty where the legend needs no entry.
    pub meaning: String,
    /// How sure it is.
    pub sure: Sure,
    /// The group it lies in.
    pub group: Option<usize>,
    /// It is not drawn left of this column.
    pub column: usize,
    /// How full it is, in percent.
    pub fill: Option<u8>,
    /// Lowest height unit and how many, in a rack.
    pub units: Option<(u32, u32)>,
    /// What is told to who points at it.
    pub detail: String,
}

impl Node {
    /// A card of one object.
    pub(crate) fn card(id: impl Into<String>, title: impl Into<String>, hue: Hue) -> Self {
        let id = id.into();
        Self {
            of: BTreeSet::from([id.clone()]),
            id,
            title: title.into(),
            lines: Vec::new(),
            rows: Vec::new(),
            chips: Vec::new(),
            shape: Shape::Card,
            hue,
            meaning: String::new(),
            sure: Sure::Known,
            group: None,
            column: 0,
            fill: None,
            units: None,
            detail: String::new(),
        }
    }

    #[must_use]
    pub(crate) fn meaning(mut self, meaning: impl Into<String>) -> Self {
        self.meaning = meaning.into();
        self
    }

    #[must_use]
    pub(crate) fn line(mut self, line: impl Into<String>) -> Self {
        let line = line.into();
        if !line.is_empty() {
            self.lines.push(line);
        }
        self
    }

    #[must_use]
    pub(crate) fn sure(mut self, sure: Sure) -> Self {
        self.sure = sure;
        self
    }

    #[must_use]
    pub(crate) fn group(mut self, group: Option<usize>) -> Self {
        self.group = group;
        self
    }

    #[must_use]
    pub(crate) fn column(mut self, column: usize) -> Self {
        self.column = column;
        self
    }

    #[must_use]
    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }
}

/// A frame around nodes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Unique in the drawing.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// How sure it is.
    pub sure: Sure,
    /// Height units of a rack.
    pub units: Option<u32>,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stroke {
    /// It stands and falls with that.
    Solid,
    /// Weaker, or not sure.
    Dashed,
    /// Copies.
    Dotted,
    /// Part of a loop.
    Loop,
}

/// A line from one node to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// Where it begins.
    pub from: usize,
    /// The row where it begins.
    pub from_row: Option<usize>,
    /// Where it ends.
    pub to: usize,
    /// The row where it ends.
    pub to_row: Option<usize>,
    /// Its look.
    pub stroke: Stroke,
    /// What such a line means, for the legend.
    pub meaning: &'static str,
    /// It has a head.
    pub arrow: bool,
    /// Its colour, where following it needs one.
    pub hue: Option<Hue>,
}

impl Edge {
    /// A line with a head.
    pub(crate) fn arrow(from: usize, to: usize, stroke: Stroke, meaning: &'static str) -> Self {
        Self {
            arrow: true,
            ..Self::plain(from, to, stroke, meaning)
        }
    }

    /// A line without.
    pub(crate) fn plain(from: usize, to: usize, stroke: Stroke, meaning: &'static str) -> Self {
        Self {
            from,
            from_row: None,
            to,
            to_row: None,
            stroke,
            meaning,
            arrow: false,
            hue: None,
        }
    }
}

/// Who may talk to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// Its heading.
    pub title: String,
    /// Where traffic comes from, with its colour.
    pub sources: Vec<(String, Hue)>,
    /// Where it goes to, with its colour.
    pub destinations: Vec<(String, Hue)>,
    /// Per source (row) and destination (column).
    pub cells: Vec<Vec<Passage>>,
}

impl Matrix {
    /// Every end once.
    pub(crate) fn ends(&self) -> Vec<&str> {
        let mut out: Vec<&str> = Vec::new();
        for (name, _) in self.sources.iter().chain(&self.destinations) {
            if !out.contains(&name.as_str()) {
                out.push(name);
            }
        }
        out
    }

    /// What may pass: from and to as places among the ends, and the ports.
    pub(crate) fn permitted(&self) -> Vec<(usize, usize, &str)> {
        let ends = self.ends();
        let place = |name: &str| ends.iter().position(|e| *e == name);
        let mut out = Vec::new();
        for ((from, _), cells) in self.sources.iter().zip(&self.cells) {
            for ((to, _), cell) in self.destinations.iter().zip(cells) {
                if let (Passage::Allowed { ports, .. }, Some(from), Some(to)) =
                    (cell, place(from), place(to))
                {
                    out.push((from, to, ports.as_str()));
                }
            }
        }
        out
    }
}

/// What is said of the traffic from one end to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Passage {
    /// The same end.
    Same,
    /// Nothing is said.
    Silent,
    /// It may not pass.
    Denied,
    /// These ports may pass.
    Allowed {
        /// The ports, or `any`.
        ports: String,
        /// Why.
        why: String,
    },
}

/// A drawing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagram {
    /// What it shows.
    pub view: View,
    /// The lab's name.
    pub lab: String,
    /// How much there is.
    pub summary: String,
    /// Frames.
    pub groups: Vec<Group>,
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Lines.
    pub edges: Vec<Edge>,
    /// Who may talk to whom.
    pub matrix: Option<Matrix>,
    /// What must be said.
    pub notes: Vec<String>,
}

impl Diagram {
    /// What is written at a line: the rows that it joins, and that it is part of a loop, which colour alone does not say.
    pub(crate) fn label(&self, edge: &Edge) -> String {
        let rows = [(edge.from, edge.from_row), (edge.to, edge.to_row)]
            .into_iter()
            .filter_map(|(n, row)| self.nodes.get(n)?.rows.get(row?))
            .map(|r| r.name().to_owned())
            .collect::<Vec<_>>()
            .join(" to ");
        match (edge.stroke, rows.is_empty()) {
            (Stroke::Loop, true) => "loop".to_owned(),
            (Stroke::Loop, false) => format!("loop: {rows}"),
            _ => rows,
        }
    }

    pub(crate) fn new(view: View, lab: &str) -> Self {
        Self {
            view,
            lab: lab.to_owned(),
            summary: String::new(),
            groups: Vec::new(),
            nodes: Vec::new(),
            edges: Vec::new(),
            matrix: None,
            notes: Vec::new(),
        }
    }

    pub(crate) fn node(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// The frame of that title; made if it is new.
    pub(crate) fn group(&mut self, id: &str, title: &str, sure: Sure) -> usize {
        if let Some(at) = self.groups.iter().position(|g| g.id == id) {
            return at;
        }
        self.groups.push(Group {
            id: id.to_owned(),
            title: title.to_owned(),
            sure,
            units: None,
        });
        self.groups.len() - 1
    }

    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.nodes.iter().position(|n| n.id == id)
    }

    /// Nothing is declared that it could show.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}
