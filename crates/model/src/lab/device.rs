//! Hardware that is no host: switches and phones, cables, UPSs.

use super::hardware::Draw;
use super::nut::NutUps;
use super::openwrt::OpenWrt;
use super::service::Status;
use super::snmp::Snmp;
use crate::declare::{Given, Need, Opt, Ref, entity, set, words};
use crate::units::duration::Duration;
use crate::units::net::{Address, Mac};
use crate::units::percent::Share;
use crate::units::physics::{Apparent, Energy, Power};
use crate::units::size::Rate;
use crate::units::text::{Name, Prose};
use diag::Spanned;
use litemap::LiteMap;

words! {
    /// Kinds of devices.
    pub enum DeviceKind("device-kind", "a kind of device") {
        /// Network switch.
        Switch = "switch",
        /// Router.
        Router = "router",
        /// Radio access point.
        AccessPoint = "access-point",
        /// Modem.
        Modem = "modem",
        /// Bridge to another kind of network.
        Gateway = "gateway",
        /// Firewall appliance.
        Firewall = "firewall",
        /// Power distribution unit.
        Pdu = "pdu",
        /// Keyboard, video and mouse over the network.
        Kvm = "kvm",
        /// Storage appliance that is no host.
        Nas = "nas",
        /// Telephone.
        Phone = "phone",
        /// Printer.
        Printer = "printer",
        /// Camera.
        Camera = "camera",
        /// Sensor or actuator.
        Sensor = "sensor",
        /// A person's machine.
        Client = "client",
        /// Television.
        Tv = "tv",
        /// Something else.
        Other = "other",
    }
}

entity! {
    /// A port of a switch or other device.
    pub struct Port or speed {
        /// Its speed.
        speed: Opt<Rate> where above_zero,
        /// Feeds what is plugged in.
        poe: Opt<bool>,
        /// The network of its untagged frames.
        network: Opt<Ref<{ set::NETWORK }>>,
        /// Networks of tagged frames.
        tagged: Vec<Spanned<Ref<{ set::NETWORK }>>>,
        /// What the device itself calls it, `GigabitEthernet1/0/3`, where that does not end in the port's number.
        interface: Opt<String>,
        /// What it is for.
        purpose: Opt<Prose>,
    }

    /// Hardware on the network that is no host.
    pub struct Device {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// What it is.
        kind: Need<DeviceKind>,
        /// Where it stands.
        site: Opt<Ref<{ set::SITE }>>,
        /// What it is for.
        description: Opt<Prose>,
        /// Whether it is there; if nothing is said, it is. What is planned or retired counts for nothing, and keeps its addresses and its place.
        status: Opt<Status>,
        /// Model.
        model: Opt<String>,
        /// Serial number.
        serial: Opt<String>,
        /// Ports; number them as printed on the device.
        ports: LiteMap<Name, Port>,
        /// Address per network.
        addresses: LiteMap<Ref<{ set::NETWORK }>, Given<Address>>,
        /// Hardware address.
        mac: Opt<Mac>,
        /// Version of its firmware.
        firmware: Opt<String>,
        /// How it is asked by SNMP. Nothing is changed there.
        snmp: Option<Snmp>,
        /// How it is asked, if it is an OpenWrt router; its SNMP agent is then not asked. Nothing is changed there.
        openwrt: Option<OpenWrt>,
        /// What it draws.
        power: Option<Draw>,
        /// Can be configured.
        managed: Opt<bool>,
        /// The share of time that it works, by what is known of it.
        availability: Opt<Share>,
        /// It translates addresses of the networks behind it.
        nat: Opt<bool>,
        /// The line of electricity it hangs on: where no UPS feeds it, or by a second supply beside one.
        feed: Opt<Ref<{ set::FEED }>>,
        /// The rack it stands in.
        rack: Opt<Name>,
        /// The height unit of the rack.
        unit: Opt<u32>,
    }

    /// A cable between two ports or interfaces.
    pub struct Cable {
        /// One end: `device/port` or `host/nic`.
        from: Need<Ref<{ set::PORT | set::NIC }>>,
        /// The other end.
        to: Need<Ref<{ set::PORT | set::NIC }>>,
        /// What is written on it.
        label: Opt<String>,
        /// Its length, `2m`.
        length: Opt<String>,
        /// `Cat6a`, `DAC`, `OM4`.
        category: Opt<String>,
    }

    /// Uninterruptible power supply.
    pub struct Ups {
        /// The name it had before.
        was: Option<Spanned<Name>>,
        /// Where it stands.
        site: Opt<Ref<{ set::SITE }>>,
        /// Model.
        model: Opt<String>,
        /// Serial number.
        serial: Opt<String>,
        /// Real power it can give.
        power: Opt<Power> where above_zero,
        /// Apparent power it is sold by.
        rating: Opt<Apparent>,
        /// What its battery holds.
        energy: Opt<Energy> where above_zero,
        /// How long it has to last at the load that it has, so that everything on it can shut down.
        runtime: Opt<Duration>,
        /// What hangs on it.
        feeds: Vec<Spanned<Ref<{ set::HOST | set::DEVICE }>>>,
        /// The host that is told when the power fails.
        watched_by: Opt<Ref<{ set::MACHINE }>>,
        /// Where Network UPS Tools tells of it, as for upsc: `ups1@192.168.10.5`. Nothing is sent there but questions, and no login.
        nut: Opt<NutUps>,
        /// The line of electricity it hangs on.
        feed: Opt<Ref<{ set::FEED }>>,
        /// What it is for.
        description: Opt<Prose>,
    }
}
