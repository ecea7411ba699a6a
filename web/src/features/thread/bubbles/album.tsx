/** A run of photos and videos as one grid. */

import { useMessages } from "@/shared/i18n/language";
import type { Message } from "@/shared/store/types";
import { threadMessages } from "../messages";
import type { Mark } from "../model/lines";
import classes from "./album.module.css";
import { Meta, Row } from "./bubble";
import bubble from "./bubble.module.css";
import { Tile } from "./picture";

const SHOWN = 4;

interface AlbumProps {
  /** At least two, in order. */
  messages: readonly Message[];
  first: boolean;
  last: boolean;
  marked?: Mark | undefined;
}

export function Album({ messages, first, last, marked }: AlbumProps) {
  const t = useMessages(threadMessages);
  const shown = messages.length > SHOWN ? messages.slice(0, SHOWN) : messages;
  const newest = messages.at(-1);
  if (newest === undefined) return null;
  return (
    <Row message={newest} first={first} last={last} marked={marked} what={t.gallery(messages.length)}>
      <div className={bubble["bubble"]} data-look="tight">
        <fieldset
          className={classes["album"]}
          data-count={shown.length}
          aria-label={t.gallery(messages.length)}
        >
          {shown.map((message, index) => (
            <Tile
              key={message.id}
              message={message}
              more={index === shown.length - 1 ? messages.length - shown.length : 0}
            />
          ))}
        </fieldset>
        <Meta message={newest} place="over" />
      </div>
    </Row>
  );
}
