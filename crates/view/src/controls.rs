//! Services and baseline controls: what each has itself, what it inherits, where there is a gap.

use crate::{Cell, Sheet};
use model::declare::OptExt as _;
use model::lab::Lab;
use model::lab::service::{Control, ControlName, ControlState, Service};
use std::collections::{BTreeMap, BTreeSet};

/// The controls with the heads of their columns, and what is done where one is missing.
const ALL: [(ControlName, &str, &str); 8] = [
    (
        ControlName::Tls,
        "TLS",
        "end TLS at a proxy in front of it, and close its own port to others; or give it a certificate",
    ),
    (
        ControlName::Sso,
        "SSO",
        "put it behind the identity provider: OpenID Connect if it can, else forward authentication at the proxy",
    ),
    (
        ControlName::Rbac,
        "RBAC",
        "separate who uses it from who administers it, and give each person an account",
    ),
    (
        ControlName::Backup,
        "BACKUP",
        "name its data and put it into a backup whose store is not on the same machine",
    ),
    (
        ControlName::Monitoring,
        "MONITOR",
        "probe it from outside, and let an alert ring at somebody",
    ),
    (
        ControlName::Patching,
        "PATCH",
        "name the job that updates it ('patched_by'), and who reads its release notes",
    ),
    (
        ControlName::Mfa,
        "MFA",
        "ask for a second factor, at the identity provider or in the service",
    ),
    (
        ControlName::Logging,
        "LOG",
        "send its log to where it outlives the machine",
    ),
];

const DECLARED: &str = "declared as missing";
const SILENT_GIVER: &str = "inherited from a service that does not say that it has it";

/// How a service stands with a control.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    /// It has it itself; what does it, if that is said elsewhere.
    Own(Option<String>),
    /// Another service does it.
    Inherited(String),
    /// Not in place; why, if more is known.
    Gap(String),
    /// It makes no sense here; why.
    Waived(Option<String>),
    /// Nobody said.
    Unknown(&'static str),
}

pub(crate) fn sheets(lab: &Lab) -> Vec<Sheet> {
    let running: BTreeMap<&str, &Service> = lab
        .services
        .iter()
        .filter(|(_, s)| s.is_running())
        .map(|(n, s)| (n.as_str(), s))
        .collect();
    let table: BTreeMap<&str, Vec<Standing>> = running
        .iter()
        .map(|(name, service)| {
            let row = ALL
                .iter()
                .map(|(control, ..)| standing(lab, name, service, *control));
            (*name, row.collect())
        })
        .collect();
    let later = lab.services.len() - running.len();
    vec![
        matrix(&table, later),
        given(&table),
        gaps(lab, &table),
        silence(&table),
    ]
}

fn matrix(table: &BTreeMap<&str, Vec<Standing>>, later: usize) -> Sheet {
    let mut columns = vec!["SERVICE"];
    columns.extend(ALL.iter().map(|(_, head, _)| *head));
    let mut sheet = Sheet::new("baseline controls", &columns);
    for (name, row) in table {
        let mut cells = vec![Cell::declared(name)];
        cells.extend(row.iter().map(cell));
        sheet.row(cells);
    }
    if sheet.rows.is_empty() {
        return sheet;
    }
    let count = |is: &dyn Fn(&Standing) -> bool| table.values().flatten().filter(|s| is(s)).count();
    sheet.note(format!(
        "{} × {} = {}: {} own, {} inherited, {} waived, {} missing, {} unknown",
        crate::size::count(table.len(), "service", "services"),
        crate::size::count(ALL.len(), "control", "controls"),
        table.len() * ALL.len(),
        count(&|s| matches!(s, Standing::Own(_))),
        count(&|s| matches!(s, Standing::Inherited(_))),
        count(&|s| matches!(s, Standing::Waived(_))),
        count(&|s| matches!(s, Standing::Gap(_))),
        count(&|s| matches!(s, Standing::Unknown(_))),
    ));
    sheet.note("own and inherited are what the lab says of itself; 'holdfast check' and 'holdfast prove' hold it against more");
    if later > 0 {
        sheet.note(format!(
            "{} not running are left out",
            crate::size::count(later, "service", "services")
        ));
    }
    sheet
}

