//! An order: bought, delivered, rated, reviewed, sometimes returned.

use base::Timestamp;
use serde_json::{Value, json};
use signals::Identity;

use crate::{
    agenda::Step,
    answers,
    company::Company,
    people::{identity, user},
    places::{Device, Place},
    products::Product,
    said::Said,
    seasons,
    support::Reason,
    verbatims::{self, Topic},
};

/// An order on its way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    number: u32,
    product: u8,
    quantity: u8,
    /// Where it was bought; a store when nowhere else.
    device: Option<Device>,
    /// Calendar days until it was delivered; 0 before.
    days: u8,
    /// Calendar days that were promised.
    promised: u8,
}

impl Order {
    pub(crate) fn new(number: u32, product: u8, quantity: u8, device: Option<Device>) -> Self {
        Self { number, product, quantity, device, days: 0, promised: 4 }
    }

    pub(crate) fn is_late(self) -> bool {
        self.days > self.promised
    }

    fn id(self) -> String {
        format!("N{:07}", self.number)
    }

    /// An order number points to its buyer, so that a carrier needs to know nothing else.
    fn identity(self) -> Identity {
        identity("order", self.id())
    }

    fn facts(self) -> [(&'static str, Value); 3] {
        let [product, category] = Product::of(self.product).facts();
        [("order_id", json!(self.id())), product, category]
    }

    fn channel(self) -> &'static str {
        self.device.map_or("store", Device::channel)
    }

    fn price(self) -> base::Amount {
        Product::of(self.product).price(self.quantity)
    }

    /// How it went, as it moves an answer of 0 to 10.
    fn went(self) -> f64 {
        if self.is_late() { -2.6 - 0.3 * f64::from(self.days - self.promised).min(4.0) } else { 0.0 }
    }
}

impl Company {
    pub(crate) fn complete(&mut self, at: i64, who: u32, order: Order) -> Said {
        if self.dice.chance(0.45) {
            self.soon(at, 60.0, who, Step::RateCheckout(order));
        }
        let person = &self.people[who as usize];
        let mut order = order;
        order.promised = if person.region().country == "DE" { 3 } else { 5 };
        let late = self.dice.chance(self.effects.late(person, at));
        let promised = f64::from(order.promised);
        let days =
            if late { promised + 1.0 + self.dice.wait(1.8).min(20.0) } else { 1.0 + self.dice.share() * promised };
        order.days = days as u8;
        let arrives = seasons::by_day(at + i64::from(order.days) * Timestamp::DAY, self.dice.share());
        self.agenda.plan(arrives, who, Step::Deliver(order));
        let mut identities = vec![user(who), order.identity()];
        if let Some(device) = order.device {
            identities = person.on(who, device);
            identities.push(order.identity());
        }
        Said::new("order_completed", identities, order.channel(), Place::Checkout)
            .with(order.facts())
            .with([("quantity", json!(order.quantity)), ("promised_days", json!(order.promised))])
            .amount(order.price())
    }

    /// A purchase over the counter: no visit before it and no delivery after it.
    pub(crate) fn buy_in_store(&mut self, at: i64, who: u32) -> Said {
        self.orders += 1;
        let product = self.dice.between(0, 19) as u8;
        let order = Order::new(self.orders, product, 1, None);
        if self.dice.chance(0.3) {
            self.later(at, 2.0, who, Step::Review(order));
        }
        Said::new("order_completed", vec![user(who), order.identity()], "store", Place::Store)
            .with(order.facts())
            .with([("quantity", json!(1))])
            .amount(order.price())
    }

    pub(crate) fn rate_checkout(&mut self, at: i64, who: u32, order: Order) -> Said {
        let person = &self.people[who as usize];
        let device = order.device.unwrap_or(Device::Web);
        let score = answers::effort(&mut self.dice, 2.3 + self.effects.effort(device, at), person);
        let text = verbatims::compose(&mut self.dice, person.language(), Topic::Checkout, 7.0 - f64::from(score), 6.0);
        Said::new("survey_answered", person.on(who, device), device.channel(), Place::Checkout)
            .score("ces", score)
            .text(text, person.language())
            .with([("order_id", json!(order.id()))])
    }

