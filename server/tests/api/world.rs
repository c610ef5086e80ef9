//! A whole installation for a test: a database, a clock that stands still, a Pax8 sandbox, two organizations with users of
//! every role, and the router that they all talk to.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    num::NonZeroU32,
    sync::OnceLock,
    time::Duration,
};

use ascent::{
    accounts::{
        self, By, NewAccount, NewSession, PasswordHash, Role, SessionSecret, start_session,
    },
    alerts::WebhookHosts,
    app::{App, Parts, Settings},
    clock::Clock,
    http::{SESSION_COOKIE, router},
    ids::{AccountId, OrganizationId},
    jobs,
    mail::Mail,
    organizations::{NewOrganization, create_organization, set_feature},
    pax8::connection::RateBudgets,
    secrets::{MasterKey, Vault},
};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use db::{args, testing::TestDatabase};
use jiff::Timestamp;
use pax8_sandbox::{Running, Sandbox, SandboxConfig};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::{
    estate::CLIENT_SECRET,
    hook::Hook,
    leaks::{self, Secret},
    post::{MAIL_PASSWORD, Post},
};

db::statements! {
    org NO_ALERTS_BY_MAIL = "insert into alert_settings (organization_id, by_mail, recipients, sync_failures, stale_intervals, waiting_days,
        refused_sign_ins, quiet, version) values ($1, false, '', 3, 6, 3, 20, '[]', 1)";
}

/// The password of every user in tests.
pub const PASSWORD: &str = "a password for tests";
/// The master key of every installation in tests.
pub const MASTER_KEY: [u8; 32] = [7; 32];
/// Requests to Pax8 a minute, far above what is sent.
const PAX8_LIMIT: NonZeroU32 = NonZeroU32::new(100_000).unwrap();
/// When tests happen, unless they say otherwise.
pub const NOW: &str = "2026-06-15T12:00:00Z";

/// A whole installation.
pub struct World {
    pub app: App,
    pub router: Router,
    pub sandbox: Running,
    pub ours: Organization,
    pub theirs: Organization,
}

/// An organization and its users.
pub struct Organization {
    pub id: OrganizationId,
    /// Every right, by token.
    pub owner: User,
    pub admin: User,
    pub member: User,
    /// The owner again, by the session of a browser.
    pub browser: User,
}

/// Somebody who asks, by token, by session or not at all.
#[derive(Clone)]
pub struct User {
    router: Router,
    pass: Pass,
    script: bool,
    /// Sent as headers with every request.
    headers: Vec<(&'static str, String)>,
    /// Where the requests come from.
    peer: IpAddr,
}

#[derive(Clone)]
enum Pass {
    Nobody,
    Token(SecretString),
    Session { cookie: String, csrf: String },
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// The same, where it is no text.
    pub bytes: Vec<u8>,
}

/// Runs a test once on each engine, in a fresh installation whose sandbox is the demo's estate.
pub async fn on_each_engine<F: AsyncFn(&World)>(test: F) {
    with_sandbox(SandboxConfig::demo, test).await;
}

/// Runs a test once on each engine, in a fresh installation with a sandbox of the given kind.
pub async fn with_sandbox<F: AsyncFn(&World)>(config: impl Fn() -> SandboxConfig, test: F) {
    db::testing::on_each_engine(async |database| {
        let sandbox = Sandbox::bind("127.0.0.1:0", config())
            .await
            .expect("the sandbox starts");
        let world = World::new(database, sandbox, None, "").await;
        test(&world).await;
    })
    .await;
}

/// Runs a test once on each engine, in a fresh installation that hands its mail to a server with a user and a password.
pub async fn with_mail<F: AsyncFn(&World, &Post)>(test: F) {
    db::testing::on_each_engine(async |database| {
        let sandbox = Sandbox::bind("127.0.0.1:0", SandboxConfig::demo())
            .await
            .expect("the sandbox starts");
        let post = Post::start().await;
        let world = World::new(database, sandbox, Some(post.mail()), "").await;
        // Its mail is the invoices' alone.
        for organization in [&world.ours, &world.theirs] {
            let mut tx = world.app.database.write(organization.id).await.unwrap();
            tx.execute(&NO_ALERTS_BY_MAIL, args![]).await.unwrap();
            tx.commit().await.unwrap();
        }
        test(&world, &post).await;
    })
    .await;
}

/// The same, whose operator also allows alerts to a program on this machine.
pub async fn with_mail_and_hook<F: AsyncFn(&World, &Post, &Hook)>(test: F) {
    db::testing::on_each_engine(async |database| {
        let sandbox = Sandbox::bind("127.0.0.1:0", SandboxConfig::demo())
            .await
            .expect("the sandbox starts");
        let (post, hook) = (Post::start().await, Hook::start().await);
        let world = World::new(database, sandbox, Some(post.mail()), &hook.host()).await;
        test(&world, &post, &hook).await;
    })
    .await;
}

impl World {
    async fn new(
        database: &TestDatabase,
        sandbox: Running,
        mail: Option<Mail>,
        hook: &str,
    ) -> Self {
        let app = App::new(Parts {
            settings: Settings {
                pax8_url: sandbox.url(),
                trusted_proxies: "10.0.0.0/8".parse().unwrap(),
                mail,
                webhook_hosts: WebhookHosts::parse(hook).unwrap(),
                pax8_retry: pax8::RetryPolicy {
                    max_attempts: 3,
                    first_wait: Duration::from_millis(5),
                    longest_wait: Duration::from_millis(20),
                },
                ..Settings::default()
            },
            pax8_budgets: RateBudgets::new(PAX8_LIMIT),
            ..Parts::around(
                database.database.clone(),
                Clock::manual(NOW.parse().unwrap()),
                Vault::new(&MasterKey::from_bytes(MASTER_KEY)),
            )
        });
        let router = router(app.clone());
        let ours = Organization::new(&app, &router, "Ours").await;
        let theirs = Organization::new(&app, &router, "Theirs").await;
        Self {
            app,
            router,
            sandbox,
            ours,
            theirs,
        }
    }

