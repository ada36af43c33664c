if [ "$hf_answer" -ge "$HF_AT_LEAST" ]; then
    hf_int ok 1
else
    hf_int ok 0
    hf_fail "answer $hf_answer, wanted at least $HF_AT_LEAST"
fi
