//! Killed controllers, killed sessions, two controllers at once: whatever is cut short ends in a state that is described,
//! and from which one command goes on or back.

pub(crate) mod stand;

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

#[test]
fn a_run_that_stands_half_done_is_settled_before_anything_else_changes_the_host() {
    let stand = Stand::enrolled();
    let before = stand.world();
    let killed = stand.killed_at(5, Death::Everything).unwrap();
    assert!(!killed.had_ended(), "{killed:?}");
    stand.declare(1);
    let half = stand.world();
    // Every verb says so, and before it asks for anything; what it recommends can be copied.
    let lab = stand.rig.lab();
    let says = |ran: &crate::ran::Ran, code: i32| {
        assert_eq!(ran.code, code, "{}", ran.all());
        for way in ["resume", "unwind"] {
            let command = format!("holdfast runs {way} {} {lab} --on real", killed.run);
            assert!(ran.stderr.contains(&command), "{}", ran.all());
        }
    };
    let real = |verb: &str| stand.rig.run(&[verb, lab, "--on", "real"]);
    says(&real("plan"), 1);
    says(&real("drift"), 1);
    says(&stand.rig.apply(&[]), 4);
    says(&real("apply"), 4);
    says(&undo(&stand), 4);
    assert_eq!(stand.world(), half);
    let ran = stand.runs(&["unwind", &killed.run]);
    assert_eq!(ran.code, 5, "{}", ran.all());
    assert_eq!(stand.world(), before);
    let ran = stand.rig.apply(&[]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    stand.assert_settled_on(1, &ran.all());
}

/// Between the last line of the journal and the record of the run the controller may die: what the run made is its own still.
#[test]
fn what_a_run_made_is_ours_although_the_controller_died_at_its_end() {
    let stand = Stand::enrolled();
    let mut running = stand.begin();
    assert!(running.finishes(), "{}", running.wait().all());
    let killed = running.kill(Death::Controller);
    assert!(killed.had_ended(), "{killed:?}");
    stand.rig.edit("lab/hosts.yaml", |text| {
        let kept = text
            .lines()
            .filter(|l| !l.contains("/etc/trial.conf") && l.trim() != "files:");
        kept.collect::<Vec<_>>().join("\n") + "\n"
    });
    let ran = stand.rig.apply(&["--allow", "delete:host/web"]);
    assert_eq!(ran.code, 0, "{}", ran.all());
    assert_eq!(
        stand
            .sh("ls /etc/trial.conf 2>/dev/null || echo gone")
            .trim(),
        "gone",
        "{}",
        ran.all()
    );
}

fn undo(stand: &Stand) -> crate::ran::Ran {
    let undo = ["undo", "--last", "--lab", stand.rig.lab(), "--on", "real"];
    let allow = ["--yes", "--allow", "access:host/web"];
    stand.rig.run(&[&undo[..], &allow[..]].concat())
}

fn back_by_undo(stand: &Stand, before: &str, said: &str) {
    let ran = undo(stand);
    let said = format!("{said}\nundone: {}", ran.all());
    assert_eq!(ran.code, 0, "{said}");
    assert_eq!(stand.world(), before, "{said}");
    stand.assert_quiet(&said);
}

/// What the console does to an order that is at work: waits for the given number of orders that have begun (the host's own
/// journal says so), then kills.
const ASSASSIN: &str = r#"
wanted=$1 victim=$2 known=$3
begun() { cat /var/lib/holdfast/journal/*.log 2>/dev/null | grep -c '^intent ' || :; }
until [ $(( $(begun) - known )) -ge "$wanted" ]; do
  [ ! -e /run/trial-over ] || exit 3
done
below() { for c in $(pgrep -P "$1"); do echo "$c"; below "$c"; done; }
killed=0
for sudo in $(pgrep -f '^sudo -n /bin/sh'); do
  case $victim in
    shell) pids=$(pgrep -P "$sudo") ;;
    tree) pids="$sudo $(below "$sudo")" ;;
    session) pids=$(pgrep -x -f 'sshd: admin@notty') ;;
  esac
  for pid in $pids; do kill -9 "$pid" 2>/dev/null && killed=$((killed + 1)); done
done
echo "$killed"
"#;

#[test]
fn a_killed_session_leaves_a_state_that_is_described() {
    let stand = Stand::enrolled();
    let mut hits = 0;
    let mut variant = 0;
    for order in (1..=11).step_by(stride()) {
        for victim in ["shell", "tree", "session"] {
            variant += 1;
            stand.declare(variant);
            let (ran, killed) = assassinated(&stand, order, victim);
            hits += usize::from(killed > 0);
            let said = format!("order {order}, {victim}, {killed} killed: {}", ran.all());
            eprintln!("{said}");
            assert_described(&ran, &said);
            let ran = stand.rig.apply(&[]);
            assert!([0, 5].contains(&ran.code), "{said}\nnext: {}", ran.all());
            stand.assert_settled_on(variant, &format!("{said}\nnext: {}", ran.all()));
        }
    }
    assert!(hits > variant / 2, "{hits} of {variant} orders were hit");
}

/// Applies while the console kills the session of an order.
fn assassinated(stand: &Stand, order: usize, victim: &str) -> (crate::ran::Ran, usize) {
    let known =
        stand.sh("cat /var/lib/holdfast/journal/*.log 2>/dev/null | grep -c '^intent ' || :");
    stand.sh("rm -f /run/trial-over");
    let order = order.to_string();
    let command = ["sh", "-c", ASSASSIN, "kill", &order, victim, known.trim()];
    std::thread::scope(|threads| {
        let running = stand.begin();
        let killer = threads.spawn(|| stand.rig.host.exec(&command).unwrap());
        let ran = running.wait();
        stand.sh("touch /run/trial-over");
        let killer = killer.join().unwrap();
        let count = String::from_utf8_lossy(&killer.stdout).trim().parse();
        (ran, count.unwrap_or(0))
    })
}

/// The exit code is one of a run that came to an end, and the last lines say which and what to do.
fn assert_described(ran: &crate::ran::Ran, said: &str) {
    let last: Vec<&str> = ran.stdout.trim_end().lines().rev().take(2).collect();
    let last = last.join("\n");
    let says = match ran.code {
        0 => "succeeded",
        5 => "everything it did was taken back",
        6 => "take it back with `holdfast undo",
        4 => "refused before its first effect",
        7 => "done as far as things are known",
        other => panic!("exit {other}: {said}"),
    };
    assert!(last.contains(says), "the end is not '{says}': {said}");
}

#[test]
fn two_controllers_at_once_exclude_each_other() {
    let stand = Stand::enrolled();
    let before = stand.world();
    let mut first = stand.begin();
    // Once a step is announced the lease is taken; then nothing happens until the other one was refused.
    assert!(first.reaches(1), "{}", first.wait().all());
    first.signal("STOP");
    let (run, controller) = (first.run(), first.controller());
    let same = stand.rig.apply(&[]);
    assert_eq!(same.code, 4, "{}", same.all());
    assert!(same.stderr.contains("is in use by"), "{}", same.all());
    let other = stand.other_controller();
    assert_eq!(other.code, 4, "{}", other.all());
    for part in ["another run holds the lease", &run, &controller] {
        assert!(
            other.all().contains(part),
            "'{part}' is not in {}",
            other.all()
        );
    }
    first.signal("CONT");
    let ran = first.wait();
    assert_eq!(ran.code, 0, "{}", ran.all());
    stand.assert_settled_on(0, &ran.all());
    // The other one finds it done, and may act in its turn.
    let other = stand.other_controller();
    assert_eq!(other.code, 0, "{}", other.all());
    assert!(other.stdout.contains("Nothing to do"), "{}", other.all());
    stand.declare(1);
    let other = stand.other_controller();
    assert_eq!(other.code, 0, "{}", other.all());
    stand.assert_settled_on(1, &other.all());
    // What somebody else changed since is not taken back over his head.
    let refused = undo(&stand);
    assert_eq!(refused.code, 4, "{}", refused.all());
    assert_ne!(stand.world(), before);
    stand.assert_settled_on(1, &refused.all());
}

#[test]
fn two_controllers_that_start_together_do_no_damage() {
    let stand = Stand::enrolled();
    for variant in 0..4 {
        stand.declare(variant);
        let (ours, theirs) = std::thread::scope(|threads| {
            let theirs = threads.spawn(|| stand.other_controller());
            (stand.rig.apply(&[]), theirs.join().unwrap())
        });
        let said = format!("ours: {}\ntheirs: {}", ours.all(), theirs.all());
        let codes = [ours.code, theirs.code];
        // The later one is refused, or it comes when all is done: then its steps find that.
        assert!(codes.contains(&0), "{said}");
        assert!(codes.iter().all(|c| [0, 4].contains(c)), "{said}");
        for ran in [&ours, &theirs].into_iter().filter(|r| r.code == 4) {
            assert!(ran.all().contains("another run holds the lease"), "{said}");
        }
        stand.assert_settled_on(variant, &said);
    }
}
