//! Every route of the team.

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Team, audit, invitations, keys, members, passwords, people, second_factor, sessions, setup, workspaces};

/// Who works here and how they log in: `/api/v1/team`. [`crate::authenticate`] has to stand before it.
pub fn routes(team: Team) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(setup::http::set_up))
        .routes(routes!(sessions::http::log_in, sessions::http::list_sessions, sessions::http::end_other_sessions))
        .routes(routes!(sessions::http::end_session))
        .routes(routes!(sessions::http::show_session, sessions::http::log_out))
        .routes(routes!(sessions::http::log_in_by_link))
        .routes(routes!(sessions::http::give_second_factor))
        .routes(routes!(passwords::http::change_password))
        .routes(routes!(passwords::http::ask_for_password_reset))
        .routes(routes!(passwords::http::reset_password))
        .routes(routes!(second_factor::http::show_second_factor, second_factor::http::begin_second_factor))
        .routes(routes!(second_factor::http::confirm_second_factor))
        .routes(routes!(second_factor::http::renew_recovery_codes))
        .routes(routes!(second_factor::http::remove_second_factor))
        .routes(routes!(people::http::show_me, people::http::change_me))
        .routes(routes!(people::http::ask_for_email_change))
        .routes(routes!(people::http::confirm_email_change))
        .routes(routes!(workspaces::http::list_workspaces, workspaces::http::create_workspace))
        .routes(routes!(workspaces::http::show_workspace, workspaces::http::change_workspace))
        .routes(routes!(members::http::list_members))
        .routes(routes!(members::http::show_member, members::http::change_member, members::http::remove_member))
        .routes(routes!(members::http::leave_workspace))
        .routes(routes!(invitations::http::list_invitations, invitations::http::invite))
        .routes(routes!(invitations::http::revoke_invitation))
        .routes(routes!(invitations::http::accept_invitation))
        .with_state(team.clone())
        .merge(keys::routes(team.clone()))
        .merge(audit::routes(team))
}
