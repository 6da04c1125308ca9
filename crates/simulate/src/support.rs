//! A conversation with support: opened, written to, resolved, rated.

use serde_json::json;
use signals::Identity;

use crate::{
    agenda::Step,
    answers,
    company::Company,
    people::user,
    places::Place,
    said::Said,
    verbatims::{self, Topic},
};

/// What a conversation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    Delivery,
    Returns,
    Product,
}

impl Reason {
    fn name(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Returns => "returns",
            Self::Product => "product",
        }
    }

    fn topic(self) -> Topic {
        match self {
            Self::Delivery => Topic::Delivery,
            Self::Returns => Topic::Returns,
            Self::Product => Topic::Product,
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Through {
    Email,
    Chat,
    Phone,
}

impl Through {
    fn channel(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Chat => "chat",
            Self::Phone => "phone",
        }
    }

    /// How long an answer takes, in hours.
    fn pace(self) -> f64 {
        match self {
            Self::Email => 9.0,
            Self::Chat => 0.4,
            Self::Phone => 0.2,
        }
    }
}

/// A conversation under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    number: u32,
    reason: Reason,
    through: Through,
    /// Messages that will still come before it is resolved.
    messages: u8,
    /// In microseconds; 0 until it is opened.
    opened: i64,
}

impl Case {
    fn id(self) -> String {
        format!("V{:06}", self.number)
    }
}

impl Company {
    /// Plans a conversation for some days later.
    pub(crate) fn open_case(&mut self, at: i64, days: f64, who: u32, reason: Reason) {
        self.cases += 1;
        let through = *self.dice.one_of(&[Through::Email, Through::Email, Through::Chat, Through::Phone]);
        let messages = self.dice.between(0, 3) as u8;
        let case = Case { number: self.cases, reason, through, messages, opened: 0 };
        self.later(at, days, who, Step::OpenConversation(case));
    }

    fn writer(&self, who: u32, case: Case) -> Vec<Identity> {
        match case.through {
            Through::Email => self.person(who).by_mail(who),
            Through::Chat | Through::Phone => vec![user(who)],
        }
    }

    fn in_conversation(&self, kind: &str, who: u32, case: Case) -> Said {
        Said::new(kind, self.writer(who, case), case.through.channel(), Place::Support)
            .with([("conversation_id", json!(case.id())), ("reason", json!(case.reason.name()))])
    }

    pub(crate) fn open_conversation(&mut self, at: i64, who: u32, case: Case) -> Said {
        let case = Case { opened: at, ..case };
        self.go_on(at, who, case);
        let language = self.person(who).language();
        let text = verbatims::question(&mut self.dice, language, case.reason.topic());
        self.in_conversation("conversation_opened", who, case).text(text, language)
    }

    pub(crate) fn write(&mut self, at: i64, who: u32, case: Case) -> Said {
        let case = Case { messages: case.messages.saturating_sub(1), ..case };
        self.go_on(at, who, case);
        let language = self.person(who).language();
        let text = verbatims::question(&mut self.dice, language, case.reason.topic());
        self.in_conversation("message_received", who, case).text(text, language)
    }

    fn go_on(&mut self, at: i64, who: u32, case: Case) {
        let step = if case.messages > 0 { Step::Write(case) } else { Step::Resolve(case) };
        self.soon(at, case.through.pace() * 3_600.0, who, step);
    }

    pub(crate) fn resolve(&mut self, at: i64, who: u32, case: Case) -> Said {
        if self.dice.chance(0.45) {
            self.soon(at, 3_600.0, who, Step::RateConversation(case));
        }
        if self.dice.chance(0.35) {
            self.soon(at, 7_200.0, who, Step::RateEffort(case));
        }
        let minutes = (at - case.opened) / 60_000_000;
        self.in_conversation("conversation_resolved", who, case).with([("minutes", json!(minutes))])
    }

    pub(crate) fn rate_conversation(&mut self, who: u32, case: Case) -> Said {
        let person = &self.people[who as usize];
        let usual = if case.reason == Reason::Delivery { 3.4 } else { 4.0 };
        let score = answers::csat(&mut self.dice, usual, person);
        let language = person.language();
        let text = verbatims::compose(&mut self.dice, language, Topic::Support, f64::from(score) - 1.0, 4.0);
        self.in_conversation("survey_answered", who, case).score("csat", score).text(text, language)
    }

    pub(crate) fn rate_effort(&mut self, who: u32, case: Case) -> Said {
        let usual = if case.reason == Reason::Delivery { 3.8 } else { 2.9 };
        let score = answers::effort(&mut self.dice, usual, &self.people[who as usize]);
        self.in_conversation("survey_answered", who, case).score("ces", score)
    }
}
