# Says who this host is, and marks it as belonging to realm HF_MARKER. A host of another realm stays what it is.
hf_machine=$(cat /etc/machine-id 2>/dev/null) || hf_machine=
[ -n "$hf_machine" ] || hf_refuse invalid 'there is no /etc/machine-id'
hf_key=$(ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub 2>/dev/null | cut -d' ' -f2)
[ -n "$hf_key" ] || hf_refuse invalid 'there is no ed25519 host key'
hf_found=$(head -n 1 /etc/holdfast/realm 2>/dev/null) || hf_found=
case $hf_found in
    "$HF_MARKER") ;;
    '')
        mkdir -p -m 700 /etc/holdfast "$HF_LIB"
        printf '%s\n' "$HF_MARKER" > "$HF_LIB/realm"
        chmod 644 "$HF_LIB/realm"
        hf_place "$HF_LIB/realm" /etc/holdfast/realm || hf_fail 'the realm marker cannot be written'
        rm -f -- "$HF_LIB/realm"
        ;;
    *) hf_refuse wrong-identity 'realm marker' "$HF_MARKER" "$hf_found" ;;
esac
hf_value machine-id "$hf_machine"
hf_value host-key "$hf_key"
