//! Pax8 subscriptions as rows.

use std::collections::HashSet;

use billing::{CostBasis, Markup};
use db::OrgTx;
use serde::Deserialize;
use tokio::sync::OnceCell;
use utoipa::IntoParams;

use super::{
    cell::Cell,
    source::{Source, given, word},
};
use crate::{
    accounts::Actor,
    app::App,
    error::{Error, Result},
    http::{EveryPage, List, PageQuery},
    ids::CompanyId,
    pax8::{
        companies::{ListCompanies, list_companies},
        subscriptions::{
            BillingState, Circumstances, ListSubscriptions, Subscription, list_subscriptions,
        },
    },
};

#[derive(Debug, Deserialize, IntoParams)]
pub(super) struct SubscriptionsQuery {
    /// Text in the product's name, vendor or SKU, Pax8's id, or the company's name, reference or Pax8 id.
    q: Option<String>,
    /// The status in Pax8; absent or `all`: all.
    status: Option<String>,
    /// Only of companies with this text in their name, reference, Pax8's id or client's name.
    company: Option<String>,
    /// `true`: only of companies that are mapped to a client; `false`: only of the others.
    mapped: Option<String>,
    /// Only this company's.
    company_id: Option<String>,
    /// `true`: only those that feed a recurring invoice; `false`: only the others.
    linked: Option<String>,
    /// Only those that stand so: `billable`, `held`, `not_billable`, `not_linked`.
    billing: Option<String>,
}

pub(super) struct Subscriptions {
    wanted: ListSubscriptions,
    /// Which companies; none: all.
    of: Option<ListCompanies>,
    companies: OnceCell<HashSet<CompanyId>>,
}

impl SubscriptionsQuery {
    pub(super) fn source(self) -> Result<Subscriptions> {
        let company = |id: &str| CompanyId::parse(id).ok_or(Error::NotFound("company"));
        let states = "Use billable, held, not_billable or not_linked.";
        let mapped = word(
            &self.mapped,
            "mapped",
            |it| it.parse().ok(),
            "Use true or false.",
        )?;
        let company_text = given(&self.company).map(str::to_owned);
        let of = (mapped.is_some() || company_text.is_some()).then_some(ListCompanies {
            q: company_text,
            mapped,
            ..ListCompanies::default()
        });
        let wanted = ListSubscriptions {
            q: given(&self.q).map(str::to_owned),
            status: given(&self.status)
                .filter(|status| !status.eq_ignore_ascii_case("all"))
                .map(str::to_owned),
            company: given(&self.company_id).map(company).transpose()?,
            linked: word(
                &self.linked,
                "linked",
                |it| it.parse().ok(),
                "Use true or false.",
            )?,
            billing: word(&self.billing, "billing", BillingState::parse, states)?,
            ..ListSubscriptions::default()
        };
        Ok(Subscriptions {
            wanted,
            of,
            companies: OnceCell::new(),
        })
    }
}

impl Source for Subscriptions {
    const NAME: &'static str = "subscriptions";
    const COLUMNS: &'static [&'static str] = &[
        "Company",
        "Client",
        "Product",
        "Vendor",
        "SKU",
        "Status",
        "Quantity",
        "Billing term",
        "Commitment",
        "Committed until",
        "Currency",
        "Suggested price",
        "Partner cost",
        "Cost",
        "Cost basis",
        "Markup type",
        "Markup",
        "Override price",
        "Bill price",
        "Monthly total",
        "Monthly margin",
        "Recurring invoice",
        "Charge",
        "Billing",
        "Reason",
        "Start",
        "Billing start",
        "End",
        "Missing since",
        "Pax8 ID",
        "ID",
    ];

    async fn page(&self, app: &App, actor: &Actor, page: &PageQuery) -> Result<List<Vec<Cell>>> {
        let mut tx = app.database.read(actor.organization).await?;
        let circumstances = Circumstances::load(&mut tx, app.clock.now()).await?;
        let mut list = list_subscriptions(&mut tx, &self.wanted, page, &circumstances).await?;
        if let Some(of) = &self.of {
            let companies = self
                .companies
                .get_or_try_init(|| ids_of(&mut tx, of))
                .await?;
            list.data.retain(|it| companies.contains(&it.company_id));
        }
        Ok(list.map(|subscription| row(subscription, &circumstances)))
    }
}

/// The companies that a filter lets through.
async fn ids_of(tx: &mut OrgTx, wanted: &ListCompanies) -> Result<HashSet<CompanyId>> {
    let mut ids = HashSet::new();
    let mut pages = EveryPage::default();
    while let Some(page) = pages.next_page() {
        let list = list_companies(tx, wanted, &page).await?;
        ids.extend(pages.rows(list).iter().map(|company| company.id));
    }
    Ok(ids)
}

fn row(it: Subscription, circumstances: &Circumstances) -> Vec<Cell> {
    let (worth, cost) = (it.worth(), it.cost());
    let standing = it.standing(circumstances);
    let pricing = it.settings.pricing;
    let (markup_type, markup) = match pricing.markup {
        Some(Markup::Percentage(percent)) => (Some("percentage"), Some(percent)),
        Some(Markup::Fixed(amount)) => (Some("fixed"), Some(amount)),
        None => (None, None),
    };
    let (commitment, committed_until) = it
        .commitment
        .map(|commitment| (commitment.term, commitment.end_date))
        .unwrap_or_default();
    vec![
        it.company_name.into(),
        Cell::optional(it.client, |client| client.name.into()),
        it.product.name.into(),
        it.product.vendor.into(),
        it.product.sku.into(),
        it.status.into(),
        it.quantity.into(),
        it.billing_term.into(),
        commitment.into(),
        committed_until.into(),
        it.currency.into(),
        it.price.into(),
        it.partner_cost.into(),
        cost.map(|cost| cost.amount).into(),
        Cell::optional(cost, |cost| basis(cost.basis).into()),
        Cell::optional(markup_type, Cell::from),
        markup.into(),
        pricing.override_price.into(),
        worth.bill_price.map(|price| price.unit.value()).into(),
        worth.monthly_revenue.into(),
        worth.monthly_margin().into(),
        Cell::optional(it.recurring_invoice, |recurring| recurring.name.into()),
        it.settings.charge.code().into(),
        standing.state.as_str().into(),
        standing.reason.map(|reason| reason.to_string()).into(),
        it.dates.start.into(),
        it.dates.billing_start.into(),
        it.dates.end.into(),
        Cell::optional(it.missing_since, |at| {
            Cell::instant(at, &circumstances.timezone)
        }),
        it.pax8_id.into(),
        it.id.to_string().into(),
    ]
}

fn basis(basis: CostBasis) -> &'static str {
    match basis {
        CostBasis::Partner => "partner",
        CostBasis::Retail => "retail",
    }
}
