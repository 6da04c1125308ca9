//! Values inside JSON text columns, by their type: the one place that knows how each engine reads JSON.

use sea_orm::sea_query::{CaseStatement, Cond, Expr, ExprTrait, Func};

use crate::Engine;

/// The value at a path of nested keys in a column of JSON text. Lists are never entered.
///
/// Of the five accessors the one of the value's own type holds it; the others are null, so that values of different
/// types are never compared.
#[derive(Clone, Debug)]
pub struct JsonValue {
    engine: Engine,
    /// SQLite: the column. PostgreSQL: the value itself, as `jsonb`.
    value: Expr,
    /// SQLite's path expression.
    path: String,
}

impl JsonValue {
    /// The value at `path` in `column`. Keys may hold any character but NUL: they are bound, never spliced into SQL.
    pub fn at<'a>(engine: Engine, column: impl Into<Expr>, path: impl IntoIterator<Item = &'a str>) -> Self {
        let column = column.into();
        match engine {
            Engine::Sqlite => {
                // A quoted key is read with JSON's own escapes since SQLite 3.46.
                let keys = path.into_iter().fold("$".to_owned(), |keys, key| format!("{keys}.{}", quoted(key)));
                Self { engine, value: column, path: keys }
            }
            Engine::Postgres => {
                let document = Expr::cust_with_expr("($1)::jsonb", column);
                // Key by key, because `#>` would take a key of digits for a place in a list.
                let enter = |value, key: &str| Expr::cust_with_exprs("$1 -> $2", [value, Expr::val(key)]);
                Self { engine, value: path.into_iter().fold(document, enter), path: String::new() }
            }
        }
    }

    /// Text, else null.
    pub fn text(&self) -> Expr {
        match self.engine {
            Engine::Sqlite => self.when(&["text"], self.extract()),
            Engine::Postgres => self.when(&["string"], Expr::cust_with_expr("($1) #>> '{}'", self.value.clone())),
        }
    }

    /// A number as a 64-bit float, else null. SQLite reads digits beyond 10^60 or below 10^-60 to within one unit in the
    /// last place of what Rust reads.
    pub fn number(&self) -> Expr {
        let double = |value: Expr| value.cast_as("double precision");
        match self.engine {
            Engine::Sqlite => self.when(&["integer", "real"], double(self.extract())),
            Engine::Postgres => self.when(&["number"], double(self.value.clone())),
        }
    }

    /// True or false, else null.
    pub fn boolean(&self) -> Expr {
        match self.engine {
            Engine::Sqlite => self.when(&["true", "false"], self.extract()),
            Engine::Postgres => self.when(&["boolean"], self.value.clone().cast_as("boolean")),
        }
    }

    /// Whether there is text, a number, or true or false; null or false where there is not.
    pub fn is_scalar(&self) -> Expr {
        match self.engine {
            Engine::Sqlite => self.kind().is_in(["text", "integer", "real", "true", "false"]),
            Engine::Postgres => self.kind().is_in(["string", "number", "boolean"]),
        }
    }

    fn when(&self, kinds: &[&str], value: Expr) -> Expr {
        // `case` keeps the engines from converting a value before its type is known.
        CaseStatement::new().case(Cond::all().add(self.kind().is_in(kinds.iter().copied())), value).into()
    }

    fn kind(&self) -> Expr {
        match self.engine {
            Engine::Sqlite => Func::cust("json_type").arg(self.value.clone()).arg(self.path.clone()).into(),
            Engine::Postgres => Func::cust("jsonb_typeof").arg(self.value.clone()).into(),
        }
    }

    fn extract(&self) -> Expr {
        Func::cust("json_extract").arg(self.value.clone()).arg(self.path.clone()).into()
    }
}

/// A key as a JSON string.
fn quoted(key: &str) -> String {
    let mut quoted = String::with_capacity(key.len() + 2);
    quoted.push('"');
    for char in key.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            '\0'..='\u{1f}' => quoted.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}
