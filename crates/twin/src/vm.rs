//! Machines with a kernel of their own, by QEMU without hardware acceleration: for what no container has (RAID, thin pools, disks that tell
//! of their health). Slow beside a host made of a container: half a minute until one answers.
//!
//! A machine ends with the process that started it, and nothing of it is kept: its disk is written to a file that has no name.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use crate::access::{ADMIN, key_pair};
use crate::error::{TwinError, at};
use crate::image::VmImage;
use crate::run;

/// How long one may take to answer, on a machine that has other work to do.
const BOOT: Duration = Duration::from_secs(240);
/// What QEMU gives the only machine of its network, and the way out of it, which leads nowhere.
const NETWORK: &str = "ADDRESS=10.0.2.15/24\nGATEWAY=10.0.2.2\n";

/// What a disk is plugged into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bus {
    /// A virtual disk, which has nothing to say of its health.
    Virtio,
    /// NVMe, with a health log whose critical warning this is (bit 2: it cannot be relied on, bit 3: read-only).
    Nvme(u8),
    /// ATA, with attributes.
    Ata,
}

/// A disk of a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VmDisk {
    /// Its serial number: letters and digits.
    pub serial: String,
    /// How large it is.
    pub bytes: u64,
    /// What it is plugged into.
    pub bus: Bus,
}

/// A machine to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VmSpec {
    /// Its host name.
    pub hostname: String,
    /// Its disks beside the one that it starts from.
    pub disks: Vec<VmDisk>,
}

/// A machine that runs; it ends when this is dropped.
#[derive(Debug)]
pub struct Vm {
    folder: PathBuf,
    hostname: String,
    port: u16,
    child: Child,
}

impl Vm {
    /// Starts a machine and waits until it answers; its files are put into an empty folder.
    ///
    /// # Errors
    /// What is missing, or that it does not answer, with the end of its console.
    pub fn start(image: &VmImage, folder: &Path, spec: &VmSpec) -> Result<Self, TwinError> {
        let port = free_port().map_err(at(Path::new("127.0.0.1")))?;
        let admin = key_pair(&folder.join("admin_ed25519"), ADMIN)?;
        let own = key_pair(&folder.join("host_ed25519"), &spec.hostname)?;
        seed(folder, &spec.hostname, &admin)?;
        client_files(folder, &spec.hostname, port, &own)?;
        let child = qemu(image, folder, spec, port)?;
        let mut vm = Self {
            folder: folder.to_owned(),
            hostname: spec.hostname.clone(),
            port,
            child,
        };
        vm.answers()?;
        Ok(vm)
    }

    fn answers(&mut self) -> Result<(), TwinError> {
        let folder = self.folder.clone();
        let told = || {
            let read = |name| std::fs::read(folder.join(name)).unwrap_or_default();
            let text = run::text(&[read("console"), read("qemu.log")].concat());
            let lines: Vec<&str> = text.lines().collect();
            lines[lines.len().saturating_sub(15)..].join("\n")
        };
        let what = format!("an answer of machine {}", self.hostname);
        run::wait_for(&what, BOOT, || {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(TwinError::Command {
                    command: "qemu-system-x86_64".to_owned(),
                    status: status.to_string(),
                    stderr: told(),
                });
            }
            let output = self.ssh("systemctl is-system-running --wait || true")?;
            match output.status.success() {
                true => Ok(Ok(())),
                false => Ok(Err(format!("{}\n{}", run::text(&output.stderr), told()))),
            }
        })
    }

    /// An ssh configuration that leads to it under its host name.
    pub fn ssh_config(&self) -> PathBuf {
        self.folder.join("ssh_config")
    }

    /// Where its port for ssh is on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs a command line through ssh as the administrator.
    ///
    /// # Errors
    /// That ssh cannot be run; a failure of the command is in what is returned.
    pub fn ssh(&self, command: &str) -> Result<Output, TwinError> {
        let mut ssh = Command::new("ssh");
        ssh.arg("-F").arg(self.ssh_config());
        run::output(ssh.args([&self.hostname, "--", command]))
    }

    /// Runs a script as root; what it printed.
    ///
    /// # Errors
    /// What it said, if it failed.
    pub fn exec_sh(&self, script: &str) -> Result<String, TwinError> {
        let mut ssh = Command::new("ssh");
        ssh.arg("-F").arg(self.ssh_config());
        ssh.args([&self.hostname, "--", "sudo sh -eu"]);
        let output = run::output_with_input(&mut ssh, script.as_bytes())?;
        match output.status.success() {
            true => Ok(run::text(&output.stdout)),
            false => Err(run::failed(&ssh, &output)),
        }
    }
}

