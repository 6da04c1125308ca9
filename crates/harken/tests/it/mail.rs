//! F22: mail as a public server gets it. aiosmtpd takes it or does not, dkimpy checks its signature.

use base::Clock;
use outbound::mail::{self, MailId, NewMail, Template};
use serde_json::{Value as Json, json};
use team::Role;
use tokio::process::Command;

use crate::world::{
    Browser, Installation, Receiver, Server, clients::client, on_both_databases, rooms::store, server::PATIENCE,
};

const BRUNO: &str = "bruno@example.com";
const NEWS: Template = Template {
    name: "news",
    subject: "What is new at {{ shop }}",
    text: "{% extends 'layout.txt' %}{% block content %}New at {{ shop }}: läuft.{% endblock %}",
    html: "{% extends 'layout.html' %}{% block content %}<h1>New at {{ shop }}: läuft.</h1>{% endblock %}",
};

/// A mail server that is run with these arguments.
fn sink(arguments: &[&str]) -> Option<Command> {
    let mut program = client("python/mail_sink.py")?;
    program.args(arguments);
    Some(program)
}

impl Receiver {
    /// The next mail for somebody.
    pub async fn hears_of(&mut self, recipient: &str) -> Json {
        loop {
            let mail = self.hears().await;
            if mail["to"] == json!([recipient]) {
                return mail;
            }
        }
    }
}

impl Installation {
    /// Sends its mail there, by a URL that ends in this.
    fn mails_to(self, sink: &Receiver, tls: &str) -> Self {
        self.public()
            .with("HARKEN__MAIL__URL", format!("smtp://{}{tls}", sink.address()))
            .with("HARKEN__MAIL__FROM", "Shop <cx@shop.example>")
    }

    /// Posts a mail that one click ends, as the rooms do.
    async fn posts_news(&self) -> MailId {
        let news = NewMail {
            workspace: None,
            to: BRUNO.parse().unwrap(),
            template: &NEWS,
            data: json!({ "shop": "Shop" }),
            unsubscribe: Some("https://cx.shop.example/stop?t=abc".parse().unwrap()),
        };
        let store = store(self).await;
        let transaction = store.begin().await.unwrap();
        let id = mail::post(&transaction, news, Clock::system().now()).await.unwrap();
        transaction.commit().await.unwrap();
        id
    }
}

async fn invites_bruno(installation: &Installation, server: &Server) -> Browser {
    let mut olga = Browser::of("olga", Role::Owner, installation, server).await;
    olga.makes("/api/v1/team/invitations", json!({ "email": BRUNO, "role": "agent" })).await;
    olga
}

