//! `show`: what is declared, as tables; labels and dates also as files.

use crate::cli::ShowArgs;
use crate::exit::{Exit, Stop};
use crate::output::words::{did_you_mean, one_line};
use crate::output::{Paint, calendar, sheet, wrap};
use crate::put::put;
use crate::tree::Tree;
use crate::veil;
use anyhow::Result;
use serde_json::json;
use std::path::{Path, PathBuf};
use view::{Input, Paper, Topic};

/// Ports among which a free one is looked for.
const RANGE: (u16, u16) = (8000, 8999);

/// Prints a topic. A declaration that is not valid is shown as far as it was understood, and said to be so.
pub(crate) fn show(args: &ShowArgs, json: bool, paint: Paint) -> Result<Exit> {
    let (topic, lab) = chosen(args)?;
    let range = options(args, topic)?;
    let mut tree = Tree::open(&lab)?;
    let projects = match topic {
        Topic::Ports | Topic::Exposures | Topic::Stacks | Topic::Networks | Topic::Goals => {
            tree.read_stacks()
        }
        _ => Default::default(),
    };
    let input = Input {
        lab: &tree.lab,
        projects: &projects,
        today: jiff::Zoned::now().date(),
        range,
    };
    match (args.html.is_some() || args.svg.is_some(), &args.ics) {
        (true, _) => labels(args, &input, json)?,
        (_, Some(file)) => {
            let text = calendar::text(&input.lab.name, &view::dues(input.lab), input.today);
            let number = view::dues(input.lab).len();
            written(&[(file.clone(), text)], &format!("{number} dates"), json)?;
        }
        _ => {
            let names = veil::names(&tree.lab).with(projects.values(), &tree.sources);
            let variables = veil::of_variables(&tree.sources, &names);
            tables(&input, topic, &variables, (json, paint))?;
        }
    }
    Ok(understood(&tree, &lab))
}

/// The exit code of a verb that shows a declaration; says so if not all of it was understood.
pub(crate) fn understood(tree: &Tree, lab: &Path) -> Exit {
    let invalid = tree
        .diagnostics
        .iter()
        .filter(|d| d.class == diag::Class::Invalid && d.severity == diag::Severity::Error)
        .count();
    if invalid == 0 {
        return Exit::Ok;
    }
    let shown = lab.display().to_string();
    errln!(
        "not all of the declaration was understood; see: holdfast check {}",
        console::hint::quoted(&shown)
    );
    Exit::Usage
}

fn tables(
    input: &Input<'_>,
    topic: Topic,
    variables: &[String],
    (json, paint): (bool, Paint),
) -> Result<()> {
    if json && topic == Topic::Goals {
        let advice = view::goals::advise(input.lab, input.projects);
        dataln!("{}", serde_json::to_string_pretty(&advice)?);
        return Ok(());
    }
    let mut sheets = view::sheets(input, topic);
    for sheet in &mut sheets {
        let cells = sheet.rows.iter_mut().flatten().map(|c| &mut c.text);
        // The address of a channel can have a password in it, and so can a command that gets one.
        for text in cells.chain(&mut sheet.notes) {
            *text = diag::hide_addresses(&veil::hidden("cell.txt", text));
            for secret in variables {
                if text.contains(secret) {
                    *text = diag::replace_word(text, secret, "***");
                }
            }
        }
    }
    if json {
        dataln!("{}", serde_json::to_string_pretty(&sheets)?);
    } else if sheets.iter().all(|s| s.rows.is_empty()) {
        let text = format!("{} declares no {}", one_line(&input.lab.name), topic.word());
        out!("{}", wrap::hanging("", &text, paint.width()));
    } else {
        out!("{}", sheet::text(&sheets, paint));
    }
    Ok(())
}

