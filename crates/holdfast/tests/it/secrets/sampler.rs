//! What every process of this machine, and of the hosts on it, was called with while the verbs ran.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// One process as it was seen: what was read of it, and that.
type Seen = BTreeSet<(&'static str, String, Vec<u8>)>;

/// Looks at all processes, over and over, until it is asked for what it saw.
pub(crate) struct Sampler {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Seen>,
}

impl Sampler {
    pub(crate) fn start() -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut seen = Seen::new();
            while !asked.load(Ordering::Relaxed) {
                look(&mut seen);
                std::thread::park_timeout(Duration::from_millis(10));
            }
            seen
        });
        Self { stop, thread }
    }

    /// Writes what was seen into `folder`: a file for the arguments and one for the environment of each kind of program.
    pub(crate) fn finish(self, folder: &Path) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.thread().unpark();
        std::fs::create_dir_all(folder).unwrap();
        for (what, program, text) in self.thread.join().unwrap() {
            let path = folder.join(format!("{what}.{program}"));
            let mut all = std::fs::read(&path).unwrap_or_default();
            all.extend(text);
            all.push(b'\n');
            std::fs::write(&path, all).unwrap();
        }
    }
}

fn look(seen: &mut Seen) {
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let path = entry.path();
        let read = |file| std::fs::read(path.join(file));
        let name = || std::fs::read_to_string(path.join("comm"));
        let before = name();
        let texts = [
            ("arguments", read("cmdline")),
            ("environment", read("environ")),
        ];
        // Whose they are is asked before and afterwards: a process that begins another program in between had the one's
        // environment and has the other's name; it is looked at again. And processes end while they are looked at.
        let (Ok(before), Ok(program)) = (before, name()) else {
            continue;
        };
        if before != program {
            continue;
        }
        let program = program.trim().replace('/', "_");
        for (what, text) in texts {
            seen.extend(text.ok().map(|text| (what, program.clone(), text)));
        }
    }
}
