//! F39, as far as settings go: what cannot be meant or would not be safe is refused in one clear line.

use crate::world::Installation;

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_refused_and_named() {
    for (variable, value, named) in [
        ("HARKEN__SERVER__PUBLIC_URL", "http://harken.example.com", "server.public_url"),
        ("HARKEN__SERVER__PUBLIC_URL", "harken", "URL"),
        ("HARKEN__SERVER__TRUSTED_PROXIES", "10.0.0.0/8,proxy", "'proxy'"),
        ("HARKEN__SERVER__CONNECTIONS", "0", "server.connections"),
        ("HARKEN__SERVER__REQUESTS_PER_MINUTE__CALLER", "0", "caller"),
        ("HARKEN__SERVER__LISTN", "127.0.0.1:1", "listn"),
        ("HARKEN__DATABASE_FILE", "/nowhere/password", "/nowhere/password"),
    ] {
        let installation = Installation::on_sqlite().await.with(variable, value);
        for command in [["config", "check"].as_slice(), &["serve", "--listen", "127.0.0.1:0"]] {
            let said = installation.run(command).await;
            assert!(!said.success, "{variable}={value}: {said:?}");
            assert!(said.err.contains(named) && said.err.lines().count() <= 2, "{variable}={value}: {}", said.err);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_come_from_variables_and_files_and_passwords_are_not_printed() {
    let installation = Installation::on_sqlite().await;
    let file = installation.data().join("database-url");
    std::fs::write(&file, "postgres://harken:s3cret@db.internal/harken\n").unwrap();
    let installation = installation
        .with("HARKEN_DATABASE_FILE", file.display())
        .with("HARKEN__SERVER__TRUSTED_PROXIES", "10.0.0.0/8,192.0.2.1")
        .with("HARKEN__MASTER_KEY_FILE", "/etc/harken/master.key")
        .with("HARKEN__MAIL__PASSWORD_FILE", "/etc/harken/mail-password")
        .with("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.internal:4318");
    let printed = installation.run(&["config", "print"]).await;
    assert!(printed.success, "{printed:?}");
    assert!(!printed.out.contains("s3cret"), "{}", printed.out);
    let printed = installation.json(&["config", "print", "--json"]).await;
    assert_eq!(printed["database"], "postgres://harken:***@db.internal/harken");
    assert_eq!(printed["server"]["trusted_proxies"], serde_json::json!(["10.0.0.0/8", "192.0.2.1"]));
    assert_eq!(printed["master_key_file"], "/etc/harken/master.key");
    assert_eq!(printed["mail"]["password_file"], "/etc/harken/mail-password");
    assert_eq!(printed["server"]["traces"], "http://collector.internal:4318/");
}
