//! Real hosts for tests: a twin host per test, on one engine that all test processes share.
//!
//! A test that needs a host gets one or fails: what is missing (root, Docker, debootstrap) is said, nothing is skipped.
//! The engine outlives the tests, so that the image stays imported; whoever runs the tests stops it with
//! `twin::Engine::stop_private(&testkit::host::engine_dir())`.

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use twin::{
    Engine, Host, HostGuard, HostSpec, ImageRef, Lifetime, TwinError, cleanup, image, seed,
};

/// Owner of all hosts of tests.
pub const OWNER: &str = "test";

/// A host that lives as long as this value; if the test process is killed, the next one removes it.
#[derive(Debug)]
pub struct TestHost {
    guard: HostGuard,
}

impl TestHost {
    /// A bare host: systemd, sshd, the user `admin`, and a realm marker.
    ///
    /// # Panics
    /// Says what is missing if a host cannot be started here.
    pub fn fresh() -> Self {
        Self::with(|_| {})
    }

    /// A host with the world of `examples/smallest` on it, before anybody manages it.
    ///
    /// # Panics
    /// Like [`TestHost::fresh`], and if the world cannot be made.
    pub fn smallest() -> Self {
        let host = Self::fresh();
        seed::smallest(&host)
            .unwrap_or_else(|error| panic!("the smallest world cannot be made: {error}"));
        host
    }

    /// A bare host with a container engine of its own, started, that has the stand-in image.
    ///
    /// # Panics
    /// Like [`TestHost::fresh`], and if its image cannot be built.
    pub fn with_engine() -> Self {
        Self::with_engine_and(|_| ())
    }

    /// The same with a changed specification.
    ///
    /// # Panics
    /// Like [`TestHost::with_engine`].
    pub fn with_engine_and(change: impl FnOnce(&mut HostSpec)) -> Self {
        let (engine, _) = shared();
        let tell = |line: &str| eprintln!("{line}");
        let image = image::ensure_with_engine(engine, &image::default_cache_dir(), &tell);
        let image = image.unwrap_or_else(|error| panic!("no image with an engine: {error}"));
        let host = Self::with(|spec| {
            spec.image = image;
            spec.engine = true;
            change(spec);
        });
        host.start_engine()
            .unwrap_or_else(|error| panic!("its engine does not start: {error}"));
        host
    }

    /// A host whose specification `change` has altered.
    ///
    /// # Panics
    /// Like [`TestHost::fresh`].
    pub fn with(change: impl FnOnce(&mut HostSpec)) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let (engine, image) = shared();
        let name = format!(
            "h{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let mut spec = HostSpec::new(OWNER, &name, image);
        spec.lifetime = Lifetime::Process;
        spec.marker = Some(format!("twin:{OWNER}\n"));
        change(&mut spec);
        let host =
            Host::start(engine, spec).unwrap_or_else(|error| panic!("no test host: {error}"));
        Self {
            guard: host.guarded(),
        }
    }
}

impl Deref for TestHost {
    type Target = Host;

    fn deref(&self) -> &Host {
        &self.guard
    }
}

/// The directory of the engine that all tests share.
pub fn engine_dir() -> PathBuf {
    image::default_cache_dir().join("engine")
}

/// This process's view of the shared engine and the host image; both are made ready on first use.
///
/// # Panics
/// Says what is missing if there can be none here.
pub fn shared() -> &'static (Engine, ImageRef) {
    static SHARED: OnceLock<(Engine, ImageRef)> = OnceLock::new();
    SHARED.get_or_init(|| {
        prepared().unwrap_or_else(|error| panic!("tests with real hosts cannot run: {error}"))
    })
}

fn prepared() -> Result<(Engine, ImageRef), TwinError> {
    let engine = Engine::share_private(&engine_dir())?;
    let image = image::ensure(&engine, &image::default_cache_dir(), &|line| {
        eprintln!("{line}")
    })?;
    cleanup::reap(&engine)?;
    Ok((engine, image))
}
