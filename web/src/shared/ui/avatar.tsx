/** A round picture of a person: their initials on a colour that is always the same for them. */

import { avatarColors, initialsOf } from "@/shared/lib/color";
import classes from "./avatar.module.css";

interface AvatarProps {
  name: string;
  /** What the colour hangs on; the name where nothing steadier is known. */
  seed?: string;
  size?: number;
  src?: string | null;
}

export function Avatar({ name, seed, size = 36, src }: AvatarProps) {
  const style = {
    ...avatarColors(seed ?? name),
    width: size,
    height: size,
    fontSize: Math.round(size * 0.38),
  };
  return (
    // The initials are drawn by CSS: they are no words, neither to a screen reader nor to who copies a line.
    <span
      className={classes["avatar"]}
      style={style}
      data-initials={src ? undefined : initialsOf(name)}
      aria-hidden="true"
    >
      {src && <img src={src} alt="" width={size} height={size} />}
    </span>
  );
}
