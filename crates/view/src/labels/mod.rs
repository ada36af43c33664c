//! Labels to stick on things: what is written on them, and the sheets that they are printed on.

mod lettering;
mod paper;
mod symbol;

pub use paper::Paper;

use crate::{Cell, Input, Sheet};
use model::declare::{Opt, OptExt as _};
use model::id::{Kind, ObjectRef};
use model::lab::device::Device;
use model::lab::hardware::{Disk, HostKind};
use model::lab::{Host, Lab};
use std::fmt::Display;

/// A label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// What the label is of: `host`, `device`, `ups`, `disk`, `psu` or `cable`.
    pub of: &'static str,
    /// The name, printed large.
    pub title: String,
    /// What is said below it, most important first.
    pub lines: Vec<String>,
    /// What the code says to whoever scans it. It stays the same as long as name and serial number do.
    pub code: String,
}

/// What labels can be of.
pub const KINDS: [&str; 6] = ["host", "device", "ups", "disk", "psu", "cable"];

/// Every label of a lab: machines with their disks and power supplies, devices, UPSs, and both ends of each cable.
pub fn labels(lab: &Lab) -> Vec<Label> {
    let mut out = Vec::new();
    for (name, host) in lab.hosts.iter().filter(|(_, h)| is_at_hand(h)) {
        of_host(lab, name, host, &mut out);
    }
    for (name, device) in &lab.devices {
        out.push(of_device(lab, name, device));
    }
    for (name, ups) in &lab.ups {
        let object = ObjectRef::new(Kind::Ups, name);
        let mut label = Draft::new(lab, "ups", name, &format!("ups/{name}"));
        label.say("", fact(&ups.model));
        label.stands(ups.site.known().map(|s| s.name()), None, &None);
        label.bought(&object, None);
        out.push(label.done(None));
    }
    for (n, cable) in lab.cables.iter().enumerate() {
        let (Some(from), Some(to)) = (cable.from.known(), cable.to.known()) else {
            continue;
        };
        let name = cable.label.known().cloned();
        let name = name.unwrap_or_else(|| format!("cable {}", n + 1));
        let ends = [
            format!("{}/{}", from.name(), from.part().unwrap_or_default()),
            format!("{}/{}", to.name(), to.part().unwrap_or_default()),
        ];
        for (here, there) in [(0, 1), (1, 0)] {
            let (here, there) = (&ends[here], &ends[there]);
            let mut label = Draft::new(lab, "cable", &name, &format!("cable/{here}"));
            label.lines.push(format!("here {here}"));
            label.lines.push(format!("to {there}"));
            let kind = [fact(&cable.category), fact(&cable.length)];
            let kind: Vec<String> = kind.into_iter().flatten().collect();
            label.say("", Some(kind.join(" ")));
            out.push(label.done(None));
        }
    }
    out
}

/// The labels as a table.
pub(crate) fn sheet(input: &Input<'_>) -> Sheet {
    let mut sheet = Sheet::new("labels", &["LABEL", "OF", "TEXT", "CODE"]);
    for label in labels(input.lab) {
        sheet.row([
            Cell::declared(&label.title),
            Cell::declared(label.of),
            Cell::list(&label.lines),
            Cell::computed(label.code.replace('\n', ", ")),
        ]);
    }
    sheet.note("print them with --html FILE, or as pictures with --svg FILE");
    sheet
}

/// A thing that stands somewhere, and is not rented.
fn is_at_hand(host: &Host) -> bool {
    host.about.kind.known() != Some(&HostKind::Vps) && host.about.provider.known().is_none()
}

fn of_host(lab: &Lab, name: &str, host: &Host, out: &mut Vec<Label>) {
    let object = ObjectRef::new(Kind::Host, name);
    let about = &host.about;
    let hardware = about.hardware.as_ref();
    let serial = hardware.and_then(|h| fact(&h.serial));
    let mut label = Draft::new(lab, "host", name, &format!("host/{name}"));
    let site = host.site.known().map(String::as_str);
    label.stands(site, about.rack.known().map(|r| r.0.as_str()), &about.unit);
    label.say("", hardware.and_then(|h| fact(&h.model)));
    label.say("S/N ", serial.clone());
    let addresses = host.addresses.values().filter_map(|a| a.value().cloned());
    label.list("IP ", addresses);
    let nics = hardware.into_iter().flat_map(|h| &h.nics);
    let macs = nics.filter_map(|(key, nic)| Some(format!("{} {}", key.0, nic.mac.known()?)));
    label.list("MAC ", macs);
    label.bought(&object, None);
    out.push(label.done(serial.as_deref()));
    for (key, disk) in hardware.into_iter().flat_map(|h| &h.disks) {
        out.push(of_disk(lab, name, &key.0, disk));
    }
    if let Some(psu) = hardware.and_then(|h| h.psu.as_ref()) {
        let count = psu.count.known().copied().unwrap_or(1).clamp(1, 16);
        for n in 1..=count {
            let title = match count {
                1 => format!("{name} PSU"),
                _ => format!("{name} PSU {n}"),
            };
            let mut label = Draft::new(lab, "psu", &title, &format!("host/{name}/psu/{n}"));
            label.say("", fact(&psu.power));
            label.say("", fact(&psu.rating));
            label.say("feed ", about.feed.known().map(|f| f.0.to_string()));
            out.push(label.done(None));
        }
    }
}

