//! A small mail server on loopback that takes mail, or misbehaves at a chosen step.

use parking_lot::Mutex;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// What the server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Takes everything.
    Accept,
    /// Says nothing any more once it hears this command (`GREETING`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `.`).
    HangAt(&'static str),
    /// Answers this to this command.
    Answer(&'static str, &'static str),
    /// Answers everything a byte at a time.
    Drips,
    /// Takes the next mail and is gone before it says so.
    DropAfterDot,
}

/// The server.
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    /// Rings whenever a whole mail has arrived.
    pub arrived: Arc<Notify>,
    state: Arc<Mutex<(Mode, Vec<Arrived>)>>,
}

/// A mail that arrived, whatever was answered.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// From `MAIL FROM`.
    pub from: String,
    /// From `RCPT TO`.
    pub to: String,
    /// Headers and body, as sent.
    pub text: String,
}

impl Arrived {
    /// A header's value, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.text.split("\r\n\r\n").next()?.replace("\r\n ", " ");
        let find = |line: &str| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then(|| value.to_owned())
        };
        head.lines().find_map(find)
    }
}

impl Sink {
    /// Starts one.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let sink = Self { address, arrived: Arc::default(), state: Arc::new(Mutex::new((Mode::Accept, Vec::new()))) };
        let (state, arrived) = (sink.state.clone(), sink.arrived.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(attend(stream, state.clone(), arrived.clone()));
            }
        });
        sink
    }

    /// Changes what it does with the next command.
    pub fn becomes(&self, mode: Mode) {
        self.state.lock().0 = mode;
    }

    /// What has arrived, oldest first.
    pub fn mails(&self) -> Vec<Arrived> {
        self.state.lock().1.clone()
    }
}

async fn attend(stream: TcpStream, state: Arc<Mutex<(Mode, Vec<Arrived>)>>, arrived: Arc<Notify>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let mut mail = Arrived { from: String::new(), to: String::new(), text: String::new() };
    let mut line = "GREETING".to_owned();
    loop {
        let command = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let usual = match command.as_str() {
            "GREETING" => "220 sink ESMTP",
            "EHLO" => "250-sink\r\n250 8BITMIME",
            "MAIL" => {
                mail.from = line.clone();
                "250 ok"
            }
            "RCPT" => {
                mail.to = line.clone();
                "250 ok"
            }
            "DATA" => "354 go on",
            "." => {
                state.lock().1.push(mail.clone());
                arrived.notify_one();
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "500 what?",
        };
        let mode = state.lock().0;
        let answer = match mode {
            Mode::HangAt(at) if at == command => {
                tokio::time::sleep(Duration::from_secs(3_600)).await;
                return;
            }
            Mode::DropAfterDot if command == "." => {
                state.lock().0 = Mode::Accept;
                return;
            }
            Mode::Answer(at, with) if at == command => with,
            _ => usual,
        };
        for piece in format!("{answer}\r\n").as_bytes().chunks(if mode == Mode::Drips { 1 } else { 1_024 }) {
            if mode == Mode::Drips {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            if write.write_all(piece).await.is_err() {
                return;
            }
        }
        let Ok(Some(next)) = lines.next_line().await else { return };
        line = next;
        if command == "DATA" && answer.starts_with('3') {
            while line != "." {
                mail.text += line.strip_prefix('.').unwrap_or(&line);
                mail.text += "\r\n";
                let Ok(Some(next)) = lines.next_line().await else { return };
                line = next;
            }
        }
    }
}
