/** A label as it looks: the colour is a sign beside the name, and never the ground of the words. */

import classes from "./labels.module.css";

export function LabelSign({ name, color }: { name: string; color: string }) {
  return (
    <span className={classes["sign"]}>
      <span className={classes["dot"]} style={{ background: color }} aria-hidden="true" />
      {name}
    </span>
  );
}
