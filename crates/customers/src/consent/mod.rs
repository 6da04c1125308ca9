//! Consent: what customers may be contacted about and on which channel, what they have said about it, and the one question that
//! every sender asks before it sends.

mod budget;
mod channel;
mod contact;
mod gpc;
mod http;
mod ledger;
mod links;
mod page;
mod quiet;
mod rules;
mod standing;
mod topics;

pub use channel::ContactChannel;
pub use contact::{Contact, ContactId, Refusal};
pub use gpc::Objections;
pub use ledger::{Act, Consent, NewConsent};
pub use links::LinkSettings;
pub use rules::{Budget, ContactRules, QuietHours};
pub use standing::{Preference, Preferences, State};
pub use topics::{Basis, NewTopic, Topic, TopicChange, TopicId};

pub(crate) use http::routes;
pub(crate) use page::pages;
