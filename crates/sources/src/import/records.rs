//! Records of delimited text with their lines, in bounded memory, whatever a quote that nobody closed would swallow.

use base::{Error, Result};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::io::Read;

use super::{decode::Stream, fault::Fault};

/// The longest record in bytes. A longer one is a quote that was opened and never closed.
pub(super) const LONGEST: usize = 1 << 20;
/// The most columns.
pub(super) const WIDEST: usize = 10_000;
const PIECE: usize = 64 * 1024;

/// Reads records one after another.
pub(super) struct Records {
    input: Stream,
    ended: bool,
    delimiter: u8,
    core: Reader,
    /// What was read and not yet dropped; the record at hand is its `begin..end`.
    window: Vec<u8>,
    begin: usize,
    end: usize,
    /// The line on which the window's `begin` stands, from 1.
    line: u64,
    /// The unescaped fields of the record at hand, end to end, and where each one ends.
    fields: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
    /// How many columns a record must have, once the header has been read.
    width: Option<usize>,
}

/// A record's line, or its line and what is wrong with it.
pub(super) type Found = std::result::Result<u64, (u64, Fault)>;

impl Records {
    pub(super) fn new(input: Stream, delimiter: u8) -> Self {
        let core = ReaderBuilder::new().delimiter(delimiter).build();
        let (fields, ends) = (vec![0; PIECE], vec![0; 64]);
        let (window, begin, end, line) = (Vec::new(), 0, 0, 1);
        Self { input, ended: false, delimiter, core, window, begin, end, line, fields, ends, count: 0, width: None }
    }

    /// From now on, every record must have as many columns as the one at hand.
    pub(super) fn fix_width(&mut self) {
        self.width = Some(self.count);
    }

    /// Moves to the next record; `None` after the last one. An error means that the file cannot be read any further.
    pub(super) fn next(&mut self) -> Result<Option<Found>> {
        self.look_ahead(self.end)?;
        self.leave_record();
        if !self.skip_blank_lines()? {
            return Ok(None);
        }
        let (mut scanned, mut written, mut count) = (self.begin, 0, 0);
        loop {
            // Nothing before `scanned` moves while a record is being read.
            self.look_ahead(scanned)?;
            let rest = self.window.get(scanned..).filter(|rest| !rest.is_empty());
            // After the last byte a line end is tried: it ends the record, unless a quote is still open.
            let input = rest.unwrap_or(b"\n");
            let out = self.fields.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(count..).unwrap_or_default();
            let (result, taken, put, ended) = self.core.read_record(input, out, ends);
            (written, count) = (written + put, count + ended);
            scanned += if rest.is_some() { taken } else { 0 };
            let hopeless = match result {
                ReadRecordResult::InputEmpty => rest.is_none() || scanned - self.begin > LONGEST,
                ReadRecordResult::OutputFull => written > LONGEST,
                ReadRecordResult::OutputEndsFull => count >= WIDEST,
                ReadRecordResult::Record | ReadRecordResult::End => break,
            };
            match result {
                ReadRecordResult::OutputEndsFull if hopeless => return self.give_up(&too_wide()).map(Some),
                _ if hopeless => return self.give_up(&unclosed_quote()).map(Some),
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                _ => {}
            }
        }
        (self.end, self.count) = (scanned, count);
        Ok(Some(self.judge()))
    }

    /// The fields of the record at hand, as the bytes they are.
    pub(super) fn field(&self, index: usize) -> Option<&[u8]> {
        if index >= self.count {
            return None;
        }
        let begin = index.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.fields.get(begin..*self.ends.get(index)?)
    }

    /// How many fields the record at hand has.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The record at hand as it stands in the file.
    pub(super) fn raw(&self) -> &[u8] {
        let record = self.window.get(self.begin..self.end).unwrap_or_default();
        let length = record.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        record.get(..length).unwrap_or_default()
    }

    /// Checks the number of columns and, where the record goes over several lines, its quotes. Where either is wrong, the
    /// likely cause is a stray quote in the first line: if the second line is a good record by itself, only the first
    /// is at fault.
    fn judge(&mut self) -> Found {
        let Some(width) = self.width else { return Ok(self.line) };
        let second_line = self.second_line().filter(|begin| *begin < self.end);
        let well_quoted = second_line.is_none() || well_quoted(self.raw(), self.delimiter);
        if well_quoted && width == self.count {
            return Ok(self.line);
        }
        if let Some(second_line) = second_line.filter(|begin| self.stands_alone(*begin, width)) {
            return self.cut_at(second_line, unclosed_quote());
        }
        if !well_quoted {
            return Err((self.line, unclosed_quote()));
        }
        let reason = if self.count < width { "too_few_columns" } else { "too_many_columns" };
        let message = format_args!("the row has {} columns and the header {width}", self.count).to_string();
        Err((self.line, Fault::new(reason, "", message)))
    }

