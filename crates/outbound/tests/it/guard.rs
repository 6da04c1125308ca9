//! The guard holds against the corpus, against changing answers and redirects; a canary inside hears nothing.

use base::ErrorKind;
use bytes::Bytes;
use http::Request;
use outbound::{Client, Failure, Limits, Refusal, Resolve, Settings};
use parking_lot::Mutex;
use proptest::prelude::*;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use url::Url;

use crate::corpus::{NAMES, Says, URLS};

/// Answers from a list and writes down what it was asked: no question leaves the machine.
#[derive(Default)]
struct Book {
    asked: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl Resolve for Book {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.lock().push(name.to_owned());
        let found = NAMES.iter().find(|(known, _)| *known == name);
        let (_, addresses) = found.ok_or_else(|| io::Error::other(format!("{name} is not in the test's book")))?;
        Ok(addresses.iter().filter_map(|address| address.parse().ok()).collect())
    }
}

/// Answers with one address after the other, round and round.
struct Alternating {
    answers: Vec<IpAddr>,
    asked: AtomicUsize,
}

impl Alternating {
    fn between(answers: &[&str]) -> Arc<Self> {
        let answers = answers.iter().filter_map(|address| address.parse().ok()).collect();
        Arc::new(Self { answers, asked: AtomicUsize::new(0) })
    }
}

#[async_trait::async_trait]
impl Resolve for Alternating {
    async fn resolve(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        Ok(vec![self.answers[turn % self.answers.len()]])
    }
}

/// A server that counts who connects and answers everybody the same.
struct Canary {
    address: SocketAddr,
    heard: Arc<AtomicUsize>,
}

impl Canary {
    async fn on(address: &str, answer: String) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let heard = Arc::new(AtomicUsize::new(0));
        let count = heard.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let answer = answer.clone();
                tokio::spawn(async move {
                    let _ = stream.read(&mut [0; 4096]).await;
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        Self { address, heard }
    }

    async fn silent() -> Self {
        Self::on("127.0.0.1:0", "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret".into()).await
    }

    fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }
}

fn settings(allow: &[String]) -> Settings {
    Settings { ports: Vec::new(), allow: allow.iter().map(|text| text.parse().unwrap()).collect() }
}

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

