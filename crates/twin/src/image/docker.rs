//! The image of a host with a container engine of its own: a layer on the host image, built by the engine from Debian's packages.
//!
//! It is kept by the engine alone; a change of its recipe, or of the host image's, gives it another name.

use std::path::{Path, PathBuf};
use std::time::Instant;

use sha2::{Digest, Sha256};

use super::{ImageRef, RELEASE, ensure, is_imported, name, write_mode};
use crate::engine::Engine;
use crate::error::{TwinError, at};
use crate::lock::Lock;
use crate::mirror;
use crate::run;

const SETUP: &str = include_str!("../../image/docker-setup.sh");
/// The release whose Compose is used.
const COMPOSE_RELEASE: &str = "trixie";

/// The image's name in an engine, whether or not it is there.
pub fn with_engine() -> ImageRef {
    let mut hash = Sha256::new();
    for text in [name().as_str(), COMPOSE_RELEASE, SETUP] {
        hash.update(text);
        hash.update([0]);
    }
    let key = data_encoding::HEXLOWER.encode(&hash.finalize()[..6]);
    ImageRef(format!("holdfast-engine:{key}"))
}

/// Makes sure that the engine has the image, and the host image below it. The first time takes about half a minute and needs a
/// Debian mirror.
pub fn ensure_with_engine(
    engine: &Engine,
    cache_dir: &Path,
    progress: &dyn Fn(&str),
) -> Result<ImageRef, TwinError> {
    let base = ensure(engine, cache_dir, progress)?;
    let image = with_engine();
    if is_imported(engine.client(), &image)? {
        return Ok(image);
    }
    let _lock = Lock::take(&cache_dir.join("engine-image.lock"))?;
    if is_imported(engine.client(), &image)? {
        return Ok(image);
    }
    let begun = Instant::now();
    progress("image: container engine");
    let context = cache_dir.join(format!("engine-context.{}", std::process::id()));
    let built = build(engine, &context, &base, &image);
    // What a failed build leaves is of no use.
    let _ = std::fs::remove_dir_all(&context);
    built?;
    progress(&format!("image: built ({} s)", begun.elapsed().as_secs()));
    Ok(image)
}

fn build(
    engine: &Engine,
    context: &PathBuf,
    base: &ImageRef,
    image: &ImageRef,
) -> Result<(), TwinError> {
    std::fs::create_dir_all(context).map_err(at(context))?;
    let mirror = mirror::of_machine(Path::new("/etc"));
    let main = &mirror.main;
    let sources = format!(
        "{}deb {main} {COMPOSE_RELEASE} main\n",
        mirror.sources(RELEASE)
    );
    let recipe = format!(
        "FROM {}\nCOPY docker-setup.sh build.list /\nRUN sh /docker-setup.sh && rm /docker-setup.sh\n",
        base.as_str()
    );
    for (name, text) in [
        ("Dockerfile", recipe.as_str()),
        ("docker-setup.sh", SETUP),
        ("build.list", &sources),
    ] {
        write_mode(&context.join(name), 0o644, text.as_bytes())?;
    }
    let mut command = engine.client().docker(&["build", "--quiet"]);
    // The private engine has no network of its own to give.
    command.args(["--network", "host", "--tag", image.as_str()]);
    if let Some(proxy) = &mirror.proxy {
        command.arg(format!("--build-arg=http_proxy={proxy}"));
    }
    run::checked(command.env("DOCKER_BUILDKIT", "0").arg(context)).map(drop)
}
