//! Configure Billing: the dialog, the page in its place, the preview, saving.

use axum::http::StatusCode;
use scraper::Html;

use super::{
    PAGE, attribute, client, company, connect_with_clients, count, open, recurring, subscription,
    text, texts,
};
use crate::world::{Answer, World, on_each_engine};

fn path(world: &World, number: u32) -> String {
    format!(
        "{PAGE}/subscriptions/{}/billing",
        subscription(world, number)
    )
}

async fn form(world: &World, number: u32) -> Html {
    world.ours.browser.get(&path(world, number)).await.page()
}

async fn save(world: &World, number: u32, fields: &[(&str, &str)]) -> Answer {
    let browser = &world.ours.browser;
    browser.submit(&path(world, number), fields).await
}

async fn preview(world: &World, number: u32, fields: &[(&str, &str)]) -> Html {
    let path = format!("{}/preview", path(world, number));
    let browser = world.ours.browser.script();
    browser.submit(&path, fields).await.page()
}

/// The three figures of a preview.
fn figures(html: &Html) -> Vec<String> {
    texts(html, "#billing-preview dd")
}

fn refused(answer: &Answer) -> Html {
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        answer.text
    );
    Html::parse_document(&answer.text)
}

#[tokio::test]
async fn s116_s123_s125_the_dollar_button_opens_the_dialog() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = open(world, 1, "").await;
        let button = format!(".company .actions a[href='{}']", path(world, 1));
        assert_eq!(count(&html, &button), 1);
        assert!(attribute(&html, &button, "data-dialog").is_some());
        let dialog = world
            .ours
            .browser
            .script()
            .get(&path(world, 1))
            .await
            .page();
        assert_eq!(text(&dialog, "dialog h2"), "Configure Billing");
        assert_eq!(text(&form(world, 1).await, "h1"), "Configure Billing");
    })
    .await;
}

#[tokio::test]
async fn s126_s127_s128_s129_s132_s134_s135_s136_s140_the_dialog_has_the_labels_of_the_specification()
 {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = form(world, 1).await;
        assert_eq!(
            texts(&html, "form > .card-body > dl dt"),
            ["Your Cost", "Quantity", "Billing term"]
        );
        assert_eq!(
            texts(&html, "form > .card-body > dl dd"),
            ["$18.48 per month", "18", "Monthly"]
        );
        assert_eq!(
            texts(&html, "main label"),
            [
                "Markup Type",
                "Markup Value",
                "Override Price",
                "Link to Recurring Invoice"
            ]
        );
        assert_eq!(
            texts(&html, "#markup-type option"),
            ["Percentage (%)", "Fixed Amount ($)"]
        );
        assert_eq!(
            texts(&html, "#billing-preview dt"),
            ["Billable Price per Unit", "Total Monthly", "Margin"]
        );
        assert_eq!(text(&html, "form .btn-primary"), "Save Billing Settings");
    })
    .await;
}

#[tokio::test]
async fn s130_s131_s133_s134_s135_i9_the_preview_follows_what_is_typed() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let percent = [("markup_type", "percentage"), ("markup_value", "20")];
        let html = preview(world, 1, &percent).await;
        assert_eq!(figures(&html), ["$22.18", "$399.24", "$66.60 16.7%"]);
        let fixed = [("markup_type", "fixed"), ("markup_value", "5.00")];
        assert_eq!(
            figures(&preview(world, 1, &fixed).await)[..2],
            ["$23.48", "$422.64"]
        );
        let both = [
            ("markup_type", "percentage"),
            ("markup_value", "20"),
            ("override_price", "30"),
        ];
        assert_eq!(
            figures(&preview(world, 1, &both).await)[..2],
            ["$30.00", "$540.00"]
        );
        let cleared = [
            ("markup_type", "percentage"),
            ("markup_value", "20"),
            ("override_price", ""),
        ];
        assert_eq!(
            figures(&preview(world, 1, &cleared).await)[..2],
            ["$22.18", "$399.24"],
            "cleared, the markup counts again"
        );
        let odd = [("markup_type", "percentage"), ("markup_value", "abc")];
        assert_eq!(
            figures(&preview(world, 1, &odd).await),
            Vec::<String>::new()
        );
        let stored = form(world, 1).await;
        assert_eq!(figures(&stored)[0], "$18.48", "a preview saves nothing");
    })
    .await;
}

