//! Killed controllers, killed sessions, two controllers at once: whatever is cut short ends in a state that is described,
//! and from which one command goes on or back.

mod stand;

use stand::{Death, Stand};

/// Every how many lines of the journal the controller is killed; an odd number, so that all kinds of death come about.
fn stride() -> usize {
    if std::env::var_os("HOLDFAST_FULL").is_some() {
        1
    } else {
        5
    }
}

fn death(line: usize) -> Death {
    match line / 2 % 2 {
        0 => Death::Everything,
        _ => Death::Controller,
    }
}

#[test]
fn a_killed_controllers_run_is_gone_on_with_from_every_line() {
    let stand = Stand::enrolled();
    for (variant, line) in (0..).step_by(stride()).enumerate() {
        stand.declare(variant);
        let killed = match stand.killed_at(line, death(line)) {
            Ok(killed) => killed,
            Err(ran) => {
                assert_eq!(ran.code, 0, "{}", ran.all());
                stand.assert_settled_on(variant, &ran.all());
                break;
            }
        };
        let mut said = format!("killed at line {line}, {:?}: {killed:?}", death(line));
        eprintln!("{said}");
        if killed.had_ended() {
            assert_eq!(stand.state(&killed.run), "succeeded", "{said}");
        } else {
            assert_eq!(stand.state(&killed.run), "interrupted", "{said}");
            let ran = stand.runs(&["resume", &killed.run]);
            said = format!("{said}\nresumed: {}", ran.all());
            assert_eq!(ran.code, 0, "{said}");
            assert_eq!(stand.state(&killed.run), "succeeded", "{said}");
        }
        stand.assert_settled_on(variant, &said);
    }
}

#[test]
fn a_killed_controllers_run_is_taken_back_from_every_line() {
    let stand = Stand::enrolled();
    let before = stand.world();
    for line in (0..).step_by(stride()) {
        let killed = match stand.killed_at(line, death(line + 1)) {
            Ok(killed) if !killed.had_ended() => killed,
            Ok(killed) => {
                let said = format!("killed at line {line}: {killed:?}");
                assert_eq!(stand.state(&killed.run), "succeeded", "{said}");
                back_by_undo(&stand, &before, &said);
                continue;
            }
            Err(ran) => {
                assert_eq!(ran.code, 0, "{}", ran.all());
                back_by_undo(&stand, &before, &ran.all());
                break;
            }
        };
        let said = format!("killed at line {line}, {:?}: {killed:?}", death(line + 1));
        eprintln!("{said}");
        assert_eq!(stand.state(&killed.run), "interrupted", "{said}");
        let ran = stand.runs(&["unwind", &killed.run]);
        let said = format!("{said}\nunwound: {}", ran.all());
        assert_eq!(ran.code, 5, "{said}");
        assert_eq!(stand.state(&killed.run), "failed, undone", "{said}");
        assert_eq!(stand.world(), before, "{said}");
        stand.assert_quiet(&said);
    }
}

fn back_by_undo(stand: &Stand, before: &str, said: &str) {
    let undo = ["undo", "--last", "--lab", stand.rig.lab(), "--on", "real"];
    let allow = ["--yes", "--allow", "access:host/web", "--allow", "delete:host/web"];
    let ran = stand.rig.run(&[&undo[..], &allow[..]].concat());
    let said = format!("{said}\nundone: {}", ran.all());
    assert_eq!(ran.code, 0, "{said}");
    assert_eq!(stand.world(), before, "{said}");
    stand.assert_quiet(&said);
}
