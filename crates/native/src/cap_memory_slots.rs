//! More memory than a machine has places for.

use crate::amounts::{binary, count};
use crate::{Context, Findings, Mend, Rule};
use diag::{Diagnostic, Severity};
use graph::sizes::memory_bytes;
use model::declare::OptExt as _;
use model::id::{Kind, ObjectRef};
use model::lab::hardware::Hardware;

pub const RULE: Rule = Rule {
    id: "cap-memory-slots",
    since: "0.1.0",
    severity: Severity::Warning,
    summary: "A machine is declared with more memory modules than it has slots, or with more memory than it takes.",
    rationale: "An upgrade is bought by the free slots that the inventory has, and what runs on a machine is planned by its memory. Modules \
        that fit nowhere make both wrong, and it is noticed with the machine open.",
    example: "hosts: {nas: {hardware: {memory_slots: 2, memory_modules: [8GiB, 8GiB, 16GiB]}}}",
    controls: &["CIS v8 1.1", "ISO 27001:2022 A.5.9"],
    mend: Mend::None(
        "what is in the machine is known to whoever opens it, or to 'dmidecode -t memory'",
    ),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, host) in &ctx.lab.hosts {
        let Some(hardware) = &host.about.hardware else {
            continue;
        };
        for d in [slots(name, hardware), most(name, hardware)] {
            d.into_iter()
                .for_each(|d| out.add(ObjectRef::new(Kind::Host, name), d));
        }
    }
}

fn slots(name: &str, hardware: &Hardware) -> Option<Diagnostic> {
    let (given, modules) = (hardware.memory_slots.as_ref()?, &hardware.memory_modules);
    let n = modules.len();
    let first = modules.first()?.span;
    let Some(slots) = given.value() else {
        let message = format!("whether the memory of host '{name}' fits into its slots");
        let d = RULE.unknown(message).at(given.span, "");
        let modules = count(n, "module", "modules");
        return Some(d.note(format!(
            "{modules} declared, and how many slots it has is not known"
        )));
    };
    let slots = *slots as usize;
    (n > slots).then(|| {
        RULE.finding(format!(
            "host '{name}' has {} for {}",
            count(slots, "memory slot", "memory slots"),
            count(n, "module", "modules")
        ))
        .at(given.span, count(slots, "slot", "slots"))
        .and_at(first, "the modules")
        .note(format!("{n} - {slots} = {} without a slot", n - slots))
        .help("count them: 'dmidecode -t memory' names each slot and what is in it")
    })
}

fn most(name: &str, hardware: &Hardware) -> Option<Diagnostic> {
    let (memory, most) = (hardware.memory.as_ref()?, hardware.memory_max.as_ref()?);
    let (has, takes) = (memory.value()?, hardware.memory_max.known()?);
    let (has, takes) = (
        u128::from(memory_bytes(has)),
        u128::from(memory_bytes(takes)),
    );
    (has > takes).then(|| {
        let d = RULE
            .finding(format!(
                "host '{name}' is declared with {} of memory, and takes {}",
                binary(has),
                binary(takes)
            ))
            .at(memory.span, "more than it takes")
            .and_at(most.span, "the most it takes");
        d.note(format!(
            "{} - {} = {} too much",
            binary(has),
            binary(takes),
            binary(has - takes)
        ))
        .help("look up what the board takes, and what 'dmidecode -t memory' says is in it")
    })
}
