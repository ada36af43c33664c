//! A lab of any size, always the same for the same size: sites with a line, a battery and a switch; hosts in clusters of five and guests on
//! them; services with needs, data, ways in and backups. One thing in a few hundred is wrong, so that rules have something to find.
//!
//! What it leaves out: documents, money, claims, people's hours. Those do not grow with a lab.

use anyhow::Result;
use std::fmt::Write as _;
use std::path::Path;

/// Hosts that share a site and its file.
const SITE: usize = 100;
/// Hosts that share a quorum.
const CLUSTER: usize = 5;
/// One service in so many is a Compose project.
const STACKS: usize = 100;
/// One thing in so many is wrong.
const WRONG: u64 = 300;

/// How large.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) hosts: usize,
    pub(crate) services: usize,
}

/// Sebastiano Vigna's SplitMix64: the same numbers everywhere, for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn wrong(&mut self) -> bool {
        self.next().is_multiple_of(WRONG)
    }
}

/// Writes the tree into an empty folder. Returns how many bytes of YAML it has.
pub(crate) fn write(folder: &Path, size: Size) -> Result<u64> {
    let mut random = Random(1);
    std::fs::create_dir_all(folder.join("lab"))?;
    let root = "format: 1\nlab: generated\nowner: anna\ncurrency: EUR\ntimezone: Europe/Berlin\n";
    std::fs::write(folder.join("holdfast.yaml"), root)?;
    std::fs::write(folder.join("lab/common.yaml"), common())?;
    let sites = size.hosts.div_ceil(SITE);
    let mut bytes = 0;
    for site in 0..sites {
        let hosts = SITE.min(size.hosts - site * SITE);
        let services = share(size.services, size.hosts, site * SITE, hosts);
        let plan = Plan {
            site,
            sites,
            hosts,
            services,
        };
        let text = plan.yaml(&mut random);
        bytes += text.len() as u64;
        std::fs::write(folder.join(format!("lab/site-{site:03}.yaml")), text)?;
        for n in (0..plan.services).filter(|n| n % STACKS == 7) {
            let stack = folder.join(format!("stacks/s{site}-{n}"));
            std::fs::create_dir_all(&stack)?;
            std::fs::write(stack.join("compose.yaml"), compose(n))?;
        }
    }
    Ok(bytes)
}

/// The services of the hosts from one on, if all are spread evenly.
fn share(services: usize, hosts: usize, from: usize, count: usize) -> usize {
    let before = |h: usize| services * h / hosts.max(1);
    before(from + count) - before(from)
}

fn common() -> &'static str {
    "people:\n  anna: {role: owner, admin: true, on_call: true, response: 8h, hours: 9h/week}\n\
     tiers:\n  critical: {rto: {device: 10h, host: 12h, corruption: 1d, site: 7d}, rpo: {device: 26h, host: 26h, corruption: 26h, site: 2d}, slo: 99%}\n  \
     standard: {rto: {device: 2d, host: 2d, corruption: 2d, site: 14d}, rpo: {device: 26h, host: 26h, corruption: 26h, site: 2d}, slo: 95%}\n\
     zones:\n  inside: {trust: high, description: machines}\n"
}

fn compose(n: usize) -> String {
    format!(
        "services:\n  app:\n    image: registry.example.org/app:1.{n}@sha256:{n:064x}\n    restart: unless-stopped\n    read_only: true\n    \
         cap_drop: [ALL]\n    security_opt: [\"no-new-privileges:true\"]\n    user: \"1000:1000\"\n    mem_limit: 128m\n    volumes: [data:/data]\nvolumes:\n  data:\n"
    )
}

/// One site.
struct Plan {
    site: usize,
    sites: usize,
    hosts: usize,
    services: usize,
}

impl Plan {
    fn yaml(&self, random: &mut Random) -> String {
        let mut out = String::with_capacity(self.services * 400 + self.hosts * 1_000);
        // Writing to a String cannot fail.
        let _ = self
            .place(&mut out)
            .and_then(|()| self.machines(&mut out, random))
            .and_then(|()| self.storage(&mut out, random))
            .and_then(|()| self.served(&mut out, random));
        out
    }

