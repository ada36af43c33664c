//! The Compose projects that stacks name: found in the lab tree, judged as what runs elsewhere.

use crate::compose::Files;
use diag::render::concise;
use diag::{Class, SourceSet};
use lang::Stacks;
use lang::compose::{Loaded, Loader};
use std::collections::{BTreeMap, BTreeSet};

/// Files that can be listed.
struct Tree(Files);

impl Loader for Tree {
    fn load(&self, path: &str) -> Loaded {
        self.0.load(path)
    }

    fn list(&self, folder: &str) -> Vec<String> {
        let folder = if folder == "." {
            String::new()
        } else {
            format!("{folder}/")
        };
        let below = self.0.0.keys().filter_map(|k| k.strip_prefix(&folder));
        let names: BTreeSet<&str> = below.filter_map(|rest| rest.split('/').next()).collect();
        names.into_iter().map(str::to_owned).collect()
    }
}

fn read(stacks: &str, files: &[(&str, &str)]) -> Stacks {
    let mut sources = SourceSet::default();
    sources.add(
        "holdfast.yaml",
        format!("format: 1\nlab: x\nstacks: {stacks}\n"),
    );
    let (lab, diagnostics) = lang::analyze(&sources);
    assert_eq!(concise(&diagnostics, &sources), "");
    let files: BTreeMap<String, String> = files
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    lang::stacks(&lab, sources, &Tree(Files(files)))
}

fn said(stacks: &Stacks) -> String {
    concise(&stacks.diagnostics, &stacks.sources)
}

const WEB: &str = "services: {web: {image: 'nginx:${TAG:-1.27}', env_file: web.env}}\n";

#[test]
fn a_project_is_read_from_its_own_folder_and_shown_from_the_root() {
    let files = [
        ("stacks/wiki/compose.yaml", WEB),
        ("stacks/wiki/web.env", "A=b\n"),
        ("common.env", "TAG=1.28\n"),
    ];
    let read = read(
        "{wiki: {file: stacks/wiki/compose.yaml, env_file: common.env}}",
        &files,
    );
    assert_eq!(said(&read), "");
    let wiki = &read.projects["wiki"];
    let image = wiki.services["web"].image.as_ref().unwrap();
    assert_eq!(image.value.reference, "nginx:1.28");
    assert!(
        read.sources
            .place(image.span)
            .starts_with("stacks/wiki/compose.yaml:1:")
    );
    assert!(wiki.services["web"].env_files[0].found);
    assert_eq!(wiki.name.as_ref().unwrap().value, "wiki");
}

#[test]
fn what_only_the_host_has_is_unknown_and_no_error() {
    let text = "services:\n  db:\n    image: postgres:16\n    env_file: [/etc/db.env, secret.env]\n    environment: {P: '${P:?}'}\n    volumes: ['${DATA}:/data', '/srv:/srv']\n";
    let read = read("{db: compose.yaml}", &[("compose.yaml", text)]);
    let said = said(&read);
    assert!(
        read.diagnostics.iter().all(|d| d.class == Class::Finding),
        "{said}"
    );
    assert!(
        said.contains("2 variables have no value in the lab tree: DATA, P"),
        "{said}"
    );
    let db = &read.projects["db"];
    let srv = db.services["db"].mounts.iter().find(|m| m.target == "/srv");
    assert!(db.is_settled(srv.unwrap().span));
    let place = db.variables["DATA"].places[0];
    assert!(!db.is_settled(place));
}

#[test]
fn what_is_wrong_with_the_file_itself_is_an_error() {
    let text = "services: {db: {image: x, ports: ['80:99999'], volumes: ['gone:/x']}}\n";
    let read = read("{db: compose.yaml}", &[("compose.yaml", text)]);
    let said = said(&read);
    assert!(said.contains("compose.yaml:1:"), "{said}");
    assert!(
        said.contains("error[compose-value]") && said.contains("error[compose-reference]"),
        "{said}"
    );
}

#[test]
fn a_missing_file_is_named_with_what_was_meant() {
    let files = [("stacks/wiki/compose.yaml", "services: {}")];
    for (path, meant) in [
        ("stacks/wiki/compose.yml", Some("stacks/wiki/compose.yaml")),
        (
            "stacks/wiki/docker-compose.yml",
            Some("stacks/wiki/compose.yaml"),
        ),
        ("stack/wiki/compose.yaml", Some("stacks/wiki/compose.yaml")),
        ("stacks/wiki", Some("stacks/wiki/compose.yaml")),
        ("elsewhere/compose.yaml", None),
    ] {
        let read = read(&format!("{{wiki: {path}}}"), &files);
        let [d] = read.diagnostics.as_slice() else {
            panic!("{}", said(&read))
        };
        assert_eq!(d.code, "compose-file");
        assert_eq!(d.class, Class::Invalid);
        let fix = d.fix.as_ref().map(|f| f.edits[0].text.as_str());
        assert_eq!(fix, meant, "{path}");
        assert!(read.projects.is_empty());
    }
    let env = read(
        "{wiki: {file: stacks/wiki/compose.yaml, env_file: gone.env}}",
        &files,
    );
    assert!(said(&env).contains("there is no environment file 'gone.env' in the lab tree"));
}