#[tokio::test]
async fn d20_a_yearly_price_is_previewed_with_its_term_and_its_month() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let html = form(world, 7).await;
        assert_eq!(
            texts(&html, "form > .card-body > dl dd"),
            ["$268.80 per year", "2", "Annual"]
        );
        let fields = [("override_price", "300")];
        let html = preview(world, 7, &fields).await;
        assert_eq!(figures(&html)[..2], ["$300.00 per year", "$50.00"]);
    })
    .await;
}

#[tokio::test]
async fn d18_below_cost_is_said_before_and_after_saving() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let low = [("override_price", "18.00")];
        let html = preview(world, 1, &low).await;
        assert!(text(&html, "#billing-preview .error").contains("$0.48"));
        let answer = save(world, 1, &low).await;
        let cookie = answer.headers.get_all("set-cookie").iter().count();
        assert!(cookie > 0, "a message waits for the next page");
        let html = open(world, 1, "").await;
        assert_eq!(text(&html, ".company .mark-bad"), "Below cost");
        let why = text(&html, ".company .actions ~ *, .company td .tip");
        assert!(why.contains("loses $8.64 a month over 18 units"), "{why}");
    })
    .await;
}

#[tokio::test]
async fn s137_s138_only_the_clients_recurring_invoices_are_offered() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let lakeside = client(world, "Lakeside Dental Care").await;
        let pine = client(world, "Pine Street Pharmacy").await;
        let services = recurring(world, &lakeside, "Managed services", "monthly").await;
        let licences = recurring(world, &lakeside, "Licences", "quarterly").await;
        let strange = recurring(world, &pine, "Somebody else's", "monthly").await;
        let offered = async || {
            let mut options = texts(&form(world, 1).await, "#recurring-invoice option");
            options.sort();
            options
        };
        assert_eq!(
            offered().await,
            [
                "Licences (quarterly, next 1 Jul 2026)",
                "Managed services (monthly, next 1 Jul 2026)",
                "Not linked",
            ]
        );
        let owner = &world.ours.owner;
        let path = "/api/v1/recurring-invoices";
        let pause = format!("{path}/{services}/pause");
        owner.post(&pause, serde_json::json!({})).await.json(200);
        owner.delete(&format!("{path}/{licences}")).await.json(200);
        assert_eq!(
            offered().await,
            ["Managed services (monthly, next 1 Jul 2026)", "Not linked"],
            "what is paused bills again one day, what is cancelled never"
        );
        let answer = save(world, 1, &[("recurring_invoice_id", &strange)]).await;
        let html = refused(&answer);
        assert!(text(&html, "#recurring-invoice-error").contains("Lakeside Dental Care"));
    })
    .await;
}

#[tokio::test]
async fn s122_s140_saving_one_leaves_the_others_and_comes_back_filled() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let lakeside = client(world, "Lakeside Dental Care").await;
        let invoice = recurring(world, &lakeside, "Managed services", "monthly").await;
        let fields = [
            ("markup_type", "fixed"),
            ("markup_value", "5"),
            ("override_price", "25.00"),
            ("recurring_invoice_id", invoice.as_str()),
        ];
        save(world, 1, &fields).await;
        let html = form(world, 1).await;
        let value = |field| attribute(&html, field, "value").unwrap();
        assert_eq!(value("#markup-value"), "5.00");
        assert_eq!(value("#override-price"), "25.00");
        assert_eq!(value("#markup-type option[selected]"), "fixed");
        assert_eq!(value("#recurring-invoice option[selected]"), invoice);
        let other = form(world, 2).await;
        assert_eq!(attribute(&other, "#markup-value", "value").unwrap(), "");
        assert_eq!(count(&other, "#recurring-invoice option[selected]"), 0);
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_comes_back_filled_with_the_message_at_its_field() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let fields = [
            ("markup_type", "fixed"),
            ("markup_value", "-5"),
            ("override_price", "12.3.4"),
        ];
        let html = refused(&save(world, 1, &fields).await);
        for (field, typed) in [("#markup-value", "-5"), ("#override-price", "12.3.4")] {
            assert_eq!(attribute(&html, field, "value").as_deref(), Some(typed));
            assert_eq!(
                attribute(&html, field, "aria-invalid").as_deref(),
                Some("true")
            );
            assert_ne!(text(&html, &format!("{field}-error")), "");
        }
        let script = world.ours.browser.script();
        let html = refused(&script.submit(&path(world, 1), &fields).await);
        assert_eq!(count(&html, "dialog"), 1, "the dialog again");
    })
    .await;
}

