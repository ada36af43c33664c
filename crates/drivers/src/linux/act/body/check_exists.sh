# HF_FILE, relative to the restored folder, must be a regular file in it; a link that leads out of it does not count.
hf_scratch
HF_AT_LEAST=1
hf_answer=0
hf_real=$(realpath -e -- "$HF_SCRATCH/data/$HF_FILE" 2> /dev/null) || hf_real=
case $hf_real in
    "$HF_SCRATCH"/data/*) if [ -f "$hf_real" ]; then hf_answer=1; fi ;;
esac
hf_int answer "$hf_answer"
[ "$hf_answer" = 1 ] || { hf_int ok 0; hf_fail "$HF_FILE is not among the restored files"; }
