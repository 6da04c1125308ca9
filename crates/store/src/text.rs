//! Text compared the same way by each engine: byte by byte, and with ASCII letters in either case.

use sea_orm::sea_query::{Expr, ExprTrait, Func};

use crate::Engine;

/// Text whose order is the order of its bytes.
pub fn bytewise(engine: Engine, text: Expr) -> Expr {
    match engine {
        Engine::Sqlite => text,
        Engine::Postgres => Expr::cust_with_expr("($1) COLLATE \"C\"", text),
    }
}

/// Whether a text contains another, ASCII letters in either case. Nothing in `part` is a wildcard.
pub fn contains(engine: Engine, text: Expr, part: &str) -> Expr {
    let find = match engine {
        Engine::Sqlite => Func::cust("instr"),
        Engine::Postgres => Func::cust("strpos"),
    };
    Expr::from(find.arg(lower(engine, text)).arg(part.to_ascii_lowercase())).gt(0)
}

/// Whether a text starts with another, ASCII letters in either case. Nothing in `start` is a wildcard.
pub fn starts_with(engine: Engine, text: Expr, start: &str) -> Expr {
    let length = i32::try_from(start.chars().count()).unwrap_or(i32::MAX);
    Expr::from(Func::cust("substr").arg(lower(engine, text)).arg(1).arg(length)).eq(start.to_ascii_lowercase())
}

/// Both engines fold ASCII letters alone: SQLite always, PostgreSQL under the collation "C".
fn lower(engine: Engine, text: Expr) -> Expr {
    Func::lower(bytewise(engine, text)).into()
}
