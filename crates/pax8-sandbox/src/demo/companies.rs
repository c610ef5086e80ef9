//! The demo's companies, each with the reason why it is there.

use jiff::{Span, Timestamp};

use super::company_id;
use crate::estate::{Address, Company};

/// A client an MSP would have beside the demo estate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    /// The client's name.
    pub name: &'static str,
    /// The account reference number.
    pub account_reference: Option<&'static str>,
    /// The website.
    pub website: Option<&'static str>,
    /// An address for invoices.
    pub email: &'static str,
    /// The currency it is billed in.
    pub currency: &'static str,
    /// What becomes of it when companies are mapped automatically.
    pub expectation: &'static str,
}

const fn client(
    name: &'static str,
    account_reference: Option<&'static str>,
    website: Option<&'static str>,
    email: &'static str,
    currency: &'static str,
    expectation: &'static str,
) -> Client {
    Client {
        name,
        account_reference,
        website,
        email,
        currency,
        expectation,
    }
}

#[rustfmt::skip]
const CLIENTS: [Client; 14] = [
    client("Lakeside Dental Care", Some("NW-1001"), None, "accounts@lakeside-dental.example", "USD", "company 1 by reference, under another name"),
    client("Cedar & Stone Architects", Some("NW-1002"), Some("https://cedarstone-demo.com"), "office@cedarstone-architects.example", "USD", "company 2 by reference, name and domain"),
    client("Hartwell Logistics", None, None, "billing@hartwell-logistics.example", "USD", "company 3 by name; the legal suffix differs"),
    client("Bluebird Bakery", None, Some("bluebird-demo.com"), "hello@bluebird-bakery.example", "USD", "company 4 by domain alone"),
    client("Café Söhne & Partner", None, Some("https://cafe-sohne-demo.com"), "buchhaltung@cafe-sohne.example", "EUR", "company 5 by name with accents"),
    client("Summit Outdoor Group", None, Some("summit-outdoor-demo.com"), "finance@summit-outdoor.example", "USD", "claimed by companies 6 and 7: ambiguous"),
    client("Granite Law", Some("NW-1008"), None, "office@granite-law.example", "USD", "company 8 by reference, but its name is the next client's: ambiguous"),
    client("Quarry Legal", None, Some("quarry-legal-demo.com"), "office@quarry-legal.example", "USD", "named like company 8: ambiguous"),
    client("Orchard Veterinary Clinic", None, Some("orchard-vet-demo.com"), "desk@orchard-vet.example", "USD", "company 10, which holds nothing"),
    client("Script Alert Bakery", Some("NW-1011"), None, "bakery@script-alert.example", "USD", "company 11 with a hostile name, by reference"),
    client("Formula Dental", Some("NW-1012"), None, "dental@formula.example", "USD", "company 12 with a hostile name, by reference"),
    client("Northwind Freight", Some("NW-1013"), Some("northwind-freight-demo.com"), "accounts@northwind-freight.example", "GBP", "company 13 by reference and domain"),
    client("Willow Creek Schools", None, Some("willow-creek-demo.com"), "finance@willow-creek.example", "USD", "company 14 by name and domain"),
    client("Pine Street Pharmacy", Some("NW-2001"), None, "owner@pine-street.example", "USD", "no company at Pax8"),
];

/// Clients to create beside the demo estate, so that its companies match by
/// reference, name and domain, are ambiguous, or match nothing.
#[must_use]
pub fn clients() -> &'static [Client] {
    &CLIENTS
}

struct Entry {
    name: &'static str,
    external_id: Option<&'static str>,
    website: Option<&'static str>,
    country: &'static str,
    status: &'static str,
}

const fn entry(
    name: &'static str,
    external_id: Option<&'static str>,
    website: Option<&'static str>,
    country: &'static str,
    status: &'static str,
) -> Entry {
    Entry {
        name,
        external_id,
        website,
        country,
        status,
    }
}

#[rustfmt::skip]
const COMPANIES: [Entry; 15] = [
    entry("Lakeside Family Dentistry", Some("NW-1001"), None, "US", "Active"),
    entry("Cedar & Stone Architects, LLC", Some("nw-1002 "), Some("https://www.cedarstone-demo.com/"), "US", "Active"),
    entry("HARTWELL LOGISTICS, INC.", None, None, "US", "Active"),
    entry("BB Foods", None, Some("http://www.bluebird-demo.com/shop"), "US", "Active"),
    entry("CAFE SOHNE & Partner GmbH", None, Some("cafe-sohne-demo.com"), "DE", "Active"),
    entry("Summit Outdoor Wholesale", None, Some("summit-outdoor-demo.com"), "US", "Active"),
    entry("Summit Outdoor Retail", None, Some("https://shop.summit-outdoor-demo.com"), "US", "Active"),
    entry("Quarry Legal", Some("NW-1008"), Some("quarry-legal-demo.com"), "US", "Active"),
    entry("Driftwood Studio", None, Some("https://www.facebook.com/driftwoodstudio"), "US", "Active"),
    entry("Orchard Veterinary Clinic", None, Some("orchard-vet-demo.com"), "US", "Inactive"),
    entry("<script>alert('Pax8')</script> Bakery \"O'Brien\"", Some("NW-1011"), None, "US", "Active"),
    entry("=HYPERLINK(\"https://evil.example\",\"Dental\")\t\u{202e}שלום", Some("NW-1012"), None, "US", "Active"),
    entry("Northwind Freight Ltd", Some("NW-1013"), Some("https://northwind-freight-demo.com"), "GB", "Active"),
    entry("Willow Creek Schools", None, Some("willow-creek-demo.com"), "US", "Active"),
    entry("The Extraordinarily Long Name of a Company That Was Registered by Somebody Who Never Had to Fit It Into a Table Column, an Invoice Head, an Envelope Window, a Drop-down List or a Spreadsheet Cell, and Who Therefore Added Every Trade, Town, Founder, Legal Form and Slogan That Came to Mind 🍰 Holdings", None, None, "US", "Active"),
];

pub(super) fn companies(now: Timestamp) -> Vec<Company> {
    (1..)
        .zip(&COMPANIES)
        .map(|(number, entry)| company(number, entry, now))
        .collect()
}

fn company(number: u32, entry: &Entry, now: Timestamp) -> Company {
    let days = Span::new().hours(24 * i64::from(number) * 9);
    Company {
        id: company_id(number),
        name: entry.name.to_owned(),
        address: Address {
            street: format!("{} Main Street", 100 + number),
            city: "Springfield".to_owned(),
            postal_code: format!("{:05}", 10_000 + number),
            country: entry.country.to_owned(),
            ..Address::default()
        },
        phone: (!number.is_multiple_of(3)).then(|| format!("+1 303 555 01{number:02}")),
        website: entry.website.map(str::to_owned),
        external_id: entry.external_id.map(str::to_owned),
        bill_on_behalf_of_enabled: false,
        self_service_allowed: (!number.is_multiple_of(4)).then_some(false),
        order_approval_required: false,
        status: entry.status.to_owned(),
        updated: Some(now.saturating_sub(days).unwrap_or(now)),
    }
}
