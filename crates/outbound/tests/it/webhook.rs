//! Signatures as the published libraries make them (`standardwebhooks` 1.1.0 of PyPI and 1.1.1 of npm agree on these).

use base::{ErrorKind, Timestamp};
use outbound::webhook::{Secret, seconds, sign, verify};
use proptest::prelude::*;
use secrecy::ExposeSecret;

const KNOWN: [(&str, &str, i64, &str, &str); 3] = [
    (
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1_614_265_330,
        r#"{"test": 2432232314}"#,
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ),
    (
        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==",
        "msg_0190c7a0",
        1_772_442_000,
        "{\"type\":\"survey_answered\",\"timestamp\":\"2026-03-02T09:00:00Z\",\"data\":{\"text\":\"Grüße, 世界 \\u0000\"}}",
        "v1,u/PP5HF1IP/P4cXIDyTxZKY6gDk2AOK+MYsXAu6wv7g=",
    ),
    ("whsec_////////////////////////////////", "msg_empty", 0, "", "v1,92IpjYZ+Vf3tm8A7tEtwPSZ/GOCCkDyssLYJqdzWUgk="),
];

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * Timestamp::SECOND)
}

#[test]
fn signatures_are_those_of_the_published_libraries() {
    for (secret, id, moment, body, signature) in KNOWN {
        let secrets = [secret.parse::<Secret>().unwrap()];
        assert_eq!(secrets[0].reveal().expose_secret(), secret);
        assert_eq!(sign(&secrets, id, at(moment), body.as_bytes()), signature);
        verify(&secrets, id, &moment.to_string(), signature, body.as_bytes(), at(moment + 299)).unwrap();
    }
}

#[test]
fn during_a_rotation_whoever_knows_either_secret_can_check() {
    let (old, new) = (Secret::random(), Secret::random());
    let again = |secret: &Secret| [Secret::from_bytes(secret.expose().to_vec()).unwrap()];
    let (knows_old, knows_new, knows_neither) = (again(&old), again(&new), [Secret::random()]);
    let signature = sign(&[new, old], "msg_1", at(1_772_442_000), b"{}");
    assert_eq!(signature.split(' ').count(), 2);
    let check = |secrets: &[Secret]| verify(secrets, "msg_1", "1772442000", &signature, b"{}", at(1_772_442_000));
    assert!(check(&knows_old).is_ok() && check(&knows_new).is_ok());
    assert_eq!(check(&knows_neither).unwrap_err().kind, ErrorKind::Unauthenticated);
}

#[test]
fn whatever_is_changed_is_noticed() {
    let (secret, id, moment, body, signature) = KNOWN[0];
    let secrets = [secret.parse::<Secret>().unwrap()];
    let time = moment.to_string();
    let check = |id: &str, time: &str, signature: &str, body: &str, now: i64| {
        verify(&secrets, id, time, signature, body.as_bytes(), at(now)).is_ok()
    };
    assert!(check(id, &time, signature, body, moment));
    assert!(check(id, &time, &format!("v1a,ed25519 v1,b3RoZXI= {signature}"), body, moment));
    assert!(!check("msg_other", &time, signature, body, moment));
    assert!(!check(id, &(moment + 1).to_string(), signature, body, moment));
    assert!(!check(id, &time, signature, "{\"test\": 2432232315}", moment));
    assert!(!check(id, &time, &signature.replace("v1,", "v2,"), body, moment));
    assert!(!check(id, &time, &signature[..signature.len() - 1], body, moment));
    assert!(!check(id, &time, "", body, moment));
    assert!(!check(id, "yesterday", signature, body, moment));
    // Too old, too new, and absurd.
    assert!(!check(id, &time, signature, body, moment + 301));
    assert!(!check(id, &time, signature, body, moment - 301));
    assert!(!check(id, "9223372036854775807", signature, body, moment));
    assert!(!check(id, "-9223372036854775808", signature, body, moment));
}

#[test]
fn a_secret_has_24_to_64_bytes() {
    for length in [0, 23, 65] {
        assert!(Secret::from_bytes(vec![0; length]).is_err(), "{length}");
    }
    assert!("whsec_short".parse::<Secret>().is_err());
    assert!("whsec_%%%".parse::<Secret>().is_err());
    assert!((24..=64).contains(&Secret::random().expose().len()));
    assert!(!format!("{:?}", Secret::random().reveal()).contains("whsec"));
}

proptest! {
    #[test]
    fn what_is_signed_verifies(
        key in prop::collection::vec(any::<u8>(), 24..=64),
        id in "msg_[a-z0-9]{1,40}",
        moment in 0_i64..4_000_000_000,
        body in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let secrets = [Secret::from_bytes(key).unwrap()];
        let signature = sign(&secrets, &id, at(moment), &body);
        prop_assert_eq!(seconds(at(moment)), moment);
        prop_assert!(verify(&secrets, &id, &moment.to_string(), &signature, &body, at(moment)).is_ok());
        let mut other = body;
        other.push(0);
        prop_assert!(verify(&secrets, &id, &moment.to_string(), &signature, &other, at(moment)).is_err());
    }
}