fn cell(standing: &Standing) -> Cell {
    match standing {
        Standing::Own(None) => Cell::declared("own"),
        Standing::Own(Some(by)) => Cell::computed(format!("own ({by})")),
        Standing::Inherited(_) => Cell::declared("inherit"),
        Standing::Gap(_) => Cell::declared("GAP"),
        Standing::Waived(_) => Cell::declared("waived"),
        Standing::Unknown(_) => Cell::unknown(),
    }
}

/// Who gives controls to whom.
fn given(table: &BTreeMap<&str, Vec<Standing>>) -> Sheet {
    let mut sheet = Sheet::new("inherited", &["FROM", "CONTROL", "BY"]);
    let mut by: BTreeMap<(&str, usize), Vec<&str>> = BTreeMap::new();
    for (name, row) in table {
        for (n, standing) in row.iter().enumerate() {
            if let Standing::Inherited(from) = standing {
                by.entry((from, n)).or_default().push(name);
            }
        }
    }
    for ((from, n), names) in by {
        let head = ALL.get(n).map_or("", |(_, head, _)| *head);
        sheet.row([
            Cell::declared(from),
            Cell::declared(head),
            Cell::declared(names.join(", ")),
        ]);
    }
    sheet
}

/// What is missing, control by control, and what to do.
fn gaps(lab: &Lab, table: &BTreeMap<&str, Vec<Standing>>) -> Sheet {
    let mut sheet = Sheet::new("gaps", &["CONTROL", "MISSING IN", "WHAT TO DO"]);
    for (n, (_, head, help)) in ALL.into_iter().enumerate() {
        let here = table.iter().filter_map(|(name, row)| match row.get(n) {
            Some(Standing::Gap(why)) => Some(titled(lab, name, why)),
            _ => None,
        });
        let here: Vec<String> = here.collect();
        if !here.is_empty() {
            sheet.row([
                Cell::declared(head),
                Cell::computed(here.join(", ")),
                Cell::computed(help),
            ]);
        }
    }
    sheet
}

/// `pbs (critical; the console asks for one factor)`.
fn titled(lab: &Lab, name: &str, why: &str) -> String {
    let tier = lab.services.get(name).and_then(|s| s.tier.known());
    let about = tier.map(|t| t.name()).into_iter();
    let about: Vec<&str> = about.chain((why != DECLARED).then_some(why)).collect();
    match about.is_empty() {
        true => name.to_owned(),
        false => format!("{name} ({})", about.join("; ")),
    }
}

/// What nobody said, services alike together.
fn silence(table: &BTreeMap<&str, Vec<Standing>>) -> Sheet {
    let mut sheet = Sheet::new("not known", &["CONTROLS", "OF", "WHY"]);
    let mut by: BTreeMap<(Vec<&str>, &str), Vec<&str>> = BTreeMap::new();
    for (name, row) in table {
        let mut whys: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (standing, (_, head, _)) in row.iter().zip(ALL) {
            if let Standing::Unknown(why) = standing {
                whys.entry(why).or_default().push(head);
            }
        }
        for (why, heads) in whys {
            by.entry((heads, why)).or_default().push(name);
        }
    }
    for ((heads, why), names) in by {
        sheet.row([
            Cell::declared(heads.join(", ")),
            Cell::declared(names.join(", ")),
            Cell::computed(why),
        ]);
    }
    if !sheet.rows.is_empty() {
        sheet.note("say it: services: {NAME: {controls: {tls: yes, sso: {is: inherited, by: SERVICE}, mfa: {is: not-applicable, why: …}}}}");
    }
    sheet
}