    /// Where things stand, and the networks there. Each site has 10.x.0.0/18 to itself.
    fn place(&self, out: &mut String) -> std::fmt::Result {
        let s = self.site;
        let ports: Vec<String> = (0..self.hosts)
            .map(|h| format!("{h}: {{speed: 10Gbit/s}}"))
            .collect();
        writeln!(
            out,
            "sites:\n  site{s}:\n    uplinks: {{line{s}: {{provider: provider {}, down: 1Gbit/s, up: 500Mbit/s, gateway: sw{s}}}}}\n    \
             power: {{price: 0.30 EUR/kWh, feeds: {{mains{s}: {{kind: mains, capacity: 50kW}}}}}}\n\
             ups:\n  ups{s}: {{site: site{s}, power: 40kW, rating: 50kVA, energy: 20kWh, runtime: 30m, feed: site{s}/mains{s}, feeds: [sw{s}], watched_by: h{s}-0}}\n\
             devices:\n  sw{s}: {{kind: switch, site: site{s}, addresses: {{lan{s}: {}}}, ports: {{{}}}}}\n\
             networks:\n  lan{s}: {{vlan: {}, subnet: {}/18, gateway: {}, zone: inside, kind: vlan}}",
            s % 7,
            self.address(0, 1),
            ports.join(", "),
            2 + s % 4_000,
            self.address(0, 0),
            self.address(0, 1)
        )
    }

    /// The address of number `n` in a range of 4,096 of the site's own.
    fn address(&self, range: usize, n: usize) -> String {
        let all = (self.site << 14) + (range << 12) + n;
        format!(
            "10.{}.{}.{}",
            (all >> 16) & 255,
            (all >> 8) & 255,
            all & 255
        )
    }

    fn machines(&self, out: &mut String, random: &mut Random) -> std::fmt::Result {
        let s = self.site;
        writeln!(out, "hosts:")?;
        for h in 0..self.hosts {
            let root = if random.wrong() { "yes" } else { "no" };
            writeln!(
                out,
                "  h{s}-{h}:\n    site: site{s}\n    os: proxmox-ve\n    version: 9.1\n    kind: server\n    addresses: {{lan{s}: {}}}",
                self.address(1, h + 1)
            )?;
            writeln!(
                out,
                "    hardware: {{cpu: {{model: EPYC 7313P, cores: 16, threads: 32, sockets: 1}}, memory: 256GiB, disks: {{a: {{size: 2TB, kind: nvme}}, b: {{size: 2TB, kind: nvme}}}}, nics: {{eth0: {{speed: 10Gbit/s, network: lan{s}}}}}}}"
            )?;
            writeln!(
                out,
                "    sshd: {{PermitRootLogin: {root}, PasswordAuthentication: no, KbdInteractiveAuthentication: no}}"
            )?;
        }
        writeln!(out, "cables:")?;
        for h in 0..self.hosts {
            writeln!(out, "  - {{from: h{s}-{h}/eth0, to: sw{s}/{h}}}")?;
        }
        writeln!(out, "clusters:")?;
        for c in 0..self.hosts.div_ceil(CLUSTER) {
            let members = c * CLUSTER..self.hosts.min((c + 1) * CLUSTER);
            let names: Vec<String> = members.map(|h| format!("h{s}-{h}")).collect();
            writeln!(
                out,
                "  c{s}-{c}: {{kind: proxmox, members: [{}], network: lan{s}}}",
                names.join(", ")
            )?;
        }
        writeln!(out, "guests:")?;
        for g in 0..self.hosts * 2 {
            let memory = if random.wrong() { 300 } else { 16 };
            writeln!(
                out,
                "  g{s}-{g}: {{kind: vm, on: h{s}-{}, os: debian, version: 13, cores: 4, memory: {memory}GiB, addresses: {{lan{s}: {}}}, disks: {{root: {{pool: p{s}-{}, size: 60GB}}}}}}",
                g / 2,
                self.address(2, g + 1),
                g / 2
            )?;
        }
        Ok(())
    }

