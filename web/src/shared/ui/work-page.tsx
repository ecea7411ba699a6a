/** A page on which one thing is worked at: the way back, its name, and, where they are wanted, a form with something beside it. */

import { IconChevronLeft } from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useRef } from "react";
import { Link } from "wouter";
import { useFirstFault } from "./first-fault";
import classes from "./work-page.module.css";

interface WorkPageProps {
  back: { to: string; label: string };
  title: string;
  /** Beside the title: where the thing stands. */
  state?: ReactNode;
  /** At the end of the head. */
  end?: ReactNode;
  children: ReactNode;
}

export function WorkPage({ back, title, state, end, children }: WorkPageProps) {
  return (
    <div className={classes["page"]}>
      <div className={classes["body"]}>
        <Link to={back.to} className={classes["back"]}>
          <IconChevronLeft size={16} aria-hidden="true" /> {back.label}
        </Link>
        <header className={classes["head"]}>
          <h1 className={classes["title"]}>{title}</h1>
          {state}
          {end && <div className={classes["headEnd"]}>{end}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}

interface SidesProps {
  onSubmit: () => void;
  /** Stays in sight beside the form; below it on phones. */
  aside: ReactNode;
  children: ReactNode;
}

/** A form, and beside it what comes of it. */
export function Sides({ onSubmit, aside, children }: SidesProps) {
  const form = useRef<HTMLFormElement>(null);
  const toFault = useFirstFault(form);
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
    toFault();
  };
  return (
    <div className={classes["sides"]}>
      <form ref={form} className={classes["form"]} onSubmit={send} noValidate>
        {children}
      </form>
      <div className={classes["aside"]}>{aside}</div>
    </div>
  );
}
