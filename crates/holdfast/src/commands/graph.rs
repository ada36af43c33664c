//! `graph`: the lab as a drawing, to files or to standard output.

use super::show::understood;
use crate::cli::{DrawingFormat, DrawingTheme, GraphArgs};
use crate::exit::{Exit, Stop};
use crate::output::{
    stream,
    words::{did_you_mean, one_line},
};
use crate::put::put;
use crate::tree::Tree;
use anyhow::Result;
use view::diagram::{self, Diagram, Options, Theme, TooLarge, View};

/// Draws a view. A declaration that is not valid is drawn as far as it was understood, and said to be so.
pub(crate) fn graph(args: &GraphArgs, json: bool) -> Result<Exit> {
    let view = view(&args.view)?;
    let tree = Tree::open(&args.lab)?;
    let options = Options {
        expand: args.expand,
    };
    let mut drawing = diagram::draw(&tree.lab, view, &options);
    if let Some(object) = &args.focus {
        drawing = focused(
            drawing,
            object,
            diagram::not_in_use(&tree.lab, view, object),
        )?;
    }
    if json {
        dataln!("{}", serde_json::to_string_pretty(&drawing)?);
        return Ok(understood(&tree, &args.lab));
    }
    let theme = match args.theme {
        DrawingTheme::Light => Theme::Light,
        DrawingTheme::Dark => Theme::Dark,
        DrawingTheme::Auto => Theme::Auto,
    };
    let files = [
        (&args.svg, DrawingFormat::Svg),
        (&args.dot, DrawingFormat::Dot),
        (&args.mermaid, DrawingFormat::Mermaid),
    ];
    let wanted = files
        .into_iter()
        .filter_map(|(f, format)| Some((f.as_ref()?, format)));
    // All of them first: nothing is written if one cannot be drawn.
    let texts: Vec<_> = wanted
        .map(|(file, format)| Ok((file, text(&drawing, format, theme)?)))
        .collect::<Result<_>>()?;
    for (file, text) in &texts {
        if file.as_os_str() == "-" {
            stream::exact(text.as_bytes());
        } else {
            put(file, text.as_bytes())?;
            outln!(
                "{}: {} of {}",
                file.display(),
                view.title(),
                one_line(&tree.lab.name)
            );
        }
    }
    if texts.is_empty() {
        stream::exact(text(&drawing, args.format, theme)?.as_bytes());
    }
    if drawing.is_empty() {
        for note in &drawing.notes {
            errln!("{note}");
        }
    }
    Ok(understood(&tree, &args.lab))
}

fn text(drawing: &Diagram, format: DrawingFormat, theme: Theme) -> Result<String> {
    let text = match format {
        DrawingFormat::Svg => {
            diagram::svg(drawing, theme).map_err(|large| too_large(drawing.view, large))?
        }
        DrawingFormat::Dot => diagram::dot(drawing),
        DrawingFormat::Mermaid => diagram::mermaid(drawing),
    };
    // A file of it is looked at in terminals too.
    Ok(stream::clean(&text, false).into_owned())
}

fn too_large(view: View, large: TooLarge) -> Stop {
    let TooLarge {
        boxes,
        lines,
        pieces,
        most,
    } = large;
    let message = format!(
        "the view {} is too large for an SVG: its {lines} lines between {boxes} boxes would be drawn in {pieces} pieces, and \
         more than {most} nobody can read",
        view.word()
    );
    Stop::usage(message).help(
        "draw a part of it with --focus NAME, or let another program lay it out: --dot FILE, --mermaid FILE, --json",
    )
}

fn view(word: &str) -> Result<View> {
    let words = View::ALL.map(View::word);
    View::parse(word).ok_or_else(|| {
        let all = format!("one of {}", words.join(", "));
        let help = did_you_mean(word, words).map_or(all.clone(), |m| format!("{m} It is {all}"));
        let message = format!("'{word}' is no view of a lab");
        Stop::usage(message).help(help).into()
    })
}

fn focused(drawing: Diagram, object: &str, apart: Option<String>) -> Result<Diagram> {
    let view = drawing.view;
    diagram::focus(drawing, object).map_err(|lost| {
        if let Some(why) = apart {
            return Stop::usage(why).help("see: holdfast show summary").into();
        }
        let words = lost.known.iter().map(String::as_str);
        let bare = words
            .clone()
            .filter_map(|w| w.split_once('/').map(|(_, name)| name));
        let help = did_you_mean(object, words.chain(bare));
        let all = "name one of the boxes, as NAME or KIND/NAME".to_owned();
        let message = format!("nothing in the view {} is '{object}'", view.word());
        Stop::usage(message).help(help.unwrap_or(all)).into()
    })
}
