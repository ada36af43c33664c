//! A planted secret is found in no output of any format, wherever somebody wrote it.

use diag::SourceSet;
use diag::render::{Color, concise, full, json, sarif};

const CANARY: &str = "canary-9f3e";

/// Every place in which a secret could have been put by mistake, alone and beside other mistakes.
const PLACES: &[&str] = &[
    "repositories:\n  usb:\n    location: /mnt/usb\n    password: CANARY\n",
    "repositories:\n  usb:\n    location: mnt/usb\n    password: \"CANARY\"\n    disk: []\n",
    "repositories: {usb: {on: nowhere, location: /mnt/usb, password: CANARY}}\n",
    "repositories: {usb: {password: CANARY, unknown: x}}\n",
    "repositories: {usb: {location: /x, passwrod: CANARY}}\n",
    "repositories: {usb: {location: /x, Password: CANARY}}\n",
    "repositories: {usb: {location: /x, passphrase: CANARY, on: nowhere}}\n",
    "repositories:\n  usb:\n    password:\n      CANARY\n    on: nowhere\n",
    "repositories:\n  usb:\n    password: |\n      CANARY\n      CANARY\n    on: nowhere\n",
    "repositories:\n  usb:\n    password: !vault CANARY\n",
    "repositories:\n  usb:\n    password: [CANARY]\n",
    "repositories:\n  usb:\n    password: {plain: CANARY}\n",
    "repositories:\n  usb:\n    password: {file: x, value: CANARY}\n",
    "repositories:\n  usb:\n    password: {env: \"CANARY !\"}\n",
    "repositories:\n  usb:\n    password: {command: CANARY}\n",
    "repositories:\n  usb:\n    password: &p CANARY\n  far: {location: x, password: *p}\n",
    "repositories:\n  usb: {location: /x, password: CANARY}\n  usb: {location: /x, password: CANARY}\n",
    "repositories:\n  usb: {location: /x, password: CANARY, password: CANARY}\n",
    "repositories:\n  usb: {location: /x, password: CANARY\n",
    "repositories:\n  usb: {location: /x, password: 'CANARY}\n",
    "repositories:\n  usb:\n    location: /x\n    password: CANARY: x\n",
    "repositories:\n  usb:\n    location: /x\n\tpassword: CANARY\n",
    "repositories:\n  usb: {location: 'rest:http://me:CANARY@nas/x', on: nowhere}\n",
    "hosts:\n  web:\n    users:\n      admin:\n        keys:\n          - |\n            -----BEGIN OPENSSH PRIVATE KEY-----\n            CANARY\n            -----END OPENSSH PRIVATE KEY-----\n        sodu: yes\n",
    "hosts: {web: {password: CANARY, sote: home}}\n",
    "waivers: [{rule: x, password: CANARY}]\n",
];

#[test]
fn a_planted_secret_is_printed_nowhere() {
    for place in PLACES {
        let mut sources = SourceSet::default();
        sources.add("holdfast.yaml", "format: 1\nlab: test\n");
        sources.add("lab.yaml", place.replace("CANARY", CANARY));
        let (lab, diagnostics) = lang::analyze(&sources);
        assert!(!diagnostics.is_empty(), "{place}");
        let outputs = [
            concise(&diagnostics, &sources),
            full(&diagnostics, &sources, Color::Never),
            full(&diagnostics, &sources, Color::Always),
            json(&diagnostics, &sources),
            sarif(&diagnostics, &sources, &[]),
            format!("{diagnostics:?}"),
            format!("{lab:?}"),
        ];
        for output in outputs {
            assert!(!output.contains(CANARY), "{place}\n{output}");
        }
    }
}
