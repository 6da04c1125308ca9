//! Where a browser goes after it logged in: a page of this server, whatever the link said.

use url::Url;

const LONGEST: usize = 2_000;

/// The path of a page of ours; `/` where the text names anything else.
pub(super) fn page_of_ours(public_url: &Url, text: Option<&str>) -> String {
    let path = text.filter(|text| {
        // What a browser reads as another host: `//host`, and `/\host`, whose backslash it takes for a slash.
        let elsewhere = text.len() > LONGEST || text.contains(['\\']) || text.contains(char::is_control);
        text.starts_with('/') && !text.starts_with("//") && !elsewhere
    });
    let target = path.and_then(|path| public_url.join(path).ok());
    let target = target.filter(|target| target.origin() == public_url.origin());
    // As the parser reads it: `/..//host` is `//host` by then.
    let page = target.map(|target| target[url::Position::BeforePath..].to_owned());
    page.filter(|page| !page.starts_with("//")).unwrap_or_else(|| "/".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ours(text: &str) -> String {
        page_of_ours(&Url::parse("https://harken.example.com").unwrap(), Some(text))
    }

    #[test]
    fn only_a_path_of_this_server_is_gone_back_to() {
        assert_eq!(ours("/surveys/7?tab=answers#last"), "/surveys/7?tab=answers#last");
        for elsewhere in [
            "",
            "https://evil.example",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "\t//evil.example",
            "/\n/evil.example",
            " //evil.example",
            "javascript:alert(1)",
            "evil.example",
            "/..//evil.example",
            "/.//evil.example",
            "@evil.example",
            "http:evil.example",
            "/\u{0}",
        ] {
            let path = ours(elsewhere);
            let seen = Url::parse("https://harken.example.com").unwrap().join(&path).unwrap();
            assert_eq!(seen.host_str(), Some("harken.example.com"), "{elsewhere:?} leads to {path:?}");
            assert!(!path.starts_with("//"), "{elsewhere:?} leads to {path:?}");
        }
        assert_eq!(page_of_ours(&Url::parse("https://harken.example.com").unwrap(), None), "/");
    }

    proptest! {
        #[test]
        fn no_text_leads_elsewhere(text in "[/\\\\.@:a-z\\t\\n ]{0,12}") {
            let path = ours(&text);
            let seen = Url::parse("https://harken.example.com").unwrap().join(&path).unwrap();
            prop_assert_eq!(seen.host_str(), Some("harken.example.com"));
            prop_assert!(path.starts_with('/') && !path.starts_with("//"));
        }
    }
}
