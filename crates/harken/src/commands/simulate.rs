//! `harken simulate`

use base::{Clock, Error, Result, Timestamp};
use clap::Args;
use serde::de::DeserializeOwned;
use serde_json::json;
use simulate::Company;
use std::process::ExitCode;

use crate::{
    house::House,
    output,
    settings::{Global, Settings},
};

/// Write the signals of an invented company to standard output as JSON lines, or straight in.
///
/// The same seed, numbers and end write the same signals. docs/simulate.md names the effects planted in them.
#[derive(Args)]
pub struct Simulate {
    /// The random seed.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many customers.
    #[arg(long, default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    customers: u32,
    /// How many days.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// The moment the days end; the start of today (UTC) when left out.
    #[arg(long, value_name = "TIME")]
    end: Option<Timestamp>,
    /// Stop after so many signals.
    #[arg(long, value_name = "N")]
    signals: Option<usize>,
    /// Log them into the data folder instead of printing them.
    #[arg(long)]
    load: bool,
}

const BATCH: usize = 4_000;

impl Simulate {
    pub async fn run(self, global: &Global, settings: &Settings) -> Result<ExitCode> {
        let today = Timestamp::from_micros(Clock::system().now().micros().div_euclid(Timestamp::DAY) * Timestamp::DAY);
        let end = self.end.unwrap_or(today);
        let company = Company::new(self.seed, self.customers, self.days, end);
        let drafts = company.take(self.signals.unwrap_or(usize::MAX));
        if !self.load {
            drafts.for_each(|draft| output::json(&draft));
            return Ok(ExitCode::SUCCESS);
        }
        let house = House::open(global, settings).await?;
        let bar = output::progress(global, self.days.into(), "loading days");
        let (mut logged, mut known) = (0_u64, 0_u64);
        let mut drafts = drafts.peekable();
        while drafts.peek().is_some() {
            let batch: Vec<_> = drafts.by_ref().take(BATCH).collect();
            // They come in the order of time, so the last one says how many days are in.
            let left = batch.last().map_or(0, |draft| end.micros() - draft.occurred_at.micros());
            bar.set_position(u64::from(self.days).saturating_sub(u64::try_from(left / Timestamp::DAY).unwrap_or(0)));
            for receipt in house.signals.log(&house.scope, batch).await? {
                match receipt {
                    signals::Receipt::Logged { .. } => logged += 1,
                    signals::Receipt::Duplicate | signals::Receipt::Conflict => known += 1,
                }
            }
            if house.signals.held(&house.scope).await? > settings.archive.from * 4 {
                house.archive_all().await?;
            }
        }
        self.record_consents(&house, end).await?;
        house.archive_all().await?;
        house.compact_all().await?;
        bar.finish_and_clear();
        if global.json {
            output::json(&json!({ "logged": logged, "already_known": known }));
        } else {
            output::line(format_args!(
                "{} signals logged, {} were known already",
                output::count(logged),
                output::count(known)
            ));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// What the company's customers have said about being contacted, unless the workspace has topics already.
    async fn record_consents(&self, house: &House, end: Timestamp) -> Result<()> {
        if !house.customers.topics(&house.scope, None, 1).await?.is_empty() {
            return Ok(());
        }
        for topic in simulate::topics() {
            house.customers.create_topic(&house.scope, read(topic)?, None).await?;
        }
        house.customers.change_contact_rules(&house.scope, read(simulate::contact_rules())?, None).await?;
        // Those whose years end in the future cannot have said anything yet.
        let end = end.min(house.clock.now());
        for (user, said) in simulate::consents(self.customers, end) {
            if let Some(customer) = house.customers.find(&house.scope, "user_id", &user).await? {
                house.customers.record_consent(&house.scope, customer, read(said)?).await?;
            }
        }
        Ok(())
    }
}

fn read<T: DeserializeOwned>(json: serde_json::Value) -> Result<T> {
    serde_json::from_value(json).map_err(|error| Error::internal(format!("the invented company: {error}")))
}
