//! Spanish phrases.

use super::{Phrases, Tone};

pub(super) const PHRASES: Phrases = Phrases {
    good: Tone {
        checkout: &["Pagué en menos de un minuto.", "La compra fue muy sencilla."],
        delivery: &["Llegó un día antes de lo previsto.", "Entrega rápida y bien embalada."],
        product: &["Ligero, sólido y cumple lo que promete.", "Bien hecho, incluso con lluvia fuerte."],
        returns: &["Lo devolví y me abonaron en pocos días."],
        support: &["Una respuesta clara enseguida.", "Muy amables y resuelto al momento."],
        closing: &["Volveré.", "¡Gracias!", "Muy recomendable."],
    },
    mixed: Tone {
        checkout: &["Funciona, pero hay demasiados pasos."],
        delivery: &["Llegó, aunque el horario era poco preciso."],
        product: &["Bien, pero más pequeño de lo esperado."],
        returns: &["Funcionó, pero tuve que imprimir la etiqueta."],
        support: &["Al final ayudaron, tras explicarlo dos veces."],
        closing: &["En general, bien.", "Se puede mejorar."],
    },
    bad: Tone {
        checkout: &["La página tardaba muchísimo en cargar.", "El pago falló dos veces en el móvil."],
        delivery: &["Llegó días después de la fecha prometida.", "El seguimiento no cambió en una semana."],
        product: &["Se rompió en la primera salida."],
        returns: &["Sigo esperando el reembolso."],
        support: &["Tres mensajes y ninguna respuesta."],
        closing: &["Muy decepcionante.", "Nunca más."],
    },
    questions: [
        &["¿Dónde está mi paquete? Debía llegar el lunes."],
        &["¿Qué talla elijo entre la M y la L?"],
        &["¿Cómo devuelvo un artículo?", "¿Cuándo recibiré el dinero de la devolución?"],
    ],
};