fn said(outcome: Result<(), Failure>) -> Says {
    match outcome {
        Ok(()) => Says::Fine,
        Err(Failure::Refused(Refusal::Scheme | Refusal::NotAUrl)) => Says::NotHttp,
        Err(Failure::Refused(Refusal::UserInfo)) => Says::UserInfo,
        Err(Failure::Refused(Refusal::Port(_))) => Says::Port,
        Err(Failure::Refused(Refusal::Address(_))) => Says::Address,
        Err(Failure::Unresolved) => Says::Unresolved,
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_whole_corpus_is_told_apart_without_a_packet_sent() {
    assert!(URLS.len() >= 120, "{}", URLS.len());
    let book = Arc::new(Book::default());
    let client = Client::with(Settings::default(), book.clone(), Limits::default());
    let mut wrong = Vec::new();
    for (text, expected) in URLS {
        let found = match Url::parse(text) {
            Ok(url) => said(client.addresses(&url).await.map(drop)),
            Err(_) => Says::NotHttp,
        };
        if found != *expected {
            wrong.push(format!("{text:?}: {found:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Every name was looked up by the test's book, and each exactly once.
    let names = URLS.iter().filter(|(text, says)| {
        let domain =
            Url::parse(text).ok().is_some_and(|url| url.domain().is_some() && url.scheme().starts_with("http"));
        domain && !matches!(says, Says::Port | Says::UserInfo)
    });
    assert_eq!(book.asked.lock().len(), names.count());
}

/// Networks that are inside for somebody, each with the length of its prefix.
const INSIDE: [(Ipv4Addr, u32); 6] = [
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
];

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

/// Every way to write an IPv4 address as a URL's host.
fn spellings(address: Ipv4Addr) -> Vec<String> {
    let (number, [a, b, c, d]) = (address.to_bits(), address.octets());
    let (high, low) = (number >> 16, number & 0xffff);
    vec![
        format!("{address}"),
        format!("{address}."),
        format!("{number}"),
        format!("{number:#x}"),
        format!("0{number:o}"),
        format!("{a}.{}", number & 0xff_ffff),
        format!("{a}.{b}.{low}"),
        format!("{a:#x}.0{b:o}.{c}.{d:#X}"),
        format!("0{a:03o}.0{b:03o}.0{c:03o}.0{d:03o}"),
        format!("%3{}{}", &a.to_string()[..1], &address.to_string()[1..]),
        format!("[::ffff:{address}]"),
        format!("[::{address}]"),
        format!("[::ffff:0:{address}]"),
        format!("[64:ff9b::{address}]"),
        format!("[64:ff9b:1::{address}]"),
        format!("[2002:{high:x}:{low:x}::1]"),
        format!("[2001:0:1:2::{high:x}:{low:x}]"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_spelling_of_a_special_address_gets_through(
        (net, at) in (prop::sample::select(INSIDE.to_vec()), any::<u32>()),
        secure in any::<bool>(),
    ) {
        let (base, length): (Ipv4Addr, u32) = net;
        let address = Ipv4Addr::from_bits(base.to_bits() | at & (u32::MAX >> length));
        let client = Client::with(Settings::default(), Arc::new(Book::default()), Limits::default());
        let scheme = if secure { "https" } else { "http" };
        for host in spellings(address) {
            let url = Url::parse(&format!("{scheme}://{host}/")).unwrap();
            let found = said(block_on(client.addresses(&url)).map(drop));
            prop_assert_eq!(found, Says::Address, "{}", url);
        }
    }

    #[test]
    fn no_text_is_strange_enough_to_panic_or_to_lead_inside(text in "(https?://)?[0-9a-fx:.@/%\\[\\]#?-]{0,40}") {
        let client = Client::with(Settings::default(), Arc::new(Book::default()), Limits::default());
        if let Ok(url) = Url::parse(&text) && let Ok(addresses) = block_on(client.addresses(&url)) {
            let inside = |address: &SocketAddr| match address.ip() {
                IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
                IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.to_ipv4().is_some(),
            };
            prop_assert!(!addresses.iter().any(inside), "{text}: {addresses:?}");
        }
    }
}

#[tokio::test]
async fn whoever_is_sent_away_hears_why_and_nothing_else() {
    let client = Client::with(Settings::default(), Arc::new(Book::default()), Limits::default());
    let why = async |url: &str| client.send(get(url)).await.unwrap_err().to_string();
    assert_eq!(
        why("http://private.evil.example/").await,
        "the address is private; the operator can allow it in the config file"
    );
    assert_eq!(
        why("http://2130706433/").await,
        "the address is loopback; the operator can allow it in the config file"
    );
    assert_eq!(
        why("http://shop.example:8080/").await,
        "port 8080 is not open; the operator can open it in the config file"
    );
    assert_eq!(why("http://ana:secret@shop.example/").await, "the URL must not hold a user name or password");
    assert_eq!(why("ftp://shop.example/").await, "only http:// and https:// can be called");
    assert_eq!(why("http://nowhere.example/").await, "the host's name cannot be resolved");
    let error = base::Error::from(client.send(get("http://[::1]/")).await.unwrap_err());
    assert_eq!((error.kind, error.fields[0].field.as_str()), (ErrorKind::Invalid, "url"));
}

#[tokio::test]
async fn a_canary_on_loopback_hears_nobody() {
    let canary = Canary::silent().await;
    let port = canary.address.port();
    // Even with its port open to the world.
    let open = Settings { ports: vec![port], allow: Vec::new() };
    let client = Client::with(open, Arc::new(Book::default()), Limits::default());
    let hosts = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]", "localhost"];
    let names = ["loopback.evil.example", "mapped.evil.example", "zero.evil.example"];
    for host in hosts.into_iter().chain(names) {
        let refused = client.send(get(&format!("http://{host}:{port}/"))).await.unwrap_err();
        assert!(matches!(refused, Failure::Refused(Refusal::Address(_))), "{host}: {refused:?}");
    }
    assert_eq!(canary.heard(), 0);
}

#[tokio::test]
async fn a_name_that_changes_its_mind_never_reaches_the_canary() {
    let canary = Canary::silent().await;
    let port = canary.address.port();
    // 127.0.0.2 stands for the attacker's public server: the operator's own list makes it callable.
    let answer = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned();
    let public = Canary::on(&format!("127.0.0.2:{port}"), answer).await;
    let answers = Alternating::between(&["127.0.0.2", "127.0.0.1"]);
    let client = Client::with(settings(&[format!("127.0.0.2:{port}")]), answers.clone(), Limits::default());
    let (mut reached, mut refused) = (0, 0);
    for _ in 0..10 {
        match client.send(get(&format!("http://rebinding.evil.example:{port}/"))).await {
            Ok(answer) => {
                assert_eq!(answer.status(), 204);
                reached += 1;
            }
            Err(failure) => {
                assert_eq!(failure, Failure::Refused(Refusal::Address("loopback")));
                refused += 1;
            }
        }
    }
    // The address that was checked is the one that was called: each name is looked up once per connection, never twice.
    assert_eq!((reached, refused), (5, 5));
    assert_eq!((public.heard(), canary.heard()), (5, 0));
    assert_eq!(answers.asked.load(Ordering::SeqCst), 10);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_a_way() {
    let canary = Canary::silent().await;
    let there = format!("http://{}/", canary.address);
    for status in [301, 302, 303, 307, 308] {
        let answer = format!("HTTP/1.1 {status} Go\r\nlocation: {there}\r\ncontent-length: 0\r\n\r\n");
        let shop = Canary::on("127.0.0.1:0", answer).await;
        let client = Client::with(settings(&[shop.address.to_string()]), Arc::new(Book::default()), Limits::default());
        let answer = client.send(get(&format!("http://{}/", shop.address))).await.unwrap();
        assert_eq!(answer.status(), status);
        assert_eq!(answer.headers()["location"], there);
    }
    assert_eq!(canary.heard(), 0);
}

#[tokio::test]
async fn what_the_operator_allows_is_open_at_that_port_alone() {
    let inside = Canary::silent().await;
    let port = inside.address.port();
    let other = Canary::silent().await;
    for allowed in [format!("127.0.0.1:{port}"), format!("127.0.0.0/8:{port}"), format!("loopback.evil.example:{port}")]
    {
        let client =
            Client::with(settings(std::slice::from_ref(&allowed)), Arc::new(Book::default()), Limits::default());
        let answer = client.send(get(&format!("http://loopback.evil.example:{port}/"))).await.unwrap();
        assert_eq!(answer.body(), "secret");
        let elsewhere = client.send(get(&format!("http://loopback.evil.example:{}/", other.address.port()))).await;
        assert!(matches!(elsewhere, Err(Failure::Refused(_))), "{allowed}");
        let usual = Url::parse("http://loopback.evil.example/").unwrap();
        assert_eq!(said(client.addresses(&usual).await.map(drop)), Says::Address);
    }
    // A name that is trusted does not make its address trusted under other names.
    let client = Client::with(settings(&[format!("localhost:{port}")]), Arc::new(Book::default()), Limits::default());
    let other_name = client.send(get(&format!("http://loopback.evil.example:{port}/"))).await;
    assert!(matches!(other_name, Err(Failure::Refused(Refusal::Address("loopback")))));
    assert_eq!(other.heard(), 0);
}

#[tokio::test]
async fn a_proxy_in_the_environment_is_not_asked() {
    let inside = Canary::silent().await;
    let client = Client::with(settings(&[inside.address.to_string()]), Arc::new(Book::default()), Limits::default());
    // Neither is a cookie kept, a referrer sent, or a credential of the URL.
    let answer = client.send(get(&format!("http://{}/", inside.address))).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(inside.heard(), 1);
}
