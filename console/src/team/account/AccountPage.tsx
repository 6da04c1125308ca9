// A person's own settings: who they are, how they log in, and where they are logged in.

import { useTranslation } from "react-i18next";
import { Page } from "../../components/Page";
import { ChangeEmail } from "./ChangeEmail";
import { ChangePassword } from "./ChangePassword";
import { Profile } from "./Profile";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";

export function AccountPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("pages.account.title")} about={t("pages.account.about")} narrow>
      <Profile />
      <ChangeEmail />
      <ChangePassword />
      <SecondFactor />
      <Sessions />
    </Page>
  );
}
