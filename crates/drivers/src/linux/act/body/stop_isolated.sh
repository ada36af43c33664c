# Stops what was started in HF_SCRATCH; done already is done.
case $(hf_unit_is LoadState) in
    '' | not-found) exit 0 ;;
esac
hf_unit_ours || hf_refuse invalid "$HF_UNIT belongs to another drill: $(hf_unit_is Description)"
hf_unit_gone || hf_fail "$HF_UNIT cannot be stopped"
