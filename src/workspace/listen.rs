//! A listener on loopback with a bounded number of connections, each of which ends when nothing
//! arrives for long, or is reset when a fault says so.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

const CONNECTIONS: usize = 256;
/// Longer than any client keeps an unused connection, so that it is never the server that drops one
/// just as a request sets out on it.
const IDLE: Duration = Duration::from_secs(600);

pub struct Loopback {
    listener: TcpListener,
    permits: Arc<Semaphore>,
    gauge: Gauge,
}

/// How many connections are open.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<AtomicUsize>);

impl Gauge {
    pub fn open(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// One open connection: counted while it lives.
struct Seat {
    gauge: Gauge,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.gauge.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Loopback {
    /// Port 0 lets the system choose.
    pub async fn bind(port: u16) -> io::Result<Loopback> {
        Ok(Loopback {
            listener: TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?,
            permits: Arc::new(Semaphore::new(CONNECTIONS)),
            gauge: Gauge::default(),
        })
    }

    pub fn gauge(&self) -> Gauge {
        self.gauge.clone()
    }

    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

impl Listener for Loopback {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        loop {
            let permit = Arc::clone(&self.permits).acquire_owned().await;
            match self.listener.accept().await {
                Ok((stream, address)) => {
                    self.gauge.0.fetch_add(1, Ordering::Relaxed);
                    let connection = Connection {
                        stream,
                        peer: Peer::default(),
                        idle: Box::pin(tokio::time::sleep(IDLE)),
                        _seat: Seat {
                            gauge: self.gauge.clone(),
                            _permit: permit.ok(),
                        },
                    };
                    // Answers are small and waited for.
                    if let Err(error) = connection.stream.set_nodelay(true) {
                        tracing::debug!("nodelay: {error}");
                    }
                    return (connection, address);
                }
                // Out of descriptors, or the peer has gone already: neither ends the server.
                Err(error) => {
                    tracing::warn!("accept: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The other end of a connection, for a handler that wants it to break.
#[derive(Clone, Debug, Default)]
pub struct Peer(Arc<AtomicBool>);

impl Peer {
    /// Whatever is written next breaks the connection instead.
    pub fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_reset(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Loopback>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Loopback>) -> Peer {
        stream.io().peer.clone()
    }
}

pub struct Connection {
    stream: TcpStream,
    peer: Peer,
    idle: Pin<Box<Sleep>>,
    _seat: Seat,
}

impl Connection {
    fn check(&mut self) -> io::Result<()> {
        if self.peer.is_reset() {
            // Closing with nothing to linger for sends a reset instead of an orderly end.
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        if let Poll::Ready(read) = Pin::new(&mut self.stream).poll_read(cx, buf) {
            let later = Instant::now() + IDLE;
            self.idle.as_mut().reset(later);
            return Poll::Ready(read);
        }
        ready!(self.idle.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
