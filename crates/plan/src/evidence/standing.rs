//! What one look says about who gets in, about patches, and about what runs.

use super::strange_keys;
use crate::interface::Interface;
use crate::promises::{
    access_id, access_inputs, inventoried, inventory_id, inventory_inputs, patch_id,
};
use crate::resource::is_login_user;
use crate::{Context, How};
use model::compose::Projects;
use model::declare::OptExt as _;
use model::evidence::{Conclusion, Grade, Measured};
use model::fact::{Completeness, FactKind, FactPath, Seen, TargetFacts};
use model::id::{Kind, ObjectRef, PromiseId};
use model::lab::{Host, Lab};
use model::units::Seconds;
use std::collections::BTreeMap;

/// Package lists that are older say nothing of today's updates.
const LISTS_MAX_AGE: Seconds = Seconds(7 * 86_400);
/// So many names are told.
const MOST: usize = 8;

/// Figures of a look, what was seen to be wrong, and what was not seen.
#[derive(Default)]
struct Look {
    figures: BTreeMap<String, i64>,
    wrong: Vec<String>,
    unknown: Vec<String>,
}

impl Look {
    /// So many things of one kind are wrong.
    fn count(&mut self, figure: &str, names: Vec<String>) {
        let n = i64::try_from(names.len()).unwrap_or(i64::MAX);
        self.figures.insert(figure.to_owned(), n);
        if n > 0 {
            let more = match names.len().saturating_sub(MOST) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let first: Vec<String> = names.into_iter().take(MOST).collect();
            let figure = figure.replace('_', " ");
            self.wrong
                .push(format!("{figure}: {}{more}", first.join(", ")));
        }
    }

    /// A kind of which all has to be seen.
    fn whole(&mut self, facts: &TargetFacts, kind: FactKind) {
        match facts.collections.get(&kind) {
            Some(Completeness::Yes(_)) => {}
            Some(Completeness::No(why)) => self.unknown.push(format!("{}: {why}", kind.word())),
            None => self
                .unknown
                .push(format!("{} was not observed", kind.word())),
        }
    }

    /// What was seen to be wrong is wrong, whatever else there may be; nothing is fine that was not seen whole.
    fn measured(
        self,
        promise: PromiseId,
        subject: ObjectRef,
        grade: &Grade,
        inputs: BTreeMap<String, model::digest::Digest>,
        fine: &str,
    ) -> Measured {
        let unknown = self.unknown.join("; ");
        let (conclusion, figures, summary) = match (self.unknown.first(), self.wrong.is_empty()) {
            (Some(reason), true) => (
                Conclusion::Inconclusive(reason.clone()),
                BTreeMap::new(),
                format!("not known: {unknown}"),
            ),
            (None, true) => (Conclusion::Conclusive, self.figures, fine.to_owned()),
            (None, false) => (Conclusion::Conclusive, self.figures, self.wrong.join("; ")),
            (Some(_), false) => (
                Conclusion::Conclusive,
                self.figures,
                format!("{}; not known: {unknown}", self.wrong.join("; ")),
            ),
        };
        Measured {
            promise,
            subject,
            grade: grade.clone(),
            conclusion,
            figures,
            inputs,
            summary,
        }
    }
}

/// Whether who gets in and who becomes root is who is declared, and all of them.
pub(super) fn access(
    ctx: &Context<'_>,
    subject: &ObjectRef,
    host: &Host,
    facts: &TargetFacts,
    grade: &Grade,
) -> Measured {
    let mut look = Look::default();
    for kind in [FactKind::User, FactKind::Key, FactKind::Sudoer] {
        look.whole(facts, kind);
    }
    let logins = facts.items(FactKind::User);
    let extra = logins.filter(|(n, v)| !host.users.contains_key(*n) && is_login_user(facts, n, v));
    look.count(
        "undeclared_logins",
        extra.map(|(n, _)| n.to_owned()).collect(),
    );
    let keys = strange_keys(&subject.name, host, facts, ctx.owned);
    look.count("undeclared_keys", keys);
    let sudo = crate::standing::undeclared_sudo(host, facts);
    look.count(
        "undeclared_sudo",
        sudo.into_iter().map(|(key, _)| key).collect(),
    );
    let gone = |path: &FactPath| facts.seen(path) == Seen::Absent;
    let missing = host.users.keys();
    let missing = missing.filter(|n| gone(&FactPath::new(FactKind::User, n.as_str())));
    look.count("missing_accounts", missing.cloned().collect());
    let mut absent = Vec::new();
    for (user, declared) in &host.users {
        let prints = declared.keys.iter();
        let prints = prints.filter_map(|k| crate::key_fingerprint(&k.value));
        let keys = prints.map(|p| format!("{user}/{p}"));
        absent.extend(keys.filter(|key| gone(&FactPath::new(FactKind::Key, key.as_str()))));
    }
    look.count("missing_keys", absent);
    look.measured(
        access_id(subject),
        subject.clone(),
        grade,
        access_inputs(host),
        "accounts, keys and sudo are those that are declared",
    )
}

