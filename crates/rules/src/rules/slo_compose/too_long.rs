//! A downtime for which its window has no time.

use super::RULE;
use crate::Findings;
use crate::error_budget::exact;
use graph::planned::{Outages, Taken};
use model::id::{Kind, ObjectRef};

/// Tells of each window in which more is away than it is long, or than passes until it comes again.
pub(super) fn run(outages: &Outages<'_>, out: &mut Findings) {
    for window in outages.all() {
        let both = window.each.zip(window.all()).zip(window.most());
        if let Some(((each, all), most)) = both
            && all > most
        {
            let object = ObjectRef::new(Kind::Window, window.name);
            out.add(object, tell(window, each, all, most));
        }
    }
}

fn tell(window: &Taken<'_>, each: u64, all: u64, most: u64) -> diag::Diagnostic {
    let (name, things) = (window.name, window.things.len());
    let room = match window.length == Some(most) {
        true => format!("is {} long", exact(most)),
        false => format!("comes again after {}", exact(most)),
    };
    let takes = match things {
        0 | 1 => format!("its downtime is {}", exact(all)),
        _ => format!("what it is for is away for {} in it", exact(all)),
    };
    let sum = match things {
        0 | 1 => exact(all),
        n => format!(
            "{n} things one after the other: {n} × {} = {}",
            exact(each),
            exact(all)
        ),
    };
    let d = RULE
        .finding(format!("window '{name}' {room}, and {takes}"))
        .at(window.span, "how long each thing is away")
        .note(format!("{sum} > {}", exact(most)));
    d.help(match things {
        0 | 1 => "shorten the downtime, or lengthen the window",
        _ => "lengthen the window, or shorten the downtime, which is that of each thing; what is away at the same time is one thing: a site, a tier, or the machine that the others need",
    })
}
