//! What the columns of a file may become, told by their names and by their values. Pure, and never more than a suggestion.

mod names;
#[cfg(test)]
mod tests;
mod values;

use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;

use super::rows::Format;
use crate::collect::kinds::{LONGEST, snake_case};
use names::{self as named, Subject};
use values::Facts;

/// What a column becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// It is left out.
    Nothing,
    /// A property of the signal, under its own name or another.
    Property,
    /// A trait of the customer.
    Trait,
    /// What recognises the customer.
    Identity,
    /// When it happened.
    Time,
    /// What happened.
    Kind,
    /// The answer on a scale.
    Score,
    /// Which scale.
    Scale,
    /// Money.
    Amount,
    /// Of which currency.
    Currency,
    /// What the customer said or wrote.
    Text,
    /// By which channel.
    Channel,
    /// At which touchpoint.
    Touchpoint,
}

/// What a suggestion rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The column's name.
    Name,
    /// Its values.
    Values,
    /// Both.
    Both,
    /// Neither says anything else.
    Rest,
}

/// What a column's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// No row has a value.
    Nothing,
    /// Words, or anything else.
    Text,
    /// Numbers.
    Number,
    /// True and false.
    Bool,
    /// Times.
    Time,
}

/// A column as it was seen.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) usable: bool,
    pub(super) values: Vec<Json>,
    pub(super) holds: Holds,
    pub(super) time_formats: Option<Vec<String>>,
    facts: Facts,
}

/// The role of one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) becomes: Becomes,
    pub(super) called: Option<String>,
    pub(super) because: Because,
}

/// The roles of all columns, and the map that says so.
pub(super) struct Suggestion {
    pub(super) columns: Vec<Role>,
    pub(super) map: Json,
}

impl Column {
    /// A column with the values of so many rows, those without one left out.
    pub(super) fn new(name: &str, usable: bool, values: Vec<Json>, rows: usize) -> Self {
        let facts = Facts::of(&values, &snake_case(name), rows);
        let holds = facts.holds();
        Self { name: name.to_owned(), usable, values, holds, time_formats: facts.times.clone(), facts }
    }
}

/// What makes each column's role, as it is being decided.
struct Table<'a> {
    columns: &'a [Column],
    snakes: Vec<String>,
    roles: Vec<Option<Role>>,
}

/// Suggests a map for one file.
pub(super) fn suggest(
    columns: &[Column],
    file: &str,
    format: Format,
    delimiter: Option<u8>,
    encoding: Option<&str>,
) -> Suggestion {
    let snakes: Vec<String> = columns.iter().map(|column| snake_case(&column.name)).collect();
    let subject = Subject::of(&snake_case(stem(file)), &snakes);
    let mut table = Table { columns, roles: vec![None; columns.len()], snakes };
    table.leaves_out_what_is_empty();
    table.finds_identities(subject);
    let time = table.takes(Becomes::Time, named::time);
    let score = table.takes(Becomes::Score, named::score);
    if score.is_some() {
        table.takes(Becomes::Scale, named::scale_column);
    }
    table.takes(Becomes::Amount, named::amount);
    table.takes(Becomes::Currency, named::currency);
    table.takes(Becomes::Kind, named::kind);
    table.takes(Becomes::Channel, named::channel);
    table.takes(Becomes::Touchpoint, named::touchpoint);
    table.finds_texts();
    let about_people = table.is_about_people(subject);
    let message_id = if about_people { None } else { table.key() };
    table.gives_the_rest(about_people);
    let roles: Vec<Role> = table.roles.into_iter().flatten().collect();
    let kind = match subject.kind() {
        _ if about_people => None,
        Some(kind) => Some(kind.to_owned()),
        None => Some(kind_of_file(file)),
    };
    let drafted =
        Drafted { columns, roles: &roles, kind, scale: score.map(|at| scale(&columns[at], subject)), message_id, time };
    let map = drafted.map(file, format, delimiter, encoding);
    Suggestion { columns: roles, map }
}