    /// Another process of the same installation, with master keys of its own.
    pub fn with_vault(&self, vault: Vault) -> (App, Router) {
        self.another(vault, self.app.settings.clone())
    }

    /// The same, whose operator lets sessions live so long.
    pub fn with_sessions(&self, sessions: accounts::SessionTimes) -> (App, Router) {
        let settings = Settings {
            sessions,
            ..self.app.settings.clone()
        };
        self.another(self.app.vault.clone(), settings)
    }

    /// Another process of the same installation, to which people come over https.
    pub fn over_https(&self) -> (App, Router) {
        let settings = Settings {
            public_url: "https://billing.msp.example".to_owned(),
            ..self.app.settings.clone()
        };
        self.another(self.app.vault.clone(), settings)
    }

    /// The same, whose operator answers for the subdomains as well.
    pub fn over_https_with_subdomains(&self) -> (App, Router) {
        let settings = Settings {
            public_url: "https://billing.msp.example".to_owned(),
            hsts_subdomains: true,
            ..self.app.settings.clone()
        };
        self.another(self.app.vault.clone(), settings)
    }

    fn another(&self, vault: Vault, settings: Settings) -> (App, Router) {
        let app = App::new(Parts {
            settings,
            pax8_budgets: RateBudgets::new(PAX8_LIMIT),
            ..Parts::around(self.app.database.clone(), self.app.clock.clone(), vault)
        });
        let router = router(app.clone());
        (app, router)
    }

    /// Somebody who is not signed in.
    pub fn nobody(&self) -> User {
        User {
            router: self.router.clone(),
            pass: Pass::Nobody,
            script: false,
            headers: Vec::new(),
            peer: Ipv4Addr::LOCALHOST.into(),
        }
    }

    /// A program with a token.
    pub fn token(&self, secret: &str) -> User {
        User {
            pass: Pass::Token(SecretString::from(secret.to_owned())),
            ..self.nobody()
        }
    }

    /// The browser of somebody who signed in on the page, with the token that their forms carry.
    pub async fn sign_in(&self, email: &str) -> User {
        let form = [("email", email), ("password", PASSWORD)];
        let answer = self.nobody().submit("/sign-in", &form).await;
        self.browser_of(&answer).await
    }

    /// The browser that was given the session of an answer, with the token that its forms carry.
    pub async fn browser_of(&self, answer: &Answer) -> User {
        let secret = answer.cookie(SESSION_COOKIE).unwrap();
        let cookie = format!("{SESSION_COOKIE}={secret}");
        let secret = SessionSecret::from_cookie(&secret).unwrap();
        let actor = accounts::find_session(&self.app, &secret)
            .await
            .unwrap()
            .unwrap();
        User {
            pass: Pass::Session {
                cookie,
                csrf: actor.csrf_token,
            },
            ..self.nobody()
        }
    }

    /// Moves the clock of the server and of the sandbox.
    pub fn set_now(&self, now: &str) {
        let now: Timestamp = now.parse().unwrap();
        self.app.clock.set(now);
        self.sandbox.sandbox().set_now(now);
    }

    /// Lets the clock's schedules enqueue what is due, and does all jobs that are due; tells how many jobs that were.
    pub async fn work(&self) -> usize {
        jobs::tick(&self.app, &ascent::schedules()).await;
        jobs::drain(&self.app, &ascent::job_registry())
            .await
            .unwrap()
    }

