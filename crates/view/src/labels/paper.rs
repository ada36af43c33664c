//! Sheets of labels in the usual formats, as SVG and as a page to print.

use super::Label;
use super::lettering::{Fitted, fit, lines};
use super::symbol::{self, symbol};
use std::fmt::Write as _;

/// A4, in millimetres, ISO 216.
const WIDTH: f64 = 210.0;
const HEIGHT: f64 = 297.0;

/// The smallest type that is still read without glasses, in millimetres: 5 points.
const LEAST: f64 = 1.76;
/// Line pitch as a multiple of the type's size.
const PITCH: f64 = 1.25;

/// A sheet of labels as shops sell them; all lengths in millimetres. The grid stands in the middle of the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Paper {
    /// Its name.
    pub name: &'static str,
    columns: usize,
    rows: usize,
    width: f64,
    height: f64,
    /// From the left edge of a label to that of the next.
    pitch: f64,
}

impl Paper {
    /// The formats: makers' sizes, as on the packages of Avery Zweckform 3490, L7160 and L4736.
    pub const ALL: [Paper; 3] = [
        Paper {
            name: "70x36",
            columns: 3,
            rows: 8,
            width: 70.0,
            height: 36.0,
            pitch: 70.0,
        },
        Paper {
            name: "63.5x38.1",
            columns: 3,
            rows: 7,
            width: 63.5,
            height: 38.1,
            pitch: 66.04,
        },
        Paper {
            name: "45.7x21.2",
            columns: 4,
            rows: 12,
            width: 45.7,
            height: 21.2,
            pitch: 48.3,
        },
    ];

    /// The format of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|p| p.name == name)
    }

    /// Labels on a page.
    pub fn count(&self) -> usize {
        self.columns * self.rows
    }

    /// One SVG per page, A4. The first `used` places of the first page stay empty.
    pub fn pages(&self, labels: &[Label], used: usize) -> Vec<String> {
        let places: Vec<Option<&Label>> = std::iter::repeat_n(None, used % self.count())
            .chain(labels.iter().map(Some))
            .collect();
        places.chunks(self.count()).map(|p| self.page(p)).collect()
    }

    /// One HTML file with all pages, which prints one to a sheet.
    pub fn html(&self, title: &str, labels: &[Label], used: usize) -> String {
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Labels of {}</title>\n<style>\n\
             @page {{ size: A4; margin: 0 }}\nhtml, body {{ margin: 0; padding: 0 }}\n\
             svg {{ display: block; width: {WIDTH}mm; height: {HEIGHT}mm; break-after: page }}\nsvg:last-of-type {{ break-after: auto }}\n\
             @media screen {{ body {{ background: #555 }} p {{ font: 14px sans-serif; color: #fff; margin: 12px }} svg {{ background: #fff; margin: 0 auto 12px; max-width: max(100%, 150mm); height: auto }} }}\n\
             @media print {{ p {{ display: none }} }}\n</style>\n</head>\n<body>\n\
             <p>Print on A4 at 100 %, without margins: {} labels of {} mm to a page.</p>\n",
            escaped(title),
            self.count(),
            self.name.replace('x', " × ")
        );
        for page in self.pages(labels, used) {
            out.push_str(&page);
        }
        out.push_str("</body>\n</html>\n");
        out
    }

    fn page(&self, places: &[Option<&Label>]) -> String {
        let mut out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}mm\" height=\"{HEIGHT}mm\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif\">\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
        );
        #[expect(clippy::cast_precision_loss, reason = "a dozen rows and columns")]
        let grid = |n: usize| n as f64;
        let left = (WIDTH - self.width - self.pitch * grid(self.columns - 1)) / 2.0;
        let top = (HEIGHT - self.height * grid(self.rows)) / 2.0;
        for (n, label) in places.iter().enumerate() {
            if let Some(label) = label {
                let x = left + self.pitch * grid(n % self.columns);
                let y = top + self.height * grid(n / self.columns);
                let _ = writeln!(out, "<g transform=\"translate({x:.2} {y:.2})\">");
                self.draw(label, &mut out);
                out.push_str("</g>\n");
            }
        }
        out.push_str("</svg>\n");
        out
    }

    /// The code on the left, the text on the right of it, in the middle of the height.
    fn draw(&self, label: &Label, out: &mut String) {
        // Printers leave about 4 mm at the edges of the paper white, where the labels of some formats begin.
        let (margin, edge) = (self.width / 14.0, self.height / 7.0);
        let side = self.height - 2.0 * edge;
        let mut x = margin;
        if let Some(code) = symbol(&label.code) {
            #[expect(clippy::cast_precision_loss, reason = "at most 185 modules")]
            let (modules, quiet) = (code.side as f64, symbol::QUIET as f64);
            // Half of the blank around the code lies in the margin of the label, which is blank too.
            let module = side / (modules - quiet);
            let at = (margin - module * quiet / 2.0, edge - module * quiet / 2.0);
            x = at.0 + module * modules;
            let _ = writeln!(
                out,
                "<path transform=\"translate({:.3} {:.3}) scale({module:.4})\" d=\"{}\" fill=\"#000\" shape-rendering=\"crispEdges\"/>",
                at.0, at.1, code.path
            );
        }
        let text = self.letters(label, self.width - x - margin);
        let height: f64 = text.iter().map(|l| l.size * PITCH).sum();
        let mut y = (self.height - height) / 2.0;
        for (n, line) in text.iter().enumerate() {
            y += line.size * PITCH;
            let weight = if n == 0 { " font-weight=\"700\"" } else { "" };
            let _ = writeln!(
                out,
                "<text x=\"{x:.2}\" y=\"{:.2}\" font-size=\"{:.2}\"{weight}>{}</text>",
                y - line.size * (PITCH - 0.95),
                line.size,
                escaped(&line.text)
            );
        }
    }

    /// The name and as many lines as fit below it. Type gets smaller before anything is left out, and what comes last is left out first.
    fn letters(&self, label: &Label, room: f64) -> Vec<Fitted> {
        let height = self.height * (1.0 - 1.0 / 6.0);
        // Bold type is a tenth wider.
        let title = fit(&label.title, room / 1.1, self.height / 8.0, LEAST);
        let mut size = (self.height / 13.0).max(LEAST);
        loop {
            let all: Vec<String> = label
                .lines
                .iter()
                .flat_map(|l| lines(l, room, size))
                .collect();
            let fitted = all.iter().map(|l| fit(l, room, size, LEAST));
            let mut out: Vec<Fitted> = std::iter::once(title.clone()).chain(fitted).collect();
            let tall = |out: &[Fitted]| out.iter().map(|l| l.size * PITCH).sum::<f64>() > height;
            if !tall(&out) {
                return out;
            }
            if size <= LEAST {
                while tall(&out) && out.len() > 1 {
                    out.pop();
                }
                return out;
            }
            size = (size * 0.94).max(LEAST);
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
