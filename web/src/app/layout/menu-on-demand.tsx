/** A button whose menu is loaded when somebody is about to open it: the rail needs no menu to be drawn. */

import {
  type ButtonHTMLAttributes,
  type ComponentType,
  type LazyExoticComponent,
  type ReactNode,
  Suspense,
  useEffect,
  useRef,
  useState,
} from "react";

type ButtonProps = ButtonHTMLAttributes<HTMLButtonElement> & { children: ReactNode };

export interface MenuProps {
  /** What the menu's own button looks like: as the one it takes the place of. */
  button: ButtonProps;
}

interface MenuOnDemandProps<Props> {
  load: () => Promise<unknown>;
  menu: LazyExoticComponent<ComponentType<Props & MenuProps>>;
  given: Props;
  button: ButtonProps;
}

export function MenuOnDemand<Props>({ load, menu: Menu, given, button }: MenuOnDemandProps<Props>) {
  const [wanted, setWanted] = useState(false);
  const loadAhead = () => void load().catch(() => {}); // a failure is told when it is wanted
  const plain = (
    <button
      type="button"
      aria-haspopup="menu"
      {...button}
      onPointerEnter={loadAhead}
      onFocus={loadAhead}
      onClick={() => setWanted(true)}
    />
  );
  if (!wanted) return plain;
  return (
    <Suspense fallback={plain}>
      <Menu {...given} button={button} />
    </Suspense>
  );
}

/** For the menu that is loaded: open from the start, with the focus where the plain button had it. */
export function useOpenAtOnce() {
  const target = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    target.current?.focus();
    setOpened(true);
  }, []);
  return { target, opened, setOpened };
}
