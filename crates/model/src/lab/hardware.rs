//! Hosts as hardware: down to disks, slots and watts.

use super::api::Api;
use super::service::{RebuildNeed, Status};
use super::storage::Encryption;
use super::tailnet::TailnetNode;
use super::truenas::TrueNas;
use super::tunnel::WireGuard;
use crate::declare::{Opt, Ref, entity, set, words};
use crate::units::money::Cost;
use crate::units::net::Mac;
use crate::units::percent::Share;
use crate::units::physics::{Frequency, Power, Temperature};
use crate::units::size::{Rate, Size};
use crate::units::text::{AbsolutePath, Name, Prose};
use diag::Spanned;
use jiff::civil::Date;
use litemap::LiteMap;

words! {
    /// Kinds of hosts.
    pub enum HostKind("host-kind", "a kind of host") {
        /// Server, also if it was sold as something else.
        Server = "server",
        /// Desktop machine.
        Workstation = "workstation",
        /// Storage appliance.
        Nas = "nas",
        /// Rented machine.
        Vps = "vps",
        /// Router that runs a general system.
        Router = "router",
        /// Laptop.
        Laptop = "laptop",
        /// Closed product.
        Appliance = "appliance",
    }

    /// Kinds of disks.
    pub enum DiskKind("disk-kind", "a kind of disk") {
        /// Flash on PCIe.
        Nvme = "nvme",
        /// Flash on SATA or SAS.
        Ssd = "ssd",
        /// Spinning.
        Hdd = "hdd",
        /// Outside, by USB.
        Usb = "usb",
        /// Memory card.
        Sd = "sd",
        /// 3D XPoint.
        Optane = "optane",
    }

    /// Kinds of network interfaces.
    pub enum NicKind("nic-kind", "a kind of network interface") {
        /// Copper or fibre.
        Ethernet = "ethernet",
        /// Radio.
        Wifi = "wifi",
        /// USB adapter.
        Usb = "usb",
        /// Management controller.
        Bmc = "bmc",
        /// Thunderbolt.
        Thunderbolt = "thunderbolt",
    }

    /// How an encrypted host starts without a person.
    pub enum UnattendedBoot("unattended-boot", "a way to start unattended") {
        /// The key is sealed in a TPM.
        Tpm = "tpm",
        /// The key is had from a server on the network.
        Tang = "tang",
        /// It does not: somebody types the passphrase.
        Person = "person",
        /// There is nothing to unlock.
        None = "none",
    }
}

