//! `lab/network.yaml`: the place, the ways out, the networks.

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
    let network = match (answers.get(Key::Network), answers.get(Key::Gateway)) {
        (Some(subnet), Some(gateway)) => {
            let (subnet, gateway) = (scalar(subnet), scalar(gateway));
            format!("  lan:\n    subnet: {subnet}\n    gateway: {gateway}\n")
        }
        (Some(subnet), None) => {
            format!(
                "  lan:\n    subnet: {}\n    #gateway: 192.168.1.1\n",
                scalar(subnet)
            )
        }
        (None, gateway) => {
            let gateway = gateway.map(|g| format!("    gateway: {}\n", scalar(g)));
            let hint = "    #subnet: 192.168.1.0/24\n".to_owned();
            format!(
                "  lan:\n{hint}{}",
                gateway.unwrap_or_else(|| "    #gateway: 192.168.1.1\n".to_owned())
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
    #dhcp: 192.168.1.100-192.168.1.199 # no fixed address should lie in it

# Zones say who may talk to whom. Where there are two, every pair of them has to be decided:
#zones: {{people: medium, things: low}}
#flows:
#  - {{from: people, to: things, ports: [443/tcp], action: allow, why: setting them up, owner: {owner}, review: {review}}}
#  - {{from: things, to: people, ports: any, action: deny, why: a bulb has no business there}}
",
        owner = scalar(answers.owner()),
        review = answers.review(),
    )
}