#[tokio::test]
async fn a_stale_form_is_told_comes_back_filled_and_saves_when_sent_again() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let version = attribute(&form(world, 1).await, "[name=version]", "value").unwrap();
        save(world, 1, &[("override_price", "25"), ("version", &version)]).await;
        let price = |html: &Html| attribute(html, "#override-price", "value").unwrap();
        let again = save(world, 1, &[("override_price", "99"), ("version", &version)]).await;
        let again = refused(&again);
        let told = text(&again, ".notice-bad");
        assert!(told.contains("Somebody changed these"), "{told}");
        assert_eq!(price(&again), "99");
        assert_eq!(price(&form(world, 1).await), "25.00", "nothing was saved");

        let version = attribute(&again, "[name=version]", "value").unwrap();
        save(world, 1, &[("override_price", "99"), ("version", &version)]).await;
        assert_eq!(price(&form(world, 1).await), "99.00");
    })
    .await;
}

#[tokio::test]
async fn d21_another_rhythm_asks_how_to_charge_and_says_it_in_amounts() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let lakeside = client(world, "Lakeside Dental Care").await;
        let invoice = recurring(world, &lakeside, "Managed services", "monthly").await;
        let linked = [
            ("override_price", "300"),
            ("recurring_invoice_id", invoice.as_str()),
        ];
        let html = preview(world, 7, &linked).await;
        let choices = texts(&html, "#billing-charge .choice .strong");
        assert_eq!(choices, ["Spread over the term", "On renewal"]);
        let spread = &texts(&html, "#billing-charge .choice .hint")[0];
        assert!(spread.contains("$50.00 on each of 12 invoices"), "{spread}");
        let monthly = [("recurring_invoice_id", invoice.as_str())];
        let html = preview(world, 1, &monthly).await;
        assert_eq!(count(&html, "#billing-charge .choice"), 0);

        let renewal = [linked[0], linked[1], ("charge", "on_renewal")];
        save(world, 7, &renewal).await;
        let html = form(world, 7).await;
        let chosen = attribute(&html, "#billing-charge [checked]", "value");
        assert_eq!(chosen.as_deref(), Some("on_renewal"));
    })
    .await;
}

#[tokio::test]
async fn s91_s124_i8_an_unmapped_company_offers_no_billing() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let browser = &world.ours.browser;
        let mapping = format!("{PAGE}/companies/{}/mapping", company(world, 9));
        let answer = browser.get(&path(world, 47)).await;
        assert_eq!(answer.location(), mapping, "it leads to what comes first");
        let answer = save(world, 47, &[("override_price", "1")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("Map this company to a client"));
        let html = browser.get(&mapping).await.page();
        assert!(text(&html, "h1").starts_with("Map "));
    })
    .await;
}

#[tokio::test]
async fn saving_from_the_dialog_answers_the_companys_row() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let script = world.ours.browser.script();
        let fields = [("override_price", "25")];
        let html = script.submit(&path(world, 1), &fields).await.page();
        let row = format!("#company-{}", company(world, 1));
        assert_eq!(count(&html, &row), 1);
        assert!(text(&html, ".flash").contains("saved"));
        assert_eq!(count(&html, "dialog"), 0);
    })
    .await;
}

#[tokio::test]
async fn s87_s88_s155_the_dialog_says_whether_your_cost_is_a_true_partner_cost() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let first = async |number| {
            let script = world.ours.browser.script();
            let html = script.get(&path(world, number)).await.page();
            texts(&html, "dialog form > .card-body > dl dd").remove(0)
        };
        assert_eq!(first(9).await, "$22.00 per month (retail)");
        assert_eq!(first(1).await, "$18.48 per month");
    })
    .await;
}

#[tokio::test]
async fn d21_a_refused_form_keeps_the_chosen_charge() {
    on_each_engine(async |world| {
        connect_with_clients(world).await;
        let lakeside = client(world, "Lakeside Dental Care").await;
        let invoice = recurring(world, &lakeside, "Managed services", "monthly").await;
        let fields = [
            ("override_price", "30,0"),
            ("recurring_invoice_id", invoice.as_str()),
            ("charge", "on_renewal"),
        ];
        let html = refused(&save(world, 7, &fields).await);
        assert_eq!(
            texts(&html, "#billing-charge .choice .strong"),
            ["Spread over the term", "On renewal"]
        );
        let chosen = attribute(&html, "#billing-charge [checked]", "value");
        assert_eq!(chosen.as_deref(), Some("on_renewal"));
        let html = refused(&save(world, 1, &fields[..2]).await);
        assert_eq!(
            count(&html, "#billing-charge .choice"),
            0,
            "where it was not asked it is not asked now"
        );
    })
    .await;
}
