//! `graph`: the lab as a drawing, to files or to standard output.

use super::show::understood;
use crate::cli::{DrawingFormat, DrawingTheme, GraphArgs};
use crate::exit::{Exit, Stop};
use crate::output::words::did_you_mean;
use crate::tree::Tree;
use anyhow::Result;
use std::path::Path;
use view::diagram::{self, Diagram, Options, Theme, View};

/// Draws a view. A declaration that is not valid is drawn as far as it was understood, and said to be so.
pub(crate) fn graph(args: &GraphArgs, json: bool) -> Result<Exit> {
    let view = view(&args.view)?;
    let tree = Tree::open(&args.lab)?;
    let options = Options {
        expand: args.expand,
    };
    let mut drawing = diagram::draw(&tree.lab, view, &options);
    if let Some(object) = &args.focus {
        drawing = focused(drawing, object)?;
    }
    if json {
        println!("{}", serde_json::to_string_pretty(&drawing)?);
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
    let mut written = false;
    for (file, format) in files {
        let Some(file) = file else { continue };
        let text = text(&drawing, format, theme);
        if file.as_os_str() == "-" {
            print!("{text}");
        } else {
            write(file, &text)?;
            println!("{}: {} of {}", file.display(), view.title(), tree.lab.name);
        }
        written = true;
    }
    if !written {
        print!("{}", text(&drawing, args.format, theme));
    }
    if drawing.is_empty() {
        for note in &drawing.notes {
            eprintln!("{note}");
        }
    }
    Ok(understood(&tree, &args.lab))
}

fn text(drawing: &Diagram, format: DrawingFormat, theme: Theme) -> String {
    match format {
        DrawingFormat::Svg => diagram::svg(drawing, theme),
        DrawingFormat::Dot => diagram::dot(drawing),
        DrawingFormat::Mermaid => diagram::mermaid(drawing),
    }
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

fn focused(drawing: Diagram, object: &str) -> Result<Diagram> {
    let view = drawing.view;
    diagram::focus(drawing, object).map_err(|lost| {
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

/// Writes a file whole or not at all.
fn write(file: &Path, text: &str) -> Result<()> {
    let shown = file.display();
    if file.is_dir() {
        let stop = Stop::usage(format!("{shown} is a folder"));
        return Err(stop.help("name the file to write").into());
    }
    let cannot = |why: std::io::Error| {
        let stop = Stop::environment(format!("cannot write {shown}: {why}"));
        stop.help("the folder must exist and be yours to write to")
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let part = file.with_file_name(format!(".{name}.part"));
    std::fs::write(&part, text).map_err(cannot)?;
    std::fs::rename(&part, file).map_err(|why| {
        // What is left of it is of no use to anybody.
        let _ = std::fs::remove_file(&part);
        cannot(why)
    })?;
    Ok(())
}
