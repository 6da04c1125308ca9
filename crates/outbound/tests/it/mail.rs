//! Mail from the outbox to a server's door, told to both databases.

use async_trait::async_trait;
use base::{Clock, Timestamp, WorkspaceId};
use outbound::mail::{self, Dkim, DkimAlgorithm, Mail, MailId, Mailer, NewMail, SendMail, Settings, State, Template};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use store::jobs::{Claimed, Failure, Handler, Policy, Worker};
use testkit::{Database, databases};
use tokio::task::JoinHandle;
use url::Url;

use crate::sink::{Arrived, Mode, Sink};

/// The private key of RFC 8463, appendix A.
const ED25519_KEY: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

const INVITATION: Template = Template {
    name: "invitation",
    subject: "{{ inviter }} invites you to {{ workspace }}",
    text: "{% extends 'layout.txt' %}{% block content %}{{ inviter }} invites you.\n\n{{ link }}{% endblock %}",
    html: "{% extends 'layout.html' %}{% block content %}<h1>{{ inviter }} invites you</h1>\
           <p><a class=\"button\" href=\"{{ link }}\">Join</a></p>{% endblock %}",
};

/// An outbox over one database and a mail server.
struct Post {
    database: Database,
    clock: Clock,
    sink: Sink,
    mailer: Mailer,
}

/// Sends as the product does, but tries again and takes a silent worker's job over soon.
struct Quick(SendMail);

#[async_trait]
impl Handler for Quick {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn policy(&self) -> Policy {
        let second = Duration::from_secs(1);
        Policy { lease: 2 * second, first: second, longest: second, ..self.0.policy() }
    }

    async fn run(&self, job: &Claimed) -> Result<(), Failure> {
        self.0.run(job).await
    }
}

impl Post {
    async fn over(database: Database) -> Self {
        eprintln!("on {}", database.name);
        let sink = Sink::start().await;
        let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
        let settings = Settings {
            url: Some(format!("smtp://{}?tls=none", sink.address)),
            from: "Harken <harken@shop.example>".into(),
            reply_to: Some("help@shop.example".into()),
            ..Settings::default()
        };
        let mailer = Mailer::new(&settings, database.folder.path()).unwrap();
        Self { database, clock, sink, mailer: mailer.with_patience(Duration::from_secs(2)) }
    }

    async fn posts(&self, to: &str, unsubscribe: Option<&str>) -> MailId {
        let mail = NewMail {
            workspace: Some(WorkspaceId(uuid::Uuid::nil())),
            to: to.parse().unwrap(),
            template: &INVITATION,
            data: json!({ "inviter": "Ana Müller", "workspace": "Shop", "link": "https://cx.shop.example/i?t=1&u=2" }),
            unsubscribe: unsubscribe.map(|url| url.parse::<Url>().unwrap()),
        };
        let transaction = self.database.store.begin().await.unwrap();
        let id = mail::post(&transaction, mail, self.clock.now()).await.unwrap();
        transaction.commit().await.unwrap();
        id
    }

    fn works(&self) -> JoinHandle<()> {
        let (store, clock) = (self.database.store.clone(), self.clock.clone());
        let handler = Quick(SendMail::new(store.clone(), clock.clone(), self.mailer.clone()));
        let worker = Worker::new(store, clock, vec![Arc::new(handler)], Arc::new(Vec::new())).unwrap();
        tokio::spawn(worker.run(std::future::pending(), Duration::ZERO))
    }

    async fn looks_at(&self, id: MailId) -> Mail {
        mail::find(self.database.store.read(), id).await.unwrap().unwrap()
    }

    /// Lets a worker work, and time pass, until the mail is as wanted.
    async fn works_until(&self, id: MailId, wanted: impl Fn(&Mail) -> bool) -> Mail {
        let worker = self.works();
        let mail = self.waits_until(id, wanted).await;
        worker.abort();
        let _ = worker.await;
        mail
    }

