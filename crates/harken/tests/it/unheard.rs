//! F23: the server is killed after a mail and a webhook have arrived and before it knows: both come once more, under the
//! same ids, and no third time.

use serde_json::{Value as Json, json};
use std::time::Duration;
use team::Role;

use crate::world::{Browser, Installation, Receiver, Server, clients::client, on_both_databases};

const BRUNO: &str = "bruno@example.com";

on_both_databases! {
    async fn what_arrived_before_the_server_was_killed_comes_once_more_under_the_same_id(installation: Installation) {
        let (Some(mut sink), Some(mut crm)) = (client("python/mail_sink.py"), client("python/webhook.py")) else {
            return;
        };
        sink.args(["--answers", BRUNO, "hold"]);
        crm.arg("--hold");
        let (mut sink, mut crm) = (Receiver::start(sink).await, Receiver::start(crm).await);
        let installation = installation
            .public()
            .with("HARKEN__MAIL__URL", format!("smtp://{}?tls=none", sink.address()))
            .with("HARKEN__OUTBOUND__ALLOW", crm.address());
        let server = installation.serve().await;
        let mut olga = Browser::of("olga", Role::Owner, &installation, &server).await;
        let url = format!("http://{}/hooks", crm.address());
        let webhook = olga.makes("/api/v1/actions/webhooks", json!({ "url": url })).await;
        crm.is_told(webhook["secret"].as_str().unwrap()).await;
        let test = format!("/api/v1/actions/webhooks/{}/tests", webhook["id"].as_str().unwrap());
        olga.makes(&test, Json::Null).await;
        olga.makes("/api/v1/team/invitations", json!({ "email": BRUNO, "role": "agent" })).await;
        let (mail, message) = (sink.hears_of(BRUNO).await, crm.hears().await);
        let address = server.kill().await;

        let server = Server::start(&installation, Some(address), "").await;
        let (again, message_again) = (sink.hears_of(BRUNO).await, crm.hears().await);
        assert_eq!((&mail["answer"], &again["answer"]), (&json!("hold"), &json!("250 kept")));
        assert_eq!(mail["headers"], again["headers"], "Message-ID and all others");
        assert_eq!(mail["parts"], again["parts"]);
        assert_eq!(message["id"], message_again["id"]);
        assert_eq!(message["body"], message_again["body"]);
        let moment = Duration::from_millis(500);
        sink.hears_nothing_for(moment).await;
        crm.hears_nothing_for(moment).await;
        server.stop().await;
        installation.is_sound().await;
    }
}
