//! A visit: pages, products, a basket, a checkout.

use base::Timestamp;
use serde_json::json;

use crate::{
    agenda::Step,
    answers,
    company::Company,
    dice::Dice,
    orders::Order,
    people::Person,
    places::{Device, Place},
    products::{PRODUCTS, Product},
    said::Said,
    seasons,
};

impl Person {
    /// How long until they may visit again, in microseconds. Chances come as often as in the busiest hour of the year;
    /// `Company::arrive` takes as many of them as the hour at hand deserves (thinning: Lewis & Shedler 1979).
    pub(crate) fn next_chance(&self, dice: &mut Dice) -> i64 {
        let mean = 365.0 * Timestamp::DAY as f64 / (f64::from(self.visits) * seasons::MOST);
        1 + dice.wait(mean) as i64
    }
}

impl Company {
    pub(crate) fn arrive(&mut self, at: i64, who: u32) -> Option<Said> {
        let person = &self.people[who as usize];
        let chance = at + person.next_chance(&mut self.dice);
        self.agenda.plan(chance, who, Step::Arrive);
        if !self.dice.chance(seasons::demand(at) / seasons::MOST) {
            return None;
        }
        if person.is_known() && self.dice.chance(0.04) {
            return Some(self.buy_in_store(at, who));
        }
        let device = person.picks_device(&mut self.dice);
        Some(self.open_home(at, who, device))
    }

    fn open_home(&mut self, at: i64, who: u32, device: Device) -> Said {
        let person = &self.people[who as usize];
        if person.shops && !person.is_signed_in(device) && self.dice.chance(0.35) {
            self.soon(at, 20.0, who, Step::SignIn(device));
        }
        if self.dice.chance(0.05) {
            self.soon(at, 240.0, who, Step::RateVisit(device));
        }
        match self.dice.share() {
            share if share < 0.68 => self.look_at_a_product(at, who, device),
            share if share < 0.80 => self.soon(at, 30.0, who, Step::Search(device)),
            _ => {}
        }
        self.view(at, who, device, Place::Home)
    }

    pub(crate) fn search(&mut self, at: i64, who: u32, device: Device) -> Said {
        if self.dice.chance(0.8) {
            self.look_at_a_product(at, who, device);
        }
        self.view(at, who, device, Place::Search)
    }

    pub(crate) fn read_article(&mut self, at: i64, who: u32, device: Device) -> Said {
        self.view(at, who, device, Place::HelpCentre)
    }

    fn view(&mut self, at: i64, who: u32, device: Device, place: Place) -> Said {
        if self.dice.chance(0.2) {
            self.soon(at, 3.0, who, Step::MeasurePage(device, place));
        }
        self.on_page("page_viewed", who, device, place)
    }

    fn on_page(&self, kind: &str, who: u32, device: Device, place: Place) -> Said {
        Said::new(kind, self.person(who).on(who, device), device.channel(), place).with(place.page(device))
    }

    fn look_at_a_product(&mut self, at: i64, who: u32, device: Device) {
        let product = self.dice.weighted(PRODUCTS.iter().map(|product| product.wanted)) as u8;
        self.soon(at, 45.0, who, Step::ViewProduct(device, product));
    }

    pub(crate) fn view_product(&mut self, at: i64, who: u32, device: Device, product: u8) -> Said {
        match self.dice.share() {
            share if share < 0.30 => self.look_at_a_product(at, who, device),
            share if share < 0.72 => self.soon(at, 60.0, who, Step::AddProduct(device, product)),
            _ => {}
        }
        let facts = Product::of(product).facts();
        self.on_page("product_viewed", who, device, Place::Product).with(facts).with([("list", json!("catalogue"))])
    }

    pub(crate) fn add_product(&mut self, at: i64, who: u32, device: Device, product: u8) -> Said {
        if self.person(who).shops && self.dice.chance(0.82) {
            self.soon(at, 90.0, who, Step::StartCheckout(device, product));
        }
        let wanted = Product::of(product);
        self.on_page("product_added", who, device, Place::Product).with(wanted.facts()).amount(wanted.price(1))
    }

    /// An account is needed to buy, so this happens at the checkout at the latest.
    pub(crate) fn sign_in(&mut self, who: u32, device: Device) -> Option<Said> {
        let person = &mut self.people[who as usize];
        if person.is_signed_in(device) {
            return None;
        }
        person.sign_in(device);
        let mut identities = person.on(who, device);
        identities.extend(person.by_mail(who));
        let said = Said::new("customer_identified", identities, device.channel(), Place::Account);
        Some(said.traits(person.traits(who)))
    }

    pub(crate) fn start_checkout(&mut self, at: i64, who: u32, device: Device, product: u8) -> Said {
        if self.dice.chance(0.5) {
            self.soon(at, 3.0, who, Step::MeasurePage(device, Place::Checkout));
        }
        let quantity = if self.dice.chance(0.15) { 2 } else { 1 };
        if self.dice.chance(self.effects.conversion(device, at)) {
            // Signing in comes a moment before completing, whatever the dice say.
            self.agenda.plan(at + 5 * Timestamp::SECOND, who, Step::SignIn(device));
            self.orders += 1;
            let order = Order::new(self.orders, product, quantity, Some(device));
            self.soon(at + 10 * Timestamp::SECOND, 120.0, who, Step::Complete(order));
        }
        let wanted = Product::of(product);
        self.on_page("checkout_started", who, device, Place::Checkout)
            .with(wanted.facts())
            .amount(wanted.price(quantity))
    }

    /// One of the three core web vitals, in milliseconds or, for layout shift, without a unit.
    pub(crate) fn measure_page(&mut self, at: i64, who: u32, device: Device, place: Place) -> Said {
        let phone = device == Device::Mobile;
        let spread = self.dice.bell(0.0, 0.35).exp();
        let (name, value) = match self.dice.share() {
            share if share < 0.6 => {
                let slowness = if place == Place::Checkout { self.effects.slowness(device, at) } else { 1.0 };
                ("LCP", (if phone { 2_100.0 } else { 1_500.0 } * spread * slowness).round())
            }
            share if share < 0.8 => ("INP", (if phone { 160.0 } else { 90.0 } * spread).round()),
            _ => ("CLS", (0.06 * spread * 1_000.0).round() / 1_000.0),
        };
        self.on_page("vital_measured", who, device, place).with([("vital", json!(name)), ("value", json!(value))])
    }

    pub(crate) fn rate_visit(&mut self, who: u32, device: Device) -> Said {
        let person = &self.people[who as usize];
        let score = answers::csat(&mut self.dice, 4.0, person);
        Said::new("survey_answered", person.on(who, device), device.channel(), Place::Home).score("csat", score)
    }
}
