//! Reads the text form of an audience.
//!
//! ```text
//! leaf     = "customer" "." name test                        as in a filter
//!          | "count" "(" filter ")" compared [ "in" span ]
//!          | ( "sum" | "last" ) "(" field [ "where" filter ] ")" compared [ "in" span ]
//!          | "no" "(" filter ")" "within" span "after" "(" filter ")" [ "in" span ]
//!          | "member" "of" text
//!          | "random" text "from" percent "to" percent
//! compared = ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) number
//! span     = number ( "minutes" | "hours" | "days" | "weeks" )
//! ```
//! Leaves are joined by `and`, `or`, `not`, parentheses, `all` and `none`, as tests are in a filter.

use super::{Audience, Behaviour, Figure, Omission, Share, Span};
use crate::{
    Error, Field, Filter, Result, Zone,
    filter::{
        Test, Type,
        lex::Token,
        parse::{Parser, Tree, negated_if},
    },
};

/// How many different things of behaviour an audience asks for.
const MOST_BEHAVIOURS: usize = 50;

impl Audience {
    /// Reads the text form; empty text is everybody. Quoted times without an offset are local to `zone`.
    ///
    /// Errors name the character (counted from 1), the field and what was expected.
    pub fn parse(text: &str, zone: Zone) -> Result<Self> {
        let audience = Parser::read::<Self>(text, zone)?.normal();
        audience.check_size()?;
        Ok(audience)
    }

    /// That it holds no more conditions than can be answered at once.
    pub fn check_size(&self) -> Result<()> {
        let (mut behaviours, mut leaves) = (0, 0);
        self.leaves(&mut |leaf| {
            leaves += 1;
            behaviours += usize::from(matches!(leaf, Self::Did(_) | Self::Omitted(_)));
        });
        if behaviours > MOST_BEHAVIOURS || leaves > Filter::MOST_TESTS {
            let message = format!(
                "a definition holds at most {} conditions, {MOST_BEHAVIOURS} of them about behaviour",
                Filter::MOST_TESTS
            );
            return Err(Error::invalid_field("definition", "too_many", message));
        }
        Ok(())
    }

    /// No `and` directly in an `and`, no `or` in an `or`, neither of a single one.
    fn normal(self) -> Self {
        match self {
            Self::Not(inner) => Self::Not(Box::new(inner.normal())),
            Self::And(parts) => {
                let flat = parts.into_iter().map(Self::normal).flat_map(|part| match part {
                    Self::And(inner) => inner,
                    other => vec![other],
                });
                let mut flat: Vec<Self> = flat.collect();
                match flat.len() {
                    0 => Self::All,
                    1 => flat.remove(0),
                    _ => Self::And(flat),
                }
            }
            Self::Or(parts) => {
                let flat = parts.into_iter().map(Self::normal).flat_map(|part| match part {
                    Self::Or(inner) if !inner.is_empty() => inner,
                    other => vec![other],
                });
                let mut flat: Vec<Self> = flat.collect();
                if flat.len() == 1 { flat.remove(0) } else { Self::Or(flat) }
            }
            leaf => leaf,
        }
    }
}

impl Tree for Audience {
    fn and(parts: Vec<Self>) -> Self {
        Self::And(parts)
    }

    fn or(parts: Vec<Self>) -> Self {
        Self::Or(parts)
    }

    fn not(inner: Self) -> Self {
        Self::Not(Box::new(inner))
    }

    fn all() -> Self {
        Self::All
    }

    fn leaf(parser: &mut Parser) -> Result<Self> {
        if parser.take_word("count")? {
            let of = filter(parser)?;
            return behaviour(parser, Figure::Count, of);
        }
        for (word, figure) in [("sum", Figure::Sum as fn(Field) -> Figure), ("last", Figure::Last)] {
            if parser.take_word(word)? {
                let (field, of) = number_of(parser)?;
                return behaviour(parser, figure(field), of);
            }
        }
        if parser.take_word("no")? {
            return omission(parser);
        }
        if parser.take_word("member")? {
            parser.expect_word("of")?;
            return Ok(Self::Member(parser.text("a segment's id in quotes")?));
        }
        if parser.take_word("random")? {
            return share(parser);
        }
        own_trait(parser)
    }
}

fn own_trait(parser: &mut Parser) -> Result<Audience> {
    const EXPECTED: &str = "customer.NAME, count(…), sum(…), last(…), no (…), member of, random, 'not' or '('";
    let Token::Path(parts) = &parser.token else { return Err(parser.expected(EXPECTED)) };
    if parts.first().is_none_or(|first| first != "customer") || parts.len() == 1 {
        let name = parts.join(".");
        let message = match Field::parse(&name) {
            Ok(field) => {
                format!("{field} is told of a signal, not of a customer; count the signals: count({field} …) >= 1")
            }
            Err(_) => format!("{EXPECTED} is expected here, not '{name}'"),
        };
        return Err(parser.error(&name, "unknown_field", message));
    }
    Ok(match Filter::leaf(parser)? {
        Filter::Is(Field::Trait(name), test) => Audience::Trait(name, test),
        Filter::Not(inner) => match *inner {
            Filter::Is(Field::Trait(name), test) => Audience::not(Audience::Trait(name, test)),
            _ => Audience::Or(Vec::new()),
        },
        _ => Audience::Or(Vec::new()),
    })
}

