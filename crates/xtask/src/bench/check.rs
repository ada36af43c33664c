//! `bench check`: wall time and peak memory of `check` against DESIGN's budgets, and how both grow with the lab.

use super::lab::{self, Size};
use super::{median, times};
use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// What is to be measured.
struct Options {
    largest: Size,
    runs: usize,
    /// The generated labs stay here.
    keep: Option<PathBuf>,
}

/// One lab, measured.
struct Row {
    milliseconds: Vec<f64>,
    /// Peak of the resident set in MiB, and what was found.
    peak: f64,
    found: String,
}

/// Prints a table; nothing here passes or fails.
pub(crate) fn run(root: &Path, holdfast: &Path, rest: &[String]) -> Result<()> {
    let options = read(rest)?;
    println!(
        "{:34} {:>8} {:>13} {:>8} {:>9}  findings",
        "", "median", "min-max ms", "budget", "peak MiB"
    );
    let version = times(options.runs * 2, || {
        super::quiet(Command::new(holdfast).arg("--version"))
    })?;
    line("--version", &version, "30 ms", None, "");
    for (name, budget) in [
        ("smallest", "30 ms"),
        ("core-services/mended", "50 ms"),
        ("personal-cloud/mended", "50 ms"),
    ] {
        let row = measure(
            holdfast,
            &root.join("examples").join(name),
            options.runs * 2,
        )?;
        line(name, &row.milliseconds, budget, Some(row.peak), &row.found);
    }
    let temporary = std::env::temp_dir().join(format!("holdfast-bench-{}", std::process::id()));
    let folder = options.keep.clone().unwrap_or(temporary);
    let measured = growth(holdfast, &folder, &options);
    if options.keep.is_none() {
        std::fs::remove_dir_all(&folder)?;
    }
    measured
}

/// Writes one generated lab, to look at it or to profile with it.
pub(crate) fn generate(rest: &[String]) -> Result<()> {
    let options = read(rest)?;
    let Some(folder) = options.keep else {
        bail!("bench generate needs --keep DIR");
    };
    let bytes = lab::write(&folder, options.largest)?;
    println!("{}: {bytes} bytes of YAML", folder.display());
    Ok(())
}

/// Generated labs from a sixty-fourth of the size on, each four times as large as the one before.
fn growth(holdfast: &Path, folder: &Path, options: &Options) -> Result<()> {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for part in [64, 16, 4, 1] {
        let size = Size {
            hosts: options.largest.hosts.div_ceil(part),
            services: options.largest.services.div_ceil(part),
        };
        let tree = folder.join(format!("{}-{}", size.hosts, size.services));
        let bytes = lab::write(&tree, size)?;
        let row = measure(holdfast, &tree, options.runs)?;
        let name = format!(
            "{} hosts, {} services, {:.1} MB",
            size.hosts,
            size.services,
            bytes as f64 / 1e6
        );
        let budget = if size.hosts == 10_000 && size.services == 100_000 {
            "3000 ms"
        } else {
            ""
        };
        line(&name, &row.milliseconds, budget, Some(row.peak), &row.found);
        points.push((
            (size.services + size.hosts) as f64,
            median(&row.milliseconds),
        ));
    }
    println!(
        "growth exponent of time over size: {:.2}, between the two largest {:.2}",
        slope(&points),
        slope(points.get(2..).unwrap_or_default())
    );
    println!("budget of memory for the largest: 1536 MiB");
    Ok(())
}

fn line(name: &str, times: &[f64], budget: &str, peak: Option<f64>, found: &str) {
    let low = times.iter().copied().fold(f64::INFINITY, f64::min);
    let high = times.iter().copied().fold(0.0, f64::max);
    let spread = format!("{low:.0}-{high:.0}");
    let peak = peak.map_or_else(String::new, |p| format!("{p:.0}"));
    println!(
        "{name:34} {:>5.0} ms {spread:>13} {budget:>8} {peak:>9}  {found}",
        median(times)
    );
}