    /// Where the line after the record's first one begins in the window, if it is there yet.
    fn second_line(&self) -> Option<usize> {
        let record = self.window.get(self.begin..)?;
        record.iter().position(|byte| *byte == b'\n').map(|newline| self.begin + newline + 1)
    }

    /// Whether the line that begins here is a record of so many columns by itself. One with an odd number of quotes is
    /// not: it closes what an earlier line opened.
    fn stands_alone(&self, begin: usize, width: usize) -> bool {
        let rest = self.window.get(begin..).unwrap_or_default();
        let line = rest.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        if line.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
            return false;
        }
        let mut core = ReaderBuilder::new().delimiter(self.delimiter).build();
        let (mut fields, mut ends) = (vec![0; line.len() + 1], vec![0; width + 1]);
        let (result, _, _, count) = core.read_record(line, &mut fields, &mut ends);
        match result {
            ReadRecordResult::Record => count == width,
            // A last line without its line end.
            ReadRecordResult::InputEmpty if self.ended => {
                let (result, _, _, last) =
                    core.read_record(&[], &mut fields, ends.get_mut(count..).unwrap_or_default());
                result == ReadRecordResult::Record && count + last == width
            }
            _ => false,
        }
    }

    /// A record without end: its first line is at fault, and reading goes on with the second.
    fn give_up(&mut self, fault: &Fault) -> Result<Found> {
        if let Some(second_line) = self.second_line() {
            return Ok(self.cut_at(second_line, fault.clone()));
        }
        // The line alone is longer than a record may be: drop what was read of it, piece by piece.
        while self.second_line().is_none() && !self.ended {
            self.window.truncate(self.begin);
            self.look_ahead(self.begin)?;
        }
        let end = self.second_line().unwrap_or(self.window.len());
        Ok(self.cut_at(end, Fault::new("too_long", "", format_args!("the row is longer than {LONGEST} bytes"))))
    }

    /// Ends the record at hand after its first line.
    fn cut_at(&mut self, end: usize, fault: Fault) -> Found {
        self.end = end;
        self.core = ReaderBuilder::new().delimiter(self.delimiter).build();
        Err((self.line, fault))
    }

    /// Counts the lines of the record at hand and drops it.
    fn leave_record(&mut self) {
        let record = self.window.get(self.begin..self.end).unwrap_or_default();
        self.line += lines(record, self.window.get(self.end));
        self.begin = self.end;
        if self.begin > PIECE {
            self.window.drain(..self.begin);
            (self.begin, self.end) = (0, 0);
        }
    }

    /// Steps over empty lines, which are no records; answers whether anything follows them.
    fn skip_blank_lines(&mut self) -> Result<bool> {
        loop {
            self.look_ahead(self.begin)?;
            let Some(byte) = self.window.get(self.begin).copied() else { return Ok(false) };
            if !matches!(byte, b'\r' | b'\n') {
                return Ok(true);
            }
            self.look_ahead(self.begin + 1)?;
            self.line += lines(&[byte], self.window.get(self.begin + 1));
            self.begin += 1;
            self.end = self.begin;
        }
    }

    /// Makes sure that the window holds the byte at `place`, unless the file has ended before it.
    fn look_ahead(&mut self, place: usize) -> Result<()> {
        while place >= self.window.len() && !self.ended {
            self.ended = !self.read_more()?;
        }
        Ok(())
    }

    /// Appends the next piece of the file to the window; answers whether there was one.
    fn read_more(&mut self) -> Result<bool> {
        let before = self.window.len();
        self.window.resize(before + PIECE, 0);
        let space = self.window.get_mut(before..).unwrap_or_default();
        let count = loop {
            match self.input.read(space) {
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let count = count.map_err(|error| Error::invalid(format!("reading failed: {error}")));
        self.window.truncate(before + *count.as_ref().unwrap_or(&0));
        Ok(count? > 0)
    }
}

/// Whether every quoted field ends where its quote does, as RFC 4180 has it. A quote that only a later row's quote closes
/// ends in the middle of that row's field.
fn well_quoted(record: &[u8], delimiter: u8) -> bool {
    let mut bytes = record.iter().copied().peekable();
    let mut field_begins = true;
    while let Some(byte) = bytes.next() {
        if field_begins && byte == b'"' {
            loop {
                match bytes.next() {
                    Some(b'"') if bytes.next_if_eq(&b'"').is_some() => {}
                    Some(b'"') => break,
                    Some(_) => {}
                    None => return false,
                }
            }
            if bytes.peek().is_some_and(|after| *after != delimiter) {
                return false;
            }
        }
        field_begins = byte == delimiter;
    }
    true
}

fn too_wide() -> Fault {
    Fault::new("too_many_columns", "", format_args!("a row may have {WIDEST} columns"))
}

fn unclosed_quote() -> Fault {
    Fault::new("unclosed_quote", "", "a quote is opened on this line and not closed before the next row")
}

/// How many lines end in these bytes: at `\n`, at `\r\n` once, and at a `\r` by itself.
fn lines(bytes: &[u8], next: Option<&u8>) -> u64 {
    let following = bytes.iter().skip(1).chain(next).map(Some).chain([None]);
    let ends = |(byte, next): (&u8, Option<&u8>)| *byte == b'\n' || (*byte == b'\r' && next != Some(&b'\n'));
    bytes.iter().zip(following).filter(|pair| ends(*pair)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    /// Every record as `line: a|b`, or as `line: reason`.
    fn read(text: &str) -> Vec<String> {
        let mut records = Records::new(Box::new(Cursor::new(text.to_owned().into_bytes())), b',');
        let mut all = Vec::new();
        while let Some(found) = records.next().unwrap() {
            if records.width.is_none() {
                records.fix_width();
            }
            all.push(match found {
                Ok(line) => {
                    let fields = (0..records.count()).filter_map(|index| records.field(index));
                    format!("{line}: {}", fields.map(String::from_utf8_lossy).collect::<Vec<_>>().join("|"))
                }
                Err((line, fault)) => format!("{line}: {}", fault.reason),
            });
        }
        all
    }

    #[test]
    fn lines_are_those_of_the_file_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "1,\"two", "three\"", "", "4,5"].join(end);
            assert_eq!(
                read(&text),
                ["1: a|b".to_owned(), format!("2: 1|two{end}three"), "5: 4|5".to_owned()],
                "{end:?}"
            );
        }
    }

    #[test]
    fn a_stray_quote_costs_its_own_line_and_no_other() {
        assert_eq!(read("a,b\n1,\"x\n2,y\n3,z\n"), ["1: a|b", "2: unclosed_quote", "3: 2|y", "4: 3|z"]);
        assert_eq!(read("a,b\n1,\"x\n2,y"), ["1: a|b", "2: unclosed_quote", "3: 2|y"]);
        // The next quoted field closes it, and would take the row between with it.
        assert_eq!(read("a,b\n1,\"x\n2,y\n3,\"z\"\n"), ["1: a|b", "2: unclosed_quote", "3: 2|y", "4: 3|z"]);
        let long = format!("a,b\n1,\"x\n{}", "2,y\n".repeat(LONGEST / 2));
        let found = read(&long);
        assert_eq!(
            (found[1].as_str(), found[2].as_str(), found.len()),
            ("2: unclosed_quote", "3: 2|y", LONGEST / 2 + 2)
        );
    }

    #[test]
    fn a_record_without_end_is_given_up_in_bounded_memory() {
        let text = format!("a,b\n{},1\n2,y\n", "x".repeat(3 * LONGEST));
        assert_eq!(read(&text), ["1: a|b", "2: too_long", "3: 2|y"]);
    }

    #[test]
    fn columns_too_few_and_too_many_are_told_apart() {
        assert_eq!(read("a,b\n1\n1,2,3\n1,2\n"), ["1: a|b", "2: too_few_columns", "3: too_many_columns", "4: 1|2"]);
        assert_eq!(read("a,b\n1,\"q\nr\",3\n1,2\n"), ["1: a|b", "2: too_many_columns", "4: 1|2"]);
    }

    proptest! {
        #[test]
        fn whatever_is_written_reads_back(rows in proptest::collection::vec(proptest::collection::vec("[a-z\",\r\n é]{0,12}", 3), 1..30)) {
            let mut written = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            for row in &rows {
                written.write_record(row).unwrap();
            }
            let text = String::from_utf8(written.into_inner().unwrap()).unwrap();
            let read: Vec<String> = read(&text).into_iter().map(|row| row.split_once(": ").unwrap().1.to_owned()).collect();
            prop_assert_eq!(read, rows.iter().map(|row| row.join("|")).collect::<Vec<_>>());
        }

        #[test]
        fn no_bytes_are_too_strange_and_none_are_lost(text in "[a\",\n\r]{0,200}") {
            prop_assert!(read(&text).len() <= text.len() + 1);
        }
    }
}
