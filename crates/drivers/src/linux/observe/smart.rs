//! What disks say of themselves, as `smartctl --json` prints it.
//!
//! A disk that sleeps is not woken and stays unknown; so does one behind a controller that passes nothing on.

use super::Whole;
use super::frame::{Sections, plain};
use super::gather::Gathered;
use model::fact::{FactKind, Seen};
use model::kleene::Reason;
use model::value::Value;
use serde_json::Value as Json;

pub(super) const PART: Whole = Whole {
    sh: &[super::disk::SH, include_str!("sh/smart.sh")],
    calls: &["smart smart"],
    read: gather,
};

const KIND: FactKind = FactKind::Smart;
const SOURCE: &str = "smartctl --json -a";

/// Attributes of ATA disks, by number, whose raw value is a count.
const COUNTS: [(i64, &str); 6] = [
    (5, "reallocated"),
    (187, "reported"),
    (188, "timeouts"),
    (197, "pending"),
    (198, "uncorrectable"),
    (199, "crc"),
];

/// Fields of the health log of NVMe disks.
const NVME: [(&str, &str); 6] = [
    ("critical_warning", "critical"),
    ("media_errors", "media_errors"),
    ("percentage_used", "worn"),
    ("available_spare", "spare"),
    ("available_spare_threshold", "spare_threshold"),
    ("unsafe_shutdowns", "unsafe_shutdowns"),
];

fn gather(sections: &Sections<'_>, to: &mut Gathered) {
    let Some(section) = to.section(KIND, sections, "smart") else {
        return;
    };
    let text = section.text();
    for line in text.lines().filter_map(|l| l.strip_prefix("s ")) {
        let (name, said) = line.split_once(' ').unwrap_or((line, ""));
        let seen = match serde_json::from_str::<Json>(said.trim()) {
            Ok(said) => read(&said),
            Err(_) if said.trim().is_empty() => Seen::Unknown(Reason::new(
                "smartctl said nothing; versions before 7.0 have no --json",
            )),
            Err(_) => Seen::Unknown(Reason::new("smartctl printed no JSON")),
        };
        to.put(KIND, plain(name), seen, SOURCE);
    }
    match text.lines().last() {
        Some("all") => to.complete(KIND, "each disk was asked by smartctl"),
        _ => to.incomplete(KIND, Reason::new("the list did not come to its end")),
    }
}

