/** How a server knows that a request is Curbe's, for whoever writes it. */

import { Anchor } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useMessages } from "@/shared/i18n/language";
import { CodeBlock } from "@/shared/ui/code-block";
import { webhookMessages } from "./messages";
import classes from "./webhooks.module.css";

const LIBRARIES = "https://github.com/standard-webhooks/standard-webhooks/tree/main/libraries";
const EXAMPLE = `from standardwebhooks import Webhook

# body: the bytes as they came; refused ones raise an error
event = Webhook("whsec_...").verify(body, headers)`;

export function Verifying() {
  const t = useMessages(webhookMessages);
  return (
    <details className={classes["verify"]}>
      <summary>{t.verify}</summary>
      <p>
        {t.verifyHint}{" "}
        <Anchor href={LIBRARIES} target="_blank" rel="noopener noreferrer" size="sm">
          {t.library} <IconExternalLink size={13} aria-hidden="true" />
        </Anchor>
      </p>
      <CodeBlock label={t.example}>{EXAMPLE}</CodeBlock>
      <p>{t.verifyByHand}</p>
    </details>
  );
}
