/** What the fields of each kind of automation are given by the form around them. */

import type { Rule } from "../api/automations";

export interface FieldsProps<Of extends Rule> {
  rule: Of;
  onChange: (changes: Partial<Of>) => void;
  /** What to say at a field, by its member's name. */
  fault: (name: string) => string | undefined;
}
