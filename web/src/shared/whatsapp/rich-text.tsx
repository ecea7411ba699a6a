/** Words as WhatsApp formats them, drawn as React nodes. */

import { Fragment, memo, type ReactNode } from "react";
import { type Block, blocksOf, emojiOnly, type Piece } from "./formatting";
import classes from "./rich-text.module.css";

interface RichTextProps {
  text: string;
  /** What follows the last word on its line: room for the time. */
  after?: ReactNode;
  /** Emoji alone are shown large. */
  large?: boolean;
}

export const RichText = memo(function RichText({ text, after, large = false }: RichTextProps) {
  const emoji = large ? emojiOnly(text) : 0;
  if (emoji > 0) {
    return (
      <div className={classes["emoji"]} data-count={emoji}>
        {text.trim()}
        {after}
      </div>
    );
  }
  const blocks = blocksOf(text);
  return (
    <div className={classes["text"]} dir="auto">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the blocks of a text have no other name, and never move
        <BlockNode key={index} block={block} after={index === blocks.length - 1 ? after : null} />
      ))}
    </div>
  );
});

function BlockNode({ block, after }: { block: Block; after: ReactNode }) {
  switch (block.kind) {
    case "code":
      return (
        <>
          <pre className={classes["fence"]}>{block.text}</pre>
          {after && <span className={classes["afterBlock"]}>{after}</span>}
        </>
      );
    case "quote":
      return (
        <>
          <blockquote className={classes["quote"]}>
            <Pieces pieces={block.pieces} />
          </blockquote>
          {after && <span className={classes["afterBlock"]}>{after}</span>}
        </>
      );
    case "list": {
      const List = block.ordered ? "ol" : "ul";
      return (
        <List className={classes["list"]}>
          {block.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <li key={index} value={block.ordered ? item.value : undefined}>
              <Pieces pieces={item.pieces} />
              {index === block.items.length - 1 && after}
            </li>
          ))}
        </List>
      );
    }
    default:
      return (
        <p className={classes["lines"]}>
          <Pieces pieces={block.pieces} />
          {after}
        </p>
      );
  }
}

/** The pieces of a line on their own, as in the answer to a quote or a cell. */
export function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return pieces.map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: see above
    <Fragment key={index}>{pieceNode(piece)}</Fragment>
  ));
}

function pieceNode(piece: Piece): ReactNode {
  switch (piece.kind) {
    case "bold":
      return (
        <strong>
          <Pieces pieces={piece.pieces} />
        </strong>
      );
    case "italic":
      return (
        <em>
          <Pieces pieces={piece.pieces} />
        </em>
      );
    case "strike":
      return (
        <s>
          <Pieces pieces={piece.pieces} />
        </s>
      );
    case "code":
      return <code className={classes["code"]}>{piece.text}</code>;
    case "link":
      return (
        <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow" className={classes["link"]}>
          {piece.text}
        </a>
      );
    default:
      return piece.text;
  }
}
