//! What the name of a column, in snake_case, says about it: the words of popular exports. Each function answers how well a
//! column suits a role; nothing where it does not.

use super::values::Facts;

/// The rank of a column that suits by its values alone.
pub(super) const BY_VALUES: u8 = 1;

/// What a file is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Reviews,
    Answers,
    Orders,
    Payments,
    Tickets,
    People,
    Unknown,
}

impl Subject {
    /// By the file's name, else by the names of its columns.
    pub(super) fn of(file: &str, columns: &[String]) -> Self {
        let words: Vec<&str> = file.split('_').collect();
        let says = |names: &[&str]| words.iter().any(|word| names.contains(&word.trim_end_matches('s')));
        let has = |names: &[&str]| columns.iter().any(|column| names.contains(&column.as_str()));
        match () {
            () if says(&["review", "rating"]) => Self::Reviews,
            () if says(&["survey", "response", "answer", "feedback", "np", "csat", "ce"]) => Self::Answers,
            () if says(&["ticket", "conversation", "case", "issue"]) => Self::Tickets,
            () if says(&["payment", "charge", "invoice", "transaction"]) => Self::Payments,
            () if says(&["order", "sale", "purchase"]) => Self::Orders,
            () if says(&["contact", "customer", "user", "people", "person", "subscriber", "member", "lead"]) => {
                Self::People
            }
            () if has(&["star_rating", "review_text", "review_title", "review_body", "review"]) => Self::Reviews,
            () if has(&["financial_status", "fulfillment_status", "order_id", "order_number", "order_key"]) => {
                Self::Orders
            }
            () if columns.iter().any(|name| name.contains("recommend") || scale(name).is_some())
                || has(&["respondent_id", "response_id", "collector_id", "submit_date_utc", "network_id"]) =>
            {
                Self::Answers
            }
            () if has(&["ticket_id", "ticket", "assignee", "requester", "conversation_id"]) => Self::Tickets,
            () if has(&["payment_id", "charge_id", "invoice_id", "transaction_id", "amount_refunded"]) => {
                Self::Payments
            }
            () if has(&["first_name", "last_name", "email_marketing_consent", "lifecycle_stage", "total_orders"]) => {
                Self::People
            }
            () => Self::Unknown,
        }
    }

    /// What happened, in the words of the product.
    pub(super) fn kind(self) -> Option<&'static str> {
        match self {
            Self::Reviews => Some("review_posted"),
            Self::Answers => Some("survey_answered"),
            Self::Orders => Some("order_completed"),
            Self::Payments => Some("payment_made"),
            Self::Tickets => Some("conversation_opened"),
            Self::People | Self::Unknown => None,
        }
    }
}

fn has_word(name: &str, words: &[&str]) -> bool {
    name.split('_').any(|word| words.contains(&word))
}

/// The place in a list of names, the first one highest; 0 where it is none of them.
fn place(name: &str, names: &[&str]) -> u8 {
    let place = names.iter().position(|known| *known == name);
    place.and_then(|at| u8::try_from(200 - at).ok()).unwrap_or(0)
}

pub(super) fn email(name: &str, facts: &Facts) -> Option<u8> {
    let names = [
        "email",
        "email_address",
        "e_mail",
        "mail",
        "customer_email",
        "contact_email",
        "requester_email",
        "user_email",
    ];
    facts.emails.then(|| match place(name, &names) {
        0 if has_word(name, &["email", "mail", "e_mail"]) => 50,
        0 => BY_VALUES,
        rank => rank,
    })
}

pub(super) fn phone(name: &str, facts: &Facts) -> Option<u8> {
    let spoken =
        has_word(name, &["phone", "telephone", "mobile", "cell", "tel", "msisdn", "whatsapp", "telefon", "handy"]);
    let first = ["phone", "phone_number", "mobile", "mobile_phone", "telephone", "customer_phone"];
    (facts.phones && spoken).then(|| place(name, &first).max(50))
}

pub(super) fn user_id(name: &str, facts: &Facts) -> Option<u8> {
    let names = [
        "user_id",
        "userid",
        "customer_id",
        "customerid",
        "client_id",
        "contact_id",
        "member_id",
        "person_id",
        "external_id",
        "external_user_id",
        "shopper_id",
        "subscriber_id",
        "account_id",
        "kundennummer",
        "customer_number",
        "customer_no",
    ];
    (!facts.emails && facts.words <= 1 && facts.length <= 64).then(|| place(name, &names))
}

