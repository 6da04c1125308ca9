// Languages. English is the source; another language is another file of the same shape.

import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en } },
  // React escapes whatever it shows.
  interpolation: { escapeValue: false },
});

export default i18next;
