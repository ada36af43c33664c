//! `lab/network.yaml`: the place, the ways out, the networks.

use super::hint::Hints;
use super::yaml::{SCHEMA, scalar};
use crate::answers::Answers;
use crate::question::Key;

pub(super) fn text(answers: &Answers) -> String {
    let away = match answers.get(Key::Away) {
        Some(_) => {
            "  # Where the copy is that survives this house.\n  away: {description: not at home}\n"
        }
        None => "",
    };
    let hints = Hints::of(answers);
    let router = || format!("    #gateway: {}\n", hints.router());
    let network = match (answers.get(Key::Network), answers.get(Key::Gateway)) {
        (Some(subnet), Some(gateway)) => {
            let (subnet, gateway) = (scalar(subnet), scalar(gateway));
            format!("  lan:\n    subnet: {subnet}\n    gateway: {gateway}\n")
        }
        (Some(subnet), None) => {
            format!("  lan:\n    subnet: {}\n{}", scalar(subnet), router())
        }
        (None, gateway) => {
            let gateway = gateway.map(|g| format!("    gateway: {}\n", scalar(g)));
            let subnet = hints.subnet();
            format!(
                "  lan:\n    #subnet: {subnet}\n{}",
                gateway.unwrap_or_else(router)
            )
        }
    };
    format!(
        "{SCHEMA}# The place, the ways out of it, and the networks.
sites:
  home:
    uplinks:
      # How fast it is decides whether a copy is away in time, and how long a restore takes.
      internet: {{down: unknown, up: unknown, provider: unknown}}
    power: {{price: unknown}} # 0.29 EUR/kWh: with what the machines draw (power: {{average: 35W}}), what the lab costs a year follows
{away}
networks:
{network}    #domain: home.arpa # never .local, which belongs to multicast DNS
    #dhcp: {pool} # no fixed address should lie in it

# Zones say who may talk to whom. Where there are two, every pair of them has to be decided:
#zones: {{people: medium, things: low}}
#flows:
#  - {{from: people, to: things, ports: [443/tcp], action: allow, why: setting them up, owner: {owner}, review: {review}}}
#  - {{from: things, to: people, ports: any, action: deny, why: a bulb has no business there}}
",
        pool = hints.pool(),
        owner = scalar(answers.owner()),
        review = answers.review(),
    )
}
