# Takes one archive of HF_DATASET from HF_WHAT (folder or postgres) HF_FROM (path or database).
hf_restic_ready
hf_protect "$HF_DATASET" "$HF_WHAT" "$HF_FROM"
hf_value archive "$HF_ARCHIVE"
hf_int bytes "${HF_BYTES:-0}"
hf_int files "${HF_FILES:-0}"
hf_int added "${HF_ADDED:-0}"
