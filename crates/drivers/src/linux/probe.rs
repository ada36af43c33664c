//! TCP connections made from a host to see what can be reached from there.
//!
//! Each is a connection and nothing more: not a byte is sent. bash makes them, by `/dev/tcp`, since it is on every Debian and nothing is
//! to be installed; what it says is told apart into open, closed and filtered.

use crate::linux::script::quote;
use crate::linux::transport::{RunOptions, Transport, nonce};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

/// At most so many at once.
const AT_ONCE: usize = 24;

/// What a connection came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody answered.
    Open,
    /// It was refused.
    Closed,
    /// Nothing came back in time, or somebody on the way said that it cannot pass.
    Filtered,
    /// It could not be tried, and why.
    Unknown(String),
}

impl Outcome {
    /// The word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Outcome::Open => "open",
            Outcome::Closed => "closed",
            Outcome::Filtered => "filtered",
            Outcome::Unknown(_) => "unknown",
        }
    }
}

/// Tries all of these from the host that a transport leads to, each for at most `patience`.
pub fn from_host(
    transport: &Transport,
    targets: &[SocketAddr],
    patience: Duration,
) -> BTreeMap<SocketAddr, Outcome> {
    let all = |why: &str| {
        let unknown = |t: &SocketAddr| (*t, Outcome::Unknown(why.to_owned()));
        targets.iter().map(unknown).collect()
    };
    let mark = match nonce() {
        Ok(mark) => mark,
        Err(e) => return all(&format!("no random number: {e}")),
    };
    let rounds = u32::try_from(targets.len().div_ceil(AT_ONCE)).unwrap_or(u32::MAX);
    let limit =
        (patience + Duration::from_secs(1)).saturating_mul(rounds) + Duration::from_secs(20);
    let options = RunOptions::new(limit).any_privilege();
    match transport.run(script(targets, patience, &mark).as_bytes(), options) {
        Ok(done) => read(targets, &String::from_utf8_lossy(&done.stdout), &mark),
        Err(error) => all(&error.to_string()),
    }
}

/// One background process per connection, waited for by the dozen.
fn script(targets: &[SocketAddr], patience: Duration, mark: &str) -> String {
    let mut text = format!(
        "mark={}\npatience={}\n",
        quote(mark),
        patience.as_secs().max(1)
    );
    text.push_str(include_str!("probe.sh"));
    for (n, target) in targets.iter().enumerate() {
        let _ = writeln!(
            text,
            "try {} {} &",
            quote(&target.ip().to_string()),
            target.port()
        );
        if (n + 1) % AT_ONCE == 0 {
            text.push_str("wait\n");
        }
    }
    text.push_str("wait\n");
    text
}

/// `MARK ADDRESS PORT STATUS MESSAGE`.
fn read(targets: &[SocketAddr], output: &str, mark: &str) -> BTreeMap<SocketAddr, Outcome> {
    let mut said = BTreeMap::new();
    for line in output.lines() {
        let mut words = line.splitn(5, ' ');
        if words.next() != Some(mark) {
            continue;
        }
        let (Some(address), Some(port), Some(status)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        if let (Ok(address), Ok(port)) = (address.parse(), port.parse()) {
            let message = words.next().unwrap_or_default();
            said.insert(SocketAddr::new(address, port), outcome(status, message));
        }
    }
    let nothing = || Outcome::Unknown("the answer ended too early".to_owned());
    let each = targets.iter();
    each.map(|t| (*t, said.remove(t).unwrap_or_else(nothing)))
        .collect()
}

fn outcome(status: &str, message: &str) -> Outcome {
    match (status, message) {
        ("0", _) => Outcome::Open,
        // timeout(1) says so.
        ("124", _) => Outcome::Filtered,
        (_, m) if m.contains("Connection refused") => Outcome::Closed,
        (_, m)
            if [
                "timed out",
                "No route to host",
                "unreachable",
                "administratively",
                "Permission denied",
                "not permitted",
            ]
            .iter()
            .any(|w| m.contains(w)) =>
        {
            Outcome::Filtered
        }
        (_, m) => {
            let clean: String = m
                .chars()
                .map(|c| if c.is_control() { ' ' } else { c })
                .take(120)
                .collect();
            Outcome::Unknown(clean)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_bash_says() {
        let targets: Vec<SocketAddr> = [
            "10.0.0.1:22",
            "10.0.0.1:23",
            "10.0.0.1:24",
            "[fd00::1]:25",
            "10.0.0.1:26",
            "10.0.0.1:27",
        ]
        .iter()
        .map(|t| t.parse().unwrap())
        .collect();
        let output = "7 10.0.0.1 22 0 \nnoise\n8 10.0.0.1 27 0 \n7 10.0.0.1 23 1 bash: connect: Connection refused\n7 10.0.0.1 24 124 \n\
            7 fd00::1 25 1 bash: connect: No route to host\n7 10.0.0.1 26 127 bash is not installed\n";
        let words: Vec<&str> = read(&targets, output, "7")
            .values()
            .map(Outcome::word)
            .collect();
        assert_eq!(
            words,
            [
                "open", "closed", "filtered", "unknown", "unknown", "filtered"
            ]
        );
    }

    #[test]
    fn every_connection_is_bounded() {
        let targets: Vec<SocketAddr> = (1..=50)
            .map(|p| SocketAddr::new([10, 0, 0, 1].into(), p))
            .collect();
        let text = script(&targets, Duration::from_secs(2), "7");
        assert_eq!(text.matches("\nwait\n").count(), 3);
        assert!(text.contains("timeout \"$patience\"") && text.contains("try '10.0.0.1' 50 &"));
    }
}
