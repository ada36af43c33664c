//! `facts`: what is known of products, and taking a newer table of it.

use crate::cli::FactsVerb;
use crate::exit::{Exit, Stop};
use crate::knowledge::{self, InUse};

use crate::output::words::{count, did_you_mean};
use crate::output::{Paint, Tone};
use anyhow::{Context as _, Result};
use diag::render::{self, Color};
use jiff::civil::Date;
use model::declare::OptExt as _;
use model::knowledge::{Knowledge, Origin, Product};
use serde_json::json;
use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Larger files are no table of facts.
const FILE_LIMIT: u64 = 16 * 1024 * 1024;
/// Larger ones are no list of weaknesses: Debian's has some 70 MB.
const LIST_LIMIT: u64 = 512 * 1024 * 1024;

/// Lists facts, or takes a newer table.
pub(crate) fn facts(what: &FactsVerb, json: bool, paint: Paint) -> Result<Exit> {
    match what {
        FactsVerb::List { product } => list(product.as_deref(), json, paint),
        FactsVerb::Update { from, dated } => {
            let text = text(from)?;
            match super::weaknesses::take(from, &text, *dated, json)? {
                Some(exit) => Ok(exit),
                None => update(from, text, json, paint),
            }
        }
        // Those are about a lab.
        FactsVerb::Log(_) | FactsVerb::Show { .. } | FactsVerb::Diff { .. } => Ok(Exit::Ok),
    }
}

/// One fact as it is listed.
struct Row<'a> {
    key: &'a str,
    title: &'a str,
    fact: String,
    origin: Origin,
}

fn list(only: Option<&str>, json: bool, paint: Paint) -> Result<Exit> {
    let facts = knowledge::in_use();
    complain(&facts);
    let products = &facts.knowledge.products;
    let wanted = match only {
        Some(name) => Some(product(&facts.knowledge, name)?),
        None => None,
    };
    let rows: Vec<Row<'_>> = products
        .iter()
        .filter(|(key, _)| wanted.is_none_or(|w| w == key.as_str()))
        .flat_map(|(key, product)| rows(key, product))
        .collect();
    if json {
        let row = |r: &Row<'_>| json!({"product": r.key, "fact": r.fact, "source": r.origin.source, "checked": r.origin.checked});
        let shown: Vec<_> = rows.iter().map(row).collect();
        let lists = facts.knowledge.weaknesses.as_ref();
        let lists = lists.map(super::weaknesses::json);
        dataln!("{:#}", json!({"facts": shown, "weaknesses": lists}));
        return Ok(Exit::Ok);
    }
    out!("{}", shown(&rows, jiff::Zoned::now().date(), paint));
    if let Some(lists) = &facts.knowledge.weaknesses {
        outln!("{}", dialect::weakness::shown(lists));
    }
    outln!(
        "{} of {}, {} installed",
        count(rows.len(), "fact", "facts"),
        count(products.len(), "product", "products"),
        count(facts.installed.len(), "table", "tables")
    );
    Ok(Exit::Ok)
}

/// The key of a product, by its key, another name or its title.
fn product<'k>(knowledge: &'k Knowledge, name: &str) -> Result<&'k str> {
    let titled = |p: &Product| p.title().eq_ignore_ascii_case(name);
    let by_title = || {
        let mut all = knowledge.products.iter();
        all.find(|(key, p)| titled(p) || key.eq_ignore_ascii_case(name))
    };
    let by_name = knowledge.named(name).map(|(key, _)| key);
    if let Some(key) = by_name.or_else(|| by_title().map(|(key, _)| key.as_str())) {
        return Ok(key);
    }
    let stop = Stop::usage(format!("the table of facts has no product {name}"));
    let keys = knowledge.products.keys().map(String::as_str);
    let titles = || knowledge.products.values().map(Product::title);
    let help = did_you_mean(name, keys).or_else(|| did_you_mean(name, titles()));
    Err(match help {
        Some(help) => stop.help(help),
        None => stop.help("`holdfast facts list` shows all of them"),
    }
    .into())
}

