//! Ports, interfaces and the cables between them.

use diag::Span;
use model::declare::{Given, OptExt};
use model::id::{Kind, ObjectRef};
use model::lab::Lab;
use model::lab::device::{Cable, Device, DeviceKind};
use model::units::size::Rate;
use std::collections::BTreeSet;

/// One end of a cable.
pub struct Plug<'a> {
    /// The machine or device.
    pub owner: ObjectRef,
    /// The port or interface.
    pub part: String,
    /// Its speed.
    pub speed: Option<&'a Given<Rate>>,
    /// The network of its untagged frames.
    pub network: Option<&'a str>,
    /// Networks of its tagged frames.
    pub tagged: BTreeSet<&'a str>,
    /// Where the cable says so.
    pub span: Span,
}

impl Plug<'_> {
    /// `sw1/3`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.owner.name, self.part)
    }

    /// Its speed, if it is known.
    pub fn rate(&self) -> Option<Rate> {
        self.speed.and_then(Given::value).copied()
    }
}

/// Both ends of a cable.
pub fn plugs<'a>(lab: &'a Lab, cable: &'a Cable) -> Option<[Plug<'a>; 2]> {
    let end = |given: &'a model::declare::Need<
        model::declare::Ref<{ model::declare::set::PORT | model::declare::set::NIC }>,
    >| {
        let given = given.as_ref()?;
        let at = given.value()?;
        let part = at.part()?;
        let (speed, network, tagged) = match at.kind() {
            Kind::Host => {
                let hardware = lab.hosts.get(at.name())?.about.hardware.as_ref()?;
                let nic = hardware.nics.iter().find(|(n, _)| n.0 == part)?;
                (&nic.1.speed, &nic.1.network, &nic.1.tagged)
            }
            _ => {
                let port = lab
                    .devices
                    .get(at.name())?
                    .ports
                    .iter()
                    .find(|(n, _)| n.0 == part)?;
                (&port.1.speed, &port.1.network, &port.1.tagged)
            }
        };
        Some(Plug {
            owner: at.0.object.clone(),
            part: part.to_owned(),
            speed: speed.as_deref(),
            network: network.known().map(|n| n.name()),
            tagged: tagged.iter().map(|n| n.value.name()).collect(),
            span: given.span,
        })
    };
    Some([end(&cable.from)?, end(&cable.to)?])
}

/// It passes traffic on between its ports.
pub fn switches(device: &Device) -> bool {
    match device.kind.known() {
        Some(DeviceKind::Switch) => !device.ports.is_empty(),
        Some(
            DeviceKind::Router
            | DeviceKind::Gateway
            | DeviceKind::AccessPoint
            | DeviceKind::Firewall,
        ) => device.ports.len() > 2,
        _ => false,
    }
}

/// The fastest port of a device.
pub fn fastest(device: &Device) -> Option<Rate> {
    let speeds = device
        .ports
        .values()
        .filter_map(|p| p.speed.known().copied());
    speeds.max_by_key(|s| s.bits_per_second())
}

/// The site of something, or the only one that there is.
pub fn site<'a>(lab: &'a Lab, object: &ObjectRef) -> Option<&'a str> {
    let name = object.name.as_str();
    let said = match object.kind {
        Kind::Host => lab.hosts.get(name)?.site.known().map(String::as_str),
        Kind::Device => lab.devices.get(name)?.site.known().map(|s| s.name()),
        _ => None,
    };
    let mut all = lab.sites.keys().map(String::as_str);
    said.or_else(|| all.next().filter(|_| lab.sites.len() == 1))
}
