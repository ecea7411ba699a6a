/** A chart of days: bars beside each other, or one line. Drawn as SVG by hand, as a library of charts weighs more than all the rest of the page. */

import { useElementSize } from "@mantine/hooks";
import { type PointerEvent, useState } from "react";
import { useAmounts } from "./amounts";
import classes from "./day-chart.module.css";
import { marks, named } from "./scale";

export interface Series {
  name: string;
  tone: "blue" | "green" | "amber";
  /** One for each day; null where there is nothing to show. */
  values: (number | null)[];
}

interface DayChartProps {
  label: string;
  days: string[];
  series: Series[];
  kind: "bars" | "line";
  format: (value: number) => string;
  /** The axis counts seconds. */
  seconds?: boolean;
}

const HEIGHT = 200;
const TOP = 10;
const BOTTOM = 24;
const LETTER = 6.4; // about what a digit of the axis takes
const APART = 16;

export function DayChart({ label, days, series, kind, format, seconds = false }: DayChartProps) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const { day: dayName, longDay } = useAmounts();
  const [at, setAt] = useState<number | null>(null);
  const most = Math.max(0, ...series.flatMap((one) => one.values.map((value) => value ?? 0)));
  const axis = marks(most, { seconds });
  const top = axis.at(-1) ?? 1;
  const left = Math.ceil(Math.max(...axis.map((mark) => format(mark).length)) * LETTER) + 14;
  const room = Math.max(1, width - left - 2);
  const each = room / days.length;
  const y = (value: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
  const widest = Math.max(...days.map((day) => dayName(day).length)) * LETTER;
  const isNamed = named(days.length, room / (widest + APART));
  const point = (event: PointerEvent<SVGSVGElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left - left;
    setAt(x < 0 ? null : Math.min(days.length - 1, Math.floor(x / each)));
  };
  return (
    <div className={classes["chart"]} ref={ref}>
      <p className={classes["legend"]} aria-hidden>
        {at !== null && <span className={classes["day"]}>{longDay(days[at] ?? "")}</span>}
        {series.map((one) => {
          const value = at === null ? null : one.values[at];
          return (
            <span key={one.name} data-tone={one.tone} className={classes["name"]}>
              {one.name}
              {at !== null && <b>{value === null || value === undefined ? "–" : format(value)}</b>}
            </span>
          );
        })}
      </p>
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={label}
          onPointerMove={point}
          onPointerDown={point}
          onPointerLeave={() => setAt(null)}
        >
          {axis.map((mark) => (
            <g key={mark}>
              <line className={classes["grid"]} x1={left} x2={width} y1={y(mark)} y2={y(mark)} />
              <text className={classes["mark"]} x={left - 8} y={y(mark) + 4} textAnchor="end">
                {format(mark)}
              </text>
            </g>
          ))}
          {at !== null && (
            <rect
              className={classes["here"]}
              x={left + at * each}
              y={TOP}
              width={each}
              height={HEIGHT - TOP - BOTTOM}
            />
          )}
          {kind === "bars" ? (
            <Bars series={series} left={left} each={each} y={y} />
          ) : (
            series.map((one) => <Line key={one.name} series={one} left={left} each={each} y={y} />)
          )}
          {days.map(
            (day, index) =>
              isNamed(index) && (
                <text
                  key={day}
                  className={classes["mark"]}
                  x={Math.min(left + (index + 0.5) * each, width - widest / 2)}
                  y={HEIGHT - 6}
                  textAnchor="middle"
                >
                  {dayName(day)}
                </text>
              ),
          )}
        </svg>
      )}
    </div>
  );
}

interface Drawn {
  /** Where the first day begins. */
  left: number;
  each: number;
  y: (value: number) => number;
}

function Bars({ series, left, each, y }: Drawn & { series: Series[] }) {
  const gap = each > 8 ? Math.min(each * 0.24, 18) : each * 0.1;
  const wide = Math.min((each - gap) / series.length, 34);
  const inset = (each - wide * series.length) / 2;
  return series.map((one, n) => (
    <g key={one.name} className={classes["bars"]} data-tone={one.tone}>
      {one.values.map(
        (value, index) =>
          value !== null &&
          value > 0 && (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place in the time
              key={index}
              x={left + index * each + inset + n * wide}
              y={y(value)}
              width={Math.max(0.5, wide - (wide > 4 ? 1 : 0))}
              height={Math.max(1, y(0) - y(value))}
              rx={wide > 6 ? 2 : 0}
            />
          ),
      )}
    </g>
  ));
}

function Line({ series, left, each, y }: Drawn & { series: Series }) {
  const points = series.values.map((value, index) =>
    value === null ? null : ([left + (index + 0.5) * each, y(value)] as const),
  );
  return (
    <g className={classes["line"]} data-tone={series.tone}>
      <path d={pathOf(points)} />
      {points.map(
        (point) => point && <circle key={point[0]} cx={point[0]} cy={point[1]} r={each > 12 ? 3 : 2} />,
      )}
    </g>
  );
}

/** Through the points that are there; a day without any breaks the line. */
function pathOf(points: (readonly [number, number] | null)[]): string {
  return points
    .map((point, index) => {
      if (!point) return "";
      const word = index > 0 && points[index - 1] ? "L" : "M";
      return `${word}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    })
    .join("");
}
