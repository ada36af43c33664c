//! Colours, light and dark. Ink on every ground it stands on keeps the contrast of WCAG 2.1 AA, and so do lines and bars for graphics.

use crate::diagram::model::Hue;

/// Which colours a drawing has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// For paper and light pages.
    Light,
    /// For dark pages.
    Dark,
    /// As who looks at it likes it: `prefers-color-scheme`.
    Auto,
}

impl Theme {
    /// All of them.
    pub const ALL: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::Auto];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Auto => "auto",
        }
    }
}

/// Colours as `#rrggbb`.
pub(crate) struct Palette {
    pub(crate) page: &'static str,
    pub(crate) card: &'static str,
    pub(crate) border: &'static str,
    pub(crate) ink: &'static str,
    pub(crate) soft: &'static str,
    pub(crate) frame: &'static str,
    pub(crate) frame_border: &'static str,
    pub(crate) wire: &'static str,
    pub(crate) alarm: &'static str,
    pub(crate) allowed: &'static str,
    pub(crate) denied: &'static str,
    /// Per hue: strong, and a tint for grounds.
    pub(crate) hues: [(&'static str, &'static str); 9],
}

pub(crate) const LIGHT: Palette = Palette {
    page: "#ffffff",
    card: "#ffffff",
    border: "#c3cbd6",
    ink: "#1c2430",
    soft: "#4d5866",
    frame: "#f5f7f9",
    frame_border: "#dde3ea",
    wire: "#7a8798",
    alarm: "#c22f2f",
    allowed: "#e6f2e8",
    denied: "#f5f7f9",
    hues: [
        ("#7a5bd0", "#f5f2fd"),
        ("#2c6ecb", "#eff5fd"),
        ("#0d8585", "#ebf7f7"),
        ("#37843b", "#eff7ef"),
        ("#a96c12", "#fcf6ea"),
        ("#c2552a", "#fdf3ee"),
        ("#b84785", "#fcf1f7"),
        ("#c23b3b", "#fdf2f2"),
        ("#6a7686", "#f5f7f9"),
    ],
};

pub(crate) const DARK: Palette = Palette {
    page: "#12161c",
    card: "#1d232c",
    border: "#45505f",
    ink: "#e8ebf0",
    soft: "#acb7c5",
    frame: "#171c23",
    frame_border: "#2b3440",
    wire: "#7d8a9b",
    alarm: "#ff7b72",
    allowed: "#1c3023",
    denied: "#171c23",
    hues: [
        ("#a68df0", "#211d30"),
        ("#6ea8f7", "#182335"),
        ("#4cc0bd", "#142729"),
        ("#76c17b", "#19271b"),
        ("#dcab53", "#292316"),
        ("#ee8d63", "#2a1e18"),
        ("#e58bba", "#2a1c26"),
        ("#ee7d7d", "#2b1b1d"),
        ("#8f9bac", "#1b2028"),
    ],
};

/// The style sheet of a theme.
pub(crate) fn style(theme: Theme) -> String {
    let mut out = String::from(
        "text{font-family:'Helvetica Neue',Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif;\
         white-space:pre}\n.b{font-weight:700}\n.m{text-anchor:middle}\n.e{text-anchor:end}\n\
         path{fill:none}\n.card,.chip,.lane,.joint{stroke-width:1}\n\
         .planned{stroke-dasharray:6 3}\n.assumed{stroke-dasharray:9 3 2 3}\n\
         .unknown{stroke-dasharray:2 3}\n.wire{stroke-width:1.4;stroke-linecap:round}\n\
         .dashed{stroke-dasharray:5 4}\n.dotted{stroke-dasharray:1 4}\n.rule{stroke-width:1}\n\
         .net:hover .wire{stroke-width:2.6}\n",
    );
    match theme {
        Theme::Light => out.push_str(&colours(&LIGHT)),
        Theme::Dark => out.push_str(&colours(&DARK)),
        Theme::Auto => {
            out.push_str(&colours(&LIGHT));
            out.push_str("@media (prefers-color-scheme:dark){\n");
            out.push_str(&colours(&DARK));
            out.push_str("}\n");
        }
    }
    out
}

fn colours(p: &Palette) -> String {
    let mut out = format!(
        ".page{{fill:{page}}}\n.ink{{fill:{ink}}}\n.soft{{fill:{soft}}}\n\
         .card,.chip,.joint{{fill:{card};stroke:{border}}}\n\
         .frame,.rack{{fill:{frame};stroke:{frame_border}}}\n.slot{{fill:{page};stroke:{frame_border}}}\n\
         .rule{{stroke:{frame_border}}}\n.meter{{fill:{frame_border}}}\n\
         .wire{{stroke:{wire}}}\n.dot,.head{{fill:{wire}}}\n\
         .cell{{fill:{denied}}}\n.allowed{{fill:{allowed}}}\n.same{{fill:none}}\n\
         .silent{{fill:{page};stroke:{wire};stroke-dasharray:2 3}}\n",
        page = p.page,
        ink = p.ink,
        soft = p.soft,
        card = p.card,
        border = p.border,
        frame = p.frame,
        frame_border = p.frame_border,
        wire = p.wire,
        denied = p.denied,
        allowed = p.allowed,
    );
    for (hue, (strong, tint)) in Hue::ALL.iter().zip(p.hues) {
        let word = hue.word();
        out.push_str(&format!(
            ".bar.h-{word},.dot.h-{word},.head.h-{word}{{fill:{strong}}}\n.wire.h-{word}{{stroke:{strong}}}\n.lane.h-{word}{{fill:{tint};stroke:{border}}}\n",
            border = p.border
        ));
    }
    let quiet = [".planned", ".assumed", ".unknown"].join(",");
    out.push_str(&format!("{quiet}{{stroke:{}}}\n", p.wire));
    out.push_str(&format!(
        ".wire.loop{{stroke:{0};stroke-width:2.6}}\n.dot.loop,.head.loop{{fill:{0}}}\n",
        p.alarm
    ));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, WCAG 2.1.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let value = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                ((value + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_and_lines_can_be_told_from_their_ground() {
        assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 0.01);
        for (name, p) in [("light", &LIGHT), ("dark", &DARK)] {
            let tints = p.hues.map(|(_, tint)| tint);
            let grounds = [p.page, p.card, p.frame, p.allowed, p.denied];
            for ground in grounds.into_iter().chain(tints) {
                for ink in [p.ink, p.soft] {
                    let ratio = contrast(ink, ground);
                    assert!(ratio >= 4.5, "{name}: {ink} on {ground} is {ratio:.2}");
                }
            }
            let strong = p.hues.map(|(strong, _)| strong);
            for line in strong.into_iter().chain([p.wire, p.alarm]) {
                for ground in [p.page, p.card, p.frame] {
                    let ratio = contrast(line, ground);
                    assert!(ratio >= 3.0, "{name}: {line} on {ground} is {ratio:.2}");
                }
            }
        }
    }
}
