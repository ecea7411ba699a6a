/** Several lines to take along: shown as they are, copied with one press. */

import { Button } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useRef } from "react";
import classes from "./code-block.module.css";
import { useCopy } from "./use-copy";

export function CodeBlock({ label, children }: { label: string; children: string }) {
  const text = useRef<HTMLPreElement>(null);
  const { copied, word, refusal, copy } = useCopy(children, () => {
    if (text.current) getSelection()?.selectAllChildren(text.current);
  });
  return (
    <div className={classes["block"]}>
      <div className={classes["head"]}>
        <span>{label}</span>
        <span className={classes["refusal"]} role="status">
          {refusal}
        </span>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          aria-label={`${word}: ${label}`}
          leftSection={copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
          onClick={copy}
        >
          {word}
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre ref={text} className={classes["text"]} tabIndex={0}>
        {children}
      </pre>
    </div>
  );
}
