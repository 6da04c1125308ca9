//! Templates of message ids: fixed text with the names of columns in braces, `review:{review_id}:{order_id}`.

use serde::Deserialize;

/// A template that was read without error.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(Vec<Part>);

#[derive(Debug, PartialEq)]
enum Part {
    Fixed(String),
    Column(String),
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = written.as_str();
        while let Some((fixed, after)) = rest.split_once('{') {
            let (column, after) = after
                .split_once('}')
                .ok_or_else(|| format!("message_id '{written}' opens a brace and does not close it"))?;
            if column.is_empty() {
                return Err(format!("message_id '{written}' names no column between its braces"));
            }
            parts.extend([Part::Fixed(fixed.to_owned()), Part::Column(column.to_owned())]);
            rest = after;
        }
        parts.push(Part::Fixed(rest.to_owned()));
        if !parts.iter().any(|part| matches!(part, Part::Column(_))) {
            return Err(format!("message_id '{written}' would be the same for every row: it needs a {{column}}"));
        }
        Ok(Self(parts))
    }
}

impl Template {
    /// The columns it names.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Column(column) => Some(column.as_str()),
            Part::Fixed(_) => None,
        })
    }

    /// The text with its columns filled in; the error is the column that has nothing to say.
    pub(super) fn fill(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, &str> {
        let mut filled = String::new();
        for part in &self.0 {
            match part {
                Part::Fixed(text) => filled.push_str(text),
                Part::Column(column) => filled.push_str(&value(column).ok_or(column.as_str())?),
            }
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_from_its_columns() {
        let template = Template::try_from("order:{id}/{line}".to_owned()).unwrap();
        assert_eq!(template.columns().collect::<Vec<_>>(), ["id", "line"]);
        assert_eq!(template.fill(|column| Some(column.to_uppercase())), Ok("order:ID/LINE".to_owned()));
        assert_eq!(template.fill(|column| (column == "id").then(String::new)), Err("line"));
        for wrong in ["order:{id", "{}", "fixed"] {
            assert!(Template::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
