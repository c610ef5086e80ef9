//! Who is asking, and what they may do.

use serde_json::json;

use crate::world::on_each_engine;

#[tokio::test]
async fn everybody_sees_who_they_are_and_what_they_may_do() {
    on_each_engine(async |world| {
        let me = world.ours.owner.get("/api/v1/me").await.json(200);
        assert_eq!(me["user"]["email"], "owner@ours.example");
        assert_eq!(me["organization"]["name"], "Ours");
        assert_eq!(me["organization"]["timezone"], "America/New_York");
        assert_eq!(me["role"], "owner");
        assert_eq!(me["features"], json!(["pax8Integration"]));
        let member = world.ours.member.get("/api/v1/me").await.json(200);
        assert_eq!(
            member["permissions"],
            json!(["clients.manage", "billing.manage"])
        );
        assert_eq!(
            world.nobody().get("/api/v1/me").await.refusal(401),
            "not_signed_in"
        );
    })
    .await;
}
