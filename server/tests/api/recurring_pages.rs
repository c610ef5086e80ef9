//! The pages of recurring invoices, through HTML.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    client_pages::{attribute, follow_links, refused, texts},
    clients::{make_client, only},
    recurring::make_recurring,
    world::{World, on_each_engine},
};

const USUAL: [(&str, &str); 3] = [
    ("name", "Managed services"),
    ("frequency", "monthly"),
    ("start_date", "2026-07-01"),
];

fn row<'a>(
    description: &'a str,
    quantity: &'a str,
    price: &'a str,
    taxable: &'a str,
) -> [(&'a str, &'a str); 4] {
    [
        ("line_description", description),
        ("line_quantity", quantity),
        ("line_unit_price", price),
        ("line_taxable", taxable),
    ]
}

async fn of_api(world: &World, path: &str) -> Value {
    let id = path.strip_prefix("/recurring/").unwrap();
    let path = format!("/api/v1/recurring-invoices/{id}");
    world.ours.owner.get(&path).await.json(200)
}

#[tokio::test]
async fn a_recurring_invoice_is_made_by_its_form_and_blank_rows_do_not_count() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let client = make_client(&world.ours.owner, "Harbor").await;
        let form = browser
            .get(&format!("/recurring/new?client_id={client}"))
            .await
            .page();
        assert_eq!(texts(&form, "#client_id option[selected]"), ["Harbor"]);
        assert_eq!(
            attribute(&form, "#start_date", "value"),
            "2026-06-15",
            "today"
        );
        assert_eq!(texts(&form, "#lines > .line-row").len(), 3);
        let enter = attribute(&form, "main form button[type=submit]", "name");
        assert_eq!(enter, "", "Enter saves; it does not remove a line");

        let mut fields = vec![("client_id", client.as_str()), ("review_first", "true")];
        fields.extend(USUAL);
        fields.extend(row("Helpdesk", "37", "32", "true"));
        fields.extend(row("", "1", "", "true"));
        fields.extend(row("Visits", "1", "180.00", "false"));
        let path = browser
            .submit("/recurring/new", &fields)
            .await
            .location()
            .to_owned();
        let made = of_api(world, &path).await;
        assert_eq!(made["lines"].as_array().unwrap().len(), 2);
        assert_eq!(made["lines"][1]["taxable"], false);
        assert_eq!(made["review_first"], true);
        assert_eq!(made["lines_total"], "1364.00");

        let page = browser.get(&path).await.page();
        assert!(texts(&page, "td.num").contains(&"$1,184.00".to_owned()));
        assert!(texts(&page, "tfoot td").contains(&"$1,364.00".to_owned()));
        follow_links(browser, &path).await;
        follow_links(browser, "/recurring").await;
        follow_links(browser, &format!("/clients/{client}")).await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_form_of_a_recurring_invoice_comes_back_filled() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let client = make_client(&world.ours.owner, "Harbor").await;
        let mut fields = vec![
            ("client_id", client.as_str()),
            ("end_date", "2026-06-01"),
            ("auto_send", "true"),
        ];
        fields.extend(USUAL);
        fields.extend(row("", "1", "", "true"));
        fields.extend(row("Helpdesk", "many", "12.345", "false"));
        let page = refused(&browser.submit("/recurring/new", &fields).await);
        assert_eq!(texts(&page, "#client_id option[selected]"), ["Harbor"]);
        assert_eq!(attribute(&page, "#name", "value"), "Managed services");
        assert_eq!(attribute(&page, "#end_date", "value"), "2026-06-01");
        assert_eq!(
            texts(&page, "#end_date-error"),
            ["Choose a date after the start date, 2026-07-01."]
        );
        attribute(&page, "#auto_send[checked]", "id");
        let row = "#lines > .line-row";
        assert_eq!(
            attribute(&page, &format!("{row} [name=line_description]"), "value"),
            "Helpdesk"
        );
        assert_eq!(
            attribute(&page, &format!("{row} [name=line_quantity]"), "value"),
            "many"
        );
        assert_eq!(
            attribute(
                &page,
                &format!("{row} [name=line_unit_price]"),
                "aria-invalid"
            ),
            "true"
        );
        assert_eq!(
            texts(&page, &format!("{row} option[selected]")),
            ["Not taxable"]
        );
        let messages = texts(&page, "#lines > .error");
        assert!(
            messages[0].starts_with("Quantity: ") && messages[1].starts_with("Unit price: "),
            "{messages:?}"
        );
        assert!(texts(&page, ".notice-bad")[0].contains("3 fields need a look"));
    })
    .await;
}

#[tokio::test]
async fn rows_are_added_and_removed_without_script() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let mut fields = USUAL.to_vec();
        fields.extend(row("A", "1", "1", "true"));
        fields.extend(row("B", "1", "2", "true"));
        let rows = async |button: (&str, &str)| {
            let mut fields = fields.clone();
            fields.push(button);
            let page = browser.submit("/recurring/new", &fields).await.page();
            assert_eq!(attribute(&page, "#name", "value"), "Managed services");
            let first = attribute(&page, "#lines > .line-row [name=line_description]", "value");
            (texts(&page, "#lines > .line-row").len(), first)
        };
        assert_eq!(rows(("add_line", "1")).await, (3, "A".to_owned()));
        assert_eq!(rows(("remove_line", "0")).await, (1, "B".to_owned()));
        let listed = world
            .ours
            .owner
            .get("/api/v1/recurring-invoices")
            .await
            .json(200);
        assert_eq!(listed["data"], json!([]), "nothing was saved");
    })
    .await;
}