pub(super) fn order(name: &str, facts: &Facts) -> Option<u8> {
    let names =
        ["order_id", "order_number", "order_no", "order_name", "order", "orderid", "bestellnummer", "order_reference"];
    let first_of_a_shop = name == "name" && facts.prefixed_numbers;
    (facts.words <= 1 && facts.length <= 64).then(|| if first_of_a_shop { 60 } else { place(name, &names) })
}

pub(super) fn speaks_of_time(name: &str) -> bool {
    has_word(
        name,
        &[
            "at",
            "date",
            "time",
            "timestamp",
            "datetime",
            "created",
            "on",
            "when",
            "datum",
            "day",
            "submitted",
            "updated",
        ],
    )
}

pub(super) fn time(name: &str, facts: &Facts) -> Option<u8> {
    facts.times.as_ref()?;
    let happened = [
        "occurred_at",
        "timestamp",
        "event_time",
        "responded_at",
        "answered_at",
        "submitted_at",
        "submit_date_utc",
        "submit_date",
        "completed_at",
        "end_date",
        "answered",
        "review_submit_date_and_time",
        "review_date",
        "posted_at",
        "paid_at",
        "order_date",
        "ordered_at",
        "ordered",
        "purchased_at",
        "created_at",
        "created",
        "created_utc",
        "created_date",
        "date_created",
        "create_date",
        "date",
        "datetime",
        "time",
        "received_at",
        "start_date",
        "datum",
    ];
    Some(match place(name, &happened) {
        0 if has_word(
            name,
            &[
                "update",
                "updated",
                "modified",
                "last",
                "due",
                "birth",
                "birthday",
                "born",
                "expires",
                "cancelled",
                "closed",
                "refunded",
                "sent",
            ],
        ) =>
        {
            5
        }
        0 if speaks_of_time(name) => 40,
        0 => BY_VALUES,
        rank => rank,
    })
}

pub(super) fn score(name: &str, facts: &Facts) -> Option<u8> {
    let (least, most) = facts.range?;
    let plausible = least >= -2.0 && most <= 10.0 && !facts.bools;
    let names = [
        "nps",
        "nps_score",
        "score",
        "rating",
        "star_rating",
        "stars",
        "csat",
        "csat_score",
        "ces",
        "ces_score",
        "satisfaction",
        "satisfaction_rating",
        "satisfaction_score",
        "grade",
        "note",
    ];
    plausible.then(|| match place(name, &names) {
        // A whole question as a heading, as survey tools write it.
        0 if name.contains("recommend")
            || name.contains("satisf")
            || name.contains("zufrieden")
            || name.contains("empfehl") =>
        {
            150
        }
        0 if scale(name).is_some() || has_word(name, &["score", "rating", "stars"]) => 60,
        rank => rank,
    })
}

/// The scale that a name speaks of.
pub(super) fn scale(name: &str) -> Option<&'static str> {
    match () {
        () if has_word(name, &["nps"]) || name.contains("recommend") || name.contains("empfehl") => Some("nps"),
        () if has_word(name, &["csat"]) || name.contains("satisf") || name.contains("zufrieden") => Some("csat"),
        () if has_word(name, &["ces", "effort"]) => Some("ces"),
        () if has_word(name, &["stars", "star"]) => Some("stars"),
        () => None,
    }
}

pub(super) fn scale_column(name: &str, facts: &Facts) -> Option<u8> {
    (!facts.number && facts.distinct <= 10).then(|| place(name, &["scale", "score_type", "metric", "survey_type"]))
}

pub(super) fn amount(name: &str, facts: &Facts) -> Option<u8> {
    let names = [
        "total",
        "grand_total",
        "order_total",
        "total_price",
        "total_amount",
        "amount",
        "revenue",
        "net_revenue",
        "amount_paid",
        "paid",
        "payment_value",
        "price",
        "value",
        "subtotal",
        "betrag",
        "summe",
        "gross",
        "net",
    ];
    let counts = has_word(name, &["count", "quantity", "qty", "orders", "items", "number", "id"]);
    (facts.number && !facts.code && !counts).then(|| match place(name, &names) {
        0 if has_word(name, &["total", "amount", "revenue", "price"]) => 40,
        rank => rank,
    })
}

