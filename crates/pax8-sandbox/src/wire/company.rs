//! Companies and their contacts.

use serde_json::{Value, json};

use super::{Kind, Row};
use crate::config::Wire;
use crate::estate::{Address, Company};
use crate::seeded::{choice, derived_uuid};

pub(crate) fn company(wire: Wire, company: &Company) -> Value {
    let mut row = Row::of(wire, &company.id);
    row.put("id", company.id.as_str());
    row.put("name", company.name.as_str());
    let spelled_out = row.habit("old country", 12);
    row.put("address", address(&company.address, spelled_out));
    row.put("billOnBehalfOfEnabled", company.bill_on_behalf_of_enabled);
    row.put("status", company.status.as_str());
    row.text("externalId", company.external_id.as_deref());
    row.instant("updatedDate", company.updated);
    if wire == Wire::Spec {
        // Published as required: an empty text stands for no value.
        row.put("phone", company.phone.as_deref().unwrap_or_default());
        row.put("website", company.website.as_deref().unwrap_or_default());
        row.put(
            "selfServiceAllowed",
            company.self_service_allowed.unwrap_or(false),
        );
        row.put("orderApprovalRequired", company.order_approval_required);
    } else {
        row.text("phone", company.phone.as_deref());
        row.text("website", company.website.as_deref());
        row.maybe(
            "selfServiceAllowed",
            company.self_service_allowed,
            Kind::Other,
        );
        if !row.habit("orderApprovalRequired", 8) {
            row.put("orderApprovalRequired", company.order_approval_required);
        }
    }
    row.done()
}

fn address(address: &Address, country_spelled_out: bool) -> Value {
    let country = match address.country.as_str() {
        "US" if country_spelled_out => "United States",
        code => code,
    };
    let parts = [
        ("street", address.street.as_str()),
        ("street2", &address.street2),
        ("city", &address.city),
        ("stateOrProvince", &address.state_or_province),
        ("postalCode", &address.postal_code),
        ("country", country),
    ];
    let given = parts.into_iter().filter(|(_, text)| !text.is_empty());
    Value::Object(
        given
            .map(|(name, text)| (name.to_owned(), text.into()))
            .collect(),
    )
}

/// None to two, always the same for a company.
pub(crate) fn contact_ids(company: &str) -> Vec<String> {
    let count = choice(company, "contacts", 3);
    (0..count)
        .map(|index| derived_uuid("contact", &format!("{company} {index}")))
        .collect()
}

pub(crate) fn contact(wire: Wire, id: &str, index: usize) -> Value {
    const ROLES: [&str; 3] = ["Admin", "Billing", "Technical"];
    let role = ROLES[choice(id, "role", 3)];
    let mut row = Row::of(wire, id);
    row.put("id", id);
    row.put("firstName", role);
    row.put("lastName", "Desk");
    row.put(
        "email",
        format!("{}@company.example", role.to_ascii_lowercase()),
    );
    row.put("phone", "+13035550100");
    row.put("createdDate", format!("2024-0{}-15", 9 - index % 9));
    row.put("types", json!([{"type": role, "primary": index == 0}]));
    if wire == Wire::Live {
        row.put("phoneNumber", "3035550100");
        row.put("phoneCountryCode", "US");
        row.put("phoneCountryCallingCode", "1");
    }
    row.done()
}
