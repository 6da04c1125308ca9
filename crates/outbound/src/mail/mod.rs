//! Mail: an outbox that is a log, too. A mail is rendered and written in the transaction that causes it, then sent by a job.

mod message;
mod send;
mod settings;
mod store;
mod template;

use ::store::jobs::{NewJob, enqueue};
use base::{EmailAddress, Error, Result, Timestamp, WorkspaceId};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;
use uuid::Uuid;

pub use send::{Mailer, SendMail};
pub use settings::{Dkim, DkimAlgorithm, Settings};
pub use store::{find, forget};
pub use template::Template;

/// The kind of the job that sends a mail.
pub(crate) const SEND_MAIL: &str = "send_mail";

/// A mail's id: a UUIDv7 whose time is when it was posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailId(pub Uuid);

impl MailId {
    fn new(at: Timestamp) -> Self {
        Self(base::uuid_v7(at, rand::random()))
    }
}

impl fmt::Display for MailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A mail that is to be posted.
#[derive(Clone, Debug)]
pub struct NewMail<'a> {
    /// Whose it is; `None` for mail about a person's own account.
    pub workspace: Option<WorkspaceId>,
    /// Whom it is for.
    pub to: EmailAddress,
    /// What it says …
    pub template: &'a Template,
    /// … with these values, an object.
    pub data: serde_json::Value,
    /// Where one click, without logging in, ends mail of this kind. `None` for mail that somebody asked for just now.
    pub unsubscribe: Option<Url>,
}

/// What has become of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is still to be sent.
    Waiting,
    /// The mail server has taken it.
    Sent,
    /// No server is configured: it lies in the folder `mail`.
    Written,
    /// It was given up; `error` says why.
    Failed,
}

impl State {
    const ALL: [Self; 4] = [Self::Waiting, Self::Sent, Self::Written, Self::Failed];

    /// Its name in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Written => "written",
            Self::Failed => "failed",
        }
    }

    fn named(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|state| state.name() == name);
        found.ok_or_else(|| Error::internal(format!("a mail cannot be {name}")))
    }
}

/// A mail in the outbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail {
    /// Its id.
    pub id: MailId,
    /// Whose it is.
    pub workspace: Option<WorkspaceId>,
    /// Whom it is for.
    pub to: EmailAddress,
    /// The template's name.
    pub template: String,
    /// Its subject.
    pub subject: String,
    /// As plain text; emptied once it is delivered, because it may hold a link that logs somebody in.
    pub text: String,
    /// As HTML; emptied with the text.
    pub html: String,
    /// Where one click ends mail of this kind.
    pub unsubscribe: Option<Url>,
    /// Made at the first attempt and the same at every other, so that a mail that comes twice is recognised.
    pub message_id: Option<String>,
    /// What has become of it.
    pub state: State,
    /// How often it was tried.
    pub attempts: i64,
    /// What went wrong last.
    pub error: Option<String>,
    /// When it was posted.
    pub created_at: Timestamp,
    /// When it was sent or given up.
    pub ended_at: Option<Timestamp>,
}

/// What the job is told.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    mail: MailId,
}

/// Posts a mail: renders it, and in the caller's transaction writes it and the job that sends it.
pub async fn post(transaction: &DatabaseTransaction, mail: NewMail<'_>, now: Timestamp) -> Result<MailId> {
    // An address that no server would take is told to whoever asked for the mail, not to a log afterwards.
    message::on_the_wire(&mail.to)?;
    let rendered = mail.template.render(&mail.data, mail.unsubscribe.as_ref())?;
    let mail = Mail {
        id: MailId::new(now),
        workspace: mail.workspace,
        to: mail.to,
        template: mail.template.name.to_owned(),
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        unsubscribe: mail.unsubscribe,
        message_id: None,
        state: State::Waiting,
        attempts: 0,
        error: None,
        created_at: now,
        ended_at: None,
    };
    store::insert(transaction, &mail).await?;
    let job = NewJob::new(SEND_MAIL, &Payload { mail: mail.id })?;
    let job = mail.workspace.into_iter().fold(job, NewJob::in_workspace);
    enqueue(transaction, job, now).await?;
    Ok(mail.id)
}
