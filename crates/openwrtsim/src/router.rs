//! The router: its configuration, what its daemons tell, and who may ask.

use pvesim::Fault;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The session of who has not logged in.
const NOBODY: &str = "00000000000000000000000000000000";
/// The only other one.
const SESSION: &str = "c1a4f0e2b3d495867a8b9c0d1e2f3a4b";

/// `ubus_strerror`: permission denied, not found, invalid argument.
const DENIED: u32 = 6;
const NOT_FOUND: u32 = 4;
const INVALID: u32 = 2;

/// A router.
#[derive(Debug, Clone)]
pub struct Router {
    /// The login of rpcd.
    pub user: String,
    /// Its password.
    pub password: String,
    /// `read` of its access group: `ubus` by object, `uci` as a list.
    pub rights: Value,
    /// Sections by configuration, in the form in which rpcd tells them.
    pub uci: BTreeMap<String, Map<String, Value>>,
    /// What objects answer, by `OBJECT METHOD`.
    pub told: BTreeMap<String, Value>,
    /// What goes wrong, by `OBJECT METHOD [CONFIG]`.
    pub faults: Vec<(String, Fault)>,
}

impl Router {
    /// One with nothing to tell.
    pub fn bare(user: &str, password: &str, rights: Value) -> Self {
        Self {
            user: user.to_owned(),
            password: password.to_owned(),
            rights,
            uci: BTreeMap::new(),
            told: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// One with two inner networks, a zone each, one forward and a fixed address.
    pub fn example(user: &str, password: &str, rights: Value) -> Self {
        let mut router = Self::bare(user, password, rights);
        router.daemons();
        router.configure();
        router
    }

    fn daemons(&mut self) {
        let of = |address: &str| json!([{"address": address, "mask": 24}]);
        let interface = |name: &str, proto: &str, device: &str, address: Value, route: Value| {
            json!({
                "interface": name, "up": true, "pending": false, "available": true, "autostart": true, "dynamic": false,
                "uptime": 86_400, "l3_device": device, "proto": proto, "device": device, "metric": 0, "dns_metric": 0,
                "delegation": true, "ipv4-address": address, "ipv6-address": [], "ipv6-prefix": [],
                "ipv6-prefix-assignment": [], "route": route, "dns-server": [], "dns-search": [], "neighbors": [],
                "inactive": {"ipv4-address": [], "route": []}, "data": {},
            })
        };
        let default = json!([{"target": "0.0.0.0", "mask": 0, "nexthop": "203.0.113.1", "source": "203.0.113.7/32"}]);
        let interfaces = json!({"interface": [
            interface("lan", "static", "br-lan.10", of("192.168.10.1"), json!([])),
            interface("iot", "static", "br-lan.20", of("192.168.20.1"), json!([])),
            interface("loopback", "static", "lo", json!([{"address": "127.0.0.1", "mask": 8}]), json!([])),
            interface("wan", "dhcp", "eth0", json!([{"address": "203.0.113.7", "mask": 24}]), default),
        ]});
        let told = [
            (
                "system board",
                json!({
                    "kernel": "6.6.93", "hostname": "gw", "system": "ARMv8 Processor rev 4", "model": "Router R1",
                    "board_name": "maker,r1", "rootfs_type": "squashfs",
                    "release": {"distribution": "OpenWrt", "version": "24.10.2", "revision": "r28739-d9340319c6",
                        "target": "mediatek/filogic", "description": "OpenWrt 24.10.2"},
                }),
            ),
            (
                "system info",
                json!({
                    "localtime": 1_750_000_000, "uptime": 86_500, "load": [100, 200, 300],
                    "memory": {"total": 512_000_000, "free": 300_000_000, "available": 350_000_000},
                }),
            ),
            ("network.interface dump", interfaces),
            (
                "network.device status",
                json!({
                    "br-lan": {"type": "bridge", "up": true, "bridge-members": ["lan1", "lan2"], "bridge-vlans": [
                        {"id": 10, "local": true, "ports": ["lan1:*\n", "lan2:t\n"]},
                        {"id": 20, "local": true, "ports": ["lan2:t\n"]},
                    ]},
                    "eth0": {"type": "Network device", "up": true},
                }),
            ),
            (
                "luci-rpc getDHCPLeases",
                json!({"dhcp_leases": [{"expires": 3_000, "hostname": "lamp", "macaddr": "02:00:00:00:20:05", "ipaddr": "192.168.20.5"}], "dhcp6_leases": []}),
            ),
        ];
        self.told
            .extend(told.map(|(name, value)| (name.to_owned(), value)));
    }

    fn configure(&mut self) {
        for (name, network) in [("lan", "lan"), ("iot", "iot"), ("wan", "wan")] {
            let is_wan = name == "wan";
            let policy = if is_wan { "REJECT" } else { "ACCEPT" };
            self.add("firewall", "zone", &format!("zone_{name}"), json!({
                "name": name, "input": policy, "output": "ACCEPT", "forward": "REJECT", "network": [network],
                "masq": if is_wan { "1" } else { "0" },
            }));
            if !is_wan {
                self.add("dhcp", "dhcp", name, json!({
                    "interface": network, "start": "100", "limit": "50", "leasetime": "12h", "dhcpv4": "server",
                }));
            }
        }
        self.add(
            "dhcp",
            "dhcp",
            "wan",
            json!({"interface": "wan", "ignore": "1"}),
        );
        self.add(
            "dhcp",
            "dnsmasq",
            "cfg01411c",
            json!({"domain": "lan", "local": "/lan/"}),
        );
        self.add("firewall", "defaults", "cfg01e63d", json!({"input": "REJECT", "output": "ACCEPT", "forward": "REJECT", "synflood_protect": "1"}));
        self.add(
            "firewall",
            "forwarding",
            "cfg04ad58",
            json!({"src": "lan", "dest": "wan"}),
        );
        self.add("firewall", "rule", "cfg0692bd", json!({"name": "Allow-Ping", "src": "wan", "proto": "icmp", "icmp_type": "echo-request", "family": "ipv4", "target": "ACCEPT"}));
        self.forward(
            "web",
            json!({"src_dport": "443", "dest_ip": "192.168.10.20", "proto": "tcp"}),
        );
        self.add(
            "dhcp",
            "host",
            "cfg0aaa01",
            json!({"name": "nas", "mac": "02:00:00:00:10:20", "ip": "192.168.10.20"}),
        );
    }

    /// Adds a section, whose name stands in `.name` too.
    pub fn add(&mut self, config: &str, sort: &str, name: &str, options: Value) {
        let all = self.uci.entry(config.to_owned()).or_default();
        let mut section = Map::from_iter([
            (".anonymous".to_owned(), json!(name.starts_with("cfg"))),
            (".type".to_owned(), json!(sort)),
            (".name".to_owned(), json!(name)),
            (".index".to_owned(), json!(all.len())),
        ]);
        if let Value::Object(options) = options {
            section.extend(options);
        }
        all.insert(name.to_owned(), Value::Object(section));
    }

    /// Adds a port that is led elsewhere, from `wan` unless it says otherwise.
    pub fn forward(&mut self, name: &str, options: Value) {
        let mut all = json!({"name": name, "src": "wan", "dest": "lan", "target": "DNAT"});
        if let (Some(all), Value::Object(options)) = (all.as_object_mut(), options) {
            all.extend(options);
        }
        self.add("firewall", "redirect", &format!("redirect_{name}"), all);
    }

    /// From now on, calls that begin so meet this.
    pub fn fault(&mut self, name: &str, fault: Fault) {
        self.faults.push((name.to_owned(), fault));
    }

    /// `OBJECT METHOD [CONFIG]` of a request.
    pub(crate) fn name(request: &Value) -> String {
        let word = |pointer: &str| request.pointer(pointer).and_then(Value::as_str);
        let words = ["/params/1", "/params/2", "/params/3/config"];
        let words: Vec<&str> = words.into_iter().filter_map(word).collect();
        words.join(" ")
    }

    pub(crate) fn fault_of(&self, name: &str) -> Option<Fault> {
        let mut fitting = self
            .faults
            .iter()
            .rev()
            .filter(|(n, _)| name.starts_with(n.as_str()));
        fitting.next().map(|(_, fault)| fault.clone())
    }

    /// The body of the answer.
    pub(crate) fn answer(&self, request: &Value) -> Value {
        let id = request.get("id").cloned().unwrap_or_default();
        let error = |code: i64, message: &str| json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}});
        let word = |pointer: &str| request.pointer(pointer).and_then(Value::as_str);
        let (Some("call"), Some(session), Some(object), Some(method)) = (
            word("/method"),
            word("/params/0"),
            word("/params/1"),
            word("/params/2"),
        ) else {
            return error(-32600, "Invalid request");
        };
        let arguments = request.pointer("/params/3").cloned().unwrap_or_default();
        let result = |code: u32, data: Option<Value>| {
            let result: Vec<Value> = std::iter::once(json!(code)).chain(data).collect();
            json!({"jsonrpc": "2.0", "id": id, "result": result})
        };
        if (object, method) == ("session", "login") {
            return match self.login(&arguments) {
                Ok(data) => result(0, Some(data)),
                Err(code) => result(code, None),
            };
        }
        if session == NOBODY || session != SESSION {
            return error(-32002, "Access denied");
        }
        let granted = self.rights["ubus"][object].as_array();
        if !granted.is_some_and(|g| g.iter().any(|m| m == method || m == "*")) {
            return error(-32002, "Access denied");
        }
        if (object, method) == ("uci", "get") {
            return match self.get(&arguments) {
                Ok(data) => result(0, Some(data)),
                Err(code) => result(code, None),
            };
        }
        match self.told.get(&format!("{object} {method}")) {
            Some(data) => result(0, Some(data.clone())),
            None => error(-32000, "Object not found"),
        }
    }

    fn login(&self, arguments: &Value) -> Result<Value, u32> {
        let is = |key: &str, own: &str| arguments[key].as_str() == Some(own);
        if !is("username", &self.user) || !is("password", &self.password) {
            return Err(DENIED);
        }
        let uci = self.rights["uci"].as_array().cloned().unwrap_or_default();
        let uci: Map<String, Value> = uci
            .iter()
            .filter_map(Value::as_str)
            .map(|config| (config.to_owned(), json!(["read"])))
            .collect();
        Ok(json!({
            "ubus_rpc_session": SESSION,
            "timeout": arguments.get("timeout").cloned().unwrap_or(json!(300)),
            "expires": 300,
            "acls": {"access-group": {"holdfast": ["read"], "unauthenticated": ["read"]}, "ubus": self.rights["ubus"], "uci": uci},
            "data": {"username": self.user},
        }))
    }

    /// A configuration, whole or not at all.
    fn get(&self, arguments: &Value) -> Result<Value, u32> {
        let config = arguments["config"].as_str().ok_or(INVALID)?;
        let may = self.rights["uci"].as_array();
        if !may.is_some_and(|m| m.iter().any(|c| c == config)) {
            return Err(DENIED);
        }
        let sections = self.uci.get(config).ok_or(NOT_FOUND)?;
        Ok(json!({ "values": sections }))
    }
}
