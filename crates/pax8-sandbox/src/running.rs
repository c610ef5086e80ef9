//! A sandbox behind a port. Dropping the handle drops the sender of the stop
//! signal, which is the signal: listening ends and idle connections close.

use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, ToSocketAddrs};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::sandbox::Sandbox;

/// A sandbox that serves until this is dropped.
pub struct Running {
    sandbox: Sandbox,
    addr: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Serves an existing sandbox at `addr`.
    ///
    /// # Errors
    /// If the address cannot be bound.
    pub async fn start(addr: impl ToSocketAddrs, sandbox: Sandbox) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let addr = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let server = axum::serve(listener, sandbox.router()).with_graceful_shutdown(async {
            // Dropped or told to: either way, the end.
            let _ = stopped.await;
        });
        let task = tokio::spawn(async move { server.await });
        Ok(Self {
            sandbox,
            addr,
            stop: Some(stop),
            task,
        })
    }

    /// The base URL, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// The address it listens on.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// The sandbox behind the port.
    #[must_use]
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// Stops listening, lets answers under way end and waits for it.
    ///
    /// # Errors
    /// If the server had failed before.
    pub async fn shutdown(mut self) -> io::Result<()> {
        drop(self.stop.take());
        match (&mut self.task).await {
            Ok(result) => result,
            Err(broken) => Err(io::Error::other(broken)),
        }
    }
}
