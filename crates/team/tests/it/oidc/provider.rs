//! A provider of its own for each story, reached through no network: it discovers, signs, and can be told to lie.

use base::{Clock, Error, Result, Timestamp};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE};
use http::{Request, Response};
use p256::ecdsa::signature::Signer;
use rsa::traits::PublicKeyParts;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use team::oidc::HttpSend;
use url::{Url, form_urlencoded};

pub const ISSUER: &str = "https://id.example.com";
pub const CLIENT: &str = "harken";
pub const SECRET: &str = "a secret that both hold";

/// How a token is signed.
#[derive(Clone)]
pub enum Signing {
    Es256(Box<p256::ecdsa::SigningKey>),
    Rs256(Arc<rsa::RsaPrivateKey>),
    /// By the secret that both hold.
    Hs256(String),
    None,
}

impl Signing {
    pub fn es256() -> Self {
        Self::Es256(Box::new(p256::ecdsa::SigningKey::from_slice(&rand::random::<[u8; 32]>()).unwrap()))
    }

    /// One key for all stories: making one takes long.
    pub fn rs256() -> Self {
        static KEY: LazyLock<Arc<rsa::RsaPrivateKey>> =
            LazyLock::new(|| Arc::new(rsa::RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap()));
        Self::Rs256(KEY.clone())
    }

    /// The public key as text, which a careless check would take for a shared secret.
    pub fn public_text(&self) -> String {
        self.public("first").unwrap_or_default().to_string()
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Es256(_) => "ES256",
            Self::Rs256(_) => "RS256",
            Self::Hs256(_) => "HS256",
            Self::None => "none",
        }
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        match self {
            Self::Es256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(text.as_bytes());
                signature.to_bytes().to_vec()
            }
            Self::Rs256(key) => {
                // RFC 8017, 9.2: what says that a SHA-256 hash follows.
                let prefix = [48, 49, 48, 13, 6, 9, 96, 134, 72, 1, 101, 3, 4, 2, 1, 5, 0, 4, 32];
                let hash = [&prefix[..], &Sha256::digest(text)].concat();
                key.sign(rsa::Pkcs1v15Sign::new_unprefixed(), &hash).unwrap()
            }
            Self::Hs256(secret) => {
                use hmac::{Hmac, KeyInit, Mac};
                let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
                mac.update(text.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            Self::None => Vec::new(),
        }
    }

    fn public(&self, kid: &str) -> Option<Json> {
        match self {
            Self::Es256(key) => {
                let point = key.verifying_key().to_sec1_point(false);
                let (x, y) = (URL_SAFE.encode(point.x().unwrap()), URL_SAFE.encode(point.y().unwrap()));
                Some(json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "kid": kid }))
            }
            Self::Rs256(key) => {
                let (n, e) = (URL_SAFE.encode(key.n().to_bytes_be()), URL_SAFE.encode(key.e().to_bytes_be()));
                Some(json!({ "kty": "RSA", "n": n, "e": e, "use": "sig", "kid": kid }))
            }
            Self::Hs256(_) | Self::None => None,
        }
    }
}

/// A key as it signs, and under which id.
pub struct Key {
    pub kid: &'static str,
    pub signing: Signing,
}

struct Code {
    challenge: String,
    redirect: String,
    token: String,
}

pub struct FakeProvider {
    /// What it signs with.
    pub signs: Mutex<Key>,
    /// What it publishes.
    pub publishes: Mutex<Vec<Key>>,
    pub discovery: Mutex<Json>,
    pub user_info: Mutex<Json>,
    /// Whether it exchanges a code as often as it is asked to.
    pub forgiving: AtomicBool,
    pub down: AtomicBool,
    /// How often it was asked for its keys.
    pub asked_for_keys: AtomicUsize,
    codes: Mutex<HashMap<String, Code>>,
    clock: Clock,
}

