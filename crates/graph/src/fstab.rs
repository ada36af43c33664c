//! Lines of fstab(5), wherever they are declared: as a managed file of a host, or as what is said of a pool.

use diag::Span;
use model::declare::OptExt as _;
use model::document::{Document, MountLine};
use model::lab::Lab;
use model::lab::storage::PoolKind;

/// Types of lines that wait for no disk.
const NO_DISK: [&str; 4] = ["swap", "proc", "sysfs", "tmpfs"];

/// A file system that is mounted at boot.
pub struct Mount {
    /// The device, UUID or label.
    pub device: String,
    /// Where.
    pub at: String,
    /// Options; none if they are not declared.
    pub options: Option<Vec<String>>,
    /// Where it is declared.
    pub span: Span,
}

/// The mounts of a text in the form of fstab(5).
pub fn parse(text: &str, span: Span) -> Vec<Mount> {
    let lines = text.lines().map(str::trim);
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| {
            let mut fields = line.split_whitespace();
            let (device, at) = (fields.next()?.to_owned(), fields.next()?.to_owned());
            let (kind, options) = (fields.next()?, fields.next().unwrap_or("defaults"));
            let options = options.split(',').map(str::to_owned).collect();
            let disk = at.starts_with('/') && !NO_DISK.contains(&kind);
            disk.then_some(Mount {
                device,
                at,
                options: Some(options),
                span,
            })
        })
        .collect()
}

/// All mounts that files of hosts declare, with the host.
pub fn of_hosts(lab: &Lab) -> Vec<(&str, Mount)> {
    let files = lab.hosts.iter().filter_map(|(name, host)| {
        let file = host.files.get("/etc/fstab")?;
        Some((name.as_str(), file))
    });
    files
        .flat_map(|(name, file)| {
            let mounts = parse(&file.content.value, file.content.span);
            mounts.into_iter().map(move |m| (name, m))
        })
        .collect()
}

/// All mounts of documents in the form of fstab(5), with the document.
pub fn of_documents<'a>(ctx: &crate::Context<'a>) -> Vec<(&'a Document, Mount)> {
    let documents = ctx.documents.by_name.values();
    documents
        .flat_map(|document| {
            let lines = document.mounts.iter().filter(|line| {
                let kind = line.kind.value.as_str();
                line.point.value.starts_with('/') && !NO_DISK.contains(&kind)
            });
            lines.map(move |line| (document, of_line(line)))
        })
        .collect()
}

fn of_line(line: &MountLine) -> Mount {
    let options: Vec<String> = line.options.iter().map(|o| o.value.clone()).collect();
    Mount {
        device: line.spec.value.clone(),
        at: line.point.value.clone(),
        options: Some(match options.is_empty() {
            true => vec!["defaults".to_owned()],
            false => options,
        }),
        span: line.span,
    }
}

/// All mounts that pools declare. ZFS mounts by itself, and from its own records.
pub fn of_pools(lab: &Lab) -> Vec<(&str, Mount)> {
    let pools = lab.pools.iter().filter_map(|(name, pool)| {
        if matches!(pool.kind.known(), Some(PoolKind::Zfs | PoolKind::Ceph)) {
            return None;
        }
        let options: Vec<String> = pool.mount_options.iter().map(|o| o.value.clone()).collect();
        let mount = pool.mount.as_ref()?;
        let at = mount.value()?.0.clone();
        Some((
            name.as_str(),
            Mount {
                device: pool.device.known().map(|d| d.0.clone()).unwrap_or_default(),
                at,
                options: (!options.is_empty()).then_some(options),
                span: pool.mount_options.first().map_or(mount.span, |o| o.span),
            },
        ))
    });
    pools.collect()
}

/// Without these the system does not run anyway.
pub fn is_system(at: &str) -> bool {
    ["/", "/boot", "/boot/efi", "/usr", "/var", "/etc"].contains(&at)
}

/// A name that the kernel gives in the order in which it finds devices: `/dev/sda`, `nvme0n1`.
pub fn is_kernel_name(path: &str) -> bool {
    let name = path.strip_prefix("/dev/").unwrap_or(path);
    let letters = |prefix: &str| {
        let rest = name.strip_prefix(prefix);
        rest.is_some_and(|r| {
            let letters = r.trim_end_matches(|c: char| c.is_ascii_digit());
            !letters.is_empty()
                && letters.len() <= 2
                && letters.chars().all(|c| c.is_ascii_lowercase())
        })
    };
    let numbers = |prefix: &str| {
        let rest = name.strip_prefix(prefix);
        let digit = |c: char| c.is_ascii_digit();
        // `nvme0` is a controller, and a fair label for the only one; `nvme0n1` is what is mounted.
        rest.is_some_and(|r| r.starts_with(digit) && (prefix != "nvme" || r.contains('n')))
    };
    !name.contains('/')
        && (["sd", "hd", "vd", "xvd"].iter().any(|p| letters(p))
            || ["nvme", "mmcblk"].iter().any(|p| numbers(p)))
}

/// An md array by its number, which is 127 for one that the initramfs does not know.
pub fn is_md_number(path: &str) -> bool {
    let number = path.strip_prefix("/dev/md");
    number.is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
}