fn standing(lab: &Lab, name: &str, service: &Service, control: ControlName) -> Standing {
    let mut seen = BTreeSet::from([name]);
    let Some(found) = service.controls.get(&control) else {
        let job = service
            .patched_by
            .known()
            .filter(|_| control == ControlName::Patching);
        return match job {
            Some(job) => Standing::Own(Some(format!("job {}", job.name()))),
            None => Standing::Unknown("nothing is said"),
        };
    };
    let why = found.why.known().map(|w| w.0.clone());
    match found.is.known() {
        None => Standing::Unknown("declared as unknown"),
        Some(ControlState::Yes) => Standing::Own(None),
        Some(ControlState::No) => Standing::Gap(why.unwrap_or_else(|| DECLARED.to_owned())),
        Some(ControlState::Planned) => {
            Standing::Gap(why.map_or("planned".to_owned(), |w| format!("planned: {w}")))
        }
        Some(ControlState::NotApplicable) => Standing::Waived(why),
        Some(ControlState::Inherited) => inherited(lab, found, control, &mut seen),
    }
}

/// What is inherited is there only if whoever gives it has it, however far that goes.
fn inherited<'a>(
    lab: &'a Lab,
    found: &'a Control,
    control: ControlName,
    seen: &mut BTreeSet<&'a str>,
) -> Standing {
    let Some(by) = found.by.known().map(|by| by.name()) else {
        return Standing::Unknown("inherited, but not from whom ('by')");
    };
    if !seen.insert(by) {
        return Standing::Gap(format!("inherited in a circle: {by} again"));
    }
    let Some(giver) = lab.services.get(by) else {
        return Standing::Unknown("inherited from a service that is not declared");
    };
    if !giver.is_running() {
        return Standing::Gap(format!("inherited from {by}, which does not run"));
    }
    let theirs = giver.controls.get(&control);
    match theirs.and_then(|c| c.is.known()) {
        Some(ControlState::Yes) => Standing::Inherited(by.to_owned()),
        Some(ControlState::No | ControlState::Planned) => {
            Standing::Gap(format!("inherited from {by}, which does not have it"))
        }
        Some(ControlState::Inherited) => match theirs.map(|c| inherited(lab, c, control, seen)) {
            Some(Standing::Inherited(_)) => Standing::Inherited(by.to_owned()),
            Some(Standing::Gap(why)) => Standing::Gap(format!("inherited from {by}: {why}")),
            _ => Standing::Unknown(SILENT_GIVER),
        },
        Some(ControlState::NotApplicable) | None => Standing::Unknown(SILENT_GIVER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standings(yaml: &str) -> Vec<(String, Standing)> {
        let text = format!("format: 1\nlab: x\nservices:\n{yaml}");
        let mut sources = diag::SourceSet::default();
        sources.add("holdfast.yaml", text);
        let (lab, diagnostics) = lang::analyze(&sources);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let of = |(n, s): (&String, &Service)| (n.clone(), standing(&lab, n, s, ControlName::Tls));
        lab.services.iter().map(of).collect()
    }

    #[test]
    fn what_is_inherited_is_asked_of_whoever_gives_it() {
        let proxy = |tls: &str| {
            format!(
                "  p: {{controls: {{tls: {tls}}}}}\n  s: {{controls: {{tls: {{is: inherited, by: p}}}}}}\n"
            )
        };
        for (tls, gap) in [
            ("yes", false),
            ("no", true),
            ("planned", true),
            ("{is: inherited, by: s}", true),
        ] {
            let all = standings(&proxy(tls));
            let is_gap = matches!(all[1].1, Standing::Gap(_));
            assert_eq!(is_gap, gap, "{tls}: {all:?}");
        }
        let all = standings(
            "  p: {description: a proxy}\n  s: {controls: {tls: {is: inherited, by: p}}}\n",
        );
        assert_eq!(all[1].1, Standing::Unknown(SILENT_GIVER));
        let all = standings("  s: {controls: {tls: inherited}}\n");
        assert!(matches!(all[0].1, Standing::Unknown(_)), "{all:?}");
    }
}
