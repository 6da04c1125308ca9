//! Tables for spreadsheets: comma-separated values as RFC 4180 has them, of which no cell is a formula.

use base::{Error, Result};
use std::borrow::Cow;

/// Rows, ready to follow those before them.
pub fn csv<'a, R: IntoIterator<Item = Cow<'a, str>>>(rows: impl IntoIterator<Item = R>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        let cells: Vec<Cow<'_, str>> = row.into_iter().map(inert).collect();
        writer.write_record(cells.iter().map(|cell| cell.as_bytes())).map_err(unwritten)?;
    }
    writer.into_inner().map_err(unwritten)
}

/// A cell that no spreadsheet takes for a formula.
fn inert(cell: Cow<'_, str>) -> Cow<'_, str> {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if formula { format!("'{cell}").into() } else { cell }
}

fn unwritten(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("the table cannot be written: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_would_be_a_formula_gets_an_apostrophe() {
        for (cell, shown) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@sum(a1)", "'@sum(a1)"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠1", "'＠1"),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            ("a=1", "a=1"),
            ("a \"quoted\" one", "\"a \"\"quoted\"\" one\""),
        ] {
            let written = csv([[Cow::from("x"), cell.into()]]).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), format!("x,{shown}\r\n"));
        }
    }
}
