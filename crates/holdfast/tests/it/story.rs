//! The whole story on one host, as the README tells it.

use crate::rig::Rig;

#[test]
fn declare_apply_back_up_drill_prove_undo() {
    let rig = Rig::enrolled();
    let first = rig.apply(&[]);
    assert_eq!(first.code, 0, "{}", first.all());
    let again = rig.apply(&[]);
    assert_eq!(again.code, 0, "{}", again.all());
    assert!(again.stdout.contains("Nothing to do"), "{}", again.all());
    let backup = rig.run(&["backup", rig.lab(), "--on", "real", "--yes"]);
    assert_eq!(backup.code, 0, "{}", backup.all());
    let drill = rig.run(&[
        "drill",
        rig.lab(),
        "--on",
        "real",
        "--yes",
        "--dataset",
        "shop",
    ]);
    assert_eq!(drill.code, 0, "{}", drill.all());
    let states = rig.states();
    let state = |id: &str| states.get(id).map(String::as_str);
    assert_eq!(
        state("rto:dataset/shop:corruption"),
        Some("proven"),
        "{states:?}"
    );
    assert_eq!(
        state("rpo:dataset/shop:corruption"),
        Some("proven"),
        "{states:?}"
    );
    assert_eq!(
        state("ssh-least-privilege:host/web"),
        Some("proven"),
        "{states:?}"
    );
    assert_eq!(
        state("rto:dataset/documents:corruption"),
        Some("unproven"),
        "{states:?}"
    );
    assert_eq!(
        state("ports-justified:host/web"),
        Some("broken"),
        "the forgotten web server: {states:?}"
    );
    assert_eq!(
        state("rpo:dataset/shop:host"),
        Some("broken"),
        "no copy outside the host: {states:?}"
    );
}
