//! The link to a list's next page, written for whoever asked: with everything that the request asked for beside.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Middleware: a list names the next page's cursor alone, since it does not know the rest of its request.
pub(crate) async fn link_pages(request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let mut response = next.run(request).await;
    if let Some(link) = link(response.headers(), &query) {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}

fn link(headers: &HeaderMap, query: &str) -> Option<HeaderValue> {
    let (cursor, rest) = headers.get(header::LINK)?.to_str().ok()?.strip_prefix("<?")?.split_once('>')?;
    let others = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let parameters = others.chain([cursor]).collect::<Vec<_>>().join("&");
    HeaderValue::try_from(format!("<?{parameters}>{rest}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_of_the_same_list() {
        let headers = HeaderMap::from_iter([(header::LINK, HeaderValue::from_static(r#"<?cursor=new>; rel="next""#))]);
        let linked = |query| link(&headers, query).unwrap().to_str().unwrap().to_owned();
        assert_eq!(
            linked("limit=2&cursor=old&where=kind%20%3D%20'a'"),
            r#"<?limit=2&where=kind%20%3D%20'a'&cursor=new>; rel="next""#
        );
        assert_eq!(linked(""), r#"<?cursor=new>; rel="next""#);
    }
}
