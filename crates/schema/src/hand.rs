//! Descriptions of what is read by hand. `tests/it/schema.rs` holds them against what the readers ask for.

use crate::host::host;
use diag::Spanned;
use model::declare::{
    Declare as _, FieldShape, Or, Pattern, RecordShape, Ref, Scalar as _, Shape, Value as _,
    ValueForm, set,
};
use model::lab::head::TierAbout;
use model::lab::network::NetworkAbout;
use model::lab::protection::{BackupAbout, Keep, RepositoryAbout};
use model::lab::road::Whole;
use model::lab::setting::RuleSetting;
use model::lab::site::SiteAbout;
use model::lab::storage::DatasetAbout;
use model::lab::{DataClass, FaultScope};
use model::secret::SecretRef;
use model::units::net::{self, Address};
use model::units::text::{AbsolutePath, Name};

/// Says how a record is written.
type Describe = fn() -> RecordShape;

/// Sections that are read by hand.
pub(super) const SECTIONS: &[(&str, Describe)] = &[
    ("tiers", tier),
    ("sites", site),
    ("networks", network),
    ("hosts", host),
    ("datasets", dataset),
    ("repositories", repository),
    ("backups", backup),
];

pub(super) fn text() -> Shape {
    Shape::Value(String::FORM)
}

pub(super) fn number() -> Shape {
    Shape::Value(u32::FORM)
}

pub(super) fn flag() -> Shape {
    Shape::Value(bool::FORM)
}

pub(super) fn date() -> Shape {
    Shape::Value(jiff::civil::Date::FORM)
}

pub(super) fn path() -> Shape {
    Shape::Value(AbsolutePath::FORM)
}

pub(super) fn name() -> Shape {
    Shape::Value(Name::FORM)
}

pub(super) fn list(of: Shape) -> Shape {
    Shape::List(Box::new(of))
}

pub(super) fn map(key: Shape, of: Shape) -> Shape {
    Shape::Map(Box::new(key), Box::new(of))
}

pub(super) fn record(of: fn() -> RecordShape) -> Shape {
    Shape::Record(of, &[])
}

pub(super) fn words(name: &'static str, words: &'static [(&'static str, &'static str)]) -> Shape {
    form(name, "", Pattern::Words(words))
}

pub(super) fn form(name: &'static str, doc: &'static str, pattern: Pattern) -> Shape {
    Shape::Value(ValueForm {
        name,
        doc,
        what: name,
        examples: &[],
        pattern,
    })
}

/// Text of some form, for keys.
pub(super) fn key(name: &'static str, pattern: &'static str) -> Shape {
    form(name, "", Pattern::Regex(pattern))
}

/// In one of the four forms.
pub(super) fn given(of: Shape) -> Shape {
    Shape::Given(Box::new(of))
}

/// A duration of the first version of the language: whole seconds and more.
pub(super) fn seconds() -> Shape {
    form(
        "seconds",
        "A duration: `90s`, `15m`, `1h30m`, `7d`, `2w`, `1y`; units from large to small. A year has 365 days.",
        Pattern::Regex("^(?=[0-9])([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"),
    )
}

pub(super) fn may(key: &'static str, doc: &str, shape: Shape) -> FieldShape {
    let doc = doc.to_owned();
    FieldShape {
        key,
        doc,
        need: false,
        above_zero: false,
        shape,
    }
}

pub(super) fn must(key: &'static str, doc: &str, shape: Shape) -> FieldShape {
    let need = true;
    FieldShape {
        need,
        ..may(key, doc, shape)
    }
}

/// A record with the keys that are read by hand and those of its definition in the model.
pub(super) fn with(
    name: &'static str,
    doc: &str,
    fields: Vec<FieldShape>,
    about: Option<RecordShape>,
) -> RecordShape {
    let fields = fields
        .into_iter()
        .chain(about.into_iter().flat_map(|a| a.fields));
    RecordShape {
        name,
        doc: doc.to_owned(),
        fields: fields.collect(),
        either: &[],
    }
}

