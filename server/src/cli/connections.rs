//! Connections: no more than the process can hold, and none that says nothing.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// The largest head of a request, in bytes.
const LARGEST_HEAD: usize = 64 * 1024;
/// How long a connection is still listened to that is turned away.
const FAREWELL: Duration = Duration::from_secs(2);
/// A pause after the system would give no connection, such as for want of files.
const BREATH: Duration = Duration::from_millis(200);
/// What is said to a connection beyond the limit.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Type: text/plain\r\n\
    Content-Length: 43\r\n\r\nThe server is busy. Try again in a moment.\n";

/// What is asked of connections.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Open at once; more are told to come back.
    pub connections: usize,
    /// How long the head of a request may take, the wait for it included.
    pub head: Duration,
}

/// Takes connections until told to stop, then lets the requests under way end.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_header_size(LARGEST_HEAD)
        .max_buf_size(2 * LARGEST_HEAD);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let Ok(place) = places.clone().try_acquire_owned() else {
            tracing::warn!("too many connections: one is turned away");
            tokio::spawn(turn_away(stream));
            continue;
        };
        // Answers are written whole; waiting for more to send with them helps nobody.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), address, request));
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

async fn answer(
    router: Router,
    address: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(address));
    router.oneshot(request).await
}

async fn turn_away(mut stream: TcpStream) {
    // Whoever does not listen is not waited for.
    let _ = timeout(FAREWELL, async {
        stream.write_all(FULL).await?;
        stream.shutdown().await
    })
    .await;
}

#[cfg(test)]
mod tests {
    use axum::routing::{get, post};
    use tokio::{io::AsyncReadExt as _, sync::Notify, time::Instant};

    use super::*;

    struct Served {
        address: SocketAddr,
        stop: CancellationToken,
        task: tokio::task::JoinHandle<()>,
    }

    async fn served(router: Router, limits: Limits) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve(listener, router, limits, stop.clone()));
        Served {
            address,
            stop,
            task,
        }
    }

    impl Served {
        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.unwrap()
        }

        async fn ask(&self, head: &str) -> String {
            let mut stream = self.connect().await;
            stream.write_all(head.as_bytes()).await.unwrap();
            rest(&mut stream).await
        }
    }

    /// Everything until the other side ends.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text).await;
        String::from_utf8_lossy(&text).into_owned()
    }

    const LIMITS: Limits = Limits {
        connections: 2,
        head: Duration::from_millis(300),
    };
    const ASK: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    fn page() -> Router {
        Router::new().route("/", get(async || "page"))
    }

    #[tokio::test]
    async fn a_head_that_comes_a_byte_at_a_time_ends_the_connection_and_keeps_nobody_out() {
        let served = served(page(), LIMITS).await;
        let mut slow = [served.connect().await, served.connect().await];
        let begin = Instant::now();
        let drip = async {
            let mut pace = tokio::time::interval(Duration::from_millis(20));
            for byte in ASK.as_bytes().iter().cycle() {
                pace.tick().await;
                for stream in &mut slow {
                    if stream.write_all(&[*byte]).await.is_err() {
                        return;
                    }
                }
            }
        };
        drip.await;
        assert!(begin.elapsed() < Duration::from_secs(20));
        assert!(served.ask(ASK).await.ends_with("page"));
    }

    #[tokio::test]
    async fn a_connection_that_says_nothing_is_ended() {
        let served = served(page(), LIMITS).await;
        let mut quiet = served.connect().await;
        assert_eq!(rest(&mut quiet).await, "");
    }

    #[tokio::test]
    async fn connections_beyond_the_limit_are_told_to_come_back() {
        let limits = Limits {
            head: Duration::from_secs(60),
            ..LIMITS
        };
        let served = served(page(), limits).await;
        let held = [served.connect().await, served.connect().await];
        let refused = loop {
            // Which of them is taken first is the system's business.
            let answer = served.ask(ASK).await;
            if !answer.ends_with("page") {
                break answer;
            }
        };
        assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
        assert!(refused.contains("\r\nRetry-After: 5\r\n"), "{refused}");
        let (head, body) = refused.split_once("\r\n\r\n").unwrap();
        assert!(head.contains(&format!("Content-Length: {}", body.len())));
        drop(held);
        while !served.ask(ASK).await.ends_with("page") {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_head_that_is_too_large_is_refused() {
        let served = served(page(), LIMITS).await;
        let long = "a".repeat(LARGEST_HEAD + 1);
        let refused = served
            .ask(&format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"))
            .await;
        assert!(refused.starts_with("HTTP/1.1 431 "), "{refused}");
    }

    #[tokio::test]
    async fn a_request_under_way_is_answered_although_the_server_stops() {
        let (entered, leave) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let wait = {
            let (entered, leave) = (entered.clone(), leave.clone());
            async move || {
                entered.notify_one();
                leave.notified().await;
                "done"
            }
        };
        let served = served(Router::new().route("/", post(wait)), LIMITS).await;
        let mut stream = served.connect().await;
        let ask = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(ask.as_bytes()).await.unwrap();
        entered.notified().await;
        served.stop.cancel();
        leave.notify_one();
        assert!(rest(&mut stream).await.ends_with("done"));
        served.task.await.unwrap();
        assert!(TcpStream::connect(served.address).await.is_err());
    }
}
