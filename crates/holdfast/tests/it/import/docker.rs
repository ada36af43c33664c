//! What an engine runs, as Compose projects that are as declared straight after.

use super::{Desk, said};
use serde_json::json;
use testkit::host::TestHost;

const CANARY: &str = "canary-19c4e7a2-hunter2";

/// A project of two services, a container of its own, and one that was made to run once.
fn engine() -> TestHost {
    let host = TestHost::with_engine_and(|spec| {
        spec.marker = None;
        spec.hostname = "web".to_owned();
    });
    host.exec_sh(&format!(
        "of() {{ echo --label com.docker.compose.project=wiki --label com.docker.compose.service=$1 --label com.docker.compose.project.config_files=/opt/wiki/compose.yaml; }}
         serve='--entrypoint /bin/stand-in holdfast/stand-in:1 serve'
         docker network create --label com.docker.compose.project=wiki wiki_default >/dev/null
         docker network create shared >/dev/null
         docker volume create --label com.docker.compose.project=wiki wiki_pages >/dev/null
         docker run --detach --name wiki-web-1 $(of web) --network wiki_default --restart unless-stopped --user 1000:1000 --memory 64m --cpus 0.5 \
           --cap-drop ALL --read-only --publish 127.0.0.1:8443:443 --publish 8080:80 --volume wiki_pages:/pages --volume /srv:/srv:ro --tmpfs '/run' \
           --env WIKI_PASSWORD={CANARY} --env MODE={CANARY} --label traefik.auth={CANARY} $serve '80 443' {CANARY} >/dev/null
         docker network connect shared wiki-web-1
         docker run --detach --name pages-db $(of db) --network wiki_default --volume /var/lib/x $serve '' >/dev/null
         docker run --detach --name wiki-job-1 $(of job) --network wiki_default $serve '' >/dev/null
         docker run --detach --name wiki-job-2 $(of job) --network wiki_default $serve '' >/dev/null
         docker run --detach --name hostly --network host --pid host $serve '' >/dev/null
         docker run --name wiki-once $(of web) --label com.docker.compose.oneoff=True --entrypoint /bin/sh holdfast/stand-in:1 -c 'exit 0'"
    ))
    .unwrap();
    host
}

fn desk(host: &TestHost) -> Desk {
    let mut desk = Desk::new();
    let config = host.ssh_config().display().to_string();
    desk.env.push(("HOLDFAST_SSH_CONFIG", config));
    desk
}

