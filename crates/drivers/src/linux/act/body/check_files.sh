# Counts the regular files that were restored; they must be HF_AT_LEAST or more.
hf_scratch
hf_answer=$(find "$HF_SCRATCH/data" -xdev -type f -printf x | wc -c)
hf_int answer "$hf_answer"
