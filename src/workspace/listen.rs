//! A listener on loopback with a bounded number of connections, each of which ends when nothing
//! arrives for long, or is reset when a fault says so.

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
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
                        drop: None,
                        over: false,
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

/// What is to become of what is written next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Whole,
    /// Nothing is written: the connection is reset.
    Reset,
    /// One byte at a time, so long apart.
    Drip(Duration),
    /// It ends in the middle of the body.
    Cut,
}

/// The other end of a connection, for a handler that wants it to break.
#[derive(Clone, Debug)]
pub struct Peer(Arc<Mutex<Fate>>);

impl Default for Peer {
    fn default() -> Peer {
        Peer(Arc::new(Mutex::new(Fate::Whole)))
    }
}

impl Peer {
    /// Whatever is written next breaks the connection instead.
    pub fn reset(&self) {
        self.set(Fate::Reset);
    }

    /// Whatever is written next goes byte by byte, each so long after the last.
    pub fn drip(&self, pace: Duration) {
        self.set(Fate::Drip(pace));
    }

    /// The body written next ends in its middle, and the connection with it.
    pub fn cut(&self) {
        self.set(Fate::Cut);
    }

    /// A new request on the connection: what befell the last is over.
    pub fn plain(&self) {
        self.set(Fate::Whole);
    }

    fn set(&self, fate: Fate) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fate;
    }

    fn fate(&self) -> Fate {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// Until when a dripping connection keeps its next byte back.
    drop: Option<Pin<Box<Sleep>>>,
    /// It was cut, and writes no more.
    over: bool,
    _seat: Seat,
}

impl Connection {
    fn check(&mut self) -> io::Result<()> {
        if self.over {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        if self.peer.fate() == Fate::Reset {
            // Closing with nothing to linger for sends a reset instead of an orderly end.
            self.stream.set_zero_linger()?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

/// The middle of what follows the head of an answer; of everything where there is no head.
fn middle(answer: &[u8]) -> usize {
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let from = head.map_or(0, |at| at + 4);
    from + (answer.len() - from) / 2
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
        match self.peer.fate() {
            Fate::Drip(pace) => {
                let drop = self
                    .drop
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep(pace)));
                ready!(drop.as_mut().poll(cx));
                self.drop = None;
                let byte = buf.get(..1).unwrap_or_default();
                Pin::new(&mut self.stream).poll_write(cx, byte)
            }
            Fate::Cut => {
                let half = buf.get(..middle(buf)).unwrap_or(buf);
                let written = ready!(Pin::new(&mut self.stream).poll_write(cx, half))?;
                self.over = written == half.len();
                Poll::Ready(Ok(written))
            }
            Fate::Whole | Fate::Reset => Pin::new(&mut self.stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
