//! Sends what lies in the outbox: through the configured server, or into a folder.

use async_trait::async_trait;
use base::{Clock, Error, Result};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{
        self,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use store::{
    Store,
    jobs::{Claimed, Failure, Handler, Policy},
};
use url::Url;

use super::{
    Mail, Payload, SEND_MAIL, Settings, State,
    message::Sender,
    settings,
    store::{begin_attempt, delivered, find, refused},
};

/// The way that mail takes; cheap to clone.
#[derive(Clone)]
pub struct Mailer(Arc<Inner>);

struct Inner {
    sender: Sender,
    way: Way,
    patience: Duration,
}

enum Way {
    Server(AsyncSmtpTransport<Tokio1Executor>),
    Folder(PathBuf),
}

/// How long the server may take for one mail.
const PATIENCE: Duration = Duration::from_secs(60);

impl Mailer {
    /// What the settings say; without a server, mails are written into `folder`.
    pub fn new(settings: &Settings, folder: &Path) -> Result<Self> {
        let mailbox = |field: &str, text: &str| {
            let wrong = |_| {
                let message = format!("'{text}' is no mailbox; write Harken <harken@example.com>");
                Error::invalid_field(field, "wrong_type", message)
            };
            text.parse::<Mailbox>().map_err(wrong)
        };
        let sender = Sender {
            from: mailbox("mail.from", &settings.from)?,
            reply_to: settings.reply_to.as_deref().map(|text| mailbox("mail.reply_to", text)).transpose()?,
            dkim: settings.dkim.as_ref().map(settings::Dkim::read).transpose()?,
        };
        let way = match &settings.url {
            Some(url) => Way::Server(server(url, settings, &sender)?),
            None => {
                tracing::info!(folder = %folder.display(), "no mail server is configured: mails are written there");
                Way::Folder(folder.to_owned())
            }
        };
        Ok(Self(Arc::new(Inner { sender, way, patience: PATIENCE })))
    }

    /// The same with another patience, for tests of servers that say nothing.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        let Self(inner) = self;
        match Arc::try_unwrap(inner) {
            Ok(inner) => Self(Arc::new(Inner { patience, ..inner })),
            Err(shared) => Self(shared),
        }
    }

    async fn deliver(&self, mail: &Mail) -> Result<State, Failure> {
        let message = self.0.sender.write(mail)?;
        match &self.0.way {
            Way::Folder(folder) => {
                write(folder, mail, &message.formatted()).await?;
                Ok(State::Written)
            }
            Way::Server(server) => match tokio::time::timeout(self.0.patience, server.send(message)).await {
                Ok(Ok(_)) => Ok(State::Sent),
                Ok(Err(error)) => Err(refusal(&error)),
                Err(_) => Err(Failure::again("the mail server took too long")),
            },
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that makes SMTP transports")]
fn server(url: &str, settings: &Settings, sender: &Sender) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    let wrong = |message: String| Error::invalid_field("mail.url", "wrong_type", message);
    let url = Url::parse(url).map_err(|error| wrong(format!("mail.url is no URL: {error}")))?;
    let host = url.host_str().ok_or_else(|| wrong("mail.url names no host".into()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("mail.url holds neither user nor password: set mail.user and mail.password_file".into()));
    }
    let tls = || TlsParameters::new(host.to_owned()).map_err(|error| wrong(format!("mail.url: {error}")));
    let encrypted = match url.query() {
        None | Some("tls=required") => true,
        Some("tls=none") if url.scheme() == "smtp" => false,
        Some(other) => return Err(wrong(format!("mail.url understands ?tls=none, not '{other}'"))),
    };
    let (tls, port) = match url.scheme() {
        "smtps" => (Tls::Wrapper(tls()?), 465),
        "smtp" if encrypted => (Tls::Required(tls()?), 587),
        "smtp" => (Tls::None, 587),
        other => return Err(wrong(format!("mail.url must begin with smtp:// or smtps://, not {other}://"))),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(url.port().unwrap_or(port))
        .tls(tls)
        .hello_name(ClientId::Domain(sender.from.email.domain().to_owned()))
        .timeout(Some(PATIENCE));
    if let Some(user) = &settings.user {
        let file = settings.password_file.as_deref().ok_or_else(|| {
            Error::invalid_field("mail.password_file", "missing", "mail.user needs mail.password_file")
        })?;
        let password = settings::read("mail.password_file", file)?;
        builder = builder.credentials(Credentials::new(user.clone(), password));
    }
    Ok(builder.build())
}

/// Only a refusal of this very mail is final. That the server does not know us is for the operator to mend, and the mail
/// waits for it.
fn refusal(error: &smtp::Error) -> Failure {
    const ABOUT_US: [&str; 5] = ["421", "530", "534", "535", "538"];
    let code = error.status().map(|code| code.to_string());
    let about_us = code.as_deref().is_some_and(|code| ABOUT_US.contains(&code));
    let why = format!("the mail server: {error}");
    if error.is_permanent() && !about_us { Failure::never(why) } else { Failure::again(why) }
}

/// Writes under another name first, so that whoever looks into the folder sees whole mails only.
async fn write(folder: &Path, mail: &Mail, bytes: &[u8]) -> Result<()> {
    let file = folder.join(format!("{}.eml", mail.id));
    let part = folder.join(format!("{}.part", mail.id));
    let written = async {
        tokio::fs::create_dir_all(folder).await?;
        tokio::fs::write(&part, bytes).await?;
        tokio::fs::rename(&part, &file).await
    };
    written.await.map_err(|error| Error::unavailable(format!("{} cannot be written: {error}", file.display())))
}

/// Sends one mail.
pub struct SendMail {
    store: Store,
    clock: Clock,
    mailer: Mailer,
}

impl SendMail {
    /// The handler of `send_mail` jobs.
    pub fn new(store: Store, clock: Clock, mailer: Mailer) -> Self {
        Self { store, clock, mailer }
    }
}

#[async_trait]
impl Handler for SendMail {
    fn kind(&self) -> &'static str {
        SEND_MAIL
    }

    fn policy(&self) -> Policy {
        Policy { limit: Duration::from_secs(120), ..Policy::default() }
    }

    async fn run(&self, job: &Claimed) -> Result<(), Failure> {
        let Payload { mail: id } = job.payload()?;
        // In a transaction of its own before anything leaves: whoever has lost the job sends nothing.
        let transaction = job.begin(&self.store).await?;
        begin_attempt(&transaction, id, self.mailer.0.sender.message_id(id)).await?;
        let mail = find(&transaction, id).await?;
        transaction.commit().await.map_err(store::failed)?;
        let mail = mail.ok_or_else(|| Failure::never("the mail is not there any more"))?;
        if mail.state != State::Waiting {
            return Ok(());
        }
        let outcome = self.mailer.deliver(&mail).await;
        let transaction = job.begin(&self.store).await?;
        match outcome {
            Ok(state) => {
                delivered(&transaction, id, state, self.clock.now()).await?;
                Ok(job.done(transaction).await?)
            }
            Err(failure) => {
                let (why, last) = match &failure {
                    Failure::Again { why, .. } => (why, job.attempt >= self.policy().attempts),
                    Failure::Never { why } => (why, true),
                };
                refused(&transaction, id, why, last.then(|| self.clock.now())).await?;
                transaction.commit().await.map_err(store::failed)?;
                Err(failure)
            }
        }
    }
}