/// Keys of the root file.
pub(super) fn head() -> Vec<FieldShape> {
    let version = form("format", "Version of the language.", Pattern::Number("^1$"));
    vec![
        may(
            "format",
            "Version of the language: 1. In holdfast.yaml only.",
            version,
        ),
        may("lab", "The lab's name. In holdfast.yaml only.", text()),
    ]
}

/// Sections that are no maps of names.
pub(super) fn singles() -> Vec<FieldShape> {
    vec![
        may("waivers", "Accepted findings.", list(record(waiver))),
        may(
            "rules",
            "Rules whose findings count otherwise in this lab, by id.",
            map(text(), <RuleSetting as model::declare::Declare>::shape()),
        ),
        may(
            "controller",
            "The machine that Holdfast runs on.",
            record(controller),
        ),
    ]
}

fn tier() -> RecordShape {
    let scopes = || {
        const WORDS: &[(&str, &str)] = &[
            (
                FaultScope::Corruption.word(),
                "Data is deleted or damaged in place; the machine is well.",
            ),
            (FaultScope::Device.word(), "One disk is gone."),
            (FaultScope::Host.word(), "The machine is gone."),
            (FaultScope::Site.word(), "The place is gone."),
        ];
        map(words("fault-scope", WORDS), seconds())
    };
    let fields = vec![
        may(
            "rto",
            "How long it may be away, by what has failed.",
            scopes(),
        ),
        may(
            "rpo",
            "How much of the newest data may be lost, by what has failed.",
            scopes(),
        ),
        may(
            "response",
            "From the fault to the start of the restore: noticing and deciding.",
            given(seconds()),
        ),
    ];
    with(
        "Tier",
        "A named bundle of objectives.",
        fields,
        Some(TierAbout::record()),
    )
}

fn site() -> RecordShape {
    with("Site", "A place.", Vec::new(), Some(SiteAbout::record()))
}

fn network() -> RecordShape {
    let fields = vec![
        may("subnet", "Its addresses.", given(Shape::Value(net::SUBNET))),
        may(
            "vlan",
            "VLAN id, 1 to 4094.",
            given(Shape::Value(net::VLAN)),
        ),
        may(
            "gateway",
            "Default gateway.",
            given(Shape::Value(Address::FORM)),
        ),
    ];
    with(
        "Network",
        "A VLAN or subnet.",
        fields,
        Some(NetworkAbout::record()),
    )
}

fn dataset() -> RecordShape {
    let fields = vec![
        may("was", "The name it had before.", name()),
        may(
            "host",
            "The host that has it.",
            Ref::<{ set::HOST }>::shape(),
        ),
        may("folder", "It is this directory …", path()),
        may(
            "postgres",
            "… or this PostgreSQL database of the host's local cluster.",
            key("database", "^[A-Za-z_][A-Za-z0-9_-]{0,62}$"),
        ),
        may(
            "class",
            "What a loss would mean.",
            given(Shape::Value(DataClass::FORM)),
        ),
        may(
            "tier",
            "Its objectives.",
            given(Ref::<{ set::TIER }>::shape()),
        ),
        may(
            "disk",
            "Label of the disk it lies on, to tell failure domains apart.",
            given(name()),
        ),
        may(
            "verify",
            "How a drill tells that a restore is good.",
            list(record(check)),
        ),
    ];
    let doc = "A named body of data.";
    RecordShape {
        either: &[
            &["host", "on", "pool"],
            &["folder", "postgres", "on", "pool"],
        ],
        ..with("Dataset", doc, fields, Some(DatasetAbout::record()))
    }
}