/// Options that belong to another topic are wrong usage.
fn options(args: &ShowArgs, topic: Topic) -> Result<(u16, u16)> {
    let given = [
        ("--html", args.html.is_some(), Topic::Labels),
        ("--svg", args.svg.is_some(), Topic::Labels),
        ("--format", args.format.is_some(), Topic::Labels),
        ("--skip", args.skip.is_some(), Topic::Labels),
        ("--only", !args.only.is_empty(), Topic::Labels),
        ("--range", args.range.is_some(), Topic::Ports),
        ("--ics", args.ics.is_some(), Topic::Assets),
    ];
    let wrong = |(_, given, of): &&(&str, bool, Topic)| *given && *of != topic;
    if let Some((option, _, of)) = given.iter().find(wrong) {
        let stop = Stop::usage(format!("{option} means nothing for '{}'", topic.word()));
        let help = format!("it belongs to: holdfast show {}", of.word());
        return Err(stop.help(help).into());
    }
    let file = args.html.is_some() || args.svg.is_some();
    let layout = args.format.is_some() || args.skip.is_some() || !args.only.is_empty();
    if layout && !file {
        let stop = Stop::usage("--format, --skip and --only say how labels are printed");
        return Err(stop.help("add --html FILE or --svg FILE").into());
    }
    let Some(text) = &args.range else {
        return Ok(RANGE);
    };
    let ends = text
        .split_once('-')
        .and_then(|(a, b)| a.parse().ok().zip(b.parse().ok()));
    match ends.filter(|(a, b): &(u16, u16)| *a > 0 && a <= b) {
        Some(range) => Ok(range),
        None => Err(Stop::usage(format!("'{text}' is no range of ports"))
            .help("write it as 8000-8999")
            .into()),
    }
}

/// Writes labels as pages.
fn labels(args: &ShowArgs, input: &Input<'_>, json: bool) -> Result<()> {
    let mut labels = view::labels(input.lab);
    labels.retain(|l| args.only.is_empty() || args.only.iter().any(|o| o == l.of));
    if labels.is_empty() {
        let stop = Stop::usage(format!(
            "{} declares nothing that a label could be for",
            input.lab.name
        ));
        return Err(stop.help("see: holdfast show labels").into());
    }
    let paper = args.format.as_deref().and_then(Paper::named);
    let paper = paper.unwrap_or(Paper::ALL[0]);
    let skip = args.skip.unwrap_or(0);
    if skip >= paper.count() {
        let stop = Stop::usage(format!(
            "a sheet of {} mm has {} labels; {skip} are more than that",
            paper.name,
            paper.count()
        ));
        return Err(stop
            .help("give the number of labels that are missing from the first sheet")
            .into());
    }
    let number = format!("{} labels of {} mm", labels.len(), paper.name);
    match (&args.html, &args.svg) {
        (Some(file), _) => written(
            &[(file.clone(), paper.html(&input.lab.name, &labels, skip))],
            &number,
            json,
        ),
        (None, Some(file)) => {
            let pages = paper.pages(&labels, skip);
            let several = pages.len() > 1;
            let files = pages.into_iter().enumerate().map(|(n, page)| {
                let path = if several {
                    numbered(file, n + 1)
                } else {
                    file.clone()
                };
                (path, page)
            });
            written(&files.collect::<Vec<_>>(), &number, json)
        }
        (None, None) => Ok(()),
    }
}

/// `sheet.svg` as `sheet-2.svg`.
fn numbered(file: &Path, page: usize) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let end = file
        .extension()
        .map(|e| format!(".{}", e.to_string_lossy()));
    file.with_file_name(format!("{stem}-{page}{}", end.unwrap_or_default()))
}

fn written(files: &[(PathBuf, String)], what: &str, json: bool) -> Result<()> {
    for (path, text) in files {
        put(path, text.as_bytes())?;
    }
    let names: Vec<String> = files.iter().map(|(p, _)| p.display().to_string()).collect();
    match json {
        true => dataln!("{}", json!({"files": names, "what": what})),
        false => outln!("{what} in {}", names.join(", ")),
    }
    Ok(())
}

/// `show`, `show TOPIC`, `show LAB`, `show TOPIC LAB`.
fn chosen(args: &ShowArgs) -> Result<(Topic, PathBuf)> {
    let here = || PathBuf::from(".");
    let Some(first) = &args.topic else {
        return Ok((Topic::Summary, here()));
    };
    if let Some(topic) = Topic::parse(first) {
        return Ok((topic, args.lab.clone().unwrap_or_else(here)));
    }
    if args.lab.is_none() && Path::new(first).exists() {
        return Ok((Topic::Summary, PathBuf::from(first)));
    }
    let words = Topic::ALL.map(Topic::word);
    let help = did_you_mean(first, words)
        .unwrap_or_else(|| format!("one of {}, then the lab tree", words.join(", ")));
    let stop = Stop::usage(format!(
        "'{first}' is nothing that can be shown, and no lab tree"
    ));
    Err(stop.help(help).into())
}
