//! `init`: a first lab tree, from questions on a terminal or from flags.
//!
//! Nothing is written before everything is answered, and then all of it at once; what is there already is never changed.

mod ask;
pub(super) mod compose;
pub(super) mod place;
mod said;

use crate::cli::InitArgs;
use crate::exit::{Exit, Stop};
use crate::output::Paint;
use crate::output::words::did_you_mean;
use crate::tree::Tree;
use crate::{commands::check, knowledge};
use anyhow::Result;
use place::{Place, Text};
use starter::{Answers, Judge, Key, Profile, QUESTIONS, Question, Verdict};
use std::io::IsTerminal as _;

/// Asks what no flag answers, writes the tree, and says what check thinks of it.
pub(crate) fn init(args: &InitArgs, json: bool, paint: Paint) -> Result<Exit> {
    let facts = knowledge::in_use();
    let judge = Judge {
        knowledge: &facts.knowledge,
    };
    let place = Place::at(&args.dir)?;
    let asks = !args.yes && std::io::stdin().is_terminal();
    let mut start = begin(args, &place, asks, paint)?;
    if asks {
        // Nobody answers questions for nothing.
        place.refuse_overwriting(&texts(&start.answers))?;
    }
    start.by_flags(args, &judge, asks)?;
    if asks {
        ask::all(&mut start, &judge, args, paint)?;
    } else if !args.yes {
        nothing_missing(&start, args)?;
    }
    let git = place::Git::wanted(args.git, &place)?;
    let written = place.write(&texts(&start.answers))?;
    git.make(&place)?;
    let mut tree = Tree::open(place.folder())?;
    let found = check::found(&mut tree, start.answers.today);
    let result = said::Result {
        lab: &args.dir,
        tree: &tree,
        found: &found,
        start: &start,
        written: &written,
    };
    match json {
        true => dataln!("{:#}", result.json()),
        false => out!("{}", result.text(paint)),
    }
    Ok(Exit::Ok)
}

/// What a tree is begun from.
pub(crate) struct Start {
    pub(crate) answers: Answers,
    pub(crate) place: Place,
    /// Compose files that are not taken up, and why.
    pub(crate) left_out: Vec<String>,
}

fn begin(args: &InitArgs, place: &Place, asks: bool, paint: Paint) -> Result<Start> {
    let profile = match &args.profile {
        Some(word) => profile(word)
            .map_err(|why| Stop::usage(format!("--profile {word}: {why}")).help(shapes()))?,
        None if asks => ask::profile(paint)?,
        None => {
            let stop = Stop::usage(
                "nothing says which shape the lab has, and nobody is there to be asked",
            );
            return Err(stop.help(format!("add --profile; {}", shapes())).into());
        }
    };
    let now = jiff::Zoned::now();
    let mut answers = Answers::new(profile, now.date(), &place.name());
    let here = now
        .time_zone()
        .iana_name()
        .filter(|zone| *zone != "Etc/Unknown");
    if let Some(zone) = &args.timezone {
        known_zone(zone)?;
    }
    answers.timezone_named = args.timezone.is_some();
    answers.timezone = args.timezone.clone().or_else(|| here.map(str::to_owned));
    answers.nearby = compose::nearby(place);
    Ok(Start {
        answers,
        place: place.clone(),
        left_out: Vec::new(),
    })
}

/// Refuses a time zone that nobody knows.
fn known_zone(zone: &str) -> Result<()> {
    let all = jiff::tz::db();
    if all.is_definitively_empty() || all.get(zone).is_ok() {
        return Ok(());
    }
    let names: Vec<String> = all.available().map(|n| n.to_string()).collect();
    let stop = Stop::usage(format!("--timezone {zone}: no time zone has this name"));
    let near = did_you_mean(zone, names.iter().map(String::as_str));
    Err(stop
        .help(near.unwrap_or_else(|| "names are such as Europe/Berlin".to_owned()))
        .into())
}

