//! A stream whose patience ends: with headers that do not come to an end, and with answers that are not read.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::phase::Phase;
use crate::deadline::Deadline;

/// Bytes by which a reader must have come on when its time is up, or it is taken for one that drips.
const ENOUGH: usize = 4 << 10;

/// The stream of one connection.
pub(super) struct Patient<S> {
    stream: S,
    phase: Phase,
    header: Deadline,
    answer: Deadline,
    /// Bytes taken since the answer's deadline was set.
    taken: usize,
}

impl<S> Patient<S> {
    /// A new connection's stream: its first header is due from now on.
    pub(super) fn new(stream: S, phase: Phase, header: Duration, stalled: Duration) -> Self {
        let mut header = Deadline::after(header);
        header.set();
        Self { stream, phase, header, answer: Deadline::after(stalled), taken: 0 }
    }

    /// What a write came to: a reader that takes everything, or takes enough, has all the time again.
    fn written(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
        of: usize,
    ) -> Poll<io::Result<usize>> {
        match written {
            Poll::Pending => {
                self.answer.set();
                ready!(self.answer.poll(context));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the answer was not read")))
            }
            Poll::Ready(Ok(bytes)) => {
                self.taken += bytes;
                if bytes == of || self.taken >= ENOUGH {
                    self.answer.clear();
                    self.taken = 0;
                }
                Poll::Ready(Ok(bytes))
            }
            failed @ Poll::Ready(Err(_)) => failed,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        match Pin::new(&mut self.stream).poll_read(context, into) {
            Poll::Pending if self.phase.is_header() => {
                self.header.set();
                ready!(self.header.poll(context));
                Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the header did not come to its end")))
            }
            read => {
                if into.filled().len() > before && self.phase.hear() {
                    self.header.clear();
                    self.header.set();
                }
                read
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, written, bytes.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.written(context, written, slices.iter().map(|slice| slice.len()).sum())
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt, duplex},
        time::{sleep, timeout},
    };

    const SHORT: Duration = Duration::from_millis(100);
    const LONG: Duration = Duration::from_secs(600);

    #[tokio::test]
    async fn a_header_that_drips_is_cut_when_its_time_is_up() {
        let (mut client, server) = duplex(1024);
        let mut server = Patient::new(server, Phase::default(), SHORT, LONG);
        let dripping = tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                sleep(SHORT / 20).await;
            }
        });
        let mut byte = [0];
        let error = loop {
            if let Err(error) = server.read_exact(&mut byte).await {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(server);
        dripping.await.unwrap();
    }

    #[tokio::test]
    async fn a_header_s_time_is_not_a_body_s_nor_an_idle_connection_s() {
        let (mut client, server) = duplex(1024);
        let phase = Phase::default();
        let mut server = Patient::new(server, phase.clone(), SHORT, LONG);
        phase.begin_request();
        let mut byte = [0];
        assert!(timeout(3 * SHORT, server.read_exact(&mut byte)).await.is_err(), "a body may come later");
        drop(phase.clone().end_with(Body::empty()));
        assert!(timeout(3 * SHORT, server.read_exact(&mut byte)).await.is_err(), "the next request may come later");
        client.write_all(b"G").await.unwrap();
        server.read_exact(&mut byte).await.unwrap();
        assert_eq!(server.read_exact(&mut byte).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_reader_that_stops_or_drips_is_cut() {
        for drips in [false, true] {
            let (mut client, server) = duplex(1024);
            let mut server = Patient::new(server, Phase::default(), LONG, SHORT);
            let reading = tokio::spawn(async move {
                let mut byte = [0];
                while drips && client.read_exact(&mut byte).await.is_ok() {
                    sleep(SHORT / 20).await;
                }
                sleep(LONG).await;
                drop(client);
            });
            let error = server.write_all(&vec![0; 1 << 20]).await.unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::TimedOut, "drips: {drips}");
            reading.abort();
        }
    }

    #[tokio::test]
    async fn a_slow_but_honest_reader_gets_everything() {
        let (mut client, server) = duplex(8 << 10);
        let mut server = Patient::new(server, Phase::default(), LONG, 5 * SHORT);
        let reading = tokio::spawn(async move {
            let (mut some, mut sum) = ([0; 8 << 10], 0);
            while let Ok(bytes @ 1..) = client.read(&mut some).await {
                sum += bytes;
                sleep(SHORT).await;
            }
            sum
        });
        server.write_all(&vec![0; 100 << 10]).await.unwrap();
        drop(server);
        assert_eq!(reading.await.unwrap(), 100 << 10);
    }
}
