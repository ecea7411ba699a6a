/** A button whose menu or panel is loaded when somebody is about to open it: nothing of what floats is needed to draw the button. */

import {
  type ButtonHTMLAttributes,
  type ComponentType,
  type ElementType,
  type LazyExoticComponent,
  type ReactNode,
  Suspense,
  useEffect,
  useRef,
  useState,
} from "react";
import { Absent } from "./absent";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { children: ReactNode };

export interface OverlayProps {
  /** What the overlay's own button looks like: as the one it takes the place of. */
  button: ButtonProps;
}

interface OverlayOnDemandProps<Props> {
  load: () => Promise<unknown>;
  overlay: LazyExoticComponent<ComponentType<Props & OverlayProps>>;
  given: Props;
  button: ButtonProps;
  /** What both buttons are. */
  as?: ElementType;
}

export function OverlayOnDemand<Props>({
  load,
  overlay: Overlay,
  given,
  button,
  as: Target = "button",
}: OverlayOnDemandProps<Props>) {
  const [wanted, setWanted] = useState(false);
  const [absent, setAbsent] = useState(false);
  const loadAhead = () => void load().catch(() => {}); // a failure is told when it is wanted
  const open = async () => {
    await load();
    setWanted(true);
  };
  const plain = (
    <Target
      type="button"
      aria-haspopup="menu"
      {...button}
      onPointerEnter={loadAhead}
      onFocus={loadAhead}
      onClick={() => open().catch(() => setAbsent(true))}
    />
  );
  if (!wanted)
    return (
      <>
        {plain}
        {absent && <Absent look="over" again={open} onClose={() => setAbsent(false)} />}
      </>
    );
  return (
    <Suspense fallback={plain}>
      <Overlay {...given} button={button} />
    </Suspense>
  );
}

/** For the overlay that is loaded: open from the start, with the focus where the plain button had it. */
export function useOpenAtOnce() {
  const target = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    target.current?.focus();
    setOpened(true);
  }, []);
  return { target, opened, setOpened };
}
