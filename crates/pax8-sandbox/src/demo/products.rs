//! The demo's products.

use rust_decimal::Decimal;

use super::product_id;
use crate::estate::Product;

/// Name, vendor, Pax8 SKU, vendor SKU, monthly cost.
type Entry = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
);

#[rustfmt::skip]
const PRODUCTS: [Entry; 18] = [
    ("Microsoft 365 Business Premium [New Commerce Experience]", "Microsoft", "MST-OFC-BPR-C100", Some("CFQ7TTC0LCHC:0002"), "18.48"),
    ("Microsoft 365 Business Standard [New Commerce Experience]", "Microsoft", "MST-OFC-BST-C100", Some("CFQ7TTC0LDPB:0001"), "10.50"),
    ("Microsoft 365 Business Basic [New Commerce Experience]", "Microsoft", "MST-OFC-BBA-C100", Some("3b555118-da6a-4418-894f-7df1e2096870"), "5.04"),
    ("Exchange Online (Plan 1) [New Commerce Experience]", "Microsoft", "MST-EXC-PL1-C100", Some(r#"{"productId":"CFQ7TTC0LH16","skuId":1,"segment":"commercial"}"#), "3.36"),
    ("Microsoft 365 E5 (no Teams) [New Commerce Experience]", "Microsoft", "MST-OFC-EE5-C100", Some("CFQ7TTC0LFLZ:0002"), "46.20"),
    ("Microsoft 365 Copilot [New Commerce Experience]", "Microsoft", "MST-OFC-COP-C100", Some("CFQ7TTC0MM8R:0001"), "25.20"),
    ("Azure Plan", "Microsoft", "MST-AZR-PLN-M100", Some("DZH318Z0BPS6:0001"), "0"),
    ("Acronis Cyber Protect Cloud - Workstation", "Acronis", "ACR-CPC-WKS-M100", Some("SPCAMSENS"), "3.10"),
    ("Acronis Cloud Storage per GB", "Acronis", "ACR-STO-GBM-M100", None, "0.0425"),
    ("SentinelOne Singularity Complete", "SentinelOne", "SEN-SNG-CMP-M100", Some("S1-CMP"), "4.85"),
    ("Proofpoint Essentials Business", "Proofpoint", "PRF-ESS-BUS-M100", Some("PFP-BUS"), "1.692"),
    ("KnowBe4 Security Awareness Diamond", "KnowBe4", "KNB-SAT-DIA-M100", None, "1.88"),
    ("Acrobat Pro for teams", "Adobe", "ADO-ACR-TMS-C100", Some("65324069"), "19.12"),
    ("DigiCert Secure Site Certificate", "DigiCert", "DIG-SSL-SEC-M100", None, "22.40"),
    ("Dropbox Business Advanced", "Dropbox", "DRP-BUS-ADV-C100", None, "15.20"),
    ("SendGrid Email per Message", "Twilio", "TWI-SGR-MSG-M100", None, "0.0008"),
    ("Onboarding & Setup Fee", "Pax8", "PAX-ONB-FEE-M100", None, "250"),
    ("Mimecast Email Security Cloud Gateway", "Mimecast", "MIM-EML-GTW-M100", Some("MC-GW"), "3.05"),
];

pub(super) fn products() -> Vec<Product> {
    (1..)
        .zip(&PRODUCTS)
        .map(|(number, entry)| product(number, entry))
        .collect()
}

fn product(number: u32, (name, vendor, sku, vendor_sku, cost): &Entry) -> Product {
    Product {
        id: product_id(number),
        name: (*name).to_owned(),
        vendor: (*vendor).to_owned(),
        sku: (*sku).to_owned(),
        vendor_sku: vendor_sku.map(str::to_owned),
        short_description: None,
        requires_commitment: sku.contains("-C1"),
        by_usage: *name == "Azure Plan",
        monthly_cost: cost.parse::<Decimal>().unwrap_or_default(),
    }
}
