//! Single values: whether a text is one, and examples of them.

use crate::lower::{Cidr, Names};
use core::net::IpAddr;
use jiff::civil::Date;
use model::declare::{
    FieldShape, OptExt as _, Part, Pattern, RecordShape, Shape, Value, ValueForm,
};
use model::id::Kind;
use model::lab::Network;
use model::lab::Objects;
use model::units::calendar::Calendar;
use model::units::currency::Currency;
use model::units::duration::Duration;
use model::units::money::{Cost, EnergyPrice, Money};
use model::units::net::{Address, Ports};
use model::units::percent::Share;
use model::units::size::{Rate, Size};
use model::units::text::{HttpUrl, Prose, Url};
use model::units::timezone::TimeZone;
use regex::Regex;

/// Texts of many forms, for those that have no example of their own.
const CANDIDATES: [&str; 10] = [
    "NAME",
    "name",
    "15m",
    "/srv/name",
    "name/file",
    "name.service",
    "net.ipv4.ip_forward",
    "22/tcp",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];

/// What values there are in a lab.
pub(crate) struct Values<'c> {
    names: &'c Names,
    networks: &'c Objects<Network>,
}

/// The networks of a lab in which an address may be.
pub(super) enum Inside<'c> {
    /// The narrowest that has it.
    Of(&'c str),
    /// None of those whose subnet is declared.
    Nowhere,
}

impl<'c> Values<'c> {
    pub(crate) fn new(names: &'c Names, networks: &'c Objects<Network>) -> Self {
        Self { names, networks }
    }

