//! The interfaces of a device.

use super::agent::Agent;
use super::driver::Found;
use super::error::SnmpError;
use super::mib;
use super::text::{mac, number, text};
use async_snmp::Value as Told;
use model::fact::FactKind;
use model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

const KIND: FactKind = FactKind::DevicePort;
/// The speed that says that 32 bits are too few for it.
const SPEED_BEYOND: i64 = u32::MAX as i64;

/// The names of interfaces, by their index.
#[derive(Debug, Default)]
pub(super) struct Ports {
    /// Name under which its facts stand.
    pub(super) names: BTreeMap<u32, String>,
    /// What else it goes by: description, alias, hardware address.
    others: BTreeMap<u32, BTreeSet<String>>,
}

impl Ports {
    /// The one interface that goes by this name.
    pub(super) fn called(&self, name: &str) -> Option<&str> {
        if let Some(own) = self.names.values().find(|n| *n == name) {
            return Some(own);
        }
        let mut found = self.others.iter().filter(|(_, all)| all.contains(name));
        let (index, _) = found.next()?;
        match found.next() {
            None => self.names.get(index).map(String::as_str),
            Some(_) => None,
        }
    }
}

/// Columns of numbers that are kept as they are told.
const NUMBERS: &[(&str, &[u32])] = &[
    ("type", mib::IF_TYPE),
    ("in_packets", mib::IF_HC_IN_PACKETS),
    ("in_errors", mib::IF_IN_ERRORS),
    ("in_discards", mib::IF_IN_DISCARDS),
    ("out_errors", mib::IF_OUT_ERRORS),
    ("out_discards", mib::IF_OUT_DISCARDS),
];

/// All interfaces, with their names for who tells of them by number.
pub(super) fn read(agent: &mut Agent, found: &mut Found) -> Result<Ports, SnmpError> {
    let count = agent.scalars(&[mib::IF_NUMBER])?;
    let count = count.into_iter().flatten().next().as_ref().and_then(number);
    let descr = column(agent, mib::IF_DESCR)?;
    let name = column(agent, mib::IF_NAME)?;
    let alias = column(agent, mib::IF_ALIAS)?;
    let macs = column(agent, mib::IF_PHYS_ADDRESS)?;
    let mut fields: BTreeMap<u32, BTreeMap<String, Value>> = BTreeMap::new();
    let mut put = |index: u32, field: &str, value: Option<Value>| {
        let of = fields.entry(index).or_default();
        of.insert("index".to_owned(), Value::Int(i64::from(index)));
        of.extend(value.map(|v| (field.to_owned(), v)));
    };
    for (field, texts) in [("descr", &descr), ("alias", &alias)] {
        for (index, told) in texts {
            put(*index, field, text(told).map(Value::from));
        }
    }
    for (index, told) in &macs {
        put(
            *index,
            "mac",
            told.as_bytes().and_then(mac).map(Value::from),
        );
    }
    for (field, oid) in NUMBERS {
        for (index, told) in column(agent, oid)? {
            put(index, field, number(&told).map(Value::Int));
        }
    }
    for (field, oid) in [("admin", mib::IF_ADMIN), ("oper", mib::IF_OPER)] {
        for (index, told) in column(agent, oid)? {
            put(index, field, number(&told).and_then(state).map(Value::from));
        }
    }
    for (index, speed) in speeds(agent)? {
        put(index, "speed", Some(Value::Int(speed)));
    }
    let ports = named(&fields, &name, &descr);
    let rows = descr.len();
    for (index, value) in fields {
        if let Some(name) = ports.names.get(&index) {
            found.add(KIND, name, value, "IF-MIB");
        }
    }
    match count.and_then(|n| usize::try_from(n).ok()) {
        Some(count) if rows >= count => found.whole(KIND, "SNMP, IF-MIB"),
        Some(count) => {
            let why = format!("it has {count} interfaces, and its view shows {rows}");
            found.partial(KIND, why);
        }
        None => {
            let why = "it does not tell how many interfaces it has (IF-MIB), or its view hides it";
            found.partial(KIND, why.to_owned());
        }
    }
    Ok(ports)
}

/// By name, and by more than the name where several have the same one.
fn named(
    fields: &BTreeMap<u32, BTreeMap<String, Value>>,
    name: &BTreeMap<u32, Told>,
    descr: &BTreeMap<u32, Told>,
) -> Ports {
    let mut ports = Ports::default();
    let mut taken = BTreeSet::new();
    for (index, of) in fields {
        let own = [name, descr]
            .iter()
            .find_map(|c| c.get(index).and_then(text));
        let own = own.unwrap_or_else(|| format!("#{index}"));
        let own = match taken.insert(own.clone()) {
            true => own,
            false => format!("{own}#{index}"),
        };
        ports.names.insert(*index, own);
        let others = ["descr", "alias", "mac"].iter();
        let others = others.filter_map(|f| of.get(*f)?.as_text().map(str::to_owned));
        ports.others.insert(*index, others.collect());
    }
    ports
}

fn speeds(agent: &mut Agent) -> Result<BTreeMap<u32, i64>, SnmpError> {
    let slow = column(agent, mib::IF_SPEED)?.into_iter();
    let slow = slow.filter_map(|(index, v)| Some((index, number(&v)?)));
    let mut speeds: BTreeMap<u32, i64> = slow.filter(|(_, s)| *s != SPEED_BEYOND).collect();
    for (index, millions) in column(agent, mib::IF_HIGH_SPEED)? {
        // A slow interface has no millions.
        if let Some(millions) = number(&millions).filter(|m| *m > 0) {
            speeds.insert(index, millions.saturating_mul(1_000_000));
        }
    }
    Ok(speeds)
}

/// The states of IF-MIB; both columns count them alike.
fn state(number: i64) -> Option<&'static str> {
    Some(match number {
        1 => "up",
        2 => "down",
        3 => "testing",
        4 => "unknown",
        5 => "dormant",
        6 => "not present",
        7 => "lower layer down",
        _ => return None,
    })
}

/// A column of a table with one number as its index.
pub(super) fn column(agent: &mut Agent, oid: &[u32]) -> Result<BTreeMap<u32, Told>, SnmpError> {
    let rows = agent.column(oid)?.into_iter();
    let rows = rows.filter_map(|(index, value)| match index.as_slice() {
        [one] => Some((*one, value)),
        _ => None,
    });
    Ok(rows.collect())
}
