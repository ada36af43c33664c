//! What the Compose specification has that older tools do not know.

use crate::compose::read_text;
use diag::render::concise;

fn said(text: &str) -> String {
    let reading = read_text(text);
    concise(&reading.diagnostics, &reading.sources)
}

fn of_service(keys: &str) -> String {
    said(&format!(
        "services:\n  a:\n    image: x\n    {keys}\nmodels: {{llm: {{model: ai/x, context_size: 1024, runtime_flags: ['--a']}}}}\nnetworks: {{n: {{enable_ipv4: true}}}}\nconfigs: {{c: {{content: text}}}}\n"
    ))
}

#[test]
fn newer_keys_are_accepted() {
    for keys in [
        "pull_policy: daily",
        "pull_policy: weekly",
        "pull_policy: refresh",
        "pull_policy: every_12h",
        "pull_policy: every_1w2d3h4m5s",
        "use_api_socket: true",
        "gpus: all",
        "gpus: [{driver: nvidia, count: 1, capabilities: [gpu]}]",
        "models: [llm]",
        "models: {llm: {endpoint_var: URL, model_var: NAME}}",
        "post_start: [{command: ./x.sh, user: root, privileged: true, working_dir: /, environment: [A=B]}]",
        "pre_stop: [{command: [./x.sh]}]",
        "develop: {watch: [{path: ./web, action: sync, target: /app, initial_sync: true, ignore: [node_modules/], include: '*.rs'}]}",
        "configs: [{source: c, target: /x}]",
        "networks: {n: {interface_name: eth0}}",
        "volumes: [{type: image, source: x, target: /y, image: {subpath: z}}]",
        "build: {context: ., provenance: true, sbom: true, no_cache_filter: [a]}",
        "provider: {type: model, options: {model: ai/x, retries: 3, words: [a, b]}}",
    ] {
        assert_eq!(of_service(keys), "", "{keys}");
    }
    let alone = "services: {a: {provider: {type: model}}}\n";
    assert_eq!(said(alone), "");
}

#[test]
fn what_it_refuses_is_told() {
    for (keys, words) in [
        ("pull_policy: every_soon", "every_DURATION"),
        ("pull_policy: every_", "every_DURATION"),
        ("pull_policy: every_12", "every_DURATION"),
        ("pull_policy: every_h", "every_DURATION"),
        ("pull_policy: dayly", "daily"),
        ("provider: {options: {}}", "needs the key 'type'"),
        ("models: 3", "models must be"),
    ] {
        let found = of_service(keys);
        assert!(found.contains(words), "{keys}: {found}");
    }
    let found = said("services: {a: {image: x, models: [m]}}\nmodels: {m: {name: x}}\n");
    assert!(found.contains("needs the key 'model'"), "{found}");
}

#[test]
fn a_variable_without_a_colon_is_told_and_its_value_is_not() {
    for environment in [
        "{DB_PASSWORD hunter2}",
        "{A: b, DB_PASSWORD hunter2}",
        "\n      ? DB_PASSWORD hunter2\n",
    ] {
        let text = format!("services:\n  a:\n    image: x\n    environment: {environment}\n");
        let reading = read_text(&text);
        let found = concise(&reading.diagnostics, &reading.sources);
        assert!(
            found.contains("a ':' is missing behind 'DB_PASSWORD'"),
            "{environment}: {found}"
        );
        assert!(!found.contains("hunter2"), "{found}");
        let shown = format!("{:?}", reading.project);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
