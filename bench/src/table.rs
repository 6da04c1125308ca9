//! The table a workload prints: ours, the peer's, their ratio, and whether the target is reached.

/// One measure.
pub struct Row {
    what: String,
    unit: &'static str,
    ours: f64,
    peer: Option<f64>,
    target: Option<Target>,
}

/// What a measure should reach.
#[derive(Clone, Copy)]
pub enum Target {
    /// Higher is better.
    AtLeast(f64),
    /// Lower is better.
    AtMost(f64),
    /// Lower is better, and the peer is the measure.
    NoMoreThanPeer,
}

impl Row {
    pub fn new(what: impl Into<String>, unit: &'static str, ours: f64) -> Self {
        Self { what: what.into(), unit, ours, peer: None, target: None }
    }

    pub fn beside(mut self, peer: f64) -> Self {
        self.peer = Some(peer);
        self
    }

    pub fn target(mut self, target: Target) -> Self {
        self.target = Some(target);
        self
    }

    fn reached(&self) -> Option<bool> {
        Some(match self.target? {
            Target::AtLeast(least) => self.ours >= least,
            Target::AtMost(most) => self.ours <= most,
            Target::NoMoreThanPeer => self.ours <= self.peer?,
        })
    }

    fn cells(&self) -> [String; 6] {
        let ratio = self.peer.map(|peer| format!("{:.2}", self.ours / peer));
        let target = self.target.map(|target| match target {
            Target::AtLeast(least) => format!("≥ {}", figure(least)),
            Target::AtMost(most) => format!("≤ {}", figure(most)),
            Target::NoMoreThanPeer => "≤ peer".to_owned(),
        });
        let reached = self.reached().map(|reached| if reached { "yes" } else { "no" }.to_owned());
        let none = || "–".to_owned();
        [
            format!("{}, {}", self.what, self.unit),
            figure(self.ours),
            self.peer.map(figure).unwrap_or_else(none),
            ratio.unwrap_or_else(none),
            target.unwrap_or_else(none),
            reached.unwrap_or_else(none),
        ]
    }
}

/// Prints the rows as a Markdown table.
#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
pub fn print(peer: &str, rows: &[Row]) {
    println!("| measure | Harken | {peer} | ratio | target | reached |");
    println!("|---|---:|---:|---:|---:|---|");
    for row in rows {
        println!("| {} |", row.cells().join(" | "));
    }
}

/// Prints a remark under or above a table.
#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
pub fn remark(text: impl std::fmt::Display) {
    println!("{text}");
}

/// Three significant digits for small numbers, whole ones for large.
fn figure(value: f64) -> String {
    match value.abs() {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// The middle one, or the mean of the middle two; 0 of nothing.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle), sorted.len() % 2) {
        (Some(upper), 0) => (sorted[middle - 1] + upper) / 2.0,
        (Some(only), _) => *only,
        (None, _) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_whether_its_target_is_reached() {
        let cells = |row: Row| row.cells().join(" ");
        let rate = Row::new("L1", "events/s", 6_100.4).beside(203.0).target(Target::AtLeast(6_000.0));
        assert_eq!(cells(rate), "L1, events/s 6100 203 30.05 ≥ 6000 yes");
        let slow = Row::new("nps", "ms", 80.5).beside(40.25).target(Target::NoMoreThanPeer);
        assert_eq!(cells(slow), "nps, ms 80.5 40.2 2.00 ≤ peer no");
        assert_eq!(cells(Row::new("fsync", "/s", 255.0)), "fsync, /s 255 – – – –");
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        assert_eq!([median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0, 2.0, 3.0]), median(&[])], [2.0, 2.5, 0.0]);
    }
}
