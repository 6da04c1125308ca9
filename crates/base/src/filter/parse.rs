//! Reads the text form of a filter.
//!
//! ```text
//! filter   = conjunction { "or" conjunction }
//! conj…    = negation { "and" negation }
//! negation = "not" negation | "(" filter ")" | "all" | "none" | test
//! test     = field ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) constant
//!          | field [ "not" ] "in" "(" constant { "," constant } ")"
//!          | field "is" [ "not" ] "null"
//!          | field ( "contains" | "starts with" ) text
//! field    = column | "properties" "." part { "." part } | "customer" "." part
//! part     = name | "\"" any text "\""
//! constant = number | "true" | "false" | "'" any text "'" | "\"" any text "\""
//! ```
//! Keywords may be in either case, a quote inside quotes is written twice, `<>` reads as `!=`.

use super::{
    Field, Filter, Order, Test, Value,
    lex::{Lexer, Token},
};
use crate::{Error, Result, Zone};

impl Filter {
    /// Reads the text form; empty text is `Filter::All`. Quoted times without an offset are local to `zone`.
    ///
    /// Errors name the character (counted from 1), the field and what was expected.
    pub fn parse(text: &str, zone: Zone) -> Result<Self> {
        Parser::read::<Self>(text, zone)?.checked()
    }
}

/// What `and`, `or`, `not` and parentheses join: filters of signals, audiences of customers.
pub(super) trait Tree: Sized {
    fn and(parts: Vec<Self>) -> Self;
    fn or(parts: Vec<Self>) -> Self;
    fn not(inner: Self) -> Self;
    fn all() -> Self;
    /// Reads one condition that is not made of others.
    fn leaf(parser: &mut Parser) -> Result<Self>;
}

impl Tree for Filter {
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
        parser.test()
    }
}

pub(super) struct Parser<'a> {
    pub(super) lexer: Lexer<'a>,
    /// The token to be read next, and the byte where it starts.
    pub(super) token: Token,
    pub(super) start: usize,
    zone: Zone,
    nesting: usize,
}

impl<'a> Parser<'a> {
    /// Guards the stack: a filter of the greatest depth, printed, opens at most two of `not` and `(` for each level.
    const NESTING: usize = 2 * Filter::DEEPEST + 2;

    /// Reads all of a text; empty text is everything.
    pub(super) fn read<T: Tree>(text: &'a str, zone: Zone) -> Result<T> {
        if text.len() > Filter::LONGEST {
            let message = format!("a filter is at most {} bytes long", Filter::LONGEST);
            return Err(Error::invalid_field("filter", "too_long", message));
        }
        let mut lexer = Lexer::new(text);
        let (start, token) = lexer.next()?;
        let mut parser = Self { lexer, token, start, zone, nesting: 0 };
        if parser.token == Token::End {
            return Ok(T::all());
        }
        let tree = parser.disjunction()?;
        match parser.token {
            Token::End => Ok(tree),
            _ => Err(parser.expected("'and', 'or' or the end")),
        }
    }

    /// Takes the current token and reads the next.
    pub(super) fn take(&mut self) -> Result<Token> {
        let (start, token) = self.lexer.next()?;
        self.start = start;
        Ok(std::mem::replace(&mut self.token, token))
    }

    fn take_if(&mut self, wanted: impl Fn(&Token) -> bool) -> Result<bool> {
        let found = wanted(&self.token);
        if found {
            self.take()?;
        }
        Ok(found)
    }

    pub(super) fn take_word(&mut self, word: &str) -> Result<bool> {
        self.take_if(|token| token.is_word(word))
    }

    pub(super) fn take_sign(&mut self, sign: &'static str) -> Result<bool> {
        self.take_if(|token| *token == Token::Sign(sign))
    }

    pub(super) fn expected(&self, what: &str) -> Error {
        self.error("filter", "syntax", format!("{what} is expected here, not {}", self.token.shown()))
    }

    pub(super) fn error(&self, field: &str, reason: &str, message: String) -> Error {
        self.lexer.error(self.start, field, reason, message)
    }

    pub(super) fn disjunction<T: Tree>(&mut self) -> Result<T> {
        let mut parts = vec![self.conjunction()?];
        while self.take_word("or")? {
            parts.push(self.conjunction()?);
        }
        Ok(T::or(parts))
    }

    fn conjunction<T: Tree>(&mut self) -> Result<T> {
        let mut parts = vec![self.negation()?];
        while self.take_word("and")? {
            parts.push(self.negation()?);
        }
        Ok(T::and(parts))
    }

    fn negation<T: Tree>(&mut self) -> Result<T> {
        if self.take_word("not")? {
            return Ok(T::not(self.nested(Self::negation)?));
        }
        if self.take_sign("(")? {
            let inner = self.nested(Self::disjunction)?;
            return if self.take_sign(")")? { Ok(inner) } else { Err(self.expected("')'")) };
        }
        if self.take_word("all")? {
            return Ok(T::all());
        }
        if self.take_word("none")? {
            return Ok(T::or(Vec::new()));
        }
        T::leaf(self)
    }

