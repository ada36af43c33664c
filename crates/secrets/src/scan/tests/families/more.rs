//! More of the places in which the families have their secrets: a family, a path, and a text with `@@` where a weak secret stands or a
//! strong one between marks.

pub(super) const ROWS: &[(&str, &str, &str)] = &[
    (
        "Cisco IOS, Arista EOS, FRR",
        "sw1.cfg",
        "line vty 0 4\n login\n password @@\n",
    ),
    (
        "Cisco IOS, Arista EOS, FRR",
        "sw1.cfg",
        "line con 0\n password 0 @@\n",
    ),
    (
        "Cisco IOS, Arista EOS, FRR",
        "sw1.cfg",
        " ppp chap password 0 @@\n",
    ),
    (
        "Cisco IOS, Arista EOS, FRR",
        "sw1.cfg",
        " ppp pap sent-username jo password 0 @@\n",
    ),
    ("Cisco IOS, Arista EOS, FRR", "sw1.cfg", "vtp password @@\n"),
    (
        "Cisco IOS, Arista EOS, FRR",
        "sw1.cfg",
        "ip ftp password @@\n",
    ),
    (
        "Cisco IOS, Arista EOS, FRR",
        "sw1.cfg",
        "ntp authentication-key 1 md5 @@\n",
    ),
    (
        "Cisco IOS, Arista EOS, FRR",
        "sw1.cfg",
        " wpa-psk ascii 0 @@\n",
    ),
    (
        "strongSwan, Libreswan",
        "ipsec.secrets",
        "10.0.0.1 %any :\n\tPSK \"@@\"\n",
    ),
    (
        "strongSwan, Libreswan",
        "ipsec.secrets",
        "10.0.0.1 10.0.0.2\n  : PSK\n  \"@@\"\n",
    ),
    ("strongSwan, Libreswan", "ipsec.secrets", ": PSK @@\n"),
    (
        "Net-SNMP",
        "snmpd.conf",
        "trapsess -v 3 -u mon -a SHA -A @@ -l authPriv 10.0.0.1\n",
    ),
    (
        "Net-SNMP",
        "snmpd.conf",
        "trapsess -v3 -u mon -x AES -X \"@@\" 10.0.0.1\n",
    ),
    ("Net-SNMP", "snmpd.conf", "createuser mon sha @@\n"),
    ("commands", "x.sh", "mysqldump -u root -p'@@' db\n"),
    ("commands", "x.sh", "mysql -p\"@@\" db\n"),
    (
        "commands",
        "x.sh",
        "ipmitool -H nas -U root -P@@ power status\n",
    ),
    ("commands", "x.sh", "docker login -u jo -p@@ r.lan\n"),
    ("commands", "x.sh", "zip -P @@ -r x.zip d\n"),
    ("commands", "x.sh", "zip -rP @@ x.zip d\n"),
    (
        "any text",
        "nginx.conf",
        "proxy_set_header Authorization \"Basic \u{1}am86dGlnZXI=\u{2}\";\n",
    ),
    (
        "any text",
        "haproxy.cfg",
        "  http-request set-header Authorization \"Bearer \u{1}abcdefgh\u{2}\"\n",
    ),
    (
        "any text",
        "haproxy.cfg",
        "  http-request set-header Authorization Basic\\ \u{1}am86dGlnZXI=\u{2}\n",
    ),
    (
        "any text",
        "x.sh",
        "curl -H 'Authorization: \u{1}Zm9vYmFyMTIzNDU2\u{2}' http://x\n",
    ),
    ("Redis, Valkey, KeyDB", "users.acl", "user app >@@ on ~*\n"),
    (
        "Redis, Valkey, KeyDB",
        "x.sh",
        "redis-cli ACL SETUSER app on ~* >@@\n",
    ),
    (
        "OpenWrt, VyOS",
        "etc/config/wireless",
        "config wifi-iface\n\toption ssid 'Home'\n\toption key '@@'\n",
    ),
    (
        "OpenWrt, VyOS",
        "backup.txt.uci",
        "\toption password '@@'\n",
    ),
    (
        "OpenWrt, VyOS",
        "x.sh",
        "uci set wireless.@wifi-iface[0].key='@@'\n",
    ),
    (
        "OpenWrt, VyOS",
        "config.boot",
        "authentication {\n    plaintext-password \"@@\"\n}\n",
    ),
    (
        "OpenWrt, VyOS",
        "x.sh",
        "set system login user jo authentication plaintext-password '@@'\n",
    ),
    (
        "OpenWrt, VyOS",
        "x.sh",
        "set vpn ipsec site-to-site peer a authentication pre-shared-secret '@@'\n",
    ),
    (
        "storage.cfg, netplan",
        "etc/pve/storage.cfg",
        "cifs: nas\n\tserver 10.0.0.1\n\tpassword @@\n",
    ),
    (
        "storage.cfg, netplan",
        "etc/netplan/01.yaml",
        "network:\n  wifis:\n    w:\n      access-points:\n        \"Home\":\n          password: \"@@\"\n",
    ),
    (
        "cloud-init, preseed, kickstart",
        "user-data",
        "#cloud-config\nchpasswd:\n  expire: false\n  list: |\n    root:@@\n",
    ),
    (
        "cloud-init, preseed, kickstart",
        "ci.yaml",
        "chpasswd:\n  list:\n    - jo:@@\n",
    ),
    (
        "cloud-init, preseed, kickstart",
        "preseed.cfg",
        "d-i passwd/root-password password @@\n",
    ),
    (
        "cloud-init, preseed, kickstart",
        "preseed.cfg",
        "d-i passwd/user-password-again password @@\n",
    ),
    (
        "cloud-init, preseed, kickstart",
        "x.sh",
        "echo \"mysql-server mysql-server/root_password password @@\" | debconf-set-selections\n",
    ),
    (
        "cloud-init, preseed, kickstart",
        "preseed.cfg",
        "d-i partman-crypto/passphrase password @@\n",
    ),
    (
        "cloud-init, preseed, kickstart",
        "preseed.cfg",
        "d-i netcfg/wireless_wpa string @@\n",
    ),
    (
        "cloud-init, preseed, kickstart",
        "a.ks",
        "rootpw --plaintext @@\n",
    ),
    ("cloud-init, preseed, kickstart", "a.ks", "rootpw @@\n"),
    (
        "Ceph",
        "ceph.client.admin.keyring",
        "[client.admin]\n\tkey = \u{1}AQDx3mVlAAAAABAA9s0kR1nq2wTzYc5pQ8hJ4g==\u{2}\n",
    ),
    (
        "states of Terraform, kubeconfig",
        "kubeconfig",
        "users:\n- name: a\n  user:\n    client-key-data: \u{1}LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo4MTIz\u{2}\n",
    ),
    (
        "states of Terraform, kubeconfig",
        "terraform.tfstate",
        "{\"outputs\": {\"pw\": {\"value\": \"@@\", \"type\": \"string\", \"sensitive\": true}}}\n",
    ),
    (
        "states of Terraform, kubeconfig",
        "terraform.tfstate",
        "{\"resources\": [{\"type\": \"random_password\", \"instances\": [{\"attributes\": {\"result\": \"\u{1}aQ3xR7tiger9\u{2}\"}}]}]}\n",
    ),
    (
        "states of Terraform, kubeconfig",
        "terraform.tfstate",
        "{\"resources\": [{\"instances\": [{\"attributes\": {\"admin_password\": \"\u{1}aQ3xR7tiger9\u{2}\"}}]}]}\n",
    ),
    (
        "any text",
        "kubeconfig",
        "users:\n- user:\n    token: \u{1}aQ3xR7tiger9\u{2}\n",
    ),
    (
        "any text",
        "x.yaml",
        "password: {value: \u{1}aQ3xR7tiger9\u{2}}\n",
    ),
    (
        "any text",
        "x.yaml",
        "db_password:\n  type: string\n  default: \u{1}aQ3xR7tiger9\u{2}\n",
    ),
    ("any text", "x.yaml", "Passwort: \u{1}aQ3xR7tiger9\u{2}\n"),
    ("any text", "x.ini", "kennwort = \u{1}aQ3xR7tiger9\u{2}\n"),
    (
        "any text",
        "x.env",
        "DB_MOT_DE_PASSE=\u{1}aQ3xR7tiger9\u{2}\n",
    ),
    (
        "any text",
        "x.yaml",
        "mot_de_passe: \u{1}aQ3xR7tiger9\u{2}\n",
    ),
    (
        "any text",
        "x.yaml",
        "wifi: {password: \u{1}aQ3xR7tiger9\u{2}}\n",
    ),
    (
        "Home Assistant, ESPHome",
        "node.yaml",
        "api:\n  encryption:\n    key: \"\u{1}dGhpcyBpcyBub3QgYSBrZXkgYnV0IGEgdGVzdCEhISE=\u{2}\"\n",
    ),
    (
        "Home Assistant, ESPHome",
        "secrets.yaml",
        "mqtt: \u{1}aQ3xR7tiger9\u{2}\nmqtt_user: jo12345x\n",
    ),
    (
        "Prometheus, Caddy",
        "prometheus.yml",
        "authorization:\n  type: Bearer\n  credentials: \u{1}aQ3xR7tiger9\u{2}\n",
    ),
    (
        "wpa_supplicant, hostapd, iwd, NetworkManager",
        "etc/hostapd/wlan0.conf",
        "wpa_passphrase=@@\n",
    ),
    (
        "wpa_supplicant, hostapd, iwd, NetworkManager",
        "etc/hostapd/wlan0.conf",
        "wpa_psk=@@\n",
    ),
    ("files of one secret", "etc/luks.key", "@@\n"),
];

