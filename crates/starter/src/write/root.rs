//! `holdfast.yaml`.

use super::yaml::scalar;
use crate::answers::Answers;
use crate::question::Key;

pub(super) fn text(answers: &Answers) -> String {
    let name = scalar(answers.get(Key::Name).unwrap_or("home"));
    let owner = scalar(answers.owner());
    let profile = answers.profile.declared();
    let timezone = match &answers.timezone {
        Some(zone) if answers.timezone_named => {
            format!("timezone: {} # of all calendars\n", scalar(zone))
        }
        Some(zone) => format!(
            "timezone: {} # of all calendars; as on the machine that began this\n",
            scalar(zone)
        ),
        None => "#timezone: Europe/Berlin\n".to_owned(),
    };
    let today = answers.today;
    format!(
        "\
# yaml-language-server: $schema=holdfast.schema.json
#
# The root of the lab tree; the rest stands in lab/, one file per topic. `holdfast check` reads all of it and says what is
# wrong or impossible on paper. What nobody stated yet is `unknown`: no rule takes it for fine.
# The first line tells editors what can stand here; a new file in lab/ gets the first line of the files that are there.
# A line with '#' right before a key is YAML to take up by removing that sign. Begun on {today}.
format: 1
lab: {name}
owner: {owner} # answers for all of it; see lab/people.yaml
{timezone}profile: {profile}
#currency: EUR
#description: What it is for, in a sentence.
"
    )
}
