//! Publishing a port on the loopback address alone, however the entry is written.

use crate::Context;
use crate::containers::Container;
use diag::{Edit, Fix};
use model::compose::Port;

/// The address that only the machine itself reaches.
const LOCAL: &str = "127.0.0.1";

/// What an entry publishes, of which a range has many: first and last.
pub(crate) type Ends<'a> = (&'a Port, &'a Port);

/// How an entry is written that is published on the loopback address alone.
pub(crate) fn entry((first, last): Ends<'_>) -> String {
    if first.long.is_some() {
        return format!("host_ip: {LOCAL}");
    }
    let span = |from: u16, to: u16| match from == to {
        true => from.to_string(),
        false => format!("{from}-{to}"),
    };
    let published = first.published.zip(last.published);
    // Of no number, the engine takes any that is free.
    let published = published.map_or(String::new(), |(a, b)| span(a.start, b.end));
    let target = span(first.target, last.target);
    match first.protocol.as_str() {
        "tcp" => format!("{LOCAL}:{published}:{target}"),
        other => format!("{LOCAL}:{published}:{target}/{other}"),
    }
}

/// The edit that makes it so. An entry with a key for each part gets one more key, or another value at the one that is there.
pub(crate) fn fix(ends: Ends<'_>) -> Fix {
    let (first, _) = ends;
    let edit = match first.long.map(|long| long.host_ip) {
        Some(Some(host_ip)) => Edit::replace(host_ip, LOCAL),
        Some(None) => Edit::enter(first.span, entry(ends)),
        None => Edit::replace(first.span, format!("\"{}\"", entry(ends))),
    };
    let say = "publish it on the loopback address, so that only the machine itself reaches it";
    Fix::doubtful(say, edit)
}

/// Something else of the lab leads to a service of its stack, and would not reach the loopback address.
pub(crate) fn is_used_from_elsewhere(ctx: &Context<'_>, container: &Container<'_>) -> bool {
    let mut services = ctx.services_in(container.stack);
    services.any(|(_, s)| s.exposures.iter().any(|e| e.via.is_some()))
}
