/** Putting a message together that has something to press: the form on one side, how it will look on the other. */

import { Button } from "@mantine/core";
import { IconPlus, IconSend2, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { useMessages } from "@/shared/i18n/language";
import type { Json } from "@/shared/store/types";
import { Dialog } from "@/shared/ui/dialog";
import { useClosing } from "@/shared/ui/leave-question";
import { uiMessages } from "@/shared/ui/messages";
import { Interactive } from "../bubbles/interactive";
import {
  type DraftSection,
  EMPTY,
  flawsIn,
  type InteractiveDraft,
  type InteractiveKind,
  interactiveFor,
  isPlain,
  isWritten,
  longestBody,
  MOST,
  rowsLeft,
} from "../model/draft-interactive";
import { interactiveOf } from "../model/interactive";
import form from "./form.module.css";
import { LimitedField } from "./limited-field";
import { composerMessages } from "./messages";

interface InteractiveComposerProps {
  onClose: () => void;
  /** `words`: what of it can be read, for the line while it is sent. */
  onSend: (interactive: Json, words: string) => void;
}

export function InteractiveComposer({ onClose, onSend }: InteractiveComposerProps) {
  const t = useMessages(composerMessages);
  const ui = useMessages(uiMessages);
  const [draft, setDraft] = useState<InteractiveDraft>(EMPTY);
  const put = (change: Partial<InteractiveDraft>) => setDraft((now) => ({ ...now, ...change }));
  const { close, asking, question } = useClosing(isWritten(draft), onClose);
  const flaws = flawsIn(draft);
  const shown = interactiveOf(interactiveFor(draft));
  const kinds: [InteractiveKind, string][] = [
    ["button", t.kindButtons],
    ["list", t.kindList],
    ["cta_url", t.kindLink],
    ["location_request_message", t.kindLocation],
    ["request_contact_info", t.kindContact],
  ];
  const plain = isPlain(draft.kind);
  return (
    <Dialog
      opened
      onClose={close}
      title={t.interactiveTitle}
      size={820}
      closeButtonProps={{ "aria-label": ui.close }}
      closeOnClickOutside={false}
      closeOnEscape={!asking}
    >
      <div className={form["sides"]}>
        <form
          className={form["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            if (flaws.length === 0) onSend(interactiveFor(draft), draft.body.trim());
          }}
        >
          <fieldset className={form["kinds"]}>
            <legend>{t.interactiveKind}</legend>
            {kinds.map(([kind, name]) => (
              <label key={kind}>
                <input
                  type="radio"
                  name="kind"
                  checked={draft.kind === kind}
                  onChange={() => put({ kind })}
                />
                <span>{name}</span>
              </label>
            ))}
          </fieldset>
          {!plain && (
            <LimitedField
              label={`${t.header} (${t.optional})`}
              value={draft.header}
              most={MOST.header}
              onChange={(header) => put({ header })}
            />
          )}
          <LimitedField
            label={t.body}
            value={draft.body}
            most={longestBody(draft.kind)}
            onChange={(body) => put({ body })}
            lines={3}
            autoFocus
          />
          {draft.kind === "button" && (
            <Buttons draft={draft} put={put} duplicate={flaws.includes("duplicate")} />
          )}
          {draft.kind === "list" && <Sections draft={draft} put={put} />}
          {draft.kind === "cta_url" && (
            <>
              <LimitedField
                label={t.linkText}
                value={draft.linkText}
                most={MOST.button}
                onChange={(linkText) => put({ linkText })}
              />
              <LimitedField
                label={t.linkUrl}
                value={draft.linkUrl}
                most={MOST.url}
                type="url"
                error={draft.linkUrl !== "" && flaws.includes("url") ? t.invalidUrl : null}
                onChange={(linkUrl) => put({ linkUrl })}
              />
            </>
          )}
          {!plain && (
            <LimitedField
              label={`${t.footer} (${t.optional})`}
              value={draft.footer}
              most={MOST.footer}
              onChange={(footer) => put({ footer })}
            />
          )}
          <div className={form["actions"]}>
            <Button variant="default" onClick={close}>
              {ui.cancel}
            </Button>
            <Button type="submit" disabled={flaws.length > 0} rightSection={<IconSend2 size={17} />}>
              {t.send}
            </Button>
          </div>
        </form>
        <section className={form["preview"]} aria-label={t.preview}>
          <span className={form["previewTitle"]}>{t.preview}</span>
          <div className={form["bubble"]}>{shown && <Interactive sent={shown} />}</div>
        </section>
      </div>
      {question}
    </Dialog>
  );
}

interface PartProps {
  draft: InteractiveDraft;
  put: (change: Partial<InteractiveDraft>) => void;
}

function Buttons({ draft, put, duplicate }: PartProps & { duplicate: boolean }) {
  const t = useMessages(composerMessages);
  const { buttons } = draft;
  return (
    <>
      {buttons.map((button, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a button is its place
        <div key={index} className={form["line"]}>
          <LimitedField
            label={t.button(index + 1)}
            value={button}
            most={MOST.button}
            error={duplicate && button !== "" && buttons.indexOf(button) !== index ? t.duplicate : null}
            onChange={(title) =>
              put({ buttons: buttons.map((one, place) => (place === index ? title : one)) })
            }
          />
          {buttons.length > 1 && (
            <Remove
              name={t.button(index + 1)}
              onClick={() => put({ buttons: buttons.filter((_, place) => place !== index) })}
            />
          )}
        </div>
      ))}
      {buttons.length < MOST.buttons && (
        <Add label={t.addButton} onClick={() => put({ buttons: [...buttons, ""] })} />
      )}
    </>
  );
}

function Sections({ draft, put }: PartProps) {
  const t = useMessages(composerMessages);
  const { sections } = draft;
  const left = rowsLeft(draft);
  const change = (at: number, section: DraftSection) =>
    put({ sections: sections.map((one, place) => (place === at ? section : one)) });
  return (
    <>
      <LimitedField
        label={t.listButton}
        value={draft.listButton}
        most={MOST.button}
        onChange={(listButton) => put({ listButton })}
      />
      {sections.map((section, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a section is its place
        <fieldset key={at} className={form["section"]}>
          <legend>
            {t.section(at + 1)}
            {sections.length > 1 && (
              <Remove
                name={t.section(at + 1)}
                onClick={() => put({ sections: sections.filter((_, place) => place !== at) })}
              />
            )}
          </legend>
          {sections.length > 1 && (
            <LimitedField
              label={t.sectionTitle}
              value={section.title}
              most={MOST.sectionTitle}
              onChange={(title) => change(at, { ...section, title })}
            />
          )}
          {section.rows.map((row, index) => {
            const put = (rowChange: Partial<typeof row>) =>
              change(at, {
                ...section,
                rows: section.rows.map((one, place) => (place === index ? { ...one, ...rowChange } : one)),
              });
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
              <div key={index} className={form["line"]}>
                <LimitedField
                  label={t.row(index + 1)}
                  value={row.title}
                  most={MOST.rowTitle}
                  onChange={(title) => put({ title })}
                />
                <LimitedField
                  label={`${t.rowDescription} (${t.optional})`}
                  value={row.description}
                  most={MOST.rowDescription}
                  onChange={(description) => put({ description })}
                />
                {section.rows.length > 1 && (
                  <Remove
                    name={t.row(index + 1)}
                    onClick={() =>
                      change(at, { ...section, rows: section.rows.filter((_, place) => place !== index) })
                    }
                  />
                )}
              </div>
            );
          })}
          {left > 0 && (
            <Add
              label={`${t.addRow} · ${t.rowsLeft(left)}`}
              onClick={() =>
                change(at, { ...section, rows: [...section.rows, { title: "", description: "" }] })
              }
            />
          )}
        </fieldset>
      ))}
      {left > 0 && sections.length < MOST.sections && (
        <Add
          label={t.addSection}
          onClick={() =>
            put({ sections: [...sections, { title: "", rows: [{ title: "", description: "" }] }] })
          }
        />
      )}
    </>
  );
}

function Add({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className={form["add"]} onClick={onClick}>
      <IconPlus size={15} aria-hidden="true" /> {label}
    </button>
  );
}

function Remove({ name, onClick }: { name: string; onClick: () => void }) {
  const t = useMessages(composerMessages);
  return (
    <button
      type="button"
      className={form["remove"]}
      onClick={onClick}
      aria-label={`${t.remove}: ${name}`}
      title={t.remove}
    >
      <IconTrash size={16} />
    </button>
  );
}
