//! Months of a random life against the reference, small enough for every run of the tests. The whole year of 200 clients is a
//! benchmark: `cargo bench -p ascent --bench year`.

use crate::{
    world::with_sandbox,
    year::{Size, live},
};
use pax8_sandbox::SandboxConfig;

#[tokio::test]
async fn d20_d21_d22_d23_d24_d25_d28_months_of_a_random_life_come_to_the_cent() {
    with_sandbox(SandboxConfig::demo, async |world| {
        let size = Size {
            seed: 20_260_101,
            clients: 12,
            subscriptions: 72,
            days: 120,
        };
        let figures = live(&world.app, &world.sandbox, world.ours.id, size).await;
        eprintln!("{figures}");
        assert_eq!(figures.difference_cents, 0);
        assert!(
            figures.invoices > 40 && figures.prorated_lines > 10,
            "{figures:?}"
        );
        assert!(
            figures.crashes > 0 && figures.failed_syncs > 0,
            "{figures:?}"
        );
        assert!(
            figures.days_without_billing > 0 && figures.drafts_decided > 0,
            "{figures:?}"
        );
    })
    .await;
}