#[test]
fn containers_are_as_declared_straight_after() {
    let host = engine();
    for source in ["docker://web", "ssh://web"] {
        let desk = desk(&host);
        let (ran, shown) = desk.import(&[source]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(!desk.lab().exists());
        let new = json!({"host": 1, "stack": 2, "service": 2});
        assert_eq!((&shown["new"], &shown["drift"]), (&new, &json!([])));
        let out = said(&shown, "left-out").join("\n");
        assert!(out.contains("wiki-once was made to run once"), "{out}");

        let (ran, written) = desk.import(&[source, "--write"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!(written["drift"], json!([]));
        desk.is_valid();
        let drift = desk.run(&["drift", "lab", "--unknown"]);
        assert_eq!(drift.code, 0, "{drift:?}");
        assert_eq!(desk.holding(CANARY), Vec::<std::path::PathBuf>::new());
        let before = desk.files();
        let (_, again) = desk.import(&[source, "--write"]);
        assert_eq!(again["new"], json!({}), "{again}");
        assert_eq!(desk.files(), before);
        texts(&desk);
    }
    what_changes_is_drift(&host);
    a_file_in_the_tree_goes_first(&host);
}

fn texts(desk: &Desk) {
    let stacks = desk.read("lab/services.yaml");
    for line in [
        "\n  hostly: {file: stacks/hostly/compose.yaml, on: web}\n",
        "\n  wiki: {file: stacks/wiki/compose.yaml, on: web}\n",
        "\n    runs: {stack: wiki, service: web}\n    smoke: [{tcp: 8080}]\n",
    ] {
        assert!(stacks.contains(line), "{line}: {stacks}");
    }
    let wiki = desk.read("stacks/wiki/compose.yaml");
    for line in [
        "take it in place of this one: /opt/wiki/compose.yaml\n",
        "\nname: \"wiki\"\n",
        "\n  web:\n    image: \"holdfast/stand-in:1\"\n",
        "\n    ports: [\"127.0.0.1:8443:443/tcp\", \"8080:80/tcp\"]\n",
        "\n    networks: [\"shared\", \"default\"]\n",
        "\n    volumes:\n      - {type: volume, source: \"pages\", target: \"/pages\"}\n",
        "\n      - {type: bind, source: \"/srv\", target: \"/srv\", read_only: true}\n",
        "\n    restart: \"unless-stopped\"\n    user: \"1000:1000\"\n    read_only: true\n    cap_drop: [\"ALL\"]\n    mem_limit: 67108864\n    cpus: 0.500\n",
        "\n    environment:\n      WIKI_PASSWORD: \"${WIKI_PASSWORD:?}\"\n    # variables that it also has, those of its image among them: MODE",
        "\n  db:\n    image: \"holdfast/stand-in:1\"\n    container_name: \"pages-db\"\n",
        "\n      - {type: volume, target: \"/var/lib/x\"}\n",
        "\n  job:\n    image: \"holdfast/stand-in:1\"\n    scale: 2\n",
        "\n  shared: {external: true, name: \"shared\"}\n",
        "\n  pages: {}\n",
    ] {
        assert!(wiki.contains(line), "{line}: {wiki}");
    }
    let hostly = desk.read("stacks/hostly/compose.yaml");
    let line = "\n    container_name: \"hostly\"\n    network_mode: host\n    pid: host\n";
    assert!(hostly.contains(line), "{hostly}");
}

/// Nothing was changed on the host by all that; what somebody changes there is told.
fn what_changes_is_drift(host: &TestHost) {
    let desk = desk(host);
    let (ran, _) = desk.import(&["docker://web", "--write"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    host.exec_sh(
        "docker rm --force hostly >/dev/null
         docker run --detach --name wiki-shell --label com.docker.compose.project=wiki --label com.docker.compose.service=web --label com.docker.compose.oneoff=True \
           --entrypoint /bin/stand-in holdfast/stand-in:1 serve '' >/dev/null
         docker run --detach --name other --entrypoint /bin/stand-in holdfast/stand-in:1 serve '' >/dev/null",
    )
    .unwrap();
    let drift = desk.run(&["drift", "lab"]);
    assert_eq!(drift.code, 1, "{drift:?}");
    assert!(!drift.stdout.contains("wiki-once"), "{drift:?}");
    for line in [
        "missing",
        "docker-container:hostly",
        "undeclared",
        "docker-container:wiki-shell",
        "docker-container:other",
    ] {
        assert!(drift.stdout.contains(line), "{line}: {drift:?}");
    }
    // One more look takes up what came, and leaves what is gone to its owner.
    let (ran, again) = desk.import(&["docker://web", "--write"]);
    assert_eq!(again["new"], json!({"stack": 1, "service": 1}), "{ran:?}");
    host.exec_sh("docker run --detach --name wiki-more-1 --label com.docker.compose.project=wiki --label com.docker.compose.service=more --entrypoint /bin/stand-in holdfast/stand-in:1 serve '' >/dev/null")
        .unwrap();
    let (_, again) = desk.import(&["docker://web"]);
    assert_eq!(again["new"], json!({}));
    let told = said(&again, "left-out").join("\n");
    assert!(
        told.contains("wiki: declared without wiki-more-1"),
        "{told}"
    );
}

/// A Compose file that lies in the tree stays what it is, and is said to run where it does.
fn a_file_in_the_tree_goes_first(host: &TestHost) {
    let desk = desk(host);
    std::fs::create_dir_all(desk.lab().join("apps/wiki")).unwrap();
    let file = "name: wiki\nservices: {web: {image: 'holdfast/stand-in:1', restart: unless-stopped, ports: ['127.0.0.1:8443:443', '8080:80']}}\n";
    std::fs::write(desk.lab().join("apps/wiki/compose.yaml"), file).unwrap();
    let (ran, json) = desk.import(&["docker://web", "lab/apps", "--write"]);
    assert_eq!(json["new"]["stack"], 2, "{ran:?}");
    let stacks = desk.read("lab/services.yaml");
    assert!(
        stacks.contains("\n  wiki: {file: apps/wiki/compose.yaml, on: web}\n"),
        "{stacks}"
    );
    // What that file does not have runs all the same.
    let paths: Vec<&str> = json["drift"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|d| d["path"].as_str())
        .collect();
    assert!(paths.contains(&"docker-container:pages-db"), "{paths:?}");
    assert_eq!(ran.code, 1);
}
