import classes from "./editor.module.css";

export function Count({ now, most }: { now: number; most: number }) {
  return (
    <span className={classes["count"]} data-over={now > most || undefined}>
      {now}/{most}
    </span>
  );
}
