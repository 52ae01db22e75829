//! A server by hand, for what a well-behaved one never does: each connection plays the next of a
//! list of replies, and what was asked is kept.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub enum Reply {
    /// These bytes, then the end of the connection.
    Bytes(Vec<u8>),
    /// Reads the request, and closes without a word.
    Close,
    /// Leaves part of the request unread, so that closing resets the connection.
    Reset,
    /// Reads, and says nothing until the client is gone.
    Hang,
    /// Answers, keeps the connection for one moment, then closes it under the client's pool.
    KeepAliveThenClose(Vec<u8>),
}

/// An answer with headers and body; `Content-Length` and `Connection: close` are added.
pub fn http(status: u16, headers: &[(&str, &str)], body: &str) -> Reply {
    Reply::Bytes(raw(status, headers, body, "close"))
}

pub fn json(body: &str) -> Reply {
    http(
        200,
        &[("content-type", "application/json; charset=utf-8")],
        body,
    )
}

pub fn raw(status: u16, headers: &[(&str, &str)], body: &str, connection: &str) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} X\r\nconnection: {connection}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    head.into_bytes()
}

/// One request as it came.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub head: String,
    pub body: String,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The form's fields, decoded.
    pub fn field(&self, name: &str) -> Option<String> {
        let address = format!("http://x/?{}", self.body);
        let url = reqwest::Url::parse(&address).expect("a form");
        let mut pairs = url.query_pairs();
        pairs
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

pub struct Rig {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<Request>>>,
}

impl Rig {
    /// Plays `replies` in order, then refuses to accept.
    pub fn play(replies: Vec<Reply>) -> Rig {
        let mut replies = replies.into_iter();
        Rig::with(move |_| replies.next())
    }

    /// Asks for each reply, until there is none.
    pub fn with(mut next: impl FnMut(&[Request]) -> Option<Reply> + Send + 'static) -> Rig {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                if let Some(Reply::Reset) = serve(&mut stream, &kept, &mut next) {
                    drop(stream);
                }
            }
        });
        Rig { address, asked }
    }

    pub fn url(&self) -> String {
        format!("http://{}/api/", self.address)
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("whole").clone()
    }
}

fn serve(
    stream: &mut TcpStream,
    kept: &Mutex<Vec<Request>>,
    next: &mut impl FnMut(&[Request]) -> Option<Reply>,
) -> Option<Reply> {
    let reply = next(&kept.lock().expect("whole"))?;
    if matches!(reply, Reply::Reset) {
        let mut some = [0_u8; 16];
        stream.read_exact(&mut some).ok()?;
        kept.lock().expect("whole").push(Request::default());
        return Some(reply);
    }
    let request = read(stream)?;
    kept.lock().expect("whole").push(request);
    match &reply {
        Reply::Bytes(bytes) | Reply::KeepAliveThenClose(bytes) => {
            // The client may have had enough and gone: that is what some tests are about.
            stream.write_all(bytes).ok()?;
        }
        Reply::Hang => {
            let mut rest = Vec::new();
            stream.read_to_end(&mut rest).ok()?;
        }
        Reply::Close | Reply::Reset => {}
    }
    Some(reply)
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut chunk = [0_u8; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let request = Request {
                head: head.to_owned(),
                body: body.to_owned(),
            };
            let length = request
                .header("content-length")
                .and_then(|n| n.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Some(request);
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(n) => bytes.extend_from_slice(&chunk[..n]),
        }
    }
}
