//! The lab as drawings: one per [`View`], as SVG that is laid out here, or as Mermaid and DOT for other programs.
//!
//! From the lab to a [`Diagram`] (`draw`), from that to places on a page (`layout`), from that to text (`print`). Nothing is left out
//! silently: what is unknown has a dotted outline, what is folded is listed by name.

mod draw;
mod focus;
mod layout;
mod metrics;
mod model;
mod print;
mod scene;

pub use focus::{Lost, focus, not_in_use};
pub use layout::TooLarge;
pub use metrics::{Weight, text_width};
pub use model::{
    Chip, Diagram, Edge, Group, Hue, Matrix, Node, Passage, Row, Shape, Stroke, Sure, View,
};
pub use print::dot::dot;
pub use print::mermaid::mermaid;
pub use print::svg::{SIGN, svg};
pub use print::theme::Theme;

use ::model::lab::Lab;

/// How much is drawn.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Everything has a box of its own; else many alike things are one box with their names.
    pub expand: bool,
}

/// Draws a view of a lab.
pub fn draw(lab: &Lab, view: View, options: &Options) -> Diagram {
    match view {
        View::L2 => draw::l2::draw(lab),
        View::L3 => draw::l3::draw(lab, options),
        View::Storage => draw::storage::draw(lab, options),
        View::Power => draw::power::draw(lab),
        View::Dependencies => draw::dependencies::draw(lab, options),
        View::Rack => draw::rack::draw(lab),
    }
}
