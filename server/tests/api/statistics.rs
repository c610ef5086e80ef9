//! What Postgres knows of what a sync brought, at the moment when it is done.

use db::{Engine, testing::analyzed};
use pax8_sandbox::SandboxConfig;

use crate::world::{on_each_engine, with_sandbox};

#[tokio::test]
async fn after_a_large_first_sync_postgres_knows_what_there_is() {
    with_sandbox(
        || SandboxConfig::sized(20, 1_000, 20),
        async |world| {
            let sync = world.connect(&world.ours).await;
            assert_eq!(sync["status"], "succeeded");
            let known = analyzed(&world.app.database).await;
            match world.app.database.engine() {
                Engine::Sqlite => assert!(known.is_empty(), "its statistics are made by hand"),
                Engine::Postgres => {
                    assert_eq!(known["pax8_subscription"], 1_000);
                    assert!(known["pax8_company"] > 0 && known["pax8_change"] > 1_000);
                }
            }
        },
    )
    .await;
}

#[tokio::test]
async fn a_small_sync_leaves_postgres_to_itself() {
    on_each_engine(async |world| {
        let sync = world.connect(&world.ours).await;
        assert_eq!(sync["status"], "succeeded");
        assert!(analyzed(&world.app.database).await.is_empty());
    })
    .await;
}
