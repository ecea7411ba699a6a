/**
 * Which stretches of a conversation are known without gaps. Pure.
 *
 * A page of the API covers everything between its ends. Pages that touch grow together; a jump to an old message opens a stretch of its
 * own, and reading on from it closes the gap again.
 */

import { comparePlaces, type Place } from "./moments";

export interface Span {
  /** The first place that is known; null: from the beginning of the conversation. */
  from: Place | null;
  /** The last place that is known; null: to its end, so that what arrives belongs to it. */
  to: Place | null;
}

/** Return `spans` with one more stretch known, in order, those that touch as one. */
export function withSpan(spans: readonly Span[], added: Span): Span[] {
  let grown = added;
  const apart: Span[] = [];
  for (const span of spans) {
    if (touches(span, grown)) grown = union(span, grown);
    else apart.push(span);
  }
  const at = apart.findIndex((span) => isBefore(grown, span));
  if (at < 0) return [...apart, grown];
  return [...apart.slice(0, at), grown, ...apart.slice(at)];
}

/** Return the stretch that `place` lies in. */
export function spanAt(spans: readonly Span[], place: Place): Span | undefined {
  return spans.find((span) => contains(span, place));
}

/** Return the stretch that goes on to the end of the conversation. */
export function liveSpan(spans: readonly Span[]): Span | undefined {
  return spans.find((span) => span.to === null);
}

export function contains(span: Span, place: Place): boolean {
  return (
    (span.from === null || comparePlaces(span.from, place) <= 0) &&
    (span.to === null || comparePlaces(place, span.to) <= 0)
  );
}

function touches(one: Span, other: Span): boolean {
  return !isBefore(one, other) && !isBefore(other, one);
}

function isBefore(one: Span, other: Span): boolean {
  return one.to !== null && other.from !== null && comparePlaces(one.to, other.from) < 0;
}

function union(one: Span, other: Span): Span {
  return {
    from: one.from === null || other.from === null ? null : first(one.from, other.from),
    to: one.to === null || other.to === null ? null : last(one.to, other.to),
  };
}

const first = (one: Place, other: Place): Place => (comparePlaces(one, other) <= 0 ? one : other);
const last = (one: Place, other: Place): Place => (comparePlaces(one, other) >= 0 ? one : other);
