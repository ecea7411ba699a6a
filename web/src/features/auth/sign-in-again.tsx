/** Over the page that somebody was working in when their session ended. */

import { Modal, Text } from "@mantine/core";
import { useMessages } from "@/shared/i18n/language";
import { authMessages } from "./messages";
import { SignInForm } from "./sign-in-form";

export function SignInAgain({ email, onDone }: { email: string; onDone: () => void }) {
  const t = useMessages(authMessages);
  return (
    <Modal
      opened
      onClose={() => {}}
      title={t.sessionEnded}
      withCloseButton={false}
      closeOnEscape={false}
      size="sm"
    >
      <Text c="dimmed" mb="md">
        {t.sessionEndedHint}
      </Text>
      <SignInForm email={email} onDone={onDone} />
    </Modal>
  );
}