/// Least-squares slope of the logarithms.
fn slope(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let n = logs.len() as f64;
    let (mx, my) = (
        logs.iter().map(|p| p.0).sum::<f64>() / n,
        logs.iter().map(|p| p.1).sum::<f64>() / n,
    );
    let up: f64 = logs.iter().map(|(x, y)| (x - mx) * (y - my)).sum();
    let along: f64 = logs.iter().map(|(x, _)| (x - mx).powi(2)).sum();
    up / along
}

fn measure(holdfast: &Path, tree: &Path, runs: usize) -> Result<Row> {
    let started = || {
        let mut command = checking(holdfast, tree);
        let command = command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::inherit()).spawn()
    };
    // Memory is looked at in a run of its own, which also warms the page cache: to look takes time from what is measured.
    let peak = watched(started()?)?;
    let mut milliseconds = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        let end = started()?.wait()?;
        milliseconds.push(start.elapsed().as_secs_f64() * 1000.0);
        ended(end)?;
    }
    Ok(Row {
        milliseconds,
        peak,
        found: findings(holdfast, tree)?,
    })
}

/// A check that found nothing, or something, ended well.
fn ended(end: ExitStatus) -> Result<()> {
    if !matches!(end.code(), Some(0 | 1)) {
        bail!("check ended with {end}");
    }
    Ok(())
}

fn checking(holdfast: &Path, tree: &Path) -> Command {
    let mut command = Command::new(holdfast);
    command.args(["check", "--date", "2026-11-21"]).arg(tree);
    command
}

/// What was found, counted by one more run that is not measured: what is printed for people may be worded otherwise tomorrow.
fn findings(holdfast: &Path, tree: &Path) -> Result<String> {
    let mut command = checking(holdfast, tree);
    let output = command
        .args(["--format", "json"])
        .stdin(Stdio::null())
        .output()?;
    let found: Vec<Value> = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("what {command:?} printed is no list of findings"))?;
    Ok(counted(&found))
}

/// `2 errors, 1 warnings, 0 notes, 3 not known`.
fn counted(found: &[Value]) -> String {
    let unknown = |f: &&Value| f["unknown"] == true;
    let of = |severity: &str| {
        let known = found.iter().filter(|f| !unknown(f));
        known.filter(|f| f["severity"] == severity).count()
    };
    format!(
        "{} errors, {} warnings, {} notes, {} not known",
        of("error"),
        of("warning"),
        of("info"),
        found.iter().filter(unknown).count()
    )
}

/// Waits for the end; returns the highest resident set that was seen, in MiB. A process that has ended no longer says it.
fn watched(mut child: Child) -> Result<f64> {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    loop {
        if let Some(end) = child.try_wait()? {
            ended(end)?;
            return Ok(peak);
        }
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib = line.and_then(|l| l.trim().split(' ').next()?.parse::<f64>().ok());
        peak = peak.max(kib.unwrap_or_default() / 1024.0);
        // tidy: allowed because the high-water mark can only be read while the process runs
        std::thread::sleep(Duration::from_millis(4));
    }
}

fn read(rest: &[String]) -> Result<Options> {
    let mut options = Options {
        largest: Size {
            hosts: 10_000,
            services: 100_000,
        },
        runs: 5,
        keep: None,
    };
    let mut rest = rest.iter();
    while let Some(name) = rest.next() {
        let value = rest
            .next()
            .with_context(|| format!("{name} needs a value"))?;
        let number = || {
            value
                .parse::<usize>()
                .with_context(|| format!("'{value}' is no number"))
        };
        match name.as_str() {
            "--hosts" => options.largest.hosts = number()?.max(1),
            "--services" => options.largest.services = number()?,
            "--runs" => options.runs = number()?.max(1),
            "--keep" => options.keep = Some(PathBuf::from(value)),
            _ => bail!("bench check has no option {name}"),
        }
    }
    Ok(options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_counted_by_what_they_are_and_unknowns_apart() {
        let found = serde_json::json!([
            {"severity": "error"}, {"severity": "error", "unknown": false}, {"severity": "warning"},
            {"severity": "info"}, {"severity": "error", "unknown": true},
        ]);
        assert_eq!(
            counted(found.as_array().unwrap()),
            "2 errors, 1 warnings, 1 notes, 1 not known"
        );
    }
}
