//! What somebody decided about the demo's subscriptions: most prices of four clients, so that every state shows; the rest
//! is for the visitor.

use std::collections::BTreeMap;

use pax8_sandbox::demo::subscription_id;

use crate::{
    accounts::By,
    app::App,
    cli::Failure,
    error::{Error, Result},
    http::PageQuery,
    ids::{OrganizationId, RecurringInvoiceId, SubscriptionId},
    pax8::subscriptions::{
        BillingDraft, Circumstances, ListSubscriptions, MarkupDraft, configure_billing,
        list_subscriptions,
    },
};

/// A decision about a subscription of the demo's estate.
struct Decision {
    subscription: u32,
    price: Price,
    /// Client and name of the recurring invoice that it feeds.
    invoice: Option<(&'static str, &'static str)>,
    charge: &'static str,
}

#[derive(Clone, Copy)]
enum Price {
    AtCost,
    Percent(&'static str),
    Plus(&'static str),
    Override(&'static str),
}

use Price::{AtCost, Override, Percent, Plus};

const LAKESIDE: Option<(&str, &str)> = Some(("Lakeside Dental Care", "Monthly services"));
const CEDAR: Option<(&str, &str)> = Some(("Cedar & Stone Architects", "Monthly services"));
const CEDAR_YEARLY: Option<(&str, &str)> = Some(("Cedar & Stone Architects", "Yearly licences"));
const HARTWELL: Option<(&str, &str)> = Some(("Hartwell Logistics", "Licences and support"));
const BLUEBIRD: Option<(&str, &str)> = Some(("Bluebird Bakery", "Licences for the year"));
const CAFE: Option<(&str, &str)> = Some(("Café Söhne & Partner", "Betreuung"));
const NORTHWIND: Option<(&str, &str)> = Some(("Northwind Freight", "Monthly services"));

const fn decide(
    subscription: u32,
    price: Price,
    invoice: Option<(&'static str, &'static str)>,
) -> Decision {
    Decision {
        subscription,
        price,
        invoice,
        charge: "spread",
    }
}

const fn on_renewal(decision: Decision) -> Decision {
    Decision {
        charge: "on_renewal",
        ..decision
    }
}

#[rustfmt::skip]
const DECISIONS: &[Decision] = &[
    // An ordinary client: every kind of price, a yearly one spread, one that is paid once.
    decide(1, Percent("20"), LAKESIDE),
    decide(2, Percent("25"), LAKESIDE),
    decide(3, Plus("1.50"), LAKESIDE),
    decide(4, Override("0.06"), LAKESIDE),
    decide(7, Percent("15"), LAKESIDE),
    decide(8, Percent("20"), LAKESIDE),
    // No cost, cost zero, below cost, beside a line by hand for the same product.
    decide(9, Percent("10"), CEDAR),
    decide(10, Percent("15"), CEDAR_YEARLY),
    decide(11, Override("2.50"), CEDAR),
    decide(12, Override("14.00"), CEDAR),
    decide(15, Percent("20"), CEDAR_YEARLY),
    // Every status, unknown words, gaps: much of it is held.
    decide(17, Percent("18"), HARTWELL),
    decide(18, Percent("18"), HARTWELL),
    decide(19, Percent("12"), HARTWELL),
    decide(20, Percent("20"), HARTWELL),
    decide(22, AtCost, HARTWELL),
    decide(23, Percent("20"), HARTWELL),
    decide(24, Percent("20"), HARTWELL),
    decide(25, Percent("20"), HARTWELL),
    // Long terms.
    on_renewal(decide(27, Percent("10"), BLUEBIRD)),
    decide(28, Percent("10"), BLUEBIRD),
    decide(29, Percent("15"), BLUEBIRD),
    // Euros, and one in dollars that is held.
    decide(34, Percent("18"), CAFE),
    decide(36, Percent("22"), CAFE),
    decide(39, Percent("20"), CAFE),
    // Pounds.
    decide(54, Percent("15"), NORTHWIND),
    // Priced, but not linked.
    decide(5, Percent("30"), None),
];

/// Recurring invoices by client and name.
pub(super) type Invoices = BTreeMap<(&'static str, &'static str), RecurringInvoiceId>;

/// Saves the decisions, as the dialog would.
pub(super) async fn decide_all(
    app: &App,
    by: &By,
    organization: OrganizationId,
    invoices: &Invoices,
) -> Result<(), Failure> {
    let now = app.clock.now();
    let mut tx = app.database.write(organization).await?;
    let ids = ids_by_pax8(&mut tx, now).await?;
    for decision in DECISIONS {
        let pax8_id = subscription_id(decision.subscription);
        let id = ids
            .get(&pax8_id)
            .ok_or(Error::NotFound("subscription in the demo's estate"))?;
        configure_billing(&mut tx, by, *id, &decision.draft(invoices), now).await?;
    }
    tx.commit().await?;
    Ok(())
}

impl Decision {
    fn draft(&self, invoices: &Invoices) -> BillingDraft {
        let markup = |kind: &str, value: &str| {
            Some(MarkupDraft {
                kind: kind.to_owned(),
                value: value.to_owned(),
            })
        };
        let invoice = self.invoice.and_then(|name| invoices.get(&name));
        BillingDraft {
            markup: match self.price {
                Percent(value) => markup("percentage", value),
                Plus(value) => markup("fixed", value),
                AtCost | Override(_) => None,
            },
            override_price: match self.price {
                Override(value) => Some(value.to_owned()),
                _ => None,
            },
            recurring_invoice_id: invoice.map(ToString::to_string),
            charge: Some(self.charge.to_owned()),
            version: None,
        }
    }
}

async fn ids_by_pax8(
    tx: &mut db::OrgTx,
    now: jiff::Timestamp,
) -> Result<BTreeMap<String, SubscriptionId>> {
    let circumstances = Circumstances::load(tx, now).await?;
    let page = PageQuery {
        limit: Some(200),
        cursor: None,
    };
    let all = ListSubscriptions::default();
    let list = list_subscriptions(tx, &all, &page, &circumstances).await?;
    let rows = list.data.into_iter();
    Ok(rows.map(|row| (row.pax8_id, row.id)).collect())
}
