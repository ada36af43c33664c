//! More memory is promised than there is.

use crate::load::{capacity, guest_memory, threads};
use crate::partial::{self, Partial};
use crate::sizes;
use crate::totals::{self, Machine, Part};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::composed_memory::{Memory, of_service};
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::Host;
use model::lab::guest::{Guest, GuestKind};
use model::lab::service::Service;

mod cluster;
mod container;
mod declared;

pub(crate) const RULE: Rule = Rule {
    id: "cap-overcommit",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "Guests or services together may take, or are expected to take, more memory than their machine has.",
    rationale: "Memory cannot be lent out twice: when all take what they were promised, the kernel kills one of them, mostly the \
        largest, which is mostly the database. A service that declares no memory is expected to take what its Compose file reserves, else its limit, \
        and may take its limit; containers that no declared service is are counted as their stack. A limit of processors above what the machine has is \
        one with which Docker creates no container, and so is a limit of memory below what is reserved. Where a service declares less than its containers reserve, one of the two is wrong.",
    example: "guests: {a: {on: pve, memory: 12GiB}, b: {on: pve, memory: 12GiB}}   # on a host of 16 GiB",
    controls: &["ISO 27001:2022 A.8.6"],
    mend: Mend::None("what gets less or moves away is a decision"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    let load = ctx.load();
    for (name, host) in &ctx.lab.hosts {
        let object = ObjectRef::new(Kind::Host, name);
        let guests = load.guests(&object);
        processors(name, host, guests, out);
        let room = capacity(ctx.lab, name);
        let taken = Partial::of(guests.iter().map(|(n, g)| guest_memory(n, g)));
        if let Ok(room) = &room
            && taken.value() > room.value
        {
            out.add(
                object.clone(),
                finding(&object, room, &taken, "guests", "are given").and_at(host.span, "the host"),
            );
        } else if !guests.is_empty()
            && let Some(d) = unknown(&object, host.span, &room, &taken)
        {
            out.add(object.clone(), d);
        }
        if let Ok(room) = &room
            && let Some(d) = together(ctx, &object, room, &taken)
        {
            out.add(object.clone(), d);
        }
        services(ctx, &object, room, out);
    }
    for (name, guest) in &ctx.lab.guests {
        let object = ObjectRef::new(Kind::Guest, name);
        services(ctx, &object, Machine::Guest(name, guest).memory(), out);
    }
    cluster::judge(ctx, load, out);
    container::judge(ctx, out);
    declared::judge(ctx, out);
}

/// A virtual machine with more processors than its host has threads: Proxmox VE does not start it, and on other hypervisors
/// its processors wait for each other.
fn processors(name: &str, host: &Host, guests: &[(&str, &Guest)], out: &mut Findings) {
    let Some((threads, how)) = threads(host) else {
        return;
    };
    for (guest, declared) in guests {
        let Some(cores) = declared.cores.known().filter(|c| **c > threads) else {
            continue;
        };
        let words = format!("host '{name}' has {how}");
        let d = threads_short((guest, declared), *cores, threads, &words, host);
        out.add(ObjectRef::new(Kind::Guest, *guest), d);
    }
}

/// More processors than its host has threads.
fn threads_short(
    (guest, declared): (&str, &Guest),
    cores: u32,
    threads: u32,
    has: &str,
    host: &Host,
) -> Diagnostic {
    let span = declared.cores.as_ref().map_or(declared.span, |c| c.span);
    // qemu-server: "MAX … vcpus allowed per VM on this node".
    let end = match (
        declared.kind.known(),
        host.os
            .known()
            .is_some_and(|os| os.starts_with("proxmox-ve")),
    ) {
        (Some(GuestKind::Vm), true) => {
            "Proxmox VE refuses to start a virtual machine with more than its host has"
        }
        _ => "they only take turns",
    };
    RULE.finding(format!(
        "guest '{guest}' is given {cores} processors, and {has}"
    ))
    .at(span, "more than there are")
    .note(format!(
        "{cores} - {threads} = {} too many; {end}",
        cores - threads
    ))
    .help("give it as many as its work needs, which is seldom more than half of the host's")
}

fn unknown(
    object: &ObjectRef,
    span: diag::Span,
    room: &Result<Part, String>,
    taken: &Partial,
) -> Option<Diagnostic> {
    let mut missing: Vec<String> = room.as_ref().err().into_iter().cloned().collect();
    missing.extend(taken.missing.iter().cloned());
    let what = crate::claims::subject(Some(object));
    let d = RULE.unknown(format!(
        "whether {what} has the memory that its guests are given"
    ));
    (!missing.is_empty()).then(|| {
        d.at(span, "")
            .note(format!("not declared: {}", partial::listed(&missing)))
    })
}

/// Something is said of the memory that a service takes.
fn is_told(ctx: &Context<'_>, name: &str, service: &Service) -> bool {
    let memory = service.memory.as_ref();
    memory.is_some_and(|m| m.expected.is_some() || m.limit.is_some())
        || ctx.load().files().service(name).is_some()
}

/// What services ask of the memory of one machine.
struct Asked {
    expected: Partial,
    limits: Partial,
}

impl Asked {
    fn of(
        ctx: &Context<'_>,
        machine: &ObjectRef,
        with: &[(&str, &Service)],
        without: &[(&str, &Service)],
    ) -> Self {
        let value = |s: &model::units::size::Size| i128::from(s.bytes());
        let files = ctx.load().files();
        let both = |(n, s): &(&str, &Service)| of_service(files, n, s, value);
        let limit = |s: &(&str, &Service)| both(s).1;
        let expected = |s: &(&str, &Service)| both(s).0;
        let rest = ctx.load().stacks(machine).iter();
        let rest: Vec<&Memory> = rest.filter_map(|s| files.rest(s)).collect();
        let rest_expected = rest
            .iter()
            .filter_map(|m| m.expected.as_ref().or(m.limit.as_ref()));
        let rest_limits = rest.iter().filter_map(|m| m.limit.as_ref());
        let open = |n: &str| format!("the memory of service '{n}'");
        let missing: Vec<String> = without.iter().map(|(n, _)| open(n)).collect();
        let unlimited = with.iter().filter(|s| limit(s).is_none());
        let unlimited = unlimited.map(|(n, _)| format!("the limit of service '{n}'"));
        Self {
            limits: Partial {
                known: with
                    .iter()
                    .filter_map(limit)
                    .chain(rest_limits.cloned())
                    .collect(),
                missing: missing.iter().cloned().chain(unlimited).collect(),
            },
            expected: Partial {
                known: with
                    .iter()
                    .filter_map(expected)
                    .chain(rest_expected.cloned())
                    .collect(),
                missing,
            },
        }
    }
}

/// Guests, and services beside them, that each fit and do not together.
fn together(
    ctx: &Context<'_>,
    host: &ObjectRef,
    room: &Part,
    guests: &Partial,
) -> Option<Diagnostic> {
    // What runs in a guest as well is in its memory.
    let beside = |(_, s): &(&str, &Service)| s.runs.iter().all(|r| r.guest.is_none());
    let services = ctx.load().services(host).iter().copied().filter(beside);
    let (with, without): (Vec<_>, Vec<_>) = services.partition(|(n, s)| is_told(ctx, n, s));
    let nothing = with.is_empty() && ctx.load().stacks(host).is_empty();
    if guests.known.is_empty() || nothing {
        return None;
    }
    let asked = Asked::of(ctx, host, &with, &without);
    let both = |services: &Partial| {
        let alone = guests.value() > room.value || services.value() > room.value;
        let mut all = guests.clone();
        all.known.extend(services.known.iter().cloned());
        all.missing.extend(services.missing.iter().cloned());
        (!alone && all.value() > room.value).then_some(all)
    };
    let whose = "guests and services";
    let expected = both(&asked.expected)
        .map(|all| finding(host, room, &all, whose, "are given and expected to take"));
    expected.or_else(|| {
        let all = both(&asked.limits)?;
        Some(finding(host, room, &all, whose, "may take"))
    })
}

/// Services by what they are expected to take, and by their limits.
fn services(
    ctx: &Context<'_>,
    machine: &ObjectRef,
    room: Result<Part, String>,
    out: &mut Findings,
) {
    let services = ctx.load().services(machine).iter().copied();
    let (with, without): (Vec<_>, Vec<_>) = services.partition(|(n, s)| is_told(ctx, n, s));
    let stacks = ctx.load().stacks(machine).first();
    let stack = stacks.and_then(|s| ctx.lab.stacks.get(*s));
    let first = with.first().map(|(_, s)| s.span);
    let Some(first) = first.or(stack.map(|s| s.span)) else {
        return;
    };
    let Ok(room) = room else {
        let what = crate::claims::subject(Some(machine));
        let d = RULE.unknown(format!("whether {what} has the memory of its services"));
        out.add(
            machine.clone(),
            d.at(first, "")
                .note(format!("not declared: the memory of {what}")),
        );
        return;
    };
    let Asked { expected, limits } = Asked::of(ctx, machine, &with, &without);
    if expected.value() > room.value {
        out.add(
            machine.clone(),
            finding(
                machine,
                &room,
                &expected,
                "services",
                "are expected to take",
            ),
        );
    } else if limits.value() > room.value {
        let mut d = finding(
            machine,
            &room,
            &limits,
            "services",
            "may take by their limits",
        );
        d.notes.push(format!(
            "expected: {}",
            sizes::sum(&expected.known, sizes::exact_memory)
        ));
        out.add(machine.clone(), d);
    }
    if !with.is_empty() {
        out_of_sight(machine, &without, out);
    }
}

/// Services of which nothing says what they take.
fn out_of_sight(machine: &ObjectRef, without: &[(&str, &Service)], out: &mut Findings) {
    let Some((_, first)) = without.first() else {
        return;
    };
    let names: Vec<String> = without.iter().map(|(n, _)| (*n).to_owned()).collect();
    let what = crate::claims::subject(Some(machine));
    let d = RULE
        .unknown(format!(
            "what memory {} of the services on {what} take",
            names.len()
        ))
        .at(first.span, "neither expected nor limited")
        .note(format!(
            "not declared: memory of {}",
            partial::listed(&names)
        ));
    out.add(
        machine.clone(),
        d.help("add 'memory: {expected: …, limit: …}' to them, or limits in their Compose files"),
    );
}

fn finding(
    machine: &ObjectRef,
    room: &Part,
    taken: &Partial,
    whose: &str,
    how: &str,
) -> Diagnostic {
    let say = sizes::exact_memory;
    let what = crate::claims::subject(Some(machine));
    let (sum, least) = (taken.value(), taken.least());
    let mut d = RULE
        .finding(format!(
            "the {whose} on {what} {how} {least}{}, and it has {}",
            say(sum),
            room.shown
        ))
        .at(room.span, "all that there is")
        .note(format!(
            "{}; {} - {} = {least}{} too much",
            sizes::sum(&taken.known, say),
            say(sum),
            room.shown,
            say(sum - room.value)
        ));
    d.notes.extend(taken.left_out());
    let all: Vec<Part> = taken.known.iter().chain([room]).cloned().collect();
    d.notes.extend(totals::assumptions(&all));
    d.help("make some smaller, move some, or add memory")
}