/// The profile that a word means, or what was probably meant.
fn profile(word: &str) -> Result<Profile, String> {
    let word = word.trim();
    Profile::parse(word).ok_or_else(|| {
        let known = Profile::ALL.map(Profile::word);
        did_you_mean(word, known).unwrap_or_else(|| format!("it is one of {}", known.join(", ")))
    })
}

fn shapes() -> String {
    let each = Profile::ALL.map(|p| format!("{} ({})", p.word(), p.about()));
    format!("there are {}", each.join(", "))
}

impl Start {
    /// Whether a question has a meaning here: in a folder that is still to be made, there are no Compose files.
    pub(crate) fn asks(&self, question: &Question) -> bool {
        let empty = question.key == Key::Compose && !self.place.exists();
        self.answers.profile.asks(question.key) && !empty
    }

    /// Takes an answer, if it is a good one.
    pub(crate) fn take(&mut self, question: &Question, text: &str, judge: &Judge<'_>) -> Verdict {
        if question.key == Key::Compose {
            return self.take_compose(text, judge);
        }
        judge.take(&mut self.answers, question.key, text)
    }

    fn take_compose(&mut self, text: &str, judge: &Judge<'_>) -> Verdict {
        let found = match compose::find(text, &self.place) {
            Ok(found) => found,
            Err(why) => return Verdict::Bad(why),
        };
        let before = std::mem::replace(&mut self.answers.projects, found.projects);
        let said = judge.said_of(&self.answers);
        if let Some(wrong) = said.iter().find(|d| d.class == diag::Class::Invalid) {
            self.answers.projects = before;
            return Verdict::Bad(wrong.message.clone());
        }
        self.left_out = found.left_out;
        judge.take(&mut self.answers, Key::Compose, text)
    }

    fn by_flags(&mut self, args: &InitArgs, judge: &Judge<'_>, asks: bool) -> Result<()> {
        if let Some(why) = judge
            .said_of(&self.answers)
            .iter()
            .find(|d| d.class == diag::Class::Invalid)
        {
            return Err(Stop::usage(why.message.clone()).into());
        }
        for question in QUESTIONS {
            // What lies nearby is taken up even if nobody is asked.
            let near = || {
                self.answers
                    .nearby
                    .clone()
                    .filter(|_| question.key == Key::Compose && !asks)
            };
            let Some(text) = args.answers.of(question.key).or_else(near) else {
                continue;
            };
            let flag = question.flag;
            if !self.answers.profile.asks(question.key) {
                let word = self.answers.profile.word();
                let stop = Stop::usage(format!(
                    "--{flag} has no meaning for a lab of profile {word}"
                ));
                return Err(stop.into());
            }
            if let Verdict::Bad(why) = self.take(question, &text, judge) {
                let help = format!("it is: {}; e.g. {}", question.what, question.example);
                let text = diag::hide(&text);
                return Err(Stop::usage(format!("--{flag} {text}: {why}"))
                    .help(help)
                    .into());
            }
        }
        Ok(())
    }
}

/// Without a terminal every question needs its flag, or `--yes`.
fn nothing_missing(start: &Start, args: &InitArgs) -> Result<()> {
    let asked = QUESTIONS.iter().filter(|q| start.asks(q));
    let missing: Vec<String> = asked
        .filter(|q| args.answers.of(q.key).is_none())
        .map(|q| format!("--{}", q.flag))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!(
        "nobody is there to be asked, and these are missing: {}",
        missing.join(", ")
    );
    let help =
        "add --yes to take a proposal for what is a choice, and `unknown` for what is a fact";
    Err(Stop::usage(message).help(help).into())
}

/// All texts of the tree, the root last.
fn texts(answers: &Answers) -> Vec<Text> {
    let schema = Text {
        path: "holdfast.schema.json".into(),
        bytes: format!("{:#}\n", schema::schema()),
        spare: false,
    };
    let files = starter::files(answers).into_iter().map(|f| Text {
        path: f.path.into(),
        bytes: f.text,
        spare: f.spare,
    });
    std::iter::once(schema).chain(files).collect()
}
