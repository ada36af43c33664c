//! Every access order, read by a shell that runs nothing; and what is refused on paper.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::linux::act::tests::parses;
use crate::linux::script::Frame;
use model::id::{RunId, StepId};
use model::units::Seconds;

fn changes() -> Vec<AccessChange> {
    let path = "/etc/ssh/sshd_config.d/00-holdfast.conf".to_owned();
    let table = "lab".to_owned();
    let ruleset = Some("table inet lab {\n}\n".to_owned());
    vec![
        AccessChange::Sshd {
            path: path.clone(),
            content: Some("Port 22 # it's $(reboot)\n".to_owned()),
        },
        AccessChange::Sshd {
            path,
            content: None,
        },
        AccessChange::Keys {
            user: "anna".to_owned(),
            add: vec!["ssh-ed25519 x y".to_owned()],
            remove: vec!["SHA256:x".to_owned()],
        },
        AccessChange::Nft {
            table: table.clone(),
            ruleset,
        },
        AccessChange::Nft {
            table,
            ruleset: None,
        },
        AccessChange::DefaultRoute {
            via: Some("192.0.2.1".to_owned()),
        },
        AccessChange::DefaultRoute {
            via: Some("2001:db8::1".to_owned()),
        },
        AccessChange::DefaultRoute { via: None },
        AccessChange::Restore {
            run: RunId("r'1".to_owned()),
            step: StepId("web/../x".to_owned()),
        },
    ]
}

#[test]
fn every_order_is_posix_sh() {
    for change in &changes() {
        let orders = [
            AccessOrder::Arm {
                change,
                revert_after: Seconds(60),
            },
            AccessOrder::Live {
                change,
                nonce: "n'1",
            },
            AccessOrder::Persist { change },
        ];
        for order in orders {
            let text = script(&order).unwrap().finish(Frame::Step);
            parses(text.expose());
            assert!(!text.expose().contains("$(reboot)"));
        }
    }
    for order in [
        AccessOrder::Disarm,
        AccessOrder::Revert,
        AccessOrder::Status,
    ] {
        parses(script(&order).unwrap().finish(Frame::Look).expose());
    }
}

#[test]
fn the_revert_stands_alone_and_knows_no_wall_clock() {
    let guard = guard();
    parses(&guard);
    for helper in [
        "hf_line",
        "hf_refuse",
        "hf_fail",
        "HF_TMP",
        "acc_",
        "base64",
        "ssh-keygen",
    ] {
        assert!(
            !guard.contains(helper),
            "{helper} is not there when nobody comes"
        );
    }
    assert!(!guard.lines().any(|l| {
        l.split_whitespace()
            .any(|w| w == "date" || w.contains("$(date"))
    }));
    // Nothing of anybody else is flushed or removed.
    for text in [guard.as_str(), ORDERS, NFT_UNIT] {
        assert!(!text.contains("flush ruleset") && !text.contains("iptables"));
    }
}

#[test]
fn the_boot_unit_comes_before_every_way_in() {
    for unit in [
        "sysinit.target",
        "network-pre.target",
        "nftables.service",
        "ssh.service",
        "ssh.socket",
        "holdfast-nft.service",
    ] {
        let before = BOOT_UNIT.lines().filter_map(|l| l.strip_prefix("Before="));
        assert!(
            before.flat_map(str::split_whitespace).any(|u| u == unit),
            "{unit}"
        );
    }
    assert!(
        BOOT_UNIT.contains("DefaultDependencies=no")
            && BOOT_UNIT.contains("RequiresMountsFor=/var/lib/holdfast")
    );
}

#[test]
fn changes_that_are_none_are_refused_on_paper() {
    let sshd = |path: &str| AccessChange::Sshd {
        path: path.to_owned(),
        content: None,
    };
    let keys = |user: &str, line: &str| AccessChange::Keys {
        user: user.to_owned(),
        add: vec![line.to_owned()],
        remove: vec![],
    };
    let refused = [
        sshd("/etc/ssh/sshd_config"),
        sshd("/etc/ssh/sshd_config.d/x"),
        sshd("/etc/ssh/sshd_config.d/../x.conf"),
        sshd("/etc/ssh/sshd_config.d/.x.conf"),
        sshd("/etc/ssh/sshd_config.d/a b.conf"),
        keys("anna", "a\nb"),
        keys("-x", "a"),
        AccessChange::Nft {
            table: "a b".to_owned(),
            ruleset: None,
        },
        AccessChange::Nft {
            table: "lab".to_owned(),
            ruleset: Some("flush ruleset".to_owned()),
        },
        AccessChange::DefaultRoute {
            via: Some("gw; reboot".to_owned()),
        },
    ];
    for change in &refused {
        let order = AccessOrder::Persist { change };
        assert!(
            matches!(script(&order), Err(Refusal::Invalid(_))),
            "{change:?}"
        );
    }
    let change = &changes()[0];
    assert!(
        script(&AccessOrder::Arm {
            change,
            revert_after: Seconds(0)
        })
        .is_err()
    );
}