/// Waits until the console shows why the mail's job failed.
async fn failure(browser: &mut Browser) -> Json {
    let looking = async {
        loop {
            let jobs = browser.sees("/api/v1/jobs?kind=send_mail").await;
            if jobs["items"][0]["reason"].is_string() {
                return jobs["items"][0].clone();
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.expect("no mail fails")
}

on_both_databases! {
    async fn what_a_server_puts_off_arrives_later_signed_and_as_it_was(installation: Installation) {
        arrives_signed(installation, "rsa").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_by_ed25519_is_verified() {
    arrives_signed(Installation::on_sqlite().await, "ed25519").await;
}

async fn arrives_signed(installation: Installation, algorithm: &str) {
    let key = installation.beside("dkim.key");
    let put_off = ["--answers", BRUNO, "451 4.3.0 try later", "451 4.3.0 try later"];
    let Some(program) = sink(&[&["--key", algorithm, key.to_str().unwrap()], put_off.as_slice()].concat()) else {
        return;
    };
    let mut sink = Receiver::start(program).await;
    let installation = installation
        .mails_to(&sink, "?tls=none")
        .with("HARKEN__MAIL__DKIM__DOMAIN", "shop.example")
        .with("HARKEN__MAIL__DKIM__SELECTOR", "harken")
        .with("HARKEN__MAIL__DKIM__KEY_FILE", key.display())
        .with("HARKEN__MAIL__DKIM__ALGORITHM", algorithm);
    let server = installation.serve().await;
    invites_bruno(&installation, &server).await;
    let news = installation.posts_news().await;
    let mut tries = Vec::new();
    for _ in 0..4 {
        tries.push(sink.hears_of(BRUNO).await);
    }
    let (put_off, kept): (Vec<&Json>, Vec<&Json>) = tries.iter().partition(|mail| mail["answer"] != "250 kept");
    assert_eq!((put_off.len(), kept.len()), (2, 2));
    let of = |mails: &[&Json], subject: &str| {
        let found = mails.iter().find(|mail| mail["headers"]["subject"] == subject);
        (*found.unwrap_or_else(|| panic!("{subject} is not among {mails:?}"))).clone()
    };
    for subject in ["olga invites you to Default", "What is new at Shop"] {
        let (first, mail) = (of(&put_off, subject), of(&kept, subject));
        for part in ["message-id", "date", "from", "to", "list-unsubscribe"] {
            assert_eq!(first["headers"][part], mail["headers"][part], "{part} is the same at every attempt");
        }
        assert_eq!(first["parts"], mail["parts"]);
        assert_eq!((&mail["signed"], &mail["defects"]), (&json!(true), &json!([])), "{mail}");
        assert_eq!((&mail["from"], &mail["to"]), (&json!("cx@shop.example"), &json!([BRUNO])));
        let headers = &mail["headers"];
        assert_eq!((&headers["from"], &headers["to"]), (&json!("Shop <cx@shop.example>"), &json!(BRUNO)));
        assert_eq!((&headers["mime-version"], &headers["auto-submitted"]), (&json!("1.0"), &json!("auto-generated")));
        assert!(headers["date"].as_str().unwrap().ends_with("+0000"), "{headers}");
        assert!(headers["content-type"].as_str().unwrap().starts_with("multipart/alternative"), "{headers}");
    }
    let invitation = of(&kept, "olga invites you to Default");
    assert_eq!(invitation["headers"]["list-unsubscribe"], Json::Null, "it was asked for just now");
    for kind in ["text/plain", "text/html"] {
        assert!(invitation["parts"][kind].as_str().unwrap().contains("invitation#"), "{invitation}");
    }
    let mail = of(&kept, "What is new at Shop");
    assert_eq!(mail["headers"]["message-id"], format!("<{news}@shop.example>"));
    assert_eq!(mail["headers"]["list-unsubscribe"], "<https://cx.shop.example/stop?t=abc>");
    assert_eq!(mail["headers"]["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
    for (kind, text) in [("text/plain", "New at Shop: läuft."), ("text/html", "<h1>New at Shop: läuft.</h1>")] {
        assert!(mail["parts"][kind].as_str().unwrap().contains(text), "{mail}");
    }
    server.stop().await;
    installation.is_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_mail_is_not_tried_again_and_the_console_shows_why() {
    let Some(program) = sink(&["--answers", BRUNO, "550 5.7.1 we do not like it"]) else { return };
    let mut sink = Receiver::start(program).await;
    let installation = Installation::on_sqlite().await.mails_to(&sink, "?tls=none");
    let server = installation.serve().await;
    let mut olga = invites_bruno(&installation, &server).await;
    assert_eq!(sink.hears_of(BRUNO).await["answer"], "550 5.7.1 we do not like it");
    let job = failure(&mut olga).await;
    assert_eq!((&job["state"], &job["attempt"]), (&json!("dead"), &json!(1)), "{job}");
    assert!(job["reason"].as_str().unwrap().contains("we do not like it"), "{job}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_to_a_server_that_cannot_prove_who_it_is() {
    for (arguments, why) in [(["--starttls"].as_slice(), "certificate"), (&[], "STARTTLS")] {
        let Some(program) = sink(arguments) else { return };
        let mut sink = Receiver::start(program).await;
        let installation = Installation::on_sqlite().await.mails_to(&sink, "");
        let server = installation.serve().await;
        let mut olga = invites_bruno(&installation, &server).await;
        let job = failure(&mut olga).await;
        assert_eq!(job["state"], "waiting", "the operator may mend it: {job}");
        assert!(job["reason"].as_str().unwrap().contains(why), "{job}");
        sink.hears_nothing_for(std::time::Duration::from_millis(100)).await;
        server.stop().await;
    }
}
