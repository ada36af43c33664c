# Refuses what is not a plain absolute path below another directory.
hf_plain() {
    case $1 in
        */../* | */.. | */./* | */. | */ | *//*) hf_refuse invalid "$1 is not a plain path" ;;
        /*/*) ;;
        *) hf_refuse invalid "$1 is not a directory below another one" ;;
    esac
}