impl FakeProvider {
    pub fn new(clock: Clock) -> Self {
        let signing = Signing::es256();
        let discovery = json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/authorize"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/keys"),
            "userinfo_endpoint": format!("{ISSUER}/me"),
            "end_session_endpoint": format!("{ISSUER}/goodbye"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "none"],
        });
        Self {
            signs: Mutex::new(Key { kid: "first", signing: signing.clone() }),
            publishes: Mutex::new(vec![Key { kid: "first", signing }]),
            discovery: Mutex::new(discovery),
            user_info: Mutex::new(Json::Null),
            forgiving: AtomicBool::new(false),
            down: AtomicBool::new(false),
            asked_for_keys: AtomicUsize::new(0),
            codes: Mutex::default(),
            clock,
        }
    }

    /// Signs with this key from now on, and publishes it or keeps it to itself.
    pub fn changes_key(&self, kid: &'static str, signing: &Signing, publishes: bool) {
        *self.signs.lock().unwrap() = Key { kid, signing: signing.clone() };
        if publishes {
            *self.publishes.lock().unwrap() = vec![Key { kid, signing: signing.clone() }];
        }
    }

    /// Lets somebody in who was sent to this address, and answers what their browser brings back: a code and the state.
    pub fn lets_in(&self, sent_to: &Url, claims: Json) -> (String, String) {
        let asked: HashMap<_, _> = sent_to.query_pairs().into_owned().collect();
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        assert_eq!(asked["client_id"], CLIENT);
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"));
        let seconds = self.clock.now().micros() / Timestamp::SECOND;
        let mut token =
            json!({ "iss": ISSUER, "aud": CLIENT, "iat": seconds, "exp": seconds + 300, "nonce": asked["nonce"] });
        for (name, value) in claims.as_object().unwrap() {
            match value {
                Json::Null => drop(token.as_object_mut().unwrap().remove(name)),
                value => token[name] = value.clone(),
            }
        }
        let code = URL_SAFE.encode(rand::random::<[u8; 16]>());
        let kept = Code {
            challenge: asked["code_challenge"].clone(),
            redirect: asked["redirect_uri"].clone(),
            token: self.token(&token),
        };
        self.codes.lock().unwrap().insert(code.clone(), kept);
        (code, asked["state"].clone())
    }

    fn token(&self, claims: &Json) -> String {
        let key = self.signs.lock().unwrap();
        let header = json!({ "alg": key.signing.name(), "kid": key.kid, "typ": "JWT" });
        let part = |json: &Json| URL_SAFE.encode(json.to_string());
        let text = format!("{}.{}", part(&header), part(claims));
        let signature = URL_SAFE.encode(key.signing.sign(&text));
        format!("{text}.{signature}")
    }

    fn exchange(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let refuse = |error: &str| answer(400, &json!({ "error": error }));
        let asked: HashMap<_, _> = form_urlencoded::parse(request.body()).into_owned().collect();
        let credentials = base64::prelude::BASE64_STANDARD
            .encode(format!("{CLIENT}:{}", form_urlencoded::byte_serialize(SECRET.as_bytes()).collect::<String>()));
        if request.headers()["authorization"] != format!("Basic {credentials}") {
            return refuse("invalid_client");
        }
        let mut codes = self.codes.lock().unwrap();
        let Some(code) = codes.get(&asked["code"]) else { return refuse("invalid_grant") };
        let proven = URL_SAFE.encode(Sha256::digest(&asked["code_verifier"])) == code.challenge;
        if !proven || asked["redirect_uri"] != code.redirect || asked["grant_type"] != "authorization_code" {
            return refuse("invalid_grant");
        }
        let tokens =
            json!({ "access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": code.token });
        if !self.forgiving.load(Ordering::SeqCst) {
            codes.remove(&asked["code"]);
        }
        answer(200, &tokens)
    }
}

fn answer(status: u16, body: &Json) -> Response<Vec<u8>> {
    let response = Response::builder().status(status).header("content-type", "application/json");
    response.body(body.to_string().into_bytes()).unwrap()
}

#[async_trait::async_trait]
impl HttpSend for FakeProvider {
    async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Error::unavailable("no connection could be made"));
        }
        Ok(match request.uri().path() {
            "/.well-known/openid-configuration" => answer(200, &self.discovery.lock().unwrap()),
            "/keys" => {
                self.asked_for_keys.fetch_add(1, Ordering::SeqCst);
                let keys = self.publishes.lock().unwrap();
                let keys: Vec<_> = keys.iter().filter_map(|key| key.signing.public(key.kid)).collect();
                answer(200, &json!({ "keys": keys }))
            }
            "/token" => self.exchange(&request),
            "/me" => {
                assert_eq!(request.headers()["authorization"], "Bearer access");
                answer(200, &self.user_info.lock().unwrap())
            }
            path => panic!("nobody should ask for {path}"),
        })
    }
}
