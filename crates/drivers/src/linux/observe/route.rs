//! The default route.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::{Gathered, listed_by};
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use model::value::Value;

pub(super) const PART: Whole = Whole {
    sh: &[include_str!("sh/route.sh")],
    calls: &["route route"],
    read: gather,
};

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let kind = FactKind::Route;
    let Some(section) = to.section(kind, sections, "route") else {
        return;
    };
    let text = section.text();
    let routes: Option<Vec<(u64, String)>> =
        text.lines().filter(|l| !l.is_empty()).map(route).collect();
    let seen = match routes {
        None => {
            to.incomplete(
                kind,
                Reason::new("ip route printed a line that is not understood"),
            );
            Seen::Unknown(Reason::new(format!(
                "ip route is not understood: {}",
                plain(&text)
            )))
        }
        // The kernel takes the one with the smallest metric, and of equal ones the first.
        Some(routes) => match routes.into_iter().min_by_key(|(metric, _)| *metric) {
            Some((_, route)) => Seen::Present(Value::from(route)),
            None => Seen::Absent,
        },
    };
    to.put(kind, "default", seen, "ip route");
    to.complete(kind, &listed_by("ip route show default"));
}

/// Metric and `via ADDRESS dev NAME` of a line; a route without a gateway is `dev NAME`.
fn route(line: &str) -> Option<(u64, String)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    (words.first() == Some(&"default")).then_some(())?;
    let after = |name: &str| {
        words
            .iter()
            .position(|w| *w == name)
            .and_then(|at| words.get(at + 1))
            .copied()
    };
    let device = after("dev")?;
    let metric = after("metric").map_or(Some(0), |m| m.parse().ok())?;
    // A gateway of the other family is written `via inet6 ADDRESS`.
    let gateway = after("via").and_then(|v| {
        if v == "inet6" {
            after("inet6")
        } else {
            Some(v)
        }
    });
    Some((
        metric,
        gateway.map_or_else(
            || format!("dev {device}"),
            |via| format!("via {via} dev {device}"),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_ip() {
        for (line, want) in [
            (
                "default via 10.0.0.1 dev eth0 ",
                Some((0, "via 10.0.0.1 dev eth0".to_owned())),
            ),
            (
                "default via 10.0.0.1 dev eth0 proto dhcp src 10.0.0.7 metric 100",
                Some((100, "via 10.0.0.1 dev eth0".to_owned())),
            ),
            (
                "default dev wg0 scope link",
                Some((0, "dev wg0".to_owned())),
            ),
            (
                "default via inet6 fe80::1 dev eth0",
                Some((0, "via fe80::1 dev eth0".to_owned())),
            ),
            (
                "default proto static \\	nexthop via 10.0.0.1 dev a weight 1 \\	nexthop via 10.0.0.2 dev b weight 1",
                Some((0, "via 10.0.0.1 dev a".to_owned())),
            ),
            ("default", None),
            ("10.0.0.0/8 dev eth0", None),
        ] {
            assert_eq!(route(line), want, "{line}");
        }
    }
}
