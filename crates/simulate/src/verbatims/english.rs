//! English phrases.

use super::{Phrases, Tone};

pub(super) const PHRASES: Phrases = Phrases {
    good: Tone {
        checkout: &["Done in under a minute.", "The checkout was really smooth.", "Paying on my phone just worked."],
        delivery: &["It came a day early.", "Fast delivery and well packed.", "The parcel was here right on time."],
        product: &[
            "Light, solid and does what it promises.",
            "Feels well made, even in the worst rain.",
            "The best I have had in years.",
        ],
        returns: &["Sent it back, and the money was there within days.", "Returning it could not be easier."],
        support: &["Got a clear answer straight away.", "Very friendly and it was solved at once."],
        closing: &["I will be back.", "Thank you!", "Highly recommended."],
    },
    mixed: Tone {
        checkout: &["It worked, but there are too many steps.", "I had to type my address twice."],
        delivery: &["Arrived, though the time window was vague.", "The box was dented, the content fine."],
        product: &["Good, but smaller than I expected.", "Decent quality for the price."],
        returns: &["It worked, but I had to print the label myself."],
        support: &["Helpful in the end, after I had explained it twice."],
        closing: &["All in all it was fine.", "There is room for improvement."],
    },
    bad: Tone {
        checkout: &[
            "The page took forever to load.",
            "The payment failed twice on my phone.",
            "I nearly gave up at the checkout.",
        ],
        delivery: &[
            "Came days after the promised date.",
            "The tracking did not change for a week.",
            "The driver left it in the rain.",
        ],
        product: &["Broke on the first trip.", "Worn out after two weeks."],
        returns: &["I am still waiting for my refund.", "Nobody told me where to send it."],
        support: &["Three messages and still no answer.", "I was passed from one person to the next."],
        closing: &["Very disappointing.", "Not again.", "Please fix this."],
    },
    questions: [
        &[
            "Where is my parcel? It should have been here on Monday.",
            "The tracking says delivered, but there is nothing here.",
        ],
        &["Which size should I take if I am between M and L?", "The zip of my jacket is stuck, what can I do?"],
        &["How do I send something back?", "When will I get my money for the return?"],
    ],
};
