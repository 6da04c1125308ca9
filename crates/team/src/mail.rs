//! The mails of this room.

use base::{EmailAddress, Result, Timestamp, WorkspaceId};
use outbound::mail::{NewMail, Template, post as put};
use sea_orm::DatabaseTransaction;
use serde_json::Value as Json;

/// A mail's template by its name.
macro_rules! template {
    ($name:literal, $subject:literal) => {
        Template {
            name: $name,
            subject: $subject,
            text: include_str!(concat!("../templates/", $name, ".txt")),
            html: include_str!(concat!("../templates/", $name, ".html")),
        }
    };
}

/// `inviter`, `workspace`, `role`, `link`
pub(crate) static INVITATION: Template = template!("invitation", "{{ inviter }} invites you to {{ workspace }}");
/// `name`, `link`
pub(crate) static PASSWORD_RESET: Template = template!("password_reset", "Choose a new password");
/// `name`
pub(crate) static PASSWORD_CHANGED: Template = template!("password_changed", "Your password was changed");
/// `name`, `what`
pub(crate) static SECOND_FACTOR_CHANGED: Template =
    template!("second_factor_changed", "Your second factor was {{ what }}");
/// `name`, `link`
pub(crate) static EMAIL_CONFIRMATION: Template = template!("email_confirmation", "Confirm your e-mail address");
/// `name`, `email`
pub(crate) static EMAIL_CHANGED: Template = template!("email_changed", "Your e-mail address was changed");

/// Posts a mail in the transaction that causes it.
pub(crate) async fn post(
    transaction: &DatabaseTransaction,
    workspace: Option<WorkspaceId>,
    to: &EmailAddress,
    template: &Template,
    data: Json,
    now: Timestamp,
) -> Result<()> {
    put(transaction, NewMail { workspace, to: to.clone(), template, data, unsubscribe: None }, now).await?;
    Ok(())
}
