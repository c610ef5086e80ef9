//! Hits of each kind, from the lists of the kinds.

use db::OrgTx;
use jiff::Timestamp;

use super::Hit;
use crate::{
    clients::{ListClients, list_clients},
    error::Result,
    http::{List, PageQuery, filters},
    invoices::{self, list_invoices},
    pax8::{
        companies::{ListCompanies, list_companies},
        pages::company_page,
        subscriptions::{Circumstances, ListSubscriptions, list_subscriptions},
    },
    recurring::{ListRecurring, list_recurring},
};

pub(super) async fn clients(tx: &mut OrgTx, q: &str, page: &PageQuery) -> Result<List<Hit>> {
    let wanted = ListClients {
        q: Some(q.to_owned()),
        status: None,
    };
    let list = list_clients(tx, &wanted, page).await?;
    Ok(list.map(|client| Hit {
        path: format!("/clients/{}", client.id),
        id: client.id.to_string(),
        detail: if client.is_active() {
            client.account_reference
        } else {
            Some("Archived".to_owned())
        },
        title: client.name,
    }))
}

pub(super) async fn companies(tx: &mut OrgTx, q: &str, page: &PageQuery) -> Result<List<Hit>> {
    let wanted = ListCompanies {
        q: Some(q.to_owned()),
        ..ListCompanies::default()
    };
    let list = list_companies(tx, &wanted, page).await?;
    Ok(list.map(|company| Hit {
        id: company.id.to_string(),
        title: company.display_name().to_owned(),
        path: company_page(&company.id.to_string(), &company.pax8_id),
        detail: Some(match company.client {
            Some(client) => format!("Mapped to {}", client.name),
            None => "Not mapped".to_owned(),
        }),
    }))
}

pub(super) async fn subscriptions(
    tx: &mut OrgTx,
    q: &str,
    page: &PageQuery,
    now: Timestamp,
) -> Result<List<Hit>> {
    let wanted = ListSubscriptions {
        q: Some(q.to_owned()),
        ..ListSubscriptions::default()
    };
    let circumstances = Circumstances::load(tx, now).await?;
    let list = list_subscriptions(tx, &wanted, page, &circumstances).await?;
    Ok(list.map(|subscription| {
        let company = subscription.company_name.as_deref().unwrap_or_default();
        let of = [Some(company), subscription.status.as_deref()];
        let of: Vec<&str> = of
            .into_iter()
            .flatten()
            .filter(|it| !it.is_empty())
            .collect();
        Hit {
            id: subscription.id.to_string(),
            title: subscription.product_name().to_owned(),
            detail: Some(of.join(", ")),
            path: company_page(&subscription.company_id.to_string(), company),
        }
    }))
}

pub(super) async fn recurring_invoices(
    tx: &mut OrgTx,
    q: &str,
    page: &PageQuery,
) -> Result<List<Hit>> {
    let wanted = ListRecurring {
        q: Some(q.to_owned()),
        ..ListRecurring::default()
    };
    let list = list_recurring(tx, &wanted, page).await?;
    Ok(list.map(|recurring| Hit {
        path: format!("/recurring/{}", recurring.id),
        id: recurring.id.to_string(),
        title: recurring.name,
        detail: Some(recurring.client_name),
    }))
}

pub(super) async fn invoices(tx: &mut OrgTx, q: &str, page: &PageQuery) -> Result<List<Hit>> {
    let filter = invoices::Filter {
        search: Some(q.to_owned()),
        ..invoices::Filter::default()
    };
    let list = list_invoices(tx, &filter, &page.paging()?).await?;
    Ok(list.map(|invoice| Hit {
        id: invoice.id.to_string(),
        title: invoice.title().to_owned(),
        detail: Some(match &invoice.correction {
            Some(it) => format!(
                "Credit note for {}, {}, {}",
                it.number,
                invoice.client.name,
                filters::money(&invoice.total)
            ),
            None => format!(
                "{}, {}",
                invoice.client.name,
                filters::money(&invoice.total)
            ),
        }),
        path: format!("/invoices/{}", invoice.id),
    }))
}
