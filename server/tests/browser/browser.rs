//! A headless Chromium behind its driver, both ended with the test.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::json;
use thirtyfour::{ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver, prelude::*};

use crate::process::{Process, first_line};

/// The longest that a page may take to show something.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs before each page's own script and remembers what goes wrong there.
const COLLECT_COMPLAINTS: &str = "{
    const complain = (text) => sessionStorage.setItem('complaints',
        JSON.stringify([...JSON.parse(sessionStorage.getItem('complaints') ?? '[]'), text]));
    addEventListener('securitypolicyviolation', (event) => complain(`${event.violatedDirective} ${event.blockedURI}`));
    addEventListener('error', (event) => complain(event.message));
    addEventListener('unhandledrejection', (event) => complain(String(event.reason)));
}";

/// A browser and the driver it hangs on.
pub struct Browser {
    pub driver: WebDriver,
    // Dropped in this order: the browser ends before its folder goes.
    _chromedriver: Chromedriver,
    profile: tempfile::TempDir,
}

/// The driver's process. Killing it would leave its Chromium running, so it is asked to end both.
struct Chromedriver {
    port: u16,
    _process: Process,
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let ask = || {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.write_all(
                b"GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
            )?;
            stream.read_to_end(&mut Vec::new())
        };
        // A driver that is gone already has nothing left to end.
        let _ = ask();
    }
}

/// How a page is looked at.
#[derive(Clone, Copy)]
pub struct Look {
    pub width: u32,
    pub dark: bool,
}

