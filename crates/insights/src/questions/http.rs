//! Saved questions over HTTP.

use api::{
    Body, Page, Paging, Params, Problem, Query,
    answers::{Conflict, Forbidden, Invalid, NotFound, Unauthenticated},
};
use axum::{Json, extract::State, http::StatusCode};
use sea_orm::prelude::Uuid;
use team::{May, ReadInsights, WriteQuestions};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{NewQuestion, Question, QuestionChange};
use crate::Insights;

/// The paths of saved questions.
pub(crate) fn routes(insights: Insights) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_questions, save_question))
        .routes(routes!(show_question, change_question, delete_question))
        .with_state(insights)
}

/// List saved questions
///
/// The caller's own and those that are shared with the workspace, by name.
#[utoipa::path(
    get, path = "/api/v1/insights/questions", tag = "insights", params(Paging),
    responses((status = 200, description = "A page of them.", body = Page<Question>), Unauthenticated, Forbidden),
    security(("session" = []), ("key" = ["insights:read"]))
)]
async fn list_questions(
    State(insights): State<Insights>,
    caller: May<ReadInsights>,
    Query(paging): Query<Paging>,
) -> Result<Page<Question>, Problem> {
    let limit = paging.limit()?;
    let questions = insights.questions(&caller, paging.after()?, limit + 1).await?;
    Ok(Page::cut(questions, limit, |last| (last.name.clone(), last.id)))
}

/// Save a question
///
/// For oneself, or shared with the workspace. What cannot be asked is not saved.
#[utoipa::path(
    post, path = "/api/v1/insights/questions", tag = "insights", request_body = NewQuestion,
    responses(
        (status = 201, description = "It is saved.", body = Question),
        Invalid, Unauthenticated, Forbidden, Conflict
    ),
    security(("session" = []), ("key" = ["questions:write"]))
)]
async fn save_question(
    State(insights): State<Insights>,
    caller: May<WriteQuestions>,
    Body(new): Body<NewQuestion>,
) -> Result<(StatusCode, Json<Question>), Problem> {
    Ok((StatusCode::CREATED, Json(insights.save_question(&caller, new).await?)))
}

/// Show a saved question
#[utoipa::path(
    get, path = "/api/v1/insights/questions/{question}", tag = "insights",
    params(("question" = Uuid, Path, description = "Its id.")),
    responses((status = 200, description = "The question.", body = Question), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["insights:read"]))
)]
async fn show_question(
    State(insights): State<Insights>,
    caller: May<ReadInsights>,
    Params(question): Params<Uuid>,
) -> Result<Json<Question>, Problem> {
    Ok(Json(insights.question(&caller, question).await?))
}

/// Change a saved question
///
/// One's own, or one that is shared. What is left out stays as it is.
#[utoipa::path(
    patch, path = "/api/v1/insights/questions/{question}", tag = "insights",
    params(("question" = Uuid, Path, description = "Its id.")), request_body = QuestionChange,
    responses(
        (status = 200, description = "The question as it is now.", body = Question),
        Invalid, Unauthenticated, Forbidden, NotFound
    ),
    security(("session" = []), ("key" = ["questions:write"]))
)]
async fn change_question(
    State(insights): State<Insights>,
    caller: May<WriteQuestions>,
    Params(question): Params<Uuid>,
    Body(change): Body<QuestionChange>,
) -> Result<Json<Question>, Problem> {
    Ok(Json(insights.change_question(&caller, question, change).await?))
}

/// Delete a saved question
///
/// One's own, or one that is shared.
#[utoipa::path(
    delete, path = "/api/v1/insights/questions/{question}", tag = "insights",
    params(("question" = Uuid, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone."), Unauthenticated, Forbidden, NotFound),
    security(("session" = []), ("key" = ["questions:write"]))
)]
async fn delete_question(
    State(insights): State<Insights>,
    caller: May<WriteQuestions>,
    Params(question): Params<Uuid>,
) -> Result<StatusCode, Problem> {
    insights.delete_question(&caller, question).await?;
    Ok(StatusCode::NO_CONTENT)
}
