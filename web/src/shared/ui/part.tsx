/**
 * A part whose code comes when it is first wanted. Where it does not come (offline, or the server was upgraded since this page was loaded) the
 * part alone is absent: all around it, with what is typed there, stays as it is.
 */

import { type ComponentType, type LazyExoticComponent, lazy, useEffect, useState } from "react";
import { Absent, type Look } from "./absent";

type Load<Props> = () => Promise<ComponentType<Props>>;

export function part<Props extends object>(
  load: Load<Props>,
  look: Look = "place",
): LazyExoticComponent<ComponentType<Props>> {
  return lazy(async () => {
    try {
      return { default: await load() };
    } catch {
      return { default: comingLater(load, look) };
    }
  });
}

/** React asks once and keeps the answer: what stands for the part asks again by itself. */
function comingLater<Props extends object>(load: Load<Props>, look: Look): ComponentType<Props> {
  let Come: ComponentType<Props> | null = null;
  let wasMissed = false;
  return function ComingLater(props: Props) {
    const [Shown, setShown] = useState(() => Come);
    const [atOnce] = useState(() => wasMissed);
    useEffect(() => {
      wasMissed = true;
    }, []);
    if (Shown) return <Shown {...props} />;
    const again = async () => {
      Come = await load();
      setShown(() => Come);
    };
    return <Absent look={look} again={again} atOnce={atOnce} onClose={closing(props)} />;
  };
}

/** What lies over the page is told how to close, mostly. */
function closing(props: object): (() => void) | undefined {
  return "onClose" in props && typeof props.onClose === "function"
    ? (props.onClose as () => void)
    : undefined;
}