    /// Gives a licence feature to an organization, or takes it away.
    pub async fn set_feature(&self, organization: &Organization, feature: &str, licensed: bool) {
        let mut tx = self.app.database.write(organization.id).await.unwrap();
        set_feature(&mut tx, feature, licensed).await.unwrap();
        tx.commit().await.unwrap();
    }
}

impl Organization {
    async fn new(app: &App, router: &Router, name: &str) -> Self {
        let new = NewOrganization {
            name: name.to_owned(),
            owner_name: "Owner".to_owned(),
            owner_email: format!("owner@{name}.example"),
            owner_password: SecretString::from(PASSWORD),
            currency: "USD".to_owned(),
            timezone: "America/New_York".to_owned(),
            features: vec!["pax8Integration".to_owned()],
            ..NewOrganization::default()
        };
        let created = create_organization(app, new, &By::command_line())
            .await
            .unwrap();
        let user = |pass| User {
            router: router.clone(),
            pass,
            script: false,
            headers: Vec::new(),
            peer: Ipv4Addr::LOCALHOST.into(),
        };
        let new = NewSession {
            account: created.owner,
            organization: created.organization,
            visitor: &accounts::Visitor::default(),
            confirmed_at: app.clock.now(),
        };
        let session = start_session(app, new).await.unwrap();
        let actor = accounts::find_session(app, &session.secret)
            .await
            .unwrap()
            .unwrap();
        let cookie = format!("{SESSION_COOKIE}={}", session.secret.as_cookie());
        Self {
            id: created.organization,
            owner: user(Pass::Token(created.api_token)),
            admin: user(Pass::Token(
                add_user(app, created.organization, name, Role::Admin).await,
            )),
            member: user(Pass::Token(
                add_user(app, created.organization, name, Role::Member).await,
            )),
            browser: user(Pass::Session {
                cookie,
                csrf: actor.csrf_token,
            }),
        }
    }
}

/// The password's hash, worked out once: that takes longer than most tests.
async fn password_hash(app: &App) -> PasswordHash {
    static HASH: tokio::sync::OnceCell<PasswordHash> = tokio::sync::OnceCell::const_new();
    let hash = HASH.get_or_init(async || {
        let hash = app
            .passwords
            .hash(SecretString::from(PASSWORD), accounts::Whose::default())
            .await;
        hash.unwrap()
    });
    hash.await.clone()
}

async fn add_user(app: &App, organization: OrganizationId, name: &str, role: Role) -> SecretString {
    let now = app.clock.now();
    let account = NewAccount {
        id: AccountId::new(),
        email: format!("{}@{name}.example", role.as_str()),
        name: role.as_str().to_owned(),
        password: password_hash(app).await,
        password_given: false,
    };
    let mut tx = app.database.system_write().await.unwrap();
    accounts::insert_account(&mut tx, &account, now)
        .await
        .unwrap();
    let mut tx = tx.into_writer_of(organization).await.unwrap();
    accounts::insert_membership(&mut tx, account.id, role, now)
        .await
        .unwrap();
    let (_, token) = accounts::make_token(&mut tx, app, account.id, "Test")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    token
}

impl User {
    /// The cookie of a browser's session, as it is sent.
    pub fn cookie(&self) -> &str {
        match &self.pass {
            Pass::Session { cookie, .. } => cookie,
            _ => "",
        }
    }

    /// The same, asking another process.
    pub fn at(&self, router: &Router) -> Self {
        Self {
            router: router.clone(),
            ..self.clone()
        }
    }

    /// The same, as the page's script asks: for parts of pages.
    pub fn script(&self) -> Self {
        Self {
            script: true,
            ..self.clone()
        }
    }

    /// The same, with a header on every request.
    pub fn with_header(&self, name: &'static str, value: &str) -> Self {
        let mut it = self.clone();
        it.headers.push((name, value.to_owned()));
        it
    }

    /// The same, from another address.
    pub fn coming_from(&self, peer: &str) -> Self {
        Self {
            peer: peer.parse().unwrap(),
            ..self.clone()
        }
    }

    /// Asks for a page or a call.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "", Body::empty()).await
    }

