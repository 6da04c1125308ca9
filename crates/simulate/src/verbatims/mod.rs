//! Verbatims: what people write, composed of phrases by language, topic and tone.

mod english;
mod french;
mod german;
mod spanish;
mod swedish;

use crate::dice::Dice;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Topic {
    Checkout,
    Delivery,
    Product,
    Returns,
    Support,
}

/// The phrases of one tone, for every topic, and what such a text may close with.
struct Tone {
    checkout: &'static [&'static str],
    delivery: &'static [&'static str],
    product: &'static [&'static str],
    returns: &'static [&'static str],
    support: &'static [&'static str],
    closing: &'static [&'static str],
}

impl Tone {
    fn phrases(&self, topic: Topic) -> &'static [&'static str] {
        match topic {
            Topic::Checkout => self.checkout,
            Topic::Delivery => self.delivery,
            Topic::Product => self.product,
            Topic::Returns => self.returns,
            Topic::Support => self.support,
        }
    }
}

/// One language's phrases.
struct Phrases {
    good: Tone,
    mixed: Tone,
    bad: Tone,
    /// What people ask support about a delivery, a product, a return.
    questions: [&'static [&'static str]; 3],
}

fn phrases(language: &str) -> &'static Phrases {
    match language {
        "de" => &german::PHRASES,
        "fr" => &french::PHRASES,
        "sv" => &swedish::PHRASES,
        "es" => &spanish::PHRASES,
        _ => &english::PHRASES,
    }
}

/// A verbatim that suits an answer of `good` out of `best`; empty for the many who write nothing.
pub(crate) fn compose(dice: &mut Dice, language: &str, topic: Topic, good: f64, best: f64) -> String {
    let share = good / best;
    // Those who are angry write most, those who are content least.
    if !dice.chance(if share < 0.6 { 0.6 } else { 0.3 }) {
        return String::new();
    }
    let phrases = phrases(language);
    let tone = match share {
        share if share < 0.6 => &phrases.bad,
        share if share < 0.85 => &phrases.mixed,
        _ => &phrases.good,
    };
    let said = *dice.one_of(tone.phrases(topic));
    if dice.chance(0.5) { format!("{said} {}", dice.one_of(tone.closing)) } else { said.to_owned() }
}

/// What somebody asks support.
pub(crate) fn question(dice: &mut Dice, language: &str, topic: Topic) -> String {
    let [delivery, product, returns] = phrases(language).questions;
    let asked = match topic {
        Topic::Delivery => delivery,
        Topic::Returns => returns,
        Topic::Product | Topic::Checkout | Topic::Support => product,
    };
    (*dice.one_of(asked)).to_owned()
}
