dock() { timeout 15 docker --config /nonexistent --host unix:///var/run/docker.sock "$@"; }
# Whether an engine may be here: 0 it can be asked, 2 there is none, 1 it cannot be told, and why.
docker_here() {
    PATH=$PATH:/usr/local/bin:/opt/bin:/snap/bin
    for socket in /run/user/*/docker.sock; do
        [ -S "$socket" ] && { echo "an account runs an engine of its own at $socket, which is not looked at" >&2; return 1; }
    done
    if ! command -v docker >/dev/null 2>&1; then
        for trace in /var/run/docker.sock /usr/bin/dockerd /usr/sbin/dockerd /usr/local/bin/dockerd; do
            [ -e "$trace" ] && { echo "there is $trace, and no docker client to ask it" >&2; return 1; }
        done
        return 2
    fi
    [ -e /var/run/docker.sock ] && return
    command -v dockerd >/dev/null 2>&1 && { echo 'the engine is installed and does not run' >&2; return 1; }
    return 2
}
# Everything of one kind; the other words list its names. What goes away in between fails the call, and is listed anew.
docker_each() {
    kind=$1
    shift
    tries=0
    while :; do
        names=$(dock "$@" 2>&1) || { printf '! %s %s\n' "$kind" "${names%%"$nl"*}"; return; }
        [ -n "$names" ] || break
        if [ "$(printf '%s\n' "$names" | wc -l)" -gt 2000 ]; then
            echo "! $kind there are more than 2000"
            return
        fi
        if shown=$(dock "$kind" inspect --format "$form" -- $names 2>/dev/null); then
            printf '%s\n' "$shown" | sed "s/^/$kind /"
            break
        fi
        tries=$((tries + 1))
        if [ $tries -ge 3 ]; then
            why=$(dock "$kind" inspect --format '{{.Id}}' -- $names 2>&1 >/dev/null)
            printf '! %s %s\n' "$kind" "${why%%"$nl"*}"
            return
        fi
    done
    echo "all $kind"
}
docker_engine() {
    docker_here
    case $? in
        0) ;;
        2) echo none; return 0 ;;
        *) return 1 ;;
    esac
    set -f
    server=$(dock version --format '{{json .Server}}') || return 1
    printf 'version %s\n' "$server"
    about=$(dock info --format '{"storage":{{json .Driver}},"root":{{json .DockerRootDir}},"cgroups":{{json .CgroupDriver}},"security":{{json .SecurityOptions}},"live_restore":{{json .LiveRestoreEnabled}},"swarm":{{json .Swarm.LocalNodeState}}}') || return 1
    printf 'info %s\n' "$about"
    form='{{json .}}'
    docker_each container container ls --all --quiet --no-trunc
    docker_each network network ls --quiet --no-trunc
    docker_each volume volume ls --quiet
    # What stands in the configuration of an image is shown by its containers.
    form='{"id":{{json .Id}},"tags":{{json .RepoTags}},"digests":{{json .RepoDigests}},"size":{{json .Size}},"created":{{json .Created}}}'
    docker_each image image ls --quiet --no-trunc
    return 0
}
