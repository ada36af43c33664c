//! What a drawing looks like: rectangles, texts and lines at places, ready to be printed. Lengths are pixels.

use super::metrics::{Weight, text_width};

/// Where a text is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// At its beginning.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// A point.
pub(crate) type At = (f64, f64);

/// A part of a path.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Seg {
    /// Begins anew there.
    Move(At),
    /// A straight line to there.
    Line(At),
    /// A round corner: the corner, and where it ends.
    Round(At, At),
    /// Back to where it began.
    Close,
}

impl Seg {
    fn shifted(self, dx: f64, dy: f64) -> Self {
        let by = |(x, y): At| (x + dx, y + dy);
        match self {
            Seg::Move(a) => Seg::Move(by(a)),
            Seg::Line(a) => Seg::Line(by(a)),
            Seg::Round(a, b) => Seg::Round(by(a), by(b)),
            Seg::Close => Seg::Close,
        }
    }
}

/// One thing that is seen.
#[derive(Debug, Clone)]
pub(crate) enum Mark {
    /// Things that belong together.
    Group {
        id: String,
        class: String,
        detail: String,
        marks: Vec<Mark>,
    },
    /// A rectangle with round corners.
    Rect {
        x: f64,
        y: f64,
        w: f64,
        h: f64,
        r: f64,
        class: String,
    },
    /// A line of text; `y` is its base line.
    Text {
        x: f64,
        y: f64,
        text: String,
        size: f64,
        weight: Weight,
        class: &'static str,
        anchor: Anchor,
    },
    /// Lines.
    Path { path: Vec<Seg>, class: String },
    /// A dot.
    Dot {
        x: f64,
        y: f64,
        r: f64,
        class: String,
    },
}

impl Mark {
    /// The same thing elsewhere.
    pub(crate) fn shifted(self, dx: f64, dy: f64) -> Self {
        match self {
            Mark::Group {
                id,
                class,
                detail,
                marks,
            } => Mark::Group {
                id,
                class,
                detail,
                marks: marks.into_iter().map(|m| m.shifted(dx, dy)).collect(),
            },
            Mark::Rect {
                x,
                y,
                w,
                h,
                r,
                class,
            } => Mark::Rect {
                x: x + dx,
                y: y + dy,
                w,
                h,
                r,
                class,
            },
            Mark::Text {
                x,
                y,
                text,
                size,
                weight,
                class,
                anchor,
            } => Mark::Text {
                x: x + dx,
                y: y + dy,
                text,
                size,
                weight,
                class,
                anchor,
            },
            Mark::Dot { x, y, r, class } => Mark::Dot {
                x: x + dx,
                y: y + dy,
                r,
                class,
            },
            Mark::Path { path, class } => Mark::Path {
                path: path.into_iter().map(|s| s.shifted(dx, dy)).collect(),
                class,
            },
        }
    }
}

/// A whole page.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) width: f64,
    pub(crate) height: f64,
    pub(crate) marks: Vec<Mark>,
}

/// Sets texts one below the other.
#[derive(Debug)]
pub(crate) struct Pen {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) marks: Vec<Mark>,
}

impl Pen {
    pub(crate) fn at(x: f64, y: f64) -> Self {
        Self {
            x,
            y,
            marks: Vec::new(),
        }
    }

    /// One line; `y` is the top of the next one afterwards.
    pub(crate) fn line(&mut self, text: &str, style: Style) {
        self.marks.push(style.text(self.x, self.y, text));
        self.y += style.leading;
    }

    /// As many lines as the width asks for.
    pub(crate) fn wrapped(&mut self, text: &str, style: Style, width: f64) {
        for line in super::metrics::wrap(text, style.size, style.weight, width) {
            self.line(&line, style);
        }
    }
}

/// How a text is set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) size: f64,
    pub(crate) leading: f64,
    pub(crate) weight: Weight,
    pub(crate) class: &'static str,
}

impl Style {
    pub(crate) const fn new(size: f64, leading: f64, weight: Weight, class: &'static str) -> Self {
        Self {
            size,
            leading,
            weight,
            class,
        }
    }

    /// The width of a line in this style.
    pub(crate) fn width(&self, text: &str) -> f64 {
        text_width(text, self.size, self.weight)
    }

    /// A text of which the top is at `y`.
    pub(crate) fn text(&self, x: f64, y: f64, text: &str) -> Mark {
        Mark::Text {
            x,
            y: y + self.leading * 0.5 + self.size * 0.36,
            text: text.to_owned(),
            size: self.size,
            weight: self.weight,
            class: self.class,
            anchor: Anchor::Start,
        }
    }

    /// The same, held in its middle.
    pub(crate) fn centred(&self, x: f64, y: f64, text: &str) -> Mark {
        self.held(x, y, text, Anchor::Middle)
    }

    /// The same, held at its end.
    pub(crate) fn ending(&self, x: f64, y: f64, text: &str) -> Mark {
        self.held(x, y, text, Anchor::End)
    }

    fn held(&self, x: f64, y: f64, text: &str, anchor: Anchor) -> Mark {
        match self.text(x, y, text) {
            Mark::Text {
                x,
                y,
                text,
                size,
                weight,
                class,
                ..
            } => Mark::Text {
                x,
                y,
                text,
                size,
                weight,
                class,
                anchor,
            },
            other => other,
        }
    }
}

/// The heading of the page.
pub(crate) const HEADING: Style = Style::new(22.0, 28.0, Weight::Bold, "ink");
/// Headings of parts.
pub(crate) const PART: Style = Style::new(14.0, 20.0, Weight::Bold, "ink");
/// Names of nodes.
pub(crate) const NAME: Style = Style::new(13.0, 18.0, Weight::Bold, "ink");
/// Rows of nodes.
pub(crate) const ROW: Style = Style::new(12.0, 16.0, Weight::Regular, "ink");
/// What is said of something.
pub(crate) const SMALL: Style = Style::new(11.5, 15.5, Weight::Regular, "soft");
/// Titles of frames.
pub(crate) const FRAME: Style = Style::new(11.5, 16.0, Weight::Bold, "soft");