#[test]
fn nothing_outside_of_the_tree_is_opened() {
    let text = "include: ['../../../etc/compose.yaml']\nservices: {}\n";
    let files = [
        ("a/b/compose.yaml", text),
        ("../etc/compose.yaml", "services: {x: {image: y}}"),
    ];
    let read = read("{x: a/b/compose.yaml}", &files);
    assert!(
        said(&read).contains("it lies outside of the lab tree"),
        "{}",
        said(&read)
    );
}

#[test]
fn what_a_service_runs_is_in_the_compose_file() {
    let wiki = "services: {app: {image: a}, db: {image: b}}\n";
    let slip = "service: {app: {image: a}}\n";
    let jellyfin = "services: {jellyfin: {image: j}}\n";
    for (text, services, expected) in [
        (wiki, "wiki: {runs: {stack: s, service: app}}", ""),
        // The service is all of the stack.
        (wiki, "wiki: {runs: {stack: s}}", ""),
        (
            wiki,
            "app: {runs: {stack: s}}, wiki: {runs: {stack: s}}",
            "",
        ),
        (
            wiki,
            "wiki: {runs: {stack: s, service: ap}}",
            "holdfast.yaml:4:45: error[unknown-reference]: 'service' of 'runs' of service 'wiki': the Compose file of stack 's' has no service 'ap' (did you mean 'app'?)",
        ),
        (
            wiki,
            "wiki: {runs: {stack: s, service: frontend}}",
            "holdfast.yaml:4:45: error[unknown-reference]: 'service' of 'runs' of service 'wiki': the Compose file of stack 's' has no service 'frontend'",
        ),
        (
            jellyfin,
            "jellyfin: {runs: {stack: s}}, sonarr: {runs: {stack: s}}",
            "holdfast.yaml:4:65: warning[compose-services]: service 'sonarr' runs in stack 's', which has nothing for it",
        ),
        (
            slip,
            "wiki: {runs: {stack: s, service: app}}",
            "holdfast.yaml:3:13: error[compose-services]: stack 's': the Compose file 'compose.yaml' has no services (did you mean 'services'?)",
        ),
    ] {
        let read = read(
            &format!("{{s: compose.yaml}}\nservices: {{{services}}}"),
            &[("compose.yaml", text)],
        );
        let said = said(&read);
        let said: Vec<&str> = said
            .lines()
            .filter(|l| !l.contains("compose-unknown-key"))
            .collect();
        assert_eq!(said.join("\n"), expected, "{services}");
    }
}

/// Its services may stand below the place where it could not be read on.
#[test]
fn a_file_that_could_not_be_read_whole_is_not_said_to_be_empty() {
    let tabbed = "services:\n  a:\n\timage: nginx:1\n  b:\n    image: redis\n";
    let read = read("{s: compose.yaml}", &[("compose.yaml", tabbed)]);
    let said = said(&read);
    assert!(said.contains("[yaml-syntax]"), "{said}");
    assert!(!said.contains("[compose-services]"), "{said}");
}

#[test]
fn what_compose_reads_by_itself_is_read() {
    let stacks = "{wiki: {file: wiki/compose.yaml}}";
    let base = (
        "wiki/compose.yaml",
        "services: {db: {image: 'postgres:16.2'}}\n",
    );
    let more = "services: {db: {ports: ['5432:5432']}}\n";
    let ports = |files: &[(&str, &str)]| {
        let read = read(stacks, files);
        assert_eq!(said(&read), "");
        read.projects["wiki"].services["db"].ports.len()
    };
    assert_eq!(ports(&[base]), 0);
    assert_eq!(ports(&[base, ("wiki/compose.override.yaml", more)]), 1);
    assert_eq!(
        ports(&[base, ("wiki/docker-compose.override.yml", more)]),
        1
    );
    assert_eq!(ports(&[base, ("wiki/prod.yaml", more)]), 0);
    let named = ("wiki/.env", "COMPOSE_FILE=compose.yaml:./prod.yaml\n");
    assert_eq!(ports(&[base, ("wiki/prod.yaml", more), named]), 1);
    // Whoever lists the files does not mean the override; whoever lists others starts something else.
    let over = ("wiki/compose.override.yaml", more);
    let alone = ("wiki/.env", "COMPOSE_FILE=compose.yaml\n");
    assert_eq!(ports(&[base, over, alone]), 0);
    let other = ("wiki/.env", "COMPOSE_FILE=other.yaml\n");
    assert_eq!(ports(&[base, over, other]), 1);
}

#[test]
fn a_file_of_another_name_is_started_by_it_alone() {
    let files = [
        (
            "wiki/prod.yaml",
            "services: {db: {image: 'postgres:16.2'}}\n",
        ),
        (
            "wiki/compose.override.yaml",
            "services: {db: {ports: ['5432:5432']}}\n",
        ),
    ];
    let read = read("{wiki: {file: wiki/prod.yaml}}", &files);
    assert_eq!(read.projects["wiki"].services["db"].ports.len(), 0);
}

#[test]
fn profiles_of_the_environment_file_are_started() {
    let file = (
        "wiki/compose.yaml",
        "services: {db: {image: 'postgres:16.2', profiles: [x]}, web: {image: 'nginx:1.27'}}\n",
    );
    let active = |files: &[(&str, &str)]| {
        let read = read("{wiki: {file: wiki/compose.yaml}}", files);
        read.projects["wiki"].services["db"].active
    };
    assert!(!active(&[file]));
    assert!(active(&[file, ("wiki/.env", "COMPOSE_PROFILES=y, x\n")]));
}
