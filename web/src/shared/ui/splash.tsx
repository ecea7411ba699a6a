/** The moment before anything is known: the sign, quietly, and only if it takes long. */

import { Mark } from "./mark";
import classes from "./splash.module.css";

export function Splash() {
  return (
    <div className={classes["splash"]}>
      <Mark size={44} />
    </div>
  );
}
