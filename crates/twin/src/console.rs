//! The out-of-band console of a host: through the container engine, so it works when the network does not.

use std::process::Output;

use crate::error::TwinError;
use crate::host::Host;
use crate::run;

const PUT: &str = r#"set -eu
umask 077
mkdir -p "$(dirname "$1")"
new="$1.put.$$"
trap 'rm -f "$new"' EXIT
cat > "$new"
chmod "$2" "$new"
mv -T "$new" "$1""#;

impl Host {
    /// Runs a command as root on the console; a failing command is not an error.
    pub fn exec(&self, command: &[&str]) -> Result<Output, TwinError> {
        run::output(&mut self.exec_command(&[], command))
    }

    /// Like [`Host::exec`], with `input` on standard input.
    pub fn exec_with_input(&self, command: &[&str], input: &[u8]) -> Result<Output, TwinError> {
        run::output_with_input(&mut self.exec_command(&["--interactive"], command), input)
    }

    /// Runs a command as root on the console; a failing command is an error; returns its standard output, trimmed at
    /// the end.
    pub fn run(&self, command: &[&str]) -> Result<String, TwinError> {
        run::checked(&mut self.exec_command(&[], command))
    }

    /// [`Host::run`] for a shell script, which is the caller's own text.
    pub fn exec_sh(&self, script: &str) -> Result<String, TwinError> {
        self.run(&["sh", "-euc", script])
    }

    /// Puts a file in place at once, with the given mode, owned by root; missing directories are made.
    pub fn put_file(&self, path: &str, mode: u32, bytes: &[u8]) -> Result<(), TwinError> {
        let mode = format!("{mode:o}");
        let mut command =
            self.exec_command(&["--interactive"], &["sh", "-c", PUT, "put", path, &mode]);
        let output = run::output_with_input(&mut command, bytes)?;
        if output.status.success() {
            Ok(())
        } else {
            Err(run::failed(&command, &output))
        }
    }

    /// The bytes of a file.
    pub fn get_file(&self, path: &str) -> Result<Vec<u8>, TwinError> {
        let mut command = self.exec_command(&[], &["cat", "--", path]);
        let output = run::output(&mut command)?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(run::failed(&command, &output))
        }
    }

    pub(crate) fn exec_command(&self, options: &[&str], command: &[&str]) -> std::process::Command {
        let container = self.container();
        let mut docker = self.client().docker(&["exec"]);
        docker.args(options).arg(container).args(command);
        docker
    }
}