fn read(said: &Json) -> Seen {
    let at = |path: &str| said.pointer(path);
    let status = at("/smartctl/exit_status").and_then(Json::as_i64);
    // Bits 0 and 1, smartctl(8): the command line, and a disk that could not be opened or sleeps. The others are about the disk.
    if status.is_none_or(|s| s & 0b11 != 0) {
        let message = at("/smartctl/messages/0/string").and_then(Json::as_str);
        let why = message.map_or_else(|| "smartctl could not ask it".to_owned(), plain);
        return Seen::Unknown(Reason::new(why));
    }
    if at("/smart_support/available") == Some(&Json::Bool(false)) {
        return Seen::Absent;
    }
    let mut value: Vec<(&'static str, Value)> = Vec::new();
    let int = |path: &str| at(path).and_then(Json::as_i64).map(Value::Int);
    value.extend(
        at("/smart_status/passed")
            .and_then(Json::as_bool)
            .map(|p| ("passed", Value::Bool(p))),
    );
    value.extend(int("/power_on_time/hours").map(|v| ("hours", v)));
    value.extend(int("/temperature/current").map(|v| ("temperature", v)));
    for (field, name) in NVME {
        let path = format!("/nvme_smart_health_information_log/{field}");
        value.extend(int(&path).map(|v| (name, v)));
    }
    value.extend(attributes(said));
    value.extend(int("/scsi_grown_defect_list").map(|v| ("reallocated", v)));
    value.extend(test(said).map(|t| ("test", Value::from(t))));
    match value.is_empty() {
        true => Seen::Unknown(Reason::new("smartctl tells nothing of its health")),
        false => Seen::Present(Value::map(value)),
    }
}

fn attributes(said: &Json) -> Vec<(&'static str, Value)> {
    let table = said.pointer("/ata_smart_attributes/table");
    let rows = table.and_then(Json::as_array).into_iter().flatten();
    let count = |row: &Json| {
        let id = row.get("id")?.as_i64()?;
        let (_, name) = COUNTS.iter().find(|(i, _)| *i == id)?;
        let raw = row.pointer("/raw/value")?.as_u64()?;
        // Some makers pack three counts of 16 bits into attribute 188, the whole of them lowest.
        let raw = if id == 188 { raw & 0xFFFF } else { raw };
        Some((*name, Value::Int(i64::try_from(raw).ok()?)))
    };
    rows.filter_map(count).collect()
}

/// How the newest self-test ended.
fn test(said: &Json) -> Option<&'static str> {
    let ata = |log: &str| said.pointer(&format!("/ata_smart_self_test_log/{log}/table/0/status"));
    if let Some(status) = ata("extended").or_else(|| ata("standard")) {
        // The upper half of the byte is the result, ACS-4: 0 passed, 1 to 3 aborted or interrupted, 15 running, others failed.
        return Some(match status.get("value")?.as_i64()? >> 4 {
            0 => "passed",
            1..=3 => "aborted",
            15 => "running",
            _ => "failed",
        });
    }
    let result = said.pointer("/nvme_self_test_log/table/0/self_test_result/value")?;
    // NVMe base specification, self-test result data structure: 0 passed, 5 to 7 failed, others were ended before.
    Some(match result.as_i64()? {
        0 => "passed",
        5..=7 => "failed",
        _ => "aborted",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(said: &Json) -> Value {
        match read(said) {
            Seen::Present(value) => value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn attributes_and_tests_of_an_ata_disk() {
        let row = |id: i64, raw: u64| json!({"id": id, "raw": {"value": raw}});
        let said = json!({
            "smartctl": {"exit_status": 64},
            "smart_status": {"passed": true},
            "power_on_time": {"hours": 36055},
            "temperature": {"current": 36},
            "ata_smart_attributes": {"table": [row(5, 8), row(188, 4_295_032_853), row(197, 0), row(1, 199_781_349)]},
            "ata_smart_self_test_log": {"standard": {"table": [{"status": {"value": 121}}]}},
        });
        let value = fields(&said);
        let number = |name: &str| value.field(name).and_then(Value::as_int);
        assert_eq!(number("reallocated"), Some(8));
        assert_eq!(number("timeouts"), Some(21));
        assert_eq!(number("pending"), Some(0));
        assert_eq!(value.field("test").and_then(Value::as_text), Some("failed"));
        assert!(value.field("uncorrectable").is_none());
    }

    #[test]
    fn what_was_not_asked_is_not_known() {
        let asleep = json!({"smartctl": {"exit_status": 2, "messages": [{"string": "Device is in STANDBY mode, exit(2)"}]}});
        let none = json!({"smartctl": {"exit_status": 0}, "smart_support": {"available": false}});
        assert!(matches!(read(&asleep), Seen::Unknown(why) if why.0.contains("STANDBY")));
        assert_eq!(read(&none), Seen::Absent);
        for odd in [
            json!({}),
            json!([]),
            json!({"smartctl": {"exit_status": 0}}),
        ] {
            assert!(matches!(read(&odd), Seen::Unknown(_)), "{odd}");
        }
    }

    #[test]
    fn the_health_log_of_an_nvme_disk() {
        let said = json!({
            "smartctl": {"exit_status": 8},
            "smart_status": {"passed": false},
            "nvme_smart_health_information_log": {
                "critical_warning": 4, "media_errors": 12, "percentage_used": 103, "available_spare": 2, "available_spare_threshold": 10,
            },
        });
        let value = fields(&said);
        let number = |name: &str| value.field(name).and_then(Value::as_int);
        assert_eq!(value.field("passed"), Some(&Value::Bool(false)));
        assert_eq!((number("worn"), number("critical")), (Some(103), Some(4)));
        assert_eq!(number("media_errors"), Some(12));
    }
}