fn of_disk(lab: &Lab, host: &str, key: &str, disk: &Disk) -> Label {
    let title = format!("{host}/{key}");
    let mut label = Draft::new(lab, "disk", &title, &format!("disk/{title}"));
    let kind = Cell::with(&disk.kind, |k| k.word().to_owned()).text;
    let size = fact(&disk.size).unwrap_or_default();
    label.say("", Some(format!("{size} {kind}").trim().to_owned()));
    label.say("", fact(&disk.model));
    label.say("slot ", fact(&disk.slot));
    label.say("S/N ", fact(&disk.serial));
    label.bought(&ObjectRef::new(Kind::Host, host), Some(key));
    label.say("", fact(&disk.purpose));
    label.done(fact(&disk.serial).as_deref())
}

fn of_device(lab: &Lab, name: &str, device: &Device) -> Label {
    let mut label = Draft::new(lab, "device", name, &format!("device/{name}"));
    let kind = Cell::with(&device.kind.0, |k| k.word().to_owned()).text;
    let model = fact(&device.model).unwrap_or_default();
    label
        .lines
        .push(format!("{kind} {model}").trim().to_owned());
    let rack = device.rack.known().map(|r| r.0.as_str());
    label.stands(device.site.known().map(|s| s.name()), rack, &device.unit);
    label.say("S/N ", fact(&device.serial));
    let addresses = device.addresses.values();
    label.list(
        "IP ",
        addresses.filter_map(|a| a.value().map(ToString::to_string)),
    );
    label.say("MAC ", fact(&device.mac));
    label.bought(&ObjectRef::new(Kind::Device, name), None);
    label.done(fact(&device.serial).as_deref())
}

/// What is known, as a text; an assumption is no fact to stick on a thing.
fn fact<T: Display>(given: &Opt<T>) -> Option<String> {
    let sure = given.as_ref().filter(|g| !g.is_assumed());
    sure.and_then(|g| g.value()).map(ToString::to_string)
}

struct Draft<'a> {
    lab: &'a Lab,
    label: Label,
    lines: Vec<String>,
}

impl<'a> Draft<'a> {
    fn new(lab: &'a Lab, of: &'static str, title: &str, path: &str) -> Self {
        let code = match lab.head.labels.known() {
            Some(url) => format!("{}/{path}", url.0.trim_end_matches('/')),
            None => format!("holdfast:{path}"),
        };
        let label = Label {
            of,
            title: title.to_owned(),
            lines: Vec::new(),
            code,
        };
        Self {
            lab,
            label,
            lines: Vec::new(),
        }
    }

    fn say(&mut self, lead: &str, said: Option<String>) {
        let said = said.filter(|t| !t.is_empty());
        self.lines.extend(said.map(|t| format!("{lead}{t}")));
    }

    /// The first of several, and how many more there are: a label is small.
    fn list(&mut self, lead: &str, items: impl Iterator<Item = String>) {
        const SHOWN: usize = 3;
        let all: Vec<String> = items.collect();
        let more = match all.len().saturating_sub(SHOWN) {
            0 => String::new(),
            n => format!(" +{n}"),
        };
        let shown: Vec<&str> = all.iter().take(SHOWN).map(String::as_str).collect();
        self.say(
            lead,
            (!all.is_empty()).then(|| format!("{}{more}", shown.join(", "))),
        );
    }

    /// `home, rack rack1 unit 5`.
    fn stands(&mut self, site: Option<&str>, rack: Option<&str>, unit: &Opt<u32>) {
        let rack = rack.map(|r| match unit.known() {
            Some(unit) => format!("rack {r} unit {unit}"),
            None => format!("rack {r}"),
        });
        let all: Vec<String> = site.map(str::to_owned).into_iter().chain(rack).collect();
        self.say("", Some(all.join(", ")));
    }

    /// Purchase and warranty, from the asset of this thing.
    fn bought(&mut self, object: &ObjectRef, part: Option<&str>) {
        let asset = self.lab.assets.values().find(|a| {
            let of = a.of.known();
            of.is_some_and(|of| of.0.object == *object && of.part() == part)
        });
        let Some(asset) = asset else { return };
        self.say("bought ", fact(&asset.bought));
        self.say("warranty ", fact(&asset.warranty));
    }

    /// A serial number is in the code, so that a label can be held against the thing; an address of a page needs none.
    fn done(self, serial: Option<&str>) -> Label {
        let plain = self.label.code.starts_with("holdfast:");
        let code = match serial.filter(|_| plain) {
            Some(serial) => format!("{}\nS/N {serial}", self.label.code),
            None => self.label.code,
        };
        Label {
            code,
            lines: self.lines,
            ..self.label
        }
    }
}
