//! Putting back what a step saved: three-way, so that nobody else's later change is overwritten.

use crate::linux::script::{Script, segment};
use model::id::{RunId, StepId};

pub(super) fn restore(run: &RunId, step: &StepId) -> Script {
    Script::new(
        "hf_old=$(hf_saved_dir \"$HF_OLD_RUN\" \"$HF_OLD_STEP_DIR\")\n\
         [ -e \"$hf_old/manifest\" ] || hf_refuse invalid \"run $HF_OLD_RUN saved nothing for step $HF_OLD_STEP here\"\n\
         [ \"$(hf_get \"$hf_old/manifest\" kind)\" = file ] \\\n\
         || hf_refuse unsupported \"step $HF_OLD_STEP changed a way in: it is taken back under commit-confirm\"\n\
         hf_item=$hf_old/files/1\n\
         hf_target=$(cat \"$hf_item/path\")\n\
         hf_is=$(hf_print \"$hf_target\") || hf_fail \"$hf_target cannot be read\"\n\
         [ \"$hf_is\" = \"$(cat \"$hf_item/before\")\" ] || [ \"$hf_is\" = \"$(cat \"$hf_item/wrote\")\" ] \\\n\
         || hf_refuse invalid \"$hf_target was changed by something else since\"\n\
         hf_swap \"$hf_target\" \"$(hf_kept \"$hf_item\")\"",
    )
    .value("HF_OLD_RUN", &segment(&run.0))
    .value("HF_OLD_STEP", &step.0)
    .value("HF_OLD_STEP_DIR", &segment(&step.0))
}
