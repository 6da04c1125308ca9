//! Swedish phrases.

use super::{Phrases, Tone};

pub(super) const PHRASES: Phrases = Phrases {
    good: Tone {
        checkout: &["Klart på under en minut.", "Det gick riktigt smidigt att betala."],
        delivery: &["Kom en dag tidigare än utlovat.", "Snabb leverans och väl förpackat."],
        product: &["Lätt, gedigen och håller vad den lovar.", "Känns välgjord, även i ösregn."],
        returns: &["Skickade tillbaka den och fick pengarna inom några dagar."],
        support: &["Fick ett tydligt svar direkt.", "Mycket trevliga och löste det på en gång."],
        closing: &["Jag kommer tillbaka.", "Tack!", "Rekommenderas varmt."],
    },
    mixed: Tone {
        checkout: &["Det fungerade, men det är för många steg."],
        delivery: &["Kom fram, men leveranstiden var vag."],
        product: &["Bra, men mindre än väntat."],
        returns: &["Det gick, men jag fick skriva ut etiketten själv."],
        support: &["Hjälpsamma till slut, efter att jag förklarat två gånger."],
        closing: &["På det hela taget okej.", "Det kan bli bättre."],
    },
    bad: Tone {
        checkout: &["Sidan tog en evighet att ladda.", "Betalningen avbröts två gånger i mobilen."],
        delivery: &["Kom flera dagar efter utlovat datum.", "Spårningen stod stilla i en vecka."],
        product: &["Gick sönder på första turen."],
        returns: &["Jag väntar fortfarande på mina pengar."],
        support: &["Tre meddelanden och fortfarande inget svar."],
        closing: &["Mycket besviken.", "Aldrig igen."],
    },
    questions: [
        &["Var är mitt paket? Det skulle ha kommit i måndags."],
        &["Vilken storlek ska jag ta mellan M och L?"],
        &["Hur skickar jag tillbaka något?", "När får jag pengarna för returen?"],
    ],
};
