//! What the segments of a workspace say, and audiences with that in the place of the segments that they name.

use base::{Error, Filter, Result, Zone, filter::Audience, nearest};
use std::collections::BTreeMap;

/// How many segments deep one may be defined by another.
const DEEPEST: usize = 10;

/// Who is in each segment, by its id.
#[derive(Default)]
pub(super) struct Definitions(BTreeMap<String, Audience>);

impl Definitions {
    /// Takes one in, in the place of what the id stood for. Fails where the text is none that was stored.
    pub(super) fn put(&mut self, id: &str, text: &str) -> Result<()> {
        let damaged = |error: Error| Error::internal(format!("the stored segment '{id}' is damaged: {error}"));
        self.0.insert(id.to_owned(), Audience::parse(text, Zone::UTC).map_err(damaged)?);
        Ok(())
    }

    /// The segments whose definitions name this one.
    pub(super) fn users(&self, id: &str) -> Vec<&str> {
        let uses = self.0.iter().filter(|(_, audience)| audience.segments().contains(&id));
        uses.map(|(user, _)| user.as_str()).collect()
    }

    /// That this segment, which may have changed, and every other still say who is in them.
    pub(super) fn check(&self, id: &str) -> Result<()> {
        self.expand(&Audience::Member(id.to_owned()))?;
        for (other, audience) in &self.0 {
            self.expand(audience).map_err(|error| error.context(format_args!("the segment '{other}'")))?;
        }
        Ok(())
    }

    /// An audience that names no segments any more: instead it says what they say.
    ///
    /// Fails as invalid where one is unknown, where one would be defined by itself, and where the whole becomes too large.
    pub(super) fn expand(&self, audience: &Audience) -> Result<Audience> {
        let mut left = Filter::MOST_TESTS;
        let whole = self.within(audience, &mut Vec::new(), &mut left)?;
        whole.check_size().map_err(|error| error.context("with the segments that it names"))?;
        Ok(whole)
    }

    fn within<'a>(&'a self, audience: &Audience, path: &mut Vec<&'a str>, left: &mut usize) -> Result<Audience> {
        let mut all = |parts: &[Audience], path: &mut Vec<&'a str>| -> Result<Vec<Audience>> {
            parts.iter().map(|part| self.within(part, path, left)).collect()
        };
        Ok(match audience {
            Audience::And(parts) => Audience::And(all(parts, path)?),
            Audience::Or(parts) => Audience::Or(all(parts, path)?),
            Audience::Not(inner) => Audience::Not(Box::new(self.within(inner, path, left)?)),
            leaf => {
                // Without it a few segments that name each other many times would take all memory.
                *left = left.checked_sub(1).ok_or_else(|| {
                    wrong(
                        "too_many",
                        format!("with the segments it names this is over {} conditions", Filter::MOST_TESTS),
                    )
                })?;
                let Audience::Member(id) = leaf else { return Ok(leaf.clone()) };
                let (id, definition) = self.0.get_key_value(id).ok_or_else(|| self.unknown(id))?;
                if let Some(start) = path.iter().position(|on_the_way| on_the_way == id) {
                    let circle = path[start..].iter().chain([&id.as_str()]).copied().collect::<Vec<_>>().join(" → ");
                    return Err(wrong("cycle", format!("the segment '{id}' would be defined by itself: {circle}")));
                }
                if path.len() == DEEPEST {
                    return Err(wrong("too_deep", format!("segments are defined by others at most {DEEPEST} deep")));
                }
                path.push(id);
                let expanded = self.within(definition, path, left)?;
                path.pop();
                expanded
            }
        })
    }

    fn unknown(&self, id: &str) -> Error {
        let meant = nearest(id, self.0.keys().map(String::as_str));
        let hint = meant.map(|meant| format!("; did you mean '{meant}'?")).unwrap_or_default();
        wrong("unknown_segment", format!("there is no segment '{id}'{hint}"))
    }
}

fn wrong(reason: &str, message: String) -> Error {
    Error::invalid_field("definition", reason, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definitions(all: &[(&str, &str)]) -> Definitions {
        let mut definitions = Definitions::default();
        all.iter().for_each(|(id, text)| definitions.put(id, text).unwrap());
        definitions
    }

    fn expanded(definitions: &Definitions, text: &str) -> Result<String, String> {
        let audience = Audience::parse(text, Zone::UTC).unwrap();
        definitions.expand(&audience).map(|whole| whole.to_string()).map_err(|error| error.message)
    }

    #[test]
    fn a_segment_stands_for_what_it_says() {
        let shop = definitions(&[
            ("pro", "customer.plan = 'pro'"),
            ("buyers", "count(kind = 'order_completed') >= 1"),
            ("both", "member of 'pro' and not member of 'buyers'"),
        ]);
        let said = "(customer.plan = 'pro' and not (count(kind = 'order_completed') >= 1)) or customer.age > 3";
        assert_eq!(expanded(&shop, "member of 'both' or customer.age > 3").unwrap(), said);
        assert_eq!(shop.users("pro"), ["both"]);
        assert_eq!(
            expanded(&shop, "member of 'buyer'").unwrap_err(),
            "there is no segment 'buyer'; did you mean 'buyers'?"
        );
    }

    #[test]
    fn a_cycle_names_its_segments_in_order() {
        let circle = definitions(&[
            ("a", "member of 'b'"),
            ("b", "customer.x = 1 or member of 'c'"),
            ("c", "not member of 'b'"),
        ]);
        assert_eq!(
            expanded(&circle, "member of 'a'").unwrap_err(),
            "the segment 'b' would be defined by itself: b → c → b"
        );
        let itself = definitions(&[("a", "member of 'a'")]);
        assert_eq!(itself.check("a").unwrap_err().message, "the segment 'a' would be defined by itself: a → a");
    }

    #[test]
    fn segments_that_name_others_many_times_and_deeply_are_refused() {
        let ten = |id: usize| vec![format!("member of 's{id}'"); 10].join(" or ");
        let mut wide = Definitions::default();
        wide.put("s0", "none").unwrap();
        (1..9).for_each(|id| wide.put(&format!("s{id}"), &ten(id - 1)).unwrap());
        assert!(expanded(&wide, "member of 's8'").unwrap_err().contains("over 1000 conditions"));
        let mut deep = Definitions::default();
        deep.put("s0", "all").unwrap();
        (1..12).for_each(|id| deep.put(&format!("s{id}"), &format!("member of 's{}'", id - 1)).unwrap());
        assert!(expanded(&deep, "member of 's9'").is_ok());
        assert!(expanded(&deep, "member of 's10'").unwrap_err().contains("10 deep"));
    }
}
