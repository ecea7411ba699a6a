/** Lists that come in keyset pages, for `useInfiniteQuery`. */

import { useInfiniteQuery } from "@tanstack/react-query";

export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

export interface Pages<Item> {
  /** All that was loaded so far; undefined until the first page is here. */
  items: Item[] | undefined;
  isPending: boolean;
  /** Why the first page, or the next one, did not come. */
  error: unknown;
  more: boolean;
  loadingMore: boolean;
  loadMore: () => void;
  refetch: () => void;
}

interface PagesOptions<Item> {
  key: readonly unknown[];
  page: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<Item>>;
  enabled?: boolean;
  /** Milliseconds after which it is asked anew by itself; whoever has gone further than the first page is left to read. */
  every?: number;
}

export function usePages<Item>({ key, page, enabled = true, every }: PagesOptions<Item>): Pages<Item> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => page(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled,
    refetchInterval: ({ state }) => (every && (state.data?.pages.length ?? 0) < 2 ? every : false),
  });
  return {
    items: query.data?.pages.flatMap((one) => one.items),
    isPending: query.isPending && enabled,
    error: query.error,
    more: query.hasNextPage,
    loadingMore: query.isFetchingNextPage,
    loadMore: () => void query.fetchNextPage(),
    refetch: () => void query.refetch(),
  };
}

const MOST_PAGES = 50;

/** Every item of a list, page after page: for lists that are short and looked up by id. */
export async function everyPage<Item>(
  page: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<Item[]> {
  const found: Item[] = [];
  let cursor: string | undefined;
  for (let n = 0; n < MOST_PAGES; n += 1) {
    const one = await page(cursor);
    found.push(...one.items);
    if (!one.next_cursor) break;
    cursor = one.next_cursor;
  }
  return found;
}
