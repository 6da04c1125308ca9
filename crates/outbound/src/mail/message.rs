//! A mail as it goes over the wire.

use base::{EmailAddress, Error, Result};
use lettre::{
    Address, Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        dkim::DkimConfig,
        header::{HeaderName, HeaderValue},
    },
};
use std::time::{Duration, SystemTime};
use url::Host;

use super::Mail;

/// Who writes, and how it is signed.
#[derive(Debug)]
pub(super) struct Sender {
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    pub dkim: Option<DkimConfig>,
}

impl Sender {
    /// The id that a mail gets at its first attempt.
    pub fn message_id(&self, mail: super::MailId) -> String {
        format!("<{mail}@{}>", self.from.email.domain())
    }

    /// The mail with its headers, in plain text and HTML, the same at every attempt but for the signature's time.
    pub fn write(&self, mail: &Mail) -> Result<Message> {
        let header = |name, value: String| {
            HeaderValue::dangerous_new_pre_encoded(HeaderName::new_from_ascii_str(name), value.clone(), value)
        };
        let posted = Duration::from_micros(u64::try_from(mail.created_at.micros()).unwrap_or(0));
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, on_the_wire(&mail.to)?))
            .subject(mail.subject.as_str())
            .date(SystemTime::UNIX_EPOCH + posted)
            .message_id(mail.message_id.clone())
            // So that no robot answers (RFC 3834).
            .raw_header(header("Auto-Submitted", "auto-generated".into()));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        if let Some(url) = &mail.unsubscribe {
            // A URL holds neither spaces nor line ends nor anything but ASCII, so it needs no encoding and must have none.
            builder = builder
                .raw_header(header("List-Unsubscribe", format!("<{url}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        let parts = MultiPart::alternative()
            .boundary(mail.id.0.simple().to_string())
            .singlepart(SinglePart::plain(mail.text.clone()))
            .singlepart(SinglePart::html(mail.html.clone()));
        let mut message = builder
            .multipart(parts)
            .map_err(|error| Error::internal(format!("the mail {} cannot be written: {error}", mail.id)))?;
        if let Some(dkim) = &self.dkim {
            message.sign(dkim);
        }
        Ok(message)
    }
}

/// An address as mail servers know it: a domain like `müller.example` is written in ASCII.
pub(super) fn on_the_wire(email: &EmailAddress) -> Result<Address> {
    let wrong = || Error::invalid_field("email", "not_an_address", "this is not an e-mail address");
    let (local, domain) = email.as_str().rsplit_once('@').ok_or_else(wrong)?;
    match Host::parse(domain) {
        Ok(Host::Domain(ascii)) => Address::new(local, ascii).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_written_in_ascii_and_a_number_is_none() {
        let wire = |text: &str| on_the_wire(&text.parse().unwrap()).map(|address| address.to_string());
        assert_eq!(wire("jo@m\u{fc}ller.example").unwrap(), "jo@xn--mller-kva.example");
        for fine in ["ana@example.com", "Ana.B+tag@mail.example.com", "o'hara@example.co", "root@localhost"] {
            assert_eq!(wire(fine).unwrap(), fine);
        }
        assert!(wire("ana@127.0.0.1").is_err() && wire("ana@2130706433").is_err());
    }
}
