//! Who is at the other end of each port, by LLDP.

use super::agent::Agent;
use super::driver::Found;
use super::error::SnmpError;
use super::mib;
use super::ports::{Ports, column};
use super::text::{Id, id, number, text};
use async_snmp::Value as Told;
use model::fact::FactKind;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

const KIND: FactKind = FactKind::DeviceNeighbour;

/// A time, the number of the own port, and a number.
type At = (u32, u32, u32);

/// All neighbours.
pub(super) fn read(agent: &mut Agent, ports: &Ports, found: &mut Found) -> Result<(), SnmpError> {
    let own = Own {
        kind: column(agent, mib::LLDP_PORT_KIND)?,
        id: column(agent, mib::LLDP_PORT)?,
        text: column(agent, mib::LLDP_PORT_TEXT)?,
        ports,
    };
    let before = count(agent)?;
    let mut of = |oid: &[u32]| remote(agent, oid);
    let chassis_kind = of(mib::LLDP_REMOTE_CHASSIS_KIND)?;
    let chassis = of(mib::LLDP_REMOTE_CHASSIS)?;
    let port_kind = of(mib::LLDP_REMOTE_PORT_KIND)?;
    let port = of(mib::LLDP_REMOTE_PORT)?;
    let port_text = of(mib::LLDP_REMOTE_PORT_TEXT)?;
    let name = of(mib::LLDP_REMOTE_NAME)?;
    let tables = [
        &chassis_kind,
        &chassis,
        &port_kind,
        &port,
        &port_text,
        &name,
    ];
    let all: BTreeSet<&At> = tables.iter().flat_map(|t| t.keys()).collect();
    for at in &all {
        let local = own.name(at.1);
        let chassis = chassis.get(at);
        let chassis = chassis.and_then(|v| id(Id::Chassis, chassis_kind.get(at), v));
        let port = port.get(at);
        let port = port.and_then(|v| id(Id::Port, port_kind.get(at), v));
        let said = |v: &Option<String>| v.clone().unwrap_or_else(|| "?".to_owned());
        let key = format!("{local}/{}/{}", said(&chassis), said(&port));
        let fields = [
            ("local", Some(local)),
            ("chassis", chassis),
            ("port", port),
            ("port_description", port_text.get(at).and_then(text)),
            ("name", name.get(at).and_then(text)),
        ];
        let fields = fields.into_iter();
        let fields = fields.filter_map(|(f, v)| Some((f.to_owned(), Value::from(v?))));
        found.add(KIND, &key, fields.collect(), "LLDP-MIB lldpRemTable");
    }
    let after = count(agent)?;
    match whole(before, after, all.len()) {
        Ok(()) => found.whole(KIND, "SNMP, LLDP-MIB"),
        Err(why) => found.partial(KIND, why),
    }
    Ok(())
}

/// A table that is hidden looks like one that is empty. The agent says elsewhere how many neighbours it has learned of and forgotten.
fn whole(before: Option<i64>, after: Option<i64>, rows: usize) -> Result<(), String> {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    match (before, after) {
        (Some(before), Some(after)) if before != after && rows < before.max(after) => {
            Err("its neighbours changed while they were read".to_owned())
        }
        (Some(expected), Some(_)) if rows < expected => Err(format!(
            "it knows {expected} neighbours by its own count (lldpStatsRemTables), and its view shows {rows}"
        )),
        (Some(_), Some(_)) => Ok(()),
        _ => Err("it does not tell of neighbours (LLDP-MIB), or its view hides them".to_owned()),
    }
}

fn count(agent: &mut Agent) -> Result<Option<i64>, SnmpError> {
    let told = agent.scalars(&[mib::LLDP_INSERTS, mib::LLDP_DELETES])?;
    let mut told = told.iter().map(|v| v.as_ref().and_then(number));
    let (inserts, deletes) = (told.next().flatten(), told.next().flatten());
    Ok(inserts.zip(deletes).map(|(i, d)| i.saturating_sub(d)))
}

fn remote(agent: &mut Agent, oid: &[u32]) -> Result<BTreeMap<At, Told>, SnmpError> {
    let rows = agent.column(oid)?.into_iter();
    let rows = rows.filter_map(|(index, value)| match index.as_slice() {
        [time, local, number] => Some(((*time, *local, *number), value)),
        _ => None,
    });
    Ok(rows.collect())
}

/// What LLDP calls the device's own ports.
struct Own<'p> {
    kind: BTreeMap<u32, Told>,
    id: BTreeMap<u32, Told>,
    text: BTreeMap<u32, Told>,
    ports: &'p Ports,
}

impl Own<'_> {
    /// The interface behind a number of LLDP, which is neither its index nor the bridge's number in all devices.
    fn name(&self, number: u32) -> String {
        let told = self.id.get(&number);
        let own = told.and_then(|v| id(Id::Port, self.kind.get(&number), v));
        let described = self.text.get(&number).and_then(text);
        let names = [own.as_deref(), described.as_deref()];
        let found = names.iter().flatten().find_map(|n| self.ports.called(n));
        match (found, own, described) {
            (Some(name), ..) => name.to_owned(),
            (None, Some(name), _) | (None, None, Some(name)) => name,
            (None, None, None) => format!("LLDP port {number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn an_empty_table_is_believed_only_if_the_counts_say_the_same() {
        assert!(whole(Some(0), Some(0), 0).is_ok());
        assert!(whole(Some(2), Some(2), 2).is_ok());
        // Some agents count wrong; what is shown is there.
        assert!(whole(Some(0), Some(0), 3).is_ok());
        for (before, after, rows) in [
            (None, None, 0),
            (Some(1), Some(1), 0),
            (Some(1), Some(2), 1),
            (Some(2), Some(1), 1),
            (Some(0), None, 0),
        ] {
            assert!(whole(before, after, rows).is_err(), "{before:?} {after:?}");
        }
    }
}
