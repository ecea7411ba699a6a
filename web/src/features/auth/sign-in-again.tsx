/** Over the page that somebody was working in when their session ended. */

import { Anchor, Text } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { Dialog } from "@/shared/ui/dialog";
import { authMessages } from "./messages";
import { SignInForm } from "./sign-in-form";

interface SignInAgainProps {
  email: string;
  hasPassword: boolean;
  onDone: () => void;
}

export function SignInAgain({ email, hasPassword, onDone }: SignInAgainProps) {
  const t = useMessages(authMessages);
  return (
    <Dialog
      opened
      onClose={() => {}}
      title={t.sessionEnded}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      size={400}
      zIndex={1000}
    >
      <Text c="dimmed" mb="md">
        {t.sessionEndedHint}
      </Text>
      <SignInForm
        email={email}
        elsewhere={!hasPassword}
        next={location.pathname + location.search}
        onDone={onDone}
      />
      <Anchor href="/sign-in" size="sm" c="dimmed" mt="md" display="block">
        {t.somebodyElse}
      </Anchor>
    </Dialog>
  );
}