/// Whether security updates, or a restart that they need, wait.
pub(super) fn patches(subject: &ObjectRef, facts: &TargetFacts, grade: &Grade) -> Measured {
    let mut look = Look::default();
    let seen = |key: &str| facts.seen(&FactPath::new(FactKind::Patch, key));
    let lists = seen("lists").value().and_then(model::value::Value::as_int);
    let age = lists.map(|at| Seconds(facts.at.as_second() - at));
    let mut says = String::new();
    match (seen("security"), age) {
        (Seen::Present(value), Some(age)) => {
            let n = value.as_int().unwrap_or_default();
            look.figures.insert("security_updates".to_owned(), n);
            says = format!("by package lists that are {age} old");
            if n > 0 {
                look.wrong.push(format!("security updates: {n}, {says}"));
            } else if age.0 > LISTS_MAX_AGE.0 {
                look.unknown.push(format!("no update is known, {says}"));
            }
        }
        (Seen::Present(_), None) => look
            .unknown
            .push("the age of the package lists is not known".to_owned()),
        (other, _) => look.unknown.push(format!("security updates: {other}")),
    }
    match seen("reboot") {
        Seen::Present(value) => {
            let waits = value.as_bool() == Some(true);
            let why = waits.then(|| "/run/reboot-required is there".to_owned());
            look.count("restarts", why.into_iter().collect());
        }
        other => look.unknown.push(format!("restart: {other}")),
    }
    let fine = format!("no security update and no restart waits, {says}");
    look.measured(
        patch_id(subject),
        subject.clone(),
        grade,
        BTreeMap::new(),
        &fine,
    )
}

/// Whether what runs is what is declared, by the same comparison that `drift` makes.
pub(super) fn inventories(ctx: &Context<'_>, projects: &Projects, grade: &Grade) -> Vec<Measured> {
    let mut differences = crate::stacks::drift(ctx, projects).differences;
    differences.extend(crate::guests::drift(ctx));
    let interfaces = crate::interface::all(ctx.lab);
    let subjects = inventoried(ctx.lab).into_keys();
    let measured = subjects.filter_map(|subject| {
        let by_hand = ctx.facts.targets.get(&subject.name);
        let by_hand = by_hand.filter(|_| subject.kind != Kind::Cluster);
        let interface = interfaces.iter().find(|i| i.object == subject);
        let asked = interface.map(|i| ctx.facts.targets.get(&i.key()));
        if by_hand.is_none() && !matches!(asked, Some(Some(_))) {
            return None;
        }
        let mut look = Look::default();
        if let Some(facts) = by_hand {
            answered(&mut look, facts);
            look.whole(facts, FactKind::DockerContainer);
        }
        match asked {
            Some(Some(facts)) => {
                answered(&mut look, facts);
                look.whole(facts, FactKind::PveGuest);
            }
            Some(None) => look.unknown.push("its interface was not asked".to_owned()),
            None => {}
        }
        if untold(ctx.lab, &subject) {
            let why = "nothing tells which guests run there: no interface of it, or of its cluster, is declared ('api')";
            look.unknown.push(why.to_owned());
        }
        let of = |how: How| {
            let all = differences.iter();
            let mine = all.filter(|d| d.target == subject && d.how == how);
            let names: Vec<String> = mine.map(|d| d.path.to_string()).collect();
            names
        };
        look.count("missing", of(How::Missing));
        look.count("undeclared", of(How::Undeclared));
        look.count("different", of(How::Differs));
        look.unknown.extend(of(How::Unknown));
        let inputs = inventory_inputs(ctx.lab, &subject, projects);
        let fine = "the containers and guests that are declared, and no others";
        Some(look.measured(inventory_id(&subject), subject, grade, inputs, fine))
    });
    measured.collect()
}

/// Guests are declared on a host, and no interface tells of them.
fn untold(lab: &Lab, subject: &ObjectRef) -> bool {
    let clusters = lab.clusters.iter().filter(|(_, cluster)| {
        let mut members = cluster.members.iter();
        members.any(|m| m.value.kind() == subject.kind && m.value.name() == subject.name)
    });
    let clusters: Vec<&String> = clusters.map(|(name, _)| name).collect();
    let here = |on: &ObjectRef| {
        let of_cluster = on.kind == Kind::Cluster && clusters.contains(&&on.name);
        on == subject || of_cluster
    };
    let mut guests = lab.guests.values();
    let some = guests.any(|g| g.on.known().is_some_and(|on| here(&on.0.object)));
    let told =
        |i: &Interface<'_>| i.object == *subject || i.members.contains(subject.name.as_str());
    some && subject.kind == Kind::Host && !crate::interface::all(lab).iter().any(told)
}

fn answered(look: &mut Look, facts: &TargetFacts) {
    if facts.identity.is_none() {
        let why = facts.errors.first().map_or("no answer", String::as_str);
        look.unknown.push(format!("it did not answer: {why}"));
    }
}
