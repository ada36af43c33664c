//! What the device is, and what it is made of.

use super::agent::Agent;
use super::driver::Found;
use super::error::SnmpError;
use super::mib;
use super::text::{Id, id, number, text};
use async_snmp::Value as Told;
use model::fact::FactKind;
use model::value::Value;
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::Device;
/// A chassis, as ENTITY-MIB counts classes.
const CHASSIS: i64 = 3;
/// Units of a stack that are kept.
const MOST: usize = 64;

/// Name, description, chassis, and how many hardware addresses it has learned.
pub(super) fn read(agent: &mut Agent, found: &mut Found) -> Result<(), SnmpError> {
    let asked = [
        mib::SYS_NAME,
        mib::SYS_DESCR,
        mib::SYS_OBJECT_ID,
        mib::SYS_UPTIME,
    ];
    let told = agent.scalars(&asked)?;
    let of = |n: usize| told.get(n).and_then(Option::as_ref);
    let uptime = of(3).and_then(number).map(|hundredths| hundredths / 100);
    let object = of(2).and_then(Told::as_oid).map(ToString::to_string);
    let fields = [
        ("name", of(0).and_then(text).map(Value::from)),
        ("description", of(1).and_then(text).map(Value::from)),
        ("object_id", object.map(Value::from)),
        ("uptime", uptime.map(Value::Int)),
    ];
    found.add(KIND, "system", known(fields), "SNMPv2-MIB system");
    if of(0).is_none() && of(1).is_none() {
        let why = "its view hides its name and description".to_owned();
        found.partial(KIND, why);
        return Ok(());
    }
    chassis(agent, found)?;
    lldp(agent, found)?;
    let macs = macs(agent)?;
    found.add(
        KIND,
        "bridge",
        known([("macs", macs.map(Value::Int))]),
        "BRIDGE-MIB",
    );
    found.whole(KIND, "SNMP, system");
    Ok(())
}

fn chassis(agent: &mut Agent, found: &mut Found) -> Result<(), SnmpError> {
    let classes = agent.column(mib::ENTITY_CLASS)?;
    let units = classes.iter().filter(|(_, c)| number(c) == Some(CHASSIS));
    let units: Vec<&[u32]> = units.map(|(at, _)| at.as_slice()).take(MOST).collect();
    let units: Vec<u32> = units.iter().filter_map(|at| at.first().copied()).collect();
    for unit in units {
        let columns: Vec<Vec<u32>> = mib::ENTITY
            .iter()
            .map(|(_, column)| [column, [unit].as_slice()].concat())
            .collect();
        let columns: Vec<&[u32]> = columns.iter().map(Vec::as_slice).collect();
        let told = agent.scalars(&columns)?;
        let fields = mib::ENTITY.iter().zip(told);
        let fields = fields.map(|((name, _), v)| (*name, v.as_ref().and_then(text)));
        let fields = fields.map(|(name, v)| (name, v.map(Value::from)));
        let key = format!("chassis/{unit}");
        found.add(KIND, &key, known(fields), "ENTITY-MIB entPhysicalTable");
    }
    Ok(())
}

fn lldp(agent: &mut Agent, found: &mut Found) -> Result<(), SnmpError> {
    let told = agent.scalars(&[mib::LLDP_CHASSIS_KIND, mib::LLDP_CHASSIS, mib::LLDP_NAME])?;
    let of = |n: usize| told.get(n).and_then(Option::as_ref);
    let chassis = of(1).and_then(|v| id(Id::Chassis, of(0), v));
    let fields = [
        ("chassis", chassis.map(Value::from)),
        ("name", of(2).and_then(text).map(Value::from)),
    ];
    found.add(KIND, "lldp", known(fields), "LLDP-MIB lldpLocalSystemData");
    Ok(())
}

/// As the device counts them, or by counting where it does not.
fn macs(agent: &mut Agent) -> Result<Option<i64>, SnmpError> {
    let counts = agent.column(mib::VLAN_MACS)?;
    if !counts.is_empty() {
        let counts = counts.iter().filter_map(|(_, v)| number(v));
        return Ok(Some(counts.fold(0, i64::saturating_add)));
    }
    let rows = agent.column(mib::BRIDGE_MACS)?;
    Ok(i64::try_from(rows.len()).ok().filter(|n| *n > 0))
}

/// Without what was not told.
fn known<'f>(
    fields: impl IntoIterator<Item = (&'f str, Option<Value>)>,
) -> BTreeMap<String, Value> {
    let fields = fields.into_iter();
    fields
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}