    async fn waits_until(&self, id: MailId, wanted: impl Fn(&Mail) -> bool) -> Mail {
        for _ in 0..3_000 {
            let mail = self.looks_at(id).await;
            if wanted(&mail) {
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            self.clock.set(self.clock.now().plus(20 * Timestamp::SECOND));
        }
        panic!("it never was as wanted: {:?}", self.looks_at(id).await);
    }
}

async fn on_both(story: impl AsyncFn(&Post)) {
    for database in databases().await {
        let post = Post::over(database).await;
        story(&post).await;
        post.database.dispose().await;
    }
}

#[tokio::test]
async fn an_invitation_arrives_with_everything_a_mail_needs() {
    on_both(async |post| {
        let id = post.posts("bruno@example.com", Some("https://cx.shop.example/stop?t=abc")).await;
        let mail = post.works_until(id, |mail| mail.state == State::Sent).await;
        assert_eq!((mail.attempts, mail.error.as_deref()), (1, None));
        // The link in it would let somebody in: the log keeps who and what about, not what it said.
        assert_eq!((mail.text.as_str(), mail.html.as_str()), ("", ""));
        let arrived = post.sink.mails();
        assert_eq!(arrived.len(), 1);
        let arrived = &arrived[0];
        assert!(arrived.from.contains("<harken@shop.example>") && arrived.to.contains("<bruno@example.com>"));
        let header = |name: &str| arrived.header(name).unwrap_or_default();
        assert_eq!(header("From"), "Harken <harken@shop.example>");
        assert_eq!(header("Reply-To"), "help@shop.example");
        assert_eq!(header("To"), "bruno@example.com");
        assert_eq!(header("Subject"), "Ana =?utf-8?b?TcO8bGxlcg==?= invites you to Shop");
        assert_eq!(header("Message-ID"), format!("<{id}@shop.example>"));
        assert_eq!(Some(header("Message-ID")), mail.message_id);
        assert_eq!(header("Date"), "Mon, 02 Mar 2026 09:00:00 +0000");
        assert_eq!(header("Auto-Submitted"), "auto-generated");
        assert_eq!(header("List-Unsubscribe"), "<https://cx.shop.example/stop?t=abc>");
        assert_eq!(header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
        assert!(header("Content-Type").starts_with("multipart/alternative;"));
        assert!(
            arrived.text.contains("text/plain; charset=utf-8") && arrived.text.contains("text/html; charset=utf-8")
        );
        assert!(arrived.text.is_ascii());
    })
    .await;
}

#[tokio::test]
async fn mail_that_was_asked_for_has_no_unsubscribe_header() {
    on_both(async |post| {
        let id = post.posts("bruno@example.com", None).await;
        post.works_until(id, |mail| mail.state == State::Sent).await;
        assert_eq!(post.sink.mails()[0].header("List-Unsubscribe"), None);
    })
    .await;
}

#[tokio::test]
async fn what_is_rolled_back_is_never_sent() {
    on_both(async |post| {
        let transaction = post.database.store.begin().await.unwrap();
        let mail = NewMail {
            workspace: None,
            to: "bruno@example.com".parse().unwrap(),
            template: &INVITATION,
            data: json!({ "inviter": "Ana", "workspace": "Shop", "link": "x" }),
            unsubscribe: None,
        };
        let gone = mail::post(&transaction, mail, post.clock.now()).await.unwrap();
        drop(transaction);
        let id = post.posts("chidi@example.com", None).await;
        post.works_until(id, |mail| mail.state == State::Sent).await;
        assert_eq!(post.sink.mails().len(), 1);
        assert_eq!(mail::find(post.database.store.read(), gone).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_cannot_now_is_asked_again_and_one_that_will_not_is_not() {
    on_both(async |post| {
        for (mode, why) in [
            (Mode::Answer("GREETING", "421 busy"), "421"),
            (Mode::Answer("RCPT", "450 mailbox busy"), "450"),
            (Mode::Answer(".", "451 try later"), "451"),
            (Mode::Answer("MAIL", "530 authenticate first"), "530"),
            (Mode::Answer("EHLO", "nonsense"), "response error"),
        ] {
            post.sink.becomes(mode);
            let id = post.posts("bruno@example.com", None).await;
            let mail = post.works_until(id, |mail| mail.error.is_some()).await;
            assert_eq!(mail.state, State::Waiting, "{mode:?}");
            assert!(mail.error.as_deref().is_some_and(|error| error.contains(why)), "{mode:?}: {:?}", mail.error);
            post.sink.becomes(Mode::Accept);
            let mail = post.works_until(id, |mail| mail.state == State::Sent).await;
            assert!(mail.attempts >= 2 && mail.error.is_none(), "{mode:?}");
        }
        for (mode, why) in [
            (Mode::Answer("RCPT", "550 5.1.1 no such user"), "no such user"),
            (Mode::Answer(".", "554 looks like spam"), "looks like spam"),
        ] {
            post.sink.becomes(mode);
            let before = post.sink.mails().len();
            let id = post.posts("nobody@example.com", None).await;
            let mail = post.works_until(id, |mail| mail.state == State::Failed).await;
            assert_eq!(mail.attempts, 1, "{mode:?}");
            assert!(mail.error.is_some_and(|error| error.contains(why)), "{mode:?}");
            assert!(mail.ended_at.is_some() && mail.text.contains("https://"), "a person may still have it sent");
            assert!(post.sink.mails().len() - before <= 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_that_falls_silent_at_any_step_or_drips_holds_nothing_up_for_long() {
    for database in databases().await.into_iter().take(1) {
        let mut post = Post::over(database).await;
        post.mailer = post.mailer.with_patience(Duration::from_millis(200));
        let hanging = ["GREETING", "EHLO", "MAIL", "RCPT", "DATA", "."].map(Mode::HangAt);
        for mode in hanging.into_iter().chain([Mode::Drips]) {
            post.sink.becomes(mode);
            let id = post.posts("bruno@example.com", None).await;
            let mail = post.works_until(id, |mail| mail.error.is_some()).await;
            assert_eq!((mail.state, mail.error.as_deref()), (State::Waiting, Some("the mail server took too long")));
            post.sink.becomes(Mode::Accept);
            post.works_until(id, |mail| mail.state == State::Sent).await;
        }
    }
}

#[tokio::test]
async fn nobody_at_the_door_is_tried_again_until_the_attempts_are_used_up() {
    on_both(async |post| {
        let settings = Settings { url: Some("smtp://127.0.0.1:1?tls=none".into()), ..Settings::default() };
        let nowhere = Mailer::new(&settings, post.database.folder.path()).unwrap();
        let post = Post {
            database: Database::sqlite().await,
            clock: post.clock.clone(),
            sink: Sink::start().await,
            mailer: nowhere,
        };
        let id = post.posts("bruno@example.com", None).await;
        let mail = post.works_until(id, |mail| mail.state == State::Failed).await;
        assert_eq!((mail.state, mail.attempts), (State::Failed, i64::from(Policy::default().attempts)));
        assert!(mail.error.is_some_and(|error| error.contains("onnection")));
        post.database.dispose().await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_brings_the_same_mail_twice_with_one_message_id() {
    on_both(async |post| {
        post.sink.becomes(Mode::DropAfterDot);
        let id = post.posts("bruno@example.com", None).await;
        post.works_until(id, |mail| mail.state == State::Sent).await;
        let ids: Vec<_> = post.sink.mails().iter().map(|mail| mail.header("Message-ID")).collect();
        assert_eq!(ids, vec![Some(format!("<{id}@shop.example>")); 2]);
        let texts: Vec<_> = post.sink.mails().into_iter().map(|mail| mail.text).collect();
        assert_eq!(texts[0], texts[1]);
    })
    .await;
}

#[tokio::test]
async fn a_death_between_sending_and_noting_it_repeats_the_mail_with_one_message_id() {
    on_both(async |post| {
        post.sink.becomes(Mode::HangAt("."));
        let id = post.posts("bruno@example.com", None).await;
        let worker = post.works();
        post.sink.arrived.notified().await;
        // The mail is with the server; the process dies before it hears so.
        worker.abort();
        let _ = worker.await;
        assert_eq!(post.looks_at(id).await.state, State::Waiting);
        post.sink.becomes(Mode::Accept);
        let mail = post.works_until(id, |mail| mail.state == State::Sent).await;
        assert_eq!(mail.attempts, 2);
        let ids: Vec<_> = post.sink.mails().iter().map(|mail| mail.header("Message-ID")).collect();
        assert_eq!(ids, vec![mail.message_id; 2]);
    })
    .await;
}

#[tokio::test]
async fn without_a_server_mail_lies_in_a_folder() {
    on_both(async |post| {
        let folder = post.database.folder.path().join("mail");
        let post = Post {
            database: Database::sqlite().await,
            clock: post.clock.clone(),
            sink: Sink::start().await,
            mailer: Mailer::new(&Settings::default(), &folder).unwrap(),
        };
        let id = post.posts("bruno@example.com", None).await;
        post.works_until(id, |mail| mail.state == State::Written).await;
        let written = std::fs::read_to_string(folder.join(format!("{id}.eml"))).unwrap();
        assert!(written.contains("To: bruno@example.com\r\n") && written.contains("https://cx.shop.example/i"));
        assert!(post.sink.mails().is_empty());
        post.database.dispose().await;
    })
    .await;
}

#[tokio::test]
async fn a_signed_mail_says_by_whom_and_over_what() {
    on_both(async |post| {
        let folder = post.database.folder.path().join("mail");
        let key = post.database.folder.path().join("dkim.key");
        std::fs::write(&key, format!("{ED25519_KEY}\n")).unwrap();
        let dkim = Dkim {
            domain: "shop.example".into(),
            selector: "harken".into(),
            key_file: key,
            algorithm: DkimAlgorithm::Ed25519,
        };
        let settings = Settings { from: "Shop <cx@shop.example>".into(), dkim: Some(dkim), ..Settings::default() };
        let post = Post {
            database: Database::sqlite().await,
            clock: post.clock.clone(),
            sink: Sink::start().await,
            mailer: Mailer::new(&settings, &folder).unwrap(),
        };
        let id = post.posts("bruno@example.com", Some("https://cx.shop.example/stop?t=abc")).await;
        post.works_until(id, |mail| mail.state == State::Written).await;
        let written = std::fs::read_to_string(folder.join(format!("{id}.eml"))).unwrap();
        let arrived = Arrived { from: String::new(), to: String::new(), text: written };
        let signature = arrived.header("DKIM-Signature").unwrap();
        assert!(
            signature.starts_with("v=1; a=ed25519-sha256; d=shop.example; s=harken; c=relaxed/relaxed;"),
            "{signature}"
        );
        assert!(signature.contains(":list-unsubscribe:list-unsubscribe-post;"), "{signature}");
        post.database.dispose().await;
    })
    .await;
}

#[tokio::test]
async fn old_mail_is_forgotten_and_waiting_mail_is_not() {
    on_both(async |post| {
        let sent = post.posts("bruno@example.com", None).await;
        post.works_until(sent, |mail| mail.state == State::Sent).await;
        let waiting = post.posts("chidi@example.com", None).await;
        let store = &post.database.store;
        assert_eq!(mail::forget(store, post.clock.now().plus(-Timestamp::DAY)).await.unwrap(), 0);
        assert_eq!(mail::forget(store, post.clock.now().plus(Timestamp::DAY)).await.unwrap(), 1);
        assert!(mail::find(store.read(), sent).await.unwrap().is_none());
        assert!(mail::find(store.read(), waiting).await.unwrap().is_some());
    })
    .await;
}

#[test]
fn settings_that_cannot_be_meant_name_their_field() {
    let folder = tempfile::tempdir().unwrap();
    let field = |settings: Settings| {
        let error = Mailer::new(&settings, folder.path()).err().unwrap();
        error.fields[0].field.clone()
    };
    let url = |url: &str| Settings { url: Some(url.into()), ..Settings::default() };
    for wrong in
        ["mail.example", "http://mail.example", "smtp://ana:secret@mail.example", "smtp://mail.example?tls=maybe"]
    {
        assert_eq!(field(url(wrong)), "mail.url", "{wrong}");
    }
    assert_eq!(field(Settings { from: "nobody".into(), ..Settings::default() }), "mail.from");
    assert_eq!(field(Settings { reply_to: Some("\r\nBcc: x".into()), ..Settings::default() }), "mail.reply_to");
    assert_eq!(field(Settings { user: Some("ana".into()), ..url("smtps://mail.example") }), "mail.password_file");
    let missing = Some(folder.path().join("nothing"));
    let secret = Settings { user: Some("ana".into()), password_file: missing, ..url("smtps://mail.example") };
    assert_eq!(field(secret), "mail.password_file");
    assert!(Mailer::new(&url("smtps://mail.example"), folder.path()).is_ok());
}
