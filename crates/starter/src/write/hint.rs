//! Addresses for hints: those of the network that was named, not of somebody else's.

use crate::answers::Answers;
use crate::question::Key;
use core::net::Ipv4Addr;
use ipnet::Ipv4Net;

/// The network that hints are taken from.
pub(super) struct Hints {
    first: u32,
    /// Number of addresses.
    size: u32,
    used: Vec<String>,
}

/// What many routers give out, where nothing is known.
const USUAL: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 0);

impl Hints {
    /// By the network, else by an address in it, else a usual one.
    pub(super) fn of(answers: &Answers) -> Self {
        let machines = answers.machines().into_iter().chain(answers.storage());
        let mut used: Vec<String> = machines.filter_map(|m| m.address).collect();
        used.extend(answers.get(Key::Gateway).map(str::to_owned));
        let whole = answers.get(Key::Network).and_then(subnet);
        let around = || used.iter().find_map(|u| subnet(&format!("{u}/24")));
        let (first, size) = whole.or_else(around).unwrap_or((u32::from(USUAL), 256));
        Self { first, size, used }
    }

    fn at(&self, offset: u32) -> String {
        Ipv4Addr::from(self.first.saturating_add(offset)).to_string()
    }

    /// The network itself.
    pub(super) fn subnet(&self) -> String {
        format!("{}/{}", self.at(0), 32 - self.size.ilog2())
    }

    /// The first address that nobody is known to have.
    pub(super) fn router(&self) -> String {
        self.free(1, 0)
    }

    /// One for the machine of this number.
    pub(super) fn machine(&self, number: usize) -> String {
        let start = if self.size >= 64 { 10 } else { 2 };
        self.free(start, number)
    }

    /// The free address of this number, from an offset on.
    fn free(&self, start: u32, number: usize) -> String {
        let all = (start..self.size.saturating_sub(1)).map(|n| self.at(n));
        let mut free = all.filter(|a| !self.used.contains(a));
        free.nth(number).unwrap_or_else(|| self.at(start))
    }

    /// A range to give out.
    pub(super) fn pool(&self) -> String {
        let (from, to) = match self.size {
            256.. => (100, 199),
            _ => (self.size / 2, self.size.saturating_sub(2)),
        };
        format!("{}-{}", self.at(from), self.at(to))
    }
}

/// First address and size of a subnet of IPv4 with room for a router, machines and a range.
fn subnet(text: &str) -> Option<(u32, u32)> {
    let net: Ipv4Net = text.parse().ok()?;
    let free = 32_u8.checked_sub(net.prefix_len())?;
    let room = (3..=24).contains(&free);
    room.then(|| (net.network().to_bits(), 1 << free))
}
