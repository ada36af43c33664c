//! What stands in every page beside what the definition of the command line says.

pub(crate) const FILES: &[(&str, &str)] = &[
    ("holdfast.yaml, lab/**/*.yaml", "The lab tree."),
    ("holdfast.lock", "In the lab tree: who is who. Commit it."),
    (
        "~/.local/share/holdfast",
        "Journals, evidence, observations.",
    ),
    (
        "~/.local/state/holdfast/pins",
        "The head of the ledger, kept apart from it.",
    ),
];

pub(crate) const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "HOLDFAST_DATA",
        "Another folder for journals, evidence and observations.",
    ),
    (
        "HOLDFAST_PINS",
        "More folders for the head of the ledger, with colons between them.",
    ),
    (
        "HOLDFAST_SSH_CONFIG",
        "A configuration for ssh instead of your own.",
    ),
    ("NO_COLOR", "Not empty: no colour."),
];

/// Examples of a verb: a command, and what it does.
pub type Examples = &'static [(&'static str, &'static str)];

/// Examples of each verb, and of all together.
pub const EXAMPLES: &[(&str, Examples)] = &[
    (
        "holdfast",
        &[
            ("holdfast init lab", "Begin a lab tree."),
            ("holdfast check lab", "What is wrong on paper."),
            (
                "holdfast drift lab --on real",
                "Where the machines differ from it.",
            ),
            (
                "holdfast prove lab --on real",
                "What is proven, what is not, and why.",
            ),
        ],
    ),
    (
        "init",
        &[
            ("holdfast init lab", "Ask on the terminal."),
            (
                "holdfast init lab --profile one-host --host pve=192.168.1.10 --os proxmox-ve --memory 16GiB --yes",
                "Ask nothing; what is not said stays unknown.",
            ),
            (
                "holdfast init . --profile nas --compose stacks --git --yes",
                "Take up the Compose projects in this folder, and begin a git repository.",
            ),
        ],
    ),
    (
        "check",
        &[
            (
                "holdfast check lab --unknown",
                "Also list what nobody stated.",
            ),
            ("holdfast check lab --format sarif", "For code scanning."),
            (
                "holdfast check lab --date 2027-06-01 --deny warnings",
                "What will have ended by then; warnings count.",
            ),
        ],
    ),
    (
        "show",
        &[
            ("holdfast show storage lab", "Pools and disks as tables."),
            (
                "holdfast show exposures lab --json",
                "Every way in, for programs.",
            ),
        ],
    ),
    (
        "simulate",
        &[
            (
                "holdfast simulate lab --fail disk:nas/sda",
                "What one broken disk stops and loses.",
            ),
            (
                "holdfast simulate lab --all --top 5",
                "The five worst faults, and pairs of them.",
            ),
        ],
    ),
    (
        "explain",
        &[(
            "holdfast explain bak-321",
            "What the finding means and what to do.",
        )],
    ),
    (
        "schema",
        &[(
            "holdfast schema",
            "Write it to holdfast.schema.json for completion in editors.",
        )],
    ),
    (
        "observe",
        &[(
            "holdfast observe lab --on real --host web",
            "Look at one host and record it.",
        )],
    ),
    (
        "drift",
        &[("holdfast drift lab --on real", "Declared against observed.")],
    ),
    (
        "ports",
        &[(
            "holdfast ports lab --on real",
            "Open ports, and who answers for each.",
        )],
    ),
    (
        "plan",
        &[("holdfast plan lab --on real", "What apply would do.")],
    ),
    (
        "apply",
        &[
            (
                "holdfast apply lab --on twin:test",
                "Try it on the miniature first.",
            ),
            (
                "holdfast apply lab --on real --yes --allow access:host/web",
                "Agree beforehand, also to a change of a way in.",
            ),
        ],
    ),
    (
        "undo",
        &[(
            "holdfast undo --last --lab lab --on real",
            "Take back the newest run that changed something.",
        )],
    ),
    (
        "backup",
        &[(
            "holdfast backup lab --dataset photos --on real",
            "Take an archive now and read it back.",
        )],
    ),
    (
        "restore",
        &[(
            "holdfast restore lab --dataset photos --to /srv/restored --on real",
            "Restore beside the data.",
        )],
    ),
    (
        "drill",
        &[(
            "holdfast drill lab --on real",
            "Restore all for practice and measure.",
        )],
    ),
    (
        "prove",
        &[("holdfast prove lab --on real", "The scoreboard.")],
    ),
    (
        "import",
        &[
            (
                "holdfast import local --into lab",
                "Show what a lab tree of this machine would be.",
            ),
            (
                "holdfast import ssh://admin@192.168.1.10 --into lab --write",
                "Take up another machine, and write it down.",
            ),
            (
                "holdfast import lab/stacks lab/inventory.ini --into lab",
                "Compose projects and an Ansible inventory, both in the folder of the tree.",
            ),
            (
                "holdfast import pve://pve1 --token holdfast@pve!look --secret file:/root/pve-token --into lab",
                "Hosts and guests of Proxmox VE.",
            ),
        ],
    ),
    (
        "graph",
        &[
            (
                "holdfast graph lab --view l3 --svg lab.svg",
                "Networks, addresses and ways in, as a picture.",
            ),
            (
                "holdfast graph lab --view dependencies --focus wiki",
                "What the wiki needs and who needs it, as Mermaid.",
            ),
            (
                "holdfast graph lab --view storage --dot storage.dot",
                "Disks, pools and copies, for Graphviz.",
            ),
        ],
    ),
    (
        "runs",
        &[
            (
                "holdfast runs list lab --on real",
                "All runs, and how they ended.",
            ),
            (
                "holdfast runs show 20261122T101500Z-1a2b lab --on real",
                "One run with its steps.",
            ),
            (
                "holdfast runs unwind 20261122T101500Z-1a2b lab --on real",
                "Take back what an interrupted run did.",
            ),
        ],
    ),
    (
        "twin",
        &[
            (
                "holdfast twin plan lab",
                "What it would consist of; starts nothing.",
            ),
            (
                "holdfast twin up lab",
                "Start it; `--on twin` then means it in every other verb.",
            ),
            (
                "holdfast twin exec lab web -- ip route",
                "Run a command in one of its machines.",
            ),
            (
                "holdfast twin fault lab stop web",
                "Take the power from one, and see what is left.",
            ),
            ("holdfast twin down lab", "Remove it."),
        ],
    ),
    (
        "access",
        &[
            (
                "holdfast access lab",
                "The commands that make logins which may look and nothing else.",
            ),
            (
                "holdfast access trust lab --on real",
                "Compare the keys of hosts; enough to observe.",
            ),
            (
                "holdfast access enrol lab --on real --host web",
                "Bind a host to the machine that answers, so that it may be changed.",
            ),
        ],
    ),
    (
        "evidence",
        &[
            (
                "holdfast evidence list lab --on real",
                "All records, oldest first.",
            ),
            (
                "holdfast evidence pin lab --on real --to /media/usb",
                "Keep the head where the ledger is not.",
            ),
            (
                "holdfast evidence compare lab --on real --pin /media/usb/pve.pin.json",
                "Whether the ledger still holds what was pinned.",
            ),
        ],
    ),
    (
        "secret",
        &[
            (
                "holdfast secret scan lab",
                "Secrets in clear text, in all files that git would keep.",
            ),
            (
                "holdfast secret set repository/usb lab",
                "Keep a password in its SOPS or age file; it is asked for.",
            ),
            (
                "holdfast secret check lab",
                "Whether each of them can be had.",
            ),
        ],
    ),
    (
        "store",
        &[
            (
                "holdfast store check lab --on real",
                "Whether the index says what the files say.",
            ),
            (
                "holdfast store rebuild lab --on real",
                "Make it anew from the files.",
            ),
        ],
    ),
    (
        "facts",
        &[
            (
                "holdfast facts show lab --on real --host web --only listener",
                "What listens on a host, as last seen.",
            ),
            (
                "holdfast facts diff lab --on real --since 2026-11-20",
                "What changed since a day.",
            ),
            (
                "holdfast facts list --product debian",
                "Until when its releases are supported.",
            ),
        ],
    ),
    (
        "selftest",
        &[(
            "holdfast selftest revert web --lab lab --on real",
            "Before the first change of a way in to a host.",
        )],
    ),
    (
        "debug",
        &[(
            "holdfast debug compose compose.yaml --env-file prod.env",
            "A Compose file as it was understood, without secrets.",
        )],
    ),
    (
        "completions",
        &[
            (
                "holdfast completions bash",
                "Keep it as ~/.local/share/bash-completion/completions/holdfast, or source it.",
            ),
            (
                "holdfast completions zsh",
                "Keep it as _holdfast in a folder of fpath.",
            ),
            (
                "holdfast completions fish",
                "Keep it as ~/.config/fish/completions/holdfast.fish.",
            ),
        ],
    ),
    (
        "man",
        &[
            (
                "holdfast man --out ~/.local/share/man/man1",
                "All pages, where man finds them.",
            ),
            ("holdfast man check", "One page, for `man -l -`."),
        ],
    ),
];