#[tokio::test]
async fn a_recurring_invoice_is_edited_and_a_stale_form_is_kept() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let client = make_client(&world.ours.owner, "Harbor").await;
        let path = format!(
            "/recurring/{}",
            make_recurring(&world.ours.owner, &client).await
        );
        let form = browser.get(&format!("{path}/edit")).await.page();
        assert_eq!(
            attribute(&form, "#next_invoice_date", "value"),
            "2026-07-01"
        );
        assert_eq!(
            attribute(&form, "#lines > .line-row [name=line_unit_price]", "value"),
            "32.00"
        );

        let mut fields = USUAL.to_vec();
        fields.extend([("next_invoice_date", "2026-07-01"), ("version", "1")]);
        fields.extend(row("Helpdesk", "40", "32.00", "true"));
        fields[2].1 = "2026-08-31";
        let saved = browser.submit(&format!("{path}/edit"), &fields).await;
        assert_eq!(saved.location(), path);
        let changed = of_api(world, &path).await;
        assert_eq!(changed["lines_total"], "1280.00");
        assert_eq!(
            changed["next_invoice_date"], "2026-08-31",
            "it follows the start date"
        );

        let page = refused(&browser.submit(&format!("{path}/edit"), &fields).await);
        assert!(texts(&page, ".notice")[0].contains("while you were editing"));
        assert_eq!(attribute(&page, "input[name=version]", "value"), "2");
    })
    .await;
}

#[tokio::test]
async fn d23_pausing_resuming_and_cancelling_ask_and_say_what_will_happen() {
    on_each_engine(async |world| {
        let browser = &world.ours.browser;
        let client = make_client(&world.ours.owner, "Harbor").await;
        let path = format!(
            "/recurring/{}",
            make_recurring(&world.ours.owner, &client).await
        );
        let question = browser.script().get(&format!("{path}/pause")).await;
        assert!(
            question.text.trim_start().starts_with("<dialog"),
            "{}",
            question.text
        );
        assert!(
            question
                .text
                .contains("Its own line of $1,184.00, monthly, is not billed."),
            "{}",
            question.text
        );
        let paused = browser.submit(&format!("{path}/pause"), &[]).await;
        let page = browser.get(paused.location()).await.page();
        assert!(texts(&page, "h1")[0].ends_with("Paused"));
        follow_links(browser, &path).await;

        world.set_now("2026-08-15T12:00:00Z");
        let browser = &world.sign_in("owner@ours.example").await;
        let question = browser.get(&format!("{path}/resume")).await.page();
        let effects = texts(&question, ".card-body p").join(" ");
        assert!(effects.contains("1 Sep 2026"), "{effects}");
        assert!(
            effects.contains("2 periods that have started already are left out"),
            "{effects}"
        );
        let resumed = browser.submit(&format!("{path}/resume"), &[]).await;
        assert_eq!(resumed.location(), path);
        assert_eq!(
            of_api(world, &path).await["next_invoice_date"],
            "2026-09-01"
        );

        let question = browser.get(&format!("{path}/cancel")).await.page();
        assert!(
            texts(&question, ".card-body p")[0]
                .contains("Its own line of $1,184.00, monthly, is not billed.")
        );
        browser
            .submit(&format!("{path}/cancel"), &[])
            .await
            .location();
        let page = browser.get(&path).await.page();
        assert!(texts(&page, "h1")[0].ends_with("Cancelled"));
        assert_eq!(browser.get(&format!("{path}/edit")).await.location(), path);
        assert_eq!(
            texts(&browser.get("/recurring").await.page(), "#list tbody tr").len(),
            0
        );
        assert_eq!(
            texts(
                &browser.get("/recurring?status=all").await.page(),
                "#list tbody tr"
            )
            .len(),
            1
        );
        let found = browser
            .script()
            .get("/recurring?status=cancelled&frequency=monthly&q=harb")
            .await;
        assert!(found.text.contains("Managed services") && !found.text.contains("<html"));
    })
    .await;
}

#[tokio::test]
async fn d30_and_i12_pages_of_recurring_invoices_know_who_asks() {
    on_each_engine(async |world| {
        let client = make_client(&world.ours.owner, "Harbor").await;
        let path = format!(
            "/recurring/{}",
            make_recurring(&world.ours.owner, &client).await
        );
        only(world, "clients.manage").await;
        let member = world.sign_in("member@ours.example").await;
        let page = member.get(&path).await;
        assert!(page.text.contains("Helpdesk") && !page.text.contains("/edit"));
        assert!(
            !member
                .get("/recurring")
                .await
                .text
                .contains("/recurring/new")
        );
        for verb in ["edit", "pause", "resume", "cancel"] {
            let path = format!("{path}/{verb}");
            assert_eq!(
                member.get(&path).await.status,
                StatusCode::FORBIDDEN,
                "{verb}"
            );
            assert_eq!(
                member.submit(&path, &USUAL).await.status,
                StatusCode::FORBIDDEN,
                "{verb}"
            );
            let them = &world.theirs.browser;
            assert_eq!(
                them.get(&path).await.status,
                StatusCode::NOT_FOUND,
                "{verb}"
            );
            assert_eq!(
                them.submit(&path, &USUAL).await.status,
                StatusCode::NOT_FOUND,
                "{verb}"
            );
        }
        assert_eq!(
            world.theirs.browser.get(&path).await.status,
            StatusCode::NOT_FOUND
        );
        assert_eq!(
            member.submit("/recurring/new", &USUAL).await.status,
            StatusCode::FORBIDDEN
        );
    })
    .await;
}