impl Table<'_> {
    fn give(&mut self, at: usize, becomes: Becomes, called: Option<String>, because: Because) {
        if let Some(role) = self.roles.get_mut(at) {
            *role = Some(Role { becomes, called, because });
        }
    }

    fn leaves_out_what_is_empty(&mut self) {
        for (at, column) in self.columns.iter().enumerate() {
            if !column.usable || column.holds == Holds::Nothing {
                self.give(at, Becomes::Nothing, None, Because::Values);
            }
        }
    }

    /// Gives a role that only one column has to the one for which `rank` is highest, if any is above zero; answers which.
    fn takes(&mut self, becomes: Becomes, rank: impl Fn(&str, &Facts) -> Option<u8>) -> Option<usize> {
        let ranked = self.columns.iter().enumerate().filter(|(at, _)| self.roles.get(*at).is_some_and(Option::is_none));
        let ranked = ranked.filter_map(|(at, column)| {
            let name = self.snakes.get(at)?;
            Some((rank(name, &column.facts)?, at)).filter(|(rank, _)| *rank > 0)
        });
        // Of equals the first one.
        let (rank, at) = ranked.max_by_key(|(rank, at)| (*rank, usize::MAX - at))?;
        let because = if rank == named::BY_VALUES { Because::Values } else { Because::Both };
        self.give(at, becomes, None, because);
        Some(at)
    }

    fn finds_identities(&mut self, subject: Subject) {
        for (kind, rank) in [
            ("email", named::email as fn(&str, &Facts) -> Option<u8>),
            ("phone", named::phone),
            ("user_id", named::user_id),
            ("order", named::order),
        ] {
            let before = self.roles.clone();
            if let Some(at) = self.takes(Becomes::Identity, rank) {
                // The number of an order is in a file of customers what their last one was.
                if kind == "order" && subject == Subject::People {
                    self.roles = before;
                } else if let Some(role) = self.roles.get_mut(at).and_then(Option::as_mut) {
                    role.called = Some(kind.to_owned());
                }
            }
        }
    }

    /// The verbatim, and its heading where it has one.
    fn finds_texts(&mut self) {
        let Some(text) = self.takes(Becomes::Text, named::text) else { return };
        if let Some(title) = self.takes(Becomes::Text, named::title)
            && title > text
        {
            // A heading stands before what it heads.
            self.roles[title] = None;
        }
    }

    /// Whether the rows describe customers and say nothing that happened.
    fn is_about_people(&self, subject: Subject) -> bool {
        let says = [Becomes::Score, Becomes::Amount, Becomes::Text, Becomes::Kind];
        let happened = self.roles.iter().flatten().any(|role| says.contains(&role.becomes));
        let order = self.roles.iter().flatten().any(|role| role.called.as_deref() == Some("order"));
        subject == Subject::People || (subject == Subject::Unknown && !happened && !order && self.knows_somebody())
    }

    fn knows_somebody(&self) -> bool {
        self.roles.iter().flatten().any(|role| role.becomes == Becomes::Identity)
    }

    /// The column by which the rows can be told apart.
    fn key(&self) -> Option<usize> {
        let ranked = self.columns.iter().enumerate().filter_map(|(at, column)| {
            let rank = named::key(self.snakes.get(at)?, &column.facts)?;
            (column.usable && !column.name.contains(['{', '}'])).then_some((rank, at))
        });
        ranked.max_by_key(|(rank, at)| (*rank, usize::MAX - at)).map(|(_, at)| at)
    }

    fn gives_the_rest(&mut self, about_people: bool) {
        let nobody = !self.knows_somebody();
        for at in 0..self.columns.len() {
            if self.roles.get(at).is_some_and(Option::is_some) {
                continue;
            }
            let name = self.snakes.get(at).cloned().unwrap_or_default();
            let is_trait = !nobody && (named::is_trait(&name) || (about_people && !named::is_key(&name)));
            let because = if named::is_trait(&name) { Because::Name } else { Because::Rest };
            let becomes = if is_trait { Becomes::Trait } else { Becomes::Property };
            self.give(at, becomes, Some(if name.is_empty() { self.columns[at].name.clone() } else { name }), because);
        }
    }
}

/// The scale of a score: by the words of its name, else by the file's subject, else by its values.
fn scale(column: &Column, subject: Subject) -> String {
    let name = snake_case(&column.name);
    let by_name = named::scale(&name);
    let (least, most) = column.facts.range.unwrap_or((0.0, 10.0));
    let by_values = match (subject, least, most) {
        (Subject::Reviews, _, most) if most <= 5.0 => "stars",
        (_, _, most) if most > 7.0 => "nps",
        (_, _, most) if most > 5.0 => "csat7",
        (_, least, _) if least >= 1.0 => "csat",
        _ => "nps",
    };
    by_name.filter(|scale| fits(scale, least, most)).unwrap_or(by_values).to_owned()
}

fn fits(scale: &str, least: f64, most: f64) -> bool {
    [least, most].into_iter().all(|score| crate::scale::check(scale, score).is_ok())
}

/// What happened, where only the file's own name tells: `deliveries.csv` is about `deliveries`.
fn kind_of_file(file: &str) -> String {
    let stem: String = snake_case(stem(file)).chars().filter(|letter| !letter.is_numeric()).take(LONGEST / 4).collect();
    let kind = stem.trim_matches('_').to_owned();
    if kind.is_empty() { "row_imported".into() } else { snake_case(&kind) }
}

fn stem(file: &str) -> &str {
    file.split('.').next().unwrap_or_default()
}

/// A map in the making.
struct Drafted<'a> {
    columns: &'a [Column],
    roles: &'a [Role],
    kind: Option<String>,
    scale: Option<String>,
    message_id: Option<usize>,
    time: Option<usize>,
}