    pub(super) fn nested<T: Tree>(&mut self, read: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.nesting == Self::NESTING {
            return Err(self.error(
                "filter",
                "too_deep",
                format!("a filter is nested at most {} deep", Filter::DEEPEST),
            ));
        }
        self.nesting += 1;
        let tree = read(self);
        self.nesting -= 1;
        tree
    }

    fn test(&mut self) -> Result<Filter> {
        let Token::Path(parts) = &self.token else { return Err(self.expected("a field, 'not' or '('")) };
        if self.token.is_word("and") || self.token.is_word("or") {
            return Err(self.expected("a field, 'not' or '('"));
        }
        let field = Field::from_parts(&self.lexer, self.start, parts.clone())?;
        self.take()?;
        if self.take_word("is")? {
            let absent = !self.take_word("not")?;
            if !self.take_word("null")? {
                return Err(self.expected(if absent { "'null' or 'not null'" } else { "'null'" }));
            }
            return Ok(negated_if(absent, Filter::Is(field, Test::Present)));
        }
        let negated = self.take_word("not")?;
        if self.take_word("in")? {
            return Ok(negated_if(negated, self.list(field)?));
        }
        if negated {
            return Err(self.expected("'in'"));
        }
        if self.take_word("contains")? {
            return self.text_test(field, Test::Contains);
        }
        if self.take_word("starts")? {
            return if self.take_word("with")? {
                self.text_test(field, Test::StartsWith)
            } else {
                Err(self.expected("'with'"))
            };
        }
        self.comparison(field)
    }

    pub(super) fn comparison(&mut self, field: Field) -> Result<Filter> {
        const EXPECTED: &str = "=, !=, <, <=, >, >=, 'in', 'is', 'contains' or 'starts with'";
        let Token::Sign(sign) = self.token else { return Err(self.expected(EXPECTED)) };
        let order = match sign {
            "=" | "!=" => None,
            "<" => Some(Order::Below),
            "<=" => Some(Order::AtMost),
            ">" => Some(Order::Above),
            ">=" => Some(Order::AtLeast),
            _ => return Err(self.expected(EXPECTED)),
        };
        self.take()?;
        let start = self.start;
        let value = self.constant(&field)?;
        let test = match order {
            Some(order) => Test::Ordered(order, value),
            None => Test::OneOf(vec![value]),
        };
        Ok(negated_if(sign == "!=", self.checked(start, field, test)?))
    }

    fn list(&mut self, field: Field) -> Result<Filter> {
        if !self.take_sign("(")? {
            return Err(self.expected("'('"));
        }
        let start = self.start;
        let mut values = vec![self.constant(&field)?];
        while self.take_sign(",")? {
            values.push(self.constant(&field)?);
        }
        if !self.take_sign(")")? {
            return Err(self.expected("',' or ')'"));
        }
        self.checked(start, field, Test::OneOf(values))
    }

    fn text_test(&mut self, field: Field, test: impl FnOnce(String) -> Test) -> Result<Filter> {
        let start = self.start;
        let Token::Quoted(text) = &self.token else { return Err(self.expected("a text in quotes")) };
        let test = test(text.clone());
        self.take()?;
        self.checked(start, field, test)
    }

    fn constant(&mut self, field: &Field) -> Result<Value> {
        let value = match &self.token {
            Token::Quoted(text) => Value::Text(text.clone()),
            Token::Number(number) => Value::Number(*number),
            token if token.is_word("true") => Value::Bool(true),
            token if token.is_word("false") => Value::Bool(false),
            token if token.is_word("null") => {
                return Err(self.error(
                    &field.to_string(),
                    "syntax",
                    format!("write '{field} is null' or '{field} is not null'"),
                ));
            }
            Token::Path(parts) => {
                let word = parts.join(".");
                return Err(self.error(
                    &field.to_string(),
                    "syntax",
                    format!("a text is written in quotes: '{word}' in single ones"),
                ));
            }
            _ => return Err(self.expected("a number, a text in quotes, true or false")),
        };
        self.take()?;
        Ok(value)
    }

    /// A test whose constants have been turned into what the field's type wants; an error says where they stand.
    fn checked(&self, start: usize, field: Field, test: Test) -> Result<Filter> {
        let test = test.checked(&field, self.zone).map_err(|error| {
            let reason = error.fields.first().map_or("wrong_type", |field| field.reason.as_str());
            self.lexer.error(start, &field.to_string(), reason, &error.message)
        })?;
        Ok(Filter::Is(field, test))
    }
}

pub(super) fn negated_if<T: Tree>(negated: bool, tree: T) -> T {
    if negated { T::not(tree) } else { tree }
}
