//! Where things are, by the numbers of the MIBs: SNMPv2-MIB (RFC 3418), IF-MIB (RFC 2863), BRIDGE-MIB (RFC 4188), Q-BRIDGE-MIB (RFC 4363),
//! ENTITY-MIB (RFC 6933) and LLDP-MIB (IEEE 802.1AB-2005).

pub(super) const SYS_DESCR: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 1, 0];
pub(super) const SYS_OBJECT_ID: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 2, 0];
/// Hundredths of a second.
pub(super) const SYS_UPTIME: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 3, 0];
pub(super) const SYS_NAME: &[u32] = &[1, 3, 6, 1, 2, 1, 1, 5, 0];

pub(super) const IF_NUMBER: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 1, 0];
pub(super) const IF_DESCR: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 2];
pub(super) const IF_TYPE: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 3];
/// Bits a second, as far as 32 bits go.
pub(super) const IF_SPEED: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 5];
pub(super) const IF_PHYS_ADDRESS: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 6];
pub(super) const IF_ADMIN: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 7];
pub(super) const IF_OPER: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 8];
pub(super) const IF_IN_DISCARDS: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 13];
pub(super) const IF_IN_ERRORS: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 14];
pub(super) const IF_OUT_DISCARDS: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 19];
pub(super) const IF_OUT_ERRORS: &[u32] = &[1, 3, 6, 1, 2, 1, 2, 2, 1, 20];
pub(super) const IF_NAME: &[u32] = &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1];
pub(super) const IF_HC_IN_PACKETS: &[u32] = &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 7];
/// Millions of bits a second.
pub(super) const IF_HIGH_SPEED: &[u32] = &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 15];
pub(super) const IF_ALIAS: &[u32] = &[1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18];

/// The interface of each port of the bridge, which it counts from one by itself.
pub(super) const BRIDGE_PORT_INTERFACE: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2];
/// The port at which each hardware address was learned.
pub(super) const BRIDGE_MACS: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 4, 3, 1, 2];
/// How many VLANs there are.
pub(super) const VLAN_COUNT: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 7, 1, 1, 4, 0];
/// How many hardware addresses each table has learned.
pub(super) const VLAN_MACS: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 7, 1, 2, 1, 1, 2];
/// Of a VLAN as it is now; the index has a time in front of its number.
pub(super) const VLAN_NOW_EGRESS: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 2, 1, 4];
pub(super) const VLAN_NOW_UNTAGGED: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 2, 1, 5];
/// Of a VLAN as it was set.
pub(super) const VLAN_NAME: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 1];
pub(super) const VLAN_EGRESS: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 2];
pub(super) const VLAN_UNTAGGED: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 3, 1, 4];
/// The VLAN of each port's untagged frames.
pub(super) const PORT_VLAN: &[u32] = &[1, 3, 6, 1, 2, 1, 17, 7, 1, 4, 5, 1, 1];

pub(super) const ENTITY_CLASS: &[u32] = &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 5];
/// Columns of the same table, with what they are called here.
pub(super) const ENTITY: &[(&str, &[u32])] = &[
    ("hardware", &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 8]),
    ("firmware", &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 9]),
    ("software", &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 10]),
    ("serial", &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 11]),
    ("maker", &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 12]),
    ("model", &[1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 13]),
];

/// How many neighbours it has learned of.
pub(super) const LLDP_INSERTS: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 2, 2, 0];
/// How many of them it has forgotten.
pub(super) const LLDP_DELETES: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 2, 3, 0];
pub(super) const LLDP_CHASSIS_KIND: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 3, 1, 0];
pub(super) const LLDP_CHASSIS: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 3, 2, 0];
pub(super) const LLDP_NAME: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 3, 3, 0];
pub(super) const LLDP_PORT_KIND: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 2];
pub(super) const LLDP_PORT: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 3];
pub(super) const LLDP_PORT_TEXT: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 3, 7, 1, 4];
/// Of neighbours; the index is a time, the number of the own port, and a number.
pub(super) const LLDP_REMOTE_CHASSIS_KIND: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 4];
pub(super) const LLDP_REMOTE_CHASSIS: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 5];
pub(super) const LLDP_REMOTE_PORT_KIND: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 6];
pub(super) const LLDP_REMOTE_PORT: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 7];
pub(super) const LLDP_REMOTE_PORT_TEXT: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 8];
pub(super) const LLDP_REMOTE_NAME: &[u32] = &[1, 0, 8802, 1, 1, 2, 1, 4, 1, 1, 9];