entity! {
    /// Processors.
    pub struct Cpu or model {
        /// Model, `i5-8500`.
        model: Opt<String>,
        /// Cores of all sockets together.
        cores: Opt<u32> where above_zero,
        /// Threads of all sockets together.
        threads: Opt<u32> where above_zero,
        /// Sockets.
        sockets: Opt<u32> where above_zero,
        /// Base frequency.
        frequency: Opt<Frequency> where above_zero,
        /// Heat it is built for.
        tdp: Opt<Power>,
        /// `x86-64-v3`, `arm64`.
        architecture: Opt<Name>,
    }

    /// A motherboard.
    pub struct Motherboard or model {
        /// Model.
        model: Opt<String>,
        /// Serial number.
        serial: Opt<String>,
        /// Form factor, `ATX`.
        form: Opt<String>,
        /// Chip set.
        chipset: Opt<String>,
    }

    /// What starts a host before its operating system does: BIOS or UEFI.
    pub struct Firmware or version {
        /// Version.
        version: Opt<String>,
        /// When that version was made.
        date: Opt<Date>,
        /// Settings that differ from those it is sold with, and that a rebuild needs: `VT-d on`.
        settings: Vec<Spanned<Prose>>,
    }

    /// A memory module.
    pub struct MemoryModule or size {
        /// Its size.
        size: Opt<Size> where above_zero,
        /// Its speed.
        speed: Opt<Frequency>,
        /// Corrects errors.
        ecc: Opt<bool>,
        /// The slot it is in.
        slot: Opt<Name>,
    }

    /// A disk.
    pub struct Disk or size {
        /// Its size, as on its label.
        size: Opt<Size> where above_zero,
        /// What it is.
        kind: Opt<DiskKind>,
        /// Model.
        model: Opt<String>,
        /// Serial number.
        serial: Opt<String>,
        /// Version of its firmware.
        firmware: Opt<String>,
        /// Its path below `/dev/disk/by-id`.
        by_id: Opt<AbsolutePath>,
        /// The bay or slot it is in.
        slot: Opt<Name>,
        /// One unreadable sector per ten to the power of this many bits read, from its data sheet: `15`.
        ure: Opt<u32>,
        /// What it is for.
        purpose: Opt<Prose>,
    }

    /// A network interface.
    pub struct Nic or speed {
        /// Its speed.
        speed: Opt<Rate> where above_zero,
        /// Hardware address.
        mac: Opt<Mac>,
        /// What it is.
        kind: Opt<NicKind>,
        /// The network of its untagged frames.
        network: Opt<Ref<{ set::NETWORK }>>,
        /// Networks of tagged frames.
        tagged: Vec<Spanned<Ref<{ set::NETWORK }>>>,
    }

    /// A graphics or computing card.
    pub struct Gpu or model {
        /// Model.
        model: Opt<String>,
        /// Its memory.
        memory: Opt<Size>,
        /// What it is for.
        purpose: Opt<Prose>,
    }

    /// A power supply.
    pub struct Psu or power {
        /// What it can give.
        power: Opt<Power> where above_zero,
        /// Efficiency class.
        rating: Opt<String>,
        /// How many of them.
        count: Opt<u32>,
    }

    /// What a host is made of.
    pub struct Hardware {
        /// Model.
        model: Opt<String>,
        /// Serial number.
        serial: Opt<String>,
        /// Form factor, `1U`, `SFF`.
        form: Opt<String>,
        /// Motherboard.
        motherboard: Option<Motherboard>,
        /// BIOS or UEFI.
        firmware: Option<Firmware>,
        /// Processors.
        cpu: Option<Cpu>,
        /// Memory in all.
        memory: Opt<Size> where above_zero,
        /// Its modules.
        memory_modules: Vec<MemoryModule>,
        /// Memory slots, used or not.
        memory_slots: Opt<u32>,
        /// Most memory it takes.
        memory_max: Opt<Size> where above_zero,
        /// Disks by label.
        disks: LiteMap<Name, Disk>,
        /// Network interfaces.
        nics: LiteMap<Name, Nic>,
        /// Graphics and computing cards.
        gpus: LiteMap<Name, Gpu>,
        /// Disk bays, used or not.
        bays: Opt<u32>,
        /// SATA ports, used or not.
        sata_ports: Opt<u32>,
        /// M.2 slots, used or not.
        m2_slots: Opt<u32>,
        /// PCIe slots, used or not.
        pcie_slots: Opt<u32>,
        /// Power supply.
        psu: Option<Psu>,
    }

    /// Electricity that something draws.
    pub struct Draw or average {
        /// Doing nothing.
        idle: Opt<Power>,
        /// Doing all it can.
        load: Opt<Power>,
        /// On average.
        average: Opt<Power>,
    }

    /// How warm it gets.
    pub struct Warmth or load {
        /// Doing nothing.
        idle: Opt<Temperature>,
        /// Doing all it can.
        load: Opt<Temperature>,
    }

    /// What is said of a host beyond how it is managed.
    pub struct HostAbout {
        /// What it is for.
        description: Opt<Prose>,
        /// Whether it is there; if nothing is said, it is. What is planned or retired counts for nothing, and keeps its addresses and its place.
        status: Opt<Status>,
        /// What it is.
        kind: Opt<HostKind>,
        /// What it does.
        roles: Vec<Spanned<Name>>,
        /// What it is made of.
        hardware: Option<Hardware>,
        /// What it draws.
        power: Option<Draw>,
        /// How warm it gets.
        temperature: Option<Warmth>,
        /// Version of its operating system.
        version: Opt<String>,
        /// Who rents it out.
        provider: Opt<String>,
        /// What it costs to rent.
        cost: Opt<Cost>,
        /// Encryption at rest.
        encryption: Opt<Encryption>,
        /// How it starts without a person, if it is encrypted.
        unattended_boot: Opt<UnattendedBoot>,
        /// The line of electricity it hangs on: where no UPS feeds it, or by a second supply beside one.
        feed: Opt<Ref<{ set::FEED }>>,
        /// The rack it stands in.
        rack: Opt<Name>,
        /// The height unit of the rack.
        unit: Opt<u32>,
        /// The interface of the product that it runs, where it belongs to no cluster.
        api: Option<Api>,
        /// How it is asked, if it is a TrueNAS appliance. Nothing is changed there.
        truenas: Option<TrueNas>,
        /// Not always on, and no fault if it is off.
        on_demand: Opt<bool>,
        /// Memory that guests and services may take of it.
        allocatable: Opt<Size>,
        /// What must be there to set it up anew.
        rebuild_needs: Vec<Spanned<RebuildNeed>>,
        /// The share of time that it works, by what is known of it.
        availability: Opt<Share>,
        /// It translates addresses of the networks behind it.
        nat: Opt<bool>,
        /// Its WireGuard interfaces.
        wireguard: LiteMap<Name, WireGuard>,
        /// It as a node of a tailnet.
        tailscale: Option<TailnetNode>,
    }
}