    /// Sends JSON.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(
            Method::POST,
            path,
            "application/json",
            Body::from(body.to_string()),
        )
        .await
    }

    /// Sends JSON.
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(
            Method::PUT,
            path,
            "application/json",
            Body::from(body.to_string()),
        )
        .await
    }

    /// Sends JSON.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(
            Method::PATCH,
            path,
            "application/json",
            Body::from(body.to_string()),
        )
        .await
    }

    /// Asks to remove something.
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, "", Body::empty()).await
    }

    /// Sends a form as a page of the session would, with its token.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = form_urlencoded::Serializer::new(String::new());
        if let Pass::Session { csrf, .. } = &self.pass {
            form.append_pair("csrf_token", csrf);
        }
        form.extend_pairs(fields);
        self.send(
            Method::POST,
            path,
            "application/x-www-form-urlencoded",
            Body::from(form.finish()),
        )
        .await
    }

    /// Sends a form with a file as a page of the session would, with its token.
    pub async fn upload(&self, path: &str, name: &str, file: &[u8]) -> Answer {
        let csrf = match &self.pass {
            Pass::Session { csrf, .. } => csrf,
            _ => "",
        };
        let part = |name: &str| format!("--part\r\nContent-Disposition: form-data; name={name}");
        let mut form = format!("{}\r\n\r\n{csrf}\r\n", part("csrf_token")).into_bytes();
        let kind = "Content-Type: image/png";
        let head = format!("{}; filename=\"{name}\"\r\n{kind}\r\n\r\n", part("file"));
        form.extend(head.as_bytes());
        form.extend(file);
        form.extend(b"\r\n--part--\r\n");
        let kind = "multipart/form-data; boundary=part";
        self.send(Method::POST, path, kind, Body::from(form)).await
    }

    /// Sends anything.
    pub async fn send(&self, method: Method, path: &str, content_type: &str, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !content_type.is_empty() {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if self.script {
            request = request.header("x-fragment", "true");
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request = match &self.pass {
            Pass::Nobody => request,
            Pass::Token(token) => request.header(
                header::AUTHORIZATION,
                format!("Bearer {}", token.expose_secret()),
            ),
            Pass::Session { cookie, csrf } => request
                .header(header::COOKIE, cookie)
                .header("x-csrf-token", csrf),
        };
        let mut request = request.body(body).unwrap();
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from((self.peer, 1))));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
            .await
            .unwrap();
        self.refuse_secrets(&headers, &bytes);
        Answer {
            status,
            headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.to_vec(),
        }
    }
}

/// What no answer may hold, whatever was asked.
fn never_told() -> &'static [Secret] {
    static SECRETS: OnceLock<Vec<Secret>> = OnceLock::new();
    SECRETS.get_or_init(|| {
        vec![
            Secret::new("the Pax8 secret", CLIENT_SECRET),
            Secret::new("the password", PASSWORD),
            Secret::new("the mail server's password", MAIL_PASSWORD),
            Secret::new("the master key", &BASE64_STANDARD.encode(MASTER_KEY)),
        ]
    })
}

impl User {
    /// No answer gives away what the product keeps, nor tells a user what they came in with.
    #[track_caller]
    fn refuse_secrets(&self, headers: &HeaderMap, bytes: &[u8]) {
        let own = match &self.pass {
            Pass::Nobody => None,
            Pass::Token(token) => Some(Secret::new("their token", token.expose_secret())),
            Pass::Session { cookie, .. } => {
                let (_, secret) = cookie.rsplit_once('.').unwrap();
                Some(Secret::new("their session", secret))
            }
        };
        let own = own.as_slice();
        for secrets in [never_told(), own] {
            leaks::refuse(secrets, "an answer", bytes);
            for (name, value) in headers.iter().filter(|(name, _)| *name != "set-cookie") {
                leaks::refuse(secrets, name.as_str(), value.as_bytes());
            }
        }
    }
}

impl Answer {
    /// The value of a cookie that it sets.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let mut cookies = self.headers.get_all(header::SET_COOKIE).iter();
        cookies.find_map(|cookie| {
            let (found, value) = cookie.to_str().ok()?.split_once('=')?;
            (found == name).then(|| value.split(';').next().unwrap_or_default().to_owned())
        })
    }

    /// The messages that it sends along to the next page.
    pub fn told(&self) -> String {
        use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
        let messages = self.cookie("ascent_flash").unwrap_or_default();
        String::from_utf8(BASE64_URL_SAFE_NO_PAD.decode(messages).unwrap()).unwrap()
    }

    /// The JSON body of an answer with the expected status.
    #[track_caller]
    pub fn json(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The page of an answer that went well.
    #[track_caller]
    pub fn page(&self) -> scraper::Html {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        scraper::Html::parse_document(&self.text)
    }

    /// The code of a refusal with the expected status.
    #[track_caller]
    pub fn refusal(&self, status: u16) -> String {
        self.json(status)["code"]
            .as_str()
            .expect("a problem has a code")
            .to_owned()
    }

    /// Where a redirection leads.
    #[track_caller]
    pub fn location(&self) -> &str {
        assert!(
            self.status.is_redirection(),
            "{} {}",
            self.status,
            self.text
        );
        self.headers[header::LOCATION].to_str().unwrap()
    }
}
