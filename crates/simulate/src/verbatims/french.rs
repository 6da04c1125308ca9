//! French phrases.

use super::{Phrases, Tone};

pub(super) const PHRASES: Phrases = Phrases {
    good: Tone {
        checkout: &["Payé en moins d'une minute.", "Le paiement était vraiment simple."],
        delivery: &["Arrivé un jour plus tôt que prévu.", "Livraison rapide et colis soigné."],
        product: &["Léger, solide, et tient ses promesses.", "Bien fini, même sous une grosse pluie."],
        returns: &["Renvoyé, et remboursé en quelques jours."],
        support: &["Une réponse claire tout de suite.", "Très aimable, et réglé aussitôt."],
        closing: &["Je reviendrai.", "Merci !", "Je recommande."],
    },
    mixed: Tone {
        checkout: &["Ça marche, mais il y a trop d'étapes."],
        delivery: &["Bien arrivé, mais le créneau était vague."],
        product: &["Bien, mais plus petit que prévu."],
        returns: &["Ça s'est fait, mais j'ai dû imprimer l'étiquette."],
        support: &["Utile à la fin, après deux explications."],
        closing: &["Dans l'ensemble, correct.", "On peut mieux faire."],
    },
    bad: Tone {
        checkout: &["La page mettait une éternité à s'afficher.", "Le paiement a échoué deux fois sur mon téléphone."],
        delivery: &["Livré plusieurs jours après la date promise.", "Le suivi n'a pas bougé pendant une semaine."],
        product: &["Cassé dès la première sortie."],
        returns: &["J'attends toujours mon remboursement."],
        support: &["Trois messages et toujours pas de réponse."],
        closing: &["Très décevant.", "Plus jamais."],
    },
    questions: [
        &["Où est mon colis ? Il devait arriver lundi."],
        &["Quelle taille choisir entre M et L ?"],
        &["Comment renvoyer un article ?", "Quand serai-je remboursé pour mon retour ?"],
    ],
};
