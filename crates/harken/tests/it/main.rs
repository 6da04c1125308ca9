//! Tests of the real binary, as `docs/reliability.md` lists them: real clients, crashes, lost answers, a full disk,
//! damaged files and hostile input.

#![expect(clippy::disallowed_methods, reason = "a test's world calls the server it tests")]

mod api_contract;
mod audit;
mod backup;
mod bombs;
mod clients;
mod console;
mod damaged_lake;
mod description;
mod descriptors;
mod full_disk;
mod id_reuse;
mod imports;
mod kill_in_archive;
mod kill_in_ingest;
mod live_feed;
mod lost_answers;
mod mail;
mod malformed;
mod marketplace;
mod metrics;
mod order;
mod people;
mod power_cut;
mod retries;
mod secrets;
mod security;
mod settings;
mod single_sign_on;
mod sizes;
mod unheard;
mod webhooks;
mod world;
mod wrong_configuration;
