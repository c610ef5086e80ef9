//! The tidy wire against Pax8's published OpenAPI document. The document is
//! not part of this repository: `PAX8_OPENAPI_DIR` says where it is.

use std::path::{Path, PathBuf};

use pax8_sandbox::{SandboxConfig, Wire};
use serde_json::Value;

use crate::schema::Checker;
use crate::support::{Api, id};

const FILE: &str = "pax8-partner-endpoints-openapi.json";

fn document() -> Option<Value> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/pax8/openapi");
    let folder = std::env::var_os("PAX8_OPENAPI_DIR").map_or(beside, PathBuf::from);
    let text = std::fs::read_to_string(folder.join(FILE)).ok()?;
    Some(serde_json::from_str(&text).unwrap())
}

#[tokio::test]
async fn every_answer_of_the_spec_wire_fits_the_published_schema() {
    let Some(document) = document() else {
        println!("skipped: no {FILE}; set PAX8_OPENAPI_DIR to check against it");
        return;
    };
    let config = SandboxConfig {
        wire: Wire::Spec,
        ..SandboxConfig::sized(120, 600, 45)
    };
    let api = Api::start(config).await;
    let mut checker = Checker::of(&document);
    let mut checked = 0;
    for (template, item) in document["paths"].as_object().unwrap() {
        let responses = &item["get"]["responses"];
        if responses.is_null() || template.starts_with("/orders") {
            continue;
        }
        for (status, path) in requests(&api, template).await {
            let schema = &responses[status.to_string()]["content"]["application/json"]["schema"];
            if schema.is_null() {
                continue;
            }
            let (got, body) = api.told(&path).await;
            assert_eq!(got, status, "{path}");
            checker.check(schema, &body, template);
            checked += 1;
        }
    }
    assert!(checked >= 30, "{checked} answers were checked");
    assert!(checker.complaints.is_empty(), "{:#?}", checker.complaints);
}

/// Paths for a template with the status each is answered with.
async fn requests(api: &Api, template: &str) -> Vec<(u16, String)> {
    let query = match template {
        path if path.ends_with("/usage-lines") => "usageDate=2026-06-30",
        _ => "size=200",
    };
    let fill = |ids: &Ids| {
        let path = template
            .replace("{companyId}", &ids.company)
            .replace("{contactId}", &ids.contact)
            .replace("{productId}", &ids.product)
            .replace("{subscriptionId}", &ids.subscription)
            .replace("{invoiceId}", &ids.invoice)
            .replace("{usageSummaryId}", &ids.usage);
        format!("/v1{path}?{query}")
    };
    let mut requests = vec![(200, fill(&Ids::real(api).await))];
    if template.contains('{') {
        requests.push((404, fill(&Ids::foreign())));
    }
    if template == "/subscriptions" {
        let foreign = Ids::foreign().company;
        requests.push((403, format!("/v1/subscriptions?companyId={foreign}")));
    }
    requests
}

struct Ids {
    company: String,
    contact: String,
    product: String,
    subscription: String,
    invoice: String,
    usage: String,
}

impl Ids {
    /// A company with contacts, a Microsoft product, a subscription with usage.
    async fn real(api: &Api) -> Self {
        let estate = api.sandbox().estate();
        let by_usage = |id: &str| estate.product(id).is_some_and(|product| product.by_usage);
        let used = estate
            .subscriptions()
            .into_iter()
            .find(|row| by_usage(&row.product_id));
        let subscription = used.unwrap().id.clone();
        let usage = api
            .json(&format!("/v1/subscriptions/{subscription}/usage-summaries"))
            .await;
        let (company, contact) = contact(api).await;
        Self {
            company,
            contact,
            product: estate.products()[0].id.clone(),
            subscription,
            invoice: id(&api.json("/v1/invoices").await["content"][0]),
            usage: id(&usage["content"][0]),
        }
    }

    fn foreign() -> Self {
        let id = || "11111111-2222-4333-8444-555555555555".to_owned();
        Self {
            company: id(),
            contact: id(),
            product: id(),
            subscription: id(),
            invoice: id(),
            usage: id(),
        }
    }
}

async fn contact(api: &Api) -> (String, String) {
    for company in api.sandbox().estate().companies() {
        let contacts = api
            .json(&format!("/v1/companies/{}/contacts", company.id))
            .await;
        if let Some(contact) = contacts["content"].get(0) {
            return (company.id.clone(), id(contact));
        }
    }
    panic!("no company has a contact");
}
