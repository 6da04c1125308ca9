//! Kinds of signals from the names of events: the standard events of commerce, and a rule for all others.

/// The longest kind, in bytes.
pub(crate) const LONGEST: usize = 100;

/// Standard events whose kind is not simply their name in snake_case: semantic names of the Segment specification, its
/// first version's word order, and the spellings that are common beside them. Sorted, all in snake_case.
const STANDARD: &[(&str, &str)] = &[
    ("added_product", "product_added"),
    ("clicked_product", "product_clicked"),
    ("clicked_promotion", "promotion_clicked"),
    ("completed_checkout_step", "checkout_step_completed"),
    ("completed_order", "order_completed"),
    ("entered_payment_info", "payment_info_entered"),
    ("experiment_viewed", "variant_exposed"),
    ("order_canceled", "order_cancelled"),
    ("product_reviewed", "review_posted"),
    ("refunded_order", "order_refunded"),
    ("removed_product", "product_removed"),
    ("searched_products", "products_searched"),
    ("updated_order", "order_updated"),
    ("viewed_checkout_step", "checkout_step_viewed"),
    ("viewed_product", "product_viewed"),
    ("viewed_product_category", "product_list_viewed"),
    ("viewed_promotion", "promotion_viewed"),
    ("wishlist_product_added_to_cart", "product_added"),
];

/// The kind of a named event, and whether the name had to be cut; `None` when the name holds no letter and no digit.
pub(super) fn kind(event: &str) -> Option<(String, bool)> {
    let mut kind = snake_case(event);
    if let Ok(standard) = STANDARD.binary_search_by_key(&kind.as_str(), |(name, _)| name) {
        return STANDARD.get(standard).map(|(_, kind)| ((*kind).to_owned(), false));
    }
    let cut = kind.len() > LONGEST;
    if cut {
        kind.truncate(kind.floor_char_boundary(LONGEST));
        kind.truncate(kind.trim_end_matches('_').len());
    }
    (!kind.is_empty()).then_some((kind, cut))
}

/// `Order Completed`, `orderCompleted`, `HTTPError` as `order_completed`, `order_completed`, `http_error`, in any script.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut letters = name.chars().peekable();
    let mut before = ' ';
    while let Some(letter) = letters.next() {
        // A new word starts at a capital after a small letter or digit, and at the last capital of a row of them.
        let capital = letter.is_uppercase() && !letter.to_lowercase().eq([letter]);
        let ends_row = before.is_uppercase() && letters.peek().is_some_and(|next| next.is_lowercase());
        let starts_word = capital && (before.is_lowercase() || before.is_numeric() || ends_row);
        let separates = !letter.is_alphanumeric();
        if (starts_word || separates) && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        // Lowering can leave a combining mark behind, which is no part of a name.
        snake.extend(letter.to_lowercase().filter(|lower| lower.is_alphanumeric()));
        before = letter;
    }
    snake.truncate(snake.trim_end_matches('_').len());
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(event: &str) -> String {
        kind(event).map(|(kind, _)| kind).unwrap_or_default()
    }

    #[test]
    fn every_spelling_of_a_standard_event_is_one_kind() {
        for event in [
            "Order Completed",
            "order completed",
            "orderCompleted",
            "order_completed",
            "Completed Order",
            "  ORDER-COMPLETED ",
        ] {
            assert_eq!(name(event), "order_completed", "{event}");
        }
        for (event, kind) in [
            ("Products Searched", "products_searched"),
            ("Product List Viewed", "product_list_viewed"),
            ("Product Viewed", "product_viewed"),
            ("Product Added", "product_added"),
            ("Cart Viewed", "cart_viewed"),
            ("Checkout Started", "checkout_started"),
            ("Checkout Step Completed", "checkout_step_completed"),
            ("Payment Info Entered", "payment_info_entered"),
            ("Order Refunded", "order_refunded"),
            ("Order Canceled", "order_cancelled"),
            ("Coupon Applied", "coupon_applied"),
            ("Product Reviewed", "review_posted"),
            ("Experiment Viewed", "variant_exposed"),
        ] {
            assert_eq!(name(event), kind);
        }
    }

    #[test]
    fn other_names_become_snake_case_in_any_script() {
        for (event, kind) in [
            ("HTTPError404Shown", "http_error404_shown"),
            ("Häufige Frage", "häufige_frage"),
            ("订单 完成", "订单_完成"),
            ("🎉", ""),
        ] {
            assert_eq!(name(event), kind);
        }
        let (long, cut) = kind(&"é".repeat(200)).unwrap();
        assert!(cut && long.len() <= LONGEST);
    }

    #[test]
    fn the_table_is_sorted_and_settled() {
        assert!(STANDARD.is_sorted_by_key(|(name, _)| name));
        for (name, kind) in STANDARD {
            assert_eq!((snake_case(name), snake_case(kind)), ((*name).to_owned(), (*kind).to_owned()));
        }
    }

    proptest! {
        #[test]
        fn a_kind_is_its_own_snake_case(event in "\\PC{0,40}") {
            let once = snake_case(&event);
            prop_assert_eq!(snake_case(&once), once);
        }
    }
}