impl Drafted<'_> {
    fn with(&self, becomes: Becomes) -> impl Iterator<Item = (&Column, &Role)> {
        self.columns.iter().zip(self.roles).filter(move |(_, role)| role.becomes == becomes)
    }

    fn first(&self, becomes: Becomes) -> Option<&str> {
        self.with(becomes).next().map(|(column, _)| column.name.as_str())
    }

    /// New name to column.
    fn called(&self, becomes: Becomes) -> Map<String, Json> {
        let pairs = self.with(becomes).map(|(column, role)| {
            (role.called.clone().unwrap_or_else(|| column.name.clone()), Json::from(column.name.as_str()))
        });
        // Of two columns that would be called the same, one keeps its own name.
        pairs.fold(Map::new(), |mut named, (name, column)| {
            let name = if named.contains_key(&name) { column.as_str().unwrap_or_default().to_owned() } else { name };
            named.insert(name, column);
            named
        })
    }

    fn map(&self, file: &str, format: Format, delimiter: Option<u8>, encoding: Option<&str>) -> Json {
        let mut said = Map::new();
        let put = |map: &mut Map<String, Json>, key: &str, value: Option<Json>| {
            if let Some(value) = value {
                map.insert(key.to_owned(), value);
            }
        };
        let column = |name: Option<&str>| name.map(|name| json!({ "column": name }));
        let some = |map: Map<String, Json>| (!map.is_empty()).then_some(Json::Object(map));
        put(&mut said, "kind", column(self.first(Becomes::Kind)).or_else(|| self.kind.clone().map(Json::from)));
        // Where no column tells the time, whoever knows it has to state it.
        put(&mut said, "time", self.first(Becomes::Time).map(Json::from));
        let prefix = self.kind.clone().unwrap_or_else(|| kind_of_file(file));
        let key = self.message_id.and_then(|at| self.columns.get(at));
        put(&mut said, "message_id", key.map(|key| format!("{prefix}:{{{}}}", key.name).into()));
        let nobody = self.first(Becomes::Identity).is_none();
        let some_are_nobody = self.with(Becomes::Identity).all(|(column, _)| column.facts.filled < column.facts.rows);
        put(&mut said, "anonymous", (nobody || (some_are_nobody && self.kind.is_some())).then_some(true.into()));
        put(&mut said, "channel", column(self.first(Becomes::Channel)));
        put(&mut said, "touchpoint", column(self.first(Becomes::Touchpoint)));
        if let Some(score) = self.first(Becomes::Score) {
            let stated = self.scale.clone().map(Json::from);
            put(&mut said, "scale", column(self.first(Becomes::Scale)).or(stated));
            put(&mut said, "score", Some(score.into()));
        }
        if let Some(amount) = self.first(Becomes::Amount) {
            put(&mut said, "amount", Some(amount.into()));
            put(&mut said, "currency", column(self.first(Becomes::Currency)));
        }
        let texts: Vec<Json> = self.with(Becomes::Text).map(|(column, _)| column.name.as_str().into()).collect();
        put(&mut said, "text", (!texts.is_empty()).then_some(texts.into()));
        put(&mut said, "properties", some(self.called(Becomes::Property)));

        let kept = [Becomes::Property, Becomes::Trait];
        let typed = |holds: Holds| {
            let typed = self.columns.iter().zip(self.roles).filter(|(column, role)| {
                format == Format::Csv && kept.contains(&role.becomes) && column.holds == holds
            });
            let names: Vec<Json> = typed.map(|(column, _)| column.name.as_str().into()).collect();
            (!names.is_empty()).then_some(Json::from(names))
        };
        let mut map = Map::new();
        put(&mut map, "file", Some(glob::Pattern::escape(file).into()));
        put(&mut map, "format", serde_json::to_value(format).ok());
        put(
            &mut map,
            "delimiter",
            delimiter.filter(|sign| *sign != b',').map(|sign| char::from(sign).to_string().into()),
        );
        put(&mut map, "encoding", encoding.map(Json::from));
        let time = self.time.and_then(|at| self.columns.get(at)).and_then(|column| column.time_formats.as_ref());
        put(&mut map, "time_formats", time.and_then(|formats| formats.first()).map(|format| json!([format])));
        let numbers = self.columns.iter().filter_map(|column| column.facts.decimal);
        let decimal = numbers.fold(None, |before: Option<char>, sign| before.or(Some(sign)));
        put(&mut map, "decimal", decimal.map(|sign| sign.to_string().into()));
        put(&mut map, "number", typed(Holds::Number));
        put(&mut map, "bool", typed(Holds::Bool));
        put(&mut map, "identities", some(self.called(Becomes::Identity)));
        put(&mut map, "traits", some(self.called(Becomes::Trait)));
        map.insert("signal".into(), json!([said]));
        json!({ "source": "import", "file": [map] })
    }
}