impl Browser {
    /// A browser, or nothing where there is none to be had.
    pub async fn start() -> Option<Self> {
        let Ok(mut chromedriver) = Process::start("chromedriver", &["--port=0"]) else {
            assert!(
                std::env::var_os("ASCENT_TEST_REQUIRE_BROWSER").is_none(),
                "chromedriver is required here"
            );
            eprintln!("browser tests: skipped (no chromedriver on the path)");
            return None;
        };
        let started = chromedriver.lines_until(|line| line.contains("successfully on port "));
        let port: u16 = first_line(&started, "successfully on port ")
            .trim_end_matches('.')
            .parse()
            .unwrap();
        // The driver's client cannot be made without a TLS provider. Another test may have installed it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let profile = tempfile::tempdir().unwrap();
        let mut capabilities = DesiredCapabilities::chrome();
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            &format!("--user-data-dir={}", profile.path().display()),
        ] {
            capabilities.add_arg(argument).unwrap();
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities)
            .await
            .expect("Chromium starts");
        // A long page takes axe-core longer than the driver waits by itself.
        driver.set_script_timeout(4 * PATIENCE).await.unwrap();
        let tools = driver.cdp();
        let listen = json!({ "source": COLLECT_COMPLAINTS });
        tools
            .send_raw("Page.addScriptToEvaluateOnNewDocument", listen)
            .await
            .unwrap();
        let it = Self {
            driver,
            _chromedriver: Chromedriver {
                port,
                _process: chromedriver,
            },
            profile,
        };
        it.look(Look {
            width: 1440,
            dark: false,
        })
        .await;
        Some(it)
    }

    /// Where the browser keeps its things while it runs.
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }

    /// Ends the browser.
    pub async fn quit(self) {
        self.driver.quit().await.unwrap();
    }

    /// Sets width and colours.
    pub async fn look(&self, look: Look) {
        let tools = self.driver.cdp();
        let metrics =
            json!({ "width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
        tools
            .send_raw("Emulation.setDeviceMetricsOverride", metrics)
            .await
            .unwrap();
        let scheme = if look.dark { "dark" } else { "light" };
        // Without motion: a picture taken in the middle of a change of colours shows neither.
        let media = json!({ "features": [
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ] });
        tools
            .send_raw("Emulation.setEmulatedMedia", media)
            .await
            .unwrap();
    }

    /// The first visible element of a CSS selector, once there is one.
    pub async fn find(&self, css: &str) -> WebElement {
        self.until(&format!("an element {css}"), async || {
            for element in self.driver.find_all(By::Css(css)).await.ok()? {
                if element.is_displayed().await.unwrap_or(false) {
                    return Some(element);
                }
            }
            None
        })
        .await
    }

    /// The first visible element of an XPath, once there is one.
    pub async fn find_at(&self, path: &str) -> WebElement {
        self.until(&format!("an element {path}"), async || {
            for element in self.driver.find_all(By::XPath(path)).await.ok()? {
                if element.is_displayed().await.unwrap_or(false) {
                    return Some(element);
                }
            }
            None
        })
        .await
    }

    /// The first visible button or link with that text, once there is one.
    pub async fn find_labelled(&self, label: &str) -> WebElement {
        self.find_at(&format!(
            "//*[self::button or self::a or self::summary][normalize-space(.)={label:?} or @aria-label={label:?}]"
        ))
        .await
    }

    /// Waits until the page's script is at work: before that, links and forms do what they do without one.
    pub async fn settle(&self) {
        self.until("the page to be complete", async || {
            let state = self
                .driver
                .execute("return document.readyState", vec![])
                .await
                .ok()?;
            (state.json().as_str() == Some("complete")).then_some(())
        })
        .await;
    }

    /// Clicks the button or link with that text.
    pub async fn click(&self, label: &str) {
        self.settle().await;
        let element = self.find_labelled(label).await;
        element.scroll_into_view().await.unwrap();
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{label}: {error}"));
    }

    /// Waits for a text anywhere on the page.
    pub async fn wait_for_text(&self, text: &str) {
        self.until(&format!("the text {text:?}"), async || {
            let body = self.driver.find(By::Tag("body")).await.ok()?;
            body.text().await.ok()?.contains(text).then_some(())
        })
        .await;
    }

    /// Puts text into a field in place of what was there.
    pub async fn fill(&self, css: &str, text: &str) {
        let field = self.find(css).await;
        field.clear().await.unwrap();
        if text.chars().all(|letter| letter <= '\u{ffff}') {
            field.send_keys(text).await.unwrap();
            return;
        }
        // The driver's keyboard has no letters beyond the basic plane.
        let typed = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', { bubbles: true }))";
        let arguments = vec![field.to_json().unwrap(), text.into()];
        self.driver.execute(typed, arguments).await.unwrap();
    }

    /// Asks again and again until the fact is there.
    pub async fn until<T, F: AsyncFn() -> Option<T>>(&self, what: &str, fact: F) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = fact().await {
                return found;
            }
            if Instant::now() > end {
                let page = self
                    .driver
                    .find(By::Tag("body"))
                    .await
                    .unwrap()
                    .text()
                    .await
                    .unwrap_or_default();
                let at = self.driver.current_url().await.unwrap();
                let complaints = self.complaints().await;
                panic!("waited in vain for {what} at {at}, complaints {complaints:?}:\n{page}");
            }
            tokio::task::yield_now().await;
        }
    }

    /// Everything that the browser complained about on our pages: what the policy refused, and errors of the script.
    pub async fn complaints(&self) -> Vec<String> {
        let script = "return JSON.parse(sessionStorage.getItem('complaints') ?? '[]')";
        self.driver
            .execute(script, vec![])
            .await
            .unwrap()
            .convert()
            .unwrap_or_default()
    }

    /// The same, and forgets them.
    pub async fn take_complaints(&self) -> Vec<String> {
        let complaints = self.complaints().await;
        let script = "sessionStorage.removeItem('complaints')";
        self.driver.execute(script, vec![]).await.unwrap();
        complaints
    }

    /// Keeps a picture of the whole page, if pictures are wanted; with a dialog open, of what the window shows.
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("ASCENT_SCREENSHOTS") else {
            return;
        };
        let size = "return document.querySelector('dialog[open]') ? [0, 0]
            : [document.documentElement.clientWidth, document.documentElement.scrollHeight]";
        let size = self.driver.execute(size, vec![]).await.unwrap();
        let (width, height) = (size.json()[0].clone(), size.json()[1].clone());
        let tools = self.driver.cdp();
        let whole = height != 0;
        if whole {
            let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            tools
                .send_raw("Emulation.setDeviceMetricsOverride", metrics)
                .await
                .unwrap();
        }
        let answer = tools
            .send_raw("Page.captureScreenshot", json!({ "format": "png" }))
            .await
            .unwrap();
        if whole {
            let metrics =
                json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
            tools
                .send_raw("Emulation.setDeviceMetricsOverride", metrics)
                .await
                .unwrap();
        }
        use base64::Engine as _;
        let bytes = base64::prelude::BASE64_STANDARD
            .decode(answer["data"].as_str().unwrap())
            .unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(
            std::path::Path::new(&folder).join(format!("{name}.png")),
            bytes,
        )
        .unwrap();
    }
}
