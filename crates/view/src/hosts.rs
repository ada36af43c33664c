//! Machines and their hardware.

use crate::cell::How;
use crate::size::{Sum, binary};
use crate::{Cell, Sheet};
use graph::sizes::memory_bytes;
use model::lab::hardware::{Disk, Hardware};
use model::lab::{Host, Lab};

pub(crate) fn sheets(lab: &Lab) -> Vec<Sheet> {
    vec![machines(lab), disks(lab)]
}

fn machines(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "hosts",
        &[
            "HOST",
            "KIND",
            "SITE",
            "OS",
            "MODEL",
            "CPU",
            "CORES",
            "MEMORY",
            "DISKS",
            "NICS",
            "ADDRESSES",
        ],
    );
    let mut memory = Sum::default();
    for (name, host) in &lab.hosts {
        let hardware = host.about.hardware.as_ref();
        let size = hardware.and_then(|h| h.memory.as_ref());
        memory.add(size.map(|s| (s.value().map(memory_bytes), Cell::of(&Some(s.clone())).how)));
        sheet.row(row(name, host, hardware));
    }
    if let Some(text) = memory.text(binary) {
        sheet.note(format!("memory of all hosts: {text}"));
    }
    sheet
}

fn row(name: &str, host: &Host, hardware: Option<&Hardware>) -> Vec<Cell> {
    let about = &host.about;
    let cpu = hardware.and_then(|h| h.cpu.as_ref());
    let silent = Cell::silent;
    vec![
        Cell::declared(name),
        Cell::with(&about.kind, |k| k.word().to_owned()),
        Cell::of(&host.site),
        system(host),
        hardware.map_or_else(silent, |h| Cell::of(&h.model)),
        cpu.map_or_else(silent, |c| Cell::of(&c.model)),
        cpu.map_or_else(silent, |c| Cell::of(&c.cores)),
        hardware.map_or_else(silent, |h| Cell::of(&h.memory)),
        hardware.map_or_else(silent, |h| Cell::list(h.disks.values().map(in_short))),
        hardware.map_or_else(silent, |h| {
            let nics = h.nics.iter();
            Cell::list(nics.map(|(n, nic)| {
                format!("{n} {}", Cell::of(&nic.speed).text)
                    .trim_end()
                    .to_owned()
            }))
        }),
        Cell::list(
            host.addresses
                .iter()
                .map(|(net, a)| format!("{} ({net})", a.value().map_or("?", String::as_str))),
        ),
    ]
}

fn system(host: &Host) -> Cell {
    let version = Cell::of(&host.about.version);
    let os = Cell::of(&host.os);
    match (os.how, version.how) {
        (How::Silent | How::Unknown, _) => version,
        (how, How::Silent) => Cell { how, ..os },
        (how, other) => Cell {
            text: format!("{} {}", os.text, version.text)
                .trim_end()
                .to_owned(),
            how: how.max(other),
        },
    }
}

fn in_short(disk: &Disk) -> String {
    let kind = Cell::with(&disk.kind, |k| k.word().to_owned()).text;
    let size = Cell::of(&disk.size);
    let size = if size.how == How::Unknown {
        "?".to_owned()
    } else {
        size.text
    };
    format!("{size} {kind}").trim().to_owned()
}

fn disks(lab: &Lab) -> Sheet {
    let mut sheet = Sheet::new(
        "disks",
        &["DISK", "SIZE", "KIND", "MODEL", "SERIAL", "SLOT", "PURPOSE"],
    );
    for (host, declared) in &lab.hosts {
        let Some(hardware) = &declared.about.hardware else {
            continue;
        };
        for (name, disk) in &hardware.disks {
            sheet.row([
                Cell::declared(format!("{host}/{name}")),
                Cell::of(&disk.size),
                Cell::with(&disk.kind, |k| k.word().to_owned()),
                Cell::of(&disk.model),
                Cell::of(&disk.serial),
                Cell::of(&disk.slot),
                Cell::of(&disk.purpose),
            ]);
        }
    }
    sheet
}
