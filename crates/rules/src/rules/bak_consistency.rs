//! A database's files are copied while it writes to them.

use crate::context::dataset;
use crate::{Context, Findings, Rule};
use diag::Severity;
use model::lab::DataSource;

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
    summary: "A dataset is the folder of a running database.",
    rationale: "A database's files belong together only at one instant. Copied one after the other while it writes, they \
        are a state that never was; the copy may start, or lose rows, or not start, and nobody knows before the restore.",
    example: "datasets: {db: {host: web, folder: /var/lib/postgresql/15/main}}",
    controls: &["NIST CSF 2.0 PR.DS-11", "ISO 27001:2022 A.8.13"],
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, data) in &ctx.lab.datasets {
        let Some(DataSource::Folder(folder)) = &data.source else {
            continue;
        };
        let inside = DATABASES
            .iter()
            .find(|(path, ..)| is_below(&folder.value, path));
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

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
