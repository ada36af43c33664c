//! The dialogue: one line that says what is asked and why, one line with what an empty answer means. No cursor keys, no
//! redrawing, so that it works over any line and is read out well.

use super::Start;
use crate::cli::InitArgs;
use crate::exit::Stop;
use crate::output::words::did_you_mean;
use crate::output::{Paint, wrap};
use anyhow::Result;
use starter::{Answers, Judge, Profile, QUESTIONS, Question, Verdict};
use std::io::{BufRead as _, Write as _};

/// The shape of the lab comes first: what else is asked depends on it.
pub(super) fn profile(paint: Paint) -> Result<Profile> {
    say(
        "An empty answer takes what stands in brackets. '?' gives an example, Ctrl-C ends it all; nothing is written before the end.",
        paint,
    );
    say("", paint);
    say("Shape of the lab (what else is asked depends on it)", paint);
    for profile in Profile::ALL {
        err!(
            "{}",
            wrap::hanging(
                &format!("  {:<8}  ", profile.word()),
                profile.about(),
                paint.width()
            )
        );
    }
    loop {
        let text = line("profile [one-host]: ", "one-host")?;
        if text == "?" {
            say(
                "  e.g. one-host: one of the words above. It is not for ever: machines are added to the files later.",
                paint,
            );
            continue;
        }
        match super::profile(&text) {
            Ok(profile) => return Ok(profile),
            Err(why) => complain(&why, paint),
        }
    }
}

/// Asks what no flag has answered, then whether it shall be written.
pub(super) fn all(
    start: &mut Start,
    judge: &Judge<'_>,
    args: &InitArgs,
    paint: Paint,
) -> Result<()> {
    let asked: Vec<&Question> = QUESTIONS
        .iter()
        .filter(|q| start.asks(q) && args.answers.of(q.key).is_none())
        .collect();
    for (at, question) in asked.iter().enumerate() {
        one(
            start,
            question,
            judge,
            &format!("{}/{} ", at + 1, asked.len()),
            paint,
        )?;
    }
    confirm(start, judge, paint)
}

/// Asks until the answer is a good one.
fn one(
    start: &mut Start,
    question: &Question,
    judge: &Judge<'_>,
    count: &str,
    paint: Paint,
) -> Result<()> {
    say("", paint);
    say(
        &format!("{count}{} ({})", question.what, question.why),
        paint,
    );
    loop {
        let default = current(&start.answers, question).to_owned();
        let text = line(&format!("{} [{default}]: ", question.flag), &default)?;
        if text == "?" {
            say(&format!("  e.g. {}", question.example), paint);
            continue;
        }
        match start.take(question, &text, judge) {
            Verdict::Good => return Ok(()),
            Verdict::Finding(what) => {
                say(
                    &format!("  taken; `holdfast check` will say: {what}"),
                    paint,
                );
                return Ok(());
            }
            Verdict::Bad(why) => complain(&why, paint),
        }
    }
}

/// What an empty answer stands for.
fn current<'a>(answers: &'a Answers, question: &Question) -> &'a str {
    answers
        .said(question.key)
        .unwrap_or_else(|| answers.default(question.key))
}

/// The last word: yes, no, or the name of an answer to change.
fn confirm(start: &mut Start, judge: &Judge<'_>, paint: Paint) -> Result<()> {
    summary(start, paint);
    loop {
        let folder = start.place.shown();
        say(
            &format!("Write it to {folder}? (yes, no, or an answer to change, such as memory)"),
            paint,
        );
        let text = line("write [yes]: ", "yes")?;
        match text.as_str() {
            "yes" | "y" => return Ok(()),
            "no" | "n" => return Err(Stop::refused("nothing was written").into()),
            name => match QUESTIONS.iter().find(|q| q.flag == name && start.asks(q)) {
                Some(question) => {
                    one(start, question, judge, "", paint)?;
                    summary(start, paint);
                }
                None => {
                    let known = QUESTIONS.iter().map(|q| q.flag);
                    let near = did_you_mean(name, known);
                    complain(
                        &near.unwrap_or_else(|| {
                            "that is neither yes or no nor the name of an answer".to_owned()
                        }),
                        paint,
                    );
                }
            },
        }
    }
}

fn summary(start: &Start, paint: Paint) {
    say("", paint);
    for question in QUESTIONS.iter().filter(|q| start.asks(q)) {
        let value = current(&start.answers, question);
        err!(
            "{}",
            wrap::hanging(&format!("  {:<8}  ", question.flag), value, paint.width())
        );
    }
    say("", paint);
}

/// An answer without the blanks around it; what an empty one stands for.
fn line(prompt: &str, default: &str) -> Result<String> {
    err!("{prompt}");
    std::io::stderr().flush()?;
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_until(b'\n', &mut bytes)?;
    if bytes.is_empty() {
        errln!();
        return Err(
            Stop::usage("the answers ended before the questions did; nothing was written").into(),
        );
    }
    // What is no text is no good answer either, and is told like one.
    let text = String::from_utf8_lossy(&bytes);
    Ok(match text.trim() {
        "" => default.to_owned(),
        text => text.to_owned(),
    })
}

fn say(text: &str, paint: Paint) {
    let rest = text.trim_start();
    let indent = " ".repeat(text.len() - rest.len());
    err!("{}", wrap::hanging(&indent, rest, paint.width()));
}

fn complain(why: &str, paint: Paint) {
    err!("{}", wrap::hanging("  no: ", why, paint.width()));
}
