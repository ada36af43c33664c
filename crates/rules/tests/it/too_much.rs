//! Figures that no lab has.

use crate::support::check;

#[test]
fn what_is_too_much_to_be_added_up_is_unknown() {
    let text = "format: 1
lab: x
sites: {home: {power: {price: 99999999 EUR/kWh, average: 999999999999kW}}}
claims: [{text: x, metric: savings, over: 9999y, value: 1 EUR}]
";
    let (found, _) = check(text, None);
    let of: Vec<_> = found.iter().filter(|d| d.code == "fin-sum").collect();
    assert!(
        matches!(of.as_slice(), [d] if d.message.starts_with("unknown") || d.severity == diag::Severity::Info),
        "{of:#?}"
    );
    assert!(
        of.iter().all(|d| d
            .notes
            .iter()
            .any(|n| n.contains("too much to be added up"))),
        "{of:#?}"
    );
}
