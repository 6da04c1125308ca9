//! `harken query`

use base::{Field, Filter, Grain, Result, Timestamp, filter::Value};
use clap::Args;
use insights::{Currency, Figures, Keys, Metric, Row, Unit};
use statistics::Warning;
use std::{collections::BTreeMap, process::ExitCode};

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Ask for a metric: a name (see `harken metrics`) or a formula.
///
/// Formulas: count, sum(amount), mean(score), median(properties.delivery_days), percentile(properties.delivery_days, 0.9),
/// rate(properties.late = true), unique(customer), per(properties.order_id, amount), repeat(customer, 2).
#[derive(Args)]
pub struct Query {
    /// nps, csat, revenue, … or a formula.
    metric: String,
    /// A dimension: channel, touchpoint, customer.state, properties.plan, …; may be given several times.
    #[arg(long, value_name = "FIELD", value_parser = Field::parse)]
    by: Vec<Field>,
    /// A series in the workspace's time zone: hour, day, week, month, quarter or year.
    #[arg(long, value_name = "GRAIN")]
    every: Option<Grain>,
    /// The earliest moment, inclusive: 2026-01-31 or 2026-01-31T08:30:00Z.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// The latest moment, exclusive.
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// Only signals that match: kind = 'review_posted' and customer.state in ('SP', 'RJ')
    #[arg(long = "where", value_name = "EXPR", default_value = "")]
    filter: String,
}

impl Query {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let house = House::open(global, settings).await?;
        let zone = house.workspace.zone;
        let time = |text: &Option<String>| text.as_ref().map(|text| Timestamp::parse(text, zone)).transpose();
        let metric = Metric::parse(&self.metric, zone)?;
        let query = insights::Query {
            filter: Filter::parse(&self.filter, zone)?,
            from: time(&self.from).map_err(|error| error.context("--from"))?,
            to: time(&self.to).map_err(|error| error.context("--to"))?,
            by: self.by,
            every: self.every,
            zone,
            metric,
        };
        let figures = house.insights.query(&house.scope, &query).await?;
        if global.json {
            output::json(&figures);
        } else {
            show(&query, &figures, &house.workspace.currency);
        }
        // An answer that leaves something out is still an answer, but no script should take it for a whole one.
        Ok(if figures.incomplete.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

const BAR: usize = 24;
/// Series drawn below the table; more would be a wall.
const MOST_LINES: usize = 12;

fn show(query: &insights::Query, figures: &Figures, currency: &str) {
    let unit = query.metric.unit;
    let most = figures.rows.iter().filter_map(shown).fold(0.0, f64::max);
    let mut header: Vec<String> =
        figures.rows.first().map(|row| row.keys.0.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default();
    let keys = header.len();
    header.extend(["value", "n", "95 % interval", ""].map(str::to_owned));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let rows = figures.rows.iter().map(|row| {
        let mut cells: Vec<String> = row.keys.0.iter().map(|(_, value)| key(value.as_ref())).collect();
        cells.push(match (row.warning, shown(row)) {
            (Some(Warning::NoData), _) | (_, None) if row.warning != Some(Warning::TooFew) => "no data".into(),
            (Some(Warning::TooFew), _) | (_, None) => "too few".into(),
            (_, Some(value)) => write(value, unit),
        });
        cells.push(output::count(row.n));
        cells.push(match (row.low, row.high) {
            (Some(low), Some(high)) if shown(row).is_some() => format!("{} … {}", write(low, unit), write(high, unit)),
            _ => String::new(),
        });
        let note = if row.warning == Some(Warning::LowSample) { " low sample" } else { "" };
        cells.push(format!("{}{note}", output::bar(shown(row).unwrap_or(0.0), most, BAR)));
        cells
    });
    let what = match unit {
        Unit::Points => "points, −100 to 100".to_owned(),
        Unit::Percent => "percent".to_owned(),
        Unit::Score => "on the scale of the answers".to_owned(),
        Unit::Count => "count".to_owned(),
        Unit::Money => match &figures.currency {
            Some(Currency::Code(code)) => format!("money, {code}"),
            Some(Currency::Workspace) => format!("money, {currency}"),
            None => format!("money; {currency} where no currency is named"),
        },
        Unit::Number => "in the unit of the field".to_owned(),
    };
    output::line(format_args!("{} ({what})", query.metric.title));
    if figures.rows.is_empty() {
        output::line("no data");
    } else {
        output::table_with_bars(&header, rows, keys);
    }
    show_lines(query, figures);
    for gap in &figures.incomplete {
        let (rows, from, to) = (output::count(gap.rows), gap.from, gap.to);
        output::line(format_args!(
            "incomplete: {} is left out ({}): {rows} signals from {from} to {to}",
            gap.file, gap.reason
        ));
    }
}

/// One line for each series, oldest to newest.
fn show_lines(query: &insights::Query, figures: &Figures) {
    if query.every.is_none() {
        return;
    }
    let mut series: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
    for row in &figures.rows {
        let name: Vec<String> =
            row.keys.0.iter().filter(|(name, _)| name != Keys::TIME).map(|(_, value)| key(value.as_ref())).collect();
        series.entry(name.join(" · ")).or_default().push(shown(row));
    }
    for (name, values) in series.iter().take(MOST_LINES).filter(|(_, values)| values.len() > 1) {
        output::line(output::plain(&format!("{} {name}", output::sparkline(values))));
    }
}

/// The value as a face may show it: below ten answers the counts stand alone.
fn shown(row: &Row) -> Option<f64> {
    row.value.filter(|_| row.warning != Some(Warning::TooFew))
}

fn key(value: Option<&Value>) -> String {
    match value {
        None => "–".into(),
        Some(Value::Text(text)) => text.chars().take(60).collect(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(bool)) => bool.to_string(),
        Some(Value::Time(at)) => at.to_string(),
    }
}

fn write(value: f64, unit: Unit) -> String {
    match unit {
        // NPS is shown as a whole number with its sign, half away from zero.
        Unit::Points if value.round() > 0.0 => format!("+{}", output::number(value.round(), 0)),
        Unit::Points => output::number(value.round(), 0),
        Unit::Percent => format!("{} %", output::number(value, 1)),
        Unit::Count => output::number(value, 0),
        Unit::Score | Unit::Money | Unit::Number => output::number(value, 2),
    }
}