/// Facts below their product, and below each group of them where they stand.
fn shown(rows: &[Row<'_>], today: Date, paint: Paint) -> String {
    let mut out = String::new();
    let mut title = "";
    for (n, row) in rows.iter().enumerate() {
        if row.key != title {
            title = row.key;
            let head = format!("{} ({})", row.title, row.key);
            out.push_str(&format!("{}\n", paint.text(Tone::Head, &head)));
        }
        out.push_str(&format!("  {}\n", row.fact));
        let next = rows.get(n + 1);
        if next.is_some_and(|r| r.key == row.key && r.origin == row.origin) {
            continue;
        }
        let Origin { source, checked } = &row.origin;
        let stands = format!("    checked on {checked}: {source}");
        out.push_str(&format!("{}\n", paint.text(Tone::Dim, &stands)));
        if is_old(*checked, today) {
            let old = "    more than a year ago: look again";
            out.push_str(&format!("{}\n", paint.text(Tone::Look, old)));
        }
    }
    out
}

/// More than a year ago.
fn is_old(checked: Date, today: Date) -> bool {
    checked.until(today).is_ok_and(|span| span.get_days() > 365)
}

fn complain(facts: &InUse) {
    if !facts.complaints.is_empty() {
        let none = diag::SourceSet::default();
        err!("{}", render::full(&facts.complaints, &none, Color::Never));
    }
}

/// What a release is ordered by: `8.2` comes before `8.10`.
fn numbers(release: &str) -> Vec<(u64, &str)> {
    let parts = release.split(['.', '-', ' ']);
    parts.map(|p| (p.parse().unwrap_or(u64::MAX), p)).collect()
}

fn rows<'a>(key: &'a str, product: &'a Product) -> Vec<Row<'a>> {
    let mut out = Vec::new();
    let mut add = |fact: String, origin: Origin| {
        out.push(Row {
            key,
            title: product.title(),
            fact,
            origin,
        });
    };
    if let Some(ended) = &product.ended
        && let Some(on) = ended.on.known()
    {
        let origin = product.origin(&ended.source, &ended.checked);
        add(format!("nobody maintains it since {on}"), origin);
    }
    let mut releases: Vec<_> = product.releases.iter().collect();
    releases.sort_by_key(|(release, _)| numbers(&release.0));
    for (release, life) in releases {
        let ends = match life.ends.known() {
            Some(day) => format!("{release}: support ends {day}"),
            None => format!("{release}: no end is published"),
        };
        let fact = match life.extended.known() {
            Some(day) => format!("{ends}, extended {day}"),
            None => ends,
        };
        add(fact, product.origin(&life.source, &life.checked));
    }
    if let Some(base) = product.based_on.known() {
        add(format!("is a {base}"), product.origin(&None, &None));
    }
    if let Some(platform) = &product.platform {
        let not: Vec<&str> = platform.not.iter().map(|n| n.value.0.as_str()).collect();
        let origin = product.origin(&platform.source, &platform.checked);
        add(format!("does not run on {}", not.join(", ")), origin);
    }
    if let Some(packages) = &product.packages
        && let Some(manager) = packages.manager.known()
    {
        let origin = product.origin(&packages.source, &packages.checked);
        add(format!("package manager: {manager}"), origin.clone());
        for (release, other) in &packages.releases {
            if let Some(other) = other.manager.known() {
                add(
                    format!("{release}: package manager: {other}"),
                    origin.clone(),
                );
            }
        }
    }
    if let Some(data) = &product.data {
        let folders: Vec<&str> = data.folders.iter().map(|f| f.value.0.as_str()).collect();
        let origin = product.origin(&data.source, &data.checked);
        add(format!("keeps data in {}", folders.join(", ")), origin);
    }
    for (said, origin) in defaults(product) {
        add(said, origin);
    }
    if let Some(firewall) = &product.firewall
        && let Some(does) = firewall.does.known()
    {
        add(
            does.0.clone(),
            product.origin(&firewall.source, &firewall.checked),
        );
    }
    out
}

fn defaults(product: &Product) -> Vec<(String, Origin)> {
    let Some(defaults) = &product.defaults else {
        return Vec::new();
    };
    let replicas = defaults.replicas.known();
    let share = defaults.near_full.known();
    let said = [
        replicas.map(|n| format!("keeps {n} replicas unless told otherwise")),
        share.map(|s| format!("warns when {s} full")),
    ];
    let origin = product.origin(&defaults.source, &defaults.checked);
    let said = said.into_iter().flatten();
    said.map(|s| (s, origin.clone())).collect()
}

fn update(from: &Path, text: String, json: bool, paint: Paint) -> Result<Exit> {
    let shown = from.display().to_string();
    let table = match knowledge::read(&shown, &text) {
        Ok(table) => table,
        Err((said, sources)) => {
            let color = if paint.is_on() {
                Color::Always
            } else {
                Color::Never
            };
            err!("{}", render::full(&said, &sources, color));
            let stop = Stop::usage(format!(
                "{shown} is no valid table of facts; nothing was changed"
            ));
            return Err(stop
                .help("docs/formats/knowledge.md describes the format")
                .into());
        }
    };
    let facts = knowledge::in_use();
    complain(&facts);
    let before = facts.knowledge.clone();
    let mut after = facts.knowledge;
    let named = table.products.len();
    after.add(table);
    let changed: Vec<&String> = after
        .products
        .iter()
        .filter(|(key, product)| before.products.get(*key).is_none_or(|b| !same(b, product)))
        .map(|(key, _)| key)
        .collect();
    let known = facts
        .installed
        .iter()
        .any(|(_, installed)| *installed == text);
    let written = match known || changed.is_empty() {
        true => None,
        false => Some(install(&text, "yaml")?),
    };
    if json {
        let path = written.map(|p| p.display().to_string());
        dataln!(
            "{:#}",
            json!({"products": named, "changed": changed, "installed": path})
        );
        return Ok(Exit::Ok);
    }
    match written {
        Some(path) => {
            let list: Vec<&str> = changed.iter().map(|c| c.as_str()).collect();
            outln!(
                "{} of {} with newer facts: {}",
                changed.len(),
                count(named, "product", "products"),
                list.join(", ")
            );
            outln!(
                "installed as {}; tables that were installed before stay",
                path.display()
            );
        }
        None => outln!("nothing in {shown} is newer than what is in use; nothing was changed"),
    }
    Ok(Exit::Ok)
}

/// The same facts, wherever they are written.
fn same(one: &Product, other: &Product) -> bool {
    let facts = |p: &Product| -> Vec<(String, Origin)> {
        rows("", p)
            .into_iter()
            .map(|r| (r.fact, r.origin))
            .collect()
    };
    facts(one) == facts(other)
}

fn text(from: &Path) -> Result<String> {
    let shown = from.display();
    let about =
        std::fs::metadata(from).map_err(|e| Stop::usage(format!("cannot read {shown}: {e}")))?;
    let is_list = from.extension().is_none_or(|e| e != "yaml" && e != "yml");
    let limit = if is_list { LIST_LIMIT } else { FILE_LIMIT };
    if !about.is_file() || about.len() > limit {
        return Err(Stop::usage(format!("{shown} is no file of at most {limit} bytes")).into());
    }
    let bytes = std::fs::read(from).with_context(|| format!("cannot read {shown}"))?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Stop::usage(format!(
            "{shown} is not UTF-8 text: byte {at} is wrong; nothing was changed"
        ))
        .into()
    })
}