    pub(crate) fn deliver(&mut self, at: i64, who: u32, order: Order) -> Said {
        if self.dice.chance(0.5) {
            self.later(at, 1.0, who, Step::RateDelivery(order));
        }
        if self.dice.chance(0.35) {
            self.later(at, 6.0, who, Step::Review(order));
        }
        let worn = Product::of(order.product).is_worn();
        if self.dice.chance(if worn { 0.12 } else { 0.05 }) {
            self.later(at, 4.0, who, Step::RequestReturn(order));
        }
        let asks_about_delivery = if order.is_late() { 0.25 } else { 0.03 };
        if self.dice.chance(asks_about_delivery) {
            self.open_case(at, 0.5, who, Reason::Delivery);
        }
        if self.dice.chance(self.effects.asks_about_return(at)) {
            self.open_case(at, 3.0, who, Reason::Returns);
        } else if at >= self.effects.returns_article.micros() && self.dice.chance(0.06) {
            let device = order.device.unwrap_or(Device::Web);
            self.later(at, 3.0, who, Step::ReadArticle(device));
        }
        if self.dice.chance(0.03) {
            self.open_case(at, 5.0, who, Reason::Product);
        }
        let person = &self.people[who as usize];
        let carrier = if self.effects.has_new_carrier(person, at) { "Alpenkurier" } else { "Polarpost" };
        Said::new("order_delivered", vec![order.identity()], order.channel(), Place::Delivery).with(order.facts()).with(
            [
                ("carrier", json!(carrier)),
                ("delivery_days", json!(order.days)),
                ("promised_days", json!(order.promised)),
                ("late", json!(order.is_late())),
            ],
        )
    }

    pub(crate) fn rate_delivery(&mut self, who: u32, order: Order) -> Said {
        let person = &self.people[who as usize];
        let score = answers::nps(&mut self.dice, order.went(), person);
        let text = verbatims::compose(&mut self.dice, person.language(), Topic::Delivery, f64::from(score), 10.0);
        Said::new("survey_answered", person.by_mail(who), "email", Place::Delivery)
            .score("nps", score)
            .text(text, person.language())
            .with(order.facts())
    }

    pub(crate) fn review(&mut self, who: u32, order: Order) -> Said {
        let person = &self.people[who as usize];
        let late = if order.is_late() { -0.6 } else { 0.0 };
        let stars = answers::csat(&mut self.dice, 4.3 + late, person);
        let text = verbatims::compose(&mut self.dice, person.language(), Topic::Product, f64::from(stars) - 1.0, 4.0);
        let place = if order.device.is_some() { Place::Product } else { Place::Store };
        Said::new("review_posted", vec![user(who)], "review", place)
            .score("stars", stars)
            .text(text, person.language())
            .with(order.facts())
    }

    pub(crate) fn request_return(&mut self, at: i64, who: u32, order: Order) -> Said {
        self.later(at, 7.0, who, Step::Refund(order));
        let device = order.device.unwrap_or(Device::Web);
        Said::new("return_requested", self.person(who).on(who, device), device.channel(), Place::Returns)
            .with(order.facts())
    }

    pub(crate) fn refund(&mut self, at: i64, who: u32, order: Order) -> Said {
        if self.dice.chance(0.5) {
            self.later(at, 1.0, who, Step::RateReturn(order));
        }
        Said::new("order_refunded", vec![order.identity()], order.channel(), Place::Returns)
            .with(order.facts())
            .amount(order.price())
    }

    pub(crate) fn rate_return(&mut self, who: u32, order: Order) -> Said {
        let person = &self.people[who as usize];
        let score = answers::csat(&mut self.dice, 3.7, person);
        let text = verbatims::compose(&mut self.dice, person.language(), Topic::Returns, f64::from(score) - 1.0, 4.0);
        Said::new("survey_answered", person.by_mail(who), "email", Place::Returns)
            .score("csat", score)
            .text(text, person.language())
            .with([("order_id", json!(order.id()))])
    }
}
