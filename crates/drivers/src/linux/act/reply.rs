//! What a script says of itself, read back: values, refusals and failures.
//!
//! Lines begin with `@`; everything else on the output is noise. Only `@done` together with status 0 is success, so output
//! that was cut off never passes for it.

use data_encoding::BASE64;
use model::id::ObjectRef;
use model::run::Output;
use model::secret::{Secret, mask};
use model::value::Value;
use plan::driver::{ActError, Refusal};

/// Reads the answer to an order that `command` describes.
pub(crate) fn read(
    target: &ObjectRef,
    command: &str,
    stdout: &[u8],
    stderr: &[u8],
    status: i32,
    secrets: &[&Secret],
) -> Result<Output, ActError> {
    let text = String::from_utf8_lossy(stdout);
    let mut output = Output::default();
    let mut done = false;
    let mut failure = None;
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["@value", name, rest @ ..] => {
                let value = decode(rest.first().unwrap_or(&""));
                output
                    .values
                    .insert((*name).to_owned(), Value::from(mask(&value, secrets)));
            }
            ["@int", "took", number] => output.took_ms = number.parse().unwrap_or_default(),
            ["@int", name, number] => {
                if let Ok(number) = number.parse::<i64>() {
                    output.values.insert((*name).to_owned(), number.into());
                }
            }
            ["@refuse", kind, texts @ ..] if status == 10 => {
                let texts: Vec<String> = texts
                    .iter()
                    .map(|t| mask(&decode(t.trim_start_matches('=')), secrets))
                    .collect();
                return Err(ActError::Refused(refusal(target, kind, &texts)));
            }
            ["@fail", text] => failure = Some(decode(text)),
            ["@done"] => done = true,
            _ => {}
        }
    }
    if done && status == 0 {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(stderr);
    let said = tail(&said);
    let message = match failure {
        Some(text) if said.is_empty() => text,
        Some(text) => format!("{text} ({said})"),
        None if said.is_empty() => format!("it ended with status {status}"),
        None => format!("it ended with status {status}: {said}"),
    };
    Err(ActError::Failed {
        target: target.clone(),
        command: command.to_owned(),
        message: mask(&message, secrets),
    })
}

fn decode(text: &str) -> String {
    let bytes = BASE64.decode(text.as_bytes()).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The last lines, in one.
fn tail(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    lines[lines.len().saturating_sub(4)..].join("; ")
}

fn refusal(target: &ObjectRef, kind: &str, texts: &[String]) -> Refusal {
    let text = |n: usize| texts.get(n).cloned().unwrap_or_default();
    match kind {
        "wrong-identity" => Refusal::WrongIdentity {
            target: target.clone(),
            what: text(0),
            enrolled: text(1),
            found: text(2),
        },
        "lease-held" => Refusal::LeaseHeld { holder: text(0) },
        "fenced" => Refusal::Fenced { holder: text(0) },
        "revert" => Refusal::Revert { state: text(0) },
        "unsupported" => Refusal::Unsupported(text(0)),
        _ => Refusal::Invalid(text(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::Kind;

    fn reply(stdout: &str, stderr: &str, status: i32) -> Result<Output, ActError> {
        let secret = Secret::new("hunter2".to_owned());
        let target = ObjectRef::new(Kind::Host, "web");
        read(
            &target,
            "do it",
            stdout.as_bytes(),
            stderr.as_bytes(),
            status,
            &[&secret],
        )
    }

    #[test]
    fn success_needs_the_last_line_and_the_status() {
        let text =
            "noise\n@value archive MTIzNA==\n@int bytes 7\n@value empty \n@int took 30\n@done\n";
        let output = reply(text, "", 0).map_err(|e| e.to_string());
        let values = [
            ("archive", "1234".into()),
            ("bytes", Value::Int(7)),
            ("empty", "".into()),
        ];
        let values = values.map(|(k, v)| (k.to_owned(), v)).into();
        assert_eq!(
            output,
            Ok(Output {
                took_ms: 30,
                values
            })
        );
        assert!(matches!(
            reply("@int took 30\n", "", 0),
            Err(ActError::Failed { .. })
        ));
        assert!(matches!(
            reply("@done\n", "", 1),
            Err(ActError::Failed { .. })
        ));
    }

    #[test]
    fn refusals_are_typed_and_nothing_shows_a_secret() {
        let held = reply("@refuse lease-held =YQ==\n", "", 10);
        assert_eq!(
            held,
            Err(ActError::Refused(Refusal::LeaseHeld {
                holder: "a".to_owned()
            }))
        );
        // A refusal that does not end the script is none.
        assert!(matches!(
            reply("@refuse fenced =YQ==\n", "", 1),
            Err(ActError::Failed { .. })
        ));
        let failed = reply("@fail aHVudGVyMg==\n", "x\nno hunter2 here\n", 11);
        let text = format!("{failed:?}");
        assert!(
            text.contains("[redacted] (x; no [redacted] here)"),
            "{text}"
        );
    }
}
