//! The binary on real hosts, through its front door.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests start programs and read files"
)]

mod appliance;
mod ran;
mod rig;
mod router;
mod tree;

mod access;
mod canaries;
mod canary_forms;
mod canary_kept;
mod canary_places;
mod completion;
mod crashes;
mod debug;
mod documents;
mod doubt;
mod drift;
mod examples;
mod facts;
mod files;
mod graph;
mod history;
mod hostile;
mod import;
mod incremental;
mod init;
mod inside;
mod interfaces;
mod jobs;
mod judged;
mod kube;
mod labels;
mod lockout;
mod machine;
mod man;
mod mending;
mod name_servers;
mod never;
mod pbs;
mod ports;
mod schema;
mod secret;
mod secrets;
mod show;
mod silent;
mod simulate;
mod slips;
mod stacks;
mod story;
mod switch;
mod traefik;
mod tunnels;
mod twin;
mod twin_stacks;
mod ups;
mod wireguard;
