//! The company: its people, its agenda, and the signals that come of them.

use base::Timestamp;
use signals::Draft;

use crate::{
    agenda::{Agenda, Due, Step},
    dice::Dice,
    effects::Effects,
    people::Person,
    said::Said,
};

/// An invented company over a span of days; iterating it gives its signals in the order of time.
///
/// The same arguments give the same signals. Message ids are `sim:{seed}:{number}`, numbered from 1.
pub struct Company {
    pub(crate) dice: Dice,
    pub(crate) agenda: Agenda,
    pub(crate) people: Vec<Person>,
    pub(crate) effects: Effects,
    /// Orders and conversations so far; they number the next one.
    pub(crate) orders: u32,
    pub(crate) cases: u32,
    seed: u64,
    said: u64,
    until: i64,
}

impl Company {
    /// `customers` people, of whom about one in seven only looks around and stays anonymous, during the `days` before
    /// `ending`. A customer and year gives about 60 signals.
    pub fn new(seed: u64, customers: u32, days: u32, ending: Timestamp) -> Self {
        let until = ending.micros();
        let from = ending.plus(-i64::from(days) * Timestamp::DAY).micros();
        let mut dice = Dice::new(seed);
        let mut agenda = Agenda::default();
        let mut people = Vec::with_capacity(customers as usize);
        for who in 0..customers {
            let (person, joins) = Person::new(&mut dice, from, until);
            agenda.plan(joins + person.next_chance(&mut dice), who, Step::Arrive);
            people.push(person);
        }
        Self { dice, agenda, people, effects: Effects::before(ending), orders: 0, cases: 0, seed, said: 0, until }
    }

    /// When the planted effects begin and end.
    pub fn effects(&self) -> &Effects {
        &self.effects
    }

    fn step(&mut self, due: Due) -> Option<Said> {
        let Due { at, who, step, .. } = due;
        match step {
            Step::Arrive => self.arrive(at, who),
            Step::Search(device) => Some(self.search(at, who, device)),
            Step::ReadArticle(device) => Some(self.read_article(at, who, device)),
            Step::ViewProduct(device, product) => Some(self.view_product(at, who, device, product)),
            Step::AddProduct(device, product) => Some(self.add_product(at, who, device, product)),
            Step::SignIn(device) => self.sign_in(who, device),
            Step::StartCheckout(device, product) => Some(self.start_checkout(at, who, device, product)),
            Step::MeasurePage(device, place) => Some(self.measure_page(at, who, device, place)),
            Step::RateVisit(device) => Some(self.rate_visit(who, device)),
            Step::Complete(order) => Some(self.complete(at, who, order)),
            Step::RateCheckout(order) => Some(self.rate_checkout(at, who, order)),
            Step::Deliver(order) => Some(self.deliver(at, who, order)),
            Step::RateDelivery(order) => Some(self.rate_delivery(who, order)),
            Step::Review(order) => Some(self.review(who, order)),
            Step::RequestReturn(order) => Some(self.request_return(at, who, order)),
            Step::Refund(order) => Some(self.refund(at, who, order)),
            Step::RateReturn(order) => Some(self.rate_return(who, order)),
            Step::OpenConversation(case) => Some(self.open_conversation(at, who, case)),
            Step::Write(case) => Some(self.write(at, who, case)),
            Step::Resolve(case) => Some(self.resolve(at, who, case)),
            Step::RateConversation(case) => Some(self.rate_conversation(who, case)),
            Step::RateEffort(case) => Some(self.rate_effort(who, case)),
        }
    }

    pub(crate) fn person(&self, who: u32) -> &Person {
        &self.people[who as usize]
    }

    /// Plans a step for so many seconds later, on average.
    pub(crate) fn soon(&mut self, at: i64, seconds: f64, who: u32, step: Step) {
        // At least a second, so that what follows from a signal never has its time.
        let wait = 1.0 + self.dice.wait(seconds);
        self.agenda.plan(at + (wait * Timestamp::SECOND as f64) as i64, who, step);
    }

    /// As `soon`, in days.
    pub(crate) fn later(&mut self, at: i64, days: f64, who: u32, step: Step) {
        self.soon(at, days * 86_400.0, who, step);
    }
}

impl Iterator for Company {
    type Item = Draft;

    fn next(&mut self) -> Option<Draft> {
        loop {
            let due = self.agenda.next().filter(|due| due.at < self.until)?;
            if let Some(said) = self.step(due) {
                self.said += 1;
                return Some(said.into_draft(format!("sim:{}:{}", self.seed, self.said), due.at));
            }
        }
    }
}
