import type { Finding } from "../api/templates";
import type { Draft } from "../model/draft";

export interface FieldProps<Part = Draft> {
  draft: Part;
  /** What Meta's rules say of a field, once somebody has been there or has tried to hand the template in. */
  found: (field: string) => readonly Finding[];
  onChange: (draft: Part) => void;
  /** Somebody has left a field. */
  onSeen: (field: string) => void;
}

/** What a file for the review is handed in with. */
export interface SampleProps {
  wabaId: string | null;
  isNew: boolean;
}
