//! `lab/people.yaml`: who there is, what is promised to them, and where secrets are kept.

use super::yaml::{SCHEMA, given, scalar};
use crate::answers::Answers;
use crate::question::Key;
use model::units::Seconds;

/// The name of the secret that opens the copies.
pub(super) const SECRET: &str = "copies";

pub(super) fn text(answers: &Answers) -> String {
    let owner = scalar(answers.owner());
    let hours = given(answers.get(Key::Hours));
    format!(
        "{SCHEMA}# Who there is, what is promised, and where secrets are kept (never the secrets themselves).
people:
  {owner}:
    role: owner
    admin: true
    hours: {hours}
    #mail: you@example.org
  #family: {{role: depends on it, household: true}}

{tiers}
{secrets}
# Who may get in where.
#access:
#  - {{who: {owner}, to: [{host}], as: admin, how: ssh-key, why: administration}}
",
        tiers = tiers(answers),
        secrets = secrets(answers, &owner),
        host = scalar(&answers.home()),
    )
}

const DAY: i64 = 86_400;

/// Objectives: choices, so they have proposals. What is smaller than the longest time away is derived from it.
fn tiers(answers: &Answers) -> String {
    let back = answers.get(Key::Back).unwrap_or("14d");
    let loss = scalar(answers.get(Key::Loss).unwrap_or("24h"));
    let host = Seconds::parse(back).ok().map_or(14 * DAY, |s| s.0);
    let device = host.min(3 * DAY);
    let corruption = device.min(2 * DAY);
    // Somebody with a job looks once a day.
    let response = (corruption / 2).clamp(1, DAY);
    let site = host.max(30 * DAY);
    let shortest = corruption;
    let [device, corruption, response, site] =
        [device, corruption, response, site].map(|s| Seconds(s).to_string());
    let back = scalar(back);
    format!(
        "\
# Objectives per kind of loss: what can be said out loud. The numbers are proposals; drills show whether they hold.
tiers:
  household:
    description: what the household notices
    response: {response} # until somebody notices and decides
    # How long it may be away, after a mistake, a dead disk, a dead machine, the loss of the house.
    rto: {{corruption: {corruption}, device: {device}, host: {back}, site: {site}}}
    # How much of the newest work may be lost.
    rpo: {{corruption: {loss}, device: {loss}, host: {loss}, site: {loss}}}
{slo}",
        slo = share(shortest)
    )
}

/// A share of time that the shortest recovery still fits into, in 30 days; none if it takes longer than those.
fn share(shortest: i64) -> String {
    let window = 30 * DAY;
    let percent = (window - shortest).max(0) * 100 / window;
    match percent {
        0 => String::new(),
        _ => format!(
            "    #slo: {percent}% # one recovery a month fits into it; more than that needs shorter ones\n"
        ),
    }
}

/// Where the password of the copies is read from on the controller.
pub(super) fn password_file(answers: &Answers) -> String {
    let name = answers.get(Key::Name).unwrap_or("home");
    let good = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    let name: String = name.chars().filter(good).collect();
    format!("~/.config/holdfast/{name}-copies.pass")
}

fn secrets(answers: &Answers, owner: &str) -> String {
    let known = [Key::Second, Key::Away]
        .iter()
        .any(|k| answers.get(*k).is_some());
    let place = match known {
        true => format!(
            "    in: file\n    place: {}\n",
            scalar(&password_file(answers))
        ),
        false => {
            "    in: unknown # file, sops, environment, command, vaultwarden, paper, …\n".to_owned()
        }
    };
    let escrow = given(answers.get(Key::Escrow));
    format!(
        "\
secrets:
  # Opens the copies. If it is only in the lab, it is lost with the lab.
  {SECRET}:
{place}    holders: [{owner}]
    opens: [repository/second, repository/away]
    escrow: {escrow}
"
    )
}