/// What is near to them and none.
pub(super) const NONE: &[(&str, &str)] = &[
    (
        "sw1.cfg",
        "line vty 0 4\n login local\n transport input ssh\nservice password-encryption\n",
    ),
    (
        "sw1.cfg",
        " wpa-psk ascii 0 ${PSK}\nvtp mode off\nntp server 10.0.0.1\n",
    ),
    ("a.ks", "rootpw --lock\nrootpw --iscrypted ${HASH}\n"),
    (
        "ci.yaml",
        "chpasswd:\n  expire: false\n  users:\n    - name: jo\n      type: RANDOM\nnext: a\n",
    ),
    (
        "ci.yaml",
        "chpasswd:\n  list: |\n    jo:RANDOM\n    al:${PW}\nhosts:\n  - a:bcde\n",
    ),
    (
        "preseed.cfg",
        "d-i passwd/make-user boolean false\nd-i passwd/root-password-crypted password ${HASH}\n",
    ),
    (
        "config/wireless",
        "\toption key '1'\n\toption encryption 'psk2'\n\toption ssid 'Home'\n",
    ),
    (
        "secrets.yaml",
        "x: aQ3xR7tiger9\nsops:\n  mac: aQ3xR7tiger9\n",
    ),
    (
        "secrets.yaml",
        "smtp_user: jo12345x\nnas_url: nas12.example.org\nwords: two words\n",
    ),
    (
        "prometheus.yml",
        "authorization:\n  credentials_file: /run/secrets/x\n",
    ),
    ("x.js", "fetch(u, {credentials: \"same-origin\"})\n"),
    (
        "main.tfstate",
        "{\"outputs\": {\"port\": {\"value\": \"8080tcpx\", \"type\": \"string\"}}}\n",
    ),
    (
        "main.tfstate",
        "{\"resources\": [{\"type\": \"random_id\", \"instances\": [{\"attributes\": {\"result\": \"aQ3xR7tiger9\"}}]}]}\n",
    ),
    (
        "x.yaml",
        "headers: {Authorization: Bearer}\nauthorization: required-by-the-proxy\n",
    ),
    (
        "nginx.conf",
        "proxy_set_header Authorization $http_authorization;\nproxy_pass_header Authorization;\n",
    ),
    (
        "x.sh",
        "mysql -p \"$DB\"; mysqldump -p -u root db; ipmitool -H nas power status\n",
    ),
    ("x.yaml", "command: [\"mysql\", \"-p\", \"db\"]\n"),
    (
        "x.sh",
        "docker login --password-stdin r.lan; docker run -p8080:80 x\n",
    ),
    ("x.sh", "zip -r -X x.zip d; unzip -p a.zip b\n"),
    ("x.yaml", "port: {default: a1b2c3d4e5}\nvalue: a1b2c3d4e5\n"),
    ("x.yaml", "impasse: aQ3xR7tiger9\n"),
    ("users.acl", "user default off nopass ~* +@all\n"),
    (
        "md.md",
        "Send an authorization request to the server, and an Authorization: header.\n",
    ),
];
