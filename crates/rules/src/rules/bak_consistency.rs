//! A database's files are copied while it writes to them.

use crate::containers::{self, Container};
use crate::context::dataset;
use crate::coverage::{self, Coverage, Declared};
use crate::origin::cite;
use crate::{Context, Findings, Mend, Rule};
use diag::Severity;
use model::compose::{Mount, MountKind};
use model::declare::OptExt as _;
use model::knowledge::{Data, Product};
use model::lab::DataSource;
use model::lab::protection::{BackupKind, Consistency, JobKind};
use model::lab::storage::Dump;

/// Folders of databases as Debian's packages lay them out, with what belongs there instead.
const DATABASES: [(&str, &str, &str); 6] = [
    (
        "/var/lib/postgresql",
        "PostgreSQL",
        "declare each database with 'postgres: NAME': it is dumped in one transaction",
    ),
    (
        "/var/lib/mysql",
        "MySQL or MariaDB",
        "write dumps to another folder with mysqldump --single-transaction and back that up",
    ),
    (
        "/var/lib/mongodb",
        "MongoDB",
        "write dumps to another folder with mongodump and back that up",
    ),
    (
        "/var/lib/redis",
        "Redis",
        "back up the file that BGSAVE writes, after it has ended",
    ),
    (
        "/var/lib/influxdb",
        "InfluxDB",
        "write dumps to another folder with influx backup and back that up",
    ),
    (
        "/var/lib/docker/volumes",
        "volumes of running containers",
        "declare the volumes' contents one by one, databases by their dumps",
    ),
];

pub(crate) const RULE: Rule = Rule {
    id: "bak-consistency",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A backup copies the files of a database while it runs.",
    rationale: "A database's files belong together only at one instant. Copied one after the other while it writes, they \
        are a state that never was; the copy may start, or lose rows, or not start, and nobody knows before the restore.",
    example: "datasets: {db: {host: web, folder: /var/lib/postgresql/15/main}}",
    controls: &["NIST CSF 2.0 PR.DS-11", "ISO 27001:2022 A.8.13"],
    mend: Mend::DisplayOnly("which databases there are is known only to the machine"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    datasets(ctx, out);
    for container in ctx.containers() {
        let Some((id, product)) = container.product(ctx) else {
            continue;
        };
        let Some(data) = &product.data else { continue };
        if let Some(mount) = container.kept().find(|m| holds(data, m)) {
            database(ctx, &container, (id, product), data, mount, out);
        }
    }
}

/// A mount has the files of a database in it.
fn holds(data: &Data, mount: &Mount) -> bool {
    let target = mount.target.as_str();
    let on = |f: &str| containers::is_below(target, f) || containers::is_below(f, target);
    data.folders.iter().any(|f| on(&f.value.0))
}

/// The product whose database a mount has in it, with the word by which data says that it is dumped, where there is one.
pub(super) fn database_in<'a>(
    ctx: &Context<'a>,
    container: &Container<'_>,
    mount: &Mount,
) -> Option<(&'a Product, Option<&'static str>)> {
    let (id, product) = container.product(ctx)?;
    let data = product.data.as_ref()?;
    holds(data, mount).then(|| (product, dump_word(id)))
}

fn dump_word(product: &str) -> Option<&'static str> {
    match product {
        "postgresql" => Some(Dump::Postgres.word()),
        "mysql" | "mariadb" => Some(Dump::Mysql.word()),
        _ => None,
    }
}

/// What is done about the files of a database in a container.
fn database<'a>(
    ctx: &Context<'a>,
    container: &Container<'a>,
    (id, product): (&str, &Product),
    data: &Data,
    mount: &Mount,
    out: &mut Findings,
) {
    if coverage::job(ctx, JobKind::Dump, container, None).is_some() {
        return;
    }
    let title = container.title();
    let (name, backup, declared) = match coverage::of(ctx, container, mount) {
        Coverage::Backup(name, backup, declared) => (name, backup, declared),
        Coverage::Job(job) => {
            let message =
                format!("whether job '{job}' holds {title} still while it copies its files");
            let d = RULE.unknown(message).at(mount.span, "files of a database");
            out.add(
                container.object(),
                d.help("declare a job of kind 'dump' on the stack, if there is one"),
            );
            return;
        }
        // That there is no copy at all is for bak-coverage.
        Coverage::Replaceable | Coverage::Declared | Coverage::Nothing => return,
    };
    let dump = match declared {
        Some(Declared::Dataset(set)) => set.about.dump.known(),
        Some(Declared::Service(data)) => data.dump.known(),
        None => None,
    };
    let how = backup.about.consistency.known();
    let dumped = dump.is_some_and(|d| *d != Dump::None);
    let as_dump = backup.about.kind.known() == Some(&BackupKind::Dump);
    if dumped || as_dump || how.is_some_and(|h| *h != Consistency::None) {
        return;
    }
    let program = product.title();
    let said = backup.about.consistency.is_some();
    if how.is_none() && (said || backup.about.kind.known() == Some(&BackupKind::Image)) {
        let message = format!(
            "whether backup '{name}' holds the file systems of {title} still: 'consistency' is not {}",
            if said { "known" } else { "declared" }
        );
        out.add(
            container.object(),
            RULE.unknown(message).at(backup.span, "copied here"),
        );
        return;
    }
    let way = data.dump.known().map_or("a dump", |d| d.0.as_str());
    let d = RULE
        .with(
            Severity::Warning,
            format!("backup '{name}' copies the files of {program} in {title} while it runs"),
        )
        .at(mount.span, format!("files of {program}"))
        .and_at(backup.span, "copied here, as they are");
    let d = cite(d, &product.origin(&data.source, &data.checked), ctx.today);
    let say = said_by(id, container.stack, mount);
    out.add(
        container.object(),
        d.help(format!(
            "write dumps with {way} and back those up; {say}. Or write 'consistency: stop' or 'freeze' at the backup if that is what happens"
        )),
    );
}

/// The key, or the job, that says that a database is written out.
fn said_by(product: &str, stack: &str, mount: &Mount) -> String {
    let key = match mount.kind {
        MountKind::Bind => "path",
        _ => "volume",
    };
    let source = mount.source.as_deref().unwrap_or_default();
    match dump_word(product) {
        Some(word) => format!(
            "say so at the data: 'services: {{NAME: {{runs: {{stack: {stack}}}, data: {{DATA: {{{key}: {source}, dump: {word}}}}}}}}}'"
        ),
        None => format!(
            "declare the job that does it: 'jobs: {{NAME: {{kind: dump, on: [stack/{stack}]}}}}'"
        ),
    }
}

fn datasets(ctx: &Context<'_>, out: &mut Findings) {
    for (name, data) in &ctx.lab.datasets {
        let Some(DataSource::Folder(folder)) = &data.source else {
            continue;
        };
        let inside = DATABASES
            .iter()
            .find(|(path, ..)| containers::is_below(&folder.value, path));
        if let Some((path, product, instead)) = inside {
            let message = format!("dataset '{name}' copies the files of {product} while it runs");
            let d = RULE
                .finding(message)
                .at(folder.span, format!("in {path}"))
                .help(*instead);
            out.add(dataset(name), d);
        }
    }
}