impl Drop for Vm {
    fn drop(&mut self) {
        // One that has ended already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on now. Who takes it meanwhile makes QEMU say so.
fn free_port() -> std::io::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// An archive that the machine unpacks over its own files.
fn seed(folder: &Path, hostname: &str, admin: &str) -> Result<(), TwinError> {
    let root = folder.join("seed");
    let write = |path: &str, text: &str| {
        let path = root.join(path);
        let parent = path.parent().unwrap_or(&root);
        std::fs::create_dir_all(parent).map_err(at(parent))?;
        std::fs::write(&path, text).map_err(at(&path))
    };
    write("etc/hostname", &format!("{hostname}\n"))?;
    write(
        "etc/hosts",
        &format!("127.0.0.1 localhost\n127.0.1.1 {hostname}\n"),
    )?;
    write("etc/lab-net.conf", NETWORK)?;
    // Read in place of a folder of the user's own, whose owner no archive made here can name.
    write("etc/ssh/authorized_keys/admin", &format!("{admin}\n"))?;
    write(
        "etc/ssh/sshd_config.d/seed.conf",
        "AuthorizedKeysFile /etc/ssh/authorized_keys/%u\n",
    )?;
    for (from, to) in [
        ("host_ed25519", "ssh_host_ed25519_key"),
        ("host_ed25519.pub", "ssh_host_ed25519_key.pub"),
    ] {
        let (from, to) = (folder.join(from), root.join("etc/ssh").join(to));
        std::fs::copy(&from, &to).map_err(at(&from))?;
    }
    let mut tar = Command::new("tar");
    tar.arg("-C")
        .arg(&root)
        .args(["--owner=0", "--group=0", "--no-overwrite-dir", "-cf"]);
    // The folders themselves are the machine's own.
    tar.arg(folder.join("seed.tar")).arg("etc");
    run::checked(&mut tar).map(drop)
}

fn client_files(folder: &Path, hostname: &str, port: u16, own: &str) -> Result<(), TwinError> {
    let known = folder.join("known_hosts");
    let mut words = own.split_whitespace();
    let key = [words.next(), words.next()]
        .map(Option::unwrap_or_default)
        .join(" ");
    std::fs::write(&known, format!("[127.0.0.1]:{port} {key}\n")).map_err(at(&known))?;
    let config = format!(
        "Host {hostname}\n    HostName 127.0.0.1\n    Port {port}\n    User {ADMIN}\n    IdentityFile \"{}\"\n    IdentitiesOnly yes\n    \
         IdentityAgent none\n    UserKnownHostsFile \"{}\"\n    GlobalKnownHostsFile /dev/null\n    StrictHostKeyChecking yes\n    \
         UpdateHostKeys no\n    BatchMode yes\n    ConnectTimeout 10\n",
        folder.join("admin_ed25519").display(),
        known.display(),
    );
    let path = folder.join("ssh_config");
    std::fs::write(&path, config).map_err(at(&path))
}

fn qemu(image: &VmImage, folder: &Path, spec: &VmSpec, port: u16) -> Result<Child, TwinError> {
    // It ends with this process, however that ends.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "qemu-system-x86_64"]);
    command.args("-accel tcg -cpu max -smp 2 -m 768 -display none -no-reboot".split(' '));
    command.arg("-kernel").arg(image.kernel());
    command.arg("-initrd").arg(image.initrd());
    let kernel = format!(
        "root=/dev/disk/by-id/virtio-root rw console=ttyS0 net.ifnames=0 quiet systemd.hostname={}",
        spec.hostname
    );
    command.args(["-append", &kernel]);
    let console = folder.join("console");
    command.args(["-serial", &format!("file:{}", console.display())]);
    let disk = image.disk();
    plug(
        &mut command,
        ("root", &disk, "snapshot=on"),
        "virtio-blk-pci",
        "root",
    );
    let seed = folder.join("seed.tar");
    plug(
        &mut command,
        ("seed", &seed, "readonly=on"),
        "virtio-blk-pci",
        "seed",
    );
    for (n, disk) in spec.disks.iter().enumerate() {
        let name = format!("disk{n}");
        let file = folder.join(format!("{name}.img"));
        let made = std::fs::File::create(&file).and_then(|f| f.set_len(disk.bytes));
        made.map_err(at(&file))?;
        let device = match disk.bus {
            Bus::Virtio => "virtio-blk-pci".to_owned(),
            Bus::Nvme(warning) => format!("nvme,smart_critical_warning={warning}"),
            Bus::Ata => "ide-hd".to_owned(),
        };
        plug(
            &mut command,
            (&name, &file, "cache=unsafe"),
            &device,
            &disk.serial,
        );
    }
    // Nobody but this machine reaches it, and it reaches nobody.
    let network = format!("user,id=net,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:22");
    command.args(["-netdev", &network, "-device", "virtio-net-pci,netdev=net"]);
    // Setpriv would say in its own words that it is not there.
    run::output(Command::new("qemu-system-x86_64").arg("--version"))?;
    let log = folder.join("qemu.log");
    let file = std::fs::File::create(&log).map_err(at(&log))?;
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let spawned = command.stderr(file).spawn();
    spawned.map_err(|source| TwinError::Spawn {
        command: "qemu-system-x86_64".to_owned(),
        source,
    })
}

/// A drive of a file, and the device that it is in.
fn plug(command: &mut Command, (name, file, how): (&str, &Path, &str), device: &str, serial: &str) {
    let file = file.display();
    command.args([
        "-drive",
        &format!("file={file},format=raw,if=none,id={name},{how}"),
    ]);
    command.args(["-device", &format!("{device},drive={name},serial={serial}")]);
}
