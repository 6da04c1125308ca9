//! Other people's servers, as programs: each prints its port, then what it received as lines of JSON.

use serde_json::Value as Json;
use std::{process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::server::PATIENCE;

/// It ends when it is dropped.
pub struct Receiver {
    _child: Child,
    told: ChildStdin,
    says: Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Receiver {
    pub async fn start(mut program: Command) -> Self {
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (told, says) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut receiver = Self { _child: child, told, says: BufReader::new(says).lines(), port: 0 };
        receiver.port = receiver.hears().await.as_u64().unwrap().try_into().unwrap();
        receiver
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Writes it a line.
    pub async fn is_told(&mut self, line: &str) {
        self.told.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    /// What it receives next.
    pub async fn hears(&mut self) -> Json {
        let line = tokio::time::timeout(PATIENCE, self.says.next_line()).await.expect("nothing arrives");
        serde_json::from_str(&line.unwrap().expect("it has ended")).unwrap()
    }

    /// Nothing more arrives within this time.
    pub async fn hears_nothing_for(&mut self, time: Duration) {
        let heard = tokio::time::timeout(time, self.says.next_line()).await;
        assert!(heard.is_err(), "{heard:?}");
    }
}
