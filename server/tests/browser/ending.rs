//! A test that fails drops its browser without a word to it; that must end Chromium too.

use std::path::{Path, PathBuf};

use crate::browser::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_browser_leaves_no_chromium() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    let chromium = process_of(browser.profile());
    assert!(chromium.exists());
    // As when a test panics: no word to the browser, and no clean-up by the driver's client.
    let Browser { driver, .. } = &browser;
    std::mem::forget(driver.clone());
    drop(browser);
    assert!(!chromium.exists(), "{} still runs", chromium.display());
}

/// Chromium's lock of its profile points to `host-process`.
fn process_of(profile: &Path) -> PathBuf {
    let lock = std::fs::read_link(profile.join("SingletonLock")).unwrap();
    let lock = lock.to_str().unwrap();
    let (_, process) = lock.rsplit_once('-').unwrap();
    Path::new("/proc").join(process)
}
