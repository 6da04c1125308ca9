//! The people: where they live, what they bring, how they are disposed, and by what names they are known.

use base::Timestamp;
use serde_json::{Map, Value, json};
use signals::Identity;

use crate::{dice::Dice, places::Device};

pub(crate) struct Region {
    pub(crate) country: &'static str,
    pub(crate) state: &'static str,
    pub(crate) language: &'static str,
    weight: f64,
}

const fn region(country: &'static str, state: &'static str, language: &'static str, weight: f64) -> Region {
    Region { country, state, language, weight }
}

const REGIONS: [Region; 16] = [
    region("DE", "Bavaria", "de", 17.0),
    region("DE", "North Rhine-Westphalia", "de", 14.0),
    region("DE", "Baden-Wuerttemberg", "de", 11.0),
    region("DE", "Berlin", "de", 8.0),
    region("DE", "Hamburg", "de", 5.0),
    region("DE", "Saxony", "de", 5.0),
    region("AT", "Vienna", "de", 6.0),
    region("AT", "Tyrol", "de", 5.0),
    region("CH", "Zurich", "de", 5.0),
    region("CH", "Geneva", "fr", 2.0),
    region("FR", "Ile-de-France", "fr", 5.0),
    region("FR", "Auvergne-Rhone-Alpes", "fr", 4.0),
    region("SE", "Stockholm", "sv", 5.0),
    region("SE", "Vastra Gotaland", "sv", 3.0),
    region("IE", "Leinster", "en", 3.0),
    region("ES", "Catalonia", "es", 2.0),
];

const SEGMENTS: [&str; 4] = ["hiking", "climbing", "cycling", "family"];

const FIRST_NAMES: [&str; 20] = [
    "Ada", "Bjarne", "Clara", "David", "Elif", "Finn", "Greta", "Hugo", "Ines", "Jonas", "Karla", "Luis", "Mira",
    "Noah", "Olga", "Pablo", "Runa", "Samir", "Thea", "Yann",
];
const LAST_NAMES: [&str; 20] = [
    "Abel",
    "Berger",
    "Costa",
    "Dahl",
    "Eder",
    "Faure",
    "Gruber",
    "Holm",
    "Iglesias",
    "Jansson",
    "Keller",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Olsen",
    "Pichler",
    "Roth",
    "Sand",
    "Thoma",
    "Vogel",
];

/// One person; twenty-odd bytes, since there may be millions.
pub(crate) struct Person {
    region: u8,
    segment: u8,
    names: u16,
    /// Pays for the loyalty plan.
    pub(crate) club: bool,
    /// Ever buys; the others only look and stay anonymous.
    pub(crate) shops: bool,
    /// The devices on which they have signed in, by `Device::bit`.
    signed_in: u8,
    /// How much kinder than average their answers are, on a scale of 0 to 10.
    pub(crate) mood: f32,
    /// How often they use a phone rather than a browser on a desk.
    mobile: f32,
    /// Visits a year, on average.
    pub(crate) visits: f32,
    /// When the account was made, in microseconds; never after their first visit.
    signed_up: i64,
}

impl Person {
    /// Somebody; the account of a third is made within the simulation, at `joins`, which comes back with them.
    pub(crate) fn new(dice: &mut Dice, from: i64, until: i64) -> (Self, i64) {
        let span = (until - from) as f64;
        let joins = if dice.chance(0.35) { from + (dice.share() * span) as i64 } else { from };
        let before = if joins > from { 0 } else { dice.between(1, 1_500) * Timestamp::DAY };
        let person = Self {
            region: dice.weighted(REGIONS.iter().map(|region| region.weight)) as u8,
            segment: dice.between(0, SEGMENTS.len() as i64 - 1) as u8,
            names: dice.between(0, (FIRST_NAMES.len() * LAST_NAMES.len()) as i64 - 1) as u16,
            club: dice.chance(0.3),
            shops: dice.chance(0.85),
            signed_in: 0,
            mood: dice.bell(0.0, 1.0) as f32,
            mobile: if dice.chance(0.6) { 0.85 } else { 0.1 },
            visits: (3.0 + dice.wait(14.0)) as f32,
            signed_up: joins - before,
        };
        (person, joins)
    }

    pub(crate) fn region(&self) -> &'static Region {
        &REGIONS[usize::from(self.region) % REGIONS.len()]
    }

    pub(crate) fn language(&self) -> &'static str {
        self.region().language
    }

    pub(crate) fn picks_device(&self, dice: &mut Dice) -> Device {
        if dice.chance(f64::from(self.mobile)) { Device::Mobile } else { Device::Web }
    }

    pub(crate) fn is_signed_in(&self, device: Device) -> bool {
        self.signed_in & device.bit() != 0
    }

    pub(crate) fn sign_in(&mut self, device: Device) {
        self.signed_in |= device.bit();
    }

    /// Whether the company has ever been told who they are.
    pub(crate) fn is_known(&self) -> bool {
        self.signed_in != 0
    }

    /// What a browser or an app knows about who holds it.
    pub(crate) fn on(&self, who: u32, device: Device) -> Vec<Identity> {
        let anonymous = identity("anonymous_id", format!("{}-{who}", device.name()));
        if self.is_signed_in(device) { vec![user(who), anonymous] } else { vec![anonymous] }
    }

    /// What a letter or a conversation by mail knows.
    pub(crate) fn by_mail(&self, who: u32) -> Vec<Identity> {
        vec![identity("email", self.email(who))]
    }

    fn name(&self) -> (&'static str, &'static str) {
        let names = usize::from(self.names);
        (FIRST_NAMES[names % FIRST_NAMES.len()], LAST_NAMES[names / FIRST_NAMES.len() % LAST_NAMES.len()])
    }

    /// At a domain that belongs to nobody (RFC 2606).
    fn email(&self, who: u32) -> String {
        let (first, last) = self.name();
        format!("{}.{}.{who}@example.com", first.to_lowercase(), last.to_lowercase())
    }

    pub(crate) fn traits(&self, who: u32) -> Map<String, Value> {
        let (first, last) = self.name();
        let signed_up = Timestamp::from_micros(self.signed_up).to_utc().date_naive().to_string();
        [
            ("name", json!(format!("{first} {last}"))),
            ("email", json!(self.email(who))),
            ("plan", json!(if self.club { "club" } else { "basic" })),
            ("segment", json!(SEGMENTS[usize::from(self.segment) % SEGMENTS.len()])),
            ("country", json!(self.region().country)),
            ("state", json!(self.region().state)),
            ("language", json!(self.language())),
            ("signed_up_on", json!(signed_up)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect()
    }
}

pub(crate) fn identity(kind: &str, value: String) -> Identity {
    Identity { kind: kind.to_owned(), value }
}

/// The account's number.
pub(crate) fn user(who: u32) -> Identity {
    identity("user_id", format!("c{who}"))
}
