//! What a person sees on the terminal, and what a program reads.

use base::Error;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::io::{IsTerminal, Write};

use crate::settings::Global;

/// Writes one line to standard output. A reader that has had enough (`| head`) ends the program quietly; a disk that is
/// full ends it with an error, so that no script takes half an answer for a whole one.
pub fn line(text: impl std::fmt::Display) {
    let mut out = std::io::stdout();
    if let Err(error) = writeln!(out, "{text}").and_then(|()| out.flush()) {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            std::process::exit(0);
        }
        let _ = writeln!(std::io::stderr(), "error: standard output cannot be written: {error}");
        std::process::exit(1);
    }
}

/// Writes a value as one line of JSON.
pub fn json(value: &impl Serialize) {
    match serde_json::to_string(value) {
        Ok(text) => line(text),
        Err(error) => tracing::error!(%error, "writing JSON"),
    }
}

/// Writes an error for a person, or for a program where JSON was asked for.
pub fn complain(json: bool, error: &Error) {
    let mut out = std::io::stderr();
    if json {
        let _ = writeln!(out, "{}", serde_json::json!({ "error": error.message, "errors": error.fields }));
        return;
    }
    let readable = |text: &str| plain(&text.chars().take(LONGEST_COMPLAINT).collect::<String>());
    let _ = writeln!(out, "error: {}", readable(&error.message));
    for field in error.fields.iter().filter(|field| !error.message.contains(&field.message)) {
        let _ = writeln!(out, "  {}: {}", readable(&field.field), readable(&field.message));
    }
}

/// Characters; a message may quote what it was given.
const LONGEST_COMPLAINT: usize = 2_000;

/// Writes a table whose columns from `numbers_from` on are aligned to the right.
pub fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>, numbers_from: usize) {
    line(aligned(header, rows, numbers_from));
}

/// The same with a last column of bars, which begin on the left.
pub fn table_with_bars(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>, numbers_from: usize) {
    let mut table = aligned(header, rows, numbers_from);
    if let Some(bars) = table.column_mut(header.len().saturating_sub(1)) {
        bars.set_cell_alignment(CellAlignment::Left);
    }
    line(table);
}

fn aligned(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>, numbers_from: usize) -> Table {
    let mut table = Table::new();
    table
        .load_preset(presets::UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(header);
    for row in rows {
        table.add_row(row.into_iter().map(|text| Cell::new(plain(&text))));
    }
    for column in table.column_iter_mut().skip(numbers_from) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Text for a terminal: a customer's words must not move its cursor nor turn the direction of what stands beside them.
pub fn plain(text: &str) -> String {
    let turns = |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { ' ' } else { c }).collect()
}

/// A bar that moves on a terminal and is silent elsewhere. `total` 0 stands for unknown.
pub fn progress(global: &Global, total: u64, what: &str) -> ProgressBar {
    if global.quiet || global.json || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = if total > 0 {
        "{msg} {bar:30} {percent}% · {human_pos} · {per_sec} · {eta} left"
    } else {
        "{msg} {spinner} {human_pos} · {per_sec}"
    };
    let bar = if total > 0 { ProgressBar::new(total) } else { ProgressBar::new_spinner() };
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what.to_owned());
    bar
}

/// A number with thousands separated by thin spaces, and so many places.
pub fn number(value: f64, places: usize) -> String {
    let text = format!("{:.places$}", value.abs());
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push('\u{2009}');
        }
        grouped.push(digit);
    }
    let negative = value < 0.0 && text.bytes().any(|digit| (b'1'..=b'9').contains(&digit));
    let sign = if negative { "−" } else { "" };
    if part.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{part}") }
}

/// A whole number with thousands separated.
pub fn count(value: u64) -> String {
    number(value as f64, 0)
}

/// A bar of eighths of a cell, `width` cells for `most`.
pub fn bar(value: f64, most: f64, width: usize) -> String {
    const PARTS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
    if !(most > 0.0 && value > 0.0) {
        return String::new();
    }
    let eighths = ((value / most).min(1.0) * (width * 8) as f64).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(PARTS[eighths % 8]);
    }
    bar
}

/// A line of a series: lowest to highest in eight steps, a gap as a dot.
pub fn sparkline(values: &[Option<f64>]) -> String {
    const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let known = || values.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let step = |value: f64| if high > low { ((value - low) / (high - low) * 7.0).round() as usize } else { 3 };
    values.iter().map(|value| value.map_or('·', |value| STEPS[step(value).min(7)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_bars_and_lines_read_well() {
        assert_eq!(number(-1_234_567.891, 2), "−1\u{2009}234\u{2009}567.89");
        assert_eq!(number(-0.001, 1), "0.0");
        assert_eq!(count(999), "999");
        assert_eq!(bar(5.0, 10.0, 4), "██");
        assert_eq!(bar(f64::NAN, 10.0, 4), "");
        assert_eq!(sparkline(&[Some(1.0), None, Some(8.0)]), "▁·█");
        assert_eq!(sparkline(&[]), "");
        assert_eq!(plain("a\u{1b}[2Jb\n\u{202e}c"), "a [2Jb  c");
    }
}