    fn storage(&self, out: &mut String, random: &mut Random) -> std::fmt::Result {
        let s = self.site;
        writeln!(out, "pools:")?;
        for h in 0..self.hosts {
            writeln!(
                out,
                "  p{s}-{h}: {{kind: zfs, on: h{s}-{h}, level: mirror, devices: [h{s}-{h}/a, h{s}-{h}/b], raw: 4TB, usable: 2TB, used: 400GB, growth: 20%, fill_limit: 80%, monitored_by: disks{s}, scrub: monthly}}"
            )?;
        }
        let away = (s + 1) % self.sites;
        writeln!(
            out,
            "repositories:\n  near{s}: {{kind: restic, on: h{s}-0, location: \"rest:https://h{s}-0:8000/near\", pool: p{s}-0}}\n  away{s}: {{kind: restic, on: h{away}-0, location: \"rest:https://h{away}-0:8000/away{s}\", pool: p{away}-0, append_only: true}}"
        )?;
        writeln!(out, "datasets:")?;
        for h in 0..self.hosts {
            writeln!(
                out,
                "  d{s}-{h}: {{host: h{s}-{h}, folder: /srv/d{h}, pool: p{s}-{h}, class: important, tier: critical, size: 20GB, changes: 100MB/day, verify: [{{files_at_least: 1}}]}}"
            )?;
        }
        let kept: Vec<String> = (0..self.hosts)
            .filter(|_| !random.wrong())
            .map(|h| format!("d{s}-{h}"))
            .collect();
        writeln!(out, "backups:")?;
        for to in ["near", "away"] {
            writeln!(
                out,
                "  {to}{s}: {{datasets: [{}], to: {to}{s}, schedule: daily, keep: {{daily: 7, weekly: 4}}}}",
                kept.join(", ")
            )?;
        }
        Ok(())
    }

    fn served(&self, out: &mut String, random: &mut Random) -> std::fmt::Result {
        let s = self.site;
        let pools: Vec<String> = (0..self.hosts).map(|h| format!("pool/p{s}-{h}")).collect();
        writeln!(
            out,
            "alerts:\n  disks{s}: {{about: [{}], metric: disk-errors, above: 0, severity: P2, response: 8h}}\nstacks:",
            pools.join(", ")
        )?;
        for n in (0..self.services).filter(|n| n % STACKS == 7) {
            writeln!(
                out,
                "  s{s}-{n}: {{file: stacks/s{s}-{n}/compose.yaml, on: g{s}-{}}}",
                self.guest(n)
            )?;
        }
        writeln!(out, "services:")?;
        for n in 0..self.services {
            self.service(n, out, random)?;
        }
        Ok(())
    }

    fn guest(&self, n: usize) -> usize {
        n % (self.hosts * 2).max(1)
    }

    /// The first two of a site are its name servers; one in ten is a database, which others need.
    fn service(&self, n: usize, out: &mut String, random: &mut Random) -> std::fmt::Result {
        let s = self.site;
        let on = match n % STACKS {
            7 => format!("{{stack: s{s}-{n}}}"),
            _ => format!("{{guest: g{s}-{}}}", self.guest(n)),
        };
        let tier = if n.is_multiple_of(10) {
            "critical"
        } else {
            "standard"
        };
        write!(
            out,
            "  v{s}-{n}:\n    runs: {on}\n    owner: anna\n    version: 1.{}\n",
            n % 50
        )?;
        if !random.wrong() {
            writeln!(out, "    tier: {tier}")?;
        }
        if n >= 2 {
            write!(out, "    needs: [{{any: [v{s}-0, v{s}-1]}}")?;
            if !n.is_multiple_of(10) && n > 10 {
                // A database before it, so that there is no loop.
                write!(out, ", v{s}-{}", 10 * (1 + random.below((n - 1) / 10)))?;
            }
            writeln!(out, "]")?;
        }
        writeln!(out, "    memory: {{expected: 200MiB, limit: 1GiB}}")?;
        if n.is_multiple_of(3) {
            writeln!(
                out,
                "    exposures: [{{port: {}, from: lan{s}, why: used by others, owner: anna, review: 2027-06-01}}]",
                8_000 + n / (self.hosts * 2).max(1)
            )?;
            writeln!(
                out,
                "    smoke: [{{tcp: {}}}]",
                8_000 + n / (self.hosts * 2).max(1)
            )?;
        }
        if n.is_multiple_of(10) {
            writeln!(
                out,
                "    data: {{rows: {{path: /var/lib/v{n}, class: replaceable, size: 5GB, changes: 50MB/day}}}}"
            )?;
        }
        Ok(())
    }
}
