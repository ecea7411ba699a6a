/** A conversation, drawn: bubbles that come and are answered, with the ticks that tell they were read. */

import classes from "./scene.module.css";

const TICK = "M1.5 6.5 4.6 9.6 11.5 2.4M7.6 9.2l.4.4 7-7.2";

interface BubbleProps {
  own?: boolean;
  lines: number[];
}

function Bubble({ own = false, lines }: BubbleProps) {
  return (
    <div className={classes["bubble"]} data-own={own || undefined}>
      {lines.map((width) => (
        <span className={classes["line"]} style={{ width }} key={width} />
      ))}
      {own && (
        <svg viewBox="0 0 16 12" width="16" height="12" className={classes["ticks"]} aria-hidden="true">
          <path d={TICK} fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" />
        </svg>
      )}
    </div>
  );
}

export function Scene() {
  return (
    <div className={classes["scene"]}>
      <Bubble lines={[188, 124]} />
      <Bubble own lines={[152]} />
      <Bubble lines={[96]} />
      <Bubble own lines={[206, 168]} />
      <div className={classes["bubble"]} data-typing>
        <i />
        <i />
        <i />
      </div>
    </div>
  );
}
