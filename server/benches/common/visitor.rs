//! Somebody who is signed in and asks for pages, through the whole router in one process.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use ascent::{app::App, http::router};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    http::{Request, header},
    response::Response,
};
use tower::ServiceExt as _;

use crate::common::{EMAIL, PASSWORD};

/// The owner, with a session.
#[allow(dead_code, reason = "each benchmark takes what it measures with")]
pub struct Visitor {
    engine: String,
    router: Router,
    cookie: String,
}

#[allow(dead_code, reason = "each benchmark takes what it measures with")]
impl Visitor {
    /// Signs in.
    pub async fn new(engine: String, app: &App) -> Self {
        let router = router(app.clone());
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("email", EMAIL), ("password", PASSWORD)])
            .finish();
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let answer = send(&router, request).await;
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        Self {
            engine,
            router,
            cookie,
        }
    }

    /// Asks once unmeasured, then prints the middle of five.
    pub async fn measure(&self, what: &str, path: &str, fragment: bool) {
        let mut times = Vec::new();
        for _ in 0..6 {
            let begin = Instant::now();
            self.get(path, "identity", fragment).await;
            times.push(begin.elapsed());
        }
        times.remove(0);
        times.sort();
        self.print(what, times[2]);
    }

    /// Asks for a page or a call and reads the answer; none: it leads elsewhere.
    pub async fn ask(&self, path: &str) -> Option<String> {
        let answer = self.answer(path, "identity", false).await;
        if answer.status().is_redirection() {
            return None;
        }
        let answer = read(path, answer).await;
        Some(String::from_utf8_lossy(&answer).into_owned())
    }

    /// Asks as a browser does: the answer is compressed. Gives its length.
    pub async fn browse(&self, path: &str) -> usize {
        self.get(path, "gzip", false).await.len()
    }

    /// Prints how long something took.
    pub fn print(&self, what: &str, took: Duration) {
        let milliseconds = took.as_secs_f64() * 1_000.0;
        println!("{:<10} {what:<32} {milliseconds:>9.1}", self.engine);
    }

    async fn get(&self, path: &str, encoding: &str, fragment: bool) -> Bytes {
        read(path, self.answer(path, encoding, fragment).await).await
    }

    async fn answer(&self, path: &str, encoding: &str, fragment: bool) -> Response {
        let mut request = Request::get(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_ENCODING, encoding);
        if fragment {
            request = request.header("x-fragment", "true");
        }
        send(&self.router, request.body(Body::empty()).unwrap()).await
    }
}

async fn read(path: &str, answer: Response) -> Bytes {
    assert_eq!(answer.status(), 200, "{path}");
    axum::body::to_bytes(answer.into_body(), usize::MAX)
        .await
        .unwrap()
}

async fn send(router: &Router, mut request: Request<Body>) -> Response {
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    request.extensions_mut().insert(ConnectInfo(address));
    router.clone().oneshot(request).await.unwrap()
}