fn check() -> RecordShape {
    let below = key("relative-path", "^[^/].*$");
    let fields = vec![
        may(
            "sql",
            "A query whose single value must be at least at_least.",
            text(),
        ),
        may("at_least", "Least acceptable value.", number()),
        may(
            "files_at_least",
            "The restored folder has at least so many files.",
            number(),
        ),
        may("file", "This file is there, relative to the folder.", below),
    ];
    RecordShape {
        either: &[&["sql", "files_at_least", "file"]],
        ..with("Check", "A check on restored data.", fields, None)
    }
}

fn repository() -> RecordShape {
    let fields = vec![
        may("was", "The name it had before.", name()),
        may(
            "on",
            "The host that holds it, if a host of the lab does.",
            given(Ref::<{ set::HOST }>::shape()),
        ),
        may(
            "location",
            "Directory, or a restic location such as sftp:HOST:/PATH.",
            given(key(
                "location",
                "^(/.*|(sftp|rest|s3|b2|azure|gs|swift|rclone):.+)$",
            )),
        ),
        may("disk", "Label of the disk it lies on.", given(name())),
        may(
            "password",
            "Where its password is had; never the password itself.",
            Spanned::<SecretRef>::shape(),
        ),
    ];
    RecordShape {
        either: &[&["location", "kind"]],
        ..with(
            "Repository",
            "A backup store.",
            fields,
            Some(RepositoryAbout::record()),
        )
    }
}

fn backup() -> RecordShape {
    let fields = vec![
        may(
            "datasets",
            "What is backed up.",
            list(Ref::<{ set::DATASET }>::shape()),
        ),
        must("to", "Where to.", Ref::<{ set::REPOSITORY }>::shape()),
        may("every", "How often.", seconds()),
        may("keep", "What is kept.", record(keep)),
    ];
    RecordShape {
        either: &[
            &[
                "datasets", "guests", "hosts", "services", "stacks", "devices",
            ],
            &["every", "schedule"],
        ],
        ..with(
            "Backup",
            "A backup schedule.",
            fields,
            Some(BackupAbout::record()),
        )
    }
}

fn keep() -> RecordShape {
    let fields = vec![
        may("last", "The newest ones.", number()),
        may("daily", "Daily ones.", number()),
    ];
    with("BackupKeep", "What is kept.", fields, Some(Keep::record()))
}

fn waiver() -> RecordShape {
    let fields = vec![
        may("rule", "The rule …", text()),
        may(
            "promise",
            "… or promise that is accepted not to hold, …",
            text(),
        ),
        may(
            "drift",
            "… or path of a fact, as `holdfast drift` shows it, that is accepted to differ; `*` at its end is all that begin so.",
            text(),
        ),
        may(
            "object",
            "For this object, or for `lab`, where a finding is about all of it.",
            Or::<Whole, Ref<{ set::ANY }>>::shape(),
        ),
        may(
            "only",
            "For these parts of it alone, as a finding names them: a port, an account, a container. Rules that find parts ask for it.",
            list(text()),
        ),
        may("reason", "Why.", text()),
        may("owner", "Who accepted it.", text()),
        may("expires", "Until when.", date()),
    ];
    RecordShape {
        either: &[&["rule", "promise", "drift"]],
        ..with("Waiver", "An accepted finding.", fields, None)
    }
}

fn controller() -> RecordShape {
    let fields = vec![
        may(
            "clock",
            "Who keeps its clock where no time service can be asked.",
            record(clock),
        ),
        may(
            "age_keys",
            "Files with age identities, beside those where sops looks for them; never the identities themselves.",
            list(key("key-file", "^[/~]")),
        ),
    ];
    with(
        "Controller",
        "The machine that Holdfast runs on.",
        fields,
        None,
    )
}

fn clock() -> RecordShape {
    let fields = vec![
        may("kept_by", "Who keeps it, e.g. hypervisor.", text()),
        may("why", "Why that is good enough.", text()),
    ];
    with("ClockKeeper", "Who keeps a clock.", fields, None)
}
