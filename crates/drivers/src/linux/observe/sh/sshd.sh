effective() {
    need sshd || return
    sshd -T -C "user=$1,host=nowhere.invalid,addr=192.0.2.1,laddr=192.0.2.1,lport=22"
}
sshd_config() { effective nobody; }