    /// Where an address lies, if the text is one and some subnet is declared.
    pub(super) fn inside(&self, shape: &Shape, text: &str) -> Option<Inside<'c>> {
        let networks = matches!(shape, Shape::Ref(set) if *set == Kind::Network.bit());
        let ip: IpAddr = text.trim_matches('\'').parse().ok().filter(|_| networks)?;
        let subnet = |n: &Network| Cidr::parse(n.subnet.known()?);
        let all = self.networks.iter();
        let all: Vec<(&str, Cidr)> = all
            .filter_map(|(name, n)| Some((name.as_str(), subnet(n)?)))
            .collect();
        if all.is_empty() {
            return None;
        }
        let having = all.iter().filter(|(_, cidr)| cidr.contains(ip));
        // Of equal ones the first by name.
        let narrowest = having.min_by_key(|(_, cidr)| core::cmp::Reverse(cidr.prefix()));
        Some(narrowest.map_or(Inside::Nowhere, |(name, _)| Inside::Of(name)))
    }

    /// Whether a text will do.
    pub(crate) fn takes(&self, shape: &Shape, text: &str) -> bool {
        match shape {
            Shape::Value(form) => fits(form, text),
            Shape::Ref(set) => self.is_name(*set, text),
            Shape::Given(of) => self.takes(of, text),
            Shape::Record(record, short) => {
                let record = record();
                let mut shorts = record.fields.iter().filter(|f| short.contains(&f.key));
                shorts.any(|f| self.takes(&f.shape, text))
            }
            Shape::Any(all) => all.iter().any(|one| self.takes(one, text)),
            Shape::List(_) | Shape::Map(..) | Shape::AnyCase(_) => false,
        }
    }

    /// What was meant by a text that is a slip away from one that will do.
    pub(super) fn meant(&self, shape: &Shape, text: &str) -> Option<String> {
        match shape {
            Shape::Value(form) if form.name == Duration::FORM.name => {
                Duration::parse(text).err()?.meant
            }
            // What is read to the second takes no parts of one.
            Shape::Value(form) if form.name == "seconds" => {
                let meant = Duration::parse(text).err()?.meant?;
                (!meant.contains("ms")).then_some(meant)
            }
            Shape::Value(form) if form.name == Date::FORM.name => Date::parse(text).err()?.meant,
            Shape::Value(form) if form.name == Size::FORM.name => Size::parse(text).err()?.meant,
            Shape::Value(form) if form.name == Money::FORM.name => Money::parse(text).err()?.meant,
            Shape::Value(form) if form.name == Calendar::FORM.name => {
                Calendar::parse(text).err()?.meant
            }
            Shape::Given(of) => self.meant(of, text),
            _ => None,
        }
    }

    /// It takes whatever people write.
    pub(crate) fn is_text(&self, shape: &Shape) -> bool {
        match shape {
            Shape::Value(form) => {
                matches!(form.pattern, Pattern::Text)
                    || fits(form, "any-Word")
                    || fits(form, "two words")
            }
            Shape::Given(of) => self.is_text(of),
            Shape::Any(all) => all.iter().any(|one| self.is_text(one)),
            _ => false,
        }
    }

    /// It is a text for people.
    pub(super) fn is_prose(&self, shape: &Shape) -> bool {
        matches!(shape, Shape::Value(form) if form.name == Prose::FORM.name)
    }

    fn is_name(&self, set: u64, text: &str) -> bool {
        if let Some((owner, part)) = text.split_once('/') {
            let parts = Part::ALL.into_iter().filter(|p| set & p.bit() != 0);
            let kind = Kind::ALL.iter().find(|k| k.word() == owner);
            let object = kind.is_some_and(|k| set & k.bit() != 0 && self.names.has(*k, part));
            return object
                || parts
                    .into_iter()
                    .any(|p| self.names.has_part(p, owner, part));
        }
        (set & self.names.kinds(text)).is_power_of_two()
    }

    /// A name that such a reference can have here.
    fn name(&self, set: u64) -> String {
        let kinds = Kind::ALL.iter().filter(|k| set & k.bit() != 0);
        let whole = kinds.into_iter().find_map(|k| {
            let name = self.names.of(*k).next()?;
            let alone = self.names.kinds(name) & set == k.bit();
            Some(match alone {
                true => name.to_owned(),
                false => format!("{}/{name}", k.word()),
            })
        });
        let parts = || {
            let parts = Part::ALL.into_iter().filter(|p| set & p.bit() != 0);
            parts.into_iter().find_map(|p| {
                let mut owners = self.names.owners(p);
                owners.find_map(|o| Some(format!("{o}/{}", self.names.parts_of(p, o).next()?)))
            })
        };
        whole.or_else(parts).unwrap_or_else(|| "NAME".to_owned())
    }

    /// The key of an entry whose name nobody gave.
    pub(super) fn key(&self, shape: &Shape, n: usize, value: &str) -> Option<String> {
        match shape {
            Shape::Ref(set) if *set == Kind::Network.bit() => {
                let mut networks = self.names.of(Kind::Network);
                networks
                    .nth(n)
                    .map(str::to_owned)
                    .or_else(|| Some(numbered("NETWORK", n)))
            }
            Shape::Ref(_) if n > 0 => None,
            Shape::Value(form) if fits(form, "NAME") && value != "NAME" => {
                Some(numbered("NAME", n))
            }
            Shape::Value(ValueForm {
                pattern: Pattern::Words(words),
                ..
            }) => words.get(n).map(|(word, _)| (*word).to_owned()),
            _ if n == 0 => self.example(shape),
            _ => None,
        }
    }

    /// Something that will do.
    pub(super) fn example(&self, shape: &Shape) -> Option<String> {
        Some(match shape {
            Shape::Value(form) => of_form(form)?,
            Shape::Ref(set) => self.name(*set),
            Shape::Given(of) => self.example(of)?,
            Shape::List(of) => format!("[{}]", self.example(of)?),
            Shape::Map(key, of) => format!("{{{}: {}}}", self.example(key)?, self.example(of)?),
            Shape::Record(record, short) => self.of_record(&record(), short)?,
            Shape::AnyCase(fields) => {
                let first = fields.first()?;
                format!("{{{}: {}}}", first.key, self.example(&first.shape)?)
            }
            Shape::Any(all) => all.iter().find_map(|one| self.example(one))?,
        })
    }

    /// The short form, or a map with what must be there, or with the first of its keys.
    fn of_record(&self, record: &RecordShape, short: &[&str]) -> Option<String> {
        let fields = || record.fields.iter();
        if let Some(field) = fields().find(|f| short.contains(&f.key)) {
            return self.example(&field.shape);
        }
        let mut shown: Vec<&FieldShape> = fields().filter(|f| f.need).collect();
        for group in record.either {
            if !shown.iter().any(|f| group.contains(&f.key)) {
                shown.extend(fields().find(|f| group.contains(&f.key)));
            }
        }
        if shown.is_empty() {
            let single = |f: &&FieldShape| matches!(f.shape, Shape::Value(_) | Shape::Given(_));
            let plain = fields().filter(|f| f.key != "was").find(single);
            shown.extend(plain.or_else(|| fields().next()));
        }
        let entries: Option<Vec<String>> = shown
            .iter()
            .map(|f| Some(format!("{}: {}", f.key, self.example(&f.shape)?)))
            .collect();
        Some(format!("{{{}}}", entries?.join(", ")))
    }
}

