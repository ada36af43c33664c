//! The VLANs of a bridge, and which ports are in them.

use super::agent::Agent;
use super::driver::Found;
use super::error::SnmpError;
use super::mib;
use super::ports::{Ports, column};
use super::text::{number, text};
use async_snmp::Value as Told;
use model::fact::FactKind;
use model::value::Value;
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::DeviceVlan;

/// All VLANs.
pub(super) fn read(agent: &mut Agent, ports: &Ports, found: &mut Found) -> Result<(), SnmpError> {
    let count = agent.scalars(&[mib::VLAN_COUNT])?;
    let count = count.into_iter().flatten().next().as_ref().and_then(number);
    let bridge = Bridge {
        interfaces: column(agent, mib::BRIDGE_PORT_INTERFACE)?,
        ports,
    };
    let names = column(agent, mib::VLAN_NAME)?;
    let now = by_vlan(agent, mib::VLAN_NOW_EGRESS)?;
    let (egress, untagged) = match now.is_empty() {
        false => (now, by_vlan(agent, mib::VLAN_NOW_UNTAGGED)?),
        true => (
            column(agent, mib::VLAN_EGRESS)?,
            column(agent, mib::VLAN_UNTAGGED)?,
        ),
    };
    let mut pvids: BTreeMap<u32, Vec<Value>> = BTreeMap::new();
    for (port, told) in column(agent, mib::PORT_VLAN)? {
        if let Some(vlan) = number(&told).and_then(|n| u32::try_from(n).ok()) {
            pvids
                .entry(vlan)
                .or_default()
                .push(bridge.name(port).into());
        }
    }
    let mut all: Vec<u32> = [&names, &egress]
        .iter()
        .flat_map(|c| c.keys())
        .copied()
        .collect();
    all.sort_unstable();
    all.dedup();
    for vlan in &all {
        let bare = untagged.get(vlan).map(members).unwrap_or_default();
        let out = egress.get(vlan).map(members).unwrap_or_default();
        let list = |ports: &mut dyn Iterator<Item = &u32>| {
            Value::List(ports.map(|p| bridge.name(*p).into()).collect())
        };
        let mut fields = BTreeMap::from([
            (
                "untagged".to_owned(),
                list(&mut out.iter().filter(|p| bare.contains(p))),
            ),
            (
                "tagged".to_owned(),
                list(&mut out.iter().filter(|p| !bare.contains(p))),
            ),
            (
                "pvid".to_owned(),
                Value::List(pvids.remove(vlan).unwrap_or_default()),
            ),
        ]);
        let name = names.get(vlan).and_then(text);
        fields.extend(name.map(|n| ("name".to_owned(), n.into())));
        found.add(KIND, &vlan.to_string(), fields, "Q-BRIDGE-MIB");
    }
    match count.and_then(|n| usize::try_from(n).ok()) {
        Some(count) if all.len() >= count => found.whole(KIND, "SNMP, Q-BRIDGE-MIB"),
        Some(count) => {
            let shown = all.len();
            found.partial(
                KIND,
                format!("it has {count} VLANs, and its view shows {shown}"),
            );
        }
        None => {
            let why = "it does not tell of VLANs (Q-BRIDGE-MIB), or its view hides them";
            found.partial(KIND, why.to_owned());
        }
    }
    Ok(())
}

/// How a bridge calls its ports.
struct Bridge<'p> {
    interfaces: BTreeMap<u32, Told>,
    ports: &'p Ports,
}

impl Bridge<'_> {
    /// The interface of a port that the bridge has a number for.
    fn name(&self, port: u32) -> String {
        let index = self.interfaces.get(&port).and_then(number);
        let index = index.and_then(|i| u32::try_from(i).ok());
        let name = index.and_then(|i| self.ports.names.get(&i));
        name.cloned()
            .unwrap_or_else(|| format!("bridge port {port}"))
    }
}

/// The current table has a time before the number of the VLAN.
fn by_vlan(agent: &mut Agent, oid: &[u32]) -> Result<BTreeMap<u32, Told>, SnmpError> {
    let rows = agent.column(oid)?.into_iter();
    let rows = rows.filter_map(|(index, value)| match index.as_slice() {
        [_, vlan] => Some((*vlan, value)),
        _ => None,
    });
    Ok(rows.collect())
}

/// A bit for each port of the bridge, the first one in the highest place.
fn members(list: &Told) -> Vec<u32> {
    let bytes = list.as_bytes().unwrap_or_default();
    let bits = (1..).zip(
        bytes
            .iter()
            .flat_map(|byte| (0..8).map(move |n| byte & (0x80 >> n) != 0)),
    );
    bits.filter(|(_, set)| *set)
        .map(|(port, _)| port)
        .take(4096)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bit_is_the_first_port() {
        let list = |bytes: &'static [u8]| Told::OctetString(bytes.into());
        assert_eq!(members(&list(&[0xc0, 0x01])), [1, 2, 16]);
        assert_eq!(members(&list(&[])), [0_u32; 0]);
        assert_eq!(members(&Told::Integer(3)), [0_u32; 0]);
    }
}