pub(super) fn currency(name: &str, facts: &Facts) -> Option<u8> {
    facts.currencies.then(|| if has_word(name, &["currency", "currencies", "waehrung", "währung"]) { 100 } else { 0 })
}

pub(super) fn kind(name: &str, facts: &Facts) -> Option<u8> {
    let names = ["event", "event_name", "event_type", "activity", "activity_type", "action"];
    (facts.words <= 4 && !facts.number && facts.times.is_none()).then(|| place(name, &names))
}

pub(super) fn channel(name: &str, facts: &Facts) -> Option<u8> {
    facts
        .channels
        .then(|| if has_word(name, &["channel", "source", "via", "medium", "kanal"]) { 100 } else { BY_VALUES })
}

pub(super) fn touchpoint(name: &str, facts: &Facts) -> Option<u8> {
    let names = ["touchpoint", "touch_point", "contact_point", "kontaktpunkt"];
    (facts.words <= 6 && facts.distinct <= 100).then(|| place(name, &names))
}

pub(super) fn text(name: &str, facts: &Facts) -> Option<u8> {
    let names = [
        "comment",
        "comments",
        "verbatim",
        "feedback",
        "review_text",
        "review_body",
        "review",
        "body",
        "review_comment_message",
        "message",
        "answer_text",
        "text",
        "description",
        "open_ended_response",
        "kommentar",
        "remarks",
        "content",
    ];
    let prose = facts.words >= 3 && facts.distinct * 2 > facts.filled && facts.times.is_none();
    let word = !facts.number && !facts.bools && facts.times.is_none() && !facts.emails;
    word.then(|| match place(name, &names) {
        0 if has_word(name, &["comment", "comments", "feedback", "why", "reason", "improve"]) && facts.words >= 2 => 60,
        0 if prose && facts.length >= 30 && !is_trait(name) => BY_VALUES,
        0 => 0,
        rank if facts.words >= 2 => rank,
        _ => 0,
    })
}

pub(super) fn title(name: &str, facts: &Facts) -> Option<u8> {
    let names = ["review_title", "title", "subject", "headline", "review_comment_title"];
    (facts.words >= 2).then(|| place(name, &names))
}

/// Names by which a row can be told apart.
pub(super) fn is_key(name: &str) -> bool {
    name == "id" || name == "uuid" || name == "guid" || name.ends_with("_id") || name.ends_with("_uuid")
}

pub(super) fn key(name: &str, facts: &Facts) -> Option<u8> {
    if !facts.tells_rows_apart() || facts.length > 64 || facts.words > 1 || facts.times.is_some() || facts.emails {
        return None;
    }
    let names = [
        "message_id",
        "event_id",
        "response_id",
        "answer_id",
        "review_id",
        "ticket_id",
        "conversation_id",
        "payment_id",
        "charge_id",
        "transaction_id",
        "invoice_id",
        "respondent_id",
        "id",
        "uuid",
        "guid",
        "token",
        "order_id",
        "order_number",
        "order",
        "answer",
        "number",
        "record_id",
    ];
    let first_of_a_shop = name == "name" && facts.prefixed_numbers;
    match place(name, &names) {
        0 if first_of_a_shop => Some(60),
        0 if is_key(name) => Some(20),
        0 => None,
        rank => Some(rank),
    }
}

/// Whether a name speaks of the customer rather than of what happened.
pub(super) fn is_trait(name: &str) -> bool {
    let bare = ["customer_", "user_", "contact_", "client_", "requester_", "person_"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix))
        .unwrap_or(name);
    [
        "name",
        "first_name",
        "last_name",
        "full_name",
        "given_name",
        "family_name",
        "vorname",
        "nachname",
        "company",
        "company_name",
        "organization",
        "organisation",
        "city",
        "country",
        "country_code",
        "state",
        "region",
        "province",
        "zip",
        "zip_code",
        "postal_code",
        "plan",
        "tier",
        "segment",
        "gender",
        "age",
        "age_group",
        "birthday",
        "birthdate",
        "date_of_birth",
        "language",
        "locale",
        "timezone",
        "time_zone",
        "job_title",
        "industry",
        "lifecycle_stage",
        "signup_date",
        "loyalty_level",
        "vip",
        "accepts_marketing",
    ]
    .contains(&bare)
}
