/** The first step's message: what is stored of it, what is written over that, and how it is saved. */

import { useMemo } from "react";
import { type Template, useTemplates } from "@/shared/api/templates";
import { ownZone } from "@/shared/lib/zones";
import { useTenant } from "@/shared/session/session-context";
import { useNumbers } from "@/shared/whatsapp/number-choice";
import { fieldsOf } from "@/shared/whatsapp/templates";
import { type Campaign, type NewCampaign, useChange, useCreate } from "../api/campaigns";
import { type HeadKind, useUploadHead } from "../api/media";
import { isAlike } from "../model/alike";
import {
  contentOf,
  filesIn,
  fillingsIn,
  firstFillings,
  isOf,
  lookOf,
  offered,
  openGaps,
} from "../model/composing";
import type { Filling } from "../model/filling";
import { type MessageDraft, type Typed, useMessageDraft } from "./use-message-draft";
import { timingOf } from "./use-timing";

export type Message = ReturnType<typeof useMessage>;

interface Around {
  /** Only what stands in the gaps can be changed. */
  begun?: boolean;
  /** One that is made is filled in as this one was. */
  like?: Campaign | null;
}

export function useMessage(campaign: Campaign | null, { begun = false, like = null }: Around = {}) {
  const { tenant_id } = useTenant();
  const numbers = useNumbers();
  const draft = useMessageDraft();
  const { chosen, typed } = draft;
  const given = campaign ?? like;
  const name = draft.name ?? given?.name ?? "";
  const first = numbers.active.find(({ id }) => id === like?.connection_id) ?? numbers.active[0];
  const from = draft.from ?? campaign?.connection_id ?? first?.id ?? null;
  const templates = useTemplates(tenant_id, from, from !== null);
  const all = useMemo(() => offered(templates.data ?? []), [templates.data]);
  const template =
    all.find((one) => one.id === chosen) ?? (given && all.find((one) => isOf(one, given))) ?? null;
  const begins = template && beginning(template, given);
  const now = begins && typed?.of === begins.of ? typed : begins;
  const look = template && now ? lookOf(template.components, now.fillings) : null;
  const open = template && now ? openGaps(template, now.fillings, now.files) : [];
  const content = template && now && contentIn(template, now, given);
  const isKept = given !== null && content !== null && isAlike(given.template, content);
  const isFilled = isKept || (open.length === 0 && look?.beyond.length === 0);
  const told =
    content && from && name.trim() !== "" && isFilled
      ? { name: name.trim(), connection_id: from, template: content }
      : null;
  const differs =
    campaign !== null &&
    (name.trim() !== campaign.name.trim() ||
      from !== campaign.connection_id ||
      (content !== null && !isKept));
  const head = useHead(draft, begins);
  const create = useCreate();
  const change = useChange(campaign?.id ?? "");

  /** Called with the campaign as it is stored; nothing happens while something is missing. */
  const save = (onSaved: (campaign: Campaign) => void) => {
    if (!told || head.sent?.isPending) return;
    if (head.sent?.isError) head.sent.reset();
    const timing = like ? timingOf(like) : firstTiming();
    if (!campaign) return create.mutate({ ...told, ...timing }, { onSuccess: onSaved });
    const stored = (saved: Campaign) => {
      draft.settle();
      onSaved(saved);
    };
    if (!differs) return stored(campaign);
    change.mutate(begun ? { template: told.template } : told, { onSuccess: stored });
  };
  return {
    ...{ draft, numbers, name, from, templates, all, template, now, look, open, save },
    /** The name of the template that it was filled in with and that cannot be chosen any more. */
    gone: like && templates.isSuccess && !template ? like.template.name : null,
    fill: (gap: string, filling: Filling) =>
      begins && draft.fill(begins, (now) => ({ fillings: { ...now.fillings, [gap]: filling } })),
    ...{ upload: head.upload, sent: head.sent },
    /** Nothing is missing, and nothing is on its way or did not arrive. */
    sound: told !== null && !head.isOpen,
    /** It is written otherwise than it is stored. */
    differs: differs || (campaign !== null && head.isOpen),
    /** Leaving would lose something. */
    isTyped: campaign ? differs || head.isOpen : draft.isBegun,
    isSaving: create.isPending || change.isPending,
    error: create.error ?? change.error,
    forgetError: () => {
      if (create.isError) create.reset();
      if (change.isError) change.reset();
    },
  };
}

/** The file for the template's head; its way here goes on while another step is looked at. */
function useHead(draft: MessageDraft, first: Typed | null) {
  const upload = useUploadHead((id, { file, kind, of, gap }) => {
    if (first?.of !== of) return;
    const picture = kind === "image" ? URL.createObjectURL(file) : null;
    draft.fill(first, (now) => ({ files: { ...now.files, [gap]: id }, picture }));
  });
  /** The one that was chosen last, if it is for this template. */
  const sent = upload.variables?.of === first?.of ? upload : null;
  return {
    sent,
    /** It is on its way, or did not arrive. */
    isOpen: Boolean(sent?.isPending || sent?.isError),
    upload: (gap: string, kind: HeadKind, file: File) =>
      first && upload.mutate({ file, kind, of: first.of, gap }),
  };
}

function firstTiming() {
  return { time_zone: ownZone(), quiet_hours: { start: "21:00", end: "09:00" }, pause_at_failures: 25 };
}

/** What stands in the gaps before anything is typed. */
function beginning(template: Template, campaign: Campaign | null): Typed {
  const again = campaign && isOf(template, campaign);
  return {
    of: template.id,
    fillings: again
      ? fillingsIn(campaign, template.components)
      : firstFillings(fieldsOf(template.components)),
    files: again ? filesIn(campaign) : {},
    picture: null,
  };
}

/** Where nothing was changed it is the campaign's own, with all that this form does not show. */
function contentIn(template: Template, now: Typed, campaign: Campaign | null): NewCampaign["template"] {
  if (!campaign || !isOf(template, campaign)) return contentOf(template, now.fillings, now.files);
  if (isAlike(now, beginning(template, campaign))) return campaign.template;
  return contentOf(template, now.fillings, now.files, campaign.template);
}
