//! A file as a stream of UTF-8: unpacked, its encoding told by its byte order mark or by the map.

use base::{Error, Result};
use encoding_rs::{Decoder, Encoding, UTF_8};
use flate2::read::MultiGzDecoder;
use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::inputs::Input;

/// A stream that can be moved to the thread that reads it.
pub(super) type Stream = Box<dyn Read + Send>;

/// Opens a file; `read` counts its bytes as they are read, before unpacking. Bytes that are said to be UTF-8 pass
/// through unchecked: whoever cuts them into rows can say which row is at fault.
pub(super) fn open(input: &Input, encoding: Option<&str>, read: Arc<AtomicU64>) -> Result<Stream> {
    let cannot = |error: io::Error| Error::invalid(format!("{} cannot be read: {error}", input.shown()));
    let file = Counted { inner: File::open(input.path()).map_err(cannot)?, read };
    let packed = Path::new(input.name()).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    let mut bytes: Stream = if packed { Box::new(MultiGzDecoder::new(BufReader::new(file))) } else { Box::new(file) };
    let mut head = Vec::new();
    bytes.by_ref().take(3).read_to_end(&mut head).map_err(cannot)?;
    let (encoding, mark) = match Encoding::for_bom(&head) {
        Some((encoding, mark)) => (encoding, mark),
        None => (encoding.and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(UTF_8), 0),
    };
    let bytes = io::Cursor::new(head.split_off(mark)).chain(bytes);
    if encoding == UTF_8 {
        return Ok(Box::new(bytes));
    }
    Ok(Box::new(Transcoder::new(bytes, encoding.new_decoder_without_bom_handling())))
}

/// Counts bytes as they pass, for the progress bar.
struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Turns another encoding into UTF-8 piece by piece; what the encoding does not know becomes U+FFFD.
struct Transcoder<R> {
    inner: R,
    decoder: Decoder,
    /// Bytes that were read and not yet decoded.
    raw: Vec<u8>,
    /// UTF-8 that was decoded, and how much of it was taken.
    text: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: Read> Transcoder<R> {
    const PIECE: usize = 32 * 1024;

    fn new(inner: R, decoder: Decoder) -> Self {
        Self { inner, decoder, raw: Vec::new(), text: Vec::new(), taken: 0, ended: false }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let mut piece = vec![0; Self::PIECE];
        let count = self.inner.read(&mut piece)?;
        self.raw.extend_from_slice(piece.get(..count).unwrap_or_default());
        self.ended = count == 0;
        let most = self.decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(4 * self.raw.len() + 16);
        self.text.resize(most, 0);
        let (_, used, written, _) = self.decoder.decode_to_utf8(&self.raw, &mut self.text, self.ended);
        self.raw.drain(..used);
        self.text.truncate(written);
        self.taken = 0;
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() && !self.ended {
            self.decode_more()?;
        }
        let mut left = self.text.get(self.taken..).unwrap_or_default();
        let count = left.read(out)?;
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(name: &str, bytes: &[u8], encoding: Option<&str>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let count = Arc::new(AtomicU64::new(0));
        let mut text = String::new();
        open(&Input::at(path), encoding, count.clone()).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(count.load(Ordering::Relaxed), bytes.len() as u64);
        text
    }

    #[test]
    fn every_encoding_arrives_as_utf_8() {
        let text = "Olá, „Welt“ €\n".repeat(10_000);
        let utf_16 = |mark: &[u8], bytes: fn(u16) -> [u8; 2]| {
            [mark, &text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>()].concat()
        };
        assert_eq!(read("a.csv", text.as_bytes(), None), text);
        assert_eq!(read("a.csv", &[b"\xef\xbb\xbf", text.as_bytes()].concat(), Some("windows-1252")), text);
        assert_eq!(read("a.csv", &encoding_rs::WINDOWS_1252.encode(&text).0, Some("windows-1252")), text);
        assert_eq!(read("a.csv", &utf_16(b"\xff\xfe", u16::to_le_bytes), None), text);
        assert_eq!(read("a.csv", &utf_16(b"\xfe\xff", u16::to_be_bytes), None), text);
        assert_eq!(read("a.csv", &utf_16(b"", u16::to_le_bytes), Some("utf-16le")), text);
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        assert_eq!(read("a.csv.gz", &packed.finish().unwrap(), None), text);
        assert_eq!(read("a.csv", b"", None), "");
    }
}