fn numbered(name: &str, n: usize) -> String {
    format!("{name}{}", n + 1)
}

fn of_form(form: &ValueForm) -> Option<String> {
    if let Pattern::Words([(word, _), ..]) = form.pattern {
        return Some((*word).to_owned());
    }
    let file_mode = (form.name == "mode").then_some("0644");
    let first = form.shown().or(file_mode.map(str::to_owned));
    let first = first.filter(|e| !e.contains('…'));
    let number = || {
        matches!(
            form.pattern,
            Pattern::Whole | Pattern::Number(_) | Pattern::Between { .. }
        )
        .then_some("1")
    };
    let flag = || matches!(form.pattern, Pattern::Flag).then_some("yes");
    let other = || CANDIDATES.into_iter().find(|text| fits(form, text));
    let others = || number().or_else(flag).or_else(other);
    let text = first.or_else(|| others().map(str::to_owned))?;
    Some(flow(&text, true))
}

/// Reads a text as a value of a type that its own form says more dearly: some patterns are long.
type Reads = fn(&str) -> bool;

fn reads<T: Value>() -> (&'static str, Reads) {
    (T::FORM.name, |text| T::parse(text).is_ok())
}

fn fits(form: &ValueForm, text: &str) -> bool {
    let known = [
        reads::<Address>(),
        reads::<Calendar>(),
        reads::<Cost>(),
        reads::<Currency>(),
        reads::<Date>(),
        reads::<Duration>(),
        reads::<EnergyPrice>(),
        reads::<HttpUrl>(),
        reads::<Money>(),
        reads::<Ports>(),
        reads::<Rate>(),
        reads::<Share>(),
        reads::<Size>(),
        reads::<TimeZone>(),
        reads::<Url>(),
    ];
    if let Some((_, reads)) = known.into_iter().find(|(name, _)| *name == form.name) {
        return reads(text);
    }
    // Looking ahead is for what would be empty.
    let matches = |pattern: &str| {
        let pattern = pattern.replace("(?=[0-9])", "");
        !text.is_empty() && Regex::new(&pattern).is_ok_and(|r| r.is_match(text))
    };
    let number = || text.parse::<u32>().ok();
    match form.pattern {
        Pattern::Text => !text.trim().is_empty() && !text.contains(char::is_control),
        Pattern::Whole => number().is_some(),
        Pattern::Flag => ["yes", "no", "true", "false"].contains(&text.to_lowercase().as_str()),
        Pattern::Words(words) => words.iter().any(|(word, _)| *word == text),
        Pattern::Regex(pattern) | Pattern::Number(pattern) => matches(pattern),
        Pattern::Between {
            least,
            most,
            text: form,
        } => number().is_some_and(|n| (least..=most).contains(&n)) || matches(form),
    }
}

/// A text as it stands within brackets: in quotes where it would be read as something else.
pub(super) fn flow(text: &str, plain: bool) -> String {
    let odd = |c: char| "[]{},\"'`\n\t".contains(c);
    let begins = text.starts_with(|c: char| "&*!|>%@#?-: ".contains(c));
    let breaks = text.contains(": ") || text.contains(" #") || text.ends_with([':', ' ']);
    if plain && !text.is_empty() && !text.contains(odd) && !begins && !breaks {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "''"))
}
