//! Invented company names, and the hostile ones that every display and every
//! export has to survive.

const FIRST: [&str; 41] = [
    "Alder",
    "Amber",
    "Anvil",
    "Aspen",
    "Beacon",
    "Birch",
    "Bluewater",
    "Bridge",
    "Cedar",
    "Cobalt",
    "Copper",
    "Crescent",
    "Delta",
    "Eastfield",
    "Elm",
    "Ember",
    "Falcon",
    "Fern",
    "Granite",
    "Harbor",
    "Hazel",
    "Heron",
    "Highland",
    "Indigo",
    "Juniper",
    "Keystone",
    "Lakeside",
    "Linden",
    "Maple",
    "Meridian",
    "Northgate",
    "Oak",
    "Orchard",
    "Pine",
    "Quarry",
    "Ridge",
    "Silver",
    "Stone",
    "Summit",
    "Willow",
    "Zenith",
];

const TRADE: [&str; 37] = [
    "Accounting",
    "Architects",
    "Bakery",
    "Builders",
    "Cabinets",
    "Catering",
    "Ceramics",
    "Clinic",
    "Coffee",
    "Consulting",
    "Creative",
    "Dental",
    "Design",
    "Electric",
    "Engineering",
    "Farms",
    "Fisheries",
    "Foods",
    "Freight",
    "Glass",
    "Hotels",
    "Insurance",
    "Joinery",
    "Law",
    "Logistics",
    "Machining",
    "Media",
    "Optics",
    "Outdoors",
    "Packaging",
    "Pharmacy",
    "Plumbing",
    "Printing",
    "Roofing",
    "Schools",
    "Textiles",
    "Veterinary",
];

const THIRD: [&str; 29] = [
    "of Arden",
    "of Brindle",
    "of Calder",
    "of Dunmore",
    "of Elden",
    "of Farrow",
    "of Glade",
    "of Holt",
    "of Inver",
    "of Kelso",
    "of Larkin",
    "of Marlow",
    "of Norden",
    "of Orrin",
    "of Penrose",
    "of Quill",
    "of Rowan",
    "of Selby",
    "of Tarn",
    "of Ulver",
    "of Vale",
    "of Wexcombe",
    "of Yarrow",
    "North",
    "South",
    "East",
    "West",
    "Central",
    "International",
];

const SUFFIX: [&str; 8] = [
    "Ltd", "LLC", "Inc.", "GmbH", "Group", "& Co", "Partners", "B.V.",
];

/// A name for company `index`, unique up to 43,993 companies and numbered
/// beyond, so that no two are alike.
pub(super) fn company(index: usize) -> String {
    let pairs = FIRST.len() * TRADE.len();
    let first = FIRST[index % FIRST.len()];
    let trade = TRADE[(index + index / FIRST.len()) % TRADE.len()];
    let suffix = SUFFIX[(index / 3) % SUFFIX.len()];
    let round = index / pairs;
    match round {
        0 => format!("{first} {trade} {suffix}"),
        1..=29 => format!("{first} {trade} {} {suffix}", THIRD[round - 1]),
        _ => format!("{first} {trade} {suffix} {index}"),
    }
}

/// A host name that goes with [`company`]; below a public suffix, because
/// matching by domain disregards names that are below none.
pub(super) fn domain(name: &str) -> String {
    let letters: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase();
    let short = letters.get(..letters.len().min(40)).unwrap_or("company");
    format!(
        "{}-demo.com",
        if short.is_empty() { "company" } else { short }
    )
}

/// Names that are none: script, formulas, length, direction, quotes, tabs.
pub(super) fn hostile(index: usize) -> String {
    let long = "Very Long Name ".repeat(20);
    let names: [&str; 12] = [
        "<script>alert('pax8')</script> Bakery",
        "=HYPERLINK(\"https://evil.example\",\"Dental\")",
        long.get(..300).unwrap_or(&long),
        "Café 🍰 & Söhne 東京",
        "שלום עולם \u{202e}Ltd",
        "O'Brien \"Quoted\" `Back` \\Slash\\",
        "Tab\tand\nnewline Foods",
        "  Spaces around  ",
        "+1-SUM(A1:A9)",
        "Robert'); DROP TABLE companies;--",
        "{{7*7}} ${env} %s Design",
        "Ze\u{0301}ro\u{200b}Width",
    ];
    let name = names[index % names.len()];
    match index / names.len() {
        0 => name.to_owned(),
        round => format!("{name} {round}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_companies_share_a_name() {
        let names: HashSet<_> = (0..50_000).map(company).collect();
        assert_eq!(names.len(), 50_000);
    }

    #[test]
    fn the_long_hostile_name_has_300_characters() {
        assert_eq!(hostile(2).chars().count(), 300);
    }
}
