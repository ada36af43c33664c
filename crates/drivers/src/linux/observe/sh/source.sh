# What a file system is mounted from, as far as it is public: of an address neither a login nor a query, and of a source that is made up of settings
# (`:sftp,host=…,pass=…:`, `remote,pass=…:`) only its first word.
mount_source='function mount_source(type, text, at, head, tail) {
    if (at = index(text, "://")) {
        head = substr(text, 1, at + 2)
        tail = substr(text, at + 3)
        sub(/^.*@/, "", tail)
        sub(/[?].*$/, "", tail)
        return head tail
    }
    if (match(text, /^:[A-Za-z0-9_-]+/)) return substr(text, 1, RLENGTH)
    if (type ~ /^fuse/ && match(text, /^[^\/:,=]+,/) && text ~ /=/) return substr(text, 1, RLENGTH - 1)
    if (text ~ /^\/\/[^\/@]*@/) sub(/^\/\/[^\/]*@/, "//", text)
    if (type ~ /^fuse/ && text ~ /^[^\/:@]*:[^\/]*@/) sub(/^[^\/]*@/, "", text)
    return text
}'
