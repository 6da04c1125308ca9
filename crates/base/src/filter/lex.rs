//! The words of the text form: fields, constants, keywords and signs, each with its place.

use crate::{Error, Result};

/// One word of the text form.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A keyword, or a field as the parts between its dots.
    Path(Vec<String>),
    /// A text in single or double quotes, unescaped.
    Quoted(String),
    /// A finite number.
    Number(f64),
    /// One of `( ) , = != < <= > >=`; `<>` reads as `!=`.
    Sign(&'static str),
    /// Nothing is left.
    End,
}

impl Token {
    /// Whether this is that keyword, in either case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Path(parts) if parts.len() == 1 && parts[0].eq_ignore_ascii_case(word))
    }

    /// The token as an error shows it.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Path(parts) => format!("'{}'", parts.join(".")),
            Self::Quoted(text) => format!("the text '{}'", text.chars().take(40).collect::<String>()),
            Self::Number(number) => format!("the number {number}"),
            Self::Sign(sign) => format!("'{sign}'"),
            Self::End => "the end".to_owned(),
        }
    }
}

/// Reads tokens from the front of a text.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What has not been read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// An error at a byte position, told as the character a person counts from 1.
    pub(super) fn error(&self, at: usize, field: &str, reason: &str, message: impl std::fmt::Display) -> Error {
        let character = self.text.get(..at).unwrap_or_default().chars().count() + 1;
        Error::invalid_field(field, reason, format!("character {character}: {message}"))
    }

    /// The next token and the byte where it starts.
    pub(super) fn next(&mut self) -> Result<(usize, Token)> {
        self.skip(char::is_whitespace);
        let start = self.at;
        let Some(first) = self.rest().chars().next() else { return Ok((start, Token::End)) };
        let token = match first {
            '\'' | '"' => Token::Quoted(self.quoted(first)?),
            _ if starts_word(first) => Token::Path(self.path()?),
            '0'..='9' | '-' | '+' | '.' => Token::Number(self.number()?),
            _ => Token::Sign(self.sign()?),
        };
        Ok((start, token))
    }

    /// Steps over the characters that `wanted` accepts and returns them.
    fn skip(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn path(&mut self) -> Result<Vec<String>> {
        let mut parts = vec![self.skip(continues_word).to_owned()];
        while self.rest().starts_with('.') {
            self.at += 1;
            let start = self.at;
            let part =
                if self.rest().starts_with('"') { self.quoted('"')? } else { self.skip(continues_word).to_owned() };
            if part.is_empty() {
                let name = parts.join(".");
                return Err(self.error(start, &name, "syntax", format!("a name must follow '{name}.'")));
            }
            parts.push(part);
        }
        Ok(parts)
    }

    /// A text between `quote`s, in which the quote itself is written twice.
    fn quoted(&mut self, quote: char) -> Result<String> {
        let start = self.at;
        let mut text = String::new();
        loop {
            self.at += 1;
            text.push_str(self.skip(|c| c != quote));
            if self.rest().is_empty() {
                return Err(self.error(start, "filter", "syntax", format!("the closing {quote} is missing")));
            }
            self.at += 1;
            if !self.rest().starts_with(quote) {
                return Ok(text);
            }
            text.push(quote);
        }
    }

    fn number(&mut self) -> Result<f64> {
        let start = self.at;
        let mut previous = ' ';
        let bytes = self.rest().char_indices().find_map(|(i, c)| {
            let sign = matches!(c, '-' | '+') && (i == 0 || matches!(previous, 'e' | 'E'));
            previous = c;
            (!sign && c != '.' && !c.is_alphanumeric()).then_some(i)
        });
        let rest = self.rest();
        let text = rest.get(..bytes.unwrap_or(rest.len())).unwrap_or_default();
        self.at += text.len();
        // Rust also reads "infinity" and "nan": what stands behind the sign must be a digit or a point.
        let digits = text.trim_start_matches(['-', '+']).starts_with(|c: char| c.is_ascii_digit() || c == '.');
        let number = text.parse::<f64>().ok().filter(|number| digits && number.is_finite());
        number.ok_or_else(|| self.error(start, "filter", "wrong_type", format!("'{text}' is not a number")))
    }

    fn sign(&mut self) -> Result<&'static str> {
        const SIGNS: [(&str, &str); 10] = [
            ("!=", "!="),
            ("<>", "!="),
            ("<=", "<="),
            (">=", ">="),
            ("<", "<"),
            (">", ">"),
            ("=", "="),
            ("(", "("),
            (")", ")"),
            (",", ","),
        ];
        let rest = self.rest();
        match SIGNS.into_iter().find(|(written, _)| rest.starts_with(written)) {
            Some((written, meant)) => {
                self.at += written.len();
                Ok(meant)
            }
            None => {
                let found = rest.chars().next().unwrap_or_default();
                Err(self.error(self.at, "filter", "syntax", format!("{found:?} has no meaning here")))
            }
        }
    }
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

fn continues_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '$')
}

/// Whether a part of a path may stand without quotes.
pub(super) fn is_plain(part: &str) -> bool {
    !part.is_empty() && part.chars().all(continues_word)
}
