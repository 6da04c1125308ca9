//! The second factor: a code that changes every half minute (TOTP, RFC 6238), and recovery codes for whoever loses it.

pub(crate) mod change;
pub(crate) mod http;
pub(crate) mod store;

use base::{EmailAddress, Error, FieldError, Result, Timestamp};
use rand::RngExt;
use serde::Serialize;
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Totp};
use url::Url;
use utoipa::ToSchema;

/// What is kept sealed, and shown once to the authenticator that is set up. 160 bits, as RFC 4226 asks for.
pub(crate) struct Seed([u8; 20]);

/// What an authenticator is set up with.
#[derive(Serialize, ToSchema)]
pub struct Enrolment {
    /// The secret in base32, to be typed.
    #[schema(example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]
    pub secret: String,
    /// The same as an `otpauth:` address, to be shown as a QR code.
    #[schema(value_type = String, format = "uri", example = "otpauth://totp/Harken:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Harken")]
    pub otpauth: Url,
}

/// The seal of the store's vault that seeds have.
pub(crate) const SEAL: &str = "totp";

const ISSUER: &str = "Harken";
/// The code before and the one after are accepted too: clocks differ.
const SKEW: u16 = 1;
const STEP_SECONDS: u64 = 30;

impl Seed {
    pub(crate) fn random() -> Self {
        Self(rand::random())
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        bytes.try_into().map(Self).map_err(|_| Error::internal("a second factor is damaged"))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn totp(&self, email: &EmailAddress) -> Result<Totp> {
        let builder = Builder::new().with_secret(self.0).with_skew(SKEW).with_step_duration(STEP_SECONDS);
        let totp = builder.with_account_name(email.as_str()).with_issuer(Some(ISSUER)).build();
        totp.map_err(|error| Error::internal(format!("a second factor cannot be computed: {error}")))
    }

    /// What an authenticator is set up with.
    pub(crate) fn enrolment(&self, email: &EmailAddress) -> Result<Enrolment> {
        let totp = self.totp(email)?;
        let otpauth = totp.to_url().map_err(|error| Error::internal(format!("an otpauth address: {error}")))?;
        let otpauth = otpauth.parse().map_err(|error| Error::internal(format!("an otpauth address: {error}")))?;
        Ok(Enrolment { secret: totp.secret().to_base32(), otpauth })
    }

    /// The step whose code this is, if it is one of about now and later than the last one that was accepted: a code that was seen
    /// over somebody's shoulder is worth nothing once it was used.
    pub(crate) fn accepts(&self, email: &EmailAddress, code: &str, now: Timestamp, last: i64) -> Result<Option<i64>> {
        let seconds = u64::try_from(now.micros() / Timestamp::SECOND).unwrap_or(0);
        let step = self.totp(email)?.check(code, seconds).and_then(|step| i64::try_from(step).ok());
        Ok(step.filter(|step| *step > last))
    }
}

/// A code that stands in for the second factor once: 120 random bits, written down by its owner. Only its hash is kept, and
/// so many bits need no costly one (OWASP ASVS 5.0, 6.5.2).
pub(crate) struct RecoveryCode(String);

/// Letters and digits that nobody takes for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 24;
const GROUP: usize = 4;
/// How many are made at once.
pub(crate) const RECOVERY_CODES: usize = 10;

impl RecoveryCode {
    pub(crate) fn random() -> Self {
        let mut random = rand::rng();
        Self((0..LENGTH).map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())])).collect())
    }

    /// Reads what somebody typed: in any case, with or without its hyphens.
    pub(crate) fn read(typed: &str) -> Option<Self> {
        let code: String = typed
            .chars()
            .filter(|char| !char.is_whitespace() && *char != '-')
            .map(|char| char.to_ascii_lowercase())
            .collect();
        (code.len() == LENGTH && code.bytes().all(|byte| ALPHABET.contains(&byte))).then_some(Self(code))
    }

    /// As it is shown: `0a1b-2c3d-4e5f-6g7h-8j9k-0m1n`.
    pub(crate) fn shown(&self) -> String {
        self.0.as_bytes().chunks(GROUP).map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join("-")
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

/// The answer to a member whose workspace asks for a second factor that they have not.
pub(crate) fn required() -> Error {
    let message = "this workspace asks for a second factor; set one up first";
    let field =
        FieldError { index: None, field: "second_factor".into(), reason: "required".into(), message: message.into() };
    Error { fields: vec![field], ..Error::forbidden(message) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> EmailAddress {
        "ada@example.com".parse().unwrap()
    }

    #[test]
    fn codes_of_the_standard_are_accepted_about_now_and_once() {
        // RFC 6238, appendix B, cut to six digits.
        let seed = Seed::from_bytes(b"12345678901234567890").unwrap();
        let at = |seconds: i64| Timestamp::from_micros(seconds * Timestamp::SECOND);
        let accepts = |code: &str, seconds, last| seed.accepts(&ada(), code, at(seconds), last).unwrap();
        assert_eq!(accepts("287082", 59, 0), Some(1));
        assert_eq!(accepts("081804", 1_111_111_109, 0), Some(37_037_036));
        assert_eq!(accepts("287082", 59 + 30, 0), Some(1), "one step late");
        assert_eq!(accepts("287082", 29, 0), Some(1), "one step early");
        assert_eq!(accepts("287082", 59 + 60, 0), None, "two steps late");
        assert_eq!(accepts("287082", 59, 1), None, "used before");
        for wrong in ["", "28708", "2870822", "+87082", "28708a", "000000"] {
            assert_eq!(accepts(wrong, 59, 0), None, "{wrong}");
        }
    }

    #[test]
    fn an_authenticator_is_told_all_it_needs() {
        let enrolment = Seed::from_bytes(b"12345678901234567890").unwrap().enrolment(&ada()).unwrap();
        assert_eq!(enrolment.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        let url = enrolment.otpauth.as_str();
        assert!(url.starts_with("otpauth://totp/Harken:ada%40example.com?") && url.contains("issuer=Harken"), "{url}");
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let code = RecoveryCode::random();
        let shown = code.shown();
        assert_eq!(shown.len(), 29);
        for typed in
            [shown.clone(), shown.to_uppercase(), shown.replace('-', ""), format!(" {} ", shown.replace('-', " "))]
        {
            assert_eq!(RecoveryCode::read(&typed).unwrap().hash(), code.hash());
        }
        for wrong in ["", &shown[1..], &format!("{}u", &shown[1..]), "123456"] {
            assert!(RecoveryCode::read(wrong).is_none(), "{wrong}");
        }
    }
}
