//! German phrases.

use super::{Phrases, Tone};

pub(super) const PHRASES: Phrases = Phrases {
    good: Tone {
        checkout: &[
            "In einer Minute erledigt.",
            "Bezahlen ging wirklich einfach.",
            "Auch am Handy hat alles sofort geklappt.",
        ],
        delivery: &[
            "Einen Tag früher da als versprochen.",
            "Schnelle Lieferung, gut verpackt.",
            "Das Paket kam pünktlich.",
        ],
        product: &[
            "Leicht, solide und hält, was es verspricht.",
            "Wirkt gut verarbeitet, auch bei Starkregen.",
            "Das Beste, was ich seit Jahren hatte.",
        ],
        returns: &["Zurückgeschickt, und das Geld war nach wenigen Tagen da.", "Die Rückgabe war ganz einfach."],
        support: &["Sofort eine klare Antwort bekommen.", "Sehr freundlich und gleich gelöst."],
        closing: &["Gerne wieder.", "Vielen Dank!", "Sehr zu empfehlen."],
    },
    mixed: Tone {
        checkout: &["Hat geklappt, aber es sind zu viele Schritte.", "Die Adresse musste ich zweimal eingeben."],
        delivery: &["Angekommen, aber das Zeitfenster war ungenau.", "Der Karton war eingedrückt, der Inhalt heil."],
        product: &["Gut, aber kleiner als erwartet.", "Ordentliche Qualität für den Preis."],
        returns: &["Ging, aber den Aufkleber musste ich selbst drucken."],
        support: &["Am Ende geholfen, nachdem ich es zweimal erklärt hatte."],
        closing: &["Insgesamt in Ordnung.", "Da geht noch mehr."],
    },
    bad: Tone {
        checkout: &[
            "Die Seite lud ewig.",
            "Die Zahlung ist am Handy zweimal abgebrochen.",
            "An der Kasse hätte ich fast aufgegeben.",
        ],
        delivery: &[
            "Tage nach dem versprochenen Termin geliefert.",
            "Die Sendungsverfolgung stand eine Woche still.",
            "Das Paket lag im Regen vor der Tür.",
        ],
        product: &["Bei der ersten Tour kaputtgegangen.", "Nach zwei Wochen schon abgenutzt."],
        returns: &["Ich warte immer noch auf mein Geld.", "Niemand hat mir gesagt, wohin ich es schicken soll."],
        support: &["Drei Nachrichten und keine Antwort.", "Man hat mich von einem zum anderen geschickt."],
        closing: &["Sehr enttäuschend.", "Nie wieder.", "Bitte bessern Sie das."],
    },
    questions: [
        &["Wo ist mein Paket? Es sollte am Montag da sein.", "Laut Verfolgung zugestellt, aber hier ist nichts."],
        &["Welche Größe nehme ich zwischen M und L?", "Der Reißverschluss meiner Jacke klemmt, was kann ich tun?"],
        &["Wie schicke ich etwas zurück?", "Wann bekomme ich das Geld für die Rückgabe?"],
    ],
};