/// A filter of signals in parentheses.
fn filter(parser: &mut Parser) -> Result<Filter> {
    parser.expect_sign("(")?;
    let filter = parser.nested(Parser::disjunction::<Filter>)?.checked()?;
    parser.expect_sign(")")?;
    Ok(filter)
}

/// `(amount where kind = 'order_completed')`
fn number_of(parser: &mut Parser) -> Result<(Field, Filter)> {
    parser.expect_sign("(")?;
    let Token::Path(parts) = &parser.token else { return Err(parser.expected("a field")) };
    let field = Field::from_parts(&parser.lexer, parser.start, parts.clone())?;
    if !matches!(field.kind(), Type::Number | Type::Any) {
        let message = format!("{field} is not a number, so nothing can be computed of it");
        return Err(parser.error(&field.to_string(), "wrong_type", message));
    }
    parser.take()?;
    let of = match parser.take_word("where")? {
        true => parser.nested(Parser::disjunction::<Filter>)?.checked()?,
        false => Filter::All,
    };
    parser.expect_sign(")")?;
    Ok((field, of))
}

fn behaviour(parser: &mut Parser, figure: Figure, of: Filter) -> Result<Audience> {
    let (negated, test) = parser.compared(Field::parse("score")?)?;
    let within = within(parser)?;
    Ok(negated_if(negated, Audience::Did(Behaviour { figure, of, within, test })))
}

fn omission(parser: &mut Parser) -> Result<Audience> {
    let omitted = filter(parser)?;
    parser.expect_word("within")?;
    let patience = span(parser)?;
    parser.expect_word("after")?;
    let cause = filter(parser)?;
    let start = parser.start;
    let within = within(parser)?;
    if within.is_some_and(|within| within <= patience) {
        parser.start = start;
        let message = format!("what is looked at must be longer than the {patience} that are waited for");
        return Err(parser.error("definition", "out_of_range", message));
    }
    Ok(Audience::Omitted(Omission { omitted, patience, cause, within }))
}

fn share(parser: &mut Parser) -> Result<Audience> {
    let draw = parser.text("the draw's name in quotes")?;
    parser.expect_word("from")?;
    let from = parser.number("percent")?;
    parser.expect_word("to")?;
    let start = parser.start;
    let to = parser.number("percent")?;
    if !(0.0..=100.0).contains(&from) || !(0.0..=100.0).contains(&to) || from >= to {
        parser.start = start;
        let message = "a part goes from a percentage to a greater one, both between 0 and 100".to_owned();
        return Err(parser.error("random", "out_of_range", message));
    }
    Ok(Audience::Random(Share { draw, from, to }))
}

/// `in 90 days`, if it is there.
fn within(parser: &mut Parser) -> Result<Option<Span>> {
    match parser.take_word("in")? {
        true => span(parser).map(Some),
        false => Ok(None),
    }
}

fn span(parser: &mut Parser) -> Result<Span> {
    let start = parser.start;
    let number = parser.number("a number of days")?;
    let unit =
        Span::UNITS.iter().find(|(name, _)| parser.token.is_word(name) || parser.token.is_word(&format!("{name}s")));
    let Some((_, unit)) = unit else { return Err(parser.expected("'minutes', 'hours', 'days' or 'weeks'")) };
    let micros = number * *unit as f64;
    if number.fract() != 0.0 || micros < Span::MINUTE as f64 || micros > Span::LONGEST as f64 {
        parser.start = start;
        let message = "a time is a whole number of minutes, hours, days or weeks, at most ten years".to_owned();
        return Err(parser.error("definition", "out_of_range", message));
    }
    parser.take()?;
    Ok(Span(micros as i64))
}

/// So that a test of numbers is read by the one place that reads comparisons.
impl Parser<'_> {
    /// A comparison with a number, and whether it is turned round.
    fn compared(&mut self, number: Field) -> Result<(bool, Test)> {
        Ok(match self.comparison(number)? {
            Filter::Is(_, test) => (false, test),
            Filter::Not(inner) => match *inner {
                Filter::Is(_, test) => (true, test),
                _ => return Err(self.expected("a comparison")),
            },
            _ => return Err(self.expected("a comparison")),
        })
    }

    fn expect_word(&mut self, word: &str) -> Result<()> {
        if self.take_word(word)? { Ok(()) } else { Err(self.expected(&format!("'{word}'"))) }
    }

    fn expect_sign(&mut self, sign: &'static str) -> Result<()> {
        if self.take_sign(sign)? { Ok(()) } else { Err(self.expected(&format!("'{sign}'"))) }
    }

    fn text(&mut self, what: &str) -> Result<String> {
        let Token::Quoted(text) = &self.token else { return Err(self.expected(what)) };
        if text.is_empty() || text.len() > 255 || text.contains('\0') {
            return Err(self.error("definition", "length", format!("{what} has 1 to 255 characters")));
        }
        let text = text.clone();
        self.take()?;
        Ok(text)
    }

    fn number(&mut self, what: &str) -> Result<f64> {
        let Token::Number(number) = self.token else { return Err(self.expected(what)) };
        self.take()?;
        Ok(number)
    }
}
