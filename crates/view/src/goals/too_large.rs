//! Guests that are larger than what any one host has for them: one sentence for each, whichever hosts are lost.

use graph::evacuation::Loss;
use graph::sizes::memory;

/// A guest, and the losses after which it fits nowhere.
struct Guest {
    name: String,
    takes: i128,
    lost: Vec<String>,
    /// The host that has the most for it, of those that are left after any of the losses.
    most: (i128, String),
}

/// Those of a cluster, in the order in which they were found.
#[derive(Default)]
pub(super) struct TooLarge(Vec<Guest>);

impl TooLarge {
    /// All together may fit where one of them fits nowhere; whether one is too large.
    pub(super) fn is(&mut self, loss: &Loss) -> bool {
        let most = |a: &&(String, i128), b: &&(String, i128)| {
            (a.1, std::cmp::Reverse(&a.0)).cmp(&(b.1, std::cmp::Reverse(&b.0)))
        };
        let (Some((host, room)), Some(part)) = (
            loss.rooms.iter().max_by(most),
            loss.moving.iter().max_by_key(|p| p.value),
        ) else {
            return false;
        };
        if part.value <= *room {
            return false;
        }
        let here = (*room, host.clone());
        match self.0.iter_mut().find(|g| g.name == part.name) {
            Some(guest) => {
                guest.lost.push(loss.host.clone());
                if here.0 > guest.most.0 || here.0 == guest.most.0 && here.1 < guest.most.1 {
                    guest.most = here;
                }
            }
            None => self.0.push(Guest {
                name: part.name.clone(),
                takes: part.value,
                lost: vec![loss.host.clone()],
                most: here,
            }),
        }
        true
    }

    pub(super) fn words(&self) -> Vec<String> {
        let one = |guest: &Guest| {
            let (name, takes) = (&guest.name, memory(guest.takes));
            let (most, host) = (memory(guest.most.0.max(0)), &guest.most.1);
            match &guest.lost[..] {
                [lost] => {
                    format!(
                        "{name} takes {takes}, and no host but {lost} has more than {most} for it"
                    )
                }
                _ => format!(
                    "{name} takes {takes}, and the most that a host has for it is {most} ({host})"
                ),
            }
        };
        self.0.iter().map(one).collect()
    }
}
