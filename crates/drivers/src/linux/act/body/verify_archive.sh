# Reads the newest archive of HF_DATASET back, all of it, past every cache.
# `check` proves that index, trees and packs fit together in the whole repository; `dump` then fetches every blob of this one
# archive, decrypts it (which fails on a changed byte) and compares its hash. Packs of other archives are not read.
hf_restic_ready
hf_find_archive
hf_restic check || hf_fail "the repository is damaged: $(hf_complaint)"
: > "$HF_WORK/failed"
hf_bytes=$( { HF_OUT=/dev/stdout hf_restic dump --no-cache "$HF_FOUND" / || echo failed > "$HF_WORK/failed"; } | wc -c )
[ ! -s "$HF_WORK/failed" ] || hf_fail "archive $HF_FOUND cannot be read back: $(hf_complaint)"
hf_restic stats --json --no-cache --mode restore-size "$HF_FOUND" || hf_fail "archive $HF_FOUND cannot be read back: $(hf_complaint)"
hf_value archive "$HF_FOUND"
hf_int bytes "$(hf_json_int total_size)"
hf_int entries "$(hf_json_int total_file_count)"
hf_int read "$hf_bytes"
