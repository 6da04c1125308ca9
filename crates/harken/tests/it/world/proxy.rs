//! A line that loses answers: it lets requests through and cuts the connection instead of every n-th answer.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{AbortHandle, JoinSet},
};

/// It is gone when dropped, with all its connections.
pub struct Proxy {
    address: SocketAddr,
    lost: Arc<AtomicU64>,
    serving: AbortHandle,
}

impl Proxy {
    /// Every `nth` answer of the server behind is lost, after the server has given it.
    pub async fn losing_every(nth: u64, behind: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (answers, lost) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let counter = lost.clone();
        let serving = tokio::spawn(async move {
            let mut lines = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let (answers, lost) = (answers.clone(), counter.clone());
                lines.spawn(async move {
                    // A side that has gone away ends the line, as lines do.
                    let _ = carry(client, behind, nth, &answers, &lost).await;
                });
            }
        });
        Self { address, lost, serving: serving.abort_handle() }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers that were lost so far.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn carry(
    client: TcpStream,
    behind: SocketAddr,
    nth: u64,
    answers: &AtomicU64,
    lost: &AtomicU64,
) -> std::io::Result<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = TcpStream::connect(behind).await?.into_split();
    let forth = tokio::io::copy(&mut from_client, &mut to_server);
    // One request is under way on a connection at any time, so what comes back together is one answer.
    let back = async {
        let mut answer = vec![0; 64 * 1024];
        loop {
            let length = from_server.read(&mut answer).await?;
            if length == 0 {
                return Ok(());
            }
            if (answers.fetch_add(1, Ordering::SeqCst) + 1).is_multiple_of(nth) {
                lost.fetch_add(1, Ordering::SeqCst);
                return Ok(());
            }
            to_client.write_all(&answer[..length]).await?;
        }
    };
    tokio::select! {
        ended = forth => ended.map(drop),
        ended = back => ended,
    }
}
