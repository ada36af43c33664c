"""What a lab declares of a host, planted before anybody manages it. Reads the seed as JSON; a second run changes nothing."""
import json, os, pathlib, pwd, shutil, subprocess, sys, tempfile

seed = json.load(sys.stdin)


def run(*words, check=True, **more):
    done = subprocess.run(words, capture_output=True, text=True, **more)
    if check and done.returncode:
        sys.exit(f"{' '.join(words[:6])}: {(done.stderr or done.stdout).strip()[:400]}")
    return done


def put(path, text, mode, owner="root", group="root"):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    changed = not path.is_file() or path.read_text(errors="replace") != text
    if changed:
        path.write_text(text)
    os.chmod(path, int(mode, 8))
    shutil.chown(path, owner, group)
    return changed


def account(one):
    try:
        pwd.getpwnam(one["name"])
    except KeyError:
        run("useradd", "--create-home", "--shell", one["shell"] or "/bin/bash", one["name"])
    if one["shell"] and pwd.getpwnam(one["name"]).pw_shell != one["shell"]:
        run("usermod", "--shell", one["shell"], one["name"])
    home = pwd.getpwnam(one["name"])
    if one["keys"]:
        folder = pathlib.Path(home.pw_dir, ".ssh")
        folder.mkdir(mode=0o700, exist_ok=True)
        file = folder / "authorized_keys"
        there = file.read_text().splitlines() if file.exists() else []
        file.write_text("".join(f"{line}\n" for line in there + [k for k in one["keys"] if k not in there]))
        file.chmod(0o600)
        for path in (folder, file):
            os.chown(path, home.pw_uid, home.pw_gid)
    if one["sudo"]:
        put(one["sudo_file"], one["sudo"], "0440")


def stand_in(name):
    """An empty package of this name: what a twin's repository does not have."""
    with tempfile.TemporaryDirectory() as folder:
        control = pathlib.Path(folder, "root/DEBIAN/control")
        control.parent.mkdir(parents=True)
        control.write_text(
            f"Package: {name}\nVersion: 0~stand-in\nArchitecture: all\nMaintainer: none <none@invalid>\n"
            "Description: stand-in of a twin\n This package is empty.\n"
        )
        deb = f"{folder}/stand-in.deb"
        run("dpkg-deb", "--build", "--root-owner-group", f"{folder}/root", deb)
        # It is empty, so it does no harm to what does the same work under another name.
        run("dpkg", "--force-conflicts", "--install", deb)


def packages(names):
    listed = run("dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Package}\n").stdout.splitlines()
    there = {line[3:] for line in listed if line.startswith("ii")}
    own = pathlib.Path("/usr/local/share/holdfast-apt/Packages")
    offered = {l.split()[1] for l in own.read_text().splitlines() if l.startswith("Package: ")} if own.exists() else set()
    for name in names:
        if name not in there and name in offered:
            run("apt-get", "-qq", "-y", "install", name, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        elif name not in there:
            stand_in(name)


STAND_IN_UNITS = {
    ".service": "[Unit]\nDescription=Stand-in of a twin\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n",
    ".timer": "[Unit]\nDescription=Stand-in of a twin\n[Timer]\nOnCalendar=yearly\nUnit=true.service\n[Install]\nWantedBy=timers.target\n",
    ".target": "[Unit]\nDescription=Stand-in of a twin\n[Install]\nWantedBy=multi-user.target\n",
}


def unit(one):
    name = one["name"]
    known = run("systemctl", "cat", name, check=False).returncode == 0
    wanted = one["enabled"] or one["active"]
    text = STAND_IN_UNITS.get(pathlib.Path(name).suffix)
    if not known and wanted and text:
        put(f"/etc/systemd/system/{name}", text, "0644")
        run("systemctl", "daemon-reload")
    elif not known:
        return
    if one["enabled"] is not None:
        run("systemctl", "enable" if one["enabled"] else "disable", name, check=False)
    if one["active"] is not None:
        run("systemctl", "start" if one["active"] else "stop", name, check=False)


def table(one):
    """A table that is there is left alone if its file says the same."""
    name, file = one["name"], one["file"]
    live = run("nft", "list", "table", "inet", name, check=False).returncode == 0
    changed = put(file, one["ruleset"], "0600")
    boot = "[Unit]\nDescription=Packet filter tables of Holdfast\nDefaultDependencies=no\nAfter=local-fs.target nftables.service\nBefore=network-pre.target\nWants=network-pre.target\n" \
        "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c 'for f in /etc/holdfast/nft/*.nft; do nft -f $f; done'\n" \
        "[Install]\nWantedBy=sysinit.target\n"
    path = pathlib.Path("/etc/systemd/system/holdfast-nft.service")
    if not path.exists():
        put(path, boot, "0644")
        run("systemctl", "daemon-reload")
        run("systemctl", "enable", path.name)
    if changed or not live:
        run("nft", "-f", "-", input=f"table inet {name}\ndelete table inet {name}\n{one['ruleset']}")


LISTEN = '''import json, selectors, socket
eyes = selectors.DefaultSelector()
for address, port, protocol in json.load(open("/etc/lab-stand-ins.json")):
    kind = socket.SOCK_DGRAM if protocol == "udp" else socket.SOCK_STREAM
    ear = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
    ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    ear.setsockopt(socket.IPPROTO_IP, 15, 1)  # IP_FREEBIND
    try:
        ear.bind((address, port))
        if protocol != "udp": ear.listen()
        eyes.register(ear, selectors.EVENT_READ, protocol)
    except OSError as error:
        print(f"{protocol}/{address}:{port}: {error}", flush=True)
while True:
    for key, _ in eyes.select():
        if key.data == "udp": key.fileobj.recvfrom(2048)
        else: key.fileobj.accept()[0].close()
'''


def listeners(ports):
    """Something listens where the lab declares a way in and the twin has no such program."""
    name = "lab-stand-ins.service"
    if not ports:
        run("systemctl", "disable", "--now", name, check=False)
        return
    service = "[Unit]\nDescription=Stand-ins of a twin for declared ways in\nAfter=network.target\n" \
        "[Service]\nExecStart=/usr/bin/python3 /usr/local/sbin/lab-stand-ins\nRestart=always\n[Install]\nWantedBy=multi-user.target\n"
    changed = put("/etc/lab-stand-ins.json", json.dumps(ports), "0644")
    changed |= put("/usr/local/sbin/lab-stand-ins", LISTEN, "0755")
    if put(f"/etc/systemd/system/{name}", service, "0644"):
        run("systemctl", "daemon-reload")
    run("systemctl", "enable", "--quiet", name)
    run("systemctl", "restart" if changed else "start", name)


packages(seed["packages"])
for one in seed["accounts"]:
    account(one)
changed = {f["path"]: put(f["path"], f["content"], f["mode"], f["owner"], f["group"]) for f in seed["files"]}
if changed.get("/etc/sysctl.d/90-holdfast.conf"):
    # Settings of the shared kernel cannot be set.
    run("sysctl", "-e", "-q", "-p", "/etc/sysctl.d/90-holdfast.conf", check=False)
for one in seed["units"]:
    unit(one)
for path in changed:
    if changed[path] and path.startswith("/etc/ssh/"):
        run("sshd", "-t")
        run("systemctl", "reload", "ssh.service")
for one in seed["tables"]:
    table(one)
listeners(seed["ports"])