/// Writes a table beside those that are there, whole or not at all.
pub(super) fn install(text: &str, extension: &str) -> Result<std::path::PathBuf> {
    let folder = knowledge::folder()?;
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let mut new = tempfile::NamedTempFile::new_in(&folder)
        .with_context(|| format!("cannot write to {}", folder.display()))?;
    new.write_all(text.as_bytes())?;
    new.as_file()
        .set_permissions(Permissions::from_mode(0o644))?;
    new.as_file().sync_all()?;
    // One that is lower than the highest would not be the newest.
    for number in knowledge::highest(&folder, extension) + 1..10_000 {
        let path = folder.join(format!("{number:04}.{extension}"));
        // No table takes the place of another.
        match new.persist_noclobber(&path) {
            Ok(_) => return Ok(path),
            Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => new = e.file,
            Err(e) => {
                return Err(e.error).with_context(|| format!("cannot write {}", path.display()));
            }
        }
    }
    Err(Stop::environment(format!(
        "{} is full: 9999 is the last number that a table can have",
        folder.display()
    ))
    .help("move the older ones away; the newest list of weaknesses is the one with the highest number")
    .into())
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn releases_are_ordered_by_their_numbers() {
        let mut all = ["8.10", "12", "8.2", "9-rc1", "8", "9"];
        all.sort_by_key(|release| numbers(release));
        assert_eq!(all, ["8", "8.2", "8.10", "9", "9-rc1", "12"]);
    }
}
