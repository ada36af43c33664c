//! Declared data against datasets: whether the dataset is there, can be read, and is encrypted; and datasets that hold no declared data.

use super::{Comparing, is_within, text};
use crate::How;
use model::declare::OptExt as _;
use model::fact::{FactKind, FactPath};
use model::lab::storage::Encryption;
use model::lab::{DataSource, Dataset};
use model::value::Value;
use std::collections::BTreeMap;

const KIND: FactKind = FactKind::TrueNasDataset;

impl Comparing<'_> {
    pub(super) fn datasets(&mut self) {
        let all = self.facts.items(KIND);
        let told: BTreeMap<String, String> = all
            .filter_map(|(name, value)| Some((text(value, "mount")?.to_owned(), name.to_owned())))
            .collect();
        let lab = self.ctx.lab;
        let mut declared = Vec::new();
        for (name, dataset) in &lab.datasets {
            if !self.has(dataset) {
                continue;
            }
            if let Some(DataSource::Folder(folder)) = &dataset.source {
                self.folder(name, dataset, &folder.value, &told);
                declared.push(folder.value.clone());
            }
        }
        for (mount, name) in &told {
            // What is directly in a pool: below it, names are their owner's affair.
            let is_first = name.matches('/').count() == 1;
            let is_known = |folder: &String| is_within(folder, mount) || is_within(mount, folder);
            if is_first && !declared.iter().any(is_known) {
                let seen = format!("dataset {name} at {mount}");
                let said = "no declared data lies there";
                self.tell(KIND, name, How::Undeclared, said, &seen, None);
            }
        }
    }

    /// It is on this appliance, as far as is declared.
    fn has(&self, dataset: &Dataset) -> bool {
        let host = dataset.host.as_ref().map(|h| h.value.as_str());
        let on = dataset.about.on.known();
        let is_on =
            on.is_some_and(|on| on.kind() == self.object.kind && on.name() == self.object.name);
        is_on || (self.object.kind == model::id::Kind::Host && host == Some(&self.object.name))
    }

    fn folder(
        &mut self,
        name: &str,
        dataset: &Dataset,
        folder: &str,
        told: &BTreeMap<String, String>,
    ) {
        let span = dataset.span;
        let within = told.iter().filter(|(mount, _)| is_within(folder, mount));
        let deepest = within.max_by_key(|(mount, _)| mount.len());
        let Some((mount, own)) = deepest else {
            return self.absent(KIND, name, &format!("{name} at {folder}"), span);
        };
        let value = self.facts.seen(&FactPath::new(KIND, own.as_str()));
        let flag = |field: &str| value.value()?.field(field).and_then(Value::as_bool);
        if flag("locked") == Some(true) {
            let said = format!("{name} can be read");
            self.tell(KIND, own, How::Differs, &said, "locked", Some(span));
        }
        let given = dataset.about.encryption.as_ref();
        if let Some((wanted, given)) = dataset.about.encryption.known().zip(given)
            && matches!(wanted, Encryption::Zfs | Encryption::None)
        {
            let word = |is: bool| if is { "encrypted" } else { "not encrypted" };
            let wanted = *wanted == Encryption::Zfs;
            let said = format!("{name} is {}", word(wanted));
            match flag("encrypted") {
                Some(is) if is == wanted => {}
                Some(is) => self.tell(KIND, own, How::Differs, &said, word(is), Some(given.span)),
                None => {
                    let seen = self.why(KIND);
                    self.tell(KIND, own, How::Unknown, &said, &seen, Some(given.span));
                }
            }
        }
        if mount != folder {
            let said = format!("{name} at {folder}");
            let seen =
                format!("unknown (folders are not asked for; it would lie in dataset {own})");
            self.tell(KIND, own, How::Unknown, &said, &seen, Some(span));
        }
    }
}
