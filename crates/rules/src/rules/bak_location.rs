//! A repository that lies on another host, at a path of this one.

use crate::context::dataset;
use crate::{Context, Findings, Mend, Rule};
use diag::{Edit, Fix, Severity};

pub(crate) const RULE: Rule = Rule {
    id: "bak-location",
    since: "0.1.0",
    severity: Severity::Error,
    summary: "A backup goes to a repository on another host, whose location is a directory of the host that writes.",
    rationale: "The host of the data writes its archives itself. A plain path is a directory of its own, wherever the repository is \
        declared to stand: the copy would lie beside the data and be counted as one on another host.",
    example: "repositories: {attic: {on: store, location: /mnt/attic}}   # for data on host 'web'",
    controls: &[
        "CIS v8 11.4",
        "NIST CSF 2.0 PR.DS-11",
        "ISO 27001:2022 A.8.13",
    ],
    mend: Mend::Unsafe("writes the location as one that is reached by SFTP"),
    run,
};

fn run(ctx: &Context<'_>, out: &mut Findings) {
    for (name, data) in &ctx.lab.datasets {
        let Some(home) = data.host.as_ref() else {
            continue;
        };
        for (backup, _, key, repository) in ctx.backups_of(name) {
            let (Some(on), Some(location)) = (&repository.on, &repository.location) else {
                continue;
            };
            let (Some(there), Some(path)) = (on.value(), location.value()) else {
                continue;
            };
            if *there == home.value || !path.starts_with('/') {
                continue;
            }
            let d = RULE
                .finding(format!(
                    "backup '{backup}' of dataset '{name}' would write to {path} of host '{}', not of host '{}'",
                    home.value, there
                ))
                .at(location.span, format!("a directory of the host that writes, '{}'", home.value))
                .and_at(on.span, format!("repository '{key}' is declared to be here"))
                .help(format!("write 'location: sftp:{}:{path}', which root of '{}' can log in to", there, home.value))
                .fix(Fix::doubtful(
                    "write to the host by SFTP",
                    Edit::replace(location.span, format!("sftp:{}:{path}", there)),
                ));
            out.add(dataset(name), d);
        }
    }
}
